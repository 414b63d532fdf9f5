package encode

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"ops/logviz"
)

func TestJSONLines(t *testing.T) {
	for _, text := range hostile() {
		e := sample(t, text)
		for _, nested := range []bool{false, true} {
			got := written(t, "json", Options{Nested: nested}, e, e)
			if bytes.Count(got, []byte("\n")) != 2 {
				t.Errorf("%.100q: %d lines", text, bytes.Count(got, []byte("\n")))
			}
			wantNoControls(t, got, "\n")
			for line := range bytes.Lines(got) {
				if !json.Valid(line) {
					t.Errorf("%.100q: no JSON: %s", text, line)
				}
			}
		}
	}
}

func TestNested(t *testing.T) {
	for _, c := range []struct{ name, fields, want string }{
		{"objects in alphabetical order", "b.c=1 a=2 b.a.x=3 b.a.b=4", `{"a":"2","b":{"a":{"b":"4","x":"3"},"c":"1"}}`},
		{"names that share a beginning", "ab.c=1 a.c=2 a-b.c=3", `{"a":{"c":"2"},"a-b":{"c":"3"},"ab":{"c":"1"}}`},
		{"unmapped keeps names", "unmapped.a.b=1 unmapped.a=2 x=3", `{"unmapped":{"a":"2","a.b":"1"},"x":"3"}`},
		{"a value and an object", "a=1 a.b=2 a.b.c=3", `{"a":"1","a.b":"2","a.b.c":"3"}`},
		{"the same, deeper", "x.a.b.c=2 x.a=1 x.b=3", `{"x":{"a":"1","a.b.c":"2","b":"3"}}`},
		{"a list of objects", "answers[].rdata=p;q z=1", `{"answers":[{"rdata":"p"},{"rdata":"q"}],"z":"1"}`},
		{"nothing", "", `{}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			var e logviz.Event
			for pair := range strings.FieldsSeq(c.fields) {
				name, value, _ := strings.Cut(pair, "=")
				if strings.Contains(value, ";") {
					e.Set(name, logviz.ListValue(strings.Split(value, ";")...))
				} else {
					e.Set(name, logviz.StringValue(value))
				}
			}
			if got := string(AppendNested(nil, &e)); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

// Whatever the names are, the object is valid, has no name twice, and has every value.
func FuzzNested(f *testing.F) {
	f.Add("a b.c b.c.d unmapped.x . .. a. .a")
	f.Add("@timestamp user.name user source.ip")
	f.Fuzz(func(t *testing.T, names string) {
		var e logviz.Event
		for name := range strings.SplitSeq(names, " ") {
			if !strings.Contains(name, "[]") {
				e.Set(strings.ToValidUTF8(name, "?"), logviz.StringValue("v"))
			}
		}
		got := AppendNested(nil, &e)
		if n := countLeaves(t, json.NewDecoder(bytes.NewReader(got))); n != e.Len() {
			t.Errorf("%d values of %d in %s", n, e.Len(), got)
		}
	})
}

// countLeaves reads an object and fails on a name that it has twice.
func countLeaves(t *testing.T, d *json.Decoder) int {
	t.Helper()
	type level map[string]bool
	var stack []level
	n, key := 0, true
	for {
		token, err := d.Token()
		if err != nil {
			if len(stack) != 0 {
				t.Fatal(err)
			}
			return n
		}
		switch token := token.(type) {
		case json.Delim:
			if token == '{' {
				stack = append(stack, level{})
			} else {
				stack = stack[:len(stack)-1]
			}
			key = true
		case string:
			if key {
				if stack[len(stack)-1][token] {
					t.Fatalf("name %q twice", token)
				}
				stack[len(stack)-1][token] = true
			} else {
				n++
			}
			key = !key
		}
	}
}
