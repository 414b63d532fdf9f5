package normalize

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"ops/logviz"
)

// Finding is something in a definition that works and is likely not meant, or not safe.
type Finding struct {
	File string `json:"file"`
	Line int    `json:"line"` // 0 for the file as a whole
	Rule string `json:"rule"` // of the linter
	Text string `json:"text"`
}

func (f Finding) String() string {
	return fmt.Sprintf("%s: %s (%s)", (&Definition{file: f.File}).place(f.Line), f.Text, f.Rule)
}

// Lint looks for what is likely wrong in a definition, in use with others in the order in which they are tried; d may be
// among them. The error is that of [New].
func (d *Definition) Lint(inUse []*Definition) ([]Finding, error) {
	if !slices.Contains(inUse, d) {
		inUse = append([]*Definition{d}, slices.DeleteFunc(slices.Clone(inUse), func(o *Definition) bool { return o.Name == d.Name })...)
	}
	engine, err := New(inUse...)
	if err != nil {
		return nil, err
	}
	l, known := &linter{d: d, accepted: make(map[acceptance]bool)}, newTypes()
	l.file()
	var earlier []shape
	for i := range d.Patterns {
		p := &d.Patterns[i]
		parsed, err := parsePattern(p.Pattern.Value, known)
		if err != nil {
			return nil, p.Pattern.Errorf(d.file, "%s: %v", p.Name, err)
		}
		l.pattern(p, parsed)
		earlier = l.reachable(p, parsed, earlier)
	}
	l.shadows(engine)
	l.stale()
	slices.SortStableFunc(l.findings, func(a, b Finding) int { return a.Line - b.Line })
	return l.findings, nil
}

// lintRules are the names of what the linter looks for, as a definition may accept them.
func lintRules() []string {
	return []string{"ambiguous", "description", "expression", "forgeable", "names", "shadowed", "slow", "tests", "unreachable", "versions"}
}

// maxTexts is how many texts a pattern may have. The time for a line is bounded by their number times its length, so that
// a few of them cost what a few more patterns do.
const maxTexts = 8

type linter struct {
	d        *Definition
	findings []Finding
	accepted map[acceptance]bool // what was found and is accepted
}

// acceptance is a rule that a pattern accepts to break, with "" for the definition's own.
type acceptance struct{ pattern, rule string }

// find keeps a finding on a pattern, nil for the definition as a whole, unless one of the two accepts it.
func (l *linter) find(p *Pattern, line int, rule, format string, args ...any) {
	if p != nil && p.Accept[rule] != "" {
		l.accepted[acceptance{p.Name, rule}] = true
		return
	}
	if l.d.Accept[rule] != "" {
		l.accepted[acceptance{"", rule}] = true
		return
	}
	l.findings = append(l.findings, Finding{l.d.file, line, rule, fmt.Sprintf(format, args...)})
}

// stale finds what is accepted and not there: such a line would hide the next mistake.
func (l *linter) stale() {
	report := func(accept map[string]string, name string, line int) {
		for _, rule := range slices.Sorted(maps.Keys(accept)) {
			if !l.accepted[acceptance{name, rule}] {
				l.findings = append(l.findings, Finding{l.d.file, line, "accept", strings.TrimPrefix(name+": ", ": ") +
					"nothing is " + rule + " here any more: remove its line below accept"})
			}
		}
	}
	report(l.d.Accept, "", 0)
	for i := range l.d.Patterns {
		report(l.d.Patterns[i].Accept, l.d.Patterns[i].Name, l.d.Patterns[i].Pattern.Line)
	}
}

func (l *linter) file() {
	d := l.d
	if d.Description == "" {
		l.find(nil, 0, "description", "no description: say in one sentence what the definition reads")
	}
	if len(d.Versions) == 0 {
		l.find(nil, 0, "versions", "no versions: name the products and versions whose lines the patterns were written for")
	}
	for _, name := range slices.Sorted(maps.Keys(d.Set)) {
		l.name(nil, 0, name)
	}
	if d.Decode != nil && len(d.Decode.Tests) == 0 {
		l.find(nil, 0, "tests", "the decoder has no test")
	}
}

// name finds names of fields that are neither in the schema nor of a product.
func (l *linter) name(p *Pattern, line int, name string) {
	if !strings.Contains(name, ".") && !isECSName(name) {
		l.find(p, line, "names", "field %s is not in the Elastic Common Schema: give it the product's name, as in %s.%s",
			name, strings.ReplaceAll(l.d.Name, "-", "_"), name)
	}
}

func (l *linter) pattern(p *Pattern, parsed *parsed) {
	line := p.Pattern.Line
	if !slices.ContainsFunc(p.Tests, func(t Test) bool { return !t.NoMatch }) {
		l.find(p, line, "tests", "%s has no test that it matches: add a real line", p.Name)
	}
	for _, f := range parsed.fields {
		l.name(p, line, f.name)
	}
	for _, name := range slices.Sorted(maps.Keys(p.Set)) {
		l.name(p, line, name)
	}
	if parsed.re != nil {
		l.find(p, line, "expression", "%s is an RE2 expression: it is tried by itself, at a multiple of the cost; write it with fields, [[…]] and (a|b) if that is possible", p.Name)
		return
	}
	flat := flatten(parsed.elements)
	texts := 0
	for i, e := range flat {
		if e.op != opField {
			continue
		}
		if isText(e) {
			texts++
		}
		if i == 0 && isText(e) && len(flat) > 1 {
			l.find(p, line, "ambiguous", "%s begins with a field of type text: nothing tells its lines from others, and every line is searched to its end", p.Name)
		}
		if i > 0 && flat[i-1].op == opField && unbounded(flat[i-1]) && unbounded(e) {
			l.find(p, line, "ambiguous", "%s: nothing separates %s and %s: the first takes all it can", p.Name, shown(flat[i-1]), shown(e))
		}
	}
	if texts > maxTexts {
		l.find(p, line, "slow", "%s has %d fields of type text: a line that nearly matches is searched to its end for each of them", p.Name, texts)
	}
	l.forged(p, flat)
}

