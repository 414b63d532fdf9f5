package menu

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"

	"ops/internal/terminal"
)

// virtual is a terminal that knows what the screen writes and nothing else: any other control byte is a fault.
type virtual struct {
	width  int
	cells  [][]string
	x, y   int
	fault  error
	escape string // a sequence that is not whole
}

func (v *virtual) Write(b []byte) (int, error) {
	for _, r := range string(b) {
		v.put(r)
	}
	return len(b), nil
}

func (v *virtual) put(r rune) {
	switch {
	case v.escape != "":
		v.escape += string(r)
		if len(v.escape) > 2 && r >= '@' && r <= '~' {
			v.obey(v.escape[2:len(v.escape)-1], r)
			v.escape = ""
		} else if len(v.escape) == 2 && r != '[' {
			v.fault = fmt.Errorf("the sequence %q", v.escape)
			v.escape = ""
		}
	case r == 0x1b:
		v.escape = "\x1b"
	case r == '\r':
		v.x = 0
	case r == '\n':
		v.y++
	case r < ' ' || r == 0x7f || !unicode.IsPrint(r):
		v.fault = fmt.Errorf("the character %q", r)
	default:
		v.show(r)
	}
}

func (v *virtual) obey(params string, r rune) {
	n, _ := strconv.Atoi(params)
	switch {
	case r == 'A':
		v.y -= n
	case r == 'B':
		v.y += n
	case r == 'C':
		v.x = min(v.x+n, v.width-1)
	case r == 'J' && params == "" || r == 'J' && params == "2", r == 'H' && params == "":
		if r == 'H' {
			v.x, v.y = 0, 0
		}
		if r == 'J' && params == "2" {
			v.cells = nil
		} else if r == 'J' && v.y < len(v.cells) {
			v.cells = v.cells[:v.y+1]
			v.cells[v.y] = v.cells[v.y][:min(v.x, len(v.cells[v.y]))]
		}
	default:
		v.fault = fmt.Errorf("the sequence %s%c", params, r)
	}
	if v.y < 0 {
		v.fault, v.y = fmt.Errorf("above the first row"), 0
	}
}

func (v *virtual) show(r rune) {
	wide := terminal.Columns(string(r))
	if v.x+wide > v.width { // only listed words may be that long
		v.x, v.y = 0, v.y+1
	}
	for len(v.cells) <= v.y {
		v.cells = append(v.cells, nil)
	}
	row := v.cells[v.y]
	for len(row) < v.x {
		row = append(row, " ")
	}
	if wide == 0 && v.x > 0 {
		row[v.x-1] += string(r)
		v.cells[v.y] = row
		return
	}
	row = append(row[:v.x:v.x], append([]string{string(r)}, row[min(v.x+wide, len(row)):]...)...)
	v.x++
	for range wide - 1 { // the second half of a wide character
		row = append(row[:v.x:v.x], append([]string{""}, row[v.x:]...)...)
		v.x++
	}
	v.cells[v.y] = row
}

// text is all rows from one on, without their borders.
func (v *virtual) text(from int) string {
	var b strings.Builder
	for i := from; i < len(v.cells); i++ {
		b.WriteString(strings.Join(v.cells[i], ""))
	}
	return b.String()
}
