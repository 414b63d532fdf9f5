package normalize

import (
	"strings"
	"testing"
	"time"
)

// No definition takes a line that another one was written for: each test of a definition that reads whole records is
// read with all definitions at once, and its own must win.
func TestLinesKeepApart(t *testing.T) {
	defs, err := Builtin()
	if err != nil {
		t.Fatal(err)
	}
	e, err := New(defs...)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range defs {
		if d.Stage != Line {
			continue
		}
		for _, p := range d.Patterns {
			for _, test := range p.Tests {
				if test.NoMatch {
					continue
				}
				var r Record
				s := e.NewStream(Options{Reference: time.Date(2026, 12, 31, 0, 0, 0, 0, time.UTC)})
				if err := s.Read(test.Line, &r); err != nil || !strings.HasPrefix(r.Rules()[0], d.Name+"/") {
					t.Errorf("%s/%s: %q is read by %v, %v", d.Name, p.Name, test.Line, r.Rules(), err)
				}
			}
		}
	}
}
