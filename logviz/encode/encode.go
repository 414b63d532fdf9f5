package encode

import (
	"fmt"
	"strings"

	"ops/logviz"
)

// Lines is a format in which an event is a line. It belongs to one goroutine; several of the same format and options
// write parts of one output.
type Lines interface {
	// Begin appends what stands before the first event.
	Begin(b []byte) []byte
	// Append appends an event with its line end.
	Append(b []byte, e *logviz.Event) []byte
}

// Column is a field with a place of its own in a table: its name, and the kind that its values have.
type Column struct {
	Name string
	Kind logviz.Kind
}

// Options says what the lines are like.
type Options struct {
	// Columns are the fields of CSV, which has no others.
	Columns []Column
	// Nested makes JSON objects of dotted names, see [AppendNested]. Default: one object with dotted names.
	Nested bool
	// Guard keeps a spreadsheet from taking text in CSV for a formula, see [NewCSV].
	Guard bool
}

// Formats returns the names of the formats.
func Formats() []string { return []string{"json", "csv", "logfmt", "parquet"} }

// NewLines returns a format by its name. Parquet is none of lines, see [NewParquet].
func NewLines(format string, o Options) (Lines, error) {
	switch format {
	case "json":
		return NewJSON(o.Nested), nil
	case "csv":
		return NewCSV(o.Columns, o.Guard)
	case "logfmt":
		return NewLogfmt(), nil
	}
	return nil, fmt.Errorf("no format of lines is called %q; known are json, csv and logfmt", format)
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
