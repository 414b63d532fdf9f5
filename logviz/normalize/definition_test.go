package normalize

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"ops/internal/strictyaml"
)

// Every shipped definition carries tests for each of its patterns, and passes them.
func TestShippedDefinitions(t *testing.T) {
	defs, err := Builtin()
	if err != nil {
		t.Fatal(err)
	}
	if len(defs) < 5 {
		t.Fatalf("only %d definitions", len(defs))
	}
	for _, d := range defs {
		for _, err := range d.Check() {
			t.Error(err)
		}
		for _, p := range d.Patterns {
			if len(p.Tests) == 0 {
				t.Errorf("%s: pattern %s has no test", d.file, p.Name)
			}
		}
		if d.Decode != nil && len(d.Decode.Tests) == 0 {
			t.Errorf("%s: decode has no test", d.file)
		}
		if d.Description == "" || len(d.Versions) == 0 {
			t.Errorf("%s: says neither what it is for nor which versions", d.file)
		}
	}
	if _, err := New(defs...); err != nil {
		t.Error(err)
	}
}

// schemaCheck returns what holds a definition's text against the schema.
func schemaCheck(t *testing.T) func(data []byte) error {
	parsed, err := jsonschema.UnmarshalJSON(bytes.NewReader(Schema()))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("definition.json", parsed); err != nil {
		t.Fatal(err)
	}
	sch, err := c.Compile("definition.json")
	if err != nil {
		t.Fatal(err)
	}
	t.Helper()
	return func(data []byte) error {
		var parsed any
		if err := strictyaml.Decode("definition.yaml", data, &parsed); err != nil {
			t.Fatal(err)
		}
		asJSON, err := json.Marshal(parsed)
		if err != nil {
			t.Fatal(err)
		}
		v, err := jsonschema.UnmarshalJSON(bytes.NewReader(asJSON))
		if err != nil {
			t.Fatal(err)
		}
		return sch.Validate(v)
	}
}

// The schema and the decoder agree on the shipped files.
func TestSchemaDescribesDefinitions(t *testing.T) {
	validate := schemaCheck(t)
	files, err := shipped.ReadDir("definitions")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		data, err := shipped.ReadFile("definitions/" + f.Name())
		if err != nil {
			t.Fatal(err)
		}
		if err := validate(data); err != nil {
			t.Errorf("%s: %v", f.Name(), err)
		}
	}
	for _, wrong := range []string{
		"kind: normalizer/v1\nname: x\nstage: body\n",
		"kind: normalizer/v1\nname: x\nstage: tail\npatterns: [{name: a, pattern: b}]\n",
		"kind: normalizer/v1\nname: x\nstage: body\npaterns: [{name: a, pattern: b}]\n",
	} {
		if validate([]byte(wrong)) == nil {
			t.Errorf("the schema accepts\n%s", wrong)
		}
	}
}

// The schema and the decoder agree on every form of transforms, of which the shipped files have only some.
func TestSchemaDescribesTransforms(t *testing.T) {
	validate := schemaCheck(t)
	const head = "kind: normalizer/v1\nname: x\nstage: body\npatterns: [{name: a, pattern: b}]\ntransform:\n"
	accepted := []string{
		"lower: x", "lower: [x, y]", "upper: x", "upper: [x]", "url: x", "url: [x, y]", "user-agent: x", "user-agent: [x]", "priority: x",
		"priority: [x]", "drop: x", "drop: [x, y]", "strip: x", "strip: [x, y]", "strip: {field: x}", "strip: {field: [x, y], chars: '<>'}",
		"map: {field: x, values: {a: b, '1': 2, c: [d], d: true}}", "map: {field: x, to: y, values: {a: 1.5}, default: [e]}",
		"split: {field: x, by: ','}", "split: {field: x, by: ',', to: y}", "split: {field: x, by: ',', to: [y, z]}",
		"key-value: {field: x, others: keep}", "key-value: {field: x, keys: {A: 'source.port:port', B: '-', C: c}, others: drop}",
		"key-value: {field: x, pair: ';', separator: ':', quote: '\"', none: '?', others: keep, prefix: a.}",
		"key-value: {field: x, none: ['?', '(null)'], keys: {a: b}}",
		"csv: {field: x, columns: [a, '-', 'b:int?']}", "csv: {field: x, separator: ;, columns: [a]}",
		"json: {field: x, keys: {a.b: 'c:ip'}, others: keep, prefix: d.}",
		"date: {field: x, format: clf}", "date: {field: x, format: '%d/%m/%Y', zone: Europe/Paris, to: event.start}",
		"set: {a: b, c: 1, d: true, e: [f]}", "script: 'event[\"y\"] = 1'",
		"{lower: x, if: {y: z}}", "{drop: x, if: {y: [z, '', 1, true]}}",
	}
	refused := []string{
		"lowr: x", "lower: []", "strip: []", "strip: {chars: '<>'}", "strip: {field: x, char: '<'}", "map: {field: x}", "map: {values: {a: b}}",
		"map: {field: x, values: {a: {b: c}}}", "split: {field: x}", "key-value: {field: x, none: {a: b}, others: keep}",
		"{lower: x, if: {a: {b: c}}}", "{lower: x, if: {a: [[b]]}}",
		"key-value: {field: x, others: kep}", "key-value: {field: x, quote: ab, others: keep}", "csv: {field: x}", "json: {keys: {a: b}}",
		"date: {field: x}", "set: {a: {b: c}}", "{if: {a: b}}", "{lower: x, upper: y}",
	}
	decode := func(data []byte) error {
		d, err := Parse("x.yaml", data)
		if err == nil {
			_, err = New(d)
		}
		return err
	}
	for i, list := range append(accepted, refused...) {
		data := []byte(head + "- " + list + "\n")
		for name, check := range map[string]func([]byte) error{"schema": validate, "decoder": decode} {
			if err := check(data); (err == nil) != (i < len(accepted)) {
				t.Errorf("%s, %s: %v", list, name, err)
			}
		}
	}
}

