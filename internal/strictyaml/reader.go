package strictyaml

import "strings"

// reader reads the usual part of YAML in one pass: block and flow collections, scalars on one line, literal blocks and
// comments. It makes the same tree as the slow way (parse and build), places included, or gives up, and then the slow way
// decides what the file means or what is wrong with it. So the reader has no messages, and what is rare, odd, wrong or
// near a limit is not its business: anchors, aliases, merge keys, tags, directives, tabs, scalars over several lines, keys
// that are no scalar, a second document, keys that occur twice.
//
// The methods return false to give up.
type reader struct {
	text  string
	plain bool // see source

	i         int   // the next byte
	line      int32 // of i
	lineStart int   // the first byte of that line
	seenByte  int   // up to here the characters of the line are counted,
	seen      int32 // and there are so many

	column  int32 // after nextLine: of i, the first of its line that is no space; 0 at the end of the file
	depth   int   // collections around i
	inMap   int   // flow mappings among them
	words   int   // not fewer than the slow way's tokens so far
	free    []node
	scratch []byte // for text with escapes
}

// readFast returns the tree of a file or nil.
func readFast(s *source) *node {
	if !s.plain && strings.IndexByte(s.text, '\t') >= 0 {
		return nil
	}
	r := &reader{text: s.text, plain: s.plain, line: 1}
	if !r.nextLine() || !r.header() || r.column == 0 {
		return nil
	}
	root := r.node()
	if root == nil || !r.block(root) || r.column != 0 || root.form == scalar {
		return nil
	}
	return root
}

// header passes over the marker of the document's start, alone on its line.
func (r *reader) header() bool {
	if r.column != 1 || !strings.HasPrefix(r.text[r.i:], "---") {
		return true
	}
	r.i += len("---")
	r.words++
	return r.endLine()
}

// node returns a new node, or nil where the slow way may be at its limit.
func (r *reader) node() *node {
	const words = 6 // of a node at most: an indicator before it, a key with its colon, two brackets and a comment
	if r.words += words; r.words > maxTokens {
		return nil
	}
	if len(r.free) == 0 {
		r.free = make([]node, min(256, 2+(len(r.text)-r.i)/8)) // as many as such a text often has
	}
	n := &r.free[0]
	r.free = r.free[1:]
	return n
}

// open starts a collection. The deepest ones are left to the slow way, which knows where exactly the limit is.
func (r *reader) open() bool {
	r.depth++
	return r.depth <= MaxDepth-2
}

// place returns the place of byte i of the line. It is asked for ascending bytes.
func (r *reader) place(i int) pos {
	if r.plain {
		return pos{r.line, int32(i-r.lineStart) + 1}
	}
	for ; r.seenByte < i; r.seenByte++ {
		if r.text[r.seenByte]&0xc0 != 0x80 { // the first byte of a character
			r.seen++
		}
	}
	return pos{r.line, r.seen + 1}
}

// newLine goes on to the first byte of the next line; i is at a line end.
func (r *reader) newLine() {
	r.i++
	r.line++
	r.lineStart, r.seenByte, r.seen = r.i, r.i, 0
	r.words++ // should there be a comment
}

// spaces passes over blanks.
func (r *reader) spaces() {
	for r.i < len(r.text) && r.text[r.i] == ' ' {
		r.i++
	}
}

// atEnd is true at the end of a line and of the file.
func (r *reader) atEnd() bool { return r.i == len(r.text) || r.text[r.i] == '\n' }

// comment passes over a comment, which needs a blank or the start of the line before it.
func (r *reader) comment() bool {
	if r.i == len(r.text) || r.text[r.i] != '#' {
		return true
	}
	if r.i > r.lineStart && r.text[r.i-1] != ' ' {
		return false
	}
	if n := strings.IndexByte(r.text[r.i:], '\n'); n >= 0 {
		r.i += n
	} else {
		r.i = len(r.text)
	}
	return true
}

// endLine passes over the rest of a line, in which nothing but a comment may follow, and all that is empty after it.
func (r *reader) endLine() bool {
	r.spaces()
	if !r.comment() || !r.atEnd() {
		return false
	}
	if r.i < len(r.text) {
		r.newLine()
	}
	return r.nextLine()
}

// nextLine goes from the start of a line to the next content and fills in column.
func (r *reader) nextLine() bool {
	for {
		r.spaces()
		if !r.comment() {
			return false
		}
		if r.i == len(r.text) {
			r.column = 0
			return true
		}
		if r.text[r.i] != '\n' {
			r.column = int32(r.i-r.lineStart) + 1
			return true
		}
		r.newLine()
	}
}
