package pylogsparser

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"go.starlark.net/starlark"
)

// Normalizer is one definition file, ready to run.
type Normalizer struct {
	File      string
	Name      string
	ID        string // name-version, by which it is made active
	AppliedTo string // the tag whose text the patterns read
	Taxonomy  string

	search        bool
	active        bool
	prerequisites []prerequisite
	patterns      []*pattern // by name
	common        []setting
	final         []*step
	steps         map[string]*step
}

type prerequisite struct {
	tag string
	is  *expression
}

// step is a callback by the name that definitions call it.
type step struct {
	name   string
	source string   // Python
	run    callback // nil: it did not compile
}

// commons are what the files common_tagTypes.xml and common_callBacks.xml offer to all definitions.
type commons struct {
	types map[string]string
	steps map[string]*step
}

// readTypes collects tag types.
func readTypes(e *element, into map[string]string) {
	for _, t := range e.all() {
		into[t.attrs["name"]] = t.child("regexp").content()
	}
}

// readSteps compiles callbacks. One that does not compile is a problem of its file, and fails when called.
func readSteps(file string, e *element, inCode bool, into map[string]*step) []Problem {
	var problems []Problem
	for _, c := range e.all() {
		body := c
		if inCode {
			if body = c.child("code"); body == nil {
				problems = append(problems, Problem{file, c.line, fmt.Sprintf("callback %s has no <code>", c.attrs["name"])})
				continue
			}
		}
		name := c.attrs["name"]
		s := &step{name: name, source: body.text}
		if f, known := inGo(body.text); known {
			s.run = f
		} else if run, err := compileScript(name, body.text); err == nil {
			s.run = run
		} else {
			problems = append(problems, Problem{file, c.line, err.Error()})
		}
		into[name] = s
	}
	return problems
}

func settings(e *element) []setting {
	var out []setting
	for _, c := range e.all() {
		out = append(out, setting{c.attrs["name"], c.text})
	}
	return out
}

// identity is name-version as pylogsparser builds it, from the version as a float.
func identity(name, version string) (string, error) {
	v, err := strconv.ParseFloat(strings.TrimSpace(version), 64)
	if err != nil {
		return "", fmt.Errorf("version=%q: write a number", version)
	}
	if v == 0 {
		v = 1
	}
	return name + "-" + starlark.Float(v).String(), nil
}

// newNormalizer builds a definition that satisfied the document type. Without one it cannot run at all; other
// problems cost a pattern or a callback.
func newNormalizer(file string, root *element, shared commons) (*Normalizer, []Problem) {
	attrs := root.attrs
	id, err := identity(attrs["name"], attrs["version"])
	if err != nil {
		return nil, []Problem{{file, root.line, err.Error()}}
	}
	n := &Normalizer{
		File: file, Name: attrs["name"], ID: id, AppliedTo: attrs["appliedTo"], Taxonomy: attrs["taxonomy"],
		search: attrs["matchtype"] == "search", active: true, steps: map[string]*step{}, common: settings(root.child("commonTags")),
	}
	var problems []Problem
	say := func(line int, format string, a ...any) {
		problems = append(problems, Problem{file, line, fmt.Sprintf(format, a...)})
	}
	types := map[string]string{}
	readTypes(root.child("tagTypes"), types)
	problems = append(problems, readSteps(file, root.child("callbacks"), false, n.steps)...)
	for name, s := range shared.steps {
		if n.steps[name] == nil {
			n.steps[name] = s
		}
	}
	for _, p := range root.child("prerequisites").all() {
		is, err := compile(`\A(?:`+p.text+`)`, flags{})
		if err != nil {
			return nil, append(problems, Problem{file, p.line, "prerequisite " + p.attrs["name"] + ": " + err.Error()})
		}
		n.prerequisites = append(n.prerequisites, prerequisite{p.attrs["name"], is})
	}
	f := flags{ignorecase: attrs["ignorecase"] == "yes", multiline: attrs["multiline"] == "yes", unicode: attrs["unicode"] == "yes"}
	kind := func(name string) string {
		for _, of := range []map[string]string{types, shared.types} {
			if e, ok := of[name]; ok {
				return e
			}
		}
		if e, ok := shared.types["Anything"]; ok {
			return e
		}
		return ".*"
	}
	for _, e := range root.child("patterns").all() {
		p := newPattern(e)
		for _, t := range p.tags {
			if t.substitute == "" {
				say(t.line, "tag %s: its substitute is empty: write the word that stands for it in the text", t.name)
			}
			for _, c := range t.callbacks {
				if n.steps[c] == nil {
					say(t.line, "tag %s: there is no callback %q, here or in common_callBacks.xml: the others run", t.name, c)
				}
			}
		}
		p.tags = slices.DeleteFunc(p.tags, func(t tag) bool { return t.substitute == "" })
		body := e.child("text")
		if body.attrs["type"] == "csv" {
			err = p.tabulate(body, kind)
		} else {
			err = p.build(f, n.search, attrs["expandWhitespaces"] == "yes", kind)
		}
		if err != nil {
			say(e.line, "pattern %s does not run: %v", p.name, err)
		}
		n.patterns = append(n.patterns, p)
	}
	slices.SortStableFunc(n.patterns, func(a, b *pattern) int { return strings.Compare(a.name, b.name) })
	for _, c := range root.child("finalCallbacks").all() {
		s := n.steps[c.text]
		if s == nil {
			say(c.line, "there is no callback %q, here or in common_callBacks.xml: the others run", c.text)
			continue
		}
		n.final = append(n.final, s)
	}
	return n, problems
}

// newPattern reads a pattern, without compiling it.
func newPattern(e *element) *pattern {
	p := &pattern{name: e.attrs["name"], line: e.line, text: e.child("text").text, common: settings(e.child("commonTags"))}
	for _, t := range e.child("tags").all() {
		read := tag{name: t.attrs["name"], kind: t.attrs["tagType"], substitute: t.child("substitute").text, line: t.line}
		for _, c := range t.child("callbacks").all() {
			read.callbacks = append(read.callbacks, c.text)
		}
		p.tags = append(p.tags, read)
	}
	for _, x := range e.child("examples").all() {
		p.examples = append(p.examples, example{x.line, x.child("text").text, settings(x.child("expectedTags"))})
	}
	return p
}

// tabulate makes the pattern one of columns.
func (p *pattern) tabulate(body *element, kind func(string) string) error {
	t, err := newTable(p.text, body.attrs["separator"], body.attrs["quotechar"])
	if err != nil {
		return err
	}
	for _, tag := range p.tags {
		check, err := compile(`\A(?:`+kind(tag.kind)+`)`, flags{})
		if err != nil {
			return fmt.Errorf("tag %s: %w", tag.name, err)
		}
		t.checks = append(t.checks, check)
	}
	p.table = t
	return nil
}
