package encode

import (
	"fmt"
	"io"
	"strings"

	"ops/logviz"
)

// Encoder writes events to a stream. It belongs to one goroutine.
type Encoder interface {
	// Encode takes one event, which it does not keep.
	Encode(e *logviz.Event) error
	// Close writes what is left to write. It does not close the stream.
	Close() error
}

// Column is a field with a place of its own in a table: its name, and the kind that its values have.
type Column struct {
	Name string
	Kind logviz.Kind
}

// Options says what an encoder writes.
type Options struct {
	// Columns are those of CSV, and in Parquet the fields with a column of their own. CSV has no others.
	Columns []Column
	// Nested makes JSON objects of dotted names, see [AppendNested]. Default: one object with dotted names.
	Nested bool
	// Guard keeps a spreadsheet from taking text in CSV for a formula, see [NewCSV].
	Guard bool
	// Schema is noted in a Parquet file, for who reads it.
	Schema string
}

// Formats returns the names of the formats.
func Formats() []string { return []string{"json", "csv", "logfmt", "parquet"} }

// New returns an encoder of a format.
func New(format string, w io.Writer, o Options) (Encoder, error) {
	switch format {
	case "json":
		return NewJSON(w, o.Nested), nil
	case "csv":
		return NewCSV(w, o.Columns, o.Guard)
	case "logfmt":
		return NewLogfmt(w), nil
	case "parquet":
		return NewParquet(w, o.Columns, o.Schema)
	}
	return nil, fmt.Errorf("unknown format %q, known are %s", format, strings.Join(Formats(), ", "))
}

// listSeparator stands between the strings of a list where a format has no lists.
const listSeparator = ";"

// text returns a value as one text: as [logviz.Value.String] does, but lists joined by semicolons, since their strings
// are more likely to hold a comma.
func text(v logviz.Value) string {
	if v.Kind() == logviz.List {
		return strings.Join(v.List(), listSeparator)
	}
	return v.String()
}

// flushAt is how many bytes of lines are gathered before they are written.
const flushAt = 64 << 10

// lines gathers lines and writes them many at a time.
type lines struct {
	w   io.Writer
	buf []byte
}

func (l *lines) spill() error {
	if len(l.buf) < flushAt {
		return nil
	}
	return l.Close()
}

func (l *lines) Close() error {
	if len(l.buf) == 0 {
		return nil
	}
	_, err := l.w.Write(l.buf)
	l.buf = l.buf[:0]
	return err
}
