package main

import (
	"bytes"
	"fmt"
	"strings"
	"time"

	"ops/internal/terminal"
	"ops/logviz"
	"ops/logviz/geo"
)

// statsPrinter prints statistics for people: the totals, then the head of each list.
type statsPrinter struct {
	bytes.Buffer
	s     *logviz.Statistics
	style terminal.Style
	width int // 0: no limit
	top   int
}

func printStatistics(e *env, s *logviz.Statistics, info geo.Info, top int) error {
	p := &statsPrinter{s: s, style: terminal.NewStyle(e.out, e.getenv), top: top}
	if terminal.IsTerminal(e.out) {
		p.width = terminal.Width(e.out, e.getenv)
	}
	p.totals()
	p.lists()
	fmt.Fprintf(p, "\n%s\nsource-IP location, not attribution\n", terminal.Printable(info.Note()))
	_, err := e.out.Write(p.Bytes())
	return err
}

func count(n int) string { return terminal.Count(int64(n)) }

func (p *statsPrinter) totals() {
	s := p.s
	fmt.Fprintf(p, "%s lines, %s events", count(s.Lines), count(s.Events))
	if s.First != nil {
		fmt.Fprintf(p, ", %s to %s", s.First.Format(time.DateTime), s.Last.Format("2006-01-02 15:04:05 MST"))
	}
	fmt.Fprintf(p, "\n%s failed attempts from %s addresses in %s countries\n",
		p.style.Bold(count(s.Attempts.Failed)), p.style.Bold(count(s.Sources)), p.style.Bold(count(len(s.Countries))))
	accepted := count(s.Attempts.Accepted) + " accepted"
	if s.Attempts.Accepted > 0 {
		accepted = p.style.Yellow(accepted)
	}
	fmt.Fprintln(p, accepted)
	if l := s.Located; l.Private+l.Reserved+l.Unknown > 0 {
		fmt.Fprintf(p, "without a country: %s private, %s reserved, %s unknown\n", count(l.Private), count(l.Reserved), count(l.Unknown))
	}
	fmt.Fprintf(p, "%s lines not understood", count(s.Unparsed))
	separator := ": "
	for _, by := range s.UnparsedBy[:min(5, len(s.UnparsedBy))] {
		program := by.Program
		if program == "" {
			program = "no program"
		}
		fmt.Fprintf(p, "%s%s %s", separator, terminal.Printable(program), count(by.Lines))
		separator = ", "
	}
	fmt.Fprintln(p)
}

func (p *statsPrinter) lists() {
	s := p.s
	t := p.table("Country", "Code", "Attempts>", "Share>", "Addresses>")
	for _, c := range first(p.top, s.Countries) {
		t.Row(c.Name, c.Code, count(c.Attempts), p.share(c.Attempts), count(c.Sources))
	}
	p.list(t, len(s.Countries), p.top)

	t = p.table("Account", "Attempts>", "Share>")
	for _, a := range first(p.top, s.Accounts) {
		name := a.Name
		if name == "" {
			name = "(empty)"
		}
		t.Row(name, count(a.Attempts), p.share(a.Attempts))
	}
	p.list(t, len(s.Accounts), p.top)

	t = p.table("Address", "Country", "Attempts>", "Share>")
	for _, a := range first(p.top, s.Addresses) {
		t.Row(a.IP.String(), a.Country, count(a.Attempts), p.share(a.Attempts))
	}
	p.list(t, len(s.Addresses), p.top)

	t = p.table("Method", "Attempts>", "Share>")
	for _, m := range first(p.top, s.Methods) {
		t.Row(m.Name, count(m.Attempts), p.share(m.Attempts))
	}
	p.list(t, len(s.Methods), p.top)

	p.hours()

	t = p.table("Accepted", "Account", "Method", "Address", "Country")
	for _, l := range first(p.top, s.Logins) {
		ip := "not logged"
		if l.IP.IsValid() {
			ip = l.IP.String()
		}
		t.Row(l.Time.Format(time.DateTime), l.Account, l.Method, ip, l.Country)
	}
	p.list(t, len(s.Logins), p.top)
}

// maxHours is how many hours are all shown; of a longer log the last ones are.
const maxHours = 48

func (p *statsPrinter) hours() {
	const barWidth = 30
	hours := p.s.Hours
	most := 1
	for _, h := range hours {
		most = max(most, h.Attempts)
	}
	t := p.table("Hour", "Attempts>", "")
	for _, h := range hours[max(0, len(hours)-maxHours):] {
		bar := strings.Repeat("█", (h.Attempts*barWidth+most-1)/most)
		t.Row(h.Start.Format("2006-01-02 15:04"), count(h.Attempts), bar)
	}
	p.list(t, len(hours), maxHours)
}

// table begins a list; a title that ends in ">" is that of a column of numbers.
func (p *statsPrinter) table(titles ...string) *terminal.Table {
	t := &terminal.Table{Width: p.width, Style: p.style}
	for _, title := range titles {
		name, right := strings.CutSuffix(title, ">")
		t.Columns = append(t.Columns, terminal.Column{Title: name, Right: right})
	}
	return t
}

// list prints a table of the first shown of total lines unless there are none, and says how many it leaves out.
func (p *statsPrinter) list(t *terminal.Table, total, shown int) {
	if total == 0 || p.top == 0 {
		return
	}
	fmt.Fprintln(p)
	t.WriteTo(p) // a buffer takes everything
	if total > shown {
		fmt.Fprintln(p, p.style.Dim(fmt.Sprintf("and %s more", count(total-shown))))
	}
}

func (p *statsPrinter) share(n int) string {
	if p.s.Attempts.Failed == 0 {
		return ""
	}
	return fmt.Sprintf("%.1f %%", 100*float64(n)/float64(p.s.Attempts.Failed))
}

func first[T any](n int, list []T) []T { return list[:min(n, len(list))] }
