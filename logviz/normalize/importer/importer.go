package importer

import (
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"ops/logviz"
	"ops/logviz/normalize"
)

// Import is what became of one file.
type Import struct {
	Definition *normalize.Definition // nil if nothing could be translated
	Problems   []Problem
}

// Problem is something that was not translated, or only with a difference.
type Problem struct {
	File   string
	Line   int
	Reason string
	Kept   bool // the pattern came all the same
}

func (p Problem) String() string { return fmt.Sprintf("%s:%d: %s", p.File, p.Line, p.Reason) }

// Options says where the definitions are to stand.
type Options struct {
	// Stage is normalize.Line or normalize.Body. Default: what is usual for the kind of file.
	Stage normalize.Stage
	// Programs are those whose messages a body reads. Default: what the file says; none means every program's.
	Programs []string
}

// The bounds of one import.
const (
	maxFile     = 4 << 20
	maxPatterns = 4096
	maxLength   = 16 << 10 // of one pattern
	maxNames    = 400      // different fields; the engine has a bound for all definitions together
	maxSamples  = 3
)

// source is a pattern on its way.
type source struct {
	file    string
	line    int
	name    string // a proposal
	pattern string
	set     map[string]any
	samples []string // texts that may be lines for it
}

// importing gathers the patterns of one file.
type importing struct {
	fsys     fs.FS
	file     string
	problems []Problem
	sources  []source
}

func (im *importing) problem(file string, line int, format string, args ...any) {
	im.problems = append(im.problems, Problem{file, line, fmt.Sprintf(format, args...), false})
}

func (im *importing) note(file string, line int, format string, args ...any) {
	im.problems = append(im.problems, Problem{file, line, fmt.Sprintf(format, args...), true})
}

func (im *importing) add(s source) {
	if len(im.sources) < maxPatterns {
		im.sources = append(im.sources, s)
	} else {
		im.problem(s.file, s.line, "more than %d patterns", maxPatterns)
	}
}

// read returns the lines of a file.
func (im *importing) read(file string) ([]string, error) {
	info, err := fs.Stat(im.fsys, file)
	if err != nil {
		return nil, err
	}
	if info.Size() > maxFile {
		return nil, fmt.Errorf("%s: has %d bytes, at most %d are read", file, info.Size(), maxFile)
	}
	data, err := fs.ReadFile(im.fsys, file)
	if err != nil {
		return nil, err
	}
	if !utf8.Valid(data) {
		return nil, fmt.Errorf("%s: is not UTF-8; convert it with iconv first", file)
	}
	return strings.Split(strings.ReplaceAll(string(data), "\r\n", "\n"), "\n"), nil
}

// finish makes the definition. A pattern that does not compile is reported and left out.
func (im *importing) finish(kind string, o Options, set map[string]any) *Import {
	name := word(strings.TrimSuffix(path.Base(im.file), path.Ext(im.file)), "imported")
	d := &normalize.Definition{
		Kind: normalize.KindV1, Name: name, Description: "Imported from the " + kind + " " + printable(path.Base(im.file)) + ".",
		Stage: o.Stage, Set: set,
	}
	if len(o.Programs) > 0 {
		d.When = map[string][]string{logviz.FieldProgram: o.Programs}
	}
	taken := make(map[string]bool)
	fields := make(map[string]bool)
	for _, s := range im.sources {
		p := normalize.Pattern{Name: unique(word(s.name, "pattern"), taken), Set: s.set}
		p.Pattern.Value = s.pattern
		if len(s.pattern) > maxLength {
			im.problem(s.file, s.line, "the pattern has %d bytes, at most %d can be", len(s.pattern), maxLength)
			continue
		}
		one := *d
		one.Patterns = []normalize.Pattern{p}
		engine, err := compile(&one)
		if err != nil {
			im.problem(s.file, s.line, "%v", reason(err))
			continue
		}
		names := namesOf(&one)
		if len(fields)+len(names) > maxNames {
			im.problem(s.file, s.line, "more than %d different fields", maxNames)
			continue
		}
		for _, n := range names {
			fields[n] = true
		}
		taken[p.Name] = true
		p.Tests = testsOf(engine, one, s.samples)
		d.Patterns = append(d.Patterns, p)
	}
	if len(d.Patterns) == 0 {
		return &Import{Problems: im.problems}
	}
	im.dropFailing(d)
	return &Import{Definition: d, Problems: im.problems}
}

// reason returns an error without the name of the file that was never written.
func reason(err error) string {
	text := err.Error()
	if _, rest, ok := strings.Cut(text, "pattern"); ok {
		return "pattern" + rest
	}
	return text
}

