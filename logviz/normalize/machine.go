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
	watch   *watch // what notes the questions about digits; nil mostly
	early   int    // steps that count as done, for tests
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
	if m.watch != nil {
		m.watch.over(text)
	}
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
		if !strings.Contains(m.text, e.needs) {
			if m.watch != nil {
				m.watch.loose = m.watch.loose || hasDigit(e.needs)
			}
			continue
		}
		if m.watch != nil {
			m.watch.loose = true
		}
		at := e.re.FindStringSubmatchIndex(m.text)
		if at == nil || !m.allows(e.rule) || !e.sound(m.text, at) {
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

// sound reports whether what the groups took is of their fields' types.
func (e *expression) sound(text string, at []int) bool {
	for i, group := range e.groups {
		if from, to := at[2*group], at[2*group+1]; from >= 0 && !e.fields[i].typ.takes(text[from:to]) {
			return false
		}
	}
	return true
}

func (m *machine) allows(rule int) bool {
	return !slices.Contains(m.refused, rule) && (m.guard == nil || m.guard(rule))
}

// walk goes on from a node, with the text read up to at. What it held it leaves to be dropped by its caller.
func (m *machine) walk(n *node, at int) {
	text := m.text
	for n.low < m.best {
		if n.uneven && m.watch != nil {
			m.watch.examine(n, text, at)
		}
		switch n.way {
		case wayText:
			l := &n.literals[0]
			if !l.begins(text[at:]) {
				return
			}
			at, n = at+len(l.text), l.to
			continue
		case wayField:
			s := n.steps[0]
			end := m.end(s, at)
			if end < 0 {
				return
			}
			m.hold(s, at, end)
			at, n = end, s.to
			if n.way == wayText && n.low < m.best && !n.uneven { // as behind most fields
				l := &n.literals[0]
				if !l.begins(text[at:]) {
					return
				}
				at, n = at+len(l.text), l.to
			}
			continue
		case wayRest:
			s := n.steps[0]
			m.hold(s, at, len(text))
			at, n = len(text), s.to
		case wayOptional:
			s := n.steps[0]
			switch {
			case at < len(text) && s.body.first[text[at]]:
				n = s.body
			default:
				n = s.to
			}
			continue
		case wayChoice:
			s := n.steps[0]
			i := 0
			for i < len(s.texts) && !strings.HasPrefix(text[at:], s.texts[i]) {
				i++
			}
			if i == len(s.texts) {
				return
			}
			at, n = at+len(s.texts[i]), s.to
			continue
		}
		if n.branches && !m.enter(n, at) {
			return
		}
		if at == len(text) {
			m.arrive(n, at)
			return
		}
		c := text[at]
		if !n.first[c] {
			return
		}
		lit := n.at(text[at:])
		for _, s := range n.steps {
			if lit != nil && lit.to.low < s.low() {
				held := len(m.held)
				m.walk(lit.to, at+len(lit.text))
				m.held = m.held[:held]
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

// arrive ends rules at the end of the text.
func (m *machine) arrive(n *node, at int) {
	if n.accept < m.best && m.allows(n.accept) {
		m.best = n.accept
		m.found = append(m.found[:0], m.held...)
	}
	for _, s := range n.steps {
		if s.empty {
			m.take(s, at)
		}
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
				m.held = m.held[:held]
			}
		}
	case opOptional:
		if at == len(m.text) || s.body.first[m.text[at]] {
			m.walk(s.body, at)
			m.held = m.held[:held]
		}
		m.walk(s.to, at)
	case opField:
		m.takeField(s, at)
	}
	m.held = m.held[:held]
}

func (m *machine) takeField(s *step, at int) {
	t := s.field.typ
	if t.fixed || s.only {
		if end := m.end(s, at); end >= 0 {
			m.leave(s, at, end)
		}
		return
	}
	if size := m.size(t, at); size >= t.least {
		m.ends(s, at, at+t.least, at+size)
	}
}

// end returns where a field ends that has one possible end, -1 if it does not match. A field of fixed length that does
// not match may still be a dash.
func (m *machine) end(s *step, at int) int {
	t := s.field.typ
	size := m.size(t, at)
	switch {
	case size >= t.least && (s.only || m.accepts(s, at, at+size)):
		return at + size
	case t.fixed && s.field.dash && strings.HasPrefix(m.text[at:], "-"):
		return at + 1
	}
	return -1
}

// takes reports whether all of s can be a field.
func (t *fieldType) takes(s string) bool {
	return t.size(s) == len(s) && len(s) >= t.least && (t.ok == nil || t.ok(s))
}

// size returns how many bytes at the start of s a field can take at most, -1 if it cannot match.
func (t *fieldType) size(s string) int {
	if t.class == nil {
		return t.span(s)
	}
	n := 0
	for n < len(s) && t.class[s[n]] {
		n++
	}
	return n
}

// size returns what a field can take at most of the text from a place on.
func (m *machine) size(t *fieldType, at int) int {
	size := t.size(m.text[at:])
	if m.watch != nil && !t.even && (t.class == nil || !t.class.even()) {
		m.watch.asked(probe{ask: askSize, typ: t, answer: int32(size)}, at, len(m.text))
	}
	return size
}

func (m *machine) accepts(s *step, from, to int) bool {
	t := s.field.typ
	if t.ok == nil {
		return true
	}
	ok := t.ok(m.text[from:to])
	if m.watch != nil && !t.okEven {
		m.watch.asked(probe{ask: askOK, typ: t, answer: bit(ok)}, from, to)
	}
	return ok
}

// leave goes on behind a field.
func (m *machine) leave(s *step, from, to int) {
	held := len(m.held)
	m.hold(s, from, to)
	m.walk(s.to, to)
	m.held = m.held[:held]
}

// hold keeps what a field took, unless it is dropped or stands for no value.
func (m *machine) hold(s *step, from, to int) {
	if s.field.kept && !(s.field.dash && to-from == 1 && m.text[from] == '-') {
		m.held = append(m.held, capture{s.field, m.text[from:to]})
	}
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
			found := lastIndex(m.text[shortest:reach], s.tail)
			if m.watch != nil && hasDigit(s.tail) {
				m.watch.asked(probe{ask: askLast, text: s.tail, answer: int32(found)}, shortest, reach)
			}
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

// lastIndex is strings.LastIndex, quicker where the text comes once or not at all.
func lastIndex(s, text string) int {
	first := strings.Index(s, text)
	if first < 0 || !strings.Contains(s[first+1:], text) {
		return first
	}
	return strings.LastIndex(s, text)
}
