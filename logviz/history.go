package logviz

import (
	"cmp"
	"math"
	"slices"
)

// maxMoments bounds the histories of all addresses together. 16 bytes each.
const maxMoments = 1 << 21

// history is when an address tried which account and failed. It is what tells distinct addresses of an hour, of a day
// and of an account, and what came before a login, in whatever order the lines were read.
type history struct {
	moments  []moment
	unsorted bool
}

// moment is failed attempts at one time on one account.
type moment struct {
	at      int64 // Unix nanoseconds, or noTime
	account uint32
	n       uint32
}

const (
	// noTime is the moment of what was logged without a time: before all others.
	noTime = math.MinInt64
	// noAccount stands for the accounts beyond the limit.
	noAccount = math.MaxUint32
)

// seconds returns the moment in Unix seconds.
func (m moment) seconds() int64 { return floorDiv(m.at, 1e9) }

// merged adds attempts to the last moment if they belong to it.
func (h *history) merged(m moment) bool {
	if k := len(h.moments) - 1; k >= 0 && h.moments[k].at == m.at && h.moments[k].account == m.account {
		h.moments[k].n = addCount(h.moments[k].n, m.n)
		return true
	}
	return false
}

func (h *history) add(m moment) {
	if k := len(h.moments) - 1; k >= 0 && h.moments[k].at > m.at {
		h.unsorted = true
	}
	h.moments = append(h.moments, m)
}

// sorted returns the moments in order of time.
func (h *history) sorted() []moment {
	if h.unsorted {
		h.unsorted = false
		slices.SortFunc(h.moments, func(a, b moment) int {
			return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.account, b.account))
		})
	}
	return h.moments
}

// fold keeps no more of each moment's time than its hour.
func (h *history) fold(c *calendar) {
	for i := range h.moments {
		if m := &h.moments[i]; m.at != noTime {
			m.at = c.hour(m.seconds()) * 1e9
		}
	}
	h.unsorted = true
	kept := history{moments: h.sorted()[:0]}
	for _, m := range h.moments {
		if !kept.merged(m) {
			kept.add(m)
		}
	}
	h.moments = slices.Clip(kept.moments)
}

// remember adds to the history of an address. When the histories are full, those of addresses that never got in are
// folded: of a log in order, all of it lies before any login to come, so that nothing is lost that is asked for.
func (t *Tally) remember(a *address, m moment) {
	if a.history.merged(m) {
		return
	}
	if t.moments >= t.maxMoments && !t.full {
		t.moments = 0
		for i := range t.addresses {
			x := &t.addresses[i]
			if !x.entered {
				x.history.fold(&t.clock)
			}
			t.moments += len(x.history.moments)
		}
		t.full = t.moments > t.maxMoments/4*3 // folding again and again would take long
	}
	if t.moments >= t.maxMoments {
		a.forgotten += int(m.n)
		return
	}
	a.history.add(m)
	t.moments++
}
