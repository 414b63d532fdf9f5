package normalize

import (
	"strings"
	"time"
	"unicode/utf8"
)

// A miner sees a text as tokens, the stretches between single blanks, and a token as atoms: plain text and values whose
// form tells their type, such as the address in "rhost=192.0.2.7".

// atom is a part of a token.
type atom struct {
	typ  string // a type of the pattern language; "" for plain text
	text string
}

// recognizer finds atoms.
type recognizer struct{ moments []*fieldType }

// newRecognizer knows the moments whose form is unmistakable.
func newRecognizer() *recognizer {
	r, known := &recognizer{}, newTypes()
	for _, name := range []string{"rfc3339", "clf", "ctime", "rfc3164"} {
		if t, err := known.lookUp(name); err == nil && t.fixed {
			r.moments = append(r.moments, t)
		}
	}
	return r
}

// tokens splits a text at single blanks that are not inside a value.
func (r *recognizer) tokens(text string) [][]atom {
	var out [][]atom
	var token []atom
	plain := 0 // where the plain text before at began
	flush := func(at int) {
		if plain < at {
			token = append(token, atom{"", text[plain:at]})
		}
	}
	at := 0
	for at < len(text) {
		if text[at] == ' ' {
			flush(at)
			out = append(out, token)
			token, plain, at = nil, at+1, at+1
			continue
		}
		if at == 0 || !isWordByte(text[at-1]) || !isWordByte(text[at]) {
			if typ, n := r.value(text, at); n > 0 {
				flush(at)
				token = append(token, atom{typ, text[at : at+n]})
				at += n
				plain = at
				continue
			}
		}
		at++
	}
	flush(at)
	return append(out, token)
}

// isWordByte tells the bytes that a value does not begin or end between.
func isWordByte(c byte) bool {
	return isDigit(c) || (c|0x20)-'a' < 26 || c == '_' || c >= utf8.RuneSelf
}

// value returns the type and length of the value that begins at a place, 0 if there is none.
func (r *recognizer) value(text string, at int) (string, int) {
	rest := text[at:]
	ends := func(n int) bool { return n > 0 && (at+n == len(text) || !isWordByte(text[at+n])) }
	if rest[0] == '"' {
		// Only a whole quotation: what begins inside of a word or goes on behind the quote is something else.
		if n := spanQuoted(rest); ends(n) && writable(rest[:n]) {
			return "quoted", n
		}
		return "", 0
	}
	for _, t := range r.moments {
		if n := t.span(rest); ends(n) {
			if _, ok := t.value(rest[:n], &clock{zone: time.UTC, reference: referenceOfTests()}); ok {
				return t.name, n
			}
		}
	}
	if n := spanMAC(rest); ends(n) {
		return "mac", n
	}
	if n := longestIP(rest); ends(n) {
		return "ip", n
	}
	if n := run(func(c byte) bool { return isDigit(c) || c == '.' })(rest); isDigit(rest[0]) && ends(n) && isDigit(rest[n-1]) {
		switch dots := strings.Count(rest[:n], "."); {
		case dots == 1 && n <= longestSafe && spanFloat(rest) == n:
			return "float", n
		case dots > 1:
			return "name", n // a version
		}
	}
	if n := run(isDigit)(rest); ends(n) && n <= longestSafe && (n == 1 || rest[0] != '0') {
		return "int", n
	}
	if n := run(isHex)(rest); n >= 8 && ends(n) && strings.ContainsAny(rest[:n], "0123456789") {
		return "name", n
	}
	if strings.HasPrefix(rest, "0x") {
		if n := 2 + run(isHex)(rest[2:]); n > 2 && ends(n) {
			return "name", n
		}
	}
	return "", 0
}

// longestIP returns the length of the address at the start; a dot or colon behind it is not of it.
func longestIP(s string) int {
	for n := spanIP(s); n >= 2; n-- {
		if isIP(s[:n]) {
			if strings.ContainsAny(s[:n], "0123456789") { // "a::" and "::" are more often something else
				return n
			}
		}
	}
	return 0
}

// mask writes a token so that two tokens with values of the same types in the same text become the same.
func mask(token []atom) string {
	var b strings.Builder
	for _, a := range token {
		if a.typ == "" {
			b.WriteString(a.text)
		} else {
			b.WriteString("\x00" + a.typ + "\x00")
		}
	}
	return b.String()
}

func plainText(token []atom) string {
	var b strings.Builder
	for _, a := range token {
		b.WriteString(a.text)
	}
	return b.String()
}
