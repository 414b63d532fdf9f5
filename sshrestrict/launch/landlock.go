package launch

import (
	"fmt"
	"strconv"
	"unsafe"

	"golang.org/x/sys/unix"
)

// kernel is what the sandbox needs of the system, as functions, so that tests can take it away.
type kernel struct {
	abi      func() int                                               // version of Landlock, 0 for none
	create   func(attr *unix.LandlockRulesetAttr) (fd int, err error) // landlock_create_ruleset(2)
	allow    func(ruleset int, rule *unix.LandlockPathBeneathAttr) error
	restrict func(ruleset int) error // landlock_restrict_self(2), for the calling thread
	filters  func() bool             // seccomp(2) can filter
	filter   func() error            // deny the network to the calling thread
}

func realKernel() kernel {
	return kernel{abi: landlockABI, create: landlockCreate, allow: landlockAllow, restrict: landlockRestrict, filters: hasFilters, filter: filterNetwork}
}

// newestABI is the last version that this package makes use of. Later ones add rights that it leaves alone, and 7 itself
// only adds what the kernel logs.
const newestABI = 7

// Versions that brought something, see landlock(7).
const (
	abiRefer    = 2
	abiTruncate = 3
	abiNetwork  = 4
	abiIoctl    = 5
	abiScope    = 6
)

// Sandbox is what the kernel will enforce for a confinement; it is known before the start, so that it can be recorded.
type Sandbox struct {
	ABI  int      // version of Landlock in force, 0 for none
	Gaps []string // what was wished for and cannot be had, of "files", "truncate", "network", "devices", "signals"

	filter bool // the network is denied by a filter
}

// Achieved tells what Exec and Run will enforce, and an error of type *NoSandbox where that is less than required.
func Achieved(c Confinement) (Sandbox, error) { return achieved(c, realKernel()) }

func achieved(c Confinement, k kernel) (Sandbox, error) {
	if c.Level == LevelOff {
		return Sandbox{}, nil
	}
	s := Sandbox{ABI: max(0, min(k.abi(), newestABI)), filter: !c.Network && k.filters()}
	for _, one := range []struct {
		name   string
		absent bool
	}{
		{"files", s.ABI == 0},
		{"truncate", s.ABI < abiTruncate},
		{"network", !c.Network && !s.filter},
		{"devices", s.ABI < abiIoctl},
		{"signals", s.ABI < abiScope},
	} {
		if one.absent {
			s.Gaps = append(s.Gaps, one.name)
		}
	}
	if s.ABI == 0 && c.Level == LevelRequired {
		return s, &NoSandbox{}
	}
	return s, nil
}

// String is "landlock-7" or "none", for the audit.
func (s Sandbox) String() string {
	if s.ABI == 0 {
		return "none"
	}
	return "landlock-" + strconv.Itoa(s.ABI)
}

// Rights of the file system. Making devices is in none of them.
const (
	rightsRead = unix.LANDLOCK_ACCESS_FS_READ_FILE | unix.LANDLOCK_ACCESS_FS_READ_DIR
	rightsExec = rightsRead | unix.LANDLOCK_ACCESS_FS_EXECUTE
	rightsMake = unix.LANDLOCK_ACCESS_FS_MAKE_DIR | unix.LANDLOCK_ACCESS_FS_MAKE_REG | unix.LANDLOCK_ACCESS_FS_MAKE_SOCK |
		unix.LANDLOCK_ACCESS_FS_MAKE_FIFO | unix.LANDLOCK_ACCESS_FS_MAKE_SYM
	rightsWrite = rightsRead | rightsMake | unix.LANDLOCK_ACCESS_FS_WRITE_FILE | unix.LANDLOCK_ACCESS_FS_REMOVE_DIR |
		unix.LANDLOCK_ACCESS_FS_REMOVE_FILE | unix.LANDLOCK_ACCESS_FS_REFER | unix.LANDLOCK_ACCESS_FS_TRUNCATE
	rightsDevice = unix.LANDLOCK_ACCESS_FS_READ_FILE | unix.LANDLOCK_ACCESS_FS_WRITE_FILE |
		unix.LANDLOCK_ACCESS_FS_TRUNCATE | unix.LANDLOCK_ACCESS_FS_IOCTL_DEV

	// rightsFile are those that mean something for a file; the kernel refuses a rule for a file with others.
	rightsFile = unix.LANDLOCK_ACCESS_FS_EXECUTE | unix.LANDLOCK_ACCESS_FS_WRITE_FILE | unix.LANDLOCK_ACCESS_FS_READ_FILE |
		unix.LANDLOCK_ACCESS_FS_TRUNCATE | unix.LANDLOCK_ACCESS_FS_IOCTL_DEV
)

