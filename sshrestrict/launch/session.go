package launch

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"time"

	"golang.org/x/sys/unix"
)

// session is one Run. Everything in it belongs to the goroutine of Run; pumps and listeners report over events.
type session struct {
	processes
	plumbing
	plan   *Plan
	wait   patience
	begin  time.Time
	result Result

	signals chan os.Signal
	reaped  chan os.Signal  // a child has ended or stopped
	done    <-chan struct{} // of the context, nil once it was seen
	limit   <-chan time.Time
	rough   <-chan time.Time // when patience ends
	events  chan error       // one of each pump and each listener, nil if all went well
	pending int              // pumps and listeners that have not ended

	forced  bool // the session is being ended; nothing may be left
	killed  bool // SIGKILL was sent
	drained bool // the pumps know that no stage is left
	givenUp bool // patience ended for the last time
	err     error
}

func newSession(ctx context.Context, p *Plan, streams Streams, wait patience) (*session, error) {
	const pumps, room = 2, 16
	n := &session{
		plan: p, wait: wait, begin: time.Now(), done: ctx.Done(),
		signals: make(chan os.Signal, room), reaped: make(chan os.Signal, 1), events: make(chan error, pumps+len(p.Stages)),
	}
	var err error
	if n.plumbing, err = newPlumbing(streams); err != nil {
		return nil, err
	}
	signal.Notify(n.reaped, unix.SIGCHLD)
	signal.Notify(n.signals, unix.SIGTERM, unix.SIGHUP, unix.SIGINT, unix.SIGQUIT, unix.SIGWINCH)
	if p.Limits.Time > 0 {
		n.limit = time.After(p.Limits.Time)
	}
	return n, nil
}

// watch runs a pump or a listener and passes its end on.
func (n *session) watch(run func() error) {
	n.pending++
	go func() { n.events <- run() }()
}

// loop returns when all programs have ended and all their output is with the client, or when patience is at its end.
func (n *session) loop() {
	for {
		if !n.running() {
			n.drain()
			if n.pending == 0 || n.givenUp {
				return
			}
		} else if n.givenUp {
			n.err = errors.Join(n.err, errors.New("end programs: they do not go even after SIGKILL"))
			return
		}
		select {
		case <-n.reaped:
			n.collect()
		case sig := <-n.signals:
			n.pass(sig.(unix.Signal))
		case err := <-n.events:
			n.pending--
			if errors.Is(err, errGone) {
				n.end(nil)
			} else if err != nil {
				n.end(err)
			}
		case <-n.done:
			n.done = nil
			n.end(nil)
		case <-n.limit:
			n.result.TimedOut = true
			n.end(nil)
		case <-n.rough:
			n.getRough()
		}
	}
}

// collect waits for stages that have ended and lets the next ones know.
func (n *session) collect() {
	n.reap()
	for _, s := range n.stages {
		switch {
		case s.killed() && len(n.stages) > 1:
			n.end(nil)
		case s.ended:
			s.letGo()
		}
	}
}

// pass hands a signal on.
func (n *session) pass(sig unix.Signal) {
	if sig == unix.SIGWINCH && n.terminal != nil {
		n.cast.resize(n.terminal.resize()) // the kernel tells the programs
		return
	}
	n.signal(sig)
	if sig == unix.SIGHUP || sig != unix.SIGWINCH && !n.running() {
		n.end(nil)
	}
}

// end ends the session, for the reason err or, if that is nil, for one that the result tells.
func (n *session) end(err error) {
	if n.err == nil {
		n.err = err
	}
	if n.forced {
		return
	}
	n.forced = true
	if !n.running() {
		n.rough = time.After(n.wait.flush)
		return
	}
	n.signal(unix.SIGTERM)
	n.signal(unix.SIGCONT) // what is stopped cannot take the hint
	n.rough = time.After(n.wait.grace)
}

func (n *session) getRough() {
	if !n.running() || n.killed {
		n.givenUp = true
		return
	}
	n.killed = true
	n.signal(unix.SIGKILL)
	n.rough = time.After(n.wait.sweep)
}

// drain tells the pumps, once, that no stage is left.
func (n *session) drain() {
	if n.drained {
		return
	}
	n.drained = true
	for _, s := range n.stages {
		s.letGo()
	}
	n.stopPumps()
	if n.forced {
		n.rough = time.After(n.wait.flush)
	}
}

// sweep kills what the programs of an ended session have left behind.
func (n *session) sweep() error {
	const again = 20 * time.Millisecond
	deadline := time.After(n.wait.sweep)
	for !n.reap() {
		killChildren()
		select {
		case <-n.reaped:
		case <-time.After(again):
		case <-deadline:
			return errors.New("end programs: some that they started do not go even after SIGKILL")
		}
	}
	return nil
}

// close cleans up and returns what Run returns.
func (n *session) close() (Result, error) {
	if n.forced {
		n.err = errors.Join(n.err, n.sweep())
	}
	signal.Stop(n.signals)
	signal.Stop(n.reaped)
	n.err = errors.Join(n.err, n.plumbing.close(n.pending > 0))
	n.result.Duration = time.Since(n.begin)
	n.result.BytesIn, n.result.BytesOut = n.counts()
	n.result.outcome(n.stages)
	if n.err != nil {
		return n.result, fmt.Errorf("run: %w", n.err)
	}
	return n.result, nil
}
