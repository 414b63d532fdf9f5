package normalize

import (
	"slices"
	"strings"
)

// graph holds the patterns of many rules, merged from the left: what several of them begin with is matched once. It is
// built once and then only read.
type graph struct {
	root  *node
	nodes int
	steps int
	// expressions are the rules that are RE2 expressions and have no place in the graph, in order.
	expressions []expression
}

type expression struct {
	rule  int
	needs string // what every match holds
	*parsed
}

// node is a place between two elements. Each rule that comes by here leaves by one edge, a literal or a step, or ends.
type node struct {
	id       int
	low      int // the lowest rule that can be reached
	way      way
	accept   int         // the rule that ends here, or noRule
	join     *node       // at the end of an optional part: the node behind it, and nothing else
	literals []literal   // of which at most one can match, by its first byte
	index    *[256]uint8 // by the first byte, of the literal plus one; nil where there are few
	steps    []*step     // in order of low
	branches bool        // there is more than one way on
	uneven   bool        // which way is taken may depend on the value of a digit
	first    byteSet     // what a text can go on with here; valid if the end of the text alone does not lead on
}

// way says what leads on from a node. Where only one thing does, the search goes on without looking for others.
type way uint8

const (
	wayAny      way = iota
	wayText         // one literal
	wayField        // one field with one possible end
	wayRest         // one field that takes all that is left, and the rule ends
	wayOptional     // an optional part, and the next byte tells whether it is there
	wayChoice       // a choice of texts of which no two can match
)

// literal is an edge of plain text; two literals of a node differ in their first byte.
type literal struct {
	text string
	to   *node
}

// step is an edge that is more than text.
type step struct {
	id    int
	op    op
	field *fieldRef
	texts []string // opChoice
	body  *node    // opOptional
	to    *node
	first byteSet // what it can begin with
	empty bool    // it can match nothing

	follow *byteSet // opField: a byte of these follows, unless the text ends; nil for any
	tail   string   // opField: this text follows, nothing else; "" if that is not so
	only   bool     // opField: only its longest form can be followed by anything
}

// fewLiterals is how many are searched one by one.
const fewLiterals = 3

// noRule is above every rule.
const noRule = 1 << 30

type byteSet [256]bool

func (b *byteSet) add(other *byteSet) {
	for i, in := range other {
		b[i] = b[i] || in
	}
}

func (b *byteSet) disjoint(other *byteSet) bool {
	for i, in := range other {
		if in && b[i] {
			return false
		}
	}
	return true
}

// newGraph merges patterns; the index of each is its rule, and where several match, the lowest wins.
func newGraph(patterns []*parsed) *graph {
	g := &graph{}
	g.root = g.node()
	for rule, p := range patterns {
		if p.re != nil {
			g.expressions = append(g.expressions, expression{rule, longest(p.needs()), p})
			continue
		}
		end := g.insert(g.root, p.elements, rule)
		end.accept = min(end.accept, rule)
	}
	g.finish(g.root, make(map[*node]bool))
	return g
}

func (g *graph) node() *node {
	g.nodes++
	return &node{id: g.nodes - 1, low: noRule, accept: noRule}
}

// insert leads a rule along the elements from n and returns where it arrives.
func (g *graph) insert(n *node, elements []element, rule int) *node {
	n.low = min(n.low, rule)
	for i := range elements {
		e := &elements[i]
		if e.op == opLiteral {
			n = g.insertText(n, e.text, rule)
		} else {
			n = g.insertStep(n, e, rule)
		}
		n.low = min(n.low, rule)
	}
	return n
}

// insertText follows or makes the edges of a text.
func (g *graph) insertText(n *node, text string, rule int) *node {
	for i := range n.literals {
		l := &n.literals[i]
		common := commonPrefix(l.text, text)
		if common == 0 {
			continue
		}
		if common < len(l.text) { // the edge splits
			middle := g.node()
			middle.low = l.to.low
			middle.literals = []literal{{l.text[common:], l.to}}
			l.text, l.to = l.text[:common], middle
		}
		l.to.low = min(l.to.low, rule)
		if common == len(text) {
			return l.to
		}
		return g.insertText(l.to, text[common:], rule)
	}
	to := g.node()
	n.literals = append(n.literals, literal{text, to})
	return to
}

func commonPrefix(a, b string) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}

func (g *graph) insertStep(n *node, e *element, rule int) *node {
	for _, s := range n.steps {
		if s.is(e) {
			if s.op == opOptional {
				g.insert(s.body, e.body, rule) // nothing new, but its nodes learn of the rule
			}
			return s.to
		}
	}
	s := &step{id: g.steps, op: e.op, to: g.node()}
	g.steps++
	switch e.op {
	case opField:
		s.field = &e.field
	case opChoice:
		s.texts = e.texts
	case opOptional:
		s.body = g.node()
		g.insert(s.body, e.body, rule).join = s.to
	}
	n.steps = append(n.steps, s)
	return s.to
}

// is reports whether the step matches and gives the same as the element.
func (s *step) is(e *element) bool {
	if s.op != e.op {
		return false
	}
	switch e.op {
	case opField:
		return s.field.name == e.field.name && s.field.typ.name == e.field.typ.name && s.field.dash == e.field.dash
	case opChoice:
		return slices.Equal(s.texts, e.texts)
	}
	return s.body.isChain(e.body)
}

