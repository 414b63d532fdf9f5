package pylogsparser

import (
	"fmt"
	"strings"

	"go.starlark.net/starlark"
)

// Report is the outcome of the examples that definitions bring along.
type Report struct {
	Examples int
	Passed   int
	Failed   []Mismatch
}

// Mismatch is a tag that an example expects otherwise.
type Mismatch struct {
	File    string
	Line    int
	Pattern string
	Tag     string
	Want    string
	Got     string
}

func (m Mismatch) String() string {
	return fmt.Sprintf("%s:%d: pattern %s: tag %s is %s, the example expects %q", m.File, m.Line, m.Pattern, m.Tag, m.Got, m.Want)
}

// Test runs the examples as pylogsparser's validate does: each on the definition it stands in, without its
// prerequisites, and comparing only the tags it lists.
func (l *Library) Test(o Options) Report {
	var r Report
	s := l.Stream(o)
	for _, n := range l.normalizers {
		for _, p := range n.patterns {
			for _, x := range p.examples {
				r.Examples++
				wrong := n.check(s, p, x)
				if len(wrong) == 0 {
					r.Passed++
				}
				r.Failed = append(r.Failed, wrong...)
			}
		}
	}
	return r
}

// check runs one example.
func (n *Normalizer) check(s *Stream, p *pattern, x example) []Mismatch {
	log := starlark.NewDict(16)
	e := &event{stream: s, log: log}
	if p.table != nil {
		if data := n.row(e, p, x.text); data != nil {
			log = data
			n.finish(e, log)
		}
	} else {
		set(log, n.AppliedTo, starlark.String(x.text))
		n.normalize(e)
	}
	var wrong []Mismatch
	for _, want := range x.expected {
		v, found, _ := log.Get(starlark.String(want.name))
		got, same := "missing", want.value == "" && (!found || v == starlark.None)
		if found {
			got = v.String()
			switch v := v.(type) {
			case starlark.String:
				same = string(v) == want.value
			case moment, starlark.Int:
				same = got == want.value
			}
		}
		if !same {
			wrong = append(wrong, Mismatch{n.File, x.line, p.name, want.name, want.value, got})
		}
	}
	if len(wrong) > 0 && e.failed {
		var why []string
		for f := range s.failures {
			if f.File == n.File {
				why = append(why, f.Callback+": "+f.Err)
			}
		}
		wrong[0].Got += " (" + strings.Join(why, "; ") + ")"
	}
	return wrong
}
