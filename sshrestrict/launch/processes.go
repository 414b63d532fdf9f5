package launch

import (
	"bytes"
	"errors"
	"os"
	"strconv"

	"golang.org/x/sys/unix"
)

// stage is one running program of a plan.
type stage struct {
	pid    int
	ended  bool
	status unix.WaitStatus // once ended
	hold   int             // our descriptor for the pipe to the next stage, -1 for none
}

// killed tells whether a signal ended the stage. SIGPIPE counts as an end like others: the next stage wanted no more.
func (s *stage) killed() bool {
	return s.ended && s.status.Signaled() && s.status.Signal() != unix.SIGPIPE
}

// letGo lets the next stage see the end of its input.
func (s *stage) letGo() {
	if s.hold >= 0 {
		_ = unix.Close(s.hold)
		s.hold = -1
	}
}

// code is the exit code as of a shell: the program's own, or 128 and the number of the signal.
func (s *stage) code() int {
	const signaled = 128
	if s.status.Signaled() {
		return signaled + int(s.status.Signal())
	}
	return s.status.ExitStatus()
}

// processes are the programs of one plan, in one process group, and all that they start. They belong to this process: those
// whose parent ends come here, since it is their subreaper, see prctl(2).
type processes struct {
	stages []*stage
	group  int // process group, 0 before the first start
}

// running tells whether a stage has not ended.
func (p *processes) running() bool {
	for _, s := range p.stages {
		if !s.ended {
			return true
		}
	}
	return false
}

// signal sends to the process group, and to stages that have left it. Only numbers of stages that were not waited for are
// used: the kernel cannot have given them to somebody else.
func (p *processes) signal(sig unix.Signal) {
	sent := false
	for _, s := range p.stages {
		if s.ended {
			continue
		}
		if group, err := unix.Getpgid(s.pid); err == nil && group == p.group {
			if !sent {
				_ = unix.Kill(-p.group, sig)
			}
			sent = true
			continue
		}
		_ = unix.Kill(s.pid, sig)
	}
}

// reap takes note of all children that have ended or stopped. none is true when there are no children any more.
func (p *processes) reap() (none bool) {
	for {
		var status unix.WaitStatus
		pid, err := unix.Wait4(-1, &status, unix.WNOHANG|unix.WUNTRACED, nil)
		switch {
		case errors.Is(err, unix.EINTR):
			continue
		case err != nil:
			return true
		case pid == 0:
			return false
		}
		for _, s := range p.stages {
			if s.pid != pid || s.ended {
				continue
			}
			if status.Stopped() {
				p.goOn(status.StopSignal())
				continue
			}
			s.ended, s.status = true, status
		}
	}
}

// goOn continues what ^Z stopped: there is no shell behind this program that could.
func (p *processes) goOn(stop unix.Signal) {
	if stop == unix.SIGTSTP {
		p.signal(unix.SIGCONT)
	}
}

// killChildren kills every child of this process. Only children are safe to kill by number; when they are gone, theirs have
// become children of this process, so that repeating it reaches all.
func killChildren() {
	self := strconv.Itoa(unix.Getpid())
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return
	}
	for _, entry := range entries {
		pid, err := strconv.Atoi(entry.Name())
		if err == nil && parentOf(entry.Name()) == self {
			_ = unix.Kill(pid, unix.SIGKILL)
		}
	}
}

// parentOf reads the fourth field of /proc/PID/stat, which follows the name in parentheses, see proc(5).
func parentOf(pid string) string {
	stat, err := os.ReadFile("/proc/" + pid + "/stat")
	if err != nil {
		return ""
	}
	fields := bytes.Fields(stat[bytes.LastIndexByte(stat, ')')+1:])
	if len(fields) < 2 {
		return ""
	}
	return string(fields[1])
}
