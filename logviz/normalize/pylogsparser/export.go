package pylogsparser

import (
	"cmp"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"

	"ops/internal/strictyaml"
	"ops/logviz/normalize"
)

// Native is one definition in the form of package normalize.
type Native struct {
	Definition *normalize.Definition // nil if there is none
	// Lines are those of the patterns in the XML file, and Examples those of each pattern's examples, which became its
	// tests.
	Lines    []int
	Examples [][]int
	Problems []Problem // what was left out
	Notes    []Problem // what is kept with a difference
}

// Export reads one definition, with what common_tagTypes.xml and common_callBacks.xml beside it offer, and translates it.
// What it gives is not tried: an expression may be too large, and an example may see a difference.
func Export(fsys fs.FS, file string) (*Native, error) {
	data, err := fs.ReadFile(fsys, file)
	if err != nil {
		return nil, err
	}
	shared := commons{builtinTypes(), map[string]*step{}}
	x := &export{Native: &Native{}, file: file}
	for _, prefix := range []string{typesFile, callbacksFile} {
		beside, err := fs.Glob(fsys, path.Join(path.Dir(file), strings.TrimSuffix(prefix, ".xml")+"*.xml"))
		if err != nil {
			return nil, err
		}
		for _, name := range beside {
			data, err := fs.ReadFile(fsys, name)
			if err != nil {
				return nil, err
			}
			root, problem := parseXML(name, data)
			switch {
			case problem != nil:
				x.Problems = append(x.Problems, *problem)
			case prefix == typesFile:
				readTypes(root, shared.types)
			default:
				readSteps(name, root, true, shared.steps) // its problems matter where it is called
			}
		}
	}
	root, problem := parseXML(file, data)
	if problem != nil {
		x.Problems = append(x.Problems, *problem)
		return x.Native, nil
	}
	if root.name != "normalizer" {
		x.problem(root.line, "<%s> is no definition: one is a <normalizer>", root.name)
		return x.Native, nil
	}
	if invalid := validate(file, root, grammar()); len(invalid) > 0 {
		x.Problems = append(x.Problems, invalid...)
		return x.Native, nil
	}
	n, problems := newNormalizer(file, root, shared)
	x.Problems = append(x.Problems, slices.DeleteFunc(problems, func(p Problem) bool { return strings.HasPrefix(p.Text, "callback ") })...)
	if n == nil {
		return x.Native, nil
	}
	x.normalizer = n
	x.definition(root)
	return x.Native, nil
}

// export is one definition in translation.
type export struct {
	*Native
	file       string
	normalizer *Normalizer
	fields     map[string]string // of each tag
	told       map[string]bool   // callbacks of which the problem is known
	dates      map[*step][]dateForm
}

func (x *export) problem(line int, format string, a ...any) {
	x.Problems = append(x.Problems, Problem{x.file, line, fmt.Sprintf(format, a...)})
}

func (x *export) note(line int, format string, a ...any) {
	x.Notes = append(x.Notes, Problem{x.file, line, fmt.Sprintf(format, a...)})
}

func (x *export) definition(root *element) {
	n := x.normalizer
	x.fields, x.told, x.dates = nameTags(n), map[string]bool{}, map[*step][]dateForm{}
	d := &normalize.Definition{
		Kind: normalize.KindV1, Name: n.Name, Description: strings.Join(strings.Fields(describe(root)), " "),
		Versions: []string{"pylogsparser's " + n.ID}, Set: x.static(n.common),
	}
	if n.Taxonomy != "" {
		maps.Copy(d.Set, ECS(map[string]any{"taxonomy": n.Taxonomy}))
	}
	switch n.AppliedTo {
	case "raw":
		d.Stage = normalize.Line
		if n.sets("body") {
			d.Stage = normalize.Header
		}
	case "body":
		d.Stage = normalize.Body
	default:
		d.Stage, d.Field = normalize.Enrich, x.field(n.AppliedTo)
	}
	d.When = x.prerequisites(root)
	guards := false
	patterns := slices.Clone(n.patterns)
	slices.SortStableFunc(patterns, func(a, b *pattern) int { return cmp.Compare(btoi(a.table != nil), btoi(b.table != nil)) })
	for _, p := range patterns { // columns match much, and are tried last
		if p.expression == nil && p.table == nil || len(p.tags) == 0 && p.table == nil {
			continue // told when it was read
		}
		if p.expression != nil && len(p.expression.before)+len(p.expression.after) > 0 && !guards {
			guards = true
			x.note(p.line, "the guards around addresses ((?<![.0-9]) and its like) are left away: a number that is too long may be cut")
		}
		x.pattern(d, p)
	}
	for _, c := range root.child("finalCallbacks").all() {
		if s := n.steps[c.text]; s != nil {
			x.final(d, s, c.line)
		}
	}
	if len(d.Patterns) > 0 {
		x.Definition = d
	}
}

