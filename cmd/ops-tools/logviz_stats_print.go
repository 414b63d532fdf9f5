package main

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"ops/internal/terminal"
	"ops/logviz"
	"ops/logviz/geo"
)

// statsPrinter prints statistics for people: what is alarming, the totals, then the head of each list.
type statsPrinter struct {
	bytes.Buffer
	s      *logviz.Statistics
	style  terminal.Style
	blocks terminal.Blocks
	width  int // 0: no limit
	top    int // rows of a list; below 0, all
}

func printStatistics(e *env, s *logviz.Statistics, info geo.Info, by string, top int) error {
	p := &statsPrinter{s: s, style: terminal.NewStyle(e.out, e.getenv), blocks: terminal.NewBlocks(e.getenv), top: top}
	if terminal.IsTerminal(e.out) {
		p.width = terminal.Width(e.out, e.getenv)
	}
	if by != "" {
		p.list(listOf(by, s), top)
	} else {
		p.alarm()
		p.totals()
		p.lists()
	}
	if by == "" || by == "country" || by == "address" || by == "network" || by == "login" {
		fmt.Fprintf(p, "\n%s\nsource-IP location, not attribution\n", terminal.Printable(info.Note()))
	}
	_, err := e.out.Write(p.Bytes())
	return err
}

func count(n int) string { return terminal.Count(int64(n)) }

func first[T any](n int, list []T) []T { return list[:min(n, len(list))] }

// maxAlarms is how many logins after failures stand at the top.
const maxAlarms = 20

// alarm says what must not be overlooked: an address that failed and then got in.
func (p *statsPrinter) alarm() {
	n := p.s.LoginsAfterFailures
	if n == 0 {
		return
	}
	what := count(n) + " LOGINS"
	if n == 1 {
		what = "1 LOGIN"
	}
	fmt.Fprintln(p, p.style.Alarm("!!! "+what+" AFTER FAILED ATTEMPTS FROM THE SAME ADDRESS"))
	suspicious := slices.DeleteFunc(slices.Clone(p.s.Logins), func(l logviz.Login) bool { return l.FailuresBefore == 0 })
	slices.SortStableFunc(suspicious, func(a, b logviz.Login) int { return cmp.Compare(b.FailuresBefore, a.FailuresBefore) })
	p.list(loginList(suspicious, 0), maxAlarms) // who mistyped once hides no attack
	fmt.Fprintln(p)
}

func (p *statsPrinter) totals() {
	s := p.s
	fmt.Fprintf(p, "%s lines, %s events", count(s.Lines), count(s.Events))
	if s.First != nil {
		fmt.Fprintf(p, ", %s to %s", s.First.Format(time.DateTime), s.Last.Format("2006-01-02 15:04:05 MST"))
	}
	if len(s.Filter) > 0 {
		fmt.Fprintf(p, "\nonly %s", p.style.Bold(terminal.Printable(strings.Join(s.Filter, " "))))
	}
	fmt.Fprintf(p, "\n%s failed attempts from %s addresses in %s countries\n",
		p.style.Bold(count(s.Attempts.Failed)), p.style.Bold(count(s.Sources)), p.style.Bold(count(len(s.Countries))))
	if s.Attempts.Failed > 0 {
		fmt.Fprintf(p, "%s on accounts that exist, %s on others\n%s of the addresses came back in another hour\n",
			count(s.Users.Known), count(s.Users.Unknown), count(s.ReturningSources))
	}
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
	for _, by := range first(5, s.UnparsedBy) {
		program := by.Program
		if program == "" {
			program = "no program"
		}
		fmt.Fprintf(p, "%s%s %s", separator, terminal.Printable(program), count(by.Lines))
		separator = ", "
	}
	fmt.Fprintln(p)
}

// maxHours is how many hours are all shown; of a longer log the days are.
const maxHours = 48

func (p *statsPrinter) lists() {
	if p.top == 0 {
		return
	}
	for _, by := range []string{"country", "account", "address", "network", "method"} {
		l := listOf(by, p.s)
		l.note = "" // the totals say it
		p.section(l, p.top)
	}
	if len(p.s.Days) > 1 {
		p.strips()
	}
	if len(p.s.Hours) <= maxHours {
		p.section(hourList(p.s), maxHours)
	} else {
		p.section(dayList(p.s), maxStrip)
	}
	p.section(loginList(p.s.Logins, 0), p.top)
}

// section prints a list below others, unless it is empty.
func (p *statsPrinter) section(l *statsList, top int) {
	if len(l.rows) > 0 {
		fmt.Fprintln(p)
		p.list(l, top)
	}
}

// list prints a part of a list and says what is left out.
func (p *statsPrinter) list(l *statsList, top int) {
	p.table(l, top)
	if left := len(l.rows) - len(l.part(top)); left > 0 {
		words := "and %s more"
		if l.latest {
			words = "and %s earlier ones"
		}
		fmt.Fprintln(p, p.style.Dim(fmt.Sprintf(words, count(left))))
	}
	if l.note != "" {
		fmt.Fprintln(p, p.style.Dim(l.note))
	}
}

// Widths of what is drawn beside a row, in columns. A file is as wide as a window that has room for both.
const (
	fileWidth   = 110
	courseWidth = 24
	widestBar   = 20
	leastBar    = 6
	gap         = 2 // between the columns of a table
)

// table prints a part of a list, with bars and courses where there is room beside it.
func (p *statsPrinter) table(l *statsList, top int) {
	rows := l.part(top)
	t := &terminal.Table{Width: p.width, Style: p.style}
	var shown []int
	used := 0
	for i, c := range l.columns {
		if c.title == "" {
			continue
		}
		shown = append(shown, i)
		t.Columns = append(t.Columns, terminal.Column{Title: c.title, Right: c.number})
		width := terminal.Columns(c.title)
		for _, row := range rows {
			width = max(width, terminal.Columns(terminal.Printable(row.cells[i].shown)))
		}
		used += width + gap
	}
	bar, course := p.room(rows, used)
	if bar > 0 {
		t.Columns = append(t.Columns, terminal.Column{})
	}
	if course {
		t.Columns = append(t.Columns, terminal.Column{Title: "0     6     12    18"})
	}
	most := 0
	for _, row := range l.rows {
		most = max(most, row.n)
	}
	for _, row := range rows {
		var cells []string
		for _, i := range shown {
			cells = append(cells, row.cells[i].shown)
		}
		if bar > 0 {
			cells = append(cells, p.blocks.Bar(row.n, most, bar))
		}
		if course {
			cells = append(cells, p.blocks.Course(row.course))
		}
		t.Row(cells...)
	}
	t.WriteTo(p) // a buffer takes everything
}

// room returns how wide bars may be beside columns that use so much, and whether courses fit in as well.
func (p *statsPrinter) room(rows []statsRow, used int) (bar int, course bool) {
	width := p.width
	if width == 0 {
		width = fileWidth
	}
	left := width - used
	if len(rows) == 0 || !slices.ContainsFunc(rows, func(r statsRow) bool { return r.n > 0 }) {
		return 0, false
	}
	if rows[0].course != nil && left >= leastBar+gap+courseWidth {
		course = true
		left -= gap + courseWidth
	}
	if left < leastBar {
		return 0, course
	}
	return min(left, widestBar), course
}
