package main

import (
	"fmt"
	"strings"

	"ops/internal/terminal"
)

// maxStrip is how many days the strip of hours has.
const maxStrip = 14

// strip shades the hours of the last days by their failed attempts on a logarithmic scale.
func (p *statsPrinter) strip() {
	days := p.s.Days[max(0, len(p.s.Days)-maxStrip):]
	byDay := hoursByDay(p.s.Hours)
	fewest, most := 0, 0
	for _, d := range days {
		for _, n := range byDay[d.Date] {
			if n > 0 && (n < fewest || fewest == 0) {
				fewest = n
			}
			most = max(most, n)
		}
	}
	wide := 2 // columns of an hour
	if p.width > 0 && p.width < len("2026-03-14  ")+24*wide {
		wide = 1
	}
	head := ""
	for hour := 0; hour < 24; hour += 6 {
		head += fmt.Sprintf("%-*d", 6*wide, hour)
	}
	fmt.Fprintln(p, p.style.Bold("Day         "+strings.TrimRight(head, " ")))
	for _, d := range days {
		fmt.Fprintf(p, "%s  ", d.Date)
		for _, n := range byDay[d.Date] {
			step := terminal.ShadeOf(n, fewest, most)
			p.WriteString(p.style.Heat(strings.Repeat(p.blocks.Shade(step), wide), step))
		}
		fmt.Fprintln(p)
	}
	if left := len(p.s.Days) - len(days); left > 0 {
		fmt.Fprintln(p, p.style.Dim(fmt.Sprintf("and %s earlier ones", count(left))))
	}
	if most > 0 {
		legend := "failed attempts in an hour:"
		for step := 1; step <= terminal.Shades; step++ {
			legend += " " + p.style.Heat(p.blocks.Shade(step), step)
		}
		fmt.Fprintf(p, "%s from %s to %s\n", legend, count(fewest), count(most))
	}
}
