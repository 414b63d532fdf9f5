package page

import (
	"fmt"
	"time"

	"ops/internal/terminal"
)

// report is the statistics in words, for readers without scripts. Every text in it is fit to be shown, and has still to be
// escaped.
type report struct {
	Lang   string
	Title  string
	Period string // "" without an event
	Totals []figure
	Tables []listing
	Strip  *strip // nil without attempts
	Notes  []string
	Script string // what scripts are good for
	words  *words
}

// figure is a number and what it counts.
type figure struct {
	Count string
	Label string
	Alarm bool // somebody got in
}

// newReport tells the first top entries of each list.
func (d *Data) newReport(top int) *report {
	w := wordsFor(d.Lang)
	s := d.Statistics
	r := &report{Lang: w.lang, Title: visible(d.title()), Script: w.script, words: w}
	if s.First != nil {
		r.Period = fmt.Sprintf(w.period, s.First.Format(time.DateTime), s.Last.Format("2006-01-02 15:04:05 MST"))
	}
	r.total(s.Attempts.Failed, w.totals.failed)
	r.total(s.Users.Unknown, w.totals.unknown)
	r.total(s.Attempts.Accepted, w.totals.accepted).Alarm = s.Attempts.Accepted > 0
	r.total(s.LoginsAfterFailures, w.totals.suspect).Alarm = s.LoginsAfterFailures > 0
	r.total(s.Sources, w.totals.addresses)
	r.total(len(s.Countries), w.totals.countries)
	r.total(s.Located.Private+s.Located.Reserved+s.Located.Unknown, w.totals.notLocated)
	if n := s.NotListed.WithoutTime; n > 0 {
		r.total(n, w.totals.untimed)
	}
	r.total(s.Unparsed, fmt.Sprintf(w.totals.unparsed, w.number(s.Lines)))
	l := lister{words: w, data: d, named: d.Privacy.table(d.Table), top: top}
	for _, t := range []listing{l.logins(), l.countries(), l.accounts(), l.addresses(), l.networks(), l.methods()} {
		if len(t.Rows) > 0 {
			r.Tables = append(r.Tables, t)
		}
	}
	r.Strip = d.strip(w)
	for _, note := range d.Notes {
		r.Notes = append(r.Notes, visible(note))
	}
	r.Notes = append(r.Notes, w.attribution)
	return r
}

func (r *report) total(n int, label string) *figure {
	r.Totals = append(r.Totals, figure{Count: r.words.number(n), Label: label})
	return &r.Totals[len(r.Totals)-1]
}

func visible(s string) string { return terminal.Printable(s) }

// shortened is a name as a cell of a table shows it.
func shortened(s string) string {
	const longest = 64
	s = visible(s)
	n := 0
	for i := range s {
		if n++; n > longest {
			return s[:i] + "…"
		}
	}
	return s
}

func percent(n, most int) int {
	if n == 0 || most == 0 {
		return 0
	}
	return max(1, 100*n/most)
}
