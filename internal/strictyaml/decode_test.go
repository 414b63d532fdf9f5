package strictyaml

import (
	"errors"
	"fmt"
	"math"
	"net/netip"
	"reflect"
	"runtime"
	"strings"
	"testing"
	"time"
)

// policy has one field of each kind that configuration needs.
type policy struct {
	Allow   []string          `yaml:"allow"`
	Mode    string            `yaml:"mode,omitempty"`
	Limit   int               `yaml:"limit"`
	Port    uint16            `yaml:"port"`
	Ratio   float64           `yaml:"ratio"`
	Strict  bool              `yaml:"strict"`
	Wait    time.Duration     `yaml:"wait"`
	Source  netip.Addr        `yaml:"source"`
	Env     map[string]string `yaml:"env"`
	Ports   map[int]string    `yaml:"ports"`
	Rules   []rule            `yaml:"rules"`
	Next    *rule             `yaml:"next"`
	Free    any               `yaml:"free"`
	Pair    [2]int            `yaml:"pair"`
	Texts   texts             `yaml:"texts"`
	Hidden  string            `yaml:"-"`
	Plain   string
	private string
	common  `yaml:",inline"`
}

type rule struct {
	Name    string            `yaml:"name,required"`
	Pattern Located[string]   `yaml:"pattern"`
	Tests   []Located[string] `yaml:"tests"`
}

type common struct {
	Comment string `yaml:"comment"`
}

// texts is one text or a list of them.
type texts []string

func (t *texts) UnmarshalYAML(n Node) error {
	switch n.Kind() {
	case Scalar:
		*t = make(texts, 1)
		return n.Decode(&(*t)[0])
	case List:
		return n.Decode((*[]string)(t))
	}
	return errors.New("expected a text or a list of texts")
}

