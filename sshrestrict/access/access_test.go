package access

import (
	"encoding"
	"strings"
	"testing"
)

// What is written is read back as the same, and nothing else is read.
func TestWords(t *testing.T) {
	for want, word := range map[Mode]string{Read: "read", Append: "append", Write: "write", ReadWrite: "read-write"} {
		var got Mode
		if err := got.UnmarshalText([]byte(word)); err != nil || got != want || got.String() != word {
			t.Errorf("%s: %v %v", word, got, err)
		}
		if text, err := want.MarshalText(); string(text) != word || err != nil {
			t.Errorf("%s: %s %v", word, text, err)
		}
	}
	for want, word := range map[PathStyle]string{Absolute: "absolute", Rooted: "rooted", Both: "both"} {
		var got PathStyle
		if err := got.UnmarshalText([]byte(word)); err != nil || got != want || got.String() != word {
			t.Errorf("%s: %v %v", word, got, err)
		}
		if text, err := want.MarshalText(); string(text) != word || err != nil {
			t.Errorf("%s: %s %v", word, text, err)
		}
	}
	for _, word := range []string{"", "Read", "readwrite", "read ", "0", "\x1b[31m", strings.Repeat("x", 1<<16)} {
		for _, to := range []encoding.TextUnmarshaler{new(Mode), new(PathStyle)} {
			if err := to.UnmarshalText([]byte(word)); err == nil || len(err.Error()) > 1000 || strings.Contains(err.Error(), "\x1b") {
				t.Errorf("%.20q: %.100v", word, err)
			}
		}
	}
}

func TestModes(t *testing.T) {
	for mode, want := range map[Mode][2]bool{Read: {true, false}, Append: {false, true}, Write: {false, true}, ReadWrite: {true, true}} {
		if got := [2]bool{mode.Reads(), mode.Writes()}; got != want {
			t.Errorf("%v: %v", mode, got)
		}
	}
}
