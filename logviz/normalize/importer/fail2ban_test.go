package importer

import (
	"strings"
	"testing"
	"testing/fstest"

	"ops/logviz"
	"ops/logviz/normalize"
)

const filterShop = `# a filter of a shop
[INCLUDES]
before = shop-common.conf

[Definition]
_daemon = shop(?:d|ctl)?
prefregex = ^<F-MLFID>%(__prefix_line)s</F-MLFID>shop: <F-CONTENT>.+</F-CONTENT>$

# shop: bad login for "alice" from 192.0.2.7 port 4
failregex = ^bad login for "<F-USER>[^"]*</F-USER>" from <HOST>%(_port)s
            <mdre-<mode>>
            refused <ADDR>$
            ^<F-NOFAIL>again</F-NOFAIL> from <HOST>
            ^more(?! of it) from <HOST>
            ^one<SKIPLINES>two <HOST>
mdre-strict = ^cart <F-ID>\S+</F-ID> of (?P<who>\w+) from \[<HOST>\]
mode = strict
ignoreregex = from 192\.0\.2\.200
maxlines = 3
`

func TestFail2ban(t *testing.T) {
	files := fstest.MapFS{
		"shop.conf":        {Data: []byte(filterShop)},
		"shop-common.conf": {Data: []byte("[INCLUDES]\nbefore = common.conf\nafter = shop.local\n[DEFAULT]\n_port = (?: port \\d+)?\n")},
	}
	im, err := Fail2ban(files, "shop.conf", Options{})
	if err != nil {
		t.Fatal(err)
	}
	checkImport(t, im)
	got := problems(im)
	for _, want := range []string{"shop.conf:14: ", "ahead", "shop.conf:15: ", "SKIPLINES", "shop.conf:19: maxlines"} {
		if !strings.Contains(got, want) {
			t.Errorf("problems do not tell of %q:\n%s", want, got)
		}
	}
	text := string(Write(im.Definition))
	for _, want := range []string{`"process.name": ["shop", "shopctl", "shopd"]`, "stage: body", `line: "shop: bad login for \"alice\" from 192.0.2.7 port 4"`} {
		if !strings.Contains(text, want) {
			t.Errorf("no %s in\n%s", want, text)
		}
	}
	defs, err := normalize.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	d, err := normalize.Parse("shop.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	e, err := normalize.New(append(defs, d)...)
	if err != nil {
		t.Fatal(err)
	}
	for message, want := range map[string]map[string]string{
		`shop: bad login for "alice" from 192.0.2.7 port 4`: {"user.name": "alice", "source.ip": "192.0.2.7", "event.outcome": "failure"},
		"shop: cart 17 of bob from [2001:db8::7] now":       {"fail2ban.id": "17", "fail2ban.who": "bob", "source.ip": "2001:db8::7"},
		"shop: really refused 192.0.2.7":                    {"source.ip": "192.0.2.7"},
		"shop: refused 192.0.2.7 not":                       nil,
		"shop: again from host.example.com":                 {"source.domain": "host.example.com", "event.action": "shop_related"},
		"shop: more from 192.0.2.200":                       {"event.action": "shop_ignored"},
		"shop: more from 192.0.2.7":                         nil,
	} {
		var event logviz.Event
		err := e.NewStream(normalize.Options{}).Parse([]byte("2026-03-14T06:25:01Z web1 shopd[7]: "+message), &event)
		if (err == nil) != (want != nil) {
			t.Errorf("%q: %v\n%s", message, err, text)
		}
		for name, value := range want {
			if got := event.Get(name).String(); got != value {
				t.Errorf("%q: %s is %q, must be %q", message, name, got, value)
			}
		}
	}
}

// A filter of a web server's own log has no prefix, and a date that fail2ban takes out.
func TestFail2banReadsLines(t *testing.T) {
	const web = "[Definition]\nfailregex = ^<HOST> \\S+ \\S+ \\[\\] \"GET /secret\n            ^ \\[error\\] client <HOST>\ndatepattern = ^[^\\[]*\\[({DATE})\n"
	im, e := importFile(t, func() (*Import, error) {
		return Fail2ban(fstest.MapFS{"web.conf": {Data: []byte(web)}}, "web.conf", Options{})
	})
	if got := problems(im); got != "" {
		t.Error(got)
	}
	for _, line := range []string{
		`192.0.2.7 - - [14/Mar/2026:06:25:01 +0000] "GET /secret HTTP/1.1" 403 1`,
		"2026/03/14 06:25:01 [error] client 192.0.2.7 denied",
	} {
		var event logviz.Event
		if err := e.NewStream(normalize.Options{}).Parse([]byte(line), &event); err != nil || event.Get("source.ip").String() != "192.0.2.7" {
			t.Errorf("%q: %v, source.ip is %q", line, err, event.Get("source.ip"))
		}
	}
}

func FuzzFail2ban(f *testing.F) {
	f.Add(filterShop)
	f.Add("[Definition]\na = %(b)s\nb = <a>%(a)s\nfailregex = %(a)s <HOST>\n [x]\n_daemon=[a-z]")
	f.Fuzz(func(t *testing.T, text string) {
		im, err := Fail2ban(fstest.MapFS{"a.conf": {Data: []byte(text)}}, "a.conf", Options{})
		if err == nil {
			checkImport(t, im)
		}
	})
}
