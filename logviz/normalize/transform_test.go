package normalize

import (
	"bytes"
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"ops/logviz"
)

// transforming compiles transforms, indented by two, behind a pattern that takes a whole line as the field x.
func transforming(t testing.TB, list string) *Engine {
	t.Helper()
	d, err := Parse("t.yaml", []byte("kind: normalizer/v1\nname: t\nstage: line\npatterns:\n- {name: a, pattern: '%{x:text}'}\ntransform:\n"+list))
	if err != nil {
		t.Fatal(err)
	}
	e, err := New(d)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func bare() Options {
	o := utc2026()
	o.NoOriginal = true
	return o
}

// What transforms make of a text in x.
func TestTransforms(t *testing.T) {
	const failed = `"tags":["transform_error"]`
	for _, c := range []struct{ name, list, text, want string }{
		{"lower", "- lower: x\n", "AbÉ", `{"x":"abé"}`},
		{"upper, list", "- upper: [x, y]\n", "ab", `{"x":"AB"}`},
		{"strip", "- strip: x\n", " a ", `{"x":"a"}`},
		{"strip chars", "- strip: {field: x, chars: <>}\n", "<a>", `{"x":"a"}`},
		{"strip, list", "- set: {y: ' b '}\n- strip: [x, y, z]\n", " a ", `{"x":"a","y":"b"}`},
		{"strip chars, list", "- set: {y: <b}\n- strip: {field: [x, y], chars: <>}\n", "<a>", `{"x":"a","y":"b"}`},
		{"map", "- map: {field: x, to: event.category, values: {a: [network, web]}, default: [host]}\n", "a", `{"x":"a","event.category":["network","web"]}`},
		{"map default", "- map: {field: x, values: {a: b}, default: c}\n", "z", `{"x":"c"}`},
		{"map without", "- map: {field: x, values: {a: b}}\n", "z", `{"x":"z"}`},
		{"split", "- split: {field: x, by: \",\"}\n", "a,b", `{"x":["a","b"]}`},
		{"split to fields", "- split: {field: x, by: /, to: [a, b]}\n", "1/2/3", `{"x":"1/2/3","a":"1","b":"2/3"}`},
		{"split too often", "- split: {field: x, by: \",\"}\n", strings.Repeat(",", 256), `{"x":"` + strings.Repeat(",", 256) + `",` + failed + `}`},
		{"key-value", "- key-value: {field: x, keys: {SRC: \"source.address:ip\", DPT: \"destination.port:port\"}}\n- drop: x\n", "IN=eth0 OUT= SRC=192.0.2.1 DPT=22 SYN SRC=192.0.2.9", `{"source.address":"192.0.2.1","source.ip":"192.0.2.1","destination.port":22}`},
		{"key-value keeps", "- key-value: {field: x, quote: '\"', others: keep, prefix: a.}\n- drop: x\n", `Me="b \" c" d e=1`, `{"a.me":"b \" c","a.e":"1"}`},
		{"key-value, other marks", "- key-value: {field: x, pair: '; ', separator: ': ', others: keep}\n- drop: x\n", "a: b c; d: e", `{"a":"b c","d":"e"}`},
		{"key-value, open quote", "- key-value: {field: x, quote: '\"', others: keep}\n", `a=1 b="`, `{"x":"a=1 b=\"",` + failed + `}`},
		{"key-value, no value of its type", "- key-value: {field: x, keys: {a: b, p: 'source.port:port'}}\n", "a=1 p=99999", `{"x":"a=1 p=99999",` + failed + `}`},
		{"key-value, no value", "- key-value: {field: x, quote: \"'\", none: [\"?\", \"-\"], keys: {a: 'source.address:ip', b: 'p:port', c: q}, others: keep}\n- drop: x\n", `a=? b=- c='?' d=? e=1 a=192.0.2.1`, `{"q":"?","e":"1"}`},
		{"key-value, one text for no value", "- key-value: {field: x, none: \"?\", keys: {a: 'p:port'}}\n", "a=?", `{"x":"a=?"}`},
		{"csv", "- csv: {field: x, columns: ['@timestamp:rfc3339', '-', 'source.ip:ip', 'user.name']}\n- drop: x\n", `2026-03-14T06:25:01Z,q,192.0.2.1,"a, ""b""",more`, `{"@timestamp":"2026-03-14T06:25:01Z","source.ip":"192.0.2.1","user.name":"a, \"b\""}`},
		{"csv, empty cells", "- csv: {field: x, separator: ;, columns: [a, b]}\n- drop: x\n", ";1", `{"b":"1"}`},
		{"csv, stray quote", "- csv: {field: x, columns: [a]}\n", `a"b`, `{"x":"a\"b",` + failed + `}`},
		{"csv, two records", "- csv: {field: x, columns: [a]}\n", "a\nb", `{"x":"a\nb",` + failed + `}`},
		{"json", "- json: {field: x, keys: {a.b: 'user.name:text', p: 'source.port:port', n: '-'}, others: keep, prefix: app.}\n- drop: x\n", `{"a":{"b":"root"},"p":"22","n":1,"f":1.5,"t":true,"L":["a",2],"z":null}`, `{"app.l":["a","2"],"user.name":"root","app.f":1.5,"source.port":22,"app.t":true}`},
		{"json, not an object", "- json: {field: x, others: keep}\n", `[1]`, `{"x":"[1]",` + failed + `}`},
		{"json, two", "- json: {field: x, others: keep}\n", `{} {}`, `{"x":"{} {}",` + failed + `}`},
		{"json, null", "- json: {field: x, others: keep}\n", `null`, `{"x":"null",` + failed + `}`},
		{"json, broken", "- json: {field: x, others: keep}\n", `{"a":`, `{"x":"{\"a\":",` + failed + `}`},
		{"date", "- date: {field: x, format: '%d/%m/%Y', zone: Europe/Paris}\n", "14/03/2026", `{"x":"14/03/2026","@timestamp":"2026-03-14T00:00:00+01:00"}`},
		{"date of a type", "- date: {field: x, format: clf, to: event.start}\n- drop: x\n", "10/Oct/2000:13:55:36 -0700", `{"event.start":"2000-10-10T13:55:36-07:00"}`},
		{"date, none", "- date: {field: x, format: clf}\n", "today", `{"x":"today",` + failed + `}`},
		{"url", "- url: x\n- drop: x\n", "HTTPS://a:b@www.Example.com:8443/p/%zz?q=1?#f", `{"url.scheme":"https","url.port":8443,"url.domain":"www.example.com","url.path":"/p/%zz","url.query":"q=1?","url.fragment":"f"}`},
		{"url, path", "- url: x\n- drop: x\n", "/a?u=http://b/", `{"url.path":"/a","url.query":"u=http://b/"}`},
		{"url, IPv6", "- url: x\n- drop: x\n", "http://[2001:db8::1]", `{"url.scheme":"http","url.domain":"2001:db8::1"}`},
		{"url, none", "- url: x\n", "*", `{"x":"*"}`},
		{"priority", "- priority: x\n- drop: x\n", "86", `{"log.syslog.facility.code":10,"log.syslog.facility.name":"authpriv","log.syslog.severity.code":6,"log.syslog.severity.name":"informational"}`},
		{"priority, too high", "- priority: x\n", "192", `{"x":"192",` + failed + `}`},
		{"set, if", "- {set: {y: 1}, if: {x: [b, A]}}\n", "a", `{"x":"a","y":1}`},
		{"set, if not", "- {set: {y: 1}, if: {x: b}}\n", "a", `{"x":"a"}`},
		{"if absent", "- {set: {y: 1}, if: {z: ''}}\n", "a", `{"x":"a","y":1}`},
		{"order", "- lower: x\n- {set: {y: 1}, if: {x: a}}\n- drop: [x]\n", "A", `{"y":1}`},
		{"after a failure", "- priority: x\n- set: {y: 1}\n- priority: x\n", "a", `{"x":"a",` + failed + `,"y":1}`},
		{"script", "- script: |\n    event[\"y\"] = event[\"x\"].upper()\n    if len(event.pop(\"x\")) == 1:\n        event[\"z\"] = [\"a\", \"b\"]\n    event[\"source.ip\"] = \"2001:DB8::1\"\n", "a", `{"y":"A","z":["a","b"],"source.ip":"2001:db8::1"}`},
		{"script fails", "- script: |\n    event[\"y\"] = 1\n    fail(\"no\")\n", "a", `{"x":"a",` + failed + `}`},
		{"script without end", "- script: |\n    for i in range(1000000):\n        event[\"y\"] = i\n", "a", `{"x":"a",` + failed + `}`},
		{"script, wrong name", "- script: |\n    event[\"No Name\"] = 1\n", "a", `{"x":"a",` + failed + `}`},
		{"script, wrong value", "- script: |\n    event[\"y\"] = {}\n    event[\"z\"] = len\n", "a", `{"x":"a",` + failed + `}`},
		{"script, no address", "- script: |\n    event[\"source.ip\"] = \"x\"\n", "a", `{"x":"a",` + failed + `}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := transforming(t, c.list).NewStream(bare())
			var e logviz.Event
			if err := s.Parse([]byte(c.text), &e); err != nil {
				t.Fatal(err)
			}
			if got := string(e.AppendJSON(nil)); got != c.want {
				t.Errorf("%s\nwant\n%s", got, c.want)
			}
			if fails := strings.Contains(c.want, transformError); fails != (len(s.Failures()) > 0) {
				t.Errorf("failures: %v", s.Failures())
			}
		})
	}
}

func TestUserAgents(t *testing.T) {
	e := transforming(t, "- user-agent: x\n- drop: x\n")
	for _, c := range []struct{ text, want string }{
		{"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36 Edg/120.0.2210.91", "Edge 120.0.2210.91 Windows 10.0 "},
		{"Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0", "Firefox 128.0 Linux  "},
		{"Mozilla/5.0 (iPhone; CPU iPhone OS 17_2 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.2 Mobile/15E148 Safari/604.1", "Safari 17.2 iOS 17.2 iPhone"},
		{"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.1 Safari/605.1.15", "Safari 17.1 macOS 10.15.7 Mac"},
		{"Mozilla/5.0 (Linux; Android 13; Pixel 7 Build/TQ3A) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/116.0.0.0 Mobile Safari/537.36", "Chrome 116.0.0.0 Android 13 Pixel 7"},
		{"Mozilla/5.0 (Windows NT 6.1; Trident/7.0; rv:11.0) like Gecko", "Internet Explorer 11.0 Windows 6.1 "},
		{"Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.example.com/bot.html)", "Googlebot 2.1   Spider"},
		{"curl/8.5.0", "curl 8.5.0   Spider"},
		{"Mozilla/5.0 (compatible; UnheardOfCrawler)", "Other robot    Spider"},
		{"x", "    "},
	} {
		var ev logviz.Event
		if err := e.NewStream(bare()).Parse([]byte(c.text), &ev); err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, f := range []string{"name", "version", "os.name", "os.version", "device.name"} {
			got = append(got, textOf(&ev, "user_agent."+f))
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%s\n%q, want %q", c.text, got, c.want)
		}
	}
}

// Later stages see what transforms made: the program of a header chooses the body, a guard and enrich read fields.
func TestTransformsBeforeLaterStages(t *testing.T) {
	var defs []*Definition
	for _, text := range []string{
		"kind: normalizer/v1\nname: h\nstage: header\npatterns:\n- {name: a, pattern: '%{process.name:word} %{message:text}'}\ntransform:\n- lower: process.name\n- {map: {field: process.name, values: {daemon: sshd}}}\n",
		"kind: normalizer/v1\nname: b\nstage: body\nwhen: {process.name: [sshd], kind: [k]}\npatterns:\n- {name: a, pattern: 'never'}\n",
		"kind: normalizer/v1\nname: c\nstage: body\nwhen: {process.name: [sshd]}\npatterns:\n- {name: a, pattern: 'from %{source.address:host} to %{url.original:word}'}\n",
		"kind: normalizer/v1\nname: e\nstage: enrich\nfield: url.original\nwhen: {process.name: [sshd]}\npatterns:\n- {name: a, pattern: '%{-:text}evil%{-:text}', set: {threat: true}}\n",
	} {
		d, err := Parse("t.yaml", []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		defs = append(defs, d)
	}
	e, err := New(defs...)
	if err != nil {
		t.Fatal(err)
	}
	var r Record
	if err := e.NewStream(utc2026()).Read("DAEMON from 192.0.2.1 to /evil", &r); err != nil {
		t.Fatal(err)
	}
	const want = `{"process.name":"sshd","message":"from 192.0.2.1 to /evil","event.original":"DAEMON from 192.0.2.1 to /evil","source.address":"192.0.2.1","source.ip":"192.0.2.1","url.original":"/evil","threat":true}`
	if got := string(r.AppendJSON(nil)); got != want {
		t.Errorf("%s\nwant\n%s", got, want)
	}
	if r.Source().String() != "192.0.2.1" || r.Text("threat") != "true" || r.Text("none") != "" {
		t.Errorf("%v %q", r.Source(), r.Text("threat"))
	}
}

func TestWrongTransforms(t *testing.T) {
	const head = "kind: normalizer/v1\nname: x\nstage: body\npatterns: [{name: a, pattern: b}]\ntransform:\n"
	for _, c := range []struct{ name, list, want string }{
		{"unknown", "- lowr: x\n", `x.yaml:6:3: unknown key "lowr" (did you mean "lower"?)`},
		{"unknown inside", "- map: {feld: x}\n", `unknown key "feld"`},
		{"nothing", "- if: {a: b}\n", "x.yaml:6:3: transform: says nothing to do"},
		{"two", "- {lower: x, upper: y}\n", "several things at once"},
		{"field", "- lower: Some Field\n", `lower: field name "Some Field"`},
		{"no field", "- drop: []\n", "names no field"},
		{"map, value", "- map: {field: x, values: {a: {b: c}}}\n", "not a string"},
		{"split by nothing", "- split: {field: x, by: ''}\n", "by is empty"},
		{"key's type", "- key-value: {field: x, keys: {a: 'b:prt'}}\n", `key a: unknown type "prt"`},
		{"no keys", "- json: {field: x}\n", "neither keys"},
		{"others", "- json: {field: x, others: kep}\n", `others is "kep"`},
		{"prefix", "- json: {field: x, others: keep, prefix: A}\n", `prefix "A"`},
		{"quote", "- key-value: {field: x, others: keep, quote: '\"\"'}\n", "one character"},
		{"csv separator", "- csv: {field: x, separator: ab, columns: [a]}\n", "one character"},
		{"csv column", "- csv: {field: x, columns: [a, 'b:c']}\n", "column 2: unknown type"},
		{"date format", "- date: {field: x, format: '%Q'}\n", "unknown %Q"},
		{"date of no moment", "- date: {field: x, format: int}\n", "no type of a moment"},
		{"date zone", "- date: {field: x, format: clf, zone: Paris}\n", "unknown time zone Paris"},
		{"set", "- set: {x: {y: 1}}\n", "not a string"},
		{"if", "- {lower: x, if: {A B: c}}\n", `if: field name "A B"`},
		{"script", "- script: |\n    event[\"x\"] = 1\n    event[\n", "x.yaml:9:1: "},
		{"script, unknown name", "- script: |\n    open(\"x\")\n", "x.yaml:7:1: undefined: open"},
		{"script, load", "- script: |\n    load(\"x\", \"y\")\n    y()\n", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			d, err := Parse("x.yaml", []byte(head+c.list))
			var e *Engine
			if err == nil {
				e, err = New(d)
			}
			if c.want == "" && err == nil { // then it fails where it runs
				var ev logviz.Event
				s := e.NewStream(bare())
				s.turn.event = &ev
				err = s.turn.run(e.bodies[""].stages[0].rules[0].transforms[0].do)
			}
			if err == nil || !bytes.Contains([]byte(err.Error()), []byte(c.want)) {
				t.Errorf("error %v, want one with %q", err, c.want)
			}
		})
	}
	d, err := Parse("x.yaml", []byte("kind: normalizer/v1\nname: x\nstage: body\nzone: Paris\npatterns: [{name: a, pattern: b}]\n"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := New(d); err == nil || !strings.Contains(err.Error(), "x.yaml:4:7: zone") {
		t.Errorf("zone: %v", err)
	}
}

// Where a script fails is named by the line of the file.
func TestScriptNamesItsLine(t *testing.T) {
	s := transforming(t, "- script: |\n    x = 1\n    fail(\"no\")\n").NewStream(bare())
	var e logviz.Event
	_ = s.Parse([]byte("a"), &e)
	if f := s.Failures(); len(f) != 1 || f[0].Rule != "t/a" || f[0].Count != 1 || !strings.Contains(fmt.Sprint(f[0].First), "t.yaml:9:") {
		t.Errorf("%+v", f)
	}
}

// A transform that fails changes nothing but the tag, whatever the text; none panics.
func FuzzTransforms(f *testing.F) {
	var engines []*Engine
	lists := []string{
		"- lower: x\n", "- strip: {field: x, chars: '<>'}\n", "- split: {field: x, by: ','}\n", "- split: {field: x, by: ' ', to: [a, b]}\n",
		"- key-value: {field: x, quote: '\"', keys: {a: 'source.address:host', b: 'p:port'}, others: keep, prefix: k.}\n",
		"- csv: {field: x, columns: ['a:int', 'b:duration', 'c:bytes', 'd:mac']}\n",
		"- json: {field: x, keys: {a: 'b:ip'}, others: keep}\n", "- date: {field: x, format: '%b %e %T'}\n",
		"- key-value: {field: x, none: ['?', ''], quote: \"'\", keys: {a: 'n:int', b: x}}\n",
		"- strip: [x, y]\n- upper: [x, y]\n",
		"- url: x\n", "- user-agent: x\n", "- priority: x\n", "- script: |\n    event[\"y\"] = event[\"x\"].split(\" \")[1]\n",
	}
	// What map, set and drop make of any text is said in a line; they cannot fail.
	x := func(text string) string { return string(logviz.StringValue(text).AppendJSON([]byte(`"x":`))) }
	certain := map[string]func(text string) string{
		"- map: {field: x, values: {a: b, '1': 2, c: [d, e], d: true}}\n": func(text string) string {
			known := map[string]string{"a": `"x":"b"`, "1": `"x":2`, "c": `"x":["d","e"]`, "d": `"x":true`}
			return cmp.Or(known[text], x(text))
		},
		"- map: {field: x, to: y, values: {a: b}, default: [z]}\n": func(text string) string {
			if text == "a" {
				return x(text) + `,"y":"b"`
			}
			return x(text) + `,"y":["z"]`
		},
		"- {set: {x: z, source.ip: 192.0.2.1}, if: {x: [a, '']}}\n": func(text string) string {
			if text == "" || strings.EqualFold(text, "a") {
				return `"x":"z","source.ip":"192.0.2.1"`
			}
			return x(text)
		},
		"- drop: [x, y]\n": func(string) string { return "" },
		"- {drop: x, if: {x: a}}\n- {set: {z: 1}, if: {x: ''}}\n": func(text string) string {
			if text == "" || strings.EqualFold(text, "a") {
				return strings.TrimPrefix(map[bool]string{true: x("")}[text == ""]+`,"z":1`, ",")
			}
			return x(text)
		},
	}
	lists = append(lists, slices.Sorted(maps.Keys(certain))...)
	for _, list := range lists {
		engines = append(engines, transforming(f, list))
	}
	for _, s := range []string{`a=1 b="2" c`, `1,2s,3K,00:11:22:33:44:55`, `{"a":"192.0.2.1","b":[1]}`, "Feb 29 10:00:00", "http://a:1/b?c#d", "curl/1 Android; x", "191", "a", "1", "c", " d ", "", `a=? b='?' a=1`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for i, engine := range engines {
			s := engine.NewStream(bare())
			var r Record
			if err := s.Read(text, &r); err != nil {
				t.Fatal(err)
			}
			var e logviz.Event
			r.Event(&e)
			if got, want := string(r.AppendJSON(nil)), string(e.AppendJSON(nil)); got != want {
				t.Fatalf("%s\n%s", got, want)
			}
			if want := certain[lists[i]]; want != nil {
				if got, want := string(e.AppendJSON(nil)), "{"+want(text)+"}"; got != want || len(s.Failures()) > 0 {
					t.Fatalf("%q after %s: %s, want %s", text, lists[i], got, want)
				}
			}
			if len(s.Failures()) > 0 && (e.Len() != 2 || e.Get("x").String() != text || !e.Has(fieldTags)) {
				t.Fatalf("%q after %s: %s", text, lists[i], e.AppendJSON(nil))
			}
		}
	})
}
