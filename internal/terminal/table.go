package terminal

import (
	"fmt"
	"io"
	"strings"
)

// Column is the head of one column of a [Table].
type Column struct {
	Title string
	Right bool // aligned on the right, for numbers; such a column is never shortened
}

// Table is a list for people: columns side by side, two spaces between them, no lines around. Cells may hold anything;
// they are shown by [Printable]. The zero value with Columns set is ready.
type Table struct {
	Columns []Column
	Width   int   // columns of the terminal to fit into; 0 for no limit, as when the output goes to a file
	Style   Style // of the head
	rows    [][]string
}

const (
	gap      = 2 // spaces between columns
	minWidth = 6 // to which a column may be shortened at most
)

// Row adds a row. It panics if there are not as many cells as columns, since that is a mistake in the program.
func (t *Table) Row(cells ...string) {
	if len(cells) != len(t.Columns) {
		panic(fmt.Sprintf("terminal: row of %d cells in a table of %d columns", len(cells), len(t.Columns)))
	}
	row := make([]string, len(cells))
	for i, cell := range cells {
		row[i] = Printable(cell)
	}
	t.rows = append(t.rows, row)
}

// WriteTo prints the head and the rows. A table too wide for Width has its widest left-aligned columns shortened, with
// "…" in the place of what is missing; if that is not enough, its lines are longer than the terminal is wide.
func (t *Table) WriteTo(w io.Writer) (int64, error) {
	widths := t.widths()
	head := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		head[i] = Printable(c.Title)
	}
	var b strings.Builder
	b.WriteString(t.Style.Bold(t.line(head, widths)))
	b.WriteByte('\n')
	for _, row := range t.rows {
		b.WriteString(t.line(row, widths))
		b.WriteByte('\n')
	}
	n, err := io.WriteString(w, b.String())
	return int64(n), err
}

// widths returns the width of each column, shortened as far as needed and allowed.
func (t *Table) widths() []int {
	widths := make([]int, len(t.Columns))
	total := gap * (len(t.Columns) - 1)
	for i, c := range t.Columns {
		widths[i] = Columns(Printable(c.Title))
		for _, row := range t.rows {
			widths[i] = max(widths[i], Columns(row[i]))
		}
		total += widths[i]
	}
	for t.Width > 0 && total > t.Width {
		widest := -1
		for i, c := range t.Columns {
			if !c.Right && widths[i] > minWidth && (widest < 0 || widths[i] > widths[widest]) {
				widest = i
			}
		}
		if widest < 0 {
			break
		}
		widths[widest]--
		total--
	}
	return widths
}

// line joins the cells of one row, without spaces at its end.
func (t *Table) line(cells []string, widths []int) string {
	var b strings.Builder
	for i, cell := range cells {
		if i > 0 {
			b.WriteString(strings.Repeat(" ", gap))
		}
		b.WriteString(pad(cut(cell, widths[i]), widths[i], t.Columns[i].Right))
	}
	return strings.TrimRight(b.String(), " ")
}
