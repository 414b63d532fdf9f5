package normalize

import (
	"fmt"
	"regexp"
	"strings"

	"ops/logviz"
)

// The language of patterns:
//
//	text              stands for itself; a backslash makes the next character plain
//	%{source.ip:ip}   a field: its name and the type that says what it matches and becomes; types are in types.go and
//	                  quantity.go, and strftime(LAYOUT) is a moment of that form
//	%{-:word}         matched and dropped
//	%{process.pid:int?}  a lone "-" stands for no value
//	[[ … ]]           optional; tried with, then without
//	(a|b)             one of several texts, tried in the order written
//	re:…              the rest is an RE2 expression whose named groups (?P<name__type>…) are the fields, a dot in the
//	                  name written as "_dot_", an "@" in front as "_at_"
//
// A pattern matches the whole text, from its first byte to its last. Where several ways are possible, the first in this
// order wins: optional parts present, fields as long as possible from left to right. So a field of type text that
// somebody hostile filled with what looks like the rest of the line swallows that too, and the real rest is found.

type op uint8

const (
	opLiteral op = iota
	opField
	opOptional
	opChoice
)

// element is one part of a pattern as written.
type element struct {
	op    op
	text  string    // opLiteral
	texts []string  // opChoice
	field fieldRef  // opField
	body  []element // opOptional
}

// fieldRef is a field of a pattern.
type fieldRef struct {
	name string // "-" to drop it
	typ  *fieldType
	dash bool // a lone "-" is no value
	kept bool // it has a name
	role role

	key      []byte    // the name as a JSON key, behind a comma
	endpoint *endpoint // of an X.address
}

// prepare makes what is written with every value.
func (f *fieldRef) prepare() {
	f.kept, f.role = true, roleOf(f.name)
	f.key = jsonKey(f.name)
	if owner, ok := endpointOf(f.name); ok {
		f.endpoint = &endpoint{jsonKey(owner + ".ip"), jsonKey(owner + ".domain")}
	}
}

func jsonKey(name string) []byte { return append(logviz.AppendJSONString([]byte{','}, name), ':') }

// parsed is a pattern taken apart.
type parsed struct {
	elements []element
	re       *regexp.Regexp // instead of elements
	groups   []int          // re: group number of each field
	fields   []fieldRef     // those with a name, in the order written
}

// maxFields bounds the fields of one pattern.
const maxFields = 64

type patternParser struct {
	src   string
	types types
	pos   int
	out   *parsed
}

// parsePattern takes a pattern apart. The error says at which byte of the pattern it is wrong.
func parsePattern(src string, t types) (*parsed, error) {
	if expr, ok := strings.CutPrefix(src, "re:"); ok {
		return parseRE(expr, t)
	}
	c := &patternParser{src: src, types: t, out: &parsed{}}
	var err error
	if c.out.elements, err = c.sequence(false); err != nil {
		return nil, err
	}
	return c.out, nil
}

func (c *patternParser) errorf(pos int, format string, args ...any) error {
	return fmt.Errorf("pattern, at character %d: %s", pos+1, fmt.Sprintf(format, args...))
}

// sequence reads items up to the end, or inside an optional part up to its "]]".
func (c *patternParser) sequence(inside bool) ([]element, error) {
	var out []element
	var text []byte
	flush := func() {
		if len(text) > 0 {
			out = append(out, element{op: opLiteral, text: string(text)})
			text = text[:0]
		}
	}
	add := func(read func() (element, error)) error {
		flush()
		e, err := read()
		out = append(out, e)
		return err
	}
	for c.pos < len(c.src) {
		rest := c.src[c.pos:]
		var err error
		switch {
		case rest[0] == '\\':
			if len(rest) == 1 {
				return nil, c.errorf(c.pos, "a backslash at the end makes nothing plain")
			}
			text = append(text, rest[1])
			c.pos += 2
		case strings.HasPrefix(rest, "%{"):
			err = add(c.field)
		case strings.HasPrefix(rest, "[["):
			err = add(c.optional)
		case inside && closes(rest):
			flush()
			c.pos += 2
			return out, nil
		case rest[0] == '(':
			err = add(c.choice)
		case rest[0] == ')':
			return nil, c.errorf(c.pos, `")" without "("; write \) for the character`)
		default:
			text = append(text, rest[0])
			c.pos++
		}
		if err != nil {
			return nil, err
		}
	}
	if inside {
		return nil, c.errorf(c.pos, `"[[" without "]]"`)
	}
	flush()
	return out, nil
}

