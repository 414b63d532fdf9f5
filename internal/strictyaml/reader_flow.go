package strictyaml

// flow reads a collection in brackets, which may go over several lines; i is at the opening one and comes to stand behind
// the closing one.
func (r *reader) flow(out *node) bool {
	if !r.open() {
		return false
	}
	out.at = r.place(r.i)
	var ok bool
	if r.text[r.i] == '[' {
		out.form = list
		ok = r.flowList(out)
	} else {
		out.form = mapping
		r.inMap++
		ok = r.flowMapping(out)
		r.inMap--
	}
	r.depth--
	return ok
}

func (r *reader) flowList(out *node) bool {
	for items := (chain{of: out}); ; {
		r.i++ // the bracket or comma
		if !r.space() {
			return false
		}
		if r.text[r.i] == ']' {
			break // also behind a comma
		}
		item := r.node()
		if item == nil || !r.flowValue(item, false) || !r.space() {
			return false
		}
		items.add(item)
		if r.text[r.i] != ',' {
			break
		}
	}
	return r.passBracket(']')
}

func (r *reader) flowMapping(out *node) bool {
	for entries := (keys{chain: chain{of: out}}); ; {
		r.i++ // the bracket or comma
		if !r.space() {
			return false
		}
		if r.text[r.i] == '}' {
			break // also behind a comma
		}
		at := r.place(r.i)
		key, _, ok := r.scalar(true, false)
		if !ok || !r.colon() {
			return false
		}
		value := r.node()
		if value == nil || !entries.add(value, key, at) || !r.flowEntry(value) || !r.space() {
			return false
		}
		if r.text[r.i] != ',' {
			break
		}
	}
	return r.passBracket('}')
}

// flowEntry reads what belongs to a key; i is at its colon.
func (r *reader) flowEntry(out *node) bool {
	at, line := r.place(r.i), r.line
	r.i++
	if !r.space() {
		return false
	}
	if c := r.text[r.i]; c == ',' || c == '}' {
		at.column++
		out.at = at
		out.setScalar("", false)
		return true
	}
	return r.flowValue(out, r.line == line)
}

// flowValue reads a value within brackets. direct means that its key stands right before it.
func (r *reader) flowValue(out *node, direct bool) bool {
	if c := r.text[r.i]; c == '[' || c == '{' {
		return r.flow(out)
	}
	out.at = r.place(r.i)
	text, quoted, ok := r.scalar(true, direct)
	return ok && r.fill(out, text, quoted)
}

// passBracket passes over a closing bracket.
func (r *reader) passBracket(bracket byte) bool {
	if r.text[r.i] != bracket {
		return false
	}
	r.i++
	return true
}

// space passes over blanks, line ends and comments, after which the file must go on.
func (r *reader) space() bool {
	for {
		r.spaces()
		if !r.comment() || r.i == len(r.text) {
			return false
		}
		if r.text[r.i] != '\n' {
			return true
		}
		r.newLine()
	}
}
