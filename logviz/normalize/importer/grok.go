package importer

import (
	"fmt"
	"io/fs"
	"maps"
	"regexp"
	"slices"
	"strings"

	"ops/logviz/normalize"
)

// Grok reads a file of grok patterns as Logstash has them: lines "NAME EXPRESSION", and match expressions, which are
// lines that begin with "%{" or "^", or texts in quotes with "%{" in them, as in a filter's match => { … }. Definitions
// are made of the match expressions or, if there are none, of the named patterns that no other one uses and that name
// fields. An expression has to match from the first byte of a line on, which is how they are meant; what follows behind
// it may be anything, unless it ends in "$".
func Grok(fsys fs.FS, file string, o Options) (*Import, error) {
	if o.Stage == "" {
		o.Stage = normalize.Line
	}
	g := &grok{
		importing: importing{fsys: fsys, file: file},
		patterns:  standardPatterns(), types: nativeTypes(), known: wellKnown(), used: make(map[string]bool),
		ref: regexp.MustCompile(`%\{([A-Za-z0-9_-]+)(?::([^:{}]+))?(?::([^{}]*))?\}`),
	}
	lines, err := g.read(file)
	if err != nil {
		return nil, err
	}
	g.scan(lines)
	for _, s := range g.rules() {
		pattern, again, err := g.pattern(s.pattern)
		if err != nil {
			g.problem(file, s.line, "%s: %v", s.name, err)
			continue
		}
		for _, field := range again {
			g.note(file, s.line, "field %q is given twice; the first one counts", field)
		}
		s.pattern = pattern
		g.add(s)
	}
	return g.finish("grok patterns", o, nil), nil
}

type grok struct {
	importing
	patterns map[string]string // by name
	types    map[string]string
	known    map[string]string
	used     map[string]bool // names that another pattern uses
	ref      *regexp.Regexp
	named    []source // in the file, as it stands there
	matches  []source
}

// scan finds the named patterns and match expressions of a file.
func (g *grok) scan(lines []string) {
	definition := regexp.MustCompile(`^([A-Za-z0-9_-]+)[ \t]+(\S.*)$`)
	quoted := regexp.MustCompile(`"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'`)
	var comment []string
	for i, text := range lines {
		trimmed := strings.TrimSpace(text)
		if strings.HasPrefix(trimmed, "#") {
			comment = append(comment, trimmed)
			continue
		}
		s := source{file: g.file, line: i + 1, samples: samplesOf(comment), name: "match"}
		comment = nil
		switch {
		case trimmed == "":
		case strings.HasPrefix(trimmed, "%{"), strings.HasPrefix(trimmed, "^"):
			s.pattern = trimmed
			g.matches = append(g.matches, s)
		case strings.HasPrefix(trimmed, `"`), strings.HasPrefix(trimmed, "'"), strings.Contains(trimmed, "=>"):
			found := false
			for _, q := range quoted.FindAllString(text, -1) {
				if strings.Contains(q, "%{") {
					s.pattern = q[1 : len(q)-1]
					if q[0] == '"' {
						s.pattern = strings.ReplaceAll(s.pattern, `\"`, `"`)
					}
					g.matches = append(g.matches, s)
					found = true
				}
			}
			if !found && !strings.Contains(trimmed, "=>") {
				g.problem(g.file, s.line, "no pattern in %q", cut(trimmed))
			}
		case definition.MatchString(trimmed):
			m := definition.FindStringSubmatch(trimmed)
			s.name, s.pattern = m[1], m[2]
			if s.pattern == "{" { // a block of Logstash's configuration
				continue
			}
			g.named = append(g.named, s)
			g.patterns[s.name] = s.pattern
			delete(g.types, s.name)
		case strings.Trim(trimmed, "{}[],") == "":
		default:
			g.problem(g.file, s.line, "neither NAME EXPRESSION nor a match expression: %q", cut(trimmed))
		}
	}
}

// rules returns what definitions are made of.
func (g *grok) rules() []source {
	if len(g.matches) > 0 {
		return g.matches
	}
	for _, s := range g.named {
		for _, m := range g.ref.FindAllStringSubmatch(s.pattern, -1) {
			if m[1] != s.name {
				g.used[m[1]] = true
			}
		}
	}
	var out []source
	for _, s := range g.named {
		if !g.used[s.name] && g.givesFields(s.pattern, make(map[string]bool)) {
			out = append(out, s)
		}
	}
	return out
}

// givesFields reports whether an expression, or one that it uses, names a field; seen are the names already looked at.
func (g *grok) givesFields(expr string, seen map[string]bool) bool {
	if strings.Contains(expr, "?<") {
		return true
	}
	for _, m := range g.ref.FindAllStringSubmatch(expr, -1) {
		if m[2] != "" {
			return true
		}
		if !seen[m[1]] {
			seen[m[1]] = true
			if g.givesFields(g.patterns[m[1]], seen) {
				return true
			}
		}
	}
	return false
}

// maxExpansion bounds how deep patterns use others.
const maxExpansion = 24

// pattern translates an expression: to a line with fields if it is made of plain text and patterns for which there are
// types, else to an expression.
func (g *grok) pattern(expr string) (pattern string, again []string, err error) {
	if items, ok := g.items(expr); ok {
		pattern, again = render(items)
		if !strings.HasPrefix(pattern, "re:") {
			return pattern, again, nil
		}
	}
	names := &groups{}
	expanded, err := g.expand(expr, names, 0, new(int))
	if err != nil {
		return "", nil, err
	}
	expanded = strings.TrimPrefix(expanded, "^")
	if !strings.HasSuffix(expanded, "$") || strings.HasSuffix(expanded, `\$`) {
		expanded = "(?:" + expanded + ")(?s:.*)"
	}
	return "re:" + expanded, names.again, nil
}

