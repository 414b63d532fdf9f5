package audit

import (
	"errors"
	"strconv"
	"unicode"
	"unicode/utf8"
)

const digits = "0123456789abcdef"

// Escape returns text with everything made visible that does not print, so that it is one line and harmless anywhere. What
// it does is told in the package's comment; [Unescape] is its inverse.
func Escape(text string) string { return string(appendEscaped(nil, text, false)) }

// appendEscaped appends the escaped text, for the inside of a JSON string if json is true (RFC 8259, section 7).
func appendEscaped(b []byte, text string, json bool) []byte {
	backslash := `\`
	if json {
		backslash = `\\`
	}
	for i := 0; i < len(text); {
		c := text[i]
		if c >= ' ' && c < 0x7f {
			switch {
			case c == '\\':
				b = append(append(b, backslash...), backslash...)
			case c == '"' && json:
				b = append(b, '\\', '"')
			default:
				b = append(b, c)
			}
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(text[i:])
		switch {
		case r == utf8.RuneError && size == 1, r < 0x80:
			b = append(append(b, backslash...), 'x', digits[c>>4], digits[c&15])
		case !shows(r):
			b = append(b, backslash...)
			b = appendRune(b, r)
		default:
			b = append(b, text[i:i+size]...)
		}
		i += size
	}
	return b
}

func appendRune(b []byte, r rune) []byte {
	letter, length := byte('u'), 4
	if r > 0xffff {
		letter, length = 'U', 8
	}
	b = append(b, letter)
	for shift := 4 * (length - 1); shift >= 0; shift -= 4 {
		b = append(b, digits[r>>shift&15])
	}
	return b
}

// shows is false for characters that are not seen, not assigned, or that act on the text around them.
func shows(r rune) bool {
	switch {
	case r == 0x034f, r >= 0x17b4 && r <= 0x17b5, r >= 0x180b && r <= 0x180f, r >= 0xfe00 && r <= 0xfe0f,
		r >= 0xe0000 && r <= 0xe0fff: // joiners, vowels that are never drawn, selectors of variants, tags
		return false
	case r == 0x115f, r == 0x1160, r == 0x3164, r == 0xffa0, r == 0x2800: // fillers and blanks that count as letters
		return false
	}
	return unicode.IsPrint(r)
}

// Unescape undoes [Escape]. Text that Escape cannot have written is an error, so each text has one form.
func Unescape(text string) (string, error) {
	b := make([]byte, 0, len(text))
	for i := 0; i < len(text); i++ {
		if text[i] != '\\' {
			b = append(b, text[i])
			continue
		}
		if i++; i == len(text) {
			return "", errors.New("unescape: a backslash at the end")
		}
		length := 0
		switch text[i] {
		case '\\':
			b = append(b, '\\')
			continue
		case 'x':
			length = 2
		case 'u':
			length = 4
		case 'U':
			length = 8
		}
		if length == 0 || len(text)-i-1 < length {
			return "", errors.New("unescape: an unknown or incomplete escape")
		}
		value, err := strconv.ParseUint(text[i+1:i+1+length], 16, 32)
		if err != nil {
			return "", errors.New("unescape: no hexadecimal digits after a backslash")
		}
		if length == 2 {
			b = append(b, byte(value))
		} else {
			b = utf8.AppendRune(b, rune(value))
		}
		i += length
	}
	if plain := string(b); Escape(plain) == text {
		return plain, nil
	}
	return "", errors.New("unescape: text that is not in the form of Escape")
}

// cut returns at most limit bytes of text, ended by "…" if something is missing. It does not cut a character in two.
func cut(text string, limit int) string {
	if len(text) <= limit {
		return text
	}
	return text[:boundary(text, limit-len("…"))] + "…"
}

// boundary is the last place at or before limit where a character of text starts.
func boundary(text string, limit int) int {
	limit = max(limit, 0)
	for back := 0; back < utf8.UTFMax && back <= limit; back++ {
		if utf8.RuneStart(text[limit-back]) {
			return limit - back
		}
	}
	return limit // no UTF-8 anyway
}