// closes reports whether rest begins with the "]]" that ends an optional part. Of an odd run of brackets the first is
// plain, as in "[[[%{process.pid:int}]]]".
func closes(rest string) bool {
	n := len(rest) - len(strings.TrimLeft(rest, "]"))
	return n > 0 && n%2 == 0
}

func (c *patternParser) field() (element, error) {
	at := c.pos
	end := strings.IndexByte(c.src[at:], '}')
	if end < 0 {
		return element{}, c.errorf(at, `"%%{" without "}"`)
	}
	name, typ, ok := strings.Cut(c.src[at+2:at+end], ":")
	if !ok {
		return element{}, c.errorf(at, "field %q has no type; write %%{%s:word} or another type", name, name)
	}
	f := fieldRef{name: name}
	typ, f.dash = strings.CutSuffix(typ, "?")
	var err error
	if f.typ, err = c.types.lookUp(typ); err != nil {
		return element{}, c.errorf(at, "%v", err)
	}
	if name != "-" {
		f.prepare()
		if err = c.out.add(f); err != nil {
			return element{}, c.errorf(at, "%v", err)
		}
	}
	c.pos = at + end + 1
	return element{op: opField, field: f}, nil
}

func (p *parsed) add(f fieldRef) error {
	if !isFieldName(f.name) {
		return fmt.Errorf("field name %q: must be lower-case words joined by dots, as in source.ip", f.name)
	}
	for _, other := range p.fields {
		if other.name == f.name {
			return fmt.Errorf("field %q is captured twice", f.name)
		}
	}
	if len(p.fields) == maxFields {
		return fmt.Errorf("more than %d fields", maxFields)
	}
	p.fields = append(p.fields, f)
	return nil
}

func isFieldName(s string) bool {
	s = strings.TrimPrefix(s, "@")
	return s != "" && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789_.-") == "" &&
		s[0] != '.' && s[len(s)-1] != '.'
}

func (c *patternParser) optional() (element, error) {
	c.pos += 2
	body, err := c.sequence(true)
	if err != nil {
		return element{}, err
	}
	if len(body) == 0 {
		return element{}, c.errorf(c.pos, "an optional part is empty")
	}
	return element{op: opOptional, body: body}, nil
}

func (c *patternParser) choice() (element, error) {
	at := c.pos
	out := element{op: opChoice}
	c.pos++
	var text []byte
	for c.pos < len(c.src) {
		b := c.src[c.pos]
		c.pos++
		switch b {
		case '\\':
			if c.pos == len(c.src) {
				return out, c.errorf(c.pos, "a backslash at the end makes nothing plain")
			}
			text = append(text, c.src[c.pos])
			c.pos++
		case '|', ')':
			out.texts = append(out.texts, string(text))
			text = nil
			if b == ')' {
				return out, nil
			}
		case '%', '[', '(':
			return out, c.errorf(c.pos-1, `a choice holds plain text only; write \%c for the character`, b)
		default:
			text = append(text, b)
		}
	}
	return out, c.errorf(at, `"(" without ")"; write \( for the character`)
}

func parseRE(expr string, known types) (*parsed, error) {
	re, err := regexp.Compile(`\A(?:` + expr + `)\z`)
	if err != nil {
		return nil, fmt.Errorf("pattern: %w", err)
	}
	p := &parsed{re: re}
	for i, group := range re.SubexpNames() {
		if group == "" {
			continue
		}
		name, typ, ok := strings.Cut(group, "__")
		if !ok {
			typ = "text"
		}
		t, err := known.lookUp(strings.ReplaceAll(typ, "_", "-"))
		if err != nil {
			return nil, fmt.Errorf("pattern, group %q: %w", group, err)
		}
		name = strings.ReplaceAll(name, "_dot_", ".")
		if at, ok := strings.CutPrefix(name, "_at_"); ok {
			name = "@" + at
		}
		f := fieldRef{name: name, typ: t}
		f.prepare()
		if err := p.add(f); err != nil {
			return nil, fmt.Errorf("pattern, group %q: %w", group, err)
		}
		p.groups = append(p.groups, i)
	}
	return p, nil
}
