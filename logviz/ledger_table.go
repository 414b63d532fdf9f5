package logviz

import (
	"cmp"
	"net/netip"
	"slices"
	"strings"
	"time"

	"ops/logviz/geo"
)

// Totals is a number of attempts by outcome.
type Totals struct{ Failed, Accepted int }

func (t *Totals) count(n int, accepted bool) {
	if accepted {
		t.Accepted += n
	} else {
		t.Failed += n
	}
}

// Add returns both together.
func (t Totals) Add(more Totals) Totals {
	return Totals{t.Failed + more.Failed, t.Accepted + more.Accepted}
}

// LedgerSource is where attempts came from.
type LedgerSource struct {
	Addr   netip.Addr // invalid if Others stands for several, or if no address was logged
	Place  int        // index into LedgerTable.Places
	Others int        // how many addresses with a failed attempt this stands for, if not one; if none has, how many in all
	Totals
}

// LedgerAccount is an account that was tried.
type LedgerAccount struct {
	Name   string
	Others int // how many accounts this stands for, counted likewise, if not one; then Name is empty
	Totals
}

// LedgerRow is how many attempts one source made on one account by one method in one step.
type LedgerRow struct {
	Step                    int // Steps if the time was not logged
	Source, Account, Method int // indices into the lists of the table
	Accepted                bool
	N                       int
}

// LedgerTable is what a [Ledger] has counted. Every attempt is in exactly one row.
type LedgerTable struct {
	From     time.Time // begin of the first step, in the zone; a midnight unless the steps are wider than an hour
	Step     time.Duration
	Steps    int // of whole days
	Untimed  Totals
	Places   []geo.Place     // most failed attempts first; those that are no country at the end
	Sources  []LedgerSource  // most failed attempts first; those that stand for others, and none, at the end
	Accounts []LedgerAccount // likewise
	Methods  []string        // likewise
	Rows     []LedgerRow     // in order of step, source, account, method, failed before accepted
}

// maxSteps is how many steps a table has at most: a fortnight of minutes, with room for the end of summer time.
const maxSteps = 15 * 24 * 60

// Table returns what was counted so far in at most limit rows, at least 70,000. A log of up to a fortnight is told in
// minutes, a longer one in 5, 15 or 60 minutes and so on. If there are more rows than the limit, the accounts with the
// fewest attempts become one that stands for others, then the sources, each for others of its place; then steps widen.
// What the rows add up to, by step, place, account, source and method, is the same with and without a limit.
func (l *Ledger) Table(limit int) *LedgerTable {
	b := l.book.clone()
	b.merge()
	t := b.span(l)
	for t.Steps > maxSteps {
		b.widen(b.wider())
		t = b.span(l)
	}
	if len(b.rows) > limit {
		b.shrink(limit)
		t = b.span(l)
	}
	b.fill(t)
	return t
}

// span finds the days that the table shows: those with attempts, or else those with events.
func (b *ledgerBook) span(l *Ledger) *LedgerTable {
	t := &LedgerTable{Step: time.Duration(b.step) * time.Second}
	n := len(b.rows)
	for ; n > 0 && b.rows[n-1].step == untimed; n-- {
		r := b.rows[n-1]
		t.Untimed.count(r.n, r.accepted)
	}
	first, last := l.first, l.last
	if n > 0 {
		first, last = time.Unix(b.anchor+b.rows[0].step*b.step, 0), time.Unix(b.anchor+(b.rows[n-1].step+1)*b.step-1, 0)
	}
	t.From = midnight(first.In(l.zone))
	if first.IsZero() {
		return t
	}
	// Steps of more than an hour need not begin at midnight where the clocks have been changed.
	if off := floorMod(t.From.Unix()-b.anchor, b.step); b.anchored && off != 0 {
		t.From = t.From.Add(-time.Duration(off) * time.Second)
	}
	end := midnight(last.In(l.zone)).AddDate(0, 0, 1)
	t.Steps = int((end.Unix() - t.From.Unix() + b.step - 1) / b.step)
	return t
}

