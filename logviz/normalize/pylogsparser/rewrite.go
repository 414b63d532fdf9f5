package pylogsparser

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// A callback is the body of a Python 2 function of value and log. Starlark reads most of it as it is; what
// it does not is rewritten here, on tokens, so that strings and comments cannot be mistaken for code.
// Division and formatting keep their meaning by a pass over the syntax tree (see script.go).

// statement is one logical line and, if it opens a block, what is in that.
type statement struct {
	tokens []string
	body   []statement
}

// keyword is the word a statement starts with.
func (s statement) keyword() string {
	if len(s.tokens) == 0 {
		return ""
	}
	return s.tokens[0]
}

const (
	entry = "_callback" // the function a callback becomes
	slots = "_vars"     // the dictionary of the variables that a try assigns
)

// rewrite makes a Starlark file out of the body of a callback.
func rewrite(body string) (string, error) {
	lines, err := logicalLines(body)
	if err != nil {
		return "", err
	}
	block, rest, err := nest(lines)
	if err != nil {
		return "", err
	}
	if len(rest) > 0 {
		return "", fmt.Errorf("the line %q is indented less than the first", strings.Join(rest[0].tokens, " "))
	}
	w := &writer{}
	w.function([]string{"def", entry, "(", "value", ",", "log", ")", ":"}, block, nil, 0)
	return w.out.String(), nil
}

// line is one logical line before it has a place.
type line struct {
	indent int
	tokens []string
}

// scanner takes Python apart: strings, numbers, names, operators, one at a time.
func scanner() *regexp.Regexp {
	return regexp.MustCompile(`^(?:` +
		`(?i:ur|u|br|b|r)?(?s:"""(?:\\.|[^\\])*?"""|'''(?:\\.|[^\\])*?'''|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*')` +
		`|0[xX][0-9a-fA-F]+[lL]?|(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?[lL]?` +
		`|[\pL_][\pL\p{Nd}_]*` +
		`|\*\*=?|//=?|<<=?|>>=?|[-+*/%&|^=!<>]=|<>` +
		"|[-+*/%&|^~<>=.,:;()\\[\\]{}`@])")
}

// logicalLines cuts the text into lines as Python does: brackets and backslashes join them, comments vanish.
func logicalLines(text string) ([]line, error) {
	text = strings.ReplaceAll(text, "\r\n", "\n")
	token := scanner()
	var lines []line
	var current line
	depth, fresh := 0, true
	for len(text) > 0 {
		if fresh {
			width := len(text) - len(strings.TrimLeft(text, " \t\f"))
			current = line{indent: columns(text[:width])}
			text = text[width:]
			fresh = false
			continue
		}
		switch c := text[0]; {
		case c == '\n':
			text = text[1:]
			if depth == 0 {
				if len(current.tokens) > 0 {
					lines = append(lines, current)
				}
				fresh = true
			}
		case c == ' ' || c == '\t' || c == '\f' || c == '\r':
			text = text[1:]
		case strings.HasPrefix(text, "\\\n"):
			text = text[2:]
		case c == '#':
			if end := strings.IndexByte(text, '\n'); end >= 0 {
				text = text[end:]
			} else {
				text = ""
			}
		default:
			t := token.FindString(text)
			if t == "" {
				return nil, fmt.Errorf("%.20q is no Python", text)
			}
			text = text[len(t):]
			switch t {
			case "(", "[", "{":
				depth++
			case ")", "]", "}":
				depth--
			}
			current.tokens = append(current.tokens, t)
		}
	}
	if depth != 0 {
		return nil, fmt.Errorf("a bracket is not closed")
	}
	if !fresh && len(current.tokens) > 0 {
		lines = append(lines, current)
	}
	return lines, nil
}

// columns is how far white space indents: a tab goes to the next multiple of eight.
func columns(space string) int {
	n := 0
	for _, c := range space {
		if c == '\t' {
			n += 8 - n%8
		} else {
			n++
		}
	}
	return n
}

// nest puts lines into their blocks: those at the indent of the first, and below them what is indented more.
func nest(lines []line) (block []statement, rest []line, err error) {
	if len(lines) == 0 {
		return nil, nil, nil
	}
	indent := lines[0].indent
	for len(lines) > 0 && lines[0].indent >= indent {
		if lines[0].indent > indent {
			return nil, nil, fmt.Errorf("the line %q is indented more than its block", strings.Join(lines[0].tokens, " "))
		}
		s := statement{tokens: lines[0].tokens}
		lines = lines[1:]
		if last := s.tokens[len(s.tokens)-1]; last == ":" && len(lines) > 0 && lines[0].indent > indent {
			if len(lines[0].tokens) > 0 {
				if s.body, lines, err = nest(lines); err != nil {
					return nil, nil, err
				}
			}
		} else if colon := blockColon(s.tokens); colon > 0 && colon < len(s.tokens)-1 {
			s.body = []statement{{tokens: s.tokens[colon+1:]}} // if x: y
			s.tokens = s.tokens[:colon+1]
		}
		block = append(block, s)
	}
	return block, lines, nil
}

