package normalize

import (
	"iter"
	"unsafe"
)

// Capture is a piece of a record that a pattern took for a field.
type Capture struct {
	Field string // its name
	Text  string // as it stands in the record, a quoted one with its quotes
	// In is the text that Text is a part of, from the byte Offset on: the line itself, or the value of a key, taken out of
	// a record that is not a line of text (JSON has escapes, so that such a value is no part of the line).
	In     string
	Offset int
}

// Captures returns the captures of a record in the order in which they were found. A field may come several times, and
// one capture may hold others, as the message does.
func (r *Record) Captures() iter.Seq[Capture] {
	r.unfold()
	return func(yield func(Capture) bool) {
		for i := range r.captures {
			c := &r.captures[i]
			if !yield(r.placed(i, c.field.name, c.text)) {
				return
			}
		}
	}
}

func (r *Record) placed(i int, name, text string) Capture {
	if at, ok := offset(r.line, text); ok {
		return Capture{name, text, r.line, at}
	}
	for k := range i {
		if at, ok := offset(r.captures[k].text, text); ok {
			return Capture{name, text, r.captures[k].text, at}
		}
	}
	return Capture{name, text, text, 0}
}

// offset returns where part begins in whole, if it is a slice of it. An empty text is a part of nothing.
func offset(whole, part string) (int, bool) {
	if part == "" || whole == "" {
		return 0, false
	}
	base := uintptr(unsafe.Pointer(unsafe.StringData(whole)))
	at := uintptr(unsafe.Pointer(unsafe.StringData(part)))
	if at < base || at+uintptr(len(part)) > base+uintptr(len(whole)) {
		return 0, false
	}
	return int(at - base), true
}
