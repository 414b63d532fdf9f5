package strictyaml

import (
	"strings"
	"unicode/utf8"
)

// singleQuoted reads a text in which only the quote is special, and is written twice.
func (r *reader) singleQuoted() (string, bool) {
	r.i++
	start, twice := r.i, false
	for ; r.i < len(r.text); r.i++ {
		switch r.text[r.i] {
		case '\n':
			return "", false
		case '\'':
			if r.i+1 < len(r.text) && r.text[r.i+1] == '\'' {
				twice = true
				r.i++
				continue
			}
			text := r.text[start:r.i]
			r.i++
			if twice {
				text = strings.ReplaceAll(text, "''", "'")
			}
			return text, true
		}
	}
	return "", false
}

// doubleQuoted reads a text with escapes.
func (r *reader) doubleQuoted() (string, bool) {
	r.i++
	start := r.i
	made := r.scratch[:0]
	for r.i < len(r.text) {
		switch r.text[r.i] {
		case '\n':
			return "", false
		case '"':
			rest := r.text[start:r.i]
			r.i++
			if len(made) == 0 {
				return rest, true
			}
			r.scratch = append(made, rest...)
			return string(r.scratch), true
		case '\\':
			made = append(made, r.text[start:r.i]...)
			char, ok := r.escape()
			if !ok {
				return "", false
			}
			made = utf8.AppendRune(made, char)
			start = r.i
		default:
			r.i++
		}
	}
	return "", false
}

// escape reads a backslash and what follows it (YAML 1.2, chapter 5.7).
func (r *reader) escape() (rune, bool) {
	const (
		signs = `0abtnvfre "/\N_LP`
		chars = "\x00\a\b\t\n\v\f\r\x1b \"/\\\u0085\u00a0\u2028\u2029"
	)
	r.i++
	if r.i == len(r.text) {
		return 0, false
	}
	sign, digits := r.text[r.i], 0
	r.i++
	switch sign {
	case 'x':
		digits = 2
	case 'u':
		digits = 4
	case 'U':
		digits = 8
	default:
		i := strings.IndexByte(signs, sign)
		if i < 0 {
			return 0, false
		}
		for _, char := range chars {
			if i == 0 {
				return char, true
			}
			i--
		}
	}
	var char rune
	for ; digits > 0; digits-- {
		if r.i == len(r.text) {
			return 0, false
		}
		digit := strings.IndexByte("0123456789abcdef", r.text[r.i]|0x20)
		if digit < 0 {
			return 0, false
		}
		char = char<<4 | rune(digit)
		r.i++
	}
	// Eight digits fit, if only as a negative number. The two halves of a surrogate pair are left to the slow way.
	return char, utf8.ValidRune(char)
}
