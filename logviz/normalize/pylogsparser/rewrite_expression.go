package pylogsparser

import (
	"slices"
	"strings"
)

// expression rewrites the tokens of one line.
func (w *writer) expression(tokens []string, s scope) []string {
	var out []string
	depth := 0
	for i, t := range tokens {
		next := ""
		if i+1 < len(tokens) {
			next = tokens[i+1]
		}
		previous := ""
		if len(out) > 0 {
			previous = out[len(out)-1]
		}
		switch t {
		case "(", "[", "{":
			depth++
		case ")", "]", "}":
			depth--
		}
		switch c := t[0]; {
		case isString(t):
			t = literal(t)
			if i > 0 && isString(tokens[i-1]) {
				out = append(out, "+")
			}
			out = append(out, t)
		case c >= '0' && c <= '9':
			out = append(out, number(t))
		case t == "<>":
			out = append(out, "!=")
		case t == "is" && next == "not":
			out = append(out, "!=")
		case t == "not" && i > 0 && tokens[i-1] == "is":
		case t == "is":
			out = append(out, "==")
		case t == "**" && previous != "" && previous != "(" && previous != ",":
			out = power(out)
		case isName(t) && previous != "." && slices.Contains(s.held, t) && (depth == 0 || next != "=" || previous != "(" && previous != ","):
			out = append(out, slots, "[", quote(t), "]")
		default:
			out = append(out, t)
		}
	}
	return closePowers(out)
}

func isString(t string) bool {
	last := t[len(t)-1]
	return len(t) > 1 && (last == '"' || last == '\'')
}

// number writes a number of Python 2: without its L, octal as Starlark has it.
func number(t string) string {
	t = strings.TrimRight(t, "lL")
	if len(t) > 1 && t[0] == '0' && strings.Trim(t, "01234567") == "" {
		return "0o" + strings.TrimLeft(t, "0") + strings.Repeat("0", btoi(strings.Trim(t, "0") == ""))
	}
	return t
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// literal writes a string of Python 2: without its u, and with unknown escapes spelled out.
func literal(t string) string {
	start := strings.IndexAny(t, `"'`)
	kind, text := strings.ToLower(t[:start]), t[start:]
	if strings.Contains(kind, "r") {
		return "r" + text
	}
	var out strings.Builder
	for i := 0; i < len(text); i++ {
		if text[i] != '\\' || i+1 == len(text) {
			out.WriteByte(text[i])
			continue
		}
		i++
		switch c := text[i]; {
		case c == 'x' && i+2 < len(text) && text[i+1] >= '8': // not ASCII: the character of that number
			out.WriteString(`\u00`)
		case strings.IndexByte("abfnrtv\\'\"\nx01234567", c) >= 0, kind == "u" && (c == 'u' || c == 'U'):
			out.WriteByte('\\')
			out.WriteByte(c)
		default:
			out.WriteString(`\\`)
			out.WriteByte(c)
		}
	}
	return out.String()
}

// power starts a call in place of the operator **: its left side is moved into the call.
func power(out []string) []string {
	depth := 0
	start := len(out)
	for start > 0 {
		t := out[start-1]
		switch t {
		case ")", "]", "}":
			depth++
		case "(", "[", "{":
			depth--
		}
		if depth < 0 {
			break
		}
		start--
		if depth == 0 && (start == 0 || !continues(out[start-1], t)) {
			break
		}
	}
	left := slices.Clone(out[start:])
	out = append(out[:start], "_power", "(")
	out = append(out, left...)
	return append(out, ",", powerMark)
}

// continues is true if an operand that has t at some place began before it, at the token before.
func continues(before, t string) bool {
	if before == "." || t == "." {
		return true
	}
	keyword := slices.Contains([]string{"in", "and", "or", "not", "if", "else", "return", "for"}, before)
	return (t == "(" || t == "[") && (before == ")" || before == "]" || isName(before) && !keyword)
}

const powerMark = "\x00" // after it comes the right side of a **

// closePowers closes the calls that power started, after one operand.
func closePowers(tokens []string) []string {
	for {
		at := slices.Index(tokens, powerMark)
		if at < 0 {
			return tokens
		}
		end, depth := at+1, 0
		for end < len(tokens) {
			t := tokens[end]
			switch t {
			case "(", "[", "{":
				depth++
			case ")", "]", "}":
				depth--
			}
			if depth < 0 {
				break
			}
			end++
			if depth == 0 && t != "-" && t != "." && (end == len(tokens) || !slices.Contains([]string{".", "(", "["}, tokens[end])) {
				break
			}
		}
		out := slices.Clone(tokens[:at])
		out = append(out, tokens[at+1:end]...)
		out = append(out, ")")
		tokens = append(out, tokens[end:]...)
	}
}
