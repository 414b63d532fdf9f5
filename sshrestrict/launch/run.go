package launch

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// Streams are those of the client. The caller keeps them.
type Streams struct {
	In, Out, Err *os.File
}

// Result tells how a plan ended.
type Result struct {
	ExitCode int            // of the last stage that failed, 0 if none did; 128+n where signal n ended it
	Signal   syscall.Signal // that ended the stage of the exit code, or 0
	Duration time.Duration
	BytesIn  int64 // from the client to the first stage; 0 where it read from a terminal or was not asked for
	BytesOut int64 // standard output of the last stage to the client, under the same conditions
	TimedOut bool  // the time limit ended it
}

// patience is how long Run waits before it gets rough.
type patience struct {
	grace time.Duration // from SIGTERM to SIGKILL
	flush time.Duration // for a client that does not take the last output of a session that was ended
	sweep time.Duration // for killed processes to go
}

func usualPatience() patience {
	return patience{grace: 5 * time.Second, flush: time.Second, sweep: 5 * time.Second}
}

// Run starts the programs of the plan, joined by pipes that it makes, and waits for their end. Each program is started by a
// copy of this one, see Child, which goes the same way as Exec; the error may be of the same types, and then nothing was
// left running. It is also non-nil where a recording could not be written, which ends the session: nothing goes unrecorded.
//
// The exit code is that of the last stage, or of the last one that failed, like pipefail of shells. A stage that a signal
// kills, other than SIGPIPE, ends the others, and the next stage sees no end of its input before: half a stream is not
// taken for a whole one. SIGTERM, SIGHUP, SIGINT, SIGQUIT and SIGWINCH are passed on to the process group of the programs.
// They are ended, by SIGTERM and after 5 s by SIGKILL, when the time limit is reached, ctx is done, SIGHUP comes, or nobody
// reads the output any more; then also everything that they started is killed. After an ordinary end, what went into the
// background on purpose is left alone, and the output that is there by then is still passed on. If this process is killed,
// the kernel kills the programs.
//
// Run is the only business of its process: it waits for all children, and adopts theirs.
func Run(ctx context.Context, p *Plan, s Streams) (Result, error) {
	return run(ctx, p, s, realKernel(), usualPatience())
}

func run(ctx context.Context, p *Plan, streams Streams, k kernel, wait patience) (Result, error) {
	if err := p.validate(); err != nil {
		return Result{}, err
	}
	if err := examine(p, k); err != nil {
		return Result{}, err
	}
	// The kernel's promise to kill the programs with their parent is about the parent's thread.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	if err := unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); err != nil {
		return Result{}, fmt.Errorf("prctl PR_SET_CHILD_SUBREAPER: %w", err)
	}
	defer func() { _ = unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 0, 0, 0, 0) }()
	n, err := newSession(ctx, p, streams, wait)
	if err != nil {
		return Result{}, err
	}
	if err = n.open(); err == nil {
		err = n.start()
	}
	if err != nil {
		n.end(err)
	}
	n.loop()
	return n.close()
}

// examine looks at all programs before the first is started.
func examine(p *Plan, k kernel) error {
	if _, err := achieved(p.Confinement, k); err != nil {
		return err
	}
	for i := range p.Stages {
		programs, err := openAll(&p.Stages[i])
		if err != nil {
			return err
		}
		closeAll(programs)
	}
	return nil
}

// outcome fills in how the stages ended.
func (r *Result) outcome(stages []*stage) {
	for _, s := range stages {
		if !s.ended || s.code() == 0 {
			continue
		}
		r.ExitCode, r.Signal = s.code(), 0
		if s.status.Signaled() {
			r.Signal = s.status.Signal()
		}
	}
}
