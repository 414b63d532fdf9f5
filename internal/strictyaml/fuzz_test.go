package strictyaml

import (
	"errors"
	"testing"
)

// FuzzDecode holds three promises for any bytes: no panic, nothing decoded on error, and every mistake at a place that an
// editor can jump to.
func FuzzDecode(f *testing.F) {
	for _, seed := range []string{
		"allow: [a]\nrules:\n  - name: x\n    pattern: y\n", "a: &a {b: 1}\nc:\n  <<: *a\n", "? a\n: b\n", "--- |\n x\n", "- - x\n  - y",
		"a: \"\\u00e9\n  x\"\n", "\ufeffa: b\r\n", "[a: b, {c}]", "a: >+2\n\n   x\n", "a:\n- b\n-\n", "%TAG x\n", "a: 'x", "!!map {}", "*a", "&a",
		"free: [0x1f, 0o7, .inf, -1e3, ~, 1_0]", "a: b: c", "{? a}", "limit:\n", "<<: *x", "é: [漢, 🙂: x", "a: |-\n\n", "\"\": ''",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		lines := (&report{}).cleanLines(data)
		for _, v := range []any{new(any), new(policy), new(map[string][]Located[string])} {
			err := Decode("f", data, v)
			var all []error
			if joined, ok := err.(interface{ Unwrap() []error }); ok {
				all = joined.Unwrap()
			} else if err != nil {
				all = []error{err}
			}
			for _, one := range all {
				e, ok := errors.AsType[*Error](one)
				if !ok {
					continue // the line about further mistakes
				}
				if e.Line == 0 && len(data) > MaxSize {
					continue
				}
				if e.Line < 1 || e.Line > len(lines) || e.Column < 1 || e.Column > lines[e.Line-1]+1 {
					t.Errorf("%v is outside of the file", e)
				}
			}
			if p, ok := v.(*any); ok && err != nil && *p != nil {
				t.Errorf("decoded %v in spite of %v", *p, err)
			}
		}
	})
}

// cleanLines returns the lengths of the lines as the rules of clean give them.
func (r *report) cleanLines(data []byte) lineIndex {
	r.clean(data)
	return r.lines
}
