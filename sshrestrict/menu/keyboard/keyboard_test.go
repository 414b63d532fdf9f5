package keyboard

import (
	"slices"
	"testing"
)

func decode(text string) []Key { return slices.Collect(Decode(text)) }

func TestKeys(t *testing.T) {
	code := func(codes ...Code) []Key {
		var keys []Key
		for _, c := range codes {
			keys = append(keys, Key{Code: c})
		}
		return keys
	}
	a := Key{Character, 'a'}
	for name, c := range map[string]struct {
		text string
		want []Key
	}{
		"characters":             {"aé漢", []Key{a, {Character, 'é'}, {Character, '漢'}}},
		"enter":                  {"\r\n", code(Enter, Enter)},
		"arrows":                 {"\x1b[A\x1b[B\x1b[C\x1b[D", code(Up, Down, Right, Left)},
		"arrows of applications": {"\x1bOA\x1bOB\x1bOC\x1bOD\x1bOH\x1bOF", code(Up, Down, Right, Left, Home, End)},
		"home and end":           {"\x1b[H\x1b[F\x1b[1~\x1b[4~\x1b[7~\x1b[8~\x01\x05", code(Home, End, Home, End, Home, End, Home, End)},
		"words":                  {"\x1b[1;5D\x1b[1;5C\x1b[1;3D\x1bb\x1bf", code(WordLeft, WordRight, WordLeft, WordLeft, WordRight)},
		"delete":                 {"\x7f\x08\x1b[3~\x1b[3;5~\x1b\x7f\x1bd", code(Backspace, Backspace, Delete, DeleteWordRight, DeleteWordLeft, DeleteWordRight)},
		"pages":                  {"\x1b[5~\x1b[6~", code(PageUp, PageDown)},
		"controls":               {"\x03\x04\x1a", []Key{{Control, 'c'}, {Control, 'd'}, {Control, 'z'}}},
		"controls without a use": {"\x00\x1c\x1d\x1e\x1f", code(None, None, None, None, None)},
		"pasted":                 {"\x1b[200~a\x1b[201~", []Key{{}, a, {}}},
		"an unknown sequence":    {"\x1b[99;99;99xa", []Key{{}, a}},
		"an endless sequence":    {"\x1b[000000000000000000000000000000000000000000000000000000ma", []Key{{}, a}},
		"interrupted sequence":   {"\x1b[1;\x03a", []Key{{Control, 'c'}, a}},
		"interrupted escape":     {"\x1b\x03a", []Key{{Control, 'c'}, a}},
		"escape twice":           {"\x1b\x1b[A", code(Up)},
		"escape within":          {"\x1b[1\x1b[A", code(Up)},
		"a cut character":        {"\xc3a", []Key{{}, a}},
		"a cut character twice":  {"\xe6\xbc\xe6\xbc\xa2", []Key{{}, {Character, '漢'}}},
		"no character":           {"\xff\x80a", []Key{{}, {}, a}},
		"a long form":            {"\xc0\xafa", []Key{{}, {}, a}},
		"a surrogate":            {"\xed\xa0\x80a", []Key{{}, {}, a}},
		"C1 as a byte":           {"\x9b31ma", []Key{{}, {Character, '3'}, {Character, '1'}, {Character, 'm'}, a}},
	} {
		if got := decode(c.text); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

// Whatever comes, a character is never a control character, and Ctrl-C is never swallowed.
func FuzzDecode(f *testing.F) {
	f.Add("\x1b[1;5Cabc\x1bOA\xc3\xa9\x1b[200~")
	f.Fuzz(func(t *testing.T, text string) {
		for _, key := range decode(text) {
			if key.Code == Character && (key.Rune < ' ' || key.Rune == 0x7f) {
				t.Errorf("%q is a character", key.Rune)
			}
		}
		if keys := decode(text + "\x03"); len(keys) == 0 || keys[len(keys)-1] != (Key{Control, 'c'}) {
			t.Errorf("behind %q, Ctrl-C is %v", text, keys)
		}
	})
}
