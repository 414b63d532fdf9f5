package normalize

import (
	"slices"
	"strings"
)

// maxSteps bounds the work on one text with one pattern; memoFrom is where remembering dead ends begins to pay.
const (
	maxSteps = 1 << 20
	memoFrom = 256
)

// matcher finds the way of a program through a text. It is reused from text to text and from program to program.
type matcher struct {
	text  string
	prog  *program
	spans [maxFields]span
	steps int
	dead  []uint64 // bit node×(len(text)+1)+position: no way leads on from there
	marks []span   // by node: a field that ends between from and to leads nowhere, wherever it begins
}

// span is where a field lies in the text; from is -1 where there is none.
type span struct{ from, to int }

// match reports whether the program matches all of the text, and leaves the fields in spans.
func (m *matcher) match(p *program, text string) bool {
	if p.re != nil {
		return m.matchRE(p, text)
	}
	if p.start.op == opLiteral && !strings.HasPrefix(text, p.start.text) { // most patterns end here
		return false
	}
	m.begin(p, text)
	return m.walk(p.start, 0)
}

func (m *matcher) begin(p *program, text string) {
	m.text, m.prog, m.steps, m.dead = text, p, 0, m.dead[:0]
	for i := range p.fields {
		m.spans[i] = span{-1, -1}
	}
}

func (m *matcher) matchRE(p *program, text string) bool {
	found := p.re.FindStringSubmatchIndex(text)
	for i, g := range p.groups {
		if found == nil {
			break
		}
		m.spans[i] = span{found[2*g], found[2*g+1]}
	}
	return found != nil
}

// walk follows the steps from n, with the text read up to at.
func (m *matcher) walk(n *node, at int) bool {
	for {
		switch n.op {
		case opEnd:
			return at == len(m.text)
		case opLiteral:
			if !strings.HasPrefix(m.text[at:], n.text) {
				return false
			}
			at += len(n.text)
			n = n.next
		case opJoin:
			n = n.body.next
		case opChoice:
			return m.once(n, at, m.choice)
		case opOptional:
			return m.once(n, at, m.optional)
		case opField:
			if !n.typ.fixed {
				return m.once(n, at, m.field)
			}
			size := n.typ.span(m.text[at:])
			if size < n.typ.least || !m.accepts(n, at, at+size) {
				if !n.dash || !strings.HasPrefix(m.text[at:], "-") {
					return false
				}
				size = 1
			}
			m.take(n, at, at+size)
			at += size
			n = n.next
		}
	}
}

// once runs a step that branches, and remembers where it led nowhere, so that no place is tried twice. Together with
// the marks of field this bounds the time by nodes × length, however the text was made.
func (m *matcher) once(n *node, at int, branch func(*node, int) bool) bool {
	m.steps++
	if m.steps > maxSteps {
		return false
	}
	if m.steps < memoFrom {
		return branch(n, at)
	}
	if len(m.dead) == 0 {
		m.remember()
	}
	bit := n.id*(len(m.text)+1) + at
	if m.dead[bit/64]&(1<<(bit%64)) != 0 {
		return false
	}
	if branch(n, at) {
		return true
	}
	m.dead[bit/64] |= 1 << (bit % 64)
	return false
}

func (m *matcher) remember() {
	words := (m.prog.nodes*(len(m.text)+1) + 63) / 64
	m.dead = slices.Grow(m.dead, words)[:words]
	clear(m.dead)
	m.marks = slices.Grow(m.marks[:0], m.prog.nodes)[:m.prog.nodes]
	for i := range m.marks {
		m.marks[i] = span{0, -1}
	}
}

func (m *matcher) choice(n *node, at int) bool {
	for _, text := range n.texts {
		if strings.HasPrefix(m.text[at:], text) && m.walk(n.next, at+len(text)) {
			return true
		}
	}
	return false
}

func (m *matcher) optional(n *node, at int) bool {
	if m.walk(n.body, at) {
		return true
	}
	for i := n.lo; i < n.hi; i++ {
		m.spans[i] = span{-1, -1}
	}
	return m.walk(n.next, at)
}

// field tries a field of variable length, longest piece first. Where a literal follows, only the places where it
// stands are tried.
func (m *matcher) field(n *node, at int) bool {
	size := n.typ.span(m.text[at:])
	if size < n.typ.least {
		return false
	}
	shortest, longest := at+n.typ.least, at+size
	if len(m.dead) == 0 || n.typ.ok != nil {
		return m.ends(n, at, shortest, longest)
	}
	// What follows does not depend on where the field began: ends that led nowhere once need no second try.
	untried := longest
	if mark := m.marks[n.id]; mark.to == longest {
		untried = min(longest, mark.from-1)
	}
	if m.ends(n, at, shortest, untried) {
		return true
	}
	m.marks[n.id] = span{min(shortest, untried+1), longest}
	return false
}

// ends tries the ends of a field from longest down to shortest.
func (m *matcher) ends(n *node, at, shortest, longest int) bool {
	next := n.next
	if next.op == opJoin {
		next = next.body.next
	}
	switch next.op {
	case opEnd:
		return longest == len(m.text) && longest >= shortest && m.try(n, at, longest)
	case opLiteral:
		for end := longest; end >= shortest; end-- {
			// The literal may begin inside the field's span and end behind it.
			reach := min(len(m.text), end+len(next.text))
			found := strings.LastIndex(m.text[shortest:reach], next.text)
			if found < 0 {
				return false
			}
			end = shortest + found
			if m.try(n, at, end) {
				return true
			}
		}
		return false
	}
	for end := longest; end >= shortest; end-- {
		if m.try(n, at, end) {
			return true
		}
	}
	return false
}

func (m *matcher) try(n *node, from, to int) bool {
	if !m.accepts(n, from, to) {
		return false
	}
	m.steps++
	m.take(n, from, to)
	return m.walk(n.next, to)
}

func (m *matcher) accepts(n *node, from, to int) bool {
	return n.typ.ok == nil || n.typ.ok(m.text[from:to])
}

func (m *matcher) take(n *node, from, to int) {
	if n.slot < 0 {
		return
	}
	if n.dash && to-from == 1 && m.text[from] == '-' {
		from, to = -1, -1
	}
	m.spans[n.slot] = span{from, to}
}