func floorMod(a, b int64) int64 { return a - b*floorDiv(a, b) }

// fill numbers the names by rank and gives the rows these numbers.
func (b *ledgerBook) fill(t *LedgerTable) {
	places := make([]Totals, len(b.places))
	methods := make([]Totals, len(b.methods))
	sources := make([]Totals, len(b.sources))
	accounts := make([]Totals, len(b.accounts))
	for _, r := range b.rows {
		places[b.sources[r.source].Place].count(r.n, r.accepted)
		methods[r.method].count(r.n, r.accepted)
		sources[r.source].count(r.n, r.accepted)
		accounts[r.account].count(r.n, r.accepted)
	}
	place := ranks(places, func(i, j int) int {
		x, y := b.places[i], b.places[j]
		return cmp.Or(placeGroup(x)-placeGroup(y), compareTotals(places[i], places[j], false), strings.Compare(x.Code, y.Code))
	}, func(i int) { t.Places = append(t.Places, b.places[i]) })
	method := ranks(methods, func(i, j int) int {
		return cmp.Or(compareTotals(methods[i], methods[j], false), strings.Compare(b.methods[i], b.methods[j]))
	}, func(i int) { t.Methods = append(t.Methods, b.methods[i]) })
	source := ranks(sources, func(i, j int) int {
		x, y := &b.sources[i], &b.sources[j]
		return cmp.Or(outcome(!x.Addr.IsValid())-outcome(!y.Addr.IsValid()), compareTotals(sources[i], sources[j], false),
			x.Addr.Compare(y.Addr), place[x.Place]-place[y.Place], outcome(x.other)-outcome(y.other))
	}, func(i int) {
		s := b.sources[i].LedgerSource
		s.Place, s.Totals, s.Others = place[s.Place], sources[i], b.sources[i].folded.names(b.sources[i].other)
		t.Sources = append(t.Sources, s)
	})
	account := ranks(accounts, func(i, j int) int {
		x, y := &b.accounts[i], &b.accounts[j]
		return cmp.Or(outcome(x.other)-outcome(y.other), compareTotals(accounts[i], accounts[j], false), strings.Compare(x.Name, y.Name))
	}, func(i int) {
		a := b.accounts[i].LedgerAccount
		a.Totals, a.Others = accounts[i], b.accounts[i].folded.names(b.accounts[i].other)
		t.Accounts = append(t.Accounts, a)
	})
	shift := floorDiv(b.anchor-t.From.Unix(), b.step)
	for _, r := range b.rows {
		step := t.Steps
		if r.step != untimed {
			step = int(r.step + shift)
		}
		t.Rows = append(t.Rows, LedgerRow{
			Step: step, Source: source[r.source], Account: account[r.account], Method: method[r.method], Accepted: r.accepted, N: r.n,
		})
	}
	slices.SortFunc(t.Rows, LedgerRow.Compare)
}

// Compare puts rows in order of step, source, account, method, failed before accepted; rows of the same are equal.
func (r LedgerRow) Compare(s LedgerRow) int {
	return cmp.Or(r.Step-s.Step, r.Source-s.Source, r.Account-s.Account, r.Method-s.Method, outcome(r.Accepted)-outcome(s.Accepted))
}

// placeGroup puts what is no country behind what is.
func placeGroup(p geo.Place) int {
	switch p.Kind {
	case geo.Country:
		return 0
	case geo.Private:
		return 1
	case geo.Reserved:
		return 2
	}
	return 3
}

// ranks gives everything that has attempts its place in the order, and calls list in that order.
func ranks(totals []Totals, order func(i, j int) int, list func(i int)) []int {
	var ids []int
	for i, n := range totals {
		if n != (Totals{}) {
			ids = append(ids, i)
		}
	}
	slices.SortFunc(ids, order)
	rank := make([]int, len(totals))
	for at, id := range ids {
		rank[id] = at
		list(id)
	}
	return rank
}
