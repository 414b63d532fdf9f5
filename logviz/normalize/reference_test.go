package normalize

import (
	"strings"
	"testing"
)

// reference matches a pattern by trying everything in the order of the language, without any cleverness.
type reference struct {
	text string
	held []capture
}

// matchSlowly is what the graph has to agree with: the first pattern that matches, and its first way.
func matchSlowly(patterns []*parsed, text string) (rule int, captures []capture, ok bool) {
	for i, p := range patterns {
		r := &reference{text: text}
		if r.walk(p.elements, 0, func(at int) bool { return at == len(text) }) {
			return i, r.held, true
		}
	}
	return noRule, nil, false
}

func (r *reference) walk(elements []element, at int, then func(at int) bool) bool {
	if len(elements) == 0 {
		return then(at)
	}
	e, rest := &elements[0], elements[1:]
	on := func(at int) bool { return r.walk(rest, at, then) }
	switch e.op {
	case opLiteral:
		return strings.HasPrefix(r.text[at:], e.text) && on(at+len(e.text))
	case opChoice:
		for _, text := range e.texts {
			if strings.HasPrefix(r.text[at:], text) && on(at+len(text)) {
				return true
			}
		}
		return false
	case opOptional:
		held := len(r.held)
		if r.walk(e.body, at, on) {
			return true
		}
		r.held = r.held[:held]
		return on(at)
	}
	return r.field(&e.field, at, on)
}

func (r *reference) field(f *fieldRef, at int, on func(at int) bool) bool {
	t, rest := f.typ, r.text[at:]
	longest := 0
	if t.class == nil {
		longest = t.span(rest)
	} else {
		for longest < len(rest) && t.class[rest[longest]] {
			longest++
		}
	}
	accepts := func(n int) bool { return n >= t.least && (t.ok == nil || t.ok(rest[:n])) }
	if t.fixed && (longest < t.least || !accepts(longest)) {
		return f.dash && strings.HasPrefix(rest, "-") && on(at+1)
	}
	shortest := t.least
	if t.fixed {
		shortest = longest
	}
	for n := longest; n >= shortest; n-- {
		if !accepts(n) {
			continue
		}
		held := len(r.held)
		if f.name != "-" && !(f.dash && rest[:n] == "-") {
			r.held = append(r.held, capture{f, rest[:n]})
		}
		if on(at + n) {
			return true
		}
		r.held = r.held[:held]
	}
	return false
}

func same(a, b []capture) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i].field.name != b[i].field.name || a[i].text != b[i].text {
			return false
		}
	}
	return true
}

// The graph of several patterns finds what trying one after the other finds, with memory and without.
func FuzzGraphIsReference(f *testing.F) {
	f.Add([]byte("\x00a\x05\x03 \x05"), []byte("\x00a\x06\x03 \x05"), []byte{8, 0, 9, 4}, "a b c")
	f.Add([]byte{5, 0, ' ', 6, 9, 0, 'b'}, []byte{5, 0, ' ', 6, 7}, []byte{5, 0}, "b b a")
	f.Fuzz(func(t *testing.T, one, two, three []byte, text string) {
		if max(len(one), len(two), len(three)) > 12 || len(text) > 24 {
			return
		}
		text = strings.Map(func(r rune) rune { return rune("ab x1.:-/"[r%9]) }, text)
		var patterns []*parsed
		for _, recipe := range [][]byte{one, two, three, one[:len(one)/2]} {
			pattern, _ := randomPattern(recipe, true)
			p, err := parsePattern(pattern, newTypes())
			if err != nil {
				t.Fatalf("%q: %v", pattern, err)
			}
			patterns = append(patterns, p)
		}
		rule, captures, ok := matchSlowly(patterns, text)
		g := newGraph(patterns)
		for _, from := range []int{0, memoFrom} {
			m := machine{early: from}
			gotRule, got, gotOK := m.match(g, text, nil)
			if gotOK != ok || ok && (gotRule != rule || !same(got, captures)) {
				t.Fatalf("%q %q %q on %q: rule %d %v, want %d %v", one, two, three, text, gotRule, got, rule, captures)
			}
		}
	})
}
