package keys

import (
	"fmt"
	"strings"
	"time"

	"ops/internal/terminal"
)

// plan is the new form of a file, line by line beside the old one.
type plan struct {
	name  string
	lines []planned
	tally Change
}

// planned is a line of the file: kept if old and text are the same, taken out if text is empty, new if number is 0.
type planned struct {
	old    Entry
	number int
	text   string
}

func newPlan(name, content string) *plan {
	p := &plan{name: name}
	for _, e := range Parse(name, content, time.UTC).Entries {
		p.lines = append(p.lines, planned{e, e.Number, e.Raw})
	}
	if last := len(p.lines) - 1; last >= 0 && !strings.HasSuffix(content, "\n") {
		p.lines[last].text += "\n" // else the new line would become part of the last one's comment
		p.lines[last].old.Raw += "\n"
	}
	return p
}

func sameText(a, b Entry) bool {
	return strings.TrimRight(a.Raw, " \t\r\n") == strings.TrimRight(b.Raw, " \t\r\n")
}

// add puts in the new lines. Each goes into the place of the first line with its key, or to the end.
func (p *plan) add(added []Entry, replace bool) error {
	for _, n := range added {
		at := -1
		for i := range p.lines {
			line := &p.lines[i]
			if line.number == 0 || !sameKey(line.old, n) {
				continue
			}
			same := sameText(line.old, n)
			switch {
			case !same && !replace:
				return conflict(line.old)
			case at >= 0 && replace:
				line.text = ""
				p.tally.Removed++
			case at >= 0:
				p.tally.Notes = append(p.tally.Notes, fmt.Sprintf("%s:%d says the same once more; --replace takes it out", p.name, line.number))
			case same:
				at = i
				p.tally.Same++
			default:
				at = i
				line.text = n.Raw
				p.tally.Replaced++
			}
		}
		if at < 0 {
			p.lines = append(p.lines, planned{text: n.Raw})
			p.tally.Added++
		}
	}
	return nil
}

func (p *plan) content() string {
	var b strings.Builder
	for _, line := range p.lines {
		b.WriteString(line.text)
	}
	return b.String()
}

// change returns what the plan does, with the difference as patch(1) would want it, made printable.
func (p *plan) change() Change {
	out := p.tally
	if out.Added+out.Replaced+out.Removed == 0 {
		return out
	}
	var b strings.Builder
	fmt.Fprintf(&b, "--- %s\n+++ %s\n", p.name, p.name)
	before, after := 0, 0 // lines so far
	for _, line := range p.lines {
		minus, plus := 0, 0
		if line.number > 0 {
			minus = 1
		}
		if line.text != "" {
			plus = 1
		}
		if line.number == 0 || line.text != line.old.Raw {
			fmt.Fprintf(&b, "@@ -%d,%d +%d,%d @@\n", before+minus, minus, after+plus, plus)
			if minus == 1 {
				b.WriteString("-" + printable(line.old.Raw))
			}
			if plus == 1 {
				b.WriteString("+" + printable(line.text))
			}
		}
		before, after = before+minus, after+plus
	}
	out.Diff = b.String()
	return out
}

func printable(line string) string {
	return terminal.Printable(strings.TrimRight(line, "\r\n")) + "\n"
}
