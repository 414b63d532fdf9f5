package page

import "strings"

// listing is a table: its first rows, and how many more there are.
type listing struct {
	Title string
	Heads []head
	Rows  []line
	More  string // "" if these are all
	Alarm bool   // somebody got in
}

// head is that of a column; numbers stand on the right.
type head struct {
	Title string
	Right bool
}

// right marks the name of a column of numbers.
const right = ">"

func heads(names ...string) (list []head) {
	for _, name := range names {
		title, number := strings.CutSuffix(name, right)
		list = append(list, head{title, number})
	}
	return list
}

// line is a row of a listing.
type line struct {
	Cells []string
	Bar   int // its length, as per cent of the largest in the listing; 0: none
	Alarm bool
}

// lister makes the tables of a report.
type lister struct {
	*words
	data  *Data
	named *table
	top   int
}

// counted is a line of a name, with its attempts, their share of all, and its bar.
func (l *lister) counted(n, largest int, names ...string) line {
	return line{
		Cells: append(names, l.number(n), l.words.share(n, l.data.Statistics.Attempts.Failed)),
		Bar:   percent(n, largest),
	}
}

func (l *lister) accountName(name string) string {
	if name == "" {
		return l.empty
	}
	return shortened(name)
}

func (l *lister) countries() listing {
	h, all := &l.heads, l.data.Statistics.Countries
	t := listing{Title: l.tables.countries, Heads: heads(h.country, h.attempts+right, h.share+right, h.addresses+right)}
	for _, c := range all[:min(l.top, len(all))] {
		row := l.counted(c.Attempts, all[0].Attempts, l.countryName(c.Code))
		row.Cells = append(row.Cells, l.number(c.Sources))
		t.Rows = append(t.Rows, row)
	}
	t.More = l.rest(len(t.Rows), len(all))
	return t
}

func (l *lister) accounts() listing {
	h, all := &l.heads, l.named.accounts
	t := listing{Title: l.tables.accounts, Heads: heads(h.account, h.attempts+right, h.share+right)}
	for _, a := range all {
		if a.Failed > 0 && a.others == 0 && len(t.Rows) < l.top {
			t.Rows = append(t.Rows, l.counted(a.Failed, all[0].Failed, l.accountName(a.name)))
		}
	}
	t.More = l.rest(len(t.Rows), len(l.data.Statistics.Accounts))
	return t
}

func (l *lister) addresses() listing {
	h, all := &l.heads, l.named.sources
	t := listing{Title: l.tables.addresses, Heads: heads(h.address, h.country, h.attempts+right, h.share+right)}
	told := 0
	for _, a := range all {
		if a.Failed > 0 && a.name != "" && len(t.Rows) < l.top {
			told += max(1, a.others)
			t.Rows = append(t.Rows, l.counted(a.Failed, all[0].Failed, shortened(a.name), l.countryName(l.named.places[a.place].Code)))
		}
	}
	t.More = l.rest(told, l.data.Statistics.Sources)
	return t
}

func (l *lister) networks() listing {
	h, all := &l.heads, l.data.Statistics.Networks
	t := listing{Title: l.tables.networks, Heads: heads(h.network, h.country, h.attempts+right, h.addresses+right)}
	if l.data.Privacy.HideNetworks {
		return t
	}
	for _, n := range all[:min(l.top, len(all))] {
		t.Rows = append(t.Rows, line{
			Cells: []string{n.Prefix.String(), l.countryName(n.Country), l.number(n.Attempts), l.number(n.Sources)},
			Bar:   percent(n.Attempts, all[0].Attempts),
		})
	}
	t.More = l.rest(len(t.Rows), len(all))
	return t
}

func (l *lister) methods() listing {
	h, all := &l.heads, l.data.Statistics.Methods
	t := listing{Title: l.tables.methods, Heads: heads(h.method, h.attempts+right, h.share+right)}
	failed := 0
	for _, m := range all {
		if m.Attempts == 0 { // it only got in
			continue
		}
		if failed++; failed <= l.top {
			t.Rows = append(t.Rows, l.counted(m.Attempts, all[0].Attempts, shortened(m.Name)))
		}
	}
	t.More = l.rest(len(t.Rows), failed)
	return t
}