// isChain reports whether the body of an optional part that starts at n is made of just these elements.
func (n *node) isChain(elements []element) bool {
	for i := range elements {
		e := &elements[i]
		switch {
		case n.join != nil || len(n.literals)+len(n.steps) != 1:
			return false
		case e.op == opLiteral:
			if len(n.literals) != 1 || n.literals[0].text != e.text {
				return false
			}
			n = n.literals[0].to
		case len(n.steps) != 1 || !n.steps[0].is(e):
			return false
		default:
			n = n.steps[0].to
		}
	}
	return n.join != nil
}

// finish sorts edges and computes what can follow, from the ends to the root.
func (g *graph) finish(n *node, done map[*node]bool) {
	if done[n] {
		return
	}
	done[n] = true
	if n.join != nil {
		g.finish(n.join, done)
		n.first, n.low = n.join.first, min(n.low, n.join.low)
		return
	}
	for _, l := range n.literals {
		g.finish(l.to, done)
		n.first[l.text[0]] = true
	}
	for _, s := range n.steps {
		g.finish(s.to, done)
		if s.body != nil {
			g.finish(s.body, done)
		}
		s.finish()
		n.first.add(&s.first)
	}
	// In a node without branches the time is that of its successor.
	if len(n.literals) > fewLiterals {
		n.index = new([256]uint8)
		for i, l := range n.literals {
			n.index[l.text[0]] = uint8(i + 1)
		}
	}
	slices.SortStableFunc(n.steps, func(a, b *step) int { return a.low() - b.low() })
	n.shorten()
	n.way = n.only()
	n.branches = n.way == wayAny && len(n.steps) > 0
	n.uneven = n.isUneven()
}

// shorten leads edges past the ends of optional parts.
func (n *node) shorten() {
	past := func(to *node) *node {
		for to.join != nil {
			to = to.join
		}
		return to
	}
	for i := range n.literals {
		n.literals[i].to = past(n.literals[i].to)
	}
	for _, s := range n.steps {
		s.to = past(s.to)
		if s.body != nil {
			s.body = past(s.body)
		}
	}
}

// only returns the way of a node that has one edge and no end, of those that need no search.
func (n *node) only() way {
	if n.accept != noRule || len(n.literals)+len(n.steps) != 1 {
		return wayAny
	}
	if len(n.literals) == 1 {
		return wayText
	}
	switch s := n.steps[0]; s.op {
	case opField:
		switch {
		case s.field.typ.fixed || s.only:
			return wayField
		case s.field.typ.span != nil && s.field.typ.all && s.to.accept != noRule && len(s.to.literals)+len(s.to.steps) == 0:
			return wayRest
		}
	case opOptional:
		if !s.to.endsText() && s.body.first.disjoint(&s.to.first) {
			return wayOptional
		}
	case opChoice:
		if prefixFree(s.texts) {
			return wayChoice
		}
	}
	return wayAny
}

// prefixFree reports whether no text begins with another.
func prefixFree(texts []string) bool {
	for i, a := range texts {
		for k, b := range texts {
			if i != k && strings.HasPrefix(a, b) {
				return false
			}
		}
	}
	return true
}

func (s *step) low() int { return s.to.low }

func (s *step) finish() {
	switch s.op {
	case opOptional:
		s.first.add(&s.body.first)
		s.first.add(&s.to.first)
		s.empty = s.to.endsText()
	case opChoice:
		for _, text := range s.texts {
			if text == "" {
				s.first.add(&s.to.first)
				s.empty = s.empty || s.to.endsText()
			} else {
				s.first[text[0]] = true
			}
		}
	case opField:
		t := s.field.typ
		if t.first == nil || t.least == 0 && !t.fixed {
			for i := range s.first {
				s.first[i] = true
			}
		} else {
			s.first.add(t.first)
		}
		if s.field.dash {
			s.first['-'] = true
		}
		s.empty = t.least == 0 && !t.fixed && s.to.endsText()
		s.finishField()
	}
}

// endsText reports whether the text may end at the node.
func (n *node) endsText() bool {
	if n.join != nil {
		return n.join.endsText()
	}
	return n.accept != noRule || slices.ContainsFunc(n.steps, func(s *step) bool { return s.empty })
}

// finishField finds out what limits the ends of a field of variable length.
func (s *step) finishField() {
	if s.field.typ.fixed {
		return
	}
	behind := s.to
	for behind.join != nil {
		behind = behind.join
	}
	s.follow = &behind.first
	if len(behind.steps) == 0 && len(behind.literals) == 1 && behind.accept == noRule {
		s.tail = behind.literals[0].text
	}
	if class := s.field.typ.class; class != nil && s.field.typ.ok == nil {
		s.only = true
		for i, in := range s.follow {
			s.only = s.only && !(in && class[i])
		}
	}
}

// begins reports whether a text goes on with the literal.
func (l *literal) begins(text string) bool {
	return text != "" && text[0] == l.text[0] && (len(l.text) == 1 || strings.HasPrefix(text, l.text))
}

// at returns the literal edge that the text can take, or nil.
func (n *node) at(text string) *literal {
	if n.index != nil {
		if i := n.index[text[0]]; i > 0 && strings.HasPrefix(text, n.literals[i-1].text) {
			return &n.literals[i-1]
		}
		return nil
	}
	for i := range n.literals {
		if l := &n.literals[i]; l.text[0] == text[0] {
			if strings.HasPrefix(text, l.text) {
				return l
			}
			return nil
		}
	}
	return nil
}
