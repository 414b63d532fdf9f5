package encode

import (
	"errors"
	"strconv"
	"strings"
	"unicode/utf8"

	"ops/logviz"
)

// table writes CSV.
type table struct {
	columns []Column
	guard   bool
}

// NewCSV returns CSV (RFC 4180): a line of names, then one record an event, comma, CR LF. A field that an event lacks is empty, a list is joined by semicolons, and a field that is no column is left out.
//
// Line ends and tabs stand within quotes, as the RFC has them. Other control characters, which it does not allow, and
// bytes that are not UTF-8 become U+FFFD.
//
// With guard, text that begins with = + - @ or a tab or CR, and is no number, gets an apostrophe in front: a
// spreadsheet would otherwise run what an attacker had logged as a formula. It changes the data, hence the choice.
func NewCSV(columns []Column, guard bool) (Lines, error) {
	if len(columns) == 0 {
		return nil, errors.New("CSV needs columns")
	}
	return &table{columns, guard}, nil
}

func (t *table) Begin(b []byte) []byte {
	return t.line(b, func(c Column) string { return c.Name })
}

func (t *table) Append(b []byte, e *logviz.Event) []byte {
	return t.line(b, func(c Column) string {
		if v := e.Get(c.Name); v.Kind() != 0 {
			return text(v)
		}
		return ""
	})
}

func (t *table) line(b []byte, cell func(Column) string) []byte {
	for i, c := range t.columns {
		if i > 0 {
			b = append(b, ',')
		}
		s := cell(c)
		if t.guard && isFormula(s) {
			s = "'" + s
		}
		// One empty column alone would be an empty line, which readers pass over.
		if s != "" || len(t.columns) == 1 {
			b = appendCell(b, s)
		}
	}
	return append(b, "\r\n"...)
}

func appendCell(b []byte, s string) []byte {
	if isPlainCell(s) {
		return append(b, s...)
	}
	b = append(b, '"')
	for _, r := range s { // gives U+FFFD for each byte that is not UTF-8
		switch {
		case r == '"':
			b = append(b, `""`...)
		case r < ' ' && r != '\t' && r != '\r' && r != '\n' || r >= 0x7f && r < 0xa0:
			b = utf8.AppendRune(b, utf8.RuneError)
		default:
			b = utf8.AppendRune(b, r)
		}
	}
	return append(b, '"')
}

// isPlainCell reports whether a cell needs no quotes. Some readers trim blanks, and take a leading # for a comment.
func isPlainCell(s string) bool {
	if s == "" || s[0] == ' ' || s[0] == '#' || s[len(s)-1] == ' ' {
		return false
	}
	for i := range len(s) {
		if c := s[i]; c < ' ' || c == '"' || c == ',' || c >= 0x7f {
			return false
		}
	}
	return true
}

func isFormula(s string) bool {
	if s == "" || !strings.ContainsRune("=+-@\t\r", rune(s[0])) {
		return false
	}
	_, err := strconv.ParseFloat(s, 64)
	return err != nil || strings.ContainsAny(s, "infnINFN") // "-Inf" parses as well
}