// handled returns what a ruleset of the version denies unless a rule allows it.
func handled(abi int, network bool) *unix.LandlockRulesetAttr {
	attr := &unix.LandlockRulesetAttr{
		Handled_access_fs: rightsExec | rightsWrite | unix.LANDLOCK_ACCESS_FS_MAKE_CHAR | unix.LANDLOCK_ACCESS_FS_MAKE_BLOCK,
	}
	if abi < abiRefer {
		attr.Handled_access_fs &^= unix.LANDLOCK_ACCESS_FS_REFER
	}
	if abi < abiTruncate {
		attr.Handled_access_fs &^= unix.LANDLOCK_ACCESS_FS_TRUNCATE
	}
	if abi >= abiNetwork && !network {
		attr.Handled_access_net = unix.LANDLOCK_ACCESS_NET_BIND_TCP | unix.LANDLOCK_ACCESS_NET_CONNECT_TCP
	}
	if abi >= abiIoctl {
		attr.Handled_access_fs |= unix.LANDLOCK_ACCESS_FS_IOCTL_DEV
	}
	if abi >= abiScope {
		attr.Scoped = unix.LANDLOCK_SCOPE_ABSTRACT_UNIX_SOCKET | unix.LANDLOCK_SCOPE_SIGNAL
	}
	return attr
}

// landlockABI asks the kernel. Any error means that there is none: not compiled in, not enabled, or taken away by seccomp.
func landlockABI() int {
	version, _, errno := unix.Syscall(unix.SYS_LANDLOCK_CREATE_RULESET, 0, 0, unix.LANDLOCK_CREATE_RULESET_VERSION)
	if errno != 0 {
		return 0
	}
	return int(version)
}

func landlockCreate(attr *unix.LandlockRulesetAttr) (int, error) {
	fd, _, errno := unix.Syscall(unix.SYS_LANDLOCK_CREATE_RULESET, uintptr(unsafe.Pointer(attr)), unsafe.Sizeof(*attr), 0)
	if errno != 0 {
		return -1, fmt.Errorf("landlock_create_ruleset: %w", errno)
	}
	return int(fd), nil
}

func landlockAllow(ruleset int, rule *unix.LandlockPathBeneathAttr) error {
	_, _, errno := unix.Syscall6(unix.SYS_LANDLOCK_ADD_RULE, uintptr(ruleset), unix.LANDLOCK_RULE_PATH_BENEATH,
		uintptr(unsafe.Pointer(rule)), 0, 0, 0)
	if errno != 0 {
		return fmt.Errorf("landlock_add_rule: %w", errno)
	}
	return nil
}

// landlockRestrict confines the calling thread, which is enough before execve(2): it ends the others. Without the right
// CAP_SYS_ADMIN the kernel wants no_new_privs first, and only then is it set, so that sudo keeps working for root.
func landlockRestrict(ruleset int) error {
	_, _, errno := unix.Syscall(unix.SYS_LANDLOCK_RESTRICT_SELF, uintptr(ruleset), 0, 0)
	if errno == unix.EPERM {
		if err := noNewPrivileges(); err != nil {
			return err
		}
		_, _, errno = unix.Syscall(unix.SYS_LANDLOCK_RESTRICT_SELF, uintptr(ruleset), 0, 0)
	}
	if errno != 0 {
		return fmt.Errorf("landlock_restrict_self: %w", errno)
	}
	return nil
}

func noNewPrivileges() error {
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return fmt.Errorf("prctl PR_SET_NO_NEW_PRIVS: %w", err)
	}
	return nil
}
