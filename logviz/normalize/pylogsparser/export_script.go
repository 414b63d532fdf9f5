package pylogsparser

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// script writes a callback as a script of package normalize: Starlark that changes the dict event, without what
// callbacks can import. lost tells that except clauses were left away.
func (x *export) script(s *step, field string) (text string, lost bool, err error) {
	lines, err := logicalLines(s.source)
	if err != nil {
		return "", false, err
	}
	block, rest, err := nest(lines)
	if err != nil {
		return "", false, err
	}
	if len(rest) > 0 {
		return "", false, errors.New("a line is indented less than the first")
	}
	block, lost = withoutTry(block)
	w := &scriptWriter{export: x, numbers: kinds(lines)}
	name := identifier(s.name)
	if field == "" {
		w.out.WriteString("def " + name + "():\n")
	} else {
		w.out.WriteString("def " + name + "(value):\n")
	}
	w.block(block, 1)
	if w.err != nil {
		return "", lost, w.err
	}
	if field == "" {
		w.out.WriteString(name + "()\n")
	} else {
		fmt.Fprintf(&w.out, "if %q in event:\n  %s(event[%q])\n", field, name, field)
	}
	for _, h := range helpers() {
		if strings.Contains(w.out.String(), h.name+"(") {
			text += h.text
		}
	}
	text += w.out.String()
	options := &syntax.FileOptions{TopLevelControl: true, GlobalReassign: true}
	_, _, err = starlark.SourceProgramOptions(options, s.name, text, func(name string) bool { return name == "event" })
	if err != nil {
		return "", lost, fmt.Errorf("a script cannot say it: %w", unplaced(err))
	}
	return text, lost, nil
}

func identifier(name string) string {
	name = strings.ReplaceAll(cleanName(name), ".", "_")
	if name[0] <= '9' {
		name = "f_" + name
	}
	return name
}

// withoutTry puts the body of a try in its place, and what stands in else and finally behind it. A try that is there for
// what is no number asks for that instead; of others what stands in except is lost.
func withoutTry(block []statement) (out []statement, lost bool) {
	asked := false // the try before became an if
	for i, s := range block {
		inner, some := withoutTry(s.body)
		lost = lost || some
		switch key := s.keyword(); {
		case key == "try":
			number := numberIn(inner)
			if asked = number != "" && i+1 < len(block) && block[i+1].keyword() == "except"; asked {
				out = append(out, statement{[]string{"if", "is_number", "(", number, ")", ":"}, inner})
			} else {
				out = append(out, inner...)
			}
		case key == "except" && asked:
			out = append(out, statement{[]string{"else", ":"}, inner})
			asked = false
		case key == "except":
			lost = true
		case key == "finally", key == "else" && i > 0 && slices.Contains([]string{"try", "except"}, block[i-1].keyword()):
			out = append(out, inner...)
		default:
			if s.body != nil {
				s.body = inner
			}
			out = append(out, s)
		}
	}
	return out, lost
}

// numberIn is the name that a block takes for a whole number, "" if there is none.
func numberIn(block []statement) string {
	for _, s := range block {
		for i, t := range s.tokens {
			if (t == "int" || t == "long") && i+3 < len(s.tokens) && s.tokens[i+1] == "(" && isName(s.tokens[i+2]) && s.tokens[i+3] == ")" {
				return s.tokens[i+2]
			}
		}
	}
	return ""
}

// helper is a function that a script brings along where it needs it.
type helper struct{ name, text string }

func helpers() []helper {
	return []helper{
		{"hex", "def hex(n):\n  return \"0x%x\" % n\n"},
		{"is_number", "def is_number(text):\n  return text.strip().lstrip(\"+-\").isdigit()\n"},
		{"unix_time", "def unix_time(filetime):\n  return filetime // 10000000 - 11644473600\n"},
	}
}

// kinds says of the names in a callback whether they are given whole numbers or others, as far as that can be seen.
func kinds(lines []line) map[string]string {
	out := map[string]string{}
	for _, l := range lines {
		t := l.tokens
		if len(t) > 3 && t[1] == "=" && t[3] == "(" {
			switch t[2] {
			case "int", "long", "len", "float":
				out[t[0]] = t[2]
			}
		}
	}
	return out
}

// scriptWriter writes statements with the log's tags as fields of the event.
type scriptWriter struct {
	export  *export
	out     strings.Builder
	numbers map[string]string
	err     error
}

