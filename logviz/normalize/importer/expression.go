package importer

import (
	"fmt"
	"strings"
)

// translate rewrites an expression of Oniguruma or Python for RE2. What RE2 cannot do is an error. Atomic groups and
// possessive repetition become ordinary: both only forbid ways back that RE2 does not need. name gives each named group
// its name, "" for one that captures nothing.
func translate(expr string, name func(string) string) (string, error) {
	var b strings.Builder
	class := 0 // depth of character classes
	for i := 0; i < len(expr); i++ {
		rest := expr[i:]
		switch c := expr[i]; {
		case c == '\\':
			if len(rest) == 1 {
				return "", fmt.Errorf("a backslash at the end")
			}
			text, n, err := escape(rest, class > 0)
			if err != nil {
				return "", err
			}
			b.WriteString(text)
			i += n - 1
		case class > 0 && c == ']':
			class--
			b.WriteByte(c)
		case c == '[' && class == 0:
			class++
			b.WriteByte(c)
			if strings.HasPrefix(rest[1:], "^") {
				b.WriteByte('^')
				i++
			}
			if i+1 < len(expr) && expr[i+1] == ']' { // plain at this place
				b.WriteString(`\]`)
				i++
			}
		case c == '[' && !strings.HasPrefix(rest, "[:"):
			b.WriteString(`\[`)
		case c == '[':
			end := strings.Index(rest, ":]")
			if end < 0 {
				return "", fmt.Errorf(`"[:" without ":]"`)
			}
			b.WriteString(rest[:end+2])
			i += end + 1
		case class > 0 && strings.HasPrefix(rest, "&&"):
			return "", fmt.Errorf("the intersection of classes (&&) is not possible in RE2")
		case class > 0:
			b.WriteByte(c)
		case strings.HasPrefix(rest, "(?"):
			text, n, err := openGroup(rest, name)
			if err != nil {
				return "", err
			}
			b.WriteString(text)
			i += n - 1
		case c == '(':
			b.WriteString("(?:") // its number is of no use to us
		case c == '+' && i > 0 && possessive(expr, i):
		default:
			b.WriteByte(c)
		}
	}
	if class > 0 {
		return "", fmt.Errorf(`"[" without "]"`)
	}
	return b.String(), nil
}

// possessive reports whether the plus at i makes the repetition before it possessive.
func possessive(expr string, i int) bool {
	switch expr[i-1] {
	case '+', '*', '?', '}':
	default:
		return false
	}
	slashes := 0
	for k := i - 2; k >= 0 && expr[k] == '\\'; k-- {
		slashes++
	}
	return slashes%2 == 0
}

func escape(s string, inClass bool) (text string, n int, err error) {
	switch c := s[1]; {
	case c == 'h':
		if inClass {
			return "0-9A-Fa-f", 2, nil
		}
		return "[0-9A-Fa-f]", 2, nil
	case c == 'H' && !inClass:
		return "[^0-9A-Fa-f]", 2, nil
	case c == 'Z':
		return `\z`, 2, nil
	case c == 'R' && !inClass:
		return `(?:\r\n|[\n\v\f\r])`, 2, nil
	case c >= '1' && c <= '9' || c == 'k' || c == 'g':
		return "", 0, fmt.Errorf(`\%c refers back to a group, which is not possible in RE2`, c)
	case c == 'G', c == 'K', c == 'X':
		return "", 0, fmt.Errorf(`\%c is not possible in RE2`, c)
	case strings.IndexByte("AzbBdDsSwWpPntrfvaxQE0", c) >= 0:
		return s[:2], 2, nil
	case c == '_', c <= ' ', c >= 0x7f:
		return s[1:2], 2, nil
	case (c|0x20)-'a' >= 26:
		return s[:2], 2, nil
	}
	return "", 0, fmt.Errorf(`\%s is not known`, cut(s[1:min(len(s), 2)]))
}

func openGroup(s string, name func(string) string) (text string, n int, err error) {
	for _, p := range []struct{ open, what string }{
		{"(?=", "looking ahead"},
		{"(?!", "looking ahead"},
		{"(?<=", "looking behind"},
		{"(?<!", "looking behind"},
		{"(?(", "a condition"},
		{"(?P=", "a reference back to a group"},
		{"(?P>", "a call of a group"},
		{"(?~", "an absent operator"},
	} {
		if strings.HasPrefix(s, p.open) {
			return "", 0, fmt.Errorf("%s, %s, is not possible in RE2", p.open, p.what)
		}
	}
	switch {
	case strings.HasPrefix(s, "(?#"):
		end := strings.IndexByte(s, ')')
		if end < 0 {
			return "", 0, fmt.Errorf(`"(?#" without ")"`)
		}
		return "", end + 1, nil
	case strings.HasPrefix(s, "(?>"):
		return "(?:", 3, nil
	case strings.HasPrefix(s, "(?<"), strings.HasPrefix(s, "(?P<"), strings.HasPrefix(s, "(?'"):
		from := strings.IndexAny(s, "<'") + 1
		end := strings.IndexAny(s[from:], ">'")
		if end < 0 {
			return "", 0, fmt.Errorf("a group's name has no end")
		}
		if g := name(s[from : from+end]); g != "" {
			return "(?P<" + g + ">", from + end + 1, nil
		}
		return "(?:", from + end + 1, nil
	}
	return s[:2], 2, nil
}

// groups names the groups of one expression, each at most once.
type groups struct {
	seen  map[string]bool
	again []string
}

// name returns the name of a group for a field, see group; "" for one that was named before.
func (g *groups) name(field, typ string) string {
	full := strings.TrimSuffix(strings.TrimPrefix(group(field, typ, ""), "(?P<"), ">)")
	key, _, _ := strings.Cut(full, "__")
	if g.seen[key] {
		g.again = append(g.again, field)
		return ""
	}
	if g.seen == nil {
		g.seen = make(map[string]bool)
	}
	g.seen[key] = true
	return full
}
