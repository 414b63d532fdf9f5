package pylogsparser

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"
)

// flags are those of Python's re that change what an expression matches.
type flags struct{ ignorecase, multiline, dotall, verbose, unicode bool }

// prefix writes the flags as Go has them.
func (f flags) prefix() string {
	s := ""
	if f.ignorecase {
		s += "i"
	}
	if f.multiline {
		s += "m"
	}
	if f.dotall {
		s += "s"
	}
	if s == "" {
		return ""
	}
	return "(?" + s + ")"
}

// White space and word characters as Python means them.
const (
	asciiSpace   = `\s\v`
	unicodeSpace = `\s\v\x1c-\x1f\x{85}\p{Z}`
	unicodeWord  = `\p{L}\p{N}_`
)

// translate writes an expression of Python's re for Go's regexp. Of lookaround only the two guards
// around addresses are known, which keep a longer number from being cut: each leaves an empty group, and a
// match is refused later if what stands there is a digit or a dot.
func translate(expression string, f flags) (string, error) {
	var out strings.Builder
	guards := 0
	for i := 0; i < len(expression); {
		c := expression[i]
		switch {
		case c == '\\':
			piece, width, err := escape(expression[i:], f, false)
			if err != nil {
				return "", err
			}
			out.WriteString(piece)
			i += width
		case c == '[':
			piece, width, err := class(expression[i:], f)
			if err != nil {
				return "", err
			}
			out.WriteString(piece)
			i += width
		case c == '(' && strings.HasPrefix(expression[i:], "(?"):
			rest := expression[i:]
			if guard := addressGuard(rest); guard > 0 {
				side := guardAfter
				if strings.HasPrefix(rest, "(?<") {
					side = guardBefore
				}
				fmt.Fprintf(&out, "(?P<%s%d>)", side, guards)
				guards++
				i += guard
				break
			}
			for _, bad := range []string{"(?=", "(?!", "(?<=", "(?<!", "(?P=", "(?("} {
				if strings.HasPrefix(rest, bad) {
					return "", fmt.Errorf("%s is lookaround or a back reference, which takes unbounded time: write it without", bad)
				}
			}
			if strings.HasPrefix(rest, "(?#") {
				end := strings.IndexByte(rest, ')')
				if end < 0 {
					return "", fmt.Errorf("comment %q is not closed", rest)
				}
				i += end + 1
				break
			}
			out.WriteString("(?")
			i += 2
		case c == '{' && strings.HasPrefix(expression[i:], "{,"):
			out.WriteString("{0,")
			i += 2
		case f.verbose && (c == ' ' || c == '\t' || c == '\n' || c == '\r'):
			i++
		case f.verbose && c == '#':
			end := strings.IndexByte(expression[i:], '\n')
			if end < 0 {
				end = len(expression) - i
			}
			i += end
		default:
			out.WriteByte(c)
			i++
		}
	}
	return out.String(), nil
}

// addressGuard is the length of one of the two guards at the start of s.
func addressGuard(s string) int {
	for _, guard := range []string{"(?<![.0-9])", "(?![.0-9])", `(?<![\.0-9])`, `(?![\.0-9])`} {
		if strings.HasPrefix(s, guard) {
			return len(guard)
		}
	}
	return 0
}

