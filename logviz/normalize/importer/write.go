package importer

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"ops/logviz"
	"ops/logviz/normalize"
)

// Write returns the YAML file of a definition with patterns. Texts are in double quotes, so that each is what it is.
func Write(d *normalize.Definition) []byte {
	w := &writer{}
	w.line(0, "kind", d.Kind)
	w.line(0, "name", d.Name)
	w.text(0, "description", d.Description)
	if len(d.Versions) > 0 {
		w.line(0, "versions", list(d.Versions))
	}
	w.line(0, "stage", string(d.Stage))
	if d.Field != "" {
		w.text(0, "field", d.Field)
	}
	if len(d.When) > 0 {
		w.line(0, "when", "")
		for _, field := range slices.Sorted(maps.Keys(d.When)) {
			w.line(2, quote(field), list(d.When[field]))
		}
	}
	w.values(0, "set", d.Set)
	w.line(0, "patterns", "")
	for _, p := range d.Patterns {
		w.b.WriteString("  - name: " + p.Name + "\n")
		w.text(4, "pattern", p.Pattern.Value)
		w.values(4, "set", p.Set)
		if p.Next != "" {
			w.text(4, "next", p.Next)
		}
		if len(p.Tests) > 0 {
			w.line(4, "tests", "")
		}
		for _, t := range p.Tests {
			w.b.WriteString("      - line: " + quote(t.Line) + "\n")
			if t.Reference != "" {
				w.text(8, "reference", t.Reference)
			}
			if t.Zone != "" {
				w.text(8, "zone", t.Zone)
			}
			w.values(8, "expect", t.Expect)
			if len(t.Absent) > 0 {
				w.line(8, "absent", list(t.Absent))
			}
			if t.NoMatch {
				w.line(8, "no-match", "true")
			}
		}
	}
	return []byte(w.b.String())
}

type writer struct{ b strings.Builder }

func (w *writer) line(indent int, key, value string) {
	w.b.WriteString(strings.Repeat(" ", indent) + key + ":")
	if value != "" {
		w.b.WriteString(" " + value)
	}
	w.b.WriteByte('\n')
}

func (w *writer) text(indent int, key, value string) { w.line(indent, key, quote(value)) }

func (w *writer) values(indent int, key string, values map[string]any) {
	if len(values) == 0 {
		return
	}
	w.line(indent, key, "")
	for _, name := range slices.Sorted(maps.Keys(values)) {
		w.line(indent+2, quote(name), value(values[name]))
	}
}

func value(v any) string {
	switch v := v.(type) {
	case string:
		return quote(v)
	case bool:
		return strconv.FormatBool(v)
	case []any:
		var texts []string
		for _, x := range v {
			texts = append(texts, fmt.Sprint(x))
		}
		return list(texts)
	case []string:
		return list(v)
	}
	return fmt.Sprint(v)
}

// quote writes a text in double quotes. A string of JSON is one of YAML.
func quote(s string) string { return string(logviz.AppendJSONString(nil, s)) }

func list(texts []string) string {
	var quoted []string
	for _, s := range texts {
		quoted = append(quoted, quote(s))
	}
	return "[" + strings.Join(quoted, ", ") + "]"
}
