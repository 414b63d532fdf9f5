package normalize

import (
	"fmt"
	"regexp"
	"strings"
)

// The language of patterns:
//
//	text              stands for itself; a backslash makes the next character plain
//	%{source.ip:ip}   a field: its name and the type that says what it matches and becomes; types are in types.go
//	%{-:word}         matched and dropped
//	%{process.pid:int?}  a lone "-" stands for no value
//	[[ … ]]           optional; tried with, then without
//	(a|b)             one of several texts, tried in the order written
//	re:…              the rest is an RE2 expression whose named groups (?P<name__type>…) are the fields, a dot in the
//	                  name written as "_dot_"
//
// A pattern matches the whole text, from its first byte to its last. Where several ways are possible, the first in this
// order wins: optional parts present, fields as long as possible from left to right. So a field of type text that
// somebody hostile filled with what looks like the rest of the line swallows that too, and the real rest is found.

type op uint8

const (
	opEnd op = iota
	opLiteral
	opField
	opOptional
	opJoin // the end of an optional part: goes on behind it
	opChoice
)

// node is one step; the steps of a pattern are linked through next, those inside an optional part lead
// to its join.
type node struct {
	op    op
	id    int // numbers the nodes of a pattern from 0
	next  *node
	text  string // opLiteral
	texts []string
	slot  int // opField: index into program.fields, -1 to drop
	typ   *fieldType
	dash  bool  // opField: a lone "-" is no value
	body  *node // opOptional: what may be there; opJoin: the optional part
	lo    int   // opOptional: the slots inside are lo to hi, and empty when it is left out
	hi    int
}

// program is a compiled pattern.
type program struct {
	start  *node
	nodes  int
	fields []fieldRef
	re     *regexp.Regexp // instead of start
	groups []int          // re: group number of each field
}

type fieldRef struct {
	name string
	typ  *fieldType
}

// maxFields bounds the fields of one pattern.
const maxFields = 64

type compiler struct {
	src  string
	pos  int
	prog *program
}

// compile translates a pattern. The error says at which byte of the pattern it is wrong.
func compile(src string) (*program, error) {
	if expr, ok := strings.CutPrefix(src, "re:"); ok {
		return compileRE(expr)
	}
	c := &compiler{src: src, prog: &program{}}
	end := c.node(opEnd)
	start, err := c.sequence(end, false)
	if err != nil {
		return nil, err
	}
	c.prog.start = start
	return c.prog, nil
}

func (c *compiler) node(o op) *node {
	n := &node{op: o, id: c.prog.nodes, slot: -1}
	c.prog.nodes++
	return n
}

func (c *compiler) errorf(pos int, format string, args ...any) error {
	return fmt.Errorf("pattern, at character %d: %s", pos+1, fmt.Sprintf(format, args...))
}

// sequence reads items up to the end, or inside an optional part up to its "]]", and links them in front of last.
func (c *compiler) sequence(last *node, inside bool) (*node, error) {
	head := &node{}
	tail := head
	add := func(n *node) { tail.next, tail = n, n }
	var text []byte
	flush := func() {
		if len(text) > 0 {
			n := c.node(opLiteral)
			n.text, text = string(text), nil
			add(n)
		}
	}
	for c.pos < len(c.src) {
		rest := c.src[c.pos:]
		switch {
		case rest[0] == '\\':
			if len(rest) == 1 {
				return nil, c.errorf(c.pos, "a backslash at the end makes nothing plain")
			}
			text = append(text, rest[1])
			c.pos += 2
		case strings.HasPrefix(rest, "%{"):
			flush()
			n, err := c.field()
			if err != nil {
				return nil, err
			}
			add(n)
		case strings.HasPrefix(rest, "[["):
			flush()
			n, err := c.optional()
			if err != nil {
				return nil, err
			}
			add(n)
		case inside && closes(rest):
			flush()
			c.pos += 2
			tail.next = last
			return head.next, nil
		case rest[0] == '(':
			flush()
			n, err := c.choice()
			if err != nil {
				return nil, err
			}
			add(n)
		case rest[0] == ')':
			return nil, c.errorf(c.pos, `")" without "("; write \) for the character`)
		default:
			text = append(text, rest[0])
			c.pos++
		}
	}
	if inside {
		return nil, c.errorf(c.pos, `"[[" without "]]"`)
	}
	flush()
	tail.next = last
	return head.next, nil
}

