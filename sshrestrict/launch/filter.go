package launch

import (
	"fmt"
	"runtime"
	"unsafe"

	"golang.org/x/sys/unix"
)

// The network is denied twice. Landlock knows TCP only, and a socket of Multipath TCP, which any ordinary server answers, is
// none to it (landlock-lsm/linux issue 54); UDP comes with versions that few kernels have. So a filter of seccomp(2)
// leaves only sockets that stay on the machine: those of Unix and of the kernel. io_uring, which makes sockets without
// that system call, is refused as on a kernel without it.

// callNumbers are the system calls of one architecture that make sockets.
type callNumbers struct {
	arch   uint32 // AUDIT_ARCH of linux/audit.h
	socket uint32
	muxed  uint32 // socketcall(2), where several calls share one, or 0
	strict bool   // numbers from foreignABI up are the x32 calls of the same processor
}

const (
	ringSetup  = 425     // io_uring_setup(2), the same everywhere
	foreignABI = 1 << 30 // __X32_SYSCALL_BIT
)

// architectures lists what programs this processor can run, or nothing where that is not known here.
func architectures() []callNumbers {
	switch runtime.GOARCH {
	case "amd64":
		const socket386, socketcall386 = 359, 102
		return []callNumbers{
			{arch: unix.AUDIT_ARCH_X86_64, socket: unix.SYS_SOCKET, strict: true},
			{arch: unix.AUDIT_ARCH_I386, socket: socket386, muxed: socketcall386},
		}
	case "arm64":
		const socketARM, socketcallARM = 281, 102
		return []callNumbers{
			{arch: unix.AUDIT_ARCH_AARCH64, socket: unix.SYS_SOCKET},
			{arch: unix.AUDIT_ARCH_ARM, socket: socketARM, muxed: socketcallARM},
		}
	}
	return nil
}

// hasFilters tells whether the kernel has seccomp filters and this package one for the architecture.
func hasFilters() bool {
	_, err := unix.PrctlRetInt(unix.PR_GET_SECCOMP, 0, 0, 0, 0)
	return err == nil && architectures() != nil
}

// offsets in struct seccomp_data
const (
	dataCall  = 0
	dataArch  = 4
	dataFirst = 16 // the low half of the first argument, on these little-endian processors
)

// networkFilter returns the program, in the instructions of the classic packet filter.
func networkFilter(all []callNumbers) []unix.SockFilter {
	const (
		load   = unix.BPF_LD | unix.BPF_W | unix.BPF_ABS
		equal  = unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K
		least  = unix.BPF_JMP | unix.BPF_JGE | unix.BPF_K
		answer = unix.BPF_RET | unix.BPF_K
		never  = 0xffffffff // no system call has this number
	)
	refuse := func(e unix.Errno) unix.SockFilter {
		return unix.SockFilter{Code: answer, K: unix.SECCOMP_RET_ERRNO | uint32(e)}
	}
	allow := unix.SockFilter{Code: answer, K: unix.SECCOMP_RET_ALLOW}
	var program []unix.SockFilter
	for _, a := range all {
		muxed, foreign := uint32(never), uint32(never)
		if a.muxed != 0 {
			muxed = a.muxed
		}
		if a.strict {
			foreign = foreignABI
		}
		block := []unix.SockFilter{
			{Code: load, K: dataCall},
			{Code: least, K: foreign, Jt: 7},
			{Code: equal, K: ringSetup, Jt: 6},
			{Code: equal, K: muxed, Jt: 6},
			{Code: equal, K: a.socket, Jf: 3},
			{Code: load, K: dataFirst},
			{Code: equal, K: unix.AF_UNIX, Jt: 1},
			{Code: equal, K: unix.AF_NETLINK, Jf: 2},
			allow,
			refuse(unix.ENOSYS),
			refuse(unix.EACCES),
		}
		program = append(program,
			unix.SockFilter{Code: load, K: dataArch},
			unix.SockFilter{Code: equal, K: a.arch, Jf: uint8(len(block))})
		program = append(program, block...)
	}
	return append(program, refuse(unix.ENOSYS))
}

// filterNetwork sets the filter for the calling thread. Like Landlock it wants no_new_privs, unless of root.
func filterNetwork() error {
	program := networkFilter(architectures())
	head := unix.SockFprog{Len: uint16(len(program)), Filter: &program[0]}
	set := func() error {
		return unix.Prctl(unix.PR_SET_SECCOMP, unix.SECCOMP_MODE_FILTER, uintptr(unsafe.Pointer(&head)), 0, 0)
	}
	err := set()
	if err == unix.EACCES {
		if err := noNewPrivileges(); err != nil {
			return err
		}
		err = set()
	}
	runtime.KeepAlive(program)
	if err != nil {
		return fmt.Errorf("prctl PR_SET_SECCOMP: %w", err)
	}
	return nil
}
