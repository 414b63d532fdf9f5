package normalize

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"ops/logviz"
)

// Engine is a set of compiled definitions. It does not change and may be used by many streams at once.
type Engine struct {
	headers []*reading
	lines   []*stage           // the same records as in headers that say everything themselves, for a second try
	bodies  map[string]*bodies // by program, in lower case; "" for programs that have none of their own
	enrich  []*stage
	names   names
	types   types
}

// stage is a graph with its rules, all of which read the same field.
type stage struct {
	field  string
	number int // of the field
	rules  []*rule
	graph  func() *graph // made when it is first asked for: most logs have few programs
	// guarded says that some rule asks for fields.
	guarded bool
}

// reading is one try to read a header: patterns, or a decoder.
type reading struct {
	*stage
	decode *decoder
	gate   string // what a record must hold for it; "" for all records
}

// bodies are the stages of one program.
type bodies struct {
	stages []*stage // mostly one
	own    bool     // some definition is for this program
}

// decoder is a definition for records that are not lines.
type decoder struct {
	*Decode
	rule *rule
	keys []decodedKey
	// nested are the keys of JSON with a dot, which may lie in an object inside
	nested []string
}

type decodedKey struct {
	key   string
	graph *graph
}

// New compiles definitions; the order in which they are given is the order in which they are tried. Every error names
// the file and, where it is in a pattern, the line.
func New(defs ...*Definition) (*Engine, error) {
	e := &Engine{bodies: make(map[string]*bodies), names: make(names), types: newTypes()}
	files := make(map[string]string)
	builders := map[string]*builder{"": {}}
	for _, d := range defs {
		if other, ok := files[d.Name]; ok {
			return nil, fmt.Errorf("%s: the name %q is that of %s too", d.file, d.Name, other)
		}
		files[d.Name] = d.file
		for _, program := range d.When[logviz.FieldProgram] {
			if d.hasPrograms() {
				builders[strings.ToLower(program)] = &builder{own: true}
			}
		}
	}
	var headers, lines, general builder
	for _, d := range defs {
		patterns, err := e.compile(d)
		if err != nil {
			return nil, err
		}
		switch d.Stage {
		case Header:
			if d.Decode != nil {
				e.headers = append(e.headers, headers.headers(e.names)...)
				headers = builder{}
				decoder, err := e.decoder(d)
				if err != nil {
					return nil, err
				}
				e.headers = append(e.headers, &reading{decode: decoder})
			} else if gate := gateOf(patterns); gate != "" {
				e.headers = append(e.headers, headers.headers(e.names)...)
				headers = builder{}
				headers.add(d.Field, patterns)
				e.headers = append(e.headers, headers.headers(e.names)...)
				e.headers[len(e.headers)-1].gate = gate
				headers = builder{}
			} else {
				headers.add(d.Field, patterns)
			}
		case Enrich:
			if _, err := e.names.number(d.Field); err != nil {
				return nil, fmt.Errorf("%s: %w", d.file, err)
			}
			var b builder
			b.add(d.Field, patterns)
			e.enrich = append(e.enrich, b.build(e.names)...)
		case Line:
			headers.add("", patterns)
			lines.add("", patterns)
		case Body:
			if len(d.When[logviz.FieldProgram]) == 0 {
				general.add(d.Field, patterns)
			}
		}
		if d.hasPrograms() {
			for _, p := range d.When[logviz.FieldProgram] {
				builders[strings.ToLower(p)].add(d.Field, patterns)
			}
		}
	}
	e.headers = append(e.headers, headers.headers(e.names)...)
	e.lines = lines.build(e.names)
	for program, b := range builders {
		for _, field := range general.fields { // behind the program's own
			b.add(field, general.patterns[field])
		}
		e.bodies[program] = &bodies{b.build(e.names), b.own}
	}
	return e, nil
}

// hasPrograms reports whether process.name chooses the graph instead of being a guard.
func (d *Definition) hasPrograms() bool { return d.Stage == Body || d.Stage == Line }

// builder gathers patterns by the field that they read.
type builder struct {
	fields   []string
	patterns map[string][]compiledPattern
	own      bool
}

