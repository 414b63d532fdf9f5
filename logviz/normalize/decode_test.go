package normalize

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestJSONText(t *testing.T) {
	for _, c := range []struct {
		json, want string
		ok         bool
	}{
		{`"a"`, "a", true},
		{`12`, "12", true},
		{`true`, "true", true},
		{`null`, "", false},
		{`{"a":1}`, "", false},
		{`[72,105,255]`, "Hi\xff", true},
		{`[]`, "", true},
		{`[256]`, "256", true},
		{`["a","b"]`, "a", true},
		{`[[72,105],"b"]`, "Hi", true},
		{`[null,"b"]`, "", false},
		{`[[["a"]]]`, "", false},
		{strings.Repeat("[", 5000) + `"x"` + strings.Repeat(",0]", 5000), "", false},
	} {
		if got, ok := jsonText(json.RawMessage(c.json)); got != c.want || ok != c.ok {
			t.Errorf("%.40s: %q %v, want %q %v", c.json, got, ok, c.want, c.ok)
		}
	}
}

// A deeply nested list is looked at a few times, and not once for each level.
func TestJSONNestingIsCheap(t *testing.T) {
	cost := func(depth int) float64 {
		value := json.RawMessage(strings.Repeat("[", depth) + `"x"` + strings.Repeat(",0]", depth))
		return testing.AllocsPerRun(1, func() { jsonText(value) })
	}
	if small, large := cost(10), cost(5000); large > small+100 {
		t.Errorf("%v allocations for 10 levels, %v for 5000", small, large)
	}
}
