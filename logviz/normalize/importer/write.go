package importer

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"ops/internal/strictyaml"
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
	w.transforms(0, d.Transform)
	w.line(0, "patterns", "")
	for _, p := range d.Patterns {
		w.b.WriteString("  - name: " + p.Name + "\n")
		w.text(4, "pattern", p.Pattern.Value)
		w.values(4, "set", p.Set)
		w.transforms(4, p.Transform)
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

// transforms writes those that an import makes: csv, map, date, url, lower, strip, drop and script.
func (w *writer) transforms(indent int, all []strictyaml.Located[normalize.Transform]) {
	if len(all) > 0 {
		w.line(indent, "transform", "")
	}
	item := func(key, value string) { w.line(indent, "  - "+key, value) }
	for _, l := range all {
		switch t := l.Value; {
		case t.Lower != nil:
			item("lower", list(t.Lower))
		case t.Drop != nil:
			item("drop", list(t.Drop))
		case t.Strip != nil && t.Strip.Chars != "":
			item("strip", "{field: "+list(t.Strip.Field)+", chars: "+quote(t.Strip.Chars)+"}")
		case t.Strip != nil:
			item("strip", list(t.Strip.Field))
		case t.URL != nil:
			item("url", list(t.URL))
		case t.Date != nil:
			item("date", "{field: "+quote(t.Date.Field)+", format: "+quote(t.Date.Format)+"}")
		case t.Map != nil:
			item("map", "")
			w.text(indent+6, "field", t.Map.Field)
			w.text(indent+6, "to", t.Map.To)
			w.values(indent+6, "values", t.Map.Values)
			if t.Map.Default != nil {
				w.line(indent+6, "default", value(t.Map.Default))
			}
		case t.CSV != nil:
			item("csv", "")
			w.text(indent+6, "field", t.CSV.Field)
			if t.CSV.Separator != "" {
				w.text(indent+6, "separator", t.CSV.Separator)
			}
			w.line(indent+6, "columns", list(t.CSV.Columns))
		case t.Script != nil:
			item("script", "|")
			for line := range strings.Lines(t.Script.Value) {
				w.b.WriteString(strings.Repeat(" ", indent+6) + line)
			}
		}
	}
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
