package main

import (
	"fmt"
	"strings"

	"ops/internal/terminal"
)

// maxStrip is how many days the strip of hours has.
const maxStrip = 14

// strips shades the hours of the last days, and of a longer log those of the weekdays too.
func (p *statsPrinter) strips() {
	p.strip(dayList(p.s), maxStrip)
	if len(p.s.Days) > maxStrip {
		p.strip(weekdayList(p.s), 7)
	}
}

// strip shades the courses of a list's rows by their failed attempts on a logarithmic scale.
func (p *statsPrinter) strip(l *statsList, top int) {
	const labels = len("2026-03-14") // and of Wednesday
	rows := l.part(top)
	fewest, most := 0, 0
	for _, row := range rows {
		for _, n := range row.course {
			if n > 0 && (n < fewest || fewest == 0) {
				fewest = n
			}
			most = max(most, n)
		}
	}
	if most == 0 {
		return
	}
	fmt.Fprintln(p)
	wide := 2 // columns of an hour
	if p.width > 0 && p.width < labels+gap+24*wide {
		wide = 1
	}
	head := fmt.Sprintf("%-*s%-*d%-*d%-*d%d", labels+gap, l.columns[0].title, 6*wide, 0, 6*wide, 6, 6*wide, 12, 18)
	fmt.Fprintln(p, p.style.Bold(head))
	for _, row := range rows {
		fmt.Fprintf(p, "%-*s", labels+gap, row.cells[0].shown)
		for _, n := range row.course {
			step := terminal.ShadeOf(n, fewest, most)
			p.WriteString(p.style.Heat(strings.Repeat(p.blocks.Shade(step), wide), step))
		}
		fmt.Fprintln(p)
	}
	if left := len(l.rows) - len(rows); left > 0 {
		fmt.Fprintln(p, p.style.Dim(fmt.Sprintf("and %s earlier ones", count(left))))
	}
	words := "failed attempts in an hour:"
	if !l.latest {
		words = "failed attempts in an hour of all these days:"
	}
	fmt.Fprint(p, words)
	for step := 1; step <= terminal.Shades; step++ {
		fmt.Fprintf(p, " %s", p.style.Heat(p.blocks.Shade(step), step))
	}
	fmt.Fprintf(p, " from %s to %s\n", count(fewest), count(most))
}