func TestDecodeEverything(t *testing.T) {
	const file = `# a policy
allow: [read, "10", 'it''s']
mode: |
  two
  lines
limit: 0x1F
port: 65535
ratio: 1e3
strict: true
wait: 1h30m
source: "2001:db8::1"
env: {on: "yes", 1: one}
ports: {80: web, 0x16: ssh}
rules:
  - name: first
    pattern: a.*b
    tests:
      - x
      - "y"
  - {name: second}
next: {name: third}
free: {a: [1, 1.5, true, null, ~, x, 18446744073709551615, .inf, 2026-10-01, NO, 1_000, 12e3, -.nan]}
pair: [1, 2]
texts: one
plain: folded
  over lines
comment: inlined
`
	var got policy
	got.Hidden, got.private = "kept", "kept"
	if err := Decode("p.yaml", []byte(file), &got); err != nil {
		t.Fatal(err)
	}
	want := policy{
		Allow: []string{"read", "10", "it's"}, Mode: "two\nlines\n", Limit: 31, Port: 65535, Ratio: 1000, Strict: true,
		Wait: 90 * time.Minute, Source: netip.MustParseAddr("2001:db8::1"),
		Env: map[string]string{"on": "yes", "1": "one"}, Ports: map[int]string{80: "web", 22: "ssh"},
		Rules: []rule{
			{
				Name: "first", Pattern: Located[string]{"a.*b", 16, 14},
				Tests: []Located[string]{{"x", 18, 9}, {"y", 19, 9}},
			},
			{Name: "second"},
		},
		Next: &rule{Name: "third"},
		Free: map[string]any{"a": []any{
			int64(1), 1.5, true, nil, nil, "x", uint64(math.MaxUint64), math.Inf(1), "2026-10-01", "NO", "1_000", 12e3, "-.nan",
		}},
		Pair: [2]int{1, 2}, Texts: texts{"one"}, Hidden: "kept", Plain: "folded over lines", private: "kept",
		common: common{"inlined"},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

func TestMistakes(t *testing.T) {
	cases := []struct {
		name, file string
		want       string // the whole message, one mistake in each line
	}{
		{"unknown key", "alow: [x]\n", `1:1: unknown key "alow" (did you mean "allow"?)`},
		{"swapped letters", "modE: x\nprots: {}\n", `1:1: unknown key "modE" (did you mean "mode"?)
2:1: unknown key "prots" (did you mean "ports"?)`},
		{
			"unknown and far from all", "rules:\n  - name: a\n    zebra: b\n",
			`3:5: unknown key "zebra" (known here: name, pattern, tests)`,
		},
		{"hidden field", "Hidden: x\n", `1:1: unknown key "Hidden" (known here: allow, mode, limit, port, ratio, strict, wait, ` +
			`source, env, ports, rules, next and 5 more)`},
		{"unknown in flow", "next: {name: a, patern: b}\n", `1:17: unknown key "patern" (did you mean "pattern"?)`},
		{"missing", "rules:\n- pattern: x\n", `2:3: the key "name" is missing`},
		{"missing in flow", "next: {}\n", `1:7: the key "name" is missing`},
		{"duplicate", "mode: a\nlimit: 1\nmode: b\n", `3:1: duplicate key "mode" (first on line 1)`},
		{"duplicate in a map", "env:\n  a: x\n  'a': y\n", `3:3: duplicate key "a" (first on line 2)`},
		{"duplicate number", "ports: {16: a, 0x10: b}\n", `1:16: duplicate key "0x10", written in another way`},
		{"text for list", "allow: read\n", `1:8: expected a list, found the text "read"`},
		{"list for text", "mode: [a]\n", `1:7: expected text, found a list`},
		{"mapping for text", "mode: {a: b}\n", `1:7: expected text, found a mapping of "key: value"`},
		{"block mapping for text", "mode:\n  a: b\n", `2:3: expected text, found a mapping of "key: value"`},
		{"block list for text", "mode:\n- a\n", `2:1: expected text, found a list`},
		{"number for text", "mode: 0644\n", `1:7: expected text, found the number 0644; write "0644" in quotes`},
		{"truth for text", "mode: true\n", `1:7: expected text, found true; write "true" in quotes`},
		{"nothing for text", "mode:\nlimit: 1\n", `1:6: expected text, found nothing`},
		{"null in list", "allow: [a, ~]\n", `1:12: expected text, found nothing`},
		{"nothing for list", "allow:\n", `1:7: expected a list, found nothing; write [] for an empty one, or leave the key out`},
		{"nothing for map", "env:\n", `1:5: expected a mapping of "key: value", found nothing; write {} for an empty one, or leave the key out`},
		{"list for struct", "rules: [a]\n", `1:9: expected a mapping of "key: value", found the text "a" (known here: name, pattern, tests)`},
		{"old truth", "strict: yes\n", `1:9: expected true or false, found the text "yes"`},
		{"quoted number", "limit: \"1\"\n", `1:8: expected a whole number, found the text "1"`},
		{"fraction", "limit: 1.0\n", `1:8: expected a whole number, found the number 1.0`},
		{"underscores", "limit: 1_000\n", `1:8: expected a whole number, found the text "1_000"`},
		{"sixty", "limit: 1:30\n", `1:8: expected a whole number, found the text "1:30"`},
		{"octal of old", "limit: 0755\n", `1:8: the number 0755 starts with 0, which some read as octal; write 0o755 or 755`},
		{"too big", "port: 65536\n", `1:7: expected a whole number from 0 to 65535, found the number 65536`},
		{"negative hexadecimal", "limit: -0x1F\n", `1:8: expected a whole number, found the text "-0x1F"`},
		{"negative", "port: -1\n", `1:7: expected a whole number from 0 to 65535, found the number -1`},
		{"far too big", "limit: 9223372036854775808\n", `1:8: expected a whole number, found the number 9223372036854775808`},
		{"big float", "ratio: 1e999\n", `1:8: expected a number within range, found the number 1e999`},
		{"big float for any", "free: -1e999\n", `1:7: expected a number within range, found the number -1e999`},
		{"infinite is a number", "ratio: -.inf\n", ``},
		{"duration without unit", "wait: 90\n", `1:7: expected a length of time such as "90s", "15m" or "1h30m", found the number 90`},
		{"duration wrong", "wait: 1y\n", `1:7: expected a length of time such as "90s", "15m" or "1h30m", found the text "1y"`},
		{"address", "source: 300.1.1.1\n", `1:9: ParseAddr("300.1.1.1"): IPv4 field has value >255`},
		{"address list", "source: [1.1.1.1]\n", `1:9: expected a single value, found a list`},
		{"array length", "pair: [1, 2, 3]\n", `1:7: expected a list of 2 values, found 3`},
		{"array", "pair: 1\n", `1:7: expected a list of 2 values, found the number 1`},
		{"unmarshaler", "texts: {a: b}\n", `1:8: expected a text or a list of texts`},
		{"within unmarshaler", "texts: [a, 1]\n", `1:12: expected text, found the number 1; write "1" in quotes`},
		{"map key", "ports: {a: b}\n", `1:9: expected a whole number, found the text "a"`},
		{"located", "rules:\n- name: a\n  pattern: [x]\n", `3:12: expected text, found a list`},
		{"several", "alow: 1\nlimit: x\nrules:\n- nme: a\n  tests: x\nstrict: 0\n", `1:1: unknown key "alow" (did you mean "allow"?)
2:8: expected a whole number, found the text "x"
4:3: unknown key "nme" (did you mean "name"?)
5:10: expected a list, found the text "x"
6:9: expected true or false, found the number 0`},
		{"control in message", "limit: \"\\e[31m\\u202e\"\n", `1:8: expected a whole number, found the text "\x1b[31m\u202e"`},
		{"long text", "limit: " + strings.Repeat("é", 50), `1:8: expected a whole number, found the text "` + strings.Repeat("é", 40) + `…"`},
		{"long number", "limit: " + strings.Repeat("1", 101), `1:8: a number of 101 characters; put text into quotes`},

		{"root is a list", "- a\n", `1:1: expected a mapping of "key: value", found a list (known here: allow, mode, limit, port, ` +
			`ratio, strict, wait, source, env, ports, rules, next and 5 more)`},
		{"empty", "", `1:1: the file is empty`},
		{"only comments", "# nothing\n\n", `1:1: the file is empty`},
		{"only a header", "---\n", `1:1: the file is empty`},
		{"two documents", "mode: a\n---\nmode: b\n", `2:1: a second document starts here; one file holds one document`},
		{"two headers", "---\n---\nmode: b\n", `2:1: a second document starts here; one file holds one document`},
		{"after the end", "mode: a\n...\nmode: b\n", `3:1: text after the end of the document`},
		{"directive", "%YAML 1.1\n---\nmode: a\n", `1:1: a line that starts with % is a directive, which is not supported; put text into quotes`},
		{"tag", "mode: !!str 10\n", `1:7: the tag "!!str" is not supported; put text into quotes, and write other values plainly`},
		{"own tag", "mode: !env HOME\n", `1:7: the tag "!env" is not supported; put text into quotes, and write other values plainly`},
		{"complex key", "? [a]\n: b\n", `2:1: found an invalid key for this map`},

		{"tab", "env:\n\ta: b\n", `2:1: a tab cannot indent in YAML; use spaces`},
		{"tab after a value", "mode: a\n\tlimit: 1\n", `2:1: a tab cannot indent in YAML; use spaces`},
		{"reserved", "mode: @x\n", `1:7: '@' is a reserved character; put the text into quotes`},
		{"colon in text", "mode: a: b\n", `1:7: mapping value is not allowed in this context; put text with ": " in it into quotes`},
		{"open quote", "mode: 'a\n", `1:7: could not find end character of single-quoted text`},
		{"open bracket", "allow: [a,\n", `1:8: sequence end token ']' not found`},
		{"bad UTF-8", "mode: é\xff\n", `1:8: byte 0xff is not UTF-8; save the file as UTF-8`},
		{"Latin-1", "mode: caf\xe9\n", `1:10: byte 0xe9 is not UTF-8; save the file as UTF-8`},
		{"NUL", "mode: a\nlimit: \x00\n", `2:8: control character U+0000; in double quotes it can be written as \x00`},
		{"escape", "mode: \x1b[31m\n", `1:7: control character U+001B; in double quotes it can be written as \x1b`},
		{"C1", "mode: \u0085\n", `1:7: control character U+0085; in double quotes it can be written as \x85`},
		{"bidi", "mode: a\u202eb\n", `1:8: invisible character U+202E changes the direction of text; in double quotes it can be written as \u202e`},
		{"line separator", "mode: a\u2028b\n", `1:8: invisible character U+2028; in double quotes it can be written as \u2028`},
		{"BOM inside", "mode: \ufeffa\n", `1:7: invisible character U+FEFF; in double quotes it can be written as \ufeff`},
		{"UTF-16", "\xff\xfem\x00", `1:1: the file is in UTF-16; save it as UTF-8`},
		{"CRLF", "mode: a\r\nlimit: x\r\n", `2:8: expected a whole number, found the text "x"`},
		{"CR", "mode: a\rlimit: x\r", `2:8: expected a whole number, found the text "x"`},
		{"BOM", "\ufefflimit: x\n", `1:8: expected a whole number, found the text "x"`},
		{"wide characters", "env: {é漢: b}\nlimit: é漢\n", `2:8: expected a whole number, found the text "é漢"`},
		{"after a long text", "mode: \"a\n  b\"\nplain: |\n  x\n\n  y\nlimit: z\n", `7:8: expected a whole number, found the text "z"`},

		{"in an anchor, told once", "rules:\n- &a {name: x, nam: y}\n- *a\nnext: *a\n", `2:16: unknown key "nam" (did you mean "name"?)`},
		{"unknown alias", "env: &base {}\nfree: *bse\n", `2:7: alias *bse: no &bse before it (did you mean "base"?)`},
		{"alias of itself", "free: &a [*a]\n", `1:11: alias *a is inside of what &a marks`},
		{"merged unknown key", "env: &e {colour: x}\nnext:\n  <<: *e\n  name: a\n", `1:10: unknown key "colour" (known here: name, pattern, tests)`},
		{"merge of text", "env:\n  <<: x\n", `2:7: "<<" takes a mapping or a list of mappings, found the text "x"`},
		{"merge of a list of text", "env:\n  <<: [{a: b}, x]\n", `2:16: "<<" takes a mapping or a list of mappings, found the text "x"`},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			before := policy{Mode: "default", Rules: []rule{{Name: "default"}}}
			got := before
			err := Decode("p.yaml", []byte(c.file), &got)
			if c.want == "" {
				if err != nil {
					t.Fatalf("got %v, want no error", err)
				}
				return
			}
			want := "p.yaml:" + strings.ReplaceAll(c.want, "\n", "\np.yaml:")
			if err == nil || err.Error() != want {
				t.Errorf("got:\n%v\nwant:\n%s", err, want)
			}
			if _, ok := errors.AsType[*Error](err); !ok {
				t.Errorf("%T is no *Error", err)
			}
			if !reflect.DeepEqual(got, before) {
				t.Errorf("a mistake changed the value to %+v", got)
			}
		})
	}
}

