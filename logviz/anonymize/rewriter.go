package anonymize

import (
	"slices"
	"strings"

	"ops/logviz"
	"ops/logviz/normalize"
)

// Result says what became of a line.
type Result uint8

const (
	// Understood lines are read by the same definitions before and after, with the same fields but for the pseudonyms.
	Understood Result = iota
	// Unparsed lines are those that no definition understands: only what looks like an address was replaced.
	Unparsed
	// Altered lines were understood before, and are read differently with pseudonyms in them.
	Altered
)

// Rewriter anonymizes the lines of one log, in order. It is not safe for concurrent use.
type Rewriter struct {
	anonymizer    *Anonymizer
	before, after *normalize.Stream
	old, new      normalize.Record
	event         logviz.Event
}

// NewRewriter begins a log whose records the engine understands.
func (z *Anonymizer) NewRewriter(e *normalize.Engine, o normalize.Options) *Rewriter {
	return &Rewriter{anonymizer: z, before: e.NewStream(o), after: e.NewStream(o)}
}

// Line anonymizes a record, which stays one of the same kind. A word outside of the fields that equals a name in a field
// is replaced too, unless the line could not be read any more.
func (w *Rewriter) Line(line string) (string, Result) {
	if err := w.before.Read(line, &w.old); err != nil {
		w.old.Event(&w.event)
		return w.rewrite(line, w.anonymizer.namesOf(&w.event)), Unparsed
	}
	w.old.Event(&w.event)
	known := w.anonymizer.namesOf(&w.event)
	out := w.rewrite(line, known)
	if !w.same(out) && len(known) > 0 {
		out = w.rewrite(line, nil)
		if !w.same(out) {
			return out, Altered
		}
	}
	return out, Understood
}

// Record is what the last line became, if it was understood; it is valid until the next one.
func (w *Rewriter) Record() *normalize.Record { return &w.new }

// same reports whether the line is read by the rules of the old one.
func (w *Rewriter) same(line string) bool {
	return w.after.Read(line, &w.new) == nil && slices.Equal(w.old.Rules(), w.new.Rules())
}

// rewrite replaces what the old record's fields hold.
func (w *Rewriter) rewrite(line string, known names) string {
	parts := make(map[string][]edit) // by the text that they are in
	for c := range w.old.Captures() {
		p, ok := w.anonymizer.Value(c.Field, unquote(c.Text))
		if ok && c.Text != "" {
			if c.Text[0] == '"' && unquote(c.Text) != c.Text {
				p = `"` + p + `"`
			}
			parts[c.In] = append(parts[c.In], edit{c.Offset, c.Offset + len(c.Text), p})
		}
	}
	piece := func(text string) string { return w.anonymizer.edited(text, parts[text], known) }
	switch {
	case strings.HasPrefix(line, "{"):
		if out, ok := rewriteJSON(line, piece); ok {
			return out
		}
	case strings.HasPrefix(line, "__CURSOR=") || strings.HasPrefix(line, "__REALTIME_TIMESTAMP="):
		return rewriteExport(line, piece)
	}
	return piece(line)
}

// unquote returns what a capture of type quoted stands for.
func unquote(s string) string {
	if len(s) < 2 || s[0] != '"' || s[len(s)-1] != '"' {
		return s
	}
	s = s[1 : len(s)-1]
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+1 < len(s) {
			i++
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// edit replaces the bytes from..to.
type edit struct {
	from, to int
	text     string
}

// edited applies edits to a text, and replaces what looks like an address around them.
func (z *Anonymizer) edited(text string, edits []edit, known names) string {
	slices.SortFunc(edits, func(a, b edit) int {
		if a.from != b.from {
			return a.from - b.from
		}
		return b.to - a.to // the outer one first
	})
	var b strings.Builder
	at := 0
	for _, e := range edits {
		if e.from < at { // inside of the one before
			continue
		}
		b.WriteString(z.between(text, at, e.from, known))
		b.WriteString(e.text)
		at = e.to
	}
	b.WriteString(z.between(text, at, len(text), known))
	return b.String()
}