// items takes an expression apart that needs no expression of ours.
func (g *grok) items(expr string) ([]item, bool) {
	optional := regexp.MustCompile(`^\(\?:(%\{[^{}]*\})\|-\)`)
	var out []item
	literal := func(s string) {
		out = append(out, item{literal: s})
	}
	expr = strings.TrimPrefix(expr, "^")
	expr, whole := strings.CutSuffix(expr, "$")
	if strings.HasSuffix(expr, `\`) {
		return nil, false
	}
	for i := 0; i < len(expr); {
		rest := expr[i:]
		dash := false
		if m := optional.FindStringSubmatch(rest); m != nil {
			dash, i = true, i+len(m[0])
			rest = m[1]
		}
		if at := g.ref.FindStringSubmatchIndex(rest); at != nil && at[0] == 0 {
			m := g.ref.FindStringSubmatch(rest)
			it, ok := g.item(m[1], m[2], m[3])
			if !ok {
				return nil, false
			}
			it.dash = dash
			if !dash {
				i += at[1]
			}
			out = append(out, it)
			continue
		}
		switch c := expr[i]; {
		case dash:
			return nil, false
		case c == '\\' && len(rest) > 1 && rest[1] < 0x80 && (rest[1]|0x20)-'a' >= 26 && rest[1]-'0' >= 10:
			literal(rest[1:2])
			i += 2
		case strings.IndexByte(`\.+*?()[]{}|^$`, c) >= 0, strings.HasPrefix(rest, "%{"):
			return nil, false
		default:
			literal(rest[:1])
			i++
		}
	}
	if len(out) == 0 {
		return nil, false
	}
	if last := out[len(out)-1]; !whole && last.typ != "text" {
		out = append(out, item{typ: "text"})
	}
	return out, true
}

func (g *grok) item(syntax, semantic, conversion string) (item, bool) {
	typ, ok := g.types[syntax]
	if !ok {
		return item{}, false
	}
	switch {
	case conversion == "int" && (typ == "float" || typ == "int"):
		typ = "int"
	case conversion == "float" && (typ == "float" || typ == "int"):
		typ = "float"
	}
	if semantic == "httpversion" { // "1.0" is no number
		typ = "name"
	}
	return item{field: g.field(semantic), typ: typ}, true
}

func (g *grok) field(semantic string) string {
	if semantic == "" {
		return ""
	}
	if name, ok := g.known[semantic]; ok {
		return name
	}
	return fieldName(semantic)
}

// expand puts the expressions of all patterns in; size counts what it became.
func (g *grok) expand(expr string, names *groups, depth int, size *int) (string, error) {
	if depth == maxExpansion {
		return "", fmt.Errorf("patterns use each other more than %d deep, or one uses itself", maxExpansion)
	}
	at := 0
	// What stands between the references is translated in one piece, since groups may reach over them.
	var inner []string
	var marked strings.Builder
	for _, m := range g.ref.FindAllStringSubmatchIndex(expr, -1) {
		part := func(i int) string {
			if m[2*i] < 0 {
				return ""
			}
			return expr[m[2*i]:m[2*i+1]]
		}
		text, err := g.reference(part(1), part(2), part(3), names, depth, size)
		if err != nil {
			return "", err
		}
		marked.WriteString(expr[at:m[0]] + mark)
		inner = append(inner, text)
		at = m[1]
	}
	marked.WriteString(expr[at:])
	if strings.Count(marked.String(), mark) != len(inner) {
		return "", fmt.Errorf("the character U+E000 has no place in a pattern")
	}
	out, err := translate(marked.String(), func(name string) string { return names.name(g.field(name), "") })
	if err != nil {
		return "", err
	}
	if *size += len(out) + 1; *size > maxLength {
		return "", fmt.Errorf("with all that it uses the pattern is longer than %d bytes", maxLength)
	}
	for _, text := range inner {
		out = strings.Replace(out, mark, text, 1)
	}
	return out, nil
}

// mark stands for a reference while the text around it is translated.
const mark = "\ue000"

func (g *grok) reference(syntax, semantic, conversion string, names *groups, depth int, size *int) (string, error) {
	expr, ok := g.patterns[syntax]
	if !ok {
		return "", fmt.Errorf("%%{%s}: no pattern of that name here or among the standard ones%s", syntax, near(syntax, g.patterns))
	}
	name := ""
	if semantic != "" {
		typ := ""
		switch {
		case conversion == "int" || g.types[syntax] == "int":
			typ = "int"
		case conversion == "float":
			typ = "float"
		case g.types[syntax] == "host":
			typ = "host"
		}
		name = names.name(g.field(semantic), typ)
	}
	text, err := g.expand(expr, names, depth+1, size)
	if err != nil {
		return "", err
	}
	if name == "" {
		return "(?:" + text + ")", nil
	}
	return "(?P<" + name + ">" + text + ")", nil
}

// near proposes names that begin alike.
func near(name string, known map[string]string) string {
	if len(name) < 3 {
		return ""
	}
	for _, other := range slices.Sorted(maps.Keys(known)) {
		if strings.EqualFold(other[:min(len(other), 3)], name[:3]) {
			return " (did you mean " + other + "?)"
		}
	}
	return ""
}
