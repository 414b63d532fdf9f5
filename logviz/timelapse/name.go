package timelapse

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// harmless turns a name from a log, which an attacker chose, into one line of visible characters: bytes that are not
// UTF-8 and characters that control, format or reorder text become a diamond, characters that the font lacks become a
// box, and blanks that nobody would see become an open box (U+2423). It looks at the
// first most characters only, however long s is, and ends with an ellipsis if there are more.
func harmless(s string, most int, has func(rune) bool) string {
	if s == "" {
		return "(no name)"
	}
	var b strings.Builder
	n := 0
	for i, r := range s {
		if n == most {
			b.WriteRune('…')
			break
		}
		n++
		switch {
		case r == utf8.RuneError, unicode.In(r, unicode.Cc, unicode.Cf, unicode.Cs, unicode.Co, unicode.Zl, unicode.Zp):
			r = '◆'
		case r == ' ' && i > 0 && i < len(s)-1 && s[i-1] != ' ':
		case unicode.Is(unicode.Zs, r):
			r = '␣'
		case !has(r):
			r = '□'
		}
		b.WriteRune(r)
	}
	return b.String()
}
