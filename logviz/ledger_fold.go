package logviz

import (
	"cmp"
	"slices"
	"strings"
)

// shrink counts less finely until there are at most limit rows: rare accounts together, then rare sources, then time in
// wider steps. The sums stay what they are. A limit of 70,000 can always be kept.
func (b *ledgerBook) shrink(limit int) {
	b.merge()
	for _, keep := range []struct {
		accounts, sources int
		step              int64 // seconds, at least
	}{
		{4096, 32768, 0},
		{1024, 32768, 0},
		{256, 32768, 0},
		{256, 8192, 0},
		{128, 2048, 0},
		{64, 1024, 0},
		{32, 512, 0},
		{32, 512, 5 * 60}, // better than losing the names that are left
		{32, 512, 15 * 60},
		{16, 128, 15 * 60},
		{8, 32, 15 * 60},
	} {
		if len(b.rows) <= limit {
			return
		}
		b.foldAccounts(keep.accounts)
		b.foldSources(keep.sources)
		b.merge()
		for b.step < keep.step {
			b.widen(b.wider())
		}
	}
	for len(b.rows) > limit && b.step < maxLedgerStep {
		b.widen(b.wider())
	}
	if len(b.rows) > limit { // one step is left: places and methods remain
		b.foldAccounts(0)
		b.foldSources(0)
		b.merge()
	}
}

// maxLedgerStep is so wide, in seconds, that all times that a Value can have are in some 20 steps.
const maxLedgerStep = 1 << 30 // 34 years

// wider is the next width of a step in seconds, so that as long as can be a day is a whole number of steps.
func (b *ledgerBook) wider() int64 {
	for _, step := range []int64{60, 5 * 60, 15 * 60, 3600, 3 * 3600, 6 * 3600, 12 * 3600, 24 * 3600} {
		if step > b.step {
			return step
		}
	}
	return 2 * b.step
}

// widen makes steps of the given width, a multiple of the present one.
func (b *ledgerBook) widen(step int64) {
	for i := range b.rows {
		if r := &b.rows[i]; r.step != untimed {
			r.step = floorDiv(r.step*b.step, step)
		}
	}
	b.step = step
	b.merge()
}

// kept marks the k names with the most failed attempts and the k/4 with the most accepted ones, which are few and
// matter most.
func kept[T any](k, n int, at func(int) *T, compare func(a, b *T, accepted bool) int) []bool {
	keep := make([]bool, n)
	ids := make([]int, n)
	for i := range ids {
		ids[i] = i
	}
	mark := func(k int, accepted bool) {
		slices.SortFunc(ids, func(i, j int) int { return compare(at(i), at(j), accepted) })
		for _, id := range ids[:min(k, n)] {
			keep[id] = true
		}
	}
	mark(k/4, true)
	mark(k, false)
	return keep
}

// foldAccounts counts all but about keep accounts as others.
func (b *ledgerBook) foldAccounts(keep int) {
	n := len(b.accounts)
	if n <= keep {
		return
	}
	keeps := kept(keep, n, func(i int) *bookAccount { return &b.accounts[i] }, func(x, y *bookAccount, accepted bool) int {
		return cmp.Or(compareTotals(x.Totals, y.Totals, accepted), strings.Compare(x.Name, y.Name))
	})
	other := b.otherAccount()
	for id := range keeps {
		a := &b.accounts[id]
		if keeps[id] || a.other || a.as != uint32(id) {
			continue
		}
		o := &b.accounts[other]
		o.folded.add(a.Totals)
		o.Totals = o.Add(a.Totals)
		a.as, a.Totals = other, Totals{}
	}
	for i := range b.rows {
		b.rows[i].account = b.accounts[b.rows[i].account].as
	}
}

// foldSources counts all but about keep sources as others of their places.
func (b *ledgerBook) foldSources(keep int) {
	n := len(b.sources)
	if n <= keep {
		return
	}
	keeps := kept(keep, n, func(i int) *bookSource { return &b.sources[i] }, func(x, y *bookSource, accepted bool) int {
		return cmp.Or(compareTotals(x.Totals, y.Totals, accepted), x.Addr.Compare(y.Addr), cmp.Compare(x.Place, y.Place))
	})
	for id := range keeps {
		s := b.sources[id]
		if keeps[id] || s.other || s.as != uint32(id) || !s.Addr.IsValid() {
			continue // attempts without an address are one source already, and no address
		}
		other := b.otherSource(uint32(s.Place))
		o := &b.sources[other]
		o.folded.add(s.Totals)
		o.Totals = o.Add(s.Totals)
		b.sources[id].as, b.sources[id].Totals = other, Totals{}
	}
	for i := range b.rows {
		b.rows[i].source = b.sources[b.rows[i].source].as
	}
}

// compareTotals puts the larger one first.
func compareTotals(x, y Totals, accepted bool) int {
	if accepted {
		return cmp.Or(cmp.Compare(y.Accepted, x.Accepted), cmp.Compare(y.Failed, x.Failed))
	}
	return cmp.Or(cmp.Compare(y.Failed, x.Failed), cmp.Compare(y.Accepted, x.Accepted))
}
