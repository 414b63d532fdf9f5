package encode

import (
	"strings"
	"unicode/utf8"

	"ops/logviz"
)

// logfmt writes key=value lines.
type logfmt struct{}

// NewLogfmt returns logfmt: key=value pairs with a blank between them, one line an event. A value stands
// in double quotes if it is empty or has a blank, a quote, an equals sign, a backslash or anything outside of the
// printable characters of ASCII and the letters of other scripts; within quotes, escapes are those of JSON. A list is
// joined by semicolons. What a key cannot hold becomes an underscore.
func NewLogfmt() Lines { return logfmt{} }

func (logfmt) Begin(b []byte) []byte { return b }

func (logfmt) Append(b []byte, e *logviz.Event) []byte {
	first := true
	for name, v := range e.All() {
		if !first {
			b = append(b, ' ')
		}
		first = false
		b = append(appendBareKey(b, name), '=')
		if s := text(v); isBare(s) {
			b = append(b, s...)
		} else {
			b = appendQuoted(b, s)
		}
	}
	return append(b, '\n')
}

func isBare(s string) bool {
	if s == "" || !utf8.ValidString(s) {
		return false
	}
	return !strings.ContainsFunc(s, isSpecial)
}

// isSpecial takes what splits a line or a pair, and what a terminal may obey.
func isSpecial(r rune) bool {
	switch r {
	case '"', '=', '\\', utf8.RuneError, '\u2028', '\u2029':
		return true
	}
	return r <= ' ' || r >= 0x7f && r <= 0xa0
}

// appendQuoted is a JSON string in which the C1 control characters are escaped as well.
func appendQuoted(b []byte, s string) []byte {
	start := len(b)
	b = logviz.AppendJSONString(b, s)
	if !strings.ContainsFunc(s, isLateControl) {
		return b
	}
	quoted := string(b[start:])
	b = b[:start]
	const hex = "0123456789abcdef"
	for _, r := range quoted {
		if isLateControl(r) {
			b = append(b, '\\', 'u', hex[r>>12&15], hex[r>>8&15], hex[r>>4&15], hex[r&15])
		} else {
			b = utf8.AppendRune(b, r)
		}
	}
	return b
}

func isLateControl(r rune) bool { return r >= 0x80 && r < 0xa0 || r == '\u2028' || r == '\u2029' }

func appendBareKey(b []byte, name string) []byte {
	if isBare(name) {
		return append(b, name...)
	}
	if name == "" {
		return append(b, '_')
	}
	for _, r := range name {
		if isSpecial(r) {
			r = '_'
		}
		b = utf8.AppendRune(b, r)
	}
	return b
}
