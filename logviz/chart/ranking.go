package chart

import (
	"fmt"
	"strings"
	"time"

	"ops/logviz"
)

// Subject is what a ranking is of.
type Subject int

// The subjects, as the statistics have them.
const (
	Countries Subject = iota
	Accounts
	Addresses
	Networks
	Methods
)

// Look is how a ranking is drawn.
type Look struct {
	Title string // "": that of the subject
	Top   int    // rows with a name; the rest is one row
	Pie   bool   // a pie of at most six slices instead of bars
	Note  string // stands below: where the data come from
}

// maxSlices is how many slices of a pie can still be told apart.
const maxSlices = 6

// row is one bar or slice. The attempts of all rows are all failed attempts.
type row struct {
	name string
	n    int
	rest bool // not one name's
}

// Ranking draws the failed attempts by what they share, largest first.
func Ranking(s *logviz.Statistics, of Subject, look Look) *Chart {
	top := max(look.Top, 1)
	rows := ranking(s, of, top)
	if look.Pie {
		top = min(top, maxSlices)
		for rows = ranking(s, of, top); len(rows) > maxSlices; rows = ranking(s, of, top) {
			top--
		}
	}
	title := look.Title
	if title == "" {
		title = [...]string{"Countries", "Accounts", "Addresses", "Networks", "Methods"}[of] + " by failed attempts"
	}
	c := newChart(title, summary(s))
	parts := []string{summary(s)}
	for _, r := range rows {
		parts = append(parts, r.words(s))
	}
	c.Description = strings.Join(parts, "; ")
	if look.Pie {
		return c.finish(c.pie(s, rows), look.Note)
	}
	return c.finish(c.bars(s, rows), look.Note)
}

// summary is the whole in one line.
func summary(s *logviz.Statistics) string {
	line := count(s.Attempts.Failed) + " failed attempts from " + count(s.Sources) + " addresses"
	if s.First != nil {
		line += ", " + s.First.Format(time.DateTime) + " to " + s.Last.Format("2006-01-02 15:04:05 MST")
	}
	return line
}

func (r row) words(s *logviz.Statistics) string {
	return r.name + ": " + count(r.n) + " (" + r.share(s) + ")"
}

func (r row) share(s *logviz.Statistics) string {
	if s.Attempts.Failed == 0 {
		return ""
	}
	return fmt.Sprintf("%.1f %%", 100*float64(r.n)/float64(s.Attempts.Failed))
}

// ranking returns the first rows of a list, then what could not be located, then all others.
func ranking(s *logviz.Statistics, of Subject, top int) []row {
	all := named(s, of)
	rows := all[:min(top, len(all))]
	left := s.Attempts.Failed
	for _, r := range rows {
		left -= r.n
	}
	if l := s.Located; of == Countries {
		if n := l.Private + l.Reserved + l.Unknown; n > 0 {
			rows, left = append(rows, row{"not located", n, true}), left-n
		}
	}
	if left > 0 {
		rows = append(rows, row{"others", left, true})
	}
	return rows
}

// named returns the list of a subject with names to read.
func named(s *logviz.Statistics, of Subject) []row {
	var rows []row
	add := func(name string, n int) {
		if name == "" {
			name = "(empty)"
		}
		rows = append(rows, row{name: visible(name), n: n})
	}
	switch of {
	case Countries:
		for _, c := range s.Countries {
			add(c.Name, c.Attempts)
		}
	case Accounts:
		for _, a := range s.Accounts {
			add(a.Name, a.Attempts)
		}
	case Addresses:
		for _, a := range s.Addresses {
			name := a.IP.String()
			if a.Country != "" {
				name += " " + a.Country
			}
			add(name, a.Attempts)
		}
	case Networks:
		for _, n := range s.Networks {
			name := n.Prefix.String()
			if n.Country != "" {
				name += " " + n.Country
			}
			add(name, n.Attempts)
		}
	case Methods:
		for _, m := range s.Methods {
			if m.Attempts > 0 { // the list has those that only got in too
				add(m.Name, m.Attempts)
			}
		}
	}
	return rows
}

// Measures of bars and of a pie's list, in pixels.
const (
	rowHeight = 28.0
	barHeight = 16.0
	gap       = 12.0
)

// columns are the widths of names, counts and shares.
func columns(s *logviz.Statistics, rows []row, most float64) (names, counts, shares float64) {
	for _, r := range rows {
		names = max(names, reach(r.name, body, false))
		counts = max(counts, reach(count(r.n), body, true))
		shares = max(shares, reach(r.share(s), body, false))
	}
	return min(names, most), counts, shares
}

// bars draws a row for each, and returns where the last ends.
func (c *Chart) bars(s *logviz.Statistics, rows []row) float64 {
	names, counts, shares := columns(s, rows, 280)
	most := 1
	for _, r := range rows {
		most = max(most, r.n)
	}
	start := margin + names + gap
	length := width - margin - shares - gap - counts - gap - start
	y := headEnd
	for _, r := range rows {
		fill, letters := bar, ink
		if r.rest {
			fill, letters = rest, soft
		}
		base := y + rowHeight/2 + body*0.36
		c.text(label{at: point{margin, base}, size: body, fill: letters, text: cut(r.name, body, false, names)})
		c.rect(start, y+(rowHeight-barHeight)/2, max(1, length*float64(r.n)/float64(most)), barHeight, fill, r.words(s))
		c.text(label{at: point{width - margin - shares - gap, base}, size: body, bold: true, align: right, fill: ink, text: count(r.n)})
		c.text(label{at: point{width - margin, base}, size: body, align: right, fill: soft, text: r.share(s)})
		y += rowHeight
	}
	return y
}