func TestWrongDefinitions(t *testing.T) {
	const head = "kind: normalizer/v1\nname: x\nstage: body\n"
	for _, c := range []struct{ name, yaml, want string }{
		{"unknown key", head + "paterns: []\n", `x.yaml:4:1: unknown key "paterns"`},
		{"kind", "kind: normalizer/v2\nname: x\nstage: body\npatterns: [{name: a, pattern: b}]\n", `kind is "normalizer/v2"`},
		{"stage", "kind: normalizer/v1\nname: x\nstage: tail\npatterns: [{name: a, pattern: b}]\n", `stage is "tail"`},
		{"no patterns", head, "no patterns"},
		{"twice", head + "patterns:\n- {name: a, pattern: b}\n- {name: a, pattern: c}\n", `two patterns are named "a"`},
		{"name", "kind: normalizer/v1\nname: X Y\nstage: body\npatterns: [{name: a, pattern: b}]\n", `name "X Y"`},
		{"type", head + "patterns:\n- name: a\n  pattern: '%{x:wrod}'\n", `x.yaml:6:12: a: pattern, at character 1: unknown type "wrod"`},
		{"no type", head + "patterns:\n- name: a\n  pattern: '%{x}'\n", "has no type"},
		{"field twice", head + "patterns:\n- name: a\n  pattern: '%{x:word} %{x:word}'\n", "captured twice"},
		{"open field", head + "patterns:\n- name: a\n  pattern: '%{x:word'\n", `without "}"`},
		{"open optional", head + "patterns:\n- name: a\n  pattern: 'a[[b'\n", `without "]]"`},
		{"empty optional", head + "patterns:\n- name: a\n  pattern: 'a[[]]'\n", "optional part is empty"},
		{"open choice", head + "patterns:\n- name: a\n  pattern: '(a|b'\n", `"(" without ")"`},
		{"field in choice", head + "patterns:\n- name: a\n  pattern: '(a|%{x:word})'\n", "plain text only"},
		{"close without open", head + "patterns:\n- name: a\n  pattern: 'a)'\n", `")" without "("`},
		{"backslash", head + "patterns:\n- name: a\n  pattern: 'a\\'\n", "backslash at the end"},
		{"expression", head + "patterns:\n- name: a\n  pattern: 're:('\n", "missing closing )"},
		{"backreference", head + "patterns:\n- name: a\n  pattern: 're:(a)\\1'\n", "invalid escape sequence"},
		{"field name", head + "patterns:\n- name: a\n  pattern: '%{Source IP:ip}'\n", `field name "Source IP"`},
		{"next", head + "patterns:\n- {name: a, pattern: b, next: message}\n", "does not capture"},
		{"set", head + "patterns:\n- {name: a, pattern: b, set: {x: {y: 1}}}\n", "not a string"},
	} {
		t.Run(c.name, func(t *testing.T) {
			d, err := Parse("x.yaml", []byte(c.yaml))
			if err == nil {
				_, err = New(d)
			}
			if err == nil || !bytes.Contains([]byte(err.Error()), []byte(c.want)) {
				t.Errorf("error %v, want one with %q", err, c.want)
			}
		})
	}
}

// A failing test is reported, whatever the way in which it fails.
func TestCheckFails(t *testing.T) {
	const head = "kind: normalizer/v1\nname: x\nstage: body\npatterns:\n- name: a\n  pattern: 'a%{x:int}'\n  tests: "
	for _, tests := range []string{
		"[{line: b}]", "[{line: a1, expect: {x: 2}}]", "[{line: a1, absent: [x]}]", "[{line: a1, no-match: true}]",
		"[{line: a1, expect: {y: ''}}]",
	} {
		d, err := Parse("x.yaml", []byte(head+tests+"\n"))
		if err != nil {
			t.Fatal(err)
		}
		if len(d.Check()) == 0 {
			t.Errorf("%s: passes", tests)
		}
	}
}
