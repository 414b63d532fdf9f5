package encode

import (
	"errors"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"ops/logviz"
)

// table writes CSV.
type table struct {
	lines
	columns []Column
	guard   bool
}

// NewCSV returns an encoder of CSV (RFC 4180): a line of names, then one record an event, comma, CR LF. A field that
// an event lacks is empty, a list is joined by semicolons, and a field that is no column is left out.
//
// Line ends and tabs stand within quotes, as the RFC has them. Other control characters, which it does not allow, and
// bytes that are not UTF-8 become U+FFFD.
//
// With guard, text that begins with = + - @ or a tab or CR, and is no number, gets an apostrophe in front: a
// spreadsheet would otherwise run what an attacker had logged as a formula. It changes the data, hence the choice.
func NewCSV(w io.Writer, columns []Column, guard bool) (Encoder, error) {
	if len(columns) == 0 {
		return nil, errors.New("CSV needs columns")
	}
	t := &table{lines: lines{w: w}, columns: columns, guard: guard}
	for i, c := range columns {
		t.cell(i, c.Name)
	}
	t.buf = append(t.buf, "\r\n"...)
	return t, nil
}

func (t *table) Encode(e *logviz.Event) error {
	for i, c := range t.columns {
		s := ""
		if v := e.Get(c.Name); v.Kind() != 0 {
			s = text(v)
		}
		t.cell(i, s)
	}
	t.buf = append(t.buf, "\r\n"...)
	return t.spill()
}

func (t *table) cell(column int, s string) {
	if column > 0 {
		t.buf = append(t.buf, ',')
	}
	if t.guard && isFormula(s) {
		s = "'" + s
	}
	// One empty column alone would be an empty line, which readers pass over.
	if s == "" && len(t.columns) > 1 {
		return
	}
	plain := s != ""
	for i := range len(s) {
		if c := s[i]; c < ' ' || c == '"' || c == ',' || c >= 0x7f {
			plain = false
			break
		}
	}
	// Some readers trim blanks, and take a leading # for a comment.
	if plain && s[0] != ' ' && s[0] != '#' && s[len(s)-1] != ' ' {
		t.buf = append(t.buf, s...)
		return
	}
	t.buf = append(t.buf, '"')
	for _, r := range s { // gives U+FFFD for each byte that is not UTF-8
		switch {
		case r == '"':
			t.buf = append(t.buf, `""`...)
		case r < ' ' && r != '\t' && r != '\r' && r != '\n' || r >= 0x7f && r < 0xa0:
			t.buf = utf8.AppendRune(t.buf, utf8.RuneError)
		default:
			t.buf = utf8.AppendRune(t.buf, r)
		}
	}
	t.buf = append(t.buf, '"')
}

func isFormula(s string) bool {
	if s == "" || !strings.ContainsRune("=+-@\t\r", rune(s[0])) {
		return false
	}
	_, err := strconv.ParseFloat(s, 64)
	return err != nil || strings.ContainsAny(s, "infnINFN") // "-Inf" parses as well
}
