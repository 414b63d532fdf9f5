package audit

import (
	"encoding/hex"
	"fmt"

	"golang.org/x/sys/unix"
)

// NewID returns 128 random bits in hexadecimal digits, from getrandom(2).
func NewID() (string, error) {
	var bits [16]byte
	for {
		n, err := unix.Getrandom(bits[:], 0)
		switch {
		case err == unix.EINTR:
			continue
		case err != nil || n < len(bits):
			return "", fmt.Errorf("ask the kernel for random bits: %w", err)
		}
		return hex.EncodeToString(bits[:]), nil
	}
}