type compiledPattern struct {
	rule   *rule
	parsed *parsed
}

func (b *builder) add(field string, patterns []compiledPattern) {
	if !slices.Contains(b.fields, field) {
		b.fields = append(b.fields, field)
	}
	if b.patterns == nil {
		b.patterns = make(map[string][]compiledPattern)
	}
	b.patterns[field] = append(b.patterns[field], patterns...)
}

func (b *builder) build(numbers names) []*stage {
	var out []*stage
	for _, field := range b.fields {
		s := &stage{field: field, number: numbers[field]}
		var all []*parsed
		for _, p := range b.patterns[field] {
			s.rules = append(s.rules, p.rule)
			s.guarded = s.guarded || len(p.rule.when) > 0
			all = append(all, p.parsed)
		}
		s.graph = sync.OnceValue(func() *graph { return newGraph(all) })
		out = append(out, s)
	}
	return out
}

func (b *builder) headers(numbers names) []*reading {
	var out []*reading
	for _, s := range b.build(numbers) {
		out = append(out, &reading{stage: s})
	}
	return out
}

// compile reads the patterns of a definition.
func (e *Engine) compile(d *Definition) ([]compiledPattern, error) {
	var out []compiledPattern
	types, err := e.typesOf(d)
	if err != nil {
		return nil, err
	}
	for i := range d.Patterns {
		p := &d.Patterns[i]
		parsed, err := parsePattern(p.Pattern.Value, types)
		if err != nil {
			return nil, p.Pattern.Errorf(d.file, "%s: %v", p.Name, err)
		}
		if p.Next != "" && !slices.ContainsFunc(parsed.fields, func(f fieldRef) bool { return f.name == p.Next }) {
			return nil, p.Pattern.Errorf(d.file, "%s: next is %q, which the pattern does not capture", p.Name, p.Next)
		}
		r, err := e.newRule(d, p.Name, p.Set, p.Next, parsed.fields)
		if err != nil {
			return nil, p.Pattern.Errorf(d.file, "%s: set: %v", p.Name, err)
		}
		if r.transforms, err = compileTransforms(d.file, slices.Concat(p.Transform, d.Transform), types); err != nil {
			return nil, err
		}
		out = append(out, compiledPattern{r, parsed})
	}
	return out, nil
}

// typesOf returns the types as a definition means them.
func (e *Engine) typesOf(d *Definition) (types, error) {
	if d.Zone.Value == "" {
		return e.types, nil
	}
	zone, err := time.LoadLocation(d.Zone.Value)
	if err != nil {
		return types{}, d.Zone.Errorf(d.file, "zone: %v; write one of the IANA database, as in Europe/Paris", err)
	}
	return e.types.in(zone), nil
}

func (e *Engine) decoder(d *Definition) (*decoder, error) {
	out := &decoder{Decode: d.Decode}
	for _, key := range d.Decode.Require {
		if strings.Contains(key, ".") {
			out.nested = append(out.nested, key)
		}
	}
	var fields []fieldRef
	types, err := e.typesOf(d)
	if err != nil {
		return nil, err
	}
	for _, k := range d.Decode.Fields {
		p, err := parsePattern(k.Pattern.Value, types)
		if err != nil {
			return nil, k.Pattern.Errorf(d.file, "key %s: %v", k.Key, err)
		}
		out.keys = append(out.keys, decodedKey{k.Key, newGraph([]*parsed{p})})
		if strings.Contains(k.Key, ".") && !slices.Contains(out.nested, k.Key) {
			out.nested = append(out.nested, k.Key)
		}
		for _, f := range p.fields {
			if !slices.ContainsFunc(fields, func(other fieldRef) bool { return other.name == f.name }) {
				fields = append(fields, f)
			}
		}
	}
	if out.rule, err = e.newRule(d, "decode", nil, "", fields); err != nil {
		return nil, fmt.Errorf("%s: set: %w", d.file, err)
	}
	out.rule.transforms, err = compileTransforms(d.file, d.Transform, types)
	return out, err
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
