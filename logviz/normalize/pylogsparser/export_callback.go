package pylogsparser

import (
	"slices"
	"strings"

	"go.starlark.net/starlark"
	"go.starlark.net/syntax"

	"ops/internal/strictyaml"
	"ops/logviz/normalize"
)

// callback adds what a callback does of a tag to a pattern: as a transform if one does the same, else as a script.
func (x *export) callback(out *normalize.Pattern, p *pattern, i int, s *step) {
	field := x.field(p.tags[i].name)
	add := func(t normalize.Transform) { out.Transform = append(out.Transform, located(t)) }
	values, brackets := x.values(p, i), false
	for k, v := range values {
		values[k] = strings.Trim(v, "[]")
		brackets = brackets || values[k] != v
	}
	if format := x.dateFormat(s, values); format != "" {
		if brackets {
			add(normalize.Transform{Strip: &normalize.Strip{Field: normalize.Fields{field}, Chars: "[]"}})
		}
		add(normalize.Transform{Date: &normalize.Date{Field: field, Format: format}})
		return
	}
	if strings.Contains(s.source, "urlparse.urlparse(value)") && !slices.ContainsFunc(s.tags(), func(t string) bool { return !strings.HasPrefix(t, "url_") }) {
		add(normalize.Transform{URL: normalize.Fields{field}})
		return
	}
	if m := x.table(s, field); m != nil {
		add(normalize.Transform{Map: m})
		return
	}
	x.addScript(add, s, field, p.tags[i].line)
}

// final adds what a callback does after every pattern.
func (x *export) final(d *normalize.Definition, s *step, line int) {
	add := func(t normalize.Transform) { d.Transform = append(d.Transform, located(t)) }
	if fingerprint(s.source) != stripAllPrint {
		x.addScript(add, s, "", line)
		return
	}
	var fields []string
	for _, p := range x.normalizer.patterns {
		for i, t := range p.tags {
			if f := x.field(t.name); !temporary(t.name) && typeOf(f, t) == "" && (p.table != nil || p.groups[i] >= 0) {
				fields = append(fields, f)
			}
		}
	}
	slices.Sort(fields)
	for _, f := range slices.Compact(fields) {
		add(normalize.Transform{Strip: &normalize.Strip{Field: normalize.Fields{f}}})
	}
}

func (x *export) addScript(add func(normalize.Transform), s *step, field string, line int) {
	text, lost, err := x.script(s, field)
	if err != nil {
		if !x.told[s.name] {
			x.problem(line, "callback %s is left out: %v", s.name, err)
		}
		x.told[s.name] = true
		return
	}
	if lost && !x.told[s.name] {
		x.note(line, "callback %s: what it does in except is lost; where its try fails, the event is tagged transform_error", s.name)
		x.told[s.name] = true
	}
	add(normalize.Transform{Script: &strictyaml.Located[string]{Value: text}})
}

// values are what the examples hold of a tag.
func (x *export) values(p *pattern, i int) []string {
	var out []string
	for _, e := range p.examples {
		if p.table != nil {
			if at, columns := slices.Index(p.table.columns, p.tags[i].substitute), p.table.split(e.text); at >= 0 && at < len(columns) {
				out = append(out, columns[at])
			}
		} else if at := p.expression.find(e.text); at != nil && at[2*p.groups[i]] >= 0 {
			out = append(out, e.text[at[2*p.groups[i]]:at[2*p.groups[i]+1]])
		}
	}
	return out
}

// table recognizes a callback that looks a value up: names = {…}; log["x"] = names.get(value, "y").
func (x *export) table(s *step, field string) *normalize.Map {
	lines, err := logicalLines(s.source)
	if err != nil || len(lines) != 2 {
		return nil
	}
	names, get := lines[0].tokens, lines[1].tokens
	if len(names) < 4 || names[1] != "=" || names[2] != "{" || names[len(names)-1] != "}" || len(get) < 10 {
		return nil
	}
	want := []string{"log", "[", get[2], "]", "=", names[0], ".", "get", "(", "value"}
	if !slices.Equal(get[:10], want) {
		return nil
	}
	to, ok := constant(get[2])
	if !ok {
		return nil
	}
	m := &normalize.Map{Field: field, To: x.field(to), Values: map[string]any{}}
	switch {
	case len(get) == 11 && get[10] == ")":
	case len(get) == 13 && get[10] == "," && get[12] == ")":
		text, ok := constant(get[11])
		if !ok || text == "" {
			return nil
		}
		m.Default = text
	default:
		return nil
	}
	v, err := evaluate((&writer{}).expression(names[2:], scope{}))
	dict, ok := v.(*starlark.Dict)
	if err != nil || !ok {
		return nil
	}
	for _, item := range dict.Items() {
		key, ok := starlark.AsString(item[0])
		value, ok2 := starlark.AsString(item[1])
		if !ok || !ok2 {
			return nil
		}
		m.Values[key] = value
	}
	return m
}

// constant is the text of a token that is a string.
func constant(token string) (string, bool) {
	if !isString(token) {
		return "", false
	}
	v, err := evaluate([]string{literal(token)})
	if err != nil {
		return "", false
	}
	return starlark.AsString(v)
}

func evaluate(tokens []string) (starlark.Value, error) {
	thread := &starlark.Thread{Name: "constant"}
	thread.SetMaxExecutionSteps(maxSteps)
	return starlark.EvalOptions(&syntax.FileOptions{}, thread, "constant", strings.Join(tokens, " "), nil)
}
