package logviz

import (
	"cmp"
	"math"
	"slices"
	"strings"
)

// loginList fills the list of logins and counts those after failures.
func (t *Tally) loginList(s *Statistics) {
	all := slices.Clone(t.logins)
	slices.SortFunc(all, func(a, b login) int {
		return cmp.Or(cmp.Compare(a.address, b.address), cmp.Compare(a.until(), b.until()))
	})
	for rest := all; len(rest) > 0; {
		id, n := rest[0].address, 1
		for n < len(rest) && rest[n].address == id {
			n++
		}
		if id != noAddress {
			t.before(rest[:n], &t.addresses[id])
		}
		rest = rest[n:]
	}
	for _, l := range all {
		if l.FailuresBefore > 0 {
			s.LoginsAfterFailures++
		}
	}
	slices.SortFunc(all, func(a, b login) int {
		return cmp.Or(cmp.Compare(b.FailuresBefore, a.FailuresBefore), inTime(a, b))
	})
	all = all[:min(len(all), listedLogins)]
	slices.SortFunc(all, inTime)
	for _, l := range all {
		s.Logins = append(s.Logins, l.Login)
	}
	s.NotListed.Logins = max(0, t.accepted-len(s.Logins))
}

// until is the last moment that is not later than the login; one without a time may have been after all.
func (l login) until() int64 {
	if l.at == noTime {
		return math.MaxInt64
	}
	return l.at
}

// before counts what failed at an address before its logins, which are in order of time. What its history lacks counts
// as well: better an alarm too many.
func (t *Tally) before(logins []login, a *address) {
	moments := a.history.sorted()
	failures, onAccount := a.forgotten, make(map[uint32]int)
	for i := range logins {
		l := &logins[i]
		for len(moments) > 0 && moments[0].at <= l.until() {
			failures += int(moments[0].n)
			onAccount[moments[0].account] += int(moments[0].n)
			moments = moments[1:]
		}
		l.FailuresBefore = failures
		if id, isNew := t.accountID.id(l.Account); !isNew {
			l.SameAccountBefore = onAccount[id]
		}
	}
}

// inTime orders logins by time, and those of one moment so that it is always the same.
func inTime(a, b login) int {
	return cmp.Or(cmp.Compare(a.at, b.at), strings.Compare(a.Account, b.Account), a.IP.Compare(b.IP), strings.Compare(a.Method, b.Method))
}