// blockColon is where the head of a compound statement ends; 0 for a simple one.
func blockColon(tokens []string) int {
	if !slices.Contains([]string{"if", "elif", "else", "for", "while", "try", "except", "finally", "def"}, tokens[0]) {
		return 0
	}
	depth := 0
	for i, t := range tokens {
		switch t {
		case "(", "[", "{":
			depth++
		case ")", "]", "}":
			depth--
		case ":":
			if depth == 0 {
				return i
			}
		}
	}
	return 0
}

// writer writes statements as Starlark.
type writer struct {
	out   strings.Builder
	tries int
}

// scope is what a function knows of its variables: those that a try assigns live in a dictionary, so that the
// function the try becomes can set them.
type scope struct {
	held []string
	loop bool // a break in a try leaves a loop around it
	try  bool // a return in a try leaves the function around it
}

func (w *writer) line(depth int, tokens ...string) {
	w.out.WriteString(strings.Repeat("  ", depth))
	w.out.WriteString(strings.Join(tokens, " "))
	w.out.WriteByte('\n')
}

// function writes a def with what is in it. outer are the names that live in the dictionary of the function around.
func (w *writer) function(head []string, body []statement, outer []string, depth int) {
	params := parameters(head)
	own := assigned(body, false)
	held := slices.Clone(assigned(body, true))
	for _, name := range outer { // a name of this function's own hides the outer one
		if !slices.Contains(params, name) && !slices.Contains(own, name) {
			held = append(held, name)
		}
	}
	w.line(depth, head...)
	if own := assigned(body, true); len(own) > 0 {
		// One dictionary serves a callback and its inner functions, each name of its own function.
		var start []string
		for _, name := range own {
			if slices.Contains(params, name) {
				start = append(start, slots, "[", quote(name), "]", "=", name, ";")
			}
		}
		if len(outer) == 0 {
			w.line(depth+1, slots, "=", "{", "}")
		}
		if len(start) > 0 {
			w.line(depth+1, start[:len(start)-1]...)
		}
	}
	w.block(body, scope{held: held}, depth+1)
}

func quote(name string) string { return `"` + name + `"` }

// parameters are the names between the brackets of a def.
func parameters(head []string) []string {
	var names []string
	for i := 3; i < len(head); i++ {
		if (head[i-1] == "(" || head[i-1] == ",") && isName(head[i]) {
			names = append(names, head[i])
		}
	}
	return names
}

