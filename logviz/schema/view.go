package schema

import (
	"fmt"
	"slices"
	"strings"

	"ops/logviz"
	"ops/logviz/encode"
)

// View is a way to name the fields of events. It never changes, and goroutines may share it.
type View struct {
	Name string
	// Nested says that the names are paths: as JSON, events are objects in objects.
	Nested bool
	// Columns are the fields that have a column of their own in a table that may have many.
	Columns []encode.Column
	// Brief names those of them that a table has which people read.
	Brief []string

	apply func(from, to *logviz.Event)
}

// Names returns the names of the schemas, the default first.
func Names() []string { return []string{"ecs", "ocsf", "legacy"} }

// Named returns the view of a schema.
func Named(name string) (*View, error) {
	switch name {
	case "ecs":
		return newECS(), nil
	case "ocsf":
		return newOCSF(), nil
	case "legacy":
		return newLegacy(), nil
	}
	return nil, fmt.Errorf("unknown schema %q, known are %s", name, strings.Join(Names(), ", "))
}

// Apply fills to, whatever it held, with the fields of from under the view's names. The two are different events.
func (v *View) Apply(from, to *logviz.Event) {
	to.Reset()
	v.apply(from, to)
}

// Select returns columns for the fields named, in that order: of the kind that the view knows, else text.
func (v *View) Select(names []string) []encode.Column {
	columns := make([]encode.Column, len(names))
	for i, name := range names {
		columns[i] = encode.Column{Name: name, Kind: logviz.String}
		if at := slices.IndexFunc(v.Columns, func(c encode.Column) bool { return c.Name == name }); at >= 0 {
			columns[i] = v.Columns[at]
		}
	}
	return columns
}

// kinds makes columns of "name" (text) and "name:i" with the letter of a kind.
func kinds(words string) []encode.Column {
	letters := map[string]logviz.Kind{
		"": logviz.String, "i": logviz.Integer, "f": logviz.Float, "b": logviz.Bool, "a": logviz.IP, "m": logviz.MAC,
		"t": logviz.Timestamp, "d": logviz.Duration, "l": logviz.List,
	}
	var columns []encode.Column
	for word := range strings.FieldsSeq(words) {
		name, letter, _ := strings.Cut(word, ":")
		columns = append(columns, encode.Column{Name: name, Kind: letters[letter]})
	}
	return columns
}