func TestAnchorsAndMergeKeys(t *testing.T) {
	const file = `
env: &base {a: base, b: base}
free:
  whole: *base
  merged:
    b: own
    <<: *base
  first-wins:
    <<: [{a: one}, {a: two, c: two}]
  text: &t x
  again: *t
`
	var got policy
	if err := Decode("p.yaml", []byte(file), &got); err != nil {
		t.Fatal(err)
	}
	want := map[string]any{
		"whole":      map[string]any{"a": "base", "b": "base"},
		"merged":     map[string]any{"a": "base", "b": "own"},
		"first-wins": map[string]any{"a": "one", "c": "two"},
		"text":       "x",
		"again":      "x",
	}
	if !reflect.DeepEqual(got.Free, want) {
		t.Errorf("got %v\nwant %v", got.Free, want)
	}
}

func TestDefaultsStay(t *testing.T) {
	got := policy{Limit: 7, Allow: []string{"a"}, Env: map[string]string{"k": "v"}}
	kept := got.Env
	if err := Decode("p.yaml", []byte("env: {x: y}\n"), &got); err != nil {
		t.Fatal(err)
	}
	if got.Limit != 7 || len(got.Allow) != 1 || !reflect.DeepEqual(got.Env, map[string]string{"x": "y"}) {
		t.Errorf("got %+v", got)
	}
	if len(kept) != 1 || kept["k"] != "v" {
		t.Errorf("the caller's map was written to: %v", kept)
	}
}

