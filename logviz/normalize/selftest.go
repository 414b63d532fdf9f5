package normalize

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"ops/logviz"
)

// Check runs the tests inside a definition and returns what went wrong, one error a failure; none is success. A test
// passes when its pattern is the first of the definition that matches the line and gives the fields that it expects.
func (d *Definition) Check() []error {
	alone := *d
	alone.When = nil
	e, err := New(&alone)
	if err != nil {
		return []error{err}
	}
	var failures []error
	if d.Decode != nil {
		for i, t := range d.Decode.Tests {
			failures = append(failures, e.check(d, "decode", i, t)...)
		}
	}
	for _, p := range d.Patterns {
		for i, t := range p.Tests {
			failures = append(failures, e.check(d, p.Name, i, t)...)
		}
	}
	return failures
}

// check runs one test of the engine's only definition.
func (e *Engine) check(d *Definition, pattern string, i int, t Test) (failures []error) {
	fail := func(format string, args ...any) {
		failures = append(failures, fmt.Errorf("%s: %s, test %d: %s", d.file, pattern, i+1, fmt.Sprintf(format, args...)))
	}
	o := Options{Zone: time.UTC, Reference: time.Date(2026, 12, 31, 0, 0, 0, 0, time.UTC)}
	var err error
	if t.Reference != "" {
		if o.Reference, err = time.Parse(time.RFC3339, t.Reference); err != nil {
			fail("reference: %v", err)
		}
	}
	if t.Zone != "" {
		if o.Zone, err = time.LoadLocation(t.Zone); err != nil {
			fail("zone: %v", err)
			return failures
		}
	}
	var r Record
	r.reset(t.Line)
	stream := e.NewStream(o)
	stream.only(t.Line, &r)
	won := ""
	if len(r.parts) > 0 {
		won = r.parts[0].rule.name
	}
	var event logviz.Event
	r.Event(&event)
	switch {
	case t.NoMatch && won == pattern:
		fail("matches %q, must not", t.Line)
		return failures
	case t.NoMatch:
		return failures
	case won == "":
		fail("does not match %q", t.Line)
		return failures
	case won != pattern:
		fail("%q is matched by %s, which comes first", t.Line, won)
		return failures
	}
	if _, expected := t.Expect[fieldTags]; !expected {
		for _, f := range stream.Failures() {
			fail("%v", f.First)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(t.Expect)) {
		if got, want := event.Get(name).String(), expected(t.Expect[name]); !event.Has(name) || got != want {
			fail("%s is %q, must be %q", name, got, want)
		}
	}
	if t.Exact {
		for name, v := range event.All() {
			if _, expected := t.Expect[name]; !expected {
				fail("%s is %q, and not expected", name, v)
			}
		}
	}
	for _, name := range t.Absent {
		if event.Has(name) {
			fail("%s is %q, must not be set", name, event.Get(name))
		}
	}
	return failures
}

// only reads a text with the engine's only definition, whatever its stage.
func (s *Stream) only(text string, r *Record) {
	e := s.engine
	switch {
	case len(e.headers) > 0:
		s.header(text, r)
	case len(e.enrich) > 0:
		s.try(e.enrich[0], text, r)
	case len(e.bodies[""].stages) > 0:
		s.try(e.bodies[""].stages[0], text, r)
	}
}

// expected returns a value as [logviz.Value.String] prints it.
func expected(x any) string {
	if list, ok := x.([]any); ok {
		texts := make([]string, len(list))
		for i, y := range list {
			texts[i] = fmt.Sprint(y)
		}
		return strings.Join(texts, ",")
	}
	return fmt.Sprint(x)
}
