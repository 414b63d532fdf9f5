package learn

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"iter"
	"strings"

	"ops/sshrestrict/audit"
	"ops/sshrestrict/audit/trail"
)

// Kind tells what a client did.
type Kind int

const (
	Command   Kind = iota // ran a command, which Text holds
	Login                 // asked for no command
	Opaque                // ran a command that the log does not hold
	Forced                // was given the command in Text by authorized_keys or sshd_config
	Subsystem             // asked for the subsystem in Text
	Operation             // did one thing within an sftp session
)

// Evidence is one thing that a client did, or was kept from doing. Equal ones mean the same and are only counted.
type Evidence struct {
	Kind    Kind
	Text    string
	Account string // empty if the log does not tell
	Key     string // name, label or fingerprint of the key, likewise
	Denied  bool   // it was refused at that time

	Operation    string // of an Operation, as in sftp-server's log: open, remove, …
	Path, Target string // of an Operation
	Writes       bool   // of an Operation: it changes something
	Deletes      bool   // of an Operation
}

// maxLine is the longest line that is looked at: a record of the audit with what syslog puts before it.
const maxLine = audit.MaxLine + 4<<10

// Read makes evidence of the lines of a log. Records of our audit, sshdo's lines and those of sshd and its sftp server may
// be mixed; other lines are passed over. The only errors are those of r.
func Read(r io.Reader) iter.Seq2[Evidence, error] {
	return func(yield func(Evidence, error) bool) {
		logins := newLogins()
		in := bufio.NewReaderSize(r, maxLine)
		for {
			line, err := in.ReadSlice('\n')
			if err == bufio.ErrBufferFull {
				for err == bufio.ErrBufferFull {
					_, err = in.ReadSlice('\n')
				}
				line = nil
			}
			if e, ok := readLine(bytes.TrimRight(line, "\r\n"), logins); ok && !yield(e, nil) {
				return
			}
			if errors.Is(err, io.EOF) {
				return
			}
			if err != nil {
				yield(Evidence{}, err)
				return
			}
		}
	}
}

func readLine(line []byte, logins *logins) (Evidence, bool) {
	if len(line) == 0 {
		return Evidence{}, false
	}
	if line[0] == '{' || bytes.Contains(line, []byte(": @cee: ")) {
		r, err := trail.ParseLine(line)
		if err != nil {
			return Evidence{}, false
		}
		return FromRecord(&r)
	}
	tag, pid, message, ok := splitSyslog(string(line))
	if !ok {
		return Evidence{}, false
	}
	switch tag {
	case "sshdo":
		return fromSSHDo(message)
	case "sshd", "sshd-session":
		return logins.fromSSHD(message)
	case "sftp-server", "internal-sftp":
		return logins.fromSFTP(pid, message)
	}
	return Evidence{}, false
}

// splitSyslog takes "Nov 24 01:02:03 host tag[pid]: message" apart, where the time may also be one word. A line of a log
// that sshd wrote itself (sshd -E) has no such head and counts as sshd's.
func splitSyslog(line string) (tag, pid, message string, ok bool) {
	if strings.HasPrefix(line, "Starting session: ") || strings.HasPrefix(line, "Accepted ") {
		return "sshd", "", line, true
	}
	rest := line
	for word := range 5 {
		rest = strings.TrimLeft(rest, " ")
		end := strings.IndexByte(rest, ' ')
		if end < 0 {
			return "", "", "", false
		}
		field := rest[:end]
		if name, found := strings.CutSuffix(field, ":"); found && (word == 2 || word == 4) {
			tag, pid, _ = strings.Cut(strings.TrimSuffix(name, "]"), "[")
			return tag, pid, rest[end+1:], tag != ""
		}
		rest = rest[end:]
	}
	return "", "", "", false
}

// FromRecord makes evidence of a record of our audit: of an intent or of an operation. A command that was cut in the log is
// none, since nobody knows its end.
func FromRecord(r *audit.Record) (Evidence, bool) {
	e := Evidence{Account: r.Account, Key: r.Key, Denied: r.Decision != audit.Allow}
	if e.Key == "" {
		e.Key = r.Fingerprint
	}
	switch {
	case r.Event == audit.EventSession:
		return fromOperation(e, r)
	case r.Event != audit.EventIntent:
		return Evidence{}, false
	case r.Requested == nil:
		e.Kind = Login
	case r.RequestedTruncated > 0:
		e.Kind = Opaque
	default:
		e.Text = *r.Requested
	}
	return e, true
}

func fromOperation(e Evidence, r *audit.Record) (Evidence, bool) {
	e.Kind, e.Operation, e.Path, e.Target = Operation, r.Operation, r.Path, r.Target
	switch r.Operation {
	case "remove", "rmdir":
		e.Writes, e.Deletes = true, true
	case "mkdir", "rename", "link", "symlink", "setstat", "truncate", "copy", "open-write", "close-write":
		e.Writes = true
	case "close":
		e.Writes = r.Result != nil && r.Result.BytesIn > 0
	case "open-read", "close-read":
	default:
		return Evidence{}, false
	}
	return e, r.Path != ""
}
