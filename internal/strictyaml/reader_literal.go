package strictyaml

import "strings"

// literal reads a block scalar with "|" or "|-", whose parent stands at column, and what is empty after it. Where its
// lines end in blanks or it starts with an empty one, the other parser has rules of its own.
func (r *reader) literal(out *node, column int32) bool {
	out.at = r.place(r.i)
	r.i++
	strip := r.i < len(r.text) && r.text[r.i] == '-'
	if strip {
		r.i++
	}
	if r.i == len(r.text) || r.text[r.i] != '\n' {
		return false
	}
	r.newLine()
	made, indent := r.scratch[:0], 0
	for r.i < len(r.text) {
		r.spaces()
		blanks := r.i - r.lineStart
		switch {
		case r.atEnd():
			if blanks > 0 || indent == 0 {
				return false
			}
		case indent == 0:
			if indent = blanks; indent < int(column) {
				return false // it is empty
			}
		}
		if !r.atEnd() && blanks < indent {
			if blanks >= int(column) {
				return false
			}
			break
		}
		end := len(r.text)
		if n := strings.IndexByte(r.text[r.i:], '\n'); n >= 0 {
			end = r.i + n
		}
		if end > r.i {
			made = append(made, r.text[r.lineStart+indent:end]...)
			if r.text[end-1] == ' ' {
				return false
			}
		}
		if r.i = end; end < len(r.text) {
			made = append(made, '\n')
			r.newLine()
		}
	}
	r.scratch = made
	text := strings.TrimRight(string(made), "\n")
	if text == "" {
		return false
	}
	if !strip && len(text) < len(made) {
		text = string(made[:len(text)+1])
	}
	out.setScalar(text, true)
	return r.nextLine()
}
