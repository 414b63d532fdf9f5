package importer

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"time"

	"ops/internal/strictyaml"
	"ops/logviz"
	"ops/logviz/normalize"
	"ops/logviz/normalize/pylogsparser"
)

// Pylogsparser reads a definition of pylogsparser. Tags get the fields that package legacy names; a callback becomes a
// transform that does the same, or a script; and the examples become tests, as far as they pass.
func Pylogsparser(fsys fs.FS, file string, o Options) (*Import, error) {
	im := &importing{fsys: fsys, file: file}
	if _, err := im.read(file); err != nil {
		return nil, err
	}
	n, err := pylogsparser.Export(fsys, file)
	if err != nil {
		return nil, err
	}
	for _, p := range n.Problems {
		im.problem(p.File, p.Line, "%s", p.Text)
	}
	for _, p := range n.Notes {
		im.note(p.File, p.Line, "%s", p.Text)
	}
	if n.Definition == nil {
		return &Import{Problems: im.problems}, nil
	}
	d := *n.Definition
	d.Name, d.Patterns = word(d.Name, "imported"), nil
	if o.Stage != "" {
		d.Stage = o.Stage
	}
	if len(o.Programs) > 0 {
		d.When[logviz.FieldProgram] = o.Programs
	}
	if d.Stage == normalize.Body && len(d.When) == 0 {
		im.note(file, 1, "the patterns read every program's messages; --program NAME says whose")
	}
	if d.Transform = im.transforms(d, d.Transform, 1); d.Stage == normalize.Header || d.Stage == normalize.Line || d.Stage == normalize.Body {
		d.Field = ""
	}
	taken := make(map[string]bool)
	var examples [][]int
	for i, p := range n.Definition.Patterns {
		p.Name = unique(word(p.Name, "pattern"), taken)
		one := d
		one.Patterns = []normalize.Pattern{p}
		one.Patterns[0].Tests = nil
		if len(p.Pattern.Value) > maxLength {
			im.problem(file, n.Lines[i], "the pattern has %d bytes, at most %d can be", len(p.Pattern.Value), maxLength)
			continue
		}
		if _, err := compile(&one); err != nil {
			im.problem(file, n.Lines[i], "pattern %s: %v", p.Name, reason(err))
			continue
		}
		taken[p.Name] = true
		d.Patterns = append(d.Patterns, p)
		examples = append(examples, n.Examples[i])
	}
	if len(d.Patterns) == 0 {
		return &Import{Problems: im.problems}, nil
	}
	im.passing(&d, examples)
	return &Import{Definition: &d, Problems: im.problems}, nil
}

// transforms leaves out those of the definition that do not compile.
func (im *importing) transforms(d normalize.Definition, list []strictyaml.Located[normalize.Transform], line int) (kept []strictyaml.Located[normalize.Transform]) {
	for _, t := range list {
		d.Transform, d.Patterns = []strictyaml.Located[normalize.Transform]{t}, []normalize.Pattern{{Name: "any"}}
		d.Patterns[0].Pattern.Value = "%{legacy.any:text}"
		if _, err := compile(&d); err != nil {
			im.problem(im.file, line, "a transform of the whole definition: %v", err)
			continue
		}
		kept = append(kept, t)
	}
	return kept
}

// passing keeps what passes of the tests: an expectation that does not is reported at its example, and a test without
// any is none.
func (im *importing) passing(d *normalize.Definition, examples [][]int) {
	bare := *d
	bare.Patterns = slices.Clone(d.Patterns)
	for i := range bare.Patterns {
		bare.Patterns[i].Tests = nil
	}
	try := func(i int, t normalize.Test) error {
		bare.Patterns[i].Tests = []normalize.Test{t}
		defer func() { bare.Patterns[i].Tests = nil }()
		parsed, err := normalize.Parse(d.Name+".yaml", Write(&bare))
		if err != nil {
			return err
		}
		return errors.Join(parsed.Check()...)
	}
	all := make([][]normalize.Test, len(d.Patterns))
	for i, p := range d.Patterns {
		for k, t := range p.Tests {
			line, at := examples[i][k], i
			for before := range i { // pylogsparser does not ask whose example it is
				if try(i, normalize.Test{Line: t.Line}) != nil && try(before, normalize.Test{Line: t.Line}) == nil {
					at = before
					break
				}
			}
			if try(at, t) != nil {
				t = im.agreeing(t, line, func(t normalize.Test) error { return try(at, t) })
			}
			if len(t.Expect)+len(t.Absent) > 0 {
				all[at] = append(all[at], t)
			}
		}
	}
	for i := range d.Patterns {
		d.Patterns[i].Tests = all[i]
	}
}

// agreeing leaves out of a test what does not pass, and tells it.
func (im *importing) agreeing(t normalize.Test, line int, try func(normalize.Test) error) normalize.Test {
	kept := normalize.Test{Line: t.Line, Expect: make(map[string]any)}
	if err := try(kept); err != nil {
		im.problem(im.file, line, "the example is left out: %v", reasonOfTest(err))
		return kept
	}
	for _, name := range slices.Sorted(maps.Keys(t.Expect)) {
		if err := try(normalize.Test{Line: t.Line, Expect: map[string]any{name: t.Expect[name]}}); err != nil {
			if stamp, ok := momentIn(err); ok && name == logviz.FieldTimestamp {
				im.note(im.file, line, "the zone or fraction of the stamp counts: the event is of %s, which the example has as %v", stamp, t.Expect[name])
				kept.Expect[name] = stamp
				continue
			}
			im.problem(im.file, line, "the example sees a difference: %v", reasonOfTest(err))
			continue
		}
		kept.Expect[name] = t.Expect[name]
	}
	for _, name := range t.Absent {
		if err := try(normalize.Test{Line: t.Line, Absent: []string{name}}); err != nil {
			im.problem(im.file, line, "the example sees a difference: %v", reasonOfTest(err))
			continue
		}
		kept.Absent = append(kept.Absent, name)
	}
	return kept
}

// momentIn returns the moment that a test found in the place of another one.
func momentIn(err error) (string, bool) {
	_, text, _ := strings.Cut(err.Error(), logviz.FieldTimestamp+` is "`)
	text, _, ok := strings.Cut(text, `"`)
	_, wrong := time.Parse(time.RFC3339, text)
	return text, ok && wrong == nil
}

// reasonOfTest returns why a test failed, without the place in a file that was never written.
func reasonOfTest(err error) string {
	text := err.Error()
	for i := 0; i+6 < len(text); i++ {
		if text[i:i+6] == "test 1" {
			return fmt.Sprintf("%.200s", text[min(i+8, len(text)):])
		}
	}
	return fmt.Sprintf("%.200s", text)
}