// describe is the definition's own description, in English if there is one.
func describe(root *element) string {
	text := ""
	for _, d := range root.child("description").all() {
		if text == "" || d.attrs["language"] == "en" {
			text = d.text
		}
	}
	if strings.TrimSpace(text) == "" {
		return "Imported from the pylogsparser definition " + root.attrs["name"] + "."
	}
	return text
}

// sets is true if a pattern gives a tag.
func (n *Normalizer) sets(name string) bool {
	return slices.ContainsFunc(n.patterns, func(p *pattern) bool {
		return slices.ContainsFunc(p.tags, func(t tag) bool { return t.name == name })
	})
}

// prerequisites become guards as far as they are words.
func (x *export) prerequisites(root *element) map[string][]string {
	when := map[string][]string{}
	for _, p := range root.child("prerequisites").all() {
		words := strings.Split(strings.Trim(strings.TrimSpace(p.text), "^$"), "|")
		if slices.ContainsFunc(words, func(w string) bool { return w == "" || w != regexp.QuoteMeta(w) }) {
			x.problem(p.line, "prerequisite %s: %q is an expression, and a guard names whole values: write them into when:", p.attrs["name"], p.text)
			continue
		}
		when[x.field(p.attrs["name"])] = words
	}
	return when
}

// static gives the fields of fixed tags.
func (x *export) static(common []setting) map[string]any {
	out := map[string]any{}
	for _, c := range common {
		switch {
		case c.value == "":
		case c.name == "protocol":
			out[x.field(c.name)] = strings.ToLower(c.value)
		default:
			out[x.field(c.name)] = c.value
		}
	}
	return out
}

func (x *export) pattern(d *normalize.Definition, p *pattern) {
	out := normalize.Pattern{Name: p.name, Set: x.static(p.common)}
	if p.table != nil {
		x.columns(&out, p)
	} else {
		out.Pattern.Value = x.expression(p)
	}
	var spent []string
	for i, t := range p.tags {
		if p.table == nil && p.groups[i] < 0 {
			continue
		}
		for _, name := range t.callbacks {
			if s := x.normalizer.steps[name]; s != nil {
				x.callback(&out, p, i, s)
			}
		}
		if temporary(t.name) && x.captured(p, i) {
			spent = append(spent, x.field(t.name))
		}
	}
	if p.gives(x.normalizer, "protocol") { // as of all events that pylogsparser gives us
		out.Transform = append(out.Transform, located(normalize.Transform{Lower: normalize.Fields{x.field("protocol")}}))
	}
	if p.table != nil {
		spent = append(spent, columnsField)
	}
	if len(spent) > 0 {
		out.Transform = append(out.Transform, located(normalize.Transform{Drop: slices.Compact(slices.Sorted(slices.Values(spent)))}))
	}
	var lines []int
	for _, e := range p.examples {
		out.Tests = append(out.Tests, x.test(e))
		lines = append(lines, e.line)
	}
	d.Patterns = append(d.Patterns, out)
	x.Lines, x.Examples = append(x.Lines, p.line), append(x.Examples, lines)
}

func located(t normalize.Transform) strictyaml.Located[normalize.Transform] {
	return strictyaml.Located[normalize.Transform]{Value: t}
}

// captured is true of a tag that something is made of.
func (x *export) captured(p *pattern, i int) bool {
	t := p.tags[i]
	return !temporary(t.name) || len(t.callbacks) > 0
}

// expression writes a pattern as one of RE2 with fields for its tags. What follows the match does not matter.
func (x *export) expression(p *pattern) string {
	_, text, anchored := strings.Cut(p.expression.String(), `\A(?:`)
	flags, _, _ := strings.Cut(p.expression.String(), ")")
	if !anchored {
		text = strings.TrimPrefix(p.expression.String(), flags+")(?:")
		if text == p.expression.String() {
			text = strings.TrimPrefix(text, "(?:")
		}
	}
	text = strings.TrimSuffix(text, ")")
	seen := map[string]bool{}
	text = eachGroup(text, func(name string) string {
		var i int
		if n, err := fmt.Sscanf(name, "tag%d", &i); n != 1 || err != nil || !x.captured(p, i) {
			return "(?:"
		}
		field := x.field(p.tags[i].name)
		if seen[field] {
			x.note(p.tags[i].line, "tag %s: the first of two with this name counts", p.tags[i].name)
			return "(?:"
		}
		seen[field] = true
		return "(?P<" + groupName(field, typeOf(field, p.tags[i])) + ">"
	})
	open := "(?:"
	if strings.HasPrefix(flags, "(?") && !strings.HasPrefix(flags, "(?:") && !strings.HasPrefix(flags, "(?P") {
		open = flags + ":"
	}
	before := ""
	if x.normalizer.search {
		before = "(?s:.*?)"
	}
	return "re:" + before + open + text + ")(?s:.*)"
}

