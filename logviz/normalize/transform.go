package normalize

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"ops/internal/strictyaml"
	"ops/logviz"
)

// Transform is one step of a transform: list as written: exactly one of its keys, and beside it perhaps "if".
type Transform struct {
	Lower     Fields                      `yaml:"lower"`     // to lower case
	Upper     Fields                      `yaml:"upper"`     // to upper case
	Strip     *Strip                      `yaml:"strip"`     // white space or other characters from both ends
	Map       *Map                        `yaml:"map"`       // values to others
	Split     *Split                      `yaml:"split"`     // a text into a list, or into fields
	KeyValue  *KeyValue                   `yaml:"key-value"` // a text of key=value pairs
	CSV       *CSV                        `yaml:"csv"`       // a text of columns (RFC 4180)
	JSON      *JSON                       `yaml:"json"`      // a text that is a JSON object
	Date      *Date                       `yaml:"date"`      // a text into a moment
	URL       Fields                      `yaml:"url"`       // into url.scheme, domain, port, path, query and fragment
	UserAgent Fields                      `yaml:"user-agent"`
	Priority  Fields                      `yaml:"priority"` // syslog's number into facility and severity
	Set       map[string]any              `yaml:"set"`      // as in Definition
	Drop      Fields                      `yaml:"drop"`     // fields to remove
	Script    *strictyaml.Located[string] `yaml:"script"`   // Starlark that changes the dict "event"
	If        map[string]Values           `yaml:"if"`       // each field named must hold one of the values
}

// Fields is one field name or a list of them.
type Fields []string

// UnmarshalYAML takes both forms.
func (f *Fields) UnmarshalYAML(n strictyaml.Node) error { return oneOrMany(n, (*[]string)(f)) }

// Values is one value or a list of them, as text.
type Values []string

// UnmarshalYAML takes both forms.
func (v *Values) UnmarshalYAML(n strictyaml.Node) error {
	if n.Kind() != strictyaml.List {
		return v.add(n)
	}
	for item := range n.Items() {
		if err := v.add(item); err != nil {
			return err
		}
	}
	return nil
}

// add takes numbers and truth values too, as they are written.
func (v *Values) add(n strictyaml.Node) error {
	text := n.Text()
	if n.Kind() == strictyaml.Mapping || n.Kind() == strictyaml.List {
		if err := n.Decode(&text); err != nil { // which tells what was expected
			return err
		}
	}
	*v = append(*v, text)
	return nil
}

func oneOrMany(n strictyaml.Node, to *[]string) error {
	if n.Kind() == strictyaml.List {
		return n.Decode(to)
	}
	var one string
	if err := n.Decode(&one); err != nil {
		return err
	}
	*to = []string{one}
	return nil
}

// Strip removes characters from both ends of a text.
type Strip struct {
	Field Fields `yaml:"field,required"`
	Chars string `yaml:"chars"` // default: white space
}

// UnmarshalYAML takes fields alone too.
func (s *Strip) UnmarshalYAML(n strictyaml.Node) error {
	if n.Kind() != strictyaml.Mapping {
		return n.Decode(&s.Field)
	}
	type plain Strip
	return n.Decode((*plain)(s))
}

// Map looks a value up in a table.
type Map struct {
	Field   string         `yaml:"field,required"`
	To      string         `yaml:"to"` // default: the field itself
	Values  map[string]any `yaml:"values,required"`
	Default any            `yaml:"default"` // for what is not in the table; without it, such events stay as they are
}

// Split cuts a text.
type Split struct {
	Field string `yaml:"field,required"`
	By    string `yaml:"by,required"`
	// To is a field that becomes the list of all pieces, or a list of fields for a piece each, of which the last gets
	// what is left. Default: the field itself.
	To splitTo `yaml:"to"`
}

type splitTo struct {
	list   bool
	fields []string
}

// UnmarshalYAML takes both forms.
func (s *splitTo) UnmarshalYAML(n strictyaml.Node) error {
	s.list = n.Kind() == strictyaml.List
	return oneOrMany(n, &s.fields)
}

// KeyValue reads pairs.
type KeyValue struct {
	Field     string            `yaml:"field,required"`
	Pair      string            `yaml:"pair"`      // between pairs. Default: a blank
	Separator string            `yaml:"separator"` // between key and value. Default: =
	Quote     string            `yaml:"quote"`     // around values, in which \ makes the next character plain. Default: none
	None      Values            `yaml:"none"`      // what a log writes, without quotes, where there is no value. Default: nothing
	Keys      map[string]string `yaml:"keys"`      // each key's field and type, "source.port:port"
	Others    string            `yaml:"others"`    // what becomes of other keys: drop (the default) or keep
	Prefix    string            `yaml:"prefix"`    // before the key, in lower case, of those that are kept
}

