package power

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"ops/internal/terminal"
)

// The codes of a Reason. Those of the first group stand in Status.Busy and prevent every verb; see the package comment.
const (
	CodeGoing     = "going"     // the machine is on its way down already
	CodeSession   = "session"   // somebody is logged in
	CodeSSH       = "ssh"       // an ssh connection that logind does not know
	CodeInhibitor = "inhibitor" // a lock against shutdown, sleep or idleness
	CodeJob       = "job"       // systemd has something to do
	CodePackages  = "packages"  // dpkg or apt is at work
	CodeWork      = "work"      // a program that copies or backs up
	CodeUnknown   = "unknown"   // something of the above could not be learnt

	CodeUnavailable = "unavailable" // the machine or its logind cannot do this
	CodeDenied      = "denied"      // polkit does not let this account
	CodeWakeAlarm   = "wake_alarm"  // the clock could not be set
	CodeNoAnswer    = "no_answer"   // logind did not answer in time
	CodeLogind      = "logind"      // logind or the bus failed
)

// busy judges a status: what speaks against every verb. Nothing is left to chance: what is not known speaks against.
func (m Machine) busy(s *Status) []Reason {
	out := []Reason{}
	say := func(code, format string, args ...any) { out = append(out, Reason{code, fmt.Sprintf(format, args...)}) }
	if s.Going != nil && *s.Going != "" {
		say(CodeGoing, "logind is preparing for %s", *s.Going)
	}
	for _, session := range s.Sessions {
		if m.counts(session, s.Time) {
			say(CodeSession, "session %s of %s (%s)", session.ID, session.User, session.where())
		}
	}
	for _, p := range s.SSH {
		if !s.knowsSSH(p.PID) {
			say(CodeSSH, "ssh connection of %s (process %d)", p.Name, p.PID)
		}
	}
	for _, i := range s.Inhibitors {
		if i.holds {
			say(CodeInhibitor, "%s holds a lock on %s: %s", or(i.Who, "somebody"), i.What, or(i.Why, "no reason given"))
		}
	}
	for _, j := range s.Jobs {
		say(CodeJob, "%s %s is %s", j.Type, j.Unit, j.State)
	}
	for _, name := range s.PackageLocks {
		say(CodePackages, "%s is locked", name)
	}
	for _, p := range s.Work {
		say(CodeWork, "%s is running (process %d)", p.Name, p.PID)
	}
	for _, u := range s.Unknown {
		switch u.Field {
		case "going", "sessions", "inhibitors", "jobs", "package_locks", "work", "ssh":
			say(CodeUnknown, "%s: %s", u.Field, u.Reason)
		}
	}
	return out
}

// counts is true for a session that somebody may be using. It follows what logind itself counts for its actions named
// …-multiple-sessions, and adds the other sessions of this account: those could be a person as well. Of a class that is
// not known here it says yes.
func (m Machine) counts(s Session, now time.Time) bool {
	switch s.Class {
	case "greeter", "lock-screen", "background", "background-light", "manager", "manager-early", "none":
		return false
	}
	if s.Own || (int64(s.UID) == int64(m.UID) && s.State == "closing") {
		return false
	}
	if m.IdleSessions > 0 && s.Idle && s.IdleSince != nil && now.Sub(*s.IdleSince) >= m.IdleSessions && m.ttyRested(s.TTY, now) {
		return false
	}
	return true
}

// ttyRested checks logind's word that a session is idle against its terminal, where it has one.
func (m Machine) ttyRested(tty string, now time.Time) bool {
	if !strings.HasPrefix(tty, "tty") && !strings.HasPrefix(tty, "pts/") {
		return true // none, or a display
	}
	if strings.Contains(tty, "..") {
		return false
	}
	at, ok := used(m.path("dev/" + tty))
	return ok && now.Sub(at) >= m.IdleSessions
}

func (s Session) where() string {
	parts := slices.DeleteFunc([]string{s.Service, s.Seat, s.TTY, s.State}, func(p string) bool { return p == "" })
	return strings.Join(parts, ", ")
}

// knowsSSH is true if the process belongs to a session that is listed: sshd's own process for the connection, which is
// the parent of the one that bears the user's name, has opened it. For root both are one.
func (s *Status) knowsSSH(pid int) bool {
	return slices.ContainsFunc(s.Sessions, func(session Session) bool {
		leader := int(session.leader)
		return leader != 0 && (leader == pid || leader == s.sshParents[pid])
	})
}

// prevents is true for a lock that stands against any verb. A job that must not be put to sleep must not be killed
// either, and a film that keeps the machine from being idle has a spectator, so the three kinds count alike. Only mode
// "delay" is known to let things go on; a mode of the future is taken for "block". What concerns keys and lids is not ours.
func prevents(what, mode string) bool {
	return mode != "delay" && slices.ContainsFunc(strings.Split(what, ":"), func(kind string) bool {
		return !strings.HasPrefix(kind, "handle-")
	})
}

func or(s, other string) string {
	if strings.TrimSpace(s) == "" {
		return other
	}
	return s
}

// line is a reason for a person.
func (r Reason) line() string { return terminal.Printable(r.Code + ": " + r.Detail) }
