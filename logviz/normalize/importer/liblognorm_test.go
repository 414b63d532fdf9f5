package importer

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"ops/logviz/normalize"
)

const rulebase2 = `version=2
# one of each type
type=@endpoint:%ip:ipv4%:%port:number%
prefix=app: 
# sample: app: login alice from 192.0.2.1:22
rule=login,auth:login %user:word% from %peer:@endpoint%
rule=:paid %amount:float% by %{"type":"char-to","name":"who","extradata":";"}%; note %note:rest%
rule=:at %t:date-rfc3164% or %iso:date-rfc5424%
rule=:mac %m:mac48% hex %h:hexnumber% alpha %a:alpha%%-:whitespace%end
rule=:quoted %q:quoted-string% op %o:op-quoted-string%
rule=:to %s:string-to:END%END sep %x:char-sep:,%,%y:char-sep:,%
rule=:clock %c:time-24hr% took %d:duration% at %k:kernel-timestamp%
rule=:six %v:ipv6% 100%% (sure) [ok] [[x]]
rule=:either %{"type":"alternative","parser":[{"type":"ipv4","name":"a4"},{"type":"literal","text":"nobody"}]}% done
rule=:multi %{"type":"word",
  "name":"w"}% line
rule=:bad %l:repeat{"parser":{"type":"word"}}%
rule=:worse %l:nonsense%
rule=:broken %l
annotate=login:+event.action="login"
prefix=
rule=:plain %rest:rest%
`

func lognormLines() []string {
	return []string{
		"app: login alice from 192.0.2.1:22",
		"app: paid 12.50 by Alice A.; note thanks a lot",
		"app: at Oct 29 09:47:08 or 2026-03-14T06:25:01Z",
		"app: mac 00:00:5e:00:53:01 hex 0x1f alpha abc \t end",
		`app: quoted "a b" op plain`,
		`app: quoted "a b" op "c d"`,
		"app: to all of itEND sep 1,2",
		"app: clock 23:59:59 took 1:02:03 at [12345.123456]",
		"app: six 2001:db8::1 100% (sure) [ok] [[x]]",
		"app: either 192.0.2.1 done",
		"app: either nobody done",
		"app: multi x line",
		"plain text",
		"nothing of the kind",
	}
}

func importFile(t testing.TB, read func() (*Import, error)) (*Import, *normalize.Engine) {
	t.Helper()
	im, err := read()
	if err != nil {
		t.Fatal(err)
	}
	return im, checkImport(t, im)
}

// checkImport holds what the package promises: the file is read, compiles and passes its tests.
func checkImport(t testing.TB, im *Import) *normalize.Engine {
	t.Helper()
	if im.Definition == nil {
		return nil
	}
	text := Write(im.Definition)
	d, err := normalize.Parse("x.yaml", text)
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	e, err := normalize.New(d)
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	for _, err := range d.Check() {
		t.Errorf("%v\n%s", err, text)
	}
	return e
}

func problems(im *Import) string {
	var b strings.Builder
	for _, p := range im.Problems {
		fmt.Fprintln(&b, p)
	}
	return b.String()
}

func TestLiblognormSaysWhatItCannotDo(t *testing.T) {
	im, _ := importFile(t, func() (*Import, error) {
		return Liblognorm(fstest.MapFS{"a.rb": {Data: []byte(rulebase2)}}, "a.rb", Options{})
	})
	got := problems(im)
	for _, want := range []string{"a.rb:17: ", "repeat", "a.rb:18: ", "nonsense", "a.rb:19: "} {
		if !strings.Contains(got, want) {
			t.Errorf("problems do not tell of %q:\n%s", want, got)
		}
	}
	if len(im.Problems) != 3 {
		t.Errorf("%d problems:\n%s", len(im.Problems), got)
	}
	text := string(Write(im.Definition))
	for _, want := range []string{
		`"app: login %{user:word} from %{peer.ip:ip}:%{peer.port:int}"`, `"event.action": "login"`, `"tags": ["login", "auth"]`,
		`line: "app: login alice from 192.0.2.1:22"`,
	} {
		if !strings.Contains(text, want) {
			t.Errorf("no %s in\n%s", want, text)
		}
	}
}

// The same rulebase and lines give the same fields in lognormalizer.
func TestLiblognormAgreesWithLognormalizer(t *testing.T) {
	good := strings.Join(strings.Split(rulebase2, "\n")[:16], "\n") + "\n" + "prefix=\nrule=:plain %rest:rest%\n"
	file := filepath.Join(t.TempDir(), "a.rulebase")
	if err := os.WriteFile(file, []byte(good), 0o600); err != nil {
		t.Fatal(err)
	}
	im, e := importFile(t, func() (*Import, error) { return Liblognorm(os.DirFS(filepath.Dir(file)), "a.rulebase", Options{}) })
	for _, p := range im.Problems {
		t.Error(p)
	}
	for _, line := range lognormLines() {
		cmd := exec.Command("lognormalizer", "-r", file, "-e", "json")
		cmd.Stdin = strings.NewReader(line + "\n")
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("lognormalizer: %v; it is in the package liblognorm-utils", err)
		}
		theirs := make(map[string]string)
		flatten(theirs, "", decodeJSON(t, out))
		var r normalize.Record
		err = e.NewStream(normalize.Options{NoOriginal: true, Reference: time.Date(2026, 12, 31, 0, 0, 0, 0, time.UTC)}).Read(line, &r)
		if _, unparsed := theirs["unparsed-data"]; unparsed != (err != nil) {
			t.Errorf("%q: lognormalizer says %s, we say %v", line, out, err)
			continue
		}
		if err != nil {
			continue
		}
		ours := make(map[string]string)
		for c := range r.Captures() {
			ours[c.Field] = c.Text
		}
		for name, want := range theirs {
			if got := ours[name]; got != want && got != `"`+want+`"` {
				t.Errorf("%q: %s is %q, lognormalizer says %q", line, name, got, want)
			}
		}
		for name := range ours {
			if _, ok := theirs[name]; !ok {
				t.Errorf("%q: %s is %q, lognormalizer has no such field: %s", line, name, ours[name], out)
			}
		}
	}
}

func decodeJSON(t *testing.T, data []byte) any {
	t.Helper()
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		t.Fatalf("%v: %s", err, data)
	}
	return v
}

func flatten(out map[string]string, prefix string, v any) {
	switch v := v.(type) {
	case map[string]any:
		for k, x := range v {
			if k == "event.tags" {
				continue
			}
			if prefix != "" {
				k = prefix + "." + k
			}
			if k != "event.action" { // an annotation
				flatten(out, k, x)
			}
		}
	default:
		out[prefix] = fmt.Sprint(v)
	}
}

func FuzzLiblognorm(f *testing.F) {
	f.Add(rulebase2)
	f.Add("rule=a:%x:char-to:]%] %y:@t%\ntype=@t:%..:word%")
	f.Add("include=a.rb\nprefix=%\nrule=:%[{\"type\":\"word\"},{\"type\":\"rest\",\"name\":\"x\"}]%")
	f.Fuzz(func(t *testing.T, text string) {
		im, err := Liblognorm(fstest.MapFS{"a.rb": {Data: []byte(text)}}, "a.rb", Options{})
		if err == nil {
			checkImport(t, im)
		}
	})
}
