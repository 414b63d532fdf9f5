package page

import (
	"cmp"
	"net/netip"
	"slices"

	"ops/logviz"
	"ops/logviz/geo"
)

// Privacy says what is told of addresses and accounts. How many there are is told all the same. The zero Privacy tells
// everything.
type Privacy struct {
	// Address returns what an address is called; addresses with the same name are told as one that stands for several,
	// and without a name ("") only as the others of their place. nil: the address itself.
	Address func(netip.Addr) string
	// HideNetworks leaves out the list of networks, which would tell what Address does not.
	HideNetworks bool
	// Account returns what an account is called. nil: its name.
	Account func(string) string
	// OneByOne says that each address and account is called differently. They stay in the order of the table, so that a
	// live page can go on with their numbers.
	OneByOne bool
}

// Networks tells of an address its /24 or, of IPv6, its /48.
func Networks() Privacy {
	return Privacy{Address: func(a netip.Addr) string { return logviz.NetworkOf(a).String() }}
}

// CountriesOnly tells of addresses nothing but how many there are where.
func CountriesOnly() Privacy {
	return Privacy{Address: func(netip.Addr) string { return "" }, HideNetworks: true}
}

// table is a LedgerTable under the names that are told.
type table struct {
	places   []geo.Place
	methods  []string
	sources  []source
	accounts []account
	rows     []logviz.LedgerRow
}

type source struct {
	name   string
	place  int
	others int // how many addresses it stands for, 0 if it is one or none
	logviz.Totals
}

type account struct {
	name   string
	others int
	logviz.Totals
}

// table gives the sources and accounts their names and puts together those of the same one.
func (p Privacy) table(t *logviz.LedgerTable) *table {
	out := &table{places: t.Places, methods: t.Methods, rows: t.Rows}
	if p.OneByOne || p.Address == nil && p.Account == nil {
		for _, s := range t.Sources {
			out.sources = append(out.sources, source{p.address(s.Addr), s.Place, s.Others, s.Totals})
		}
		p.accounts(out, t.Accounts)
		return out
	}
	sourceAt := p.sources(out, t.Sources)
	accountAt := p.accounts(out, t.Accounts)
	out.rows = make([]logviz.LedgerRow, 0, len(t.Rows))
	for _, r := range t.Rows {
		r.Source, r.Account = sourceAt[r.Source], accountAt[r.Account]
		out.rows = append(out.rows, r)
	}
	slices.SortFunc(out.rows, logviz.LedgerRow.Compare)
	kept := out.rows[:0]
	for _, r := range out.rows {
		if k := len(kept); k > 0 && sameCell(kept[k-1], r) {
			kept[k-1].N += r.N
			continue
		}
		kept = append(kept, r)
	}
	out.rows = kept
	return out
}

// address returns what an address is called, "" for none.
func (p Privacy) address(a netip.Addr) string {
	switch {
	case !a.IsValid():
		return ""
	case p.Address != nil:
		return p.Address(a)
	}
	return a.String()
}

func sameCell(r, s logviz.LedgerRow) bool { return r.Compare(s) == 0 }

// sources returns where each source of the table went.
func (p Privacy) sources(out *table, list []logviz.LedgerSource) []int {
	type key struct {
		name  string
		place int
		known bool // an address, or several: not "none was logged"
	}
	groups := make(map[key]int)
	var all []source
	var only []int // per group: addresses that only got in, which statistics do not count as sources
	at := make([]int, len(list))
	for i, s := range list {
		k, n := key{place: s.Place, known: s.Others > 0}, s.Others
		if s.Addr.IsValid() {
			k.name, k.known, n = p.address(s.Addr), true, 1
		}
		g, ok := groups[k]
		if !ok {
			g = len(all)
			groups[k] = g
			all = append(all, source{name: k.name, place: s.Place})
			only = append(only, 0)
		}
		if s.Failed > 0 {
			all[g].others += n
		} else {
			only[g] += n
		}
		all[g].Totals = all[g].Add(s.Totals)
		at[i] = g
	}
	// An address that stands for itself needs no number, unless it has no name.
	for i := range all {
		if all[i].others == 0 {
			all[i].others = only[i]
		}
		if all[i].others == 1 && all[i].name != "" {
			all[i].others = 0
		}
	}
	order := ranked(len(all), func(i, j int) int {
		x, y := all[i], all[j]
		return cmp.Or(boolean(x.name == "")-boolean(y.name == ""), y.Failed-x.Failed, y.Accepted-x.Accepted,
			cmp.Compare(x.name, y.name), x.place-y.place, y.others-x.others)
	})
	for _, g := range order.list {
		out.sources = append(out.sources, all[g])
	}
	for i := range at {
		at[i] = order.rank[at[i]]
	}
	return at
}

// accounts returns where each account of the table went.
func (p Privacy) accounts(out *table, list []logviz.LedgerAccount) []int {
	at := make([]int, len(list))
	for i, a := range list {
		at[i] = i
		name := a.Name
		if p.Account != nil && a.Others == 0 {
			name = p.Account(name)
		}
		out.accounts = append(out.accounts, account{name, a.Others, a.Totals})
	}
	return at
}

type ranking struct{ list, rank []int }

// ranked sorts n things and tells the place of each.
func ranked(n int, compare func(i, j int) int) ranking {
	r := ranking{make([]int, n), make([]int, n)}
	for i := range n {
		r.list[i] = i
	}
	slices.SortStableFunc(r.list, compare)
	for place, i := range r.list {
		r.rank[i] = place
	}
	return r
}

func boolean(b bool) int {
	if b {
		return 1
	}
	return 0
}
