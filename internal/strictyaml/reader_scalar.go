package strictyaml

import "strings"

// scalar reads a scalar on one line, in quotes or plain. flow says that it stands within brackets, direct that it is the
// value of the key right before it.
func (r *reader) scalar(flow, direct bool) (text string, quoted, ok bool) {
	switch r.text[r.i] {
	case '"':
		text, ok = r.doubleQuoted()
		return text, true, ok
	case '\'':
		text, ok = r.singleQuoted()
		return text, true, ok
	}
	if !r.plainStart() {
		return "", false, false
	}
	var end int
	if flow {
		end = r.flowPlainEnd(direct)
	} else {
		end = r.plainEnd()
	}
	if end < 0 {
		return "", false, false
	}
	text, ok = r.plainUpTo(end)
	return text, false, ok
}

// plainStart is true where a scalar without quotes can start.
func (r *reader) plainStart() bool {
	rest := r.text[r.i:]
	switch rest[0] {
	case ',', '[', ']', '{', '}', '#', '&', '*', '!', '|', '>', '\'', '"', '%', '@', '`', '?', ':':
		return false
	case '-':
		if r.blankAfter(r.i) || strings.IndexByte(",[]{}", rest[1]) >= 0 {
			return false
		}
	}
	return r.i > r.lineStart || !strings.HasPrefix(rest, "---") && !strings.HasPrefix(rest, "...")
}

// plainEnd returns where a plain scalar of a block ends: at the line's end, a comment, or a colon before a blank. It is
// -1 to give up.
func (r *reader) plainEnd() int {
	for i := r.i + 1; i < len(r.text); i++ {
		switch r.text[i] {
		case '\n':
			return i
		case ':':
			if r.blankAfter(i) {
				return i
			}
		case '#':
			if r.text[i-1] == ' ' {
				return i
			}
		case '<':
			if r.text[i-1] == '<' {
				return -1 // a merge key, or something that the other parser takes for one
			}
		}
	}
	return len(r.text)
}

// flowPlainEnd is plainEnd within brackets, where commas and brackets end a scalar too.
func (r *reader) flowPlainEnd(direct bool) int {
	for i := r.i + 1; i < len(r.text); i++ {
		switch r.text[i] {
		case '\n', ',', ']', '}':
			return i
		case '[', '{':
			return -1
		case ':':
			if r.blankAfter(i) {
				return i
			}
			// Within a flow mapping the other parser looks for keys more eagerly.
			if r.inMap > 0 && !direct || strings.IndexByte(",[]{}", r.text[i+1]) >= 0 {
				return -1
			}
		case '#':
			if r.text[i-1] == ' ' {
				return i
			}
		case '<':
			if r.text[i-1] == '<' {
				return -1
			}
		}
	}
	return len(r.text)
}

// plainUpTo takes the text from i up to end. With blanks after it, the other parser finds it at another place.
func (r *reader) plainUpTo(end int) (string, bool) {
	text := r.text[r.i:end]
	if text[len(text)-1] == ' ' {
		if end == len(r.text) || r.text[end] == '\n' || r.text[end] == ':' {
			return "", false
		}
		text = strings.TrimRight(text, " ")
	}
	r.i = end
	return text, true
}
