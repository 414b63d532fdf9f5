package launch

import (
	"errors"
	"fmt"
	"runtime"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Exec replaces this process with the one program of the plan. It returns only on failure, with an error that may be
// *MissingProgram, *UnsafeProgram or *NoSandbox, see ExitCode. The process is then half confined and fit for nothing but
// to say so and to end. A plan that Stays is for Run.
func Exec(p *Plan) error {
	if err := p.validate(); err != nil {
		return err
	}
	if p.Stays() {
		return errors.New("start: this plan needs a parent; call Run")
	}
	return execute(p, realKernel(), nil)
}

// execute does what Exec says for a valid plan of one program. last, unless it is nil, is called on the thread that will be
// the program's, when nothing but execve is left to do.
func execute(p *Plan, k kernel, last func() error) error {
	c := &p.Stages[0]
	sandbox, err := achieved(p.Confinement, k)
	if err != nil {
		return err
	}
	// Niceness, sandbox and no_new_privs belong to the thread. Where none of them is asked for, the thread that Go starts
	// for every lock is saved. It is never unlocked.
	if sandbox.ABI > 0 || sandbox.filter || p.Confinement.NoNewPrivileges || p.Limits.Nice > 0 || last != nil {
		runtime.LockOSThread()
	}
	programs, err := openAll(c)
	if err != nil {
		return err
	}
	defer closeAll(programs)
	if err := c.errorStream(); err != nil {
		return err
	}
	ruleset := -1
	if sandbox.ABI > 0 {
		r, err := newRules(k, sandbox, p.Confinement, programs)
		if err != nil {
			return err
		}
		ruleset = r.fd
		defer unix.Close(ruleset)
	}
	if err := settle(p, c); err != nil {
		return err
	}
	if p.Confinement.NoNewPrivileges {
		if err := noNewPrivileges(); err != nil {
			return err
		}
	}
	if ruleset >= 0 {
		if err := k.restrict(ruleset); err != nil {
			return &NoSandbox{Cause: err}
		}
	}
	if sandbox.filter {
		if err := k.filter(); err != nil {
			return &NoSandbox{Cause: err}
		}
	}
	if last != nil {
		if err := last(); err != nil {
			return err
		}
	}
	if err := p.Limits.apply(); err != nil {
		return err
	}
	return c.execve(p.Limits.Memory)
}

// settle sets what programs inherit beside their arguments: folder, umask, niceness, descriptors.
func settle(p *Plan, c *Command) error {
	if err := unix.Chdir(c.Dir); err != nil {
		return fmt.Errorf("change to folder %q: %w", c.Dir, err)
	}
	if p.Umask != noUmask {
		unix.Umask(p.Umask)
	}
	var none unix.Rlimit // a core dump would hold what the program read
	if err := unix.Setrlimit(unix.RLIMIT_CORE, &none); err != nil {
		return fmt.Errorf("switch core dumps off: %w", err)
	}
	if err := p.Limits.applyNice(); err != nil {
		return err
	}
	return closeOthers(p.Keep)
}

// errorStream puts the error stream where the command wants it.
func (c *Command) errorStream() error {
	const stdout, stderr = 1, 2
	switch c.Stderr {
	case StderrStdout:
		if err := unix.Dup3(stdout, stderr, 0); err != nil {
			return fmt.Errorf("join error stream and output: %w", err)
		}
	case StderrNull:
		null, err := unix.Open("/dev/null", unix.O_WRONLY|unix.O_CLOEXEC, 0)
		if err != nil {
			return fmt.Errorf("open /dev/null: %w", err)
		}
		defer unix.Close(null)
		if err := unix.Dup3(null, stderr, 0); err != nil {
			return fmt.Errorf("drop error stream: %w", err)
		}
	}
	return nil
}

// closeOthers marks all descriptors above the standard streams to be closed by execve, except those to keep.
func closeOthers(keep []int) error {
	if err := unix.CloseRange(firstKept, ^uint(0), unix.CLOSE_RANGE_CLOEXEC); err != nil {
		if err := closeListed(); err != nil { // kernels before 5.11
			return err
		}
	}
	for fd := range firstKept {
		_, _ = unix.FcntlInt(uintptr(fd), unix.F_SETFD, 0)
	}
	for _, fd := range keep {
		if _, err := unix.FcntlInt(uintptr(fd), unix.F_SETFD, 0); err != nil {
			return fmt.Errorf("keep descriptor %d: %w", fd, err)
		}
	}
	return nil
}

// closeListed marks every descriptor up to the limit, or up to a number that no session reaches where there is none.
func closeListed() error {
	const most = 1 << 20
	var limit unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &limit); err != nil {
		return fmt.Errorf("read limit of open files: %w", err)
	}
	for fd := uint64(firstKept); fd < min(limit.Max, most); fd++ {
		_, _ = unix.FcntlInt(uintptr(fd), unix.F_SETFD, unix.FD_CLOEXEC) // EBADF for most
	}
	return nil
}

// execve does not return if it succeeds.
func (c *Command) execve(memory int64) error {
	var err error
	if memory > 0 {
		err = c.execveWithin(memory)
	} else {
		err = syscall.Exec(c.Program, c.Args, c.Env)
	}
	if errors.Is(err, unix.ENOENT) {
		return &MissingProgram{Program: c.Program, Path: c.Program}
	}
	return fmt.Errorf("execute %q: %w", c.Program, err)
}

// execveWithin limits the memory and executes, with no allocation between: this process may have more than the limit, and
// the Go runtime does not survive a refusal.
func (c *Command) execveWithin(memory int64) error {
	limit, err := lowered(unix.RLIMIT_AS, uint64(memory), uint64(memory))
	if err != nil {
		return fmt.Errorf("limit memory: %w", err)
	}
	path, err := syscall.BytePtrFromString(c.Program)
	if err != nil {
		return err
	}
	args, err := syscall.SlicePtrFromStrings(c.Args)
	if err != nil {
		return err
	}
	env, err := syscall.SlicePtrFromStrings(c.Env)
	if err != nil {
		return err
	}
	// Executing nothing fails, and as every syscall.Exec it puts back the limit of open files that Go raised at its start.
	_ = syscall.Exec("", []string{""}, nil)
	_, _, errno := unix.RawSyscall6(unix.SYS_PRLIMIT64, 0, unix.RLIMIT_AS, uintptr(unsafe.Pointer(&limit)), 0, 0, 0)
	if errno == 0 {
		_, _, errno = unix.RawSyscall(unix.SYS_EXECVE, uintptr(unsafe.Pointer(path)), uintptr(unsafe.Pointer(&args[0])),
			uintptr(unsafe.Pointer(&env[0])))
	}
	return errno
}