func (w *scriptWriter) block(block []statement, depth int) {
	if len(block) == 0 {
		w.line(depth, "pass")
	}
	for _, s := range block {
		tokens := s.tokens
		switch s.keyword() {
		case "global":
			tokens = []string{"pass"}
		case "raise":
			tokens = raised(w.expression(tokens[1:]))
		case "del":
			if tokens = w.expression(tokens[1:]); len(tokens) == 4 && tokens[0] == "event" {
				tokens = []string{"event", ".", "pop", "(", tokens[2], ",", "None", ")"}
			} else {
				w.err = errors.New("it uses del")
			}
		default:
			tokens = w.expression(tokens)
		}
		w.line(depth, tokens...)
		if s.body != nil {
			w.block(s.body, depth+1)
		}
	}
}

// line writes tokens with the blanks that people put between them.
func (w *scriptWriter) line(depth int, tokens ...string) {
	w.out.WriteString(strings.Repeat("  ", depth))
	for i, t := range tokens {
		if i > 0 && spaced(tokens[i-1], t) {
			w.out.WriteByte(' ')
		}
		w.out.WriteString(t)
	}
	w.out.WriteByte('\n')
}

func spaced(before, t string) bool {
	switch {
	case strings.ContainsAny(t[:1], ",.:)]}") && len(t) == 1, strings.ContainsAny(before[:1], ".([{") && len(before) == 1:
		return false
	case t == "(" || t == "[":
		return !isName(before) && before != ")" && before != "]" || slices.Contains([]string{"in", "and", "or", "not", "if", "elif", "return", "else"}, before)
	}
	return true
}

// expression rewrites the tokens of a line.
func (w *scriptWriter) expression(tokens []string) []string {
	in := (&writer{}).expression(tokens, scope{})
	var out []string
	for i := 0; i < len(in); i++ {
		rest := in[i:]
		member := i > 0 && in[i-1] == "."
		switch t := in[i]; {
		case t == "log" && !member:
			n, access := w.access(rest)
			if n == 0 {
				w.err = errors.New("it uses the log as a whole, and a script has fields only")
				return out
			}
			out = append(out, access...)
			i += n - 1
		case isString(t) && len(rest) > 2 && rest[1] == "in" && rest[2] == "log":
			text, _ := constant(t)
			out = append(out, strconv.Quote(w.export.field(text)), "in", "event")
			i += 2
			if len(rest) > 6 && slices.Equal(rest[3:7], []string{".", "keys", "(", ")"}) {
				i += 4
			}
		case t == "extras" && len(rest) > 2 && rest[2] == "winUTC2UnixTimestamp":
			out = append(out, "unix_time")
			i += 2
		case t == "long" && !member:
			out = append(out, "int")
		case t == "unicode" && !member:
			out = append(out, "str")
		case t == "xrange" && !member:
			out = append(out, "range")
		case t == "/":
			out = append(out, w.division(out))
		default:
			out = append(out, t)
		}
	}
	return out
}

// access writes log["x"], log.get("x" and log.has_key("x") for the field; n is how many tokens it read.
func (w *scriptWriter) access(in []string) (n int, out []string) {
	named := func(token string) (string, bool) {
		text, ok := constant(token)
		return strconv.Quote(w.export.field(text)), ok && text != "raw" && text != "_timezone" // which no event has yet
	}
	switch {
	case len(in) > 3 && in[1] == "[" && in[3] == "]":
		if quoted, ok := named(in[2]); ok {
			return 4, []string{"event", "[", quoted, "]"}
		}
	case len(in) > 4 && in[1] == "." && in[2] == "get" && in[3] == "(":
		if quoted, ok := named(in[4]); ok {
			return 5, []string{"event", ".", "get", "(", quoted}
		}
	case len(in) > 5 && in[1] == "." && in[2] == "has_key" && in[3] == "(":
		if quoted, ok := named(in[4]); ok {
			return 6, []string{"(", quoted, "in", "event", ")"}
		}
	}
	return 0, nil
}

// division is the operator for what a / means behind tokens: between whole numbers it drops the rest.
func (w *scriptWriter) division(before []string) string {
	last := before[len(before)-1]
	kind := w.numbers[last]
	if last == ")" {
		depth := 0
		for i := len(before) - 1; i >= 0; i-- {
			switch before[i] {
			case ")":
				depth++
			case "(":
				depth--
			}
			if depth == 0 {
				if i > 0 {
					kind = before[i-1]
				}
				break
			}
		}
	}
	switch kind {
	case "int", "long", "len":
		return "//"
	case "float":
		return "/"
	}
	w.err = fmt.Errorf("it divides %s, which may be a whole number or not", last)
	return "/"
}
