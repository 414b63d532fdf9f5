package normalize

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// tracer follows one pattern through a text and remembers where it came farthest. It is slow and tells much, where the
// machine is fast and tells little.
type tracer struct {
	text   string
	states []traceState
	failed map[tracePlace]bool // from here there is no way to the end
	held   []Found

	progress          // of the farthest way
	at       int      // where it stopped
	expected []string // there
	best     []Found  // what it had found
}

// progress orders ways: by the elements passed, then by the characters of the next one that fit.
type progress struct{ passed, fit int }

func (p progress) compare(o progress) int {
	return cmp.Or(cmp.Compare(p.passed, o.passed), cmp.Compare(p.fit, o.fit))
}

// traceState is an element and the number of the one behind it.
type traceState struct {
	*element
	next int
}

type tracePlace struct{ state, at int }

// tracePlaces bounds the work on one pattern.
const tracePlaces = 1 << 18

func newTracer(elements []element, text string) *tracer {
	t := &tracer{text: text, failed: make(map[tracePlace]bool), progress: progress{-1, 0}}
	t.lay(elements)
	return t
}

// lay puts elements into a row, an optional part before its body; what is behind the body's last comes next in the row.
func (t *tracer) lay(elements []element) {
	for i := range elements {
		at := len(t.states)
		t.states = append(t.states, traceState{element: &elements[i]})
		t.lay(elements[i].body)
		t.states[at].next = len(t.states)
	}
}

// from reports whether the text from at on matches the states from number on.
func (t *tracer) from(number, at int) bool {
	if number == len(t.states) {
		if at == len(t.text) {
			t.note(number, 0, at, "")
			return true
		}
		t.note(number, 0, at, "the end")
		return false
	}
	place := tracePlace{number, at}
	if t.failed[place] || len(t.failed) > tracePlaces {
		return false
	}
	if t.step(number, &t.states[number], at) {
		return true
	}
	t.failed[place] = true
	return false
}

func (t *tracer) step(number int, s *traceState, at int) bool {
	rest := t.text[at:]
	switch s.op {
	case opLiteral:
		if strings.HasPrefix(rest, s.text) {
			return t.from(s.next, at+len(s.text))
		}
		fit := commonPrefix(s.text, rest)
		t.note(number, fit, at+fit, fmt.Sprintf("%q", s.text[fit:]))
	case opChoice:
		for _, text := range s.texts {
			if strings.HasPrefix(rest, text) && t.from(s.next, at+len(text)) {
				return true
			}
		}
		t.note(number, 0, at, fmt.Sprintf("one of %q", s.texts))
	case opOptional:
		held := len(t.held)
		if t.from(number+1, at) {
			return true
		}
		t.held = t.held[:held]
		return t.from(s.next, at)
	case opField:
		return t.field(number, s, at)
	}
	return false
}

func (t *tracer) field(number int, s *traceState, at int) bool {
	typ := s.element.field.typ
	rest := t.text[at:]
	size := 0
	if typ.class != nil {
		for size < len(rest) && typ.class[rest[size]] {
			size++
		}
	} else {
		size = typ.span(rest)
	}
	least := typ.least
	if typ.fixed {
		least = max(least, size)
	}
	held := len(t.held)
	for n := size; n >= least && n >= 0; n-- {
		if typ.ok != nil && !typ.ok(rest[:n]) {
			continue
		}
		if s.element.field.name != "-" && !(s.element.field.dash && rest[:n] == "-") {
			t.held = append(t.held, Found{s.element.field.name, rest[:n]})
		}
		if t.from(s.next, at+n) {
			return true
		}
		t.held = t.held[:held]
	}
	if s.element.field.dash && typ.fixed && strings.HasPrefix(rest, "-") && t.from(s.next, at+1) {
		return true
	}
	t.note(number, 0, at, "a field of type "+typ.name)
	return false
}

// note keeps the farthest place.
func (t *tracer) note(passed, fit, at int, expected string) {
	here := progress{passed, fit}
	switch c := here.compare(t.progress); {
	case c > 0 || c == 0 && at < t.at: // of ways that came as far the shortest: there a person begins to read
		t.progress, t.at, t.expected = here, at, nil
		t.best = append(t.best[:0], t.held...)
	case c < 0:
		return
	}
	if expected != "" && t.at == at && len(t.expected) < 4 && !slices.Contains(t.expected, expected) {
		t.expected = append(t.expected, expected)
	}
}