// forged finds what a client could write itself: with text on both sides of a field, what looks like the field and what
// follows it, inside of the second text, is taken for it.
func (l *linter) forged(p *Pattern, flat []*element) {
	before := -1
	for i, e := range flat {
		if e.op != opField {
			continue
		}
		if isText(e) && before < 0 {
			before = i
		}
		if before < 0 || before == i || !isSecurity(e.field.name) {
			continue
		}
		for _, behind := range flat[i+1:] {
			if isText(behind) {
				l.find(p, p.Pattern.Line, "forgeable", "%s: %s stands between the texts %s and %s: if a client chooses the second one, it can write a false %s there; use a narrower type",
					p.Name, shown(e), shown(flat[before]), shown(behind), e.field.name)
				return
			}
		}
	}
}

// isSecurity tells the fields that people act on.
func isSecurity(name string) bool {
	return strings.HasPrefix(name, "source.") || strings.HasPrefix(name, "client.") || name == "user.name" || name == "event.outcome"
}

func isText(e *element) bool { return e.op == opField && e.field.typ.name == "text" }

// unbounded tells the fields of any length; white space separates others.
func unbounded(e *element) bool { return !e.field.typ.fixed && e.field.typ.name != "blank" }

func shown(e *element) string { return "%{" + e.field.name + ":" + e.field.typ.name + "}" }

// flatten puts optional parts into the row they stand in.
func flatten(elements []element) []*element {
	var out []*element
	for i := range elements {
		if elements[i].op == opOptional {
			out = append(out, flatten(elements[i].body)...)
		} else {
			out = append(out, &elements[i])
		}
	}
	return out
}

// shape is a pattern without its fields' names.
type shape struct {
	name, text string
}

// reachable finds patterns that cannot win because of an earlier one that matches all of their lines.
func (l *linter) reachable(p *Pattern, parsed *parsed, earlier []shape) []shape {
	if parsed.re != nil {
		return earlier
	}
	own := shape{p.Name, shapeOf(parsed.elements)}
	for _, other := range earlier {
		if other.text == own.text || other.text == "%{text}" {
			l.find(p, p.Pattern.Line, "unreachable", "%s can never win: %s matches all of its lines and comes first", p.Name, other.name)
			break
		}
	}
	return append(earlier, own)
}

func shapeOf(elements []element) string {
	var b strings.Builder
	for i := range elements {
		switch e := &elements[i]; e.op {
		case opLiteral:
			fmt.Fprintf(&b, "%q", e.text)
		case opField:
			fmt.Fprintf(&b, "%%{%s}", e.field.typ.name)
			if e.field.dash {
				b.WriteByte('?')
			}
		case opChoice:
			fmt.Fprintf(&b, "%q", e.texts)
		case opOptional:
			b.WriteString("[[" + shapeOf(e.body) + "]]")
		}
	}
	return b.String()
}

// shadows finds test lines that another pattern takes when all definitions are in use.
func (l *linter) shadows(e *Engine) {
	s := e.NewStream(Options{Reference: referenceOfTests()})
	guarded := len(l.d.When)
	if _, ok := l.d.When[logviz.FieldProgram]; ok {
		guarded--
	}
	if l.d.Stage == Enrich || guarded > 0 { // everybody has a turn there; what a guard lets pass, a test does not tell
		return
	}
	for i := range l.d.Patterns {
		p := &l.d.Patterns[i]
		for _, t := range p.Tests {
			if t.NoMatch {
				continue
			}
			for _, winner := range l.winners(e, s, t.Line) {
				if winner != nil && winner.definition == l.d && winner.name == p.Name {
					continue
				}
				name := "nothing"
				if winner != nil {
					name = winner.definition.Name + "/" + winner.name
				}
				l.find(p, max(t.at, p.Pattern.Line), "shadowed", "%s: with all definitions in use this test's line is taken by %s", p.Name, name)
				break
			}
		}
	}
}

// winners returns the rule that takes a line, for each program that the definition is for.
func (l *linter) winners(e *Engine, s *Stream, line string) []*rule {
	won := func(try func(r *Record) bool) *rule {
		var r Record
		r.reset(line)
		if !try(&r) || len(r.parts) == 0 {
			return nil
		}
		return r.parts[0].rule
	}
	switch l.d.Stage {
	case Header:
		return []*rule{won(func(r *Record) bool { return s.header(line, r) })}
	case Line: // has its turn too where a header was understood and its message was not
		return []*rule{won(func(r *Record) bool {
			if !s.header(line, r) {
				return false
			}
			s.headed(r)
			return r.whole() || s.body(r) == nil || s.line(line, r)
		})}
	}
	programs := l.d.When[logviz.FieldProgram]
	if len(programs) == 0 {
		programs = []string{""}
	}
	var out []*rule
	for _, program := range programs {
		out = append(out, won(func(r *Record) bool {
			for _, st := range s.bodies(program).stages {
				if st.field == l.d.Field && s.try(st, line, r) != nil {
					return true
				}
			}
			return false
		}))
	}
	return out
}
