package launch

import (
	"fmt"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// apply sets the limits of this process, see setrlimit(2), except that of memory, see execve.
func (l *Limits) apply() error {
	const graceCPU = 5 // seconds between SIGXCPU and SIGKILL
	seconds := int64((l.CPU + time.Second - 1) / time.Second)
	for _, one := range []struct {
		name     string
		resource int
		soft     int64
		more     int64 // of the hard limit
	}{
		{"processes", unix.RLIMIT_NPROC, l.Processes, 0},
		{"file size", unix.RLIMIT_FSIZE, l.FileSize, 0},
		{"processor time", unix.RLIMIT_CPU, seconds, graceCPU},
		{"open files", unix.RLIMIT_NOFILE, l.OpenFiles, 0},
	} {
		if one.soft == 0 {
			continue
		}
		if err := lower(one.resource, uint64(one.soft), uint64(one.soft+one.more)); err != nil {
			return fmt.Errorf("limit %s to %d: %w", one.name, one.soft, err)
		}
	}
	return nil
}

// lower sets a limit, or leaves a stricter one that is there already: only root could raise that, and root's programs
// should not get more than an administrator gave them either.
func lower(resource int, soft, hard uint64) error {
	limit, err := lowered(resource, soft, hard)
	if err != nil {
		return err
	}
	return syscall.Setrlimit(resource, &limit) // so that Go does not put the number of open files back at execve
}

func lowered(resource int, soft, hard uint64) (syscall.Rlimit, error) {
	var old syscall.Rlimit
	if err := syscall.Getrlimit(resource, &old); err != nil {
		return old, err
	}
	hard = min(hard, old.Max)
	return syscall.Rlimit{Cur: min(soft, hard), Max: hard}, nil
}

// applyNice changes the niceness of this thread, which execve(2) makes that of the program.
func (l *Limits) applyNice() error {
	if l.Nice == 0 {
		return nil
	}
	const kernelZero = 20 // the system call returns 20 minus the niceness, see getpriority(2)
	now, err := unix.Getpriority(unix.PRIO_PROCESS, 0)
	if err != nil {
		return fmt.Errorf("read niceness: %w", err)
	}
	if err := unix.Setpriority(unix.PRIO_PROCESS, 0, min(kernelZero-now+l.Nice, maxNice)); err != nil {
		return fmt.Errorf("add %d to the niceness: %w", l.Nice, err)
	}
	return nil
}
