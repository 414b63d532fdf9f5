package logviz

import (
	"cmp"
	"maps"
	"math"
	"slices"

	"ops/logviz/geo"
)

// untimed is the step of attempts whose time was not logged; it sorts behind all others.
const untimed = math.MaxInt64

// ledgerBook is what a Ledger has counted, and how to count less finely.
type ledgerBook struct {
	anchor   int64 // Unix second at which step 0 begins
	anchored bool
	step     int64 // seconds
	rows     []ledgerRow
	sources  []bookSource
	accounts []bookAccount
	places   []geo.Place
	methods  []string

	otherSources  map[uint32]uint32 // by place
	otherAccounts uint32            // 1 + number, or 0
}

type ledgerRow struct {
	step            int64
	n               int
	source, account uint32
	method          uint16
	accepted        bool
}

// bookSource is a source and the one that it is counted as: itself, or the others of its place.
type bookSource struct {
	LedgerSource
	as     uint32
	other  bool
	folded folded
}

type bookAccount struct {
	LedgerAccount
	as     uint32
	other  bool
	folded folded
}

// folded counts names that one stands for: those with a failed attempt, and the others.
type folded struct{ failed, accepted int }

func (f *folded) add(t Totals) {
	if t.Failed > 0 {
		f.failed++
	} else {
		f.accepted++
	}
}

// names is how many are told: as statistics do, those with a failed attempt, unless there are only others. Names beyond
// the limit were never known, so there may be more; there is at least one.
func (f folded) names(other bool) int {
	switch {
	case !other:
		return 0
	case f.failed > 0:
		return f.failed
	}
	return max(f.accepted, 1)
}

func (b *ledgerBook) addSource(s LedgerSource) uint32 {
	id := uint32(len(b.sources))
	b.sources = append(b.sources, bookSource{LedgerSource: s, as: id})
	return id
}

func (b *ledgerBook) addAccount(a LedgerAccount) uint32 {
	id := uint32(len(b.accounts))
	b.accounts = append(b.accounts, bookAccount{LedgerAccount: a, as: id})
	return id
}

// otherSource is the number of the rare sources of a place.
func (b *ledgerBook) otherSource(place uint32) uint32 {
	id, ok := b.otherSources[place]
	if !ok {
		if b.otherSources == nil {
			b.otherSources = make(map[uint32]uint32)
		}
		id = b.addSource(LedgerSource{Place: int(place)})
		b.sources[id].other = true
		b.otherSources[place] = id
	}
	return id
}

// otherAccount is the number of the rare accounts.
func (b *ledgerBook) otherAccount() uint32 {
	if b.otherAccounts == 0 {
		id := b.addAccount(LedgerAccount{})
		b.accounts[id].other = true
		b.otherAccounts = id + 1
	}
	return b.otherAccounts - 1
}

// countSource counts attempts of a source and returns the one that they are counted as.
func (b *ledgerBook) countSource(id uint32, n int, accepted bool) uint32 {
	id = b.sources[id].as
	b.sources[id].count(n, accepted)
	return id
}

func (b *ledgerBook) countAccount(id uint32, n int, accepted bool) uint32 {
	id = b.accounts[id].as
	b.accounts[id].count(n, accepted)
	return id
}

// put appends a row and makes room when there is none left.
func (b *ledgerBook) put(row ledgerRow) {
	if k := len(b.rows); k > 0 && b.rows[k-1].sameCell(row) {
		b.rows[k-1].n += row.n
		return
	}
	b.rows = append(b.rows, row)
	if len(b.rows) >= maxLedgerRows {
		b.shrink(maxLedgerRows / 2)
	}
}

func (r ledgerRow) compare(s ledgerRow) int {
	return cmp.Or(
		cmp.Compare(r.step, s.step), cmp.Compare(r.source, s.source), cmp.Compare(r.account, s.account),
		cmp.Compare(r.method, s.method), cmp.Compare(outcome(r.accepted), outcome(s.accepted)),
	)
}

func (r ledgerRow) sameCell(s ledgerRow) bool { return r.compare(s) == 0 }

func outcome(accepted bool) int {
	if accepted {
		return 1
	}
	return 0
}

// merge sorts the rows and adds up those of one cell.
func (b *ledgerBook) merge() {
	slices.SortFunc(b.rows, ledgerRow.compare)
	kept := b.rows[:0]
	for _, r := range b.rows {
		if k := len(kept); k > 0 && kept[k-1].sameCell(r) {
			kept[k-1].n += r.n
			continue
		}
		kept = append(kept, r)
	}
	b.rows = kept
}

// clone returns a book that can be folded without changing this one.
func (b *ledgerBook) clone() *ledgerBook {
	c := *b
	c.rows, c.sources, c.accounts = slices.Clone(b.rows), slices.Clone(b.sources), slices.Clone(b.accounts)
	c.otherSources = maps.Clone(b.otherSources)
	return &c
}
