package audit

import (
	"errors"
	"fmt"
	"path"
	"strings"
	"time"
)

// Identifier is the name of our entries in the journal and in syslog.
const Identifier = "ops-ssh-restrict"

const (
	defaultJournal = "/run/systemd/journal/socket"
	defaultSyslog  = "/dev/log"
	defaultWait    = 2 * time.Second
)

// Options change what [Open] does. The zero value is for use on a real machine.
type Options struct {
	// Required makes a record that any of the sinks did not take an error, upon which the caller denies.
	Required bool

	JournalSocket string         // /run/systemd/journal/socket
	SyslogSocket  string         // /dev/log
	Wait          time.Duration  // 2s: the longest wait for a busy daemon, and for the lock of a file
	PID           int            // of this process, for syslog; left out if 0
	Zone          *time.Location // of syslog's times, which have none written; UTC if nil
}

// Log delivers records. It is for one goroutine.
type Log struct {
	sinks    []sink
	required bool
	lost     int
}

// sink is one place where records go. An error of write means that the record is not there, as far as can be known.
type sink interface {
	write(r *Record) error
	close() error
	String() string
}

// Open returns a log to the destinations: "journal", "syslog", or the absolute path of a file. Nothing is opened yet, so
// an error is one of the policy; what is amiss with a sink is told by [Log.Write]. Without destinations records go nowhere.
func Open(destinations []string, o Options) (*Log, error) {
	if o.Wait <= 0 {
		o.Wait = defaultWait
	}
	l := &Log{required: o.Required}
	for _, to := range destinations {
		switch {
		case to == "journal":
			l.sinks = append(l.sinks, &journal{datagram{path: orDefault(o.JournalSocket, defaultJournal), wait: o.Wait, fd: -1}})
		case to == "syslog":
			l.sinks = append(l.sinks, &syslog{
				datagram: datagram{path: orDefault(o.SyslogSocket, defaultSyslog), wait: o.Wait, fd: -1}, pid: o.PID, zone: o.Zone,
			})
		case strings.HasPrefix(to, "/") && path.Clean(to) == to && to != "/" && !strings.ContainsRune(to, 0):
			l.sinks = append(l.sinks, &file{path: to, wait: o.Wait, fd: -1})
		default:
			return nil, fmt.Errorf("audit to %s: expected journal, syslog or the absolute path of a file", Escape(cut(to, 200)))
		}
	}
	return l, nil
}

// Write delivers the record to every sink, whether or not another one fails. If the sinks are required, any failure is an
// error; if not, only the failure of all of them is. What failed is counted in the next record's Lost.
func (l *Log) Write(r Record) error {
	r.Lost = l.lost
	var failures []error
	for _, s := range l.sinks {
		if err := s.write(&r); err != nil {
			failures = append(failures, fmt.Errorf("write the audit record to %s: %w", s, err))
		}
	}
	if l.lost += len(failures); len(failures) == 0 || !l.required && len(failures) < len(l.sinks) {
		return nil
	}
	return errors.Join(failures...)
}

// Lost is how many deliveries failed until now.
func (l *Log) Lost() int { return l.lost }

// Close gives back what the sinks hold. The log can be used again after that.
func (l *Log) Close() error {
	var failures []error
	for _, s := range l.sinks {
		failures = append(failures, s.close())
	}
	return errors.Join(failures...)
}

func orDefault(value, otherwise string) string {
	if value == "" {
		return otherwise
	}
	return value
}
