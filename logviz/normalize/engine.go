package normalize

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"ops/logviz"
)

// Engine is a set of compiled definitions. It does not change and may be used by many streams at once.
type Engine struct {
	headers []*compiled
	bodies  map[string][]*compiled // by program, in lower case; "" for those of any program
	enrich  []*compiled
}

// compiled is a definition ready to match.
type compiled struct {
	def      *Definition
	when     []guard
	set      []logviz.Field
	patterns []*compiledPattern
	keys     []compiledKey // of a Decode
}

type compiledPattern struct {
	*program
	name string
	set  []logviz.Field
	next string
}

type compiledKey struct {
	key string
	*program
}

type guard struct {
	field  string
	values []string
}

// New compiles definitions; the order in which they are given is the order in which they are tried. Every error names
// the file and, where it is in a pattern, the line.
func New(defs ...*Definition) (*Engine, error) {
	e := &Engine{bodies: make(map[string][]*compiled)}
	names := make(map[string]string)
	for _, d := range defs {
		if other, ok := names[d.Name]; ok {
			return nil, fmt.Errorf("%s: the name %q is that of %s too", d.file, d.Name, other)
		}
		names[d.Name] = d.file
		c, err := compileDefinition(d)
		if err != nil {
			return nil, err
		}
		switch d.Stage {
		case Header:
			e.headers = append(e.headers, c)
		case Enrich:
			e.enrich = append(e.enrich, c)
		case Body:
			programs := d.When[logviz.FieldProgram]
			if len(programs) == 0 {
				programs = []string{""}
			}
			for _, p := range programs {
				p = strings.ToLower(p)
				e.bodies[p] = append(e.bodies[p], c)
			}
		}
	}
	return e, nil
}

func compileDefinition(d *Definition) (*compiled, error) {
	c := &compiled{def: d}
	for _, field := range slices.Sorted(maps.Keys(d.When)) {
		c.when = append(c.when, guard{field, d.When[field]})
	}
	var err error
	if c.set, err = fieldsOf(d.Set); err != nil {
		return nil, fmt.Errorf("%s: set: %w", d.file, err)
	}
	for _, p := range d.Patterns {
		cp := &compiledPattern{name: p.Name, next: p.Next}
		if cp.program, err = compile(p.Pattern.Value); err != nil {
			return nil, p.Pattern.Errorf(d.file, "%s: %v", p.Name, err)
		}
		if cp.set, err = fieldsOf(p.Set); err != nil {
			return nil, p.Pattern.Errorf(d.file, "%s: set: %v", p.Name, err)
		}
		if p.Next != "" && !slices.ContainsFunc(cp.fields, func(f fieldRef) bool { return f.name == p.Next }) {
			return nil, p.Pattern.Errorf(d.file, "%s: next is %q, which the pattern does not capture", p.Name, p.Next)
		}
		c.patterns = append(c.patterns, cp)
	}
	if d.Decode != nil {
		for _, k := range d.Decode.Fields {
			p, err := compile(k.Pattern.Value)
			if err != nil {
				return nil, k.Pattern.Errorf(d.file, "key %s: %v", k.Key, err)
			}
			c.keys = append(c.keys, compiledKey{k.Key, p})
		}
	}
	return c, nil
}

// fieldsOf turns a set: of YAML into values, in order of the name.
func fieldsOf(set map[string]any) ([]logviz.Field, error) {
	var out []logviz.Field
	for _, name := range slices.Sorted(maps.Keys(set)) {
		if !isFieldName(name) {
			return nil, fmt.Errorf("field name %q: must be lower-case words joined by dots", name)
		}
		v, err := valueOf(set[name])
		if err != nil {
			return nil, fmt.Errorf("field %s: %w", name, err)
		}
		out = append(out, logviz.Field{Name: name, Value: v})
	}
	return out, nil
}

func valueOf(x any) (logviz.Value, error) {
	switch x := x.(type) {
	case string:
		return logviz.StringValue(x), nil
	case bool:
		return logviz.BoolValue(x), nil
	case int64:
		return logviz.IntegerValue(x), nil
	case uint64:
		return logviz.IntegerValue(int64(x)), nil
	case int:
		return logviz.IntegerValue(int64(x)), nil
	case float64:
		return logviz.FloatValue(x), nil
	case []any:
		list := make([]string, len(x))
		for i, y := range x {
			s, ok := y.(string)
			if !ok {
				return logviz.Value{}, fmt.Errorf("a list holds strings, not %v", y)
			}
			list[i] = s
		}
		return logviz.ListValue(list...), nil
	}
	return logviz.Value{}, fmt.Errorf("%v is not a string, number, boolean or list of strings", x)
}
