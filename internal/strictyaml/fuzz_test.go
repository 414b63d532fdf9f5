package strictyaml

import (
	"errors"
	"slices"
	"strings"
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
				if e.Line < 1 || e.Line > len(lines) || e.Column < 1 || e.Column > int(lines[e.Line-1])+1 {
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
	return indexLines(r.text)
}

// FuzzReaders holds that the fast reader either gives up or makes the tree of the slow way, which then has no error.
func FuzzReaders(f *testing.F) {
	for _, seed := range slices.Concat(repositoryFiles(f), usual, unusual) {
		if len(seed) < 2000 {
			f.Add([]byte(seed))
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if wrong, _ := compareReaders(data); wrong != "" {
			t.Errorf("%q: %s", data, wrong)
		}
	})
}

// FuzzReadersWords is FuzzReaders with files made of whole words and signs, so that more of them make sense: each byte
// stands for one.
func FuzzReadersWords(f *testing.F) {
	f.Add([]byte("\x00\x01\x02\x03"))
	for i := range words {
		f.Add([]byte{0, 3, byte(i), 1, 0})
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if file := fromWords(data); len(data) < 200 {
			if wrong, _ := compareReaders([]byte(file)); wrong != "" {
				t.Errorf("%q: %s", file, wrong)
			}
		}
	})
}

var words = [...]string{
	"a", "\n", " ", ": ", "- ", "bc", "\n  ", "\n    ", "- ", ": ", "key: ", "\n- ", "\n  - ", "[", "]", "{", "}", ", ", "[a, b]", "{a: b}",
	":", "-", ",", "\"", "'", "\"x\"", "'y'", "#", " # c", "\n# c\n", "\n  # c\n", "|", "|-", "|\n", ">", "\n\n", "  ", "1", "-1", "0x1F", "null",
	"~", "true", "é", "漢", "\\", "\\n", "\\x41", "''", "<<", "<", "&", "*", "!", "%", "@", "?", "? ", "---", "...", "--- ", "\t", ".", "/", "=",
	"key:\n", "a: b\n", "\na: b", "\n  c: d", "\r\n", "k:", "\n ", "\n   ", "http://x", "]\n", "}\n", "\n]", "\n}", "a: |\n  x\n", "\"\": ", "'z': ",
}

func fromWords(data []byte) string {
	var file strings.Builder
	for _, b := range data {
		file.WriteString(words[int(b)%len(words)])
	}
	return file.String()
}
