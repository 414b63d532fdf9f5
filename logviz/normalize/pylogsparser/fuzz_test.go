package pylogsparser

import (
	"strings"
	"testing"
	"testing/fstest"
	"time"
	"unicode/utf8"
)

// FuzzLoad: whatever the files hold, loading reports and never panics, and what loaded runs.
func FuzzLoad(f *testing.F) {
	f.Add(header(), types)
	f.Add(door(), types)
	f.Add(columnsDefinition(), "<callBacks/>")
	f.Add(one("try:\n\tlog['a'] = 2**int(value)\nexcept:\n\tpass")["one.xml"], "")
	f.Add("<normalizer><normalizer>", "<a b='c' b='d'/>")
	f.Fuzz(func(t *testing.T, text, common string) {
		l, problems, err := Load(fstest.MapFS{"a.xml": {Data: []byte(text)}, typesFile: {Data: []byte(common)}, callbacksFile: {Data: []byte(common)}})
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range problems {
			if p.File == "" || p.Line < 1 || p.Text == "" {
				t.Errorf("a problem without place or text: %+v", p)
			}
		}
		if len(l.Normalizers()) == 0 && len(problems) == 0 {
			t.Error("nothing was loaded, and nothing says why")
		}
		l.Test(Options{})
		l.Stream(Options{}).Normalize("x 1")
	})
}

// FuzzRewrite: a callback is compiled or refused; it never panics, and running it ends.
func FuzzRewrite(f *testing.F) {
	for _, seed := range []string{
		"log['a'] = value", "try:\n x = 1\nexcept:\n y = 2", "if x:\n\ty\n  z", "del d[k]\nraise A, 'b'", "a = 2 ** (3)[0] ** -x",
		"def f(a, b=1):\n  try: return a\n  except: pass\nlog['a'] = f(1)", "\"\"\"text\n\"\"\" 'a' u'\\d' r'\\d'", "while 1: pass", "x = [1, 2", "for i in log: log[i] = '%d' % 1",
	} {
		f.Add(seed, "192.0.2.1")
	}
	f.Fuzz(func(t *testing.T, body, value string) {
		if len(body) > 300 { // a bound on what it may build, not on what it may do
			return
		}
		if strings.Contains(body, "*") && strings.ContainsAny(body, "'\"[(") {
			return // the text a callback makes longer and longer is its author's business
		}
		s, err := compileScript("fuzz", body)
		if err != nil {
			return
		}
		l := &Library{normalizers: []*Normalizer{{AppliedTo: "raw", active: true, steps: map[string]*step{"fuzz": {name: "fuzz", run: s}}, patterns: []*pattern{{tags: []tag{{name: "t", kind: "Anything", substitute: "T", callbacks: []string{"fuzz"}}}, text: "T"}}}}}
		if err := l.normalizers[0].patterns[0].build(flags{}, false, false, func(string) string { return ".*" }); err != nil {
			t.Fatal(err)
		}
		tags, _ := l.Stream(Options{Reference: time.Unix(0, 0)}).Normalize(value)
		for name, v := range tags {
			if name == "" && v == nil {
				t.Errorf("a tag that is nothing: %v", tags)
			}
		}
	})
}

// FuzzNormalize: no line makes the chain panic, lose the raw text or take long.
func FuzzNormalize(f *testing.F) {
	files := chain()
	files["columns.xml"] = columnsDefinition()
	l, problems, err := Load(folder(files))
	if err != nil || len(problems) > 0 {
		f.Fatal(err, problems)
	}
	f.Add("Mar  1 10:00:00 gate door[12]: opened for alice")
	f.Add("'al;i''ce';7;gate;rest")
	f.Add("Feb 31 99:99:99 gate door: opened for")
	f.Fuzz(func(t *testing.T, line string) {
		s := l.Stream(Options{Reference: reference()})
		start := time.Now()
		tags, understood := s.Normalize(line)
		if took := time.Since(start); took > 5*time.Second {
			t.Errorf("%d bytes took %v", len(line), took)
		}
		if tags["raw"] != line {
			t.Errorf("raw is %q", tags["raw"])
		}
		if _, header := tags["body"]; understood && len(tags) == 1 || !understood && len(tags) > 1 && !header {
			t.Errorf("understood %v, tags %v", understood, tags)
		}
		for name, v := range ECS(tags) {
			if v == nil {
				t.Errorf("%s has no value", name)
			}
		}
	})
}

// FuzzTranslate: what is translated compiles on Go's engine or is refused with a reason.
func FuzzTranslate(f *testing.F) {
	for _, seed := range []string{`\d+`, `[^]\s]*`, `(?P<a>x){,3}`, `(?<![.0-9])1(?![.0-9])`, `\`, `[`, `(?#`, `\x4`, `[a-\d]`, `é\é`} {
		f.Add(seed, true)
	}
	f.Fuzz(func(t *testing.T, expression string, unicode bool) {
		e, err := compile(expression, flags{unicode: unicode, verbose: !unicode})
		if err == nil && utf8.ValidString(expression) {
			e.matches("192.0.2.1 x")
		}
	})
}
