package normalize

import (
	"slices"
	"strings"
)

// maxSteps bounds the work on one text; memoFrom is where remembering visits begins to pay.
const (
	maxSteps = 1 << 20
	memoFrom = 128
)

// exhausted is below every rule, so that a search that has it for its best one unwinds.
const exhausted = -1

// capture is a field that was found.
type capture struct {
	field *fieldRef
	text  string
}

// machine finds the lowest rule of a graph that matches a text. It is reused from text to text.
//
// The search goes depth first in the order of the pattern language and keeps the best rule found; what can only lead to
// later rules is not entered. A node that was once entered at a place needs no second visit there, whatever came of the
// first one: rules that share a node share the way to it, so the first visit was the one that counts for all of them.
// That bounds the time by nodes × length.
type machine struct {
	graph *graph
	text  string
	best  int // noRule if there is none yet
	found []capture
	held  []capture // on the way to the present place
	refused
	steps   int
	visited []uint64 // bit node×(len(text)+1)+position
	marks   []span   // by step: the ends between from and to were tried, wherever the field begins
	guard   func(rule int) bool
	early   int // steps that count as done, for tests
}

// refused are rules that are out of question for this text.
type refused []int

type span struct{ from, to int }

// match returns the lowest rule of the graph that matches all of the text, with its captures, which are valid until the
// next call. guard, if there is one, must let the rule pass.
func (m *machine) match(g *graph, text string, guard func(rule int) bool) (rule int, captures []capture, ok bool) {
	m.refused = m.refused[:0]
	return m.again(g, text, guard)
}

// refuse takes the rule just found out of question and looks for the next one.
func (m *machine) refuse() (rule int, captures []capture, ok bool) {
	m.refused = append(m.refused, m.best)
	return m.again(m.graph, m.text, m.guard)
}

func (m *machine) again(g *graph, text string, guard func(rule int) bool) (rule int, captures []capture, ok bool) {
	m.graph, m.text, m.guard = g, text, guard
	m.best, m.steps = noRule, m.early
	m.visited, m.held, m.found = m.visited[:0], m.held[:0], m.found[:0]
	m.walk(g.root, 0)
	m.express()
	return m.best, m.found, m.best >= 0 && m.best != noRule
}

// express tries the rules that are RE2 expressions and come before what was found.
func (m *machine) express() {
	for i := range m.graph.expressions {
		e := &m.graph.expressions[i]
		if e.rule > m.best {
			return
		}
		at := e.re.FindStringSubmatchIndex(m.text)
		if at == nil || !m.allows(e.rule) {
			continue
		}
		m.best, m.found = e.rule, m.found[:0]
		for i, group := range e.groups {
			if from := at[2*group]; from >= 0 {
				m.found = append(m.found, capture{&e.fields[i], m.text[from:at[2*group+1]]})
			}
		}
		return
	}
}

func (m *machine) allows(rule int) bool {
	return !slices.Contains(m.refused, rule) && (m.guard == nil || m.guard(rule))
}

// walk goes on from a node, with the text read up to at.
func (m *machine) walk(n *node, at int) {
	for n.low < m.best {
		if n.join != nil {
			n = n.join
			continue
		}
		if n.branches && !m.enter(n, at) {
			return
		}
		if at == len(m.text) {
			if n.accept < m.best && m.allows(n.accept) {
				m.best = n.accept
				m.found = append(m.found[:0], m.held...)
			}
			for _, s := range n.steps {
				if s.empty {
					m.take(s, at)
				}
			}
			return
		}
		c := m.text[at]
		if !n.first[c] {
			return
		}
		lit := n.at(m.text[at:])
		if len(n.steps) == 0 {
			if lit == nil {
				return
			}
			at += len(lit.text)
			n = lit.to
			continue
		}
		for _, s := range n.steps {
			if lit != nil && lit.to.low < s.low() {
				m.walk(lit.to, at+len(lit.text))
				lit = nil
			}
			if s.low() >= m.best {
				break
			}
			if s.first[c] {
				m.take(s, at)
			}
		}
		if lit == nil {
			return
		}
		at += len(lit.text)
		n = lit.to
	}
}

