package terminal

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Printable returns s with everything made visible that a terminal would obey or hide: control characters (so also the
// ESC of a colour, a line end and a tab), characters that change the direction of text, that have no width or that are
// not assigned, and bytes that are not UTF-8. They appear as in a Go string: \n, \x1b, \u202e, \xff. A text without such
// things is returned as it is, and one that already holds the two characters \n keeps them, so this is for reading and
// cannot be undone.
func Printable(s string) string {
	clean := 0
	for clean < len(s) && s[clean] >= ' ' && s[clean] < 0x7f {
		clean++
	}
	if clean == len(s) {
		return s
	}
	var b strings.Builder
	b.WriteString(s[:clean])
	marks := 0
	for i := clean; i < len(s); {
		char, size := utf8.DecodeRuneInString(s[i:])
		if unicode.Is(unicode.M, char) {
			marks++
		} else {
			marks = 0
		}
		switch {
		case char == utf8.RuneError && size == 1:
			fmt.Fprintf(&b, `\x%02x`, s[i])
		case char == '\n':
			b.WriteString(`\n`)
		case char == '\r':
			b.WriteString(`\r`)
		case char == '\t':
			b.WriteString(`\t`)
		case char < ' ' || char == 0x7f:
			fmt.Fprintf(&b, `\x%02x`, char)
		case !unicode.IsPrint(char) || isBlank(char) || marks > maxMarks:
			if char > 0xffff {
				fmt.Fprintf(&b, `\U%08x`, char)
			} else {
				fmt.Fprintf(&b, `\u%04x`, char)
			}
		default:
			b.WriteString(s[i : i+size])
		}
		i += size
	}
	return b.String()
}

// maxMarks is how many combining marks may stand on one character. Living languages need up to four; dozens would run
// over the lines above.
const maxMarks = 4

// isBlank is true for letters by the book that show nothing: the fillers of Hangul and the blank of Braille.
func isBlank(char rune) bool {
	switch char {
	case 0x115f, 0x1160, 0x3164, 0xffa0, 0x2800:
		return true
	}
	return false
}
