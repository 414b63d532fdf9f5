package importer

import (
	"strings"
	"testing"
	"testing/fstest"

	"ops/logviz"
	"ops/logviz/normalize"
)

const grokFile = `# patterns of a shop
ORDER [A-Z]{2}-\d++
# sample: order AB-17 by alice from 192.0.2.7 took 1.5s
SHOP order %{ORDER:[shop][order]} by %{USER:user.name} from %{IP:source.ip} took %{NUMBER:seconds:float}s
# login alice (ok) 192.0.2.7 17
LOGIN login %{USER:user.name} \(%{WORD:event.outcome}\) %{IPORHOST:clientip} (?:%{INT:n}|-)
NAMED (?<shop.cart>[a-f\h]+) atom (?>x|y)$
AHEAD foo(?=bar)%{WORD:x}
BACK (?<a>x)\k<a>
LOST %{NOSUCHPATTERN:x}
LOOP %{LOOP2:x}
LOOP2 %{LOOP3}
LOOP3 %{LOOP2}
# 192.0.2.7 - alice [10/Oct/2000:13:55:36 -0700] "GET /a.gif HTTP/1.0" 200 2326 "http://www.example.com/" "agent (x)"
ACCESS %{COMBINEDAPACHELOG}
SYS %{SYSLOGBASE} %{GREEDYDATA:message}
`

func TestGrok(t *testing.T) {
	im, e := importFile(t, func() (*Import, error) {
		return Grok(fstest.MapFS{"shop": {Data: []byte(grokFile)}}, "shop", Options{})
	})
	got := problems(im)
	for _, want := range []string{"shop:8: ", "ahead", "shop:9: ", "back", "shop:10: ", "NOSUCHPATTERN", "shop:11: "} {
		if !strings.Contains(got, want) {
			t.Errorf("problems do not tell of %q:\n%s", want, got)
		}
	}
	text := string(Write(im.Definition))
	for _, want := range []string{
		`"login %{user.name:name} \\(%{event.outcome:name}\\) %{source.address:host} %{n:int?}%{-:text}"`,
		`line: "login alice (ok) 192.0.2.7 17"`, `line: "order AB-17 by alice from 192.0.2.7 took 1.5s"`,
	} {
		if !strings.Contains(text, want) {
			t.Errorf("no %s in\n%s", want, text)
		}
	}
	cases := []struct {
		line string
		want map[string]string
	}{
		{"order AB-17 by alice from 192.0.2.7 took 1.5s", map[string]string{"shop.order": "AB-17", "seconds": "1.5", "source.ip": "192.0.2.7"}},
		{"login alice (ok) bastion - and more", map[string]string{"source.domain": "bastion", "event.outcome": "ok", "n": ""}},
		{"abcf atom y", map[string]string{"shop.cart": "abcf"}},
		{
			`192.0.2.7 - alice [10/Oct/2000:13:55:36 -0700] "GET /a.gif HTTP/1.0" 200 2326 "http://www.example.com/" "agent (x)"`,
			map[string]string{"source.ip": "192.0.2.7", "user.name": "alice", "http.response.status_code": "200", "http.version": "1.0", "url.original": "/a.gif"},
		},
		{"Oct 10 13:55:36 bastion sshd[17]: hello", map[string]string{"process.name": "sshd", "process.pid": "17", "message": "hello", "host.hostname": "bastion"}},
	}
	for _, c := range cases {
		var event logviz.Event
		if err := e.NewStream(normalize.Options{}).Parse([]byte(c.line), &event); err != nil {
			t.Errorf("%q: %v\n%s", c.line, err, text)
			continue
		}
		for name, want := range c.want {
			if got := event.Get(name).String(); event.Has(name) && got != want || !event.Has(name) && want != "" {
				t.Errorf("%q: %s is %q, must be %q", c.line, name, got, want)
			}
		}
	}
}

func TestGrokMatchesOfLogstash(t *testing.T) {
	const conf = `filter {
  grok {
    match => { "message" => "%{IP:source.ip} said \"%{DATA:said}\"" }
  }
}
`
	im, _ := importFile(t, func() (*Import, error) {
		return Grok(fstest.MapFS{"a.conf": {Data: []byte(conf)}}, "a.conf", Options{})
	})
	if got := problems(im); got != "" {
		t.Error(got)
	}
	if got, want := im.Definition.Patterns[0].Pattern.Value, `%{source.ip:ip} said "%{said:text}"%{-:text}`; got != want {
		t.Errorf("the pattern is %s, must be %s", got, want)
	}
}

// Every standard pattern is an expression.
func TestStandardPatterns(t *testing.T) {
	for name := range standardPatterns() {
		im, _ := importFile(t, func() (*Import, error) {
			return Grok(fstest.MapFS{"a": {Data: []byte("%{" + name + ":x} .")}}, "a", Options{})
		})
		for _, p := range im.Problems {
			t.Errorf("%s: %v", name, p)
		}
	}
}

func FuzzGrok(f *testing.F) {
	f.Add(grokFile)
	f.Add("%{IP:a} [%{WORD:b}] %{QS:c:int}")
	f.Fuzz(func(t *testing.T, text string) {
		im, err := Grok(fstest.MapFS{"a": {Data: []byte(text)}}, "a", Options{})
		if err == nil {
			checkImport(t, im)
		}
	})
}

// A field that a group of an expression gives keeps the name that fields elsewhere have.
func TestGroupKeepsTheName(t *testing.T) {
	for _, field := range []string{"@timestamp", "@metadata.beat", "source.port", "user_name"} {
		pattern, _ := render([]item{{field: field, re: "[0-9]+", reType: "int"}})
		d, err := normalize.Parse("t.yaml", []byte("kind: normalizer/v1\nname: t\nstage: line\npatterns: [{name: a, pattern: '"+pattern+"'}]\n"))
		if err != nil {
			t.Fatal(err)
		}
		e, err := normalize.New(d)
		if err != nil {
			t.Fatal(err)
		}
		var event logviz.Event
		if err := e.NewStream(normalize.Options{NoOriginal: true}).Parse([]byte("17"), &event); err != nil {
			t.Fatal(err)
		}
		if !event.Has(field) {
			t.Errorf("%s: %s gives %s", field, pattern, event.AppendJSON(nil))
		}
	}
}
