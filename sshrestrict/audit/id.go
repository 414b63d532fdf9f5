package audit

import (
	"encoding/hex"
	"fmt"
	"unsafe"

	"golang.org/x/sys/unix"
)

// NewID returns 128 random bits in hexadecimal digits, from getrandom(2).
func NewID() (string, error) {
	var bits [16]byte
	for {
		// The system call itself: unix.Getrandom sets up a state for many calls first.
		n, _, errno := unix.Syscall(unix.SYS_GETRANDOM, uintptr(unsafe.Pointer(&bits[0])), uintptr(len(bits)), 0)
		switch {
		case errno == unix.EINTR:
			continue
		case errno != 0 || int(n) < len(bits):
			return "", fmt.Errorf("ask the kernel for random bits: %w", errno)
		}
		return hex.EncodeToString(bits[:]), nil
	}
}