func isName(t string) bool {
	c := t[0]
	return c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

// assigned lists the names that statements give a value to, inside of trys only or everywhere.
func assigned(block []statement, inTry bool) []string {
	var names []string
	add := func(tokens []string) {
		for i, t := range tokens {
			next := ""
			if i+1 < len(tokens) {
				next = tokens[i+1]
			}
			if isName(t) && t != "in" && (i == 0 || tokens[i-1] != ".") && next != "[" && next != "." && next != "(" && !slices.Contains(names, t) {
				names = append(names, t)
			}
		}
	}
	var walk func([]statement, bool)
	walk = func(block []statement, counts bool) {
		for _, s := range block {
			key := s.keyword()
			if key == "def" {
				if counts && len(s.tokens) > 1 && !inTry {
					add(s.tokens[1:2])
				}
				continue
			}
			if counts {
				switch {
				case key == "for":
					if in := slices.Index(s.tokens, "in"); in > 0 {
						add(s.tokens[1:in])
					}
				case s.body == nil:
					if at := assignment(s.tokens); at > 0 && !slices.Contains(s.tokens[:at], "[") {
						add(s.tokens[:at])
					}
				}
			}
			walk(s.body, counts || key == "try" || key == "except")
		}
	}
	walk(block, !inTry)
	return names
}

// assignment is the place of the first = or += outside of brackets; 0 if there is none.
func assignment(tokens []string) int {
	depth := 0
	for i, t := range tokens {
		switch t {
		case "(", "[", "{":
			depth++
		case ")", "]", "}":
			depth--
		case "=", "+=", "-=", "*=", "/=", "//=", "%=", "|=", "&=", "^=":
			if depth == 0 {
				return i
			}
		}
	}
	return 0
}

// block writes statements one after another.
func (w *writer) block(block []statement, s scope, depth int) {
	if len(block) == 0 {
		w.line(depth, "pass")
	}
	for i := 0; i < len(block); i++ {
		st := block[i]
		switch st.keyword() {
		case "def":
			w.function(st.tokens, st.body, s.held, depth)
			if len(st.tokens) > 1 && slices.Contains(s.held, st.tokens[1]) {
				w.line(depth, slots, "[", quote(st.tokens[1]), "]", "=", st.tokens[1])
			}
		case "try":
			end := i + 1
			for end < len(block) && slices.Contains([]string{"except", "else", "finally"}, block[end].keyword()) {
				end++
			}
			w.try(st, block[i+1:end], s, depth)
			i = end - 1
		case "global":
			w.line(depth, "pass")
		case "return":
			if s.try {
				if len(st.tokens) == 1 {
					st.tokens = append(st.tokens, "None")
				}
				w.line(depth, append(append([]string{"return", "(", quote("return"), ",", "("}, w.expression(st.tokens[1:], s)...), ")", ")")...)
			} else {
				w.line(depth, w.expression(st.tokens, s)...)
			}
		case "break", "continue":
			if s.try && !s.loop {
				w.line(depth, "return", "(", quote(st.keyword()), ",", ")")
			} else {
				w.line(depth, st.tokens...)
			}
		case "raise":
			w.line(depth, raised(w.expression(st.tokens[1:], s))...)
		case "del":
			w.line(depth, deleted(w.expression(st.tokens[1:], s))...)
		case "assert":
			w.line(depth, append(append([]string{"_assert", "("}, w.expression(st.tokens[1:], s)...), ")")...)
		default:
			w.line(depth, w.expression(st.tokens, s)...)
			if st.body != nil {
				inner := s
				inner.loop = s.loop || st.keyword() == "for" || st.keyword() == "while"
				w.block(st.body, inner, depth+1)
			}
		}
	}
}

// try writes a try as a function that the host calls, and catches what fails in it.
func (w *writer) try(body statement, clauses []statement, s scope, depth int) {
	w.tries++
	name := fmt.Sprintf("_try%d", w.tries)
	w.line(depth, "def", name, "(", ")", ":")
	w.block(body.body, scope{held: s.held, try: true}, depth+1)
	result := fmt.Sprintf("_done%d", w.tries)
	w.line(depth, result, "=", "_catch", "(", name, ")")
	// The host answers False for a failure, None for the end of the block, else how the block was left.
	w.line(depth, "if", result, "==", "False", ":")
	handled := false
	for _, c := range clauses {
		if c.keyword() == "except" && !handled {
			if n := len(c.tokens); n > 3 && (c.tokens[n-3] == "," || c.tokens[n-3] == "as") {
				w.line(depth+1, append(w.expression(c.tokens[n-2:n-1], s), "=", quote("the block failed"))...)
			}
			w.block(c.body, s, depth+1)
			handled = true
		}
	}
	if !handled {
		w.line(depth+1, "pass")
	}
	if leaves(body.body, "return") {
		w.line(depth, "elif", result, "and", result, "[", "0", "]", "==", quote("return"), ":")
		if s.try {
			w.line(depth+1, "return", result)
		} else {
			w.line(depth+1, "return", result, "[", "1", "]")
		}
	}
	for _, word := range []string{"break", "continue"} {
		if leaves(body.body, word) {
			w.line(depth, "elif", result, "and", result, "[", "0", "]", "==", quote(word), ":")
			w.block([]statement{{tokens: []string{word}}}, s, depth+1)
		}
	}
	for _, c := range clauses {
		switch c.keyword() {
		case "else":
			w.line(depth, "else", ":")
			w.block(c.body, s, depth+1)
		case "finally":
			w.block(c.body, s, depth)
		}
	}
}

// leaves is true if a statement of the block, not of a function in it, is that word.
func leaves(block []statement, word string) bool {
	for _, s := range block {
		key := s.keyword()
		if key == word || key != "def" && leaves(s.body, word) {
			return true
		}
	}
	return false
}

// raised writes what follows raise as a call that fails with the message.
func raised(tokens []string) []string {
	if len(tokens) == 0 {
		return []string{"fail", "(", `"raised again"`, ")"}
	}
	if len(tokens) > 1 && (tokens[1] == "," || tokens[1] == "(") {
		message := tokens[2:]
		if tokens[1] == "(" && len(message) > 0 {
			message = message[:len(message)-1]
		}
		return append(append([]string{"fail", "("}, message...), ")")
	}
	return []string{"fail", "(", quote(tokens[0]), ")"}
}

// deleted writes what follows del: an item of a dictionary is popped, a name just goes on existing.
func deleted(tokens []string) []string {
	if len(tokens) == 0 || tokens[len(tokens)-1] != "]" {
		return []string{"pass"}
	}
	depth := 0
	for i := len(tokens) - 1; i >= 0; i-- {
		switch tokens[i] {
		case "]", ")", "}":
			depth++
		case "[", "(", "{":
			if depth--; depth == 0 {
				call := append([]string{"_delete", "("}, tokens[:i]...)
				return append(append(append(call, ","), tokens[i+1:len(tokens)-1]...), ")")
			}
		}
	}
	return []string{"pass"}
}
