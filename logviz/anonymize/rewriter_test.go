package anonymize

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"ops/logviz"
	"ops/logviz/normalize"
)

func testEngine(t testing.TB) (*normalize.Engine, []*normalize.Definition) {
	defs, err := normalize.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	e, err := normalize.New(defs...)
	if err != nil {
		t.Fatal(err)
	}
	return e, defs
}

// shippedLines are the lines in the definitions' own tests as records.
func shippedLines(defs []*normalize.Definition) (out []string) {
	for _, d := range defs {
		program := "test"
		if p := d.When[logviz.FieldProgram]; len(p) > 0 {
			program = p[0]
		}
		add := func(line string) {
			if d.Stage == normalize.Body {
				line = fmt.Sprintf("2026-03-14T06:25:01Z bastion.example.com %s[17]: %s", program, line)
			}
			out = append(out, line)
		}
		for _, p := range d.Patterns {
			for _, t := range p.Tests {
				add(t.Line)
			}
		}
		if d.Decode != nil {
			for _, t := range d.Decode.Tests {
				add(t.Line)
			}
		}
	}
	return out
}

func checkLine(t *testing.T, z *Anonymizer, e *normalize.Engine, line string) {
	t.Helper()
	o := normalize.Options{Zone: time.UTC, Reference: time.Date(2026, 12, 31, 0, 0, 0, 0, time.UTC)}
	var before, after logviz.Event
	if e.NewStream(o).Parse([]byte(line), &before) != nil {
		return
	}
	w := z.NewRewriter(e, o)
	out, result := w.Line(line)
	if result == Altered {
		return // counted, and told
	}
	captured := make(map[string]bool)
	for c := range w.old.Captures() {
		captured[c.Field] = true
	}
	var original logviz.Event
	w.old.Event(&original)
	if err := e.NewStream(o).Parse([]byte(out), &after); err != nil {
		t.Fatalf("%q\nbecame %q\nwhich is not understood: %v", line, out, err)
	}
	z.Event(&before)
	for name, want := range before.All() {
		got := after.Get(name)
		if !captured[name] && got.Equal(original.Get(name)) { // a definition says so, not the line: ROOT LOGIN REFUSED
			continue
		}
		if kindOf(name) == free && want.Kind() == logviz.String { // a word of the line may be kept so that it can be read
			continue
		}
		if !got.Equal(want) && got.String() != want.String() {
			t.Errorf("%q\nbecame %q\n%s is %q, must be %q", line, out, name, got, want)
		}
	}
	if before.Len() != after.Len() {
		t.Errorf("%q\nbecame %q\nwhich has %d fields, must have %d", line, out, after.Len(), before.Len())
	}
}

// Reading and anonymizing may be done in any order.
func TestLinesAndEventsAgree(t *testing.T) {
	e, defs := testEngine(t)
	z := New(testKey(), Options{})
	for _, line := range shippedLines(defs) {
		checkLine(t, z, e, line)
	}
}

func FuzzLinesAndEventsAgree(f *testing.F) {
	e, defs := testEngine(f)
	z := New(testKey(), Options{})
	for _, line := range shippedLines(defs) {
		f.Add(line)
	}
	f.Fuzz(func(t *testing.T, line string) {
		if strings.HasPrefix(line, "__") || len(line) > 4096 {
			return
		}
		checkLine(t, z, e, line)
	})
}

func TestNothingIsLeft(t *testing.T) {
	e, _ := testEngine(t)
	z := New(testKey(), Options{})
	lines := []string{
		"2026-03-14T06:25:01Z bastion sshd[1]: Failed password for invalid user alice from 192.0.2.7 port 4 ssh2",
		"2026-03-14T06:25:01Z bastion sshd[1]: pam_unix(sshd:session): session opened for user alice(uid=1000) by alice(uid=0)",
		"2026-03-14T06:25:01Z bastion sshd[1]: rexec line 7: alice@example.com came over 192.0.2.7, 2001:db8::7 and 00:00:5e:00:53:01",
		`{"__REALTIME_TIMESTAMP":"1","_HOSTNAME":"bastion","SYSLOG_IDENTIFIER":"sshd","_CMDLINE":"sshd: alice [priv]","MESSAGE":"Invalid user alice from 192.0.2.7 port 5"}`,
		`{"__REALTIME_TIMESTAMP":"1","_HOSTNAME":"bastion","SYSLOG_IDENTIFIER":"sshd","MESSAGE":[73,110,118,97,108,105,100,32,117,115,101,114,32,97,108,105,99,101,32,102,114,111,109,32,49,57,50,46,48,46,50,46,55,32,112,111,114,116,32,53]}`,
		"__REALTIME_TIMESTAMP=1\n_HOSTNAME=bastion\nSYSLOG_IDENTIFIER=sshd\nMESSAGE=Invalid user alice from 192.0.2.7 port 5\n",
		"nobody understands this: alice@example.com 192.0.2.7:22 [2001:db8::7]:22 00-00-5E-00-53-01 f81d4fae-7dec-11d0-a765-00a0c91e6bf6",
	}
	for _, line := range lines {
		out, result := z.NewRewriter(e, normalize.Options{}).Line(line)
		for _, secret := range []string{"192.0.2.7", "2001:db8::7", "alice", "example.com", "bastion", "00:00:5e:00:53:01", "00-00-5", "f81d4fae"} {
			if strings.Contains(out, secret) {
				t.Errorf("%q\nbecame %q: %s is left", line, out, secret)
			}
		}
		if want := map[bool]Result{true: Unparsed, false: Understood}[strings.HasPrefix(line, "nobody")]; result != want {
			t.Errorf("%q: result %d, must be %d", line, result, want)
		}
	}
}
