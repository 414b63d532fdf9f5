package pylogsparser

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// table is a pattern of columns.
type table struct {
	separator, quote rune // quote 0: none
	columns          []string
	checks           []*expression // of each tag, what its value starts with
}

// newTable reads the columns of a pattern's text.
func newTable(text, separator, quote string) (*table, error) {
	one := func(what, s string, otherwise rune) (rune, error) {
		if s == "" {
			return otherwise, nil
		}
		r, size := utf8.DecodeRuneInString(s)
		if size != len(s) {
			return 0, fmt.Errorf("%s %q: write one character", what, s)
		}
		return r, nil
	}
	t := &table{}
	var err error
	if t.separator, err = one("separator", separator, ','); err != nil {
		return nil, err
	}
	if t.quote, err = one("quotechar", quote, '"'); err != nil {
		return nil, err
	}
	t.columns = strings.Split(text, string(t.separator))
	if t.separator != ' ' {
		for i, c := range t.columns {
			t.columns[i] = strings.TrimSpace(c)
		}
	}
	return t, nil
}

// split cuts a line as Python's csv module does: a quote counts at the start of a column, a doubled one in
// it stands for itself, and what follows the closing one belongs to the column.
func (t *table) split(line string) []string {
	var columns []string
	var column strings.Builder
	quoted, start := false, true
	for len(line) > 0 {
		r, size := utf8.DecodeRuneInString(line)
		piece := line[:size]
		line = line[size:]
		switch {
		case quoted && r == t.quote:
			if next, width := utf8.DecodeRuneInString(line); width > 0 && next == t.quote {
				column.WriteString(piece)
				line = line[width:]
			} else {
				quoted = false
			}
		case quoted:
			column.WriteString(piece)
		case r == t.separator:
			columns = append(columns, column.String())
			column.Reset()
			start = true
			continue
		case start && r == t.quote:
			quoted = true
		default:
			column.WriteString(piece)
		}
		start = false
	}
	return append(columns, column.String())
}