func TestLimits(t *testing.T) {
	var bomb strings.Builder
	bomb.WriteString("a0: &a0 [x, x, x, x, x, x, x, x, x]\n")
	for i := 1; i <= 9; i++ {
		fmt.Fprintf(&bomb, "a%d: &a%d [%s*a%d]\n", i, i, strings.Repeat(fmt.Sprintf("*a%d, ", i-1), 8), i-1)
	}
	var merges strings.Builder
	merges.WriteString("base: &b {")
	for i := range 2000 {
		fmt.Fprintf(&merges, "k%d: , ", i)
	}
	merges.WriteString("}\n")
	for i := range 2000 {
		fmt.Fprintf(&merges, "m%d: {<<: *b}\n", i)
	}
	var chain strings.Builder
	chain.WriteString("a0: &a0 []\n")
	for i := 1; i <= MaxDepth; i++ {
		fmt.Fprintf(&chain, "a%d: &a%d [*a%d]\n", i, i, i-1)
	}
	cases := []struct{ name, file, want string }{
		{"billion laughs", bomb.String(), "more than 250000 values"},
		{"many merges", merges.String(), "more than 250000 values"},
		{"deep by aliases", chain.String(), "nested more than 64 levels"},
		{"deep flow lists", strings.Repeat("[", 500_000), "p.yaml:1:65: nested more than 64 levels"},
		{"deep flow mappings", strings.Repeat("{a: ", 200_000), "nested more than 64 levels"},
		{"deep block lists", strings.Repeat("- ", 500_000) + "x", "p.yaml:1:129: nested more than 64 levels"},
		{"deep keys", strings.Repeat("? ", 500_000) + "x", "nested more than 64 levels"},
		{"deep block mappings", deepMappings(100), "nested more than 64 levels"},
		{"many tokens", strings.Repeat("-\n", 150_000), "p.yaml:100001:1: more than 100000 words and signs"},
		{"too long", strings.Repeat("#", MaxSize+1), "p.yaml: 1048577 bytes; at most 1048576 are read"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			var v any
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			err := Decode("p.yaml", []byte(c.file), &v)
			runtime.ReadMemStats(&after)
			const most = 300 << 20
			if got := after.TotalAlloc - before.TotalAlloc; got > most {
				t.Errorf("%d MiB were allocated, at most %d are right", got>>20, most>>20)
			}
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %.200v, want %s", err, c.want)
			}
			if v != nil {
				t.Error("something was decoded")
			}
		})
	}
	t.Run("just deep enough", func(t *testing.T) {
		var v any
		for _, file := range []string{
			strings.Repeat("[", MaxDepth-1) + strings.Repeat("]", MaxDepth-1), strings.Repeat("- ", MaxDepth-1) + "x",
			deepMappings(MaxDepth - 1),
		} {
			if err := Decode("p.yaml", []byte(file), &v); err != nil {
				t.Error(err)
			}
		}
	})
}