// eachGroup renames the named groups of an expression, makes the others capture nothing, and leaves guards away.
func eachGroup(text string, rename func(string) string) string {
	var out strings.Builder
	class := false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '\\' && i+1 < len(text):
			out.WriteString(text[i : i+2])
			i++
			continue
		case c == '[' && !class:
			class = true
			if strings.HasPrefix(text[i:], "[]") || strings.HasPrefix(text[i:], "[^]") {
				end := i + strings.IndexByte(text[i:], ']')
				out.WriteString(text[i:end])
				i = end
			}
		case c == ']':
			class = false
		case !class && strings.HasPrefix(text[i:], "(?P<"):
			if end := strings.IndexByte(text[i:], '>'); end > 0 {
				name := text[i+4 : i+end]
				i += end
				if strings.HasPrefix(name, "guard__") { // which is empty
					i++
					continue
				}
				out.WriteString(rename(name))
				continue
			}
		case !class && c == '(' && !strings.HasPrefix(text[i:], "(?"):
			out.WriteString("(?:")
			continue
		}
		out.WriteByte(text[i])
	}
	return out.String()
}

// groupName is the name of a group that is a field of a type.
func groupName(field, typ string) string {
	name := strings.ReplaceAll(field, ".", "_dot_")
	if rest, ok := strings.CutPrefix(name, "@"); ok {
		name = "_at_" + rest
	}
	if typ != "" {
		name += "__" + typ
	}
	return name
}

// typeOf is the type of a field where its name says what it is; what callbacks read stays text.
func typeOf(field string, t tag) string {
	switch {
	case len(t.callbacks) > 0:
	case t.kind == "IP" && strings.HasSuffix(field, ".ip"):
		return "ip"
	case t.kind == "MACAddress" && strings.HasSuffix(field, ".mac"):
		return "mac"
	case t.kind == "Integer" && strings.HasSuffix(field, ".port"):
		return "port"
	case t.kind == "Integer" && (strings.HasSuffix(field, ".pid") || strings.HasSuffix(field, ".bytes") || strings.HasSuffix(field, ".status_code")):
		return "int"
	}
	return ""
}

// columnsField holds the columns before they are taken apart.
const columnsField = "legacy.tmp_columns"

// columns writes a pattern of columns: as many of them as there must be, then what each is.
func (x *export) columns(out *normalize.Pattern, p *pattern) {
	t := p.table
	by, quoted := regexp.QuoteMeta(string(t.separator)), regexp.QuoteMeta(string(t.quote))
	column := fmt.Sprintf("(?:%[2]s(?:[^%[2]s]|%[2]s%[2]s)*%[2]s|[^%[1]s]*)", by, quoted)
	out.Pattern.Value = fmt.Sprintf("re:(?P<%s>%s(?:%s%s){%d})", groupName(columnsField, ""), column, by, column, len(t.columns)-1)
	if t.quote != '"' {
		x.problem(p.line, "pattern %s: the transform csv knows quotes of one kind, \", not %c", p.name, t.quote)
	}
	c := &normalize.CSV{Field: columnsField}
	if t.separator != ',' {
		c.Separator = string(t.separator)
	}
	for i, name := range t.columns {
		target := x.field(name)
		for k, tag := range p.tags {
			if tag.substitute != name {
				continue
			}
			if target = "-"; x.captured(p, k) {
				target = x.field(tag.name)
				if typ := typeOf(target, tag); typ != "" {
					target += ":" + typ
				}
			}
		}
		if slices.Contains(c.Columns, target) && target != "-" {
			x.note(p.line, "pattern %s: the first of two columns %s counts", p.name, t.columns[i])
			target = "-"
		}
		c.Columns = append(c.Columns, target)
	}
	out.Transform = append(out.Transform, located(normalize.Transform{CSV: c}))
}

// test is an example as a test.
func (x *export) test(e example) normalize.Test {
	t := normalize.Test{Line: e.text, Expect: map[string]any{}}
	for _, want := range e.expected {
		field, value := x.field(want.name), want.value
		if value == "" {
			t.Absent = append(t.Absent, field)
			continue
		}
		switch want.name {
		case "protocol":
			value = strings.ToLower(value)
		case "date":
			value = momentAsISO(value)
		case "taxonomy":
			maps.Copy(t.Expect, ECS(map[string]any{"taxonomy": value}))
			continue
		}
		t.Expect[field] = value
	}
	return t
}
