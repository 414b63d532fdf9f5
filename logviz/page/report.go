package page

import (
	"fmt"
	"strings"
	"time"

	"ops/internal/terminal"
	"ops/logviz/geo"
)

// report is the statistics in words for readers without scripts: every text is fit to be shown, and still has to be
// escaped.
type report struct {
	Title  string
	Lang   string
	Period string // "" without an event
	Totals []figure
	Logins section
	Lists  []section
	Hours  []hour
	Notes  []string
}

// figure is a number and what it counts.
type figure struct {
	Count string
	Label string
	Alarm bool
}

// section is a table: its first rows, and how many more there are.
type section struct {
	Title string
	Heads []string
	Rows  []row
	More  string // "" if these are all
}

// row is a line of a table. Percent is the length of its bar, of the largest row of the table.
type row struct {
	Cells   []string
	Percent int
}

// hour is the attempts of one hour.
type hour struct {
	Name     string
	Attempts string
	Level    int // 0 to 9, logarithmic
	Percent  int // of the largest
}

// newReport tells the first top entries of each list.
func (d *Data) newReport(top int) *report {
	s := d.Statistics
	r := &report{Title: visible(d.title()), Lang: "en"}
	if s.First != nil {
		r.Period = s.First.Format(time.DateTime) + " to " + s.Last.Format("2006-01-02 15:04:05 MST")
	}
	r.Totals = []figure{
		{Count: count(s.Attempts.Failed), Label: "failed attempts"},
		{Count: count(s.Attempts.Accepted), Label: "accepted", Alarm: s.Attempts.Accepted > 0},
		{Count: count(s.Sources), Label: "addresses"},
		{Count: count(len(s.Countries)), Label: "countries"},
		{Count: count(s.Located.Private + s.Located.Reserved + s.Located.Unknown), Label: "not located"},
		{Count: count(s.Unparsed), Label: "lines not understood, of " + count(s.Lines)},
	}
	t := d.Privacy.table(d.Table)
	r.Logins = d.logins(top)
	r.Lists = []section{d.countries(top), d.accounts(t, top), d.addresses(t, top), d.methods(top)}
	r.Hours = d.hours()
	for _, note := range d.Notes {
		r.Notes = append(r.Notes, visible(note))
	}
	r.Notes = append(r.Notes, "Where an address is registered says nothing of who used it.")
	return r
}

func visible(s string) string { return terminal.Printable(s) }

// shortened is a name as a cell of a table shows it.
func shortened(s string) string {
	const longest = 64
	s = visible(s)
	if n := 0; len(s) > longest {
		for i := range s {
			if n++; n > longest {
				return s[:i] + "…"
			}
		}
	}
	return s
}

func count(n int) string { return terminal.Count(int64(n)) }

func (d *Data) share(n int) string {
	if d.Statistics.Attempts.Failed == 0 {
		return ""
	}
	return fmt.Sprintf("%.1f %%", 100*float64(n)/float64(d.Statistics.Attempts.Failed))
}

func percent(n, most int) int {
	if n == 0 || most == 0 {
		return 0
	}
	return max(1, 100*n/most)
}

// cut keeps the first rows and says how many there are in all.
func (s *section) cut(top, total int) {
	if total > top {
		s.More = "and " + count(total-top) + " more"
	}
}

func (d *Data) logins(top int) section {
	s := section{Title: "Logins that succeeded", Heads: []string{"Time", "Account", "Method", "Address", "Country"}}
	for _, l := range first(top, d.Statistics.Logins) {
		ip, account := "not logged", l.Account
		if l.IP.IsValid() {
			ip = l.IP.String()
			if d.Privacy.Address != nil {
				ip = d.Privacy.Address(l.IP)
			}
		}
		if d.Privacy.Account != nil {
			account = d.Privacy.Account(account)
		}
		when := "not logged"
		if !l.Time.IsZero() {
			when = l.Time.Format(time.DateTime)
		}
		country := ""
		if l.Country != "" {
			country = geo.Name(l.Country)
		}
		s.Rows = append(s.Rows, row{Cells: []string{when, named(account), shortened(l.Method), ip, country}})
	}
	s.cut(len(s.Rows), d.Statistics.Attempts.Accepted)
	return s
}

func named(account string) string {
	if account == "" {
		return "(empty)"
	}
	return shortened(account)
}

func (d *Data) countries(top int) section {
	s := section{Title: "Countries", Heads: []string{"Country", "Attempts", "Share", "Addresses"}}
	all := d.Statistics.Countries
	for _, c := range first(top, all) {
		s.Rows = append(s.Rows, row{[]string{c.Name, count(c.Attempts), d.share(c.Attempts), count(c.Sources)}, percent(c.Attempts, all[0].Attempts)})
	}
	s.cut(top, len(all))
	return s
}

func (d *Data) accounts(t *table, top int) section {
	s := section{Title: "Accounts", Heads: []string{"Account", "Attempts", "Share"}}
	all := t.accounts
	for _, a := range all {
		if a.Failed == 0 || a.others > 0 || len(s.Rows) == top {
			continue
		}
		s.Rows = append(s.Rows, row{[]string{named(a.name), count(a.Failed), d.share(a.Failed)}, percent(a.Failed, all[0].Failed)})
	}
	s.cut(len(s.Rows), len(d.Statistics.Accounts))
	return s
}

func (d *Data) addresses(t *table, top int) section {
	s := section{Title: "Addresses", Heads: []string{"Address", "Country", "Attempts", "Share"}}
	told := 0
	for _, a := range t.sources {
		if a.Failed == 0 || a.name == "" || len(s.Rows) == top {
			continue
		}
		told += max(1, a.others)
		code := t.places[a.place].Code
		s.Rows = append(s.Rows, row{[]string{shortened(a.name), code, count(a.Failed), d.share(a.Failed)}, percent(a.Failed, t.sources[0].Failed)})
	}
	s.cut(told, d.Statistics.Sources)
	return s
}

func (d *Data) methods(top int) section {
	s := section{Title: "Methods", Heads: []string{"Method", "Attempts", "Share"}}
	all := d.Statistics.Methods
	for _, m := range first(top, all) {
		s.Rows = append(s.Rows, row{[]string{shortened(m.Name), count(m.Attempts), d.share(m.Attempts)}, percent(m.Attempts, all[0].Attempts)})
	}
	s.cut(top, len(all))
	return s
}

// lastHours is how many hours are told one by one.
const lastHours = 48

func (d *Data) hours() []hour {
	all := d.Statistics.Hours
	all = all[max(0, len(all)-lastHours):]
	most := 0
	for _, h := range all {
		most = max(most, h.Attempts)
	}
	var out []hour
	for _, h := range all {
		out = append(out, hour{Name: h.Start.Format("2006-01-02 15:04"), Attempts: count(h.Attempts), Percent: percent(h.Attempts, most)})
	}
	return out
}

func first[T any](n int, list []T) []T { return list[:min(n, len(list))] }

// summary is the report in one line.
func (r *report) summary() string {
	var parts []string
	for _, f := range r.Totals {
		parts = append(parts, f.Count+" "+f.Label)
	}
	return strings.Join(parts, ", ")
}
