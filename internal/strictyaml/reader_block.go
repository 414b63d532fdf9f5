package strictyaml

// dash is true at the sign before an element of a block list.
func (r *reader) dash() bool {
	return r.i < len(r.text) && r.text[r.i] == '-' && r.blankAfter(r.i)
}

// blankAfter is true if a blank, a line end or the end of the file follows byte i.
func (r *reader) blankAfter(i int) bool {
	return i+1 == len(r.text) || r.text[i+1] == ' ' || r.text[i+1] == '\n'
}

// block reads a value at i, alone on its lines or behind a dash, and what is empty after it. As only blanks and dashes
// are left of it, its column is a number of bytes.
func (r *reader) block(out *node) bool {
	column := int32(r.i-r.lineStart) + 1
	switch c := r.text[r.i]; {
	case r.dash():
		return r.sequence(out, column)
	case c == '[' || c == '{':
		return r.flow(out) && r.endLine()
	}
	at := r.place(r.i)
	text, quoted, ok := r.scalar(false, false)
	if !ok {
		return false
	}
	if r.colon() {
		return r.mapping(out, column, text, at)
	}
	out.at = at
	return r.fill(out, text, quoted) && r.endLine()
}

// fill makes a node a scalar, unless the slow way would refuse it.
func (r *reader) fill(out *node, text string, quoted bool) bool {
	out.setScalar(text, quoted)
	return len(text) <= longestNumber || out.kind == textScalar
}

// sequence reads a block list whose dashes stand at column; i is at the first.
func (r *reader) sequence(out *node, column int32) bool {
	if !r.open() {
		return false
	}
	out.form, out.at = list, pos{r.line, column}
	for items := (chain{of: out}); ; {
		item := r.node()
		if item == nil {
			return false
		}
		items.add(item)
		dash, line := r.i, r.line
		r.i++
		r.spaces()
		switch {
		case r.atEnd() || r.text[r.i] == '#':
			if !r.endLine() {
				return false
			}
			if r.column > column {
				if !r.block(item) {
					return false
				}
			} else if r.column == column && !r.dash() {
				return false // the other parser takes this for the dash's value
			} else {
				r.null(item, dash, pos{line, column})
			}
		case r.text[r.i] == '|':
			if !r.literal(item, column) {
				return false
			}
		default:
			if !r.block(item) {
				return false
			}
		}
		if r.column != column || !r.dash() {
			break // with the same column it may be the next key of the mapping around this list
		}
	}
	r.depth--
	return r.column <= column
}

// mapping reads a block mapping whose keys stand at column; i is at the colon of the first.
func (r *reader) mapping(out *node, column int32, key string, at pos) bool {
	if !r.open() {
		return false
	}
	out.form, out.at = mapping, at
	entries := keys{chain: chain{of: out}}
	for {
		value := r.node()
		if value == nil || !entries.add(value, key, at) || !r.value(value, column) {
			return false
		}
		if r.column != column {
			break
		}
		var ok bool
		at = r.place(r.i)
		if key, _, ok = r.scalar(false, false); !ok || !r.colon() {
			return false
		}
	}
	r.depth--
	return r.column < column
}

// colon is true at the sign behind a key of a block mapping.
func (r *reader) colon() bool {
	return r.i < len(r.text) && r.text[r.i] == ':' && r.blankAfter(r.i)
}

// value reads what belongs to a key at column; i is at its colon.
func (r *reader) value(out *node, column int32) bool {
	colon, at := r.i, r.place(r.i)
	r.i++
	r.spaces()
	if r.atEnd() || r.text[r.i] == '#' {
		switch {
		case !r.endLine():
			return false
		case r.column > column:
			return r.block(out)
		case r.column == column && r.dash():
			return r.sequence(out, column)
		}
		r.null(out, colon, at)
		return true
	}
	switch c := r.text[r.i]; {
	case c == '[' || c == '{':
		return r.flow(out) && r.endLine()
	case c == '|':
		return r.literal(out, column)
	}
	out.at = r.place(r.i)
	text, quoted, ok := r.scalar(false, false)
	return ok && r.fill(out, text, quoted) && r.endLine()
}

// null makes a node the value that is missing behind a dash or a colon, byte sign of the text and at the place at. Its
// own place is the next column, and at the end of the file one more, but within the line.
func (r *reader) null(out *node, sign int, at pos) {
	at.column++
	if r.column == 0 && sign+1 < len(r.text) && r.text[sign+1] != '\n' {
		at.column++
	}
	out.at = at
	out.setScalar("", false)
}

// keys appends to a mapping.
type keys struct {
	chain
	seen map[string]bool // nil while there are few
}

// add returns false if there is such a key already.
func (k *keys) add(value *node, key string, at pos) bool {
	const few = 16
	switch {
	case k.of.count < few:
		for e := k.of.first; e != nil; e = e.next {
			if e.key == key {
				return false
			}
		}
	case k.seen == nil:
		k.seen = map[string]bool{}
		for e := k.of.first; e != nil; e = e.next {
			k.seen[e.key] = true
		}
		fallthrough
	default:
		if k.seen[key] {
			return false
		}
		k.seen[key] = true
	}
	value.key, value.keyAt = key, at
	k.chain.add(value)
	return true
}