// compile reads a definition as it would be read from its file.
func compile(d *normalize.Definition) (*normalize.Engine, error) {
	parsed, err := normalize.Parse(d.Name+".yaml", Write(d))
	if err != nil {
		return nil, err
	}
	return normalize.New(parsed)
}

// namesOf returns an upper bound of the fields of a definition with one pattern.
func namesOf(d *normalize.Definition) []string {
	var out []string
	p := d.Patterns[0].Pattern.Value
	for _, mark := range []string{"%{", "(?P<"} {
		for rest := p; ; {
			_, after, ok := strings.Cut(rest, mark)
			if !ok {
				break
			}
			name, _, _ := strings.Cut(after, ":")
			if mark == "(?P<" {
				name, _, _ = strings.Cut(after, ">")
				name, _, _ = strings.Cut(name, "__")
				name = strings.ReplaceAll(name, "_dot_", ".")
			}
			out, rest = append(out, name), after
			if owner, ok := strings.CutSuffix(name, ".address"); ok {
				out = append(out, owner+".ip", owner+".domain")
			}
		}
	}
	out = append(out, slices.Collect(maps.Keys(d.Patterns[0].Set))...)
	slices.Sort(out)
	return slices.Compact(out)
}

// testsOf makes tests of those samples that the pattern understands.
func testsOf(_ *normalize.Engine, d normalize.Definition, samples []string) (tests []normalize.Test) {
	d.Stage, d.When = normalize.Line, nil // to read the sample alone
	e, err := compile(&d)
	if err != nil {
		return nil
	}
	for _, line := range samples {
		known := slices.ContainsFunc(tests, func(t normalize.Test) bool { return t.Line == line })
		if len(tests) == maxSamples || line == "" || known || !utf8.ValidString(line) {
			continue
		}
		reference := time.Date(2026, 12, 31, 0, 0, 0, 0, time.UTC)
		var r normalize.Record
		if e.NewStream(normalize.Options{Reference: reference, NoOriginal: true}).Read(line, &r) != nil {
			continue
		}
		var event logviz.Event
		r.Event(&event)
		t := normalize.Test{Line: line, Expect: make(map[string]any)}
		for name, v := range event.All() {
			if v.Kind() != logviz.List {
				t.Expect[name] = v.String()
			}
		}
		tests = append(tests, t)
	}
	return tests
}

// dropFailing takes out the tests that fail in the whole definition: mostly because an earlier pattern wins.
func (im *importing) dropFailing(d *normalize.Definition) {
	for i := range d.Patterns {
		p := &d.Patterns[i]
		p.Tests = slices.DeleteFunc(p.Tests, func(t normalize.Test) bool {
			one := *d
			one.Patterns = slices.Clone(d.Patterns)
			for k := range one.Patterns {
				one.Patterns[k].Tests = nil
			}
			one.Patterns[i].Tests = []normalize.Test{t}
			parsed, err := normalize.Parse(d.Name+".yaml", Write(&one))
			return err != nil || len(parsed.Check()) > 0
		})
	}
}

// word makes a name of a definition or pattern.
func word(s, otherwise string) string {
	var b strings.Builder
	for _, c := range []byte(strings.ToLower(s)) {
		if c-'a' < 26 || c-'0' < 10 {
			b.WriteByte(c)
		} else if b.Len() > 0 && !strings.HasSuffix(b.String(), "-") {
			b.WriteByte('-')
		}
		if b.Len() == 60 {
			break
		}
	}
	if out := strings.Trim(b.String(), "-"); out != "" {
		return out
	}
	return otherwise
}

func unique(name string, taken map[string]bool) string {
	for i, base := 2, name; taken[name]; i++ {
		name = fmt.Sprintf("%s-%d", base, i)
	}
	return name
}

// fieldName makes a field's name of one in another program: lower case, [a][b] as a.b, and no byte that ours cannot have.
func fieldName(s string) string {
	s = strings.ToLower(strings.Trim(strings.NewReplacer("][", ".", "[", ".", "]", ".", "-", "_").Replace(s), "."))
	out := []byte(s)
	for i, c := range out {
		if c-'a' >= 26 && c-'0' >= 10 && c != '.' && (c != '@' || i > 0) {
			out[i] = '_'
		}
	}
	name := strings.Trim(string(out), ".")
	for strings.Contains(name, "__") { // which in a group's name stands before the type
		name = strings.ReplaceAll(name, "__", "_")
	}
	for strings.Contains(name, "..") {
		name = strings.ReplaceAll(name, "..", ".")
	}
	if name == "@" || name == "" {
		return "field"
	}
	return name
}

func printable(s string) string { return strings.Map(visible, s) }

func visible(r rune) rune {
	if r < ' ' || r == 0x7f {
		return -1
	}
	return r
}
