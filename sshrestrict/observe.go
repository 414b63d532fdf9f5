package sshrestrict

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"time"

	"golang.org/x/sys/unix"

	"ops/sshrestrict/audit"
	"ops/sshrestrict/launch"
)

// maxRefusals is how many refusals of one session are recorded. A client that tries on and on must not fill the log's disk;
// the rest is counted in the result. What it changes is always recorded.
const maxRefusals = 1000

// observer records what a server of files does. The server is confined and gets only a socket on which each message is one
// operation; who it works for is filled in here. So a server that was taken over can tell lies about its own session and
// about nothing else.
type observer struct {
	session  *forced
	ours     *os.File
	theirs   *os.File
	end      func() // called if the session must not go on unrecorded
	done     chan struct{}
	err      error // of a record that is required
	refusals int
	garbage  int
}

// observed is observe where the policy asks for it, and else nil, which records nothing.
func (s *forced) observed(plan *launch.Plan, files bool, end func()) (*observer, error) {
	if !files || s.policy.Audit.Files == FilesNever {
		return nil, nil
	}
	return s.observe(plan, end)
}

// observe prepares a plan of one of our servers of files to report what it does. It must be called before the plan is
// recorded, because it changes its arguments. end ends the session.
func (s *forced) observe(plan *launch.Plan, end func()) (*observer, error) {
	ends, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_SEQPACKET|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, fmt.Errorf("make a socket for the audit: %w", err)
	}
	_ = unix.SetNonblock(ends[0], true) // ours alone, so that it gets deadlines
	o := &observer{
		session: s, end: end, done: make(chan struct{}),
		ours: os.NewFile(uintptr(ends[0]), "audit"), theirs: os.NewFile(uintptr(ends[1]), "audit"),
	}
	const behindName = 3 // ops-tools session sftp
	stage := &plan.Stages[0]
	report := []string{"--events", strconv.Itoa(ends[1])}
	if s.policy.Audit.Required {
		report = append(report, "--recorded")
	}
	stage.Args = slices.Insert(slices.Clone(stage.Args), behindName, report...)
	plan.Keep = append(plan.Keep, ends[1])
	go o.read()
	return o, nil
}

// read records until the server and we have closed its end.
func (o *observer) read() {
	defer close(o.done)
	defer o.ours.Close() // a server that waits for an answer sees that none comes
	message := make([]byte, audit.MaxOperation)
	for {
		n, err := o.ours.Read(message)
		if errors.Is(err, io.EOF) || err != nil {
			return
		}
		operation, err := audit.DecodeOperation(message[:n])
		if err != nil {
			o.garbage++
		} else if o.record(&operation); o.err != nil {
			o.end()
			return // without the answer that the server waits for
		}
		if o.session.policy.Audit.Required {
			if _, err := o.ours.Write([]byte{audit.Recorded}); err != nil {
				return
			}
		}
	}
}

// record writes an operation down; err says that it had to be and could not.
func (o *observer) record(operation *audit.Operation) {
	if o.session.policy.Audit.Files == FilesChanges && !operation.Changes() && !operation.Denied {
		return
	}
	if operation.Denied {
		if o.refusals++; o.refusals > maxRefusals {
			return
		}
	}
	r := o.session.record
	r.Event, r.Decision = audit.EventSession, audit.Allow
	if operation.Denied {
		r.Decision = audit.Deny
	}
	r.Requested, r.Argv, r.Program, r.Sandbox, r.PolicyHash = nil, nil, "", "", ""
	r.Operation, r.Path, r.Target, r.Code, r.Reason = operation.Name, operation.Path, operation.Target, operation.Code, operation.Reason
	if operation.BytesIn >= 0 || operation.BytesOut >= 0 {
		r.Result = &audit.Result{Exit: -1, BytesIn: operation.BytesIn, BytesOut: operation.BytesOut}
	}
	if err := o.session.write(r); err != nil && o.session.policy.Audit.Required {
		o.err = err
	}
}

// close waits for the last operations of a server that has ended.
func (o *observer) close() {
	if o == nil {
		return
	}
	o.theirs.Close()
	const patience = 10 * time.Second // if somebody else holds the other end
	_ = o.ours.SetReadDeadline(time.Now().Add(patience))
	<-o.done
}

// remarks tells what is not among the records, empty if nothing.
func (o *observer) remarks() string {
	if o == nil {
		return ""
	}
	text := ""
	if more := o.refusals - maxRefusals; more > 0 {
		text = fmt.Sprintf("%d more refused operations are not recorded", more)
	}
	if o.garbage > 0 {
		if text != "" {
			text += "; "
		}
		text += fmt.Sprintf("%d reports of the server were not understood", o.garbage)
	}
	return text
}
