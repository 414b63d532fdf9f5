package live

import (
	"cmp"
	"maps"
	"slices"
)

// weightOf is what a cell costs, in units of some 100 bytes, with the names that may be held for it alone.
func (r *ring) weightOf(c cell) int { return 1 + len(r.names.accounts.names[c.account])/32 }

func (r *ring) weigh(s *step, n int) {
	s.weight += n
	r.weight += n
}

// bound makes room: an eighth at a time, since all viewers read all anew then.
func (r *ring) bound() {
	if r.weight <= r.limit {
		return
	}
	n, left := 0, r.weight
	for n < len(r.steps) && left > r.limit*7/8 {
		left -= r.steps[n].weight
		for _, k := range r.steps[n].attempts {
			r.outside.forgotten += int(k)
		}
		n++
	}
	r.forget(n)
}

// forget drops the n oldest steps.
func (r *ring) forget(n int) {
	if n == 0 {
		return
	}
	for _, s := range r.steps[:n] {
		r.weight -= s.weight
		r.totals.lines -= s.lines
		r.totals.events -= s.events
		r.totals.rows -= len(s.attempts)
		for c, k := range s.attempts {
			r.sum(c, -int(k))
		}
	}
	r.steps = slices.Delete(r.steps, 0, n)
	oldest := int64(0)
	if len(r.steps) > 0 {
		oldest = r.steps[0].at
	}
	r.logins = slices.DeleteFunc(r.logins, func(l login) bool { return len(r.steps) == 0 || l.Time.Unix() < oldest })
	r.renumber()
	r.moved = true
}

// renumber makes dictionaries of the names that are still in use.
func (r *ring) renumber() {
	old, oldSources, oldAccounts := r.names, r.sources, r.accounts
	r.names.init()
	r.sources, r.accounts = nil, nil
	renumbered := func(c cell) (to cell) {
		from := oldSources[c.source]
		where, _ := r.names.places.place(old.places.names[from.place])
		var isNew bool
		if to.source, isNew = r.names.sources.place(old.sources.names[c.source]); isNew {
			r.sources = append(r.sources, source{where, from.failed})
		}
		if to.account, isNew = r.names.accounts.place(old.accounts.names[c.account]); isNew {
			r.accounts = append(r.accounts, oldAccounts[c.account])
		}
		method, _ := r.names.methods.place(old.methods.names[c.name()])
		to.method = methodOf(method, c.accepted(), c.unknown())
		return to
	}
	for _, s := range r.steps {
		attempts := make(map[cell]uint32, len(s.attempts))
		for _, c := range slices.SortedFunc(maps.Keys(s.attempts), compareCells) {
			attempts[renumbered(c)] = s.attempts[c]
		}
		s.attempts = attempts
		unparsed := make(map[uint32]uint32, len(s.unparsed))
		for _, id := range slices.Sorted(maps.Keys(s.unparsed)) {
			to, _ := r.names.programs.place(old.programs.names[id])
			unparsed[to] = s.unparsed[id]
		}
		s.unparsed = unparsed
	}
	for i := range r.logins {
		r.logins[i].cell = renumbered(r.logins[i].cell)
	}
}

func compareCells(a, b cell) int {
	return cmp.Or(cmp.Compare(a.source, b.source), cmp.Compare(a.account, b.account), cmp.Compare(a.method, b.method))
}