// CSV reads columns.
type CSV struct {
	Field     string   `yaml:"field,required"`
	Separator string   `yaml:"separator"`        // one character. Default: a comma
	Columns   []string `yaml:"columns,required"` // each column's field and type, or "-"
}

// JSON reads an object.
type JSON struct {
	Field  string            `yaml:"field,required"`
	Keys   map[string]string `yaml:"keys"`   // each member's field and type, "user.name:text"; of objects inside, "a.b"
	Others string            `yaml:"others"` // as in KeyValue
	Prefix string            `yaml:"prefix"`
}

// Date reads a moment.
type Date struct {
	Field  string `yaml:"field,required"`
	Format string `yaml:"format,required"` // a type of moments, or a layout as in strftime(LAYOUT)
	Zone   string `yaml:"zone"`            // of texts without one. Default: the definition's or the stream's
	To     string `yaml:"to"`              // default: @timestamp
}

// compileTransforms makes the steps of a rule. Every error names file, line and column.
func compileTransforms(file string, list []strictyaml.Located[Transform], known types) ([]conditional, error) {
	var out []conditional
	for _, l := range list {
		c, err := l.Value.compile(file, known)
		if err != nil {
			if wrong, ok := err.(scriptError); ok {
				return nil, wrong.error
			}
			return nil, l.Errorf(file, "transform: %v", err)
		}
		out = append(out, c)
	}
	return out, nil
}

// compile makes the one step that is written.
func (t *Transform) compile(file string, known types) (c conditional, err error) {
	var steps []transform
	add := func(written bool, name string, make func() (transform, error)) {
		if !written || err != nil {
			return
		}
		var step transform
		if step, err = make(); err != nil && name != "script" {
			err = fmt.Errorf("%s: %w", name, err)
		}
		steps = append(steps, step)
	}
	add(t.Lower != nil, "lower", func() (transform, error) { return eachText(t.Lower, strings.ToLower) })
	add(t.Upper != nil, "upper", func() (transform, error) { return eachText(t.Upper, strings.ToUpper) })
	add(t.Strip != nil, "strip", func() (transform, error) { return t.Strip.compile() })
	add(t.Map != nil, "map", func() (transform, error) { return t.Map.compile() })
	add(t.Split != nil, "split", func() (transform, error) { return t.Split.compile() })
	add(t.KeyValue != nil, "key-value", func() (transform, error) { return t.KeyValue.compile(known) })
	add(t.CSV != nil, "csv", func() (transform, error) { return t.CSV.compile(known) })
	add(t.JSON != nil, "json", func() (transform, error) { return t.JSON.compile(known) })
	add(t.Date != nil, "date", func() (transform, error) { return t.Date.compile(known) })
	add(t.URL != nil, "url", func() (transform, error) { return each(t.URL, setURL) })
	add(t.UserAgent != nil, "user-agent", func() (transform, error) { return each(t.UserAgent, setUserAgent) })
	add(t.Priority != nil, "priority", func() (transform, error) { return each(t.Priority, setPriority) })
	add(t.Set != nil, "set", func() (transform, error) { return setFields(t.Set) })
	add(t.Drop != nil, "drop", func() (transform, error) { return drop(t.Drop) })
	add(t.Script != nil, "script", func() (transform, error) { return compileScript(file, t.Script) })
	switch {
	case err != nil:
		return c, err
	case len(steps) == 0:
		return c, fmt.Errorf("says nothing to do; write one of lower, upper, strip, map, split, key-value, csv, json, date, url, user-agent, priority, set, drop, script")
	case len(steps) > 1:
		return c, fmt.Errorf("does several things at once; write each behind a hyphen of its own, so that their order is clear")
	}
	c.do = steps[0]
	for field, values := range t.If {
		if err := wantFields(field); err != nil {
			return c, fmt.Errorf("if: %w", err)
		}
		c.guards = append(c.guards, guard{field, values})
	}
	slices.SortFunc(c.guards, func(a, b guard) int { return strings.Compare(a.field, b.field) })
	return c, nil
}

// wantFields refuses what is no field's name.
func wantFields(names ...string) error {
	if len(names) == 0 {
		return fmt.Errorf("names no field")
	}
	for _, name := range names {
		if !isFieldName(name) {
			return fmt.Errorf("field name %q: must be lower-case words joined by dots, as in source.ip", name)
		}
	}
	return nil
}

