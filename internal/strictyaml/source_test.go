package strictyaml

import (
	"strings"
	"testing"
)

func TestEveryByteIsLookedAt(t *testing.T) {
	for b := range 256 {
		allowed := b >= ' ' && b < 0x7f || b == '\n' || b == '\t' || b == '\r'
		for at := range 20 {
			text := []byte(strings.Repeat("~ ", 10))
			text[at] = byte(b)
			r := &report{}
			if r.clean(text); r.fatal == allowed {
				t.Fatalf("byte 0x%02x at %d: refused is %v", b, at, r.fatal)
			}
			if !r.fatal && r.plain != (b != '\t') {
				t.Fatalf("byte 0x%02x at %d: plain is %v", b, at, r.plain)
			}
		}
	}
}

func TestPlaceOfABadByte(t *testing.T) {
	r := &report{name: "f"}
	if r.clean([]byte("abcdefghij\n\n1234567é\x01")); r.err() == nil || !strings.HasPrefix(r.err().Error(), "f:3:9: control character U+0001") {
		t.Errorf("got %v", r.err())
	}
}