// closes reports whether rest begins with the "]]" that ends an optional part. Of an odd run of brackets the first is
// plain, as in "[[[%{process.pid:int}]]]".
func closes(rest string) bool {
	n := len(rest) - len(strings.TrimLeft(rest, "]"))
	return n > 0 && n%2 == 0
}

func (c *compiler) field() (*node, error) {
	at := c.pos
	end := strings.IndexByte(c.src[at:], '}')
	if end < 0 {
		return nil, c.errorf(at, `"%%{" without "}"`)
	}
	name, typ, ok := strings.Cut(c.src[at+2:at+end], ":")
	if !ok {
		return nil, c.errorf(at, "field %q has no type; write %%{%s:word} or another type", name, name)
	}
	n := c.node(opField)
	typ, n.dash = strings.CutSuffix(typ, "?")
	t, err := lookUpType(typ)
	if err != nil {
		return nil, c.errorf(at, "%v", err)
	}
	n.typ = t
	if name != "-" {
		if n.slot, err = c.prog.add(name, t); err != nil {
			return nil, c.errorf(at, "%v", err)
		}
	}
	c.pos = at + end + 1
	return n, nil
}

func (p *program) add(name string, t *fieldType) (slot int, err error) {
	if !isFieldName(name) {
		return 0, fmt.Errorf("field name %q: must be lower-case words joined by dots, as in source.ip", name)
	}
	for _, f := range p.fields {
		if f.name == name {
			return 0, fmt.Errorf("field %q is captured twice", name)
		}
	}
	if len(p.fields) == maxFields {
		return 0, fmt.Errorf("more than %d fields", maxFields)
	}
	p.fields = append(p.fields, fieldRef{name, t})
	return len(p.fields) - 1, nil
}

func isFieldName(s string) bool {
	s = strings.TrimPrefix(s, "@")
	return s != "" && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789_.-") == "" &&
		s[0] != '.' && s[len(s)-1] != '.'
}

func (c *compiler) optional() (*node, error) {
	n := c.node(opOptional)
	c.pos += 2
	n.lo = len(c.prog.fields)
	join := c.node(opJoin)
	join.body = n
	body, err := c.sequence(join, true)
	if err != nil {
		return nil, err
	}
	if body == join {
		return nil, c.errorf(c.pos, "an optional part is empty")
	}
	n.body, n.hi = body, len(c.prog.fields)
	return n, nil
}

func (c *compiler) choice() (*node, error) {
	at := c.pos
	n := c.node(opChoice)
	c.pos++
	var text []byte
	for c.pos < len(c.src) {
		b := c.src[c.pos]
		c.pos++
		switch b {
		case '\\':
			if c.pos == len(c.src) {
				return nil, c.errorf(c.pos, "a backslash at the end makes nothing plain")
			}
			text = append(text, c.src[c.pos])
			c.pos++
		case '|', ')':
			n.texts = append(n.texts, string(text))
			text = nil
			if b == ')' {
				return n, nil
			}
		case '%', '[', '(':
			return nil, c.errorf(c.pos-1, `a choice holds plain text only; write \%c for the character`, b)
		default:
			text = append(text, b)
		}
	}
	return nil, c.errorf(at, `"(" without ")"; write \( for the character`)
}

func compileRE(expr string) (*program, error) {
	re, err := regexp.Compile(`\A(?:` + expr + `)\z`)
	if err != nil {
		return nil, fmt.Errorf("pattern: %w", err)
	}
	p := &program{re: re}
	for i, group := range re.SubexpNames() {
		if group == "" {
			continue
		}
		name, typ, ok := strings.Cut(group, "__")
		if !ok {
			typ = "text"
		}
		t, err := lookUpType(strings.ReplaceAll(typ, "_", "-"))
		if err != nil {
			return nil, fmt.Errorf("pattern, group %q: %w", group, err)
		}
		if _, err := p.add(strings.ReplaceAll(name, "_dot_", "."), t); err != nil {
			return nil, fmt.Errorf("pattern, group %q: %w", group, err)
		}
		p.groups = append(p.groups, i)
	}
	return p, nil
}