func deepMappings(levels int) string {
	var b strings.Builder
	for i := range levels {
		b.WriteString(strings.Repeat(" ", i) + "a:\n")
	}
	return b.String()
}

func TestManyMistakesAreCut(t *testing.T) {
	var v map[string]int
	err := Decode("p.yaml", []byte(strings.Repeat("? a\n: x\n", 5000)), &v)
	lines := strings.Split(fmt.Sprint(err), "\n")
	if len(lines) != maxErrors+1 || !strings.HasSuffix(lines[maxErrors], "more mistakes") {
		t.Errorf("%d lines, the last: %s", len(lines), lines[len(lines)-1])
	}
}

func TestLocatedErrorf(t *testing.T) {
	err := Located[string]{"(", 3, 5}.Errorf("d.yaml", "pattern %q: %s", "(", "no closing bracket")
	if got := err.Error(); got != `d.yaml:3:5: pattern "(": no closing bracket` {
		t.Error(got)
	}
}

func TestMistakesOfTheProgramPanic(t *testing.T) {
	for name, v := range map[string]any{
		"no pointer": policy{}, "nil": (*policy)(nil), "channel": &struct{ A chan int }{},
		"interface": &struct{ A error }{}, "inline": &struct {
			A int `yaml:",inline"`
		}{},
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Error("no panic")
				}
			}()
			_ = Decode("p.yaml", []byte("a: 1\n"), v)
		})
	}
}

func ExampleDecode() {
	type host struct {
		Name    string `yaml:"name,required"`
		Address string `yaml:"address"`
	}
	var fleet struct {
		Hosts []host `yaml:"hosts"`
	}
	file := `hosts:
  - name: lab-1
    adress: 192.0.2.7
  - address: 192.0.2.8
`
	fmt.Println(Decode("fleet.yaml", []byte(file), &fleet))
	// Output:
	// fleet.yaml:3:5: unknown key "adress" (did you mean "address"?)
	// fleet.yaml:4:5: the key "name" is missing
}
