package trail

import (
	"errors"
	"net/netip"
	"path"
	"strings"
	"time"

	"ops/sshrestrict/audit"
)

// Query says which sessions are wanted. The zero value wants all; of several conditions all must hold.
type Query struct {
	Since, Until time.Time    // of the intent; Until is not within
	Policy       string       // exact, as all texts unless said otherwise
	Key          string       // the name of the key or its fingerprint
	Account      string       //
	Decision     string       //
	Code         string       //
	Rule         string       //
	Address      netip.Prefix // that holds the client's address
	Program      string       // path or name of a rendered program
	Text         string       // part of the request, the arguments, the reason or a path
}

// Match tells whether one record is wanted by itself.
func (q *Query) Match(r *audit.Record) bool {
	return q.matchTime(r) && q.matchParty(r) &&
		(q.Decision == "" || q.Decision == r.Decision) &&
		(q.Code == "" || q.Code == r.Code) &&
		(q.Rule == "" || q.Rule == r.Rule) &&
		(q.Program == "" || q.matchProgram(r)) &&
		(q.Text == "" || contains(r, q.Text))
}

func (q *Query) matchTime(r *audit.Record) bool {
	return (q.Since.IsZero() || !r.Time.Before(q.Since)) && (q.Until.IsZero() || r.Time.Before(q.Until))
}

// matchParty looks at who asked, which every record of a session says alike.
func (q *Query) matchParty(r *audit.Record) bool {
	if q.Address.IsValid() {
		address, err := netip.ParseAddr(r.Address)
		if err != nil || !q.Address.Contains(address.Unmap().WithZone("")) {
			return false
		}
	}
	return (q.Policy == "" || q.Policy == r.Policy) &&
		(q.Key == "" || q.Key == r.Key || q.Key == r.Fingerprint) &&
		(q.Account == "" || q.Account == r.Account)
}

func (q *Query) matchProgram(r *audit.Record) bool {
	if is := func(p string) bool { return p == q.Program || path.Base(p) == q.Program }; is(r.Program) {
		return true
	}
	for _, program := range r.Argv {
		if len(program) > 0 && (program[0] == q.Program || path.Base(program[0]) == q.Program) {
			return true
		}
	}
	return false
}

func contains(r *audit.Record, text string) bool {
	if strings.Contains(r.Reason, text) || strings.Contains(r.Path, text) || strings.Contains(r.Target, text) ||
		r.Requested != nil && strings.Contains(*r.Requested, text) {
		return true
	}
	for _, program := range r.Argv {
		if strings.Contains(strings.Join(program, " "), text) {
			return true
		}
	}
	return false
}

func isLineError(err error) bool {
	_, ok := errors.AsType[*LineError](err)
	return ok
}