// enter counts a visit and reports whether it is the first one.
func (m *machine) enter(n *node, at int) bool {
	m.steps++
	if m.steps < memoFrom {
		return true
	}
	if m.steps > maxSteps {
		m.best = exhausted
		return false
	}
	if len(m.visited) == 0 {
		m.remember()
	}
	bit := n.id*(len(m.text)+1) + at
	if m.visited[bit/64]&(1<<(bit%64)) != 0 {
		return false
	}
	m.visited[bit/64] |= 1 << (bit % 64)
	return true
}

func (m *machine) remember() {
	words := (m.graph.nodes*(len(m.text)+1) + 63) / 64
	m.visited = slices.Grow(m.visited, words)[:words]
	clear(m.visited)
	m.marks = slices.Grow(m.marks[:0], m.graph.steps)[:m.graph.steps]
	for i := range m.marks {
		m.marks[i] = span{0, -1}
	}
}

// take tries a step at a place where it can begin.
func (m *machine) take(s *step, at int) {
	held := len(m.held)
	switch s.op {
	case opChoice:
		for _, text := range s.texts {
			if strings.HasPrefix(m.text[at:], text) {
				m.walk(s.to, at+len(text))
			}
		}
	case opOptional:
		m.walk(s.body, at)
		m.held = m.held[:held]
		m.walk(s.to, at)
	case opField:
		m.takeField(s, at)
	}
	m.held = m.held[:held]
}

func (m *machine) takeField(s *step, at int) {
	t := s.field.typ
	size := 0
	if t.class != nil {
		for rest := m.text[at:]; size < len(rest) && t.class[rest[size]]; size++ {
		}
	} else {
		size = t.span(m.text[at:])
	}
	switch {
	case t.fixed:
		if size >= t.least && m.accepts(s, at, at+size) {
			m.leave(s, at, at+size)
		} else if s.field.dash && strings.HasPrefix(m.text[at:], "-") {
			m.walk(s.to, at+1)
		}
	case size < t.least:
	case s.only:
		m.leave(s, at, at+size)
	default:
		m.ends(s, at, at+t.least, at+size)
	}
}

func (m *machine) accepts(s *step, from, to int) bool {
	return s.field.typ.ok == nil || s.field.typ.ok(m.text[from:to])
}

// leave goes on behind a field.
func (m *machine) leave(s *step, from, to int) {
	held := len(m.held)
	if s.field.name != "-" && !(s.field.dash && to-from == 1 && m.text[from] == '-') {
		m.held = append(m.held, capture{s.field, m.text[from:to]})
	}
	m.walk(s.to, to)
	m.held = m.held[:held]
}

// ends tries the ends of a field from longest down to shortest.
func (m *machine) ends(s *step, at, shortest, longest int) {
	if len(m.visited) > 0 && s.field.typ.ok == nil {
		// What follows does not depend on where the field began: ends that were tried once need no second try.
		mark := &m.marks[s.id]
		tried := span{shortest, longest}
		if mark.to == longest {
			longest = min(longest, mark.from-1)
			tried.from = min(shortest, mark.from)
		}
		*mark = tried
	}
	for end := longest; end >= shortest && s.low() < m.best; end-- {
		if s.tail != "" {
			// The text may begin inside the field's span and end behind it.
			reach := min(len(m.text), end+len(s.tail))
			found := strings.LastIndex(m.text[shortest:reach], s.tail)
			if found < 0 {
				return
			}
			end = shortest + found
		} else if end < len(m.text) && !s.follow[m.text[end]] {
			continue
		}
		if m.accepts(s, at, end) {
			m.steps++
			m.leave(s, at, end)
		}
	}
}
