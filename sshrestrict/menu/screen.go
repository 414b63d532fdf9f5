package menu

import (
	"fmt"
	"io"
	"strings"

	"ops/internal/terminal"
)

// screen shows one line, broken into rows of the window. All control sequences (ECMA-48) that it writes are its own: the
// texts have none.
type screen struct {
	out           io.Writer
	width, height int
	row           int // where the cursor is, from the first row that was drawn
	rows          int // that were drawn
}

// begin starts at the cursor, which is at the beginning of a row.
func (s *screen) begin() { s.row, s.rows = 0, 0 }

// draw shows the prompt and the text in the place of what was drawn before, with the cursor before text[at].
func (s *screen) draw(prompt string, text []rune, at int) {
	rows, row, column := layout([]rune(prompt+string(text)), len([]rune(prompt))+at, s.width)
	// Of a line that is longer than the window only the rows around the cursor are shown.
	first := max(0, row-s.height+2)
	rows = rows[first:min(len(rows), first+s.height-1)]
	row -= first
	var b strings.Builder
	s.home(&b)
	b.WriteString("\x1b[J")
	for i, text := range rows {
		if i > 0 {
			b.WriteString("\r\n")
		}
		b.WriteString(text)
	}
	b.WriteByte('\r')
	s.rows = len(rows)
	if up := s.rows - 1 - row; up > 0 {
		fmt.Fprintf(&b, "\x1b[%dA", up)
	}
	if column > 0 {
		fmt.Fprintf(&b, "\x1b[%dC", column)
	}
	s.row = row
	io.WriteString(s.out, b.String())
}

// home moves to the first row.
func (s *screen) home(b *strings.Builder) {
	b.WriteByte('\r')
	if s.row > 0 {
		fmt.Fprintf(b, "\x1b[%dA", s.row)
	}
}

// leave moves behind what was drawn; what is written next starts a row.
func (s *screen) leave() {
	var b strings.Builder
	b.WriteByte('\r')
	if down := s.rows - 1 - s.row; down > 0 {
		fmt.Fprintf(&b, "\x1b[%dB", down)
	}
	b.WriteString("\r\n")
	io.WriteString(s.out, b.String())
	s.begin()
}

// clear empties the window.
func (s *screen) clear() {
	io.WriteString(s.out, "\x1b[H\x1b[2J")
	s.begin()
}

// layout breaks a printable text into rows of at most width columns and tells where the character at is. A row may be
// empty only if the cursor is there.
func layout(text []rune, at, width int) (rows []string, row, column int) {
	var b strings.Builder
	used := 0
	for i, r := range text {
		wide := terminal.Columns(string(r))
		if used+wide > width {
			rows = append(rows, b.String())
			b.Reset()
			used = 0
		}
		if i == at {
			row, column = len(rows), used
		}
		b.WriteRune(r)
		used += wide
	}
	if at >= len(text) {
		if used == width { // the cursor cannot stand behind the last column
			rows = append(rows, b.String())
			b.Reset()
			used = 0
		}
		row, column = len(rows), used
	}
	return append(rows, b.String()), row, column
}