// escape translates the escape at the start of s, in a class or outside one.
func escape(s string, f flags, inClass bool) (piece string, width int, err error) {
	if len(s) < 2 {
		return "", 0, fmt.Errorf("a backslash ends the expression: double it")
	}
	wrap := func(set string, negated bool) string {
		switch {
		case negated:
			return "[^" + set + "]"
		case inClass:
			return set
		}
		return "[" + set + "]"
	}
	space := asciiSpace
	if f.unicode {
		space = unicodeSpace
	}
	c := s[1]
	switch {
	case c == 's':
		return wrap(space, false), 2, nil
	case c == 'S' && !inClass:
		return wrap(space, true), 2, nil
	case c == 'w' && f.unicode:
		return wrap(unicodeWord, false), 2, nil
	case c == 'W' && f.unicode && !inClass:
		return wrap(unicodeWord, true), 2, nil
	case c == 'Z':
		return `\z`, 2, nil
	case c == 'b' && inClass:
		return `\x08`, 2, nil
	case c >= '1' && c <= '9':
		return "", 0, fmt.Errorf(`\%c is a back reference, which takes unbounded time: write it without`, c)
	case c == '0':
		return `\x00`, 2, nil
	case strings.IndexByte("AbBdDSwWafnrtv", c) >= 0:
		return s[:2], 2, nil
	case c == 'x':
		if len(s) < 4 {
			return "", 0, fmt.Errorf(`\x needs two digits`)
		}
		if _, err := strconv.ParseUint(s[2:4], 16, 8); err != nil {
			return "", 0, fmt.Errorf(`\x needs two hexadecimal digits, not %q`, s[2:4])
		}
		return s[:4], 4, nil
	}
	r, size := utf8.DecodeRuneInString(s[1:])
	return regexp.QuoteMeta(string(r)), 1 + size, nil
}

// class translates the character class at the start of s.
func class(s string, f flags) (piece string, width int, err error) {
	var out strings.Builder
	out.WriteByte('[')
	i := 1
	if i < len(s) && s[i] == '^' {
		out.WriteByte('^')
		i++
	}
	for first := true; i < len(s); first = false {
		switch c := s[i]; {
		case c == ']' && !first:
			out.WriteByte(']')
			return out.String(), i + 1, nil
		case c == '\\':
			piece, width, err := escape(s[i:], f, true)
			if err != nil {
				return "", 0, err
			}
			if piece == "-" { // QuoteMeta leaves it bare, which would make a range
				piece = `\-`
			}
			out.WriteString(piece)
			i += width
		case c == '[' || c == ']':
			out.WriteByte('\\')
			out.WriteByte(c)
			i++
		default:
			out.WriteByte(c)
			i++
		}
	}
	return "", 0, fmt.Errorf("the class %q is not closed: add ]", s)
}

// The names of the empty groups that guards leave.
const (
	guardBefore = "guard__before"
	guardAfter  = "guard__after"
)

// expression is a compiled expression of Python's re.
type expression struct {
	*regexp.Regexp
	groups        []int // of each group of the original, the whole first, its number here
	before, after []int // the groups of the guards
}

// compile translates and compiles an expression of Python's.
func compile(source string, f flags) (*expression, error) {
	text, err := translate(source, f)
	if err != nil {
		return nil, err
	}
	re, err := regexp.Compile(f.prefix() + text)
	if err != nil {
		return nil, err
	}
	return newExpression(re), nil
}

func newExpression(re *regexp.Regexp) *expression {
	e := &expression{Regexp: re}
	for i, name := range re.SubexpNames() {
		switch {
		case strings.HasPrefix(name, guardBefore):
			e.before = append(e.before, i)
		case strings.HasPrefix(name, guardAfter):
			e.after = append(e.after, i)
		default:
			e.groups = append(e.groups, i)
		}
	}
	return e
}

// find is the first match and its groups, nil if there is none or a guard refuses it.
func (e *expression) find(s string) []int {
	at := e.FindStringSubmatchIndex(s)
	if at == nil {
		return nil
	}
	ofAddress := func(i int) bool { return i >= 0 && i < len(s) && (s[i] == '.' || s[i] >= '0' && s[i] <= '9') }
	for _, g := range e.before {
		if at[2*g] > 0 && ofAddress(at[2*g]-1) {
			return nil
		}
	}
	for _, g := range e.after {
		if ofAddress(at[2*g]) {
			return nil
		}
	}
	return at
}

// matches is true if there is a match.
func (e *expression) matches(s string) bool { return e.find(s) != nil }
