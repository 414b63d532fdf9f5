package main

import (
	"errors"
	"io/fs"

	"golang.org/x/sys/unix"

	"ops/sshrestrict/audit"
	"ops/sshrestrict/rooted"
	"ops/sshrestrict/scpserver"
	"ops/sshrestrict/sftpserver"
)

// events tells the process that writes the audit what a server of files does. fd is a socket that keeps the borders of
// messages, 0 for none. If that process is gone, nothing is left to tell: the kernel ends this one too.
type events struct {
	fd       int
	recorded bool   // wait until an operation is recorded, or end
	end      func() // of the session
}

// report sends an operation with its outcome.
func (e *events) report(o audit.Operation, err error) {
	if e.fd == 0 {
		return
	}
	o.Code = "ok"
	if err != nil {
		o.Code, o.Denied = outcome(err)
		o.Reason = err.Error()
	}
	for {
		if err := unix.Send(e.fd, o.Encode(), unix.MSG_NOSIGNAL); err != unix.EINTR {
			break
		}
	}
	if e.recorded && !e.answered() {
		e.end()
	}
}

// answered waits until the operation is recorded, and is false if it cannot be.
func (e *events) answered() bool {
	var answer [1]byte
	for {
		n, err := unix.Read(e.fd, answer[:])
		if err != unix.EINTR {
			return err == nil && n == 1 && answer[0] == audit.Recorded
		}
	}
}

// outcome names what kept an operation from being done, and tells whether it was refused.
func outcome(err error) (code string, denied bool) {
	switch {
	case errors.Is(err, rooted.ErrQuota):
		return "quota", true
	case errors.Is(err, rooted.ErrTooLarge):
		return "too-large", true
	case errors.Is(err, fs.ErrPermission):
		return "denied", true
	}
	return "failed", false
}

func (e *events) sftp(event sftpserver.Event) {
	o := audit.Operation{Name: event.Op, Path: event.Path, Target: event.Target, BytesIn: -1, BytesOut: -1}
	switch event.Op {
	case "open", "close":
		o.Name += "-" + direction(event.Write)
	}
	if event.Op == "close" {
		o.BytesIn, o.BytesOut = event.BytesWritten, event.BytesRead
	}
	e.report(o, event.Err)
}

func (e *events) scp(event scpserver.Event) {
	o := audit.Operation{Name: event.Op, Path: event.Path, BytesIn: -1, BytesOut: -1}
	switch event.Op {
	case "send":
		o.Name, o.BytesOut = "close-read", event.Bytes
	case "receive":
		o.Name, o.BytesIn = "close-write", event.Bytes
	}
	e.report(o, event.Err)
}

func direction(write bool) string {
	if write {
		return "write"
	}
	return "read"
}
