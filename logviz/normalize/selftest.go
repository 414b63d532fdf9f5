package normalize

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"ops/logviz"
)

// Check runs the tests inside a definition and returns what went wrong, one error a failure; none is success. A test
// passes when its pattern is the first of the definition that matches the line and gives the fields that it expects.
func (d *Definition) Check() []error {
	c, err := compileDefinition(d)
	if err != nil {
		return []error{err}
	}
	var failures []error
	if d.Decode != nil {
		for i, t := range d.Decode.Tests {
			failures = append(failures, c.check("decode", i, t)...)
		}
	}
	for _, p := range d.Patterns {
		for i, t := range p.Tests {
			failures = append(failures, c.check(p.Name, i, t)...)
		}
	}
	return failures
}

func (c *compiled) check(pattern string, i int, t Test) (failures []error) {
	fail := func(format string, args ...any) {
		failures = append(failures, fmt.Errorf("%s: %s, test %d: %s", c.def.file, pattern, i+1, fmt.Sprintf(format, args...)))
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
	s := (&Engine{}).NewStream(o)
	var e logviz.Event
	won := ""
	if c.def.Decode != nil {
		if s.decode(c, t.Line, &e) {
			won = pattern
		}
	} else {
		unguarded := *c
		unguarded.when = nil
		if p := s.try(&unguarded, t.Line, &e); p != nil {
			won = p.name
		}
	}
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
	for _, name := range slices.Sorted(maps.Keys(t.Expect)) {
		if got, want := e.Get(name).String(), fmt.Sprint(t.Expect[name]); !e.Has(name) || got != want {
			fail("%s is %q, must be %q", name, got, want)
		}
	}
	for _, name := range t.Absent {
		if e.Has(name) {
			fail("%s is %q, must not be set", name, e.Get(name))
		}
	}
	return failures
}