// each makes a transform that does the same with the text of several fields, as far as they are set.
func each(fields []string, do func(t *turn, text string) error) (transform, error) {
	return func(t *turn) error {
		for _, f := range fields {
			if text := t.text(f); text != "" {
				if err := do(t, text); err != nil {
					return fmt.Errorf("field %s: %w", f, err)
				}
			}
		}
		return nil
	}, wantFields(fields...)
}

// eachText changes the texts of fields, also those in lists.
func eachText(fields []string, change func(string) string) (transform, error) {
	return func(t *turn) error {
		for _, f := range fields {
			switch v := t.event.Get(f); v.Kind() {
			case logviz.String:
				t.set(f, logviz.StringValue(change(v.String())))
			case logviz.List:
				list := slices.Clone(v.List())
				for i := range list {
					list[i] = change(list[i])
				}
				t.set(f, logviz.ListValue(list...))
			}
		}
		return nil
	}, wantFields(fields...)
}

func (s *Strip) compile() (transform, error) {
	return eachText(s.Field, func(text string) string {
		if s.Chars == "" {
			return strings.TrimSpace(text)
		}
		return strings.Trim(text, s.Chars)
	})
}

func (m *Map) compile() (transform, error) {
	to := m.To
	if to == "" {
		to = m.Field
	}
	values := make(map[string]logviz.Value)
	for key, x := range m.Values {
		v, err := valueOf(x)
		if err != nil {
			return nil, fmt.Errorf("value %q: %w", key, err)
		}
		values[key] = v
	}
	var other logviz.Value
	if m.Default != nil {
		var err error
		if other, err = valueOf(m.Default); err != nil {
			return nil, fmt.Errorf("default: %w", err)
		}
	}
	return func(t *turn) error {
		if !t.event.Has(m.Field) {
			return nil
		}
		v, ok := values[t.text(m.Field)]
		if !ok {
			v = other
		}
		if v.Kind() != 0 {
			t.set(to, v)
		}
		return nil
	}, wantFields(m.Field, to)
}

// maxPieces bounds what one text is cut into.
const maxPieces = 256

func (s *Split) compile() (transform, error) {
	to := s.To
	if to.fields == nil {
		to.fields = []string{s.Field}
	}
	if s.By == "" {
		return nil, fmt.Errorf("by is empty")
	}
	return func(t *turn) error {
		text := t.text(s.Field)
		if text == "" {
			return nil
		}
		if !to.list {
			if strings.Count(text, s.By) >= maxPieces {
				return fmt.Errorf("field %s: more than %d pieces", s.Field, maxPieces)
			}
			t.set(to.fields[0], logviz.ListValue(strings.Split(text, s.By)...))
			return nil
		}
		for i, piece := range strings.SplitN(text, s.By, len(to.fields)) {
			if piece != "" {
				t.set(to.fields[i], logviz.StringValue(piece))
			}
		}
		return nil
	}, wantFields(append(slices.Clone(to.fields), s.Field)...)
}

func (d *Date) compile(known types) (transform, error) {
	to := d.To
	if to == "" {
		to = logviz.FieldTimestamp
	}
	if d.Zone != "" {
		zone, err := time.LoadLocation(d.Zone)
		if err != nil {
			return nil, fmt.Errorf("zone: %w; write one of the IANA database, as in Europe/Paris", err)
		}
		known = known.in(zone)
	}
	format := d.Format
	if strings.Contains(format, "%") && !strings.HasPrefix(format, "strftime(") {
		format = "strftime(" + format + ")"
	}
	typ, err := known.lookUp(format)
	if err != nil {
		return nil, fmt.Errorf("format: %w", err)
	}
	if !typ.moment {
		return nil, fmt.Errorf("format: %s is no type of a moment", d.Format)
	}
	field := target{name: d.Field, typ: typ}
	return func(t *turn) error {
		text := t.text(d.Field)
		if text == "" {
			return nil
		}
		v, err := field.value(text, t.clock)
		t.set(to, v)
		return err
	}, wantFields(d.Field, to)
}

func setFields(set map[string]any) (transform, error) {
	fields, err := fieldsOf(set)
	return func(t *turn) error {
		t.changes = append(t.changes, fields...)
		return nil
	}, err
}

func drop(fields []string) (transform, error) {
	return func(t *turn) error {
		for _, f := range fields {
			t.set(f, logviz.Value{})
		}
		return nil
	}, wantFields(fields...)
}
