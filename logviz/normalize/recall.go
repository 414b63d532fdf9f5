package normalize

import (
	"slices"
	"strings"

	"ops/logviz"
)

// Most lines of a log have the shape of one that was read before: only numbers differ. What was found in that one is
// found at the same places in them, if nothing that led to it asked which digit stands where. A stream therefore watches
// how it reads a line whose shape came before, and notes what did ask; lines of the shape are then read by asking these
// questions again, and by taking the fields from where they are. All else, such as the values of stamps, is done anew.
// The result is the same as without.

const (
	maxShape   = 512  // length in bytes of lines that are remembered
	memories   = 4096 // of one stream
	maxProbes  = 12
	lasting    = 8
	trial      = 1024 // lookups after which it is seen whether remembering pays
	restingFor = 8 * trial
)

// memory is what was found in lines of a shape.
type memory struct {
	hash     uint64
	used     uint8 // is lasting set by each use, and counts down when another one wants the place
	shape    string
	probes   []probe
	parts    []part  // their captures are those of places
	places   []place // of the captures
	headers  int
	moments  []place // of those, what becomes a time
	headed   int     // how many of them the header has
	long     []place // numbers that may be too large
	roles    []roleText
	err      error
	clean    bool     // it needs no escapes in JSON, and no field is given twice
	template template // made when it is first asked for
}

type place struct {
	field    *fieldRef
	from, to int32
}

// roleText is what a field that the chain itself asks for gets: a text, or if that is empty a piece of the line.
type roleText struct {
	role     role
	text     string
	from, to int32
}

// probe is a question about a piece of the line whose answer depends on digits.
type probe struct {
	ask      question
	typ      *fieldType
	text     string
	from, to int32 // of the piece
	answer   int32
}

type question uint8

const (
	askSize  question = iota // what typ.size is
	askOK                    // whether typ.ok holds: 1 or 0
	askBegin                 // whether it begins with text: 1 or 0
	askLast                  // where text is in it for the last time, -1 if nowhere
)

// watch follows the reading of a line.
type watch struct {
	line   string
	base   int // of the machine's text in the line
	loose  bool
	probes []probe
}

// recall is the memory of a stream.
type recall struct {
	shape        []byte
	table        []*memory
	seen         []uint32 // parts of the hashes of shapes that came once
	tried, known int
	resting      int // lines for which nothing is looked up: the log does not repeat itself
	watch        watch
}

// look returns the memory of a line's shape, or nil. again says that the shape came before but is not remembered.
func (c *recall) look(line string) (m *memory, hash uint64, again bool) {
	if len(line) > maxShape || c.resting > 0 || len(line) == 0 || line[0] == '{' || line[0] == '_' {
		c.resting = max(0, c.resting-1)
		return nil, 0, false
	}
	if c.table == nil {
		c.table, c.seen = make([]*memory, memories), make([]uint32, 2*memories)
	}
	if c.tried++; c.tried == trial {
		if c.known < trial/8 {
			c.resting = restingFor
		}
		c.tried, c.known = 0, 0
	}
	c.shape, hash = appendShape(c.shape[:0], line)
	for _, m = range c.places(hash) {
		if m != nil && m.hash == hash && m.shape == string(c.shape) {
			c.known++
			m.used = lasting
			return m, hash, false
		}
	}
	seen, mark := &c.seen[hash%uint64(len(c.seen))], uint32(hash>>32)
	again = *seen == mark
	*seen = mark
	return nil, hash, again && c.room(hash)
}

// places are those that a memory of the hash can have.
func (c *recall) places(hash uint64) []*memory {
	const few = 4
	at := hash % (memories / few) * few
	return c.table[at : at+few]
}

// room reports whether one of the places is free, and makes it the last one. A log with more shapes than there are places
// does not push out those that are in use.
func (c *recall) room(hash uint64) bool {
	places := c.places(hash)
	for i, m := range places {
		if m == nil || m.used == 0 {
			copy(places[i:], places[i+1:])
			places[len(places)-1] = nil
			return true
		}
	}
	for _, m := range places {
		m.used--
	}
	return false
}

// recalled fills the record as lines of the memory's shape are read. It reports false if this line may be different.
func (s *Stream) recalled(line string, m *memory, r *Record) bool {
	for i := range m.probes {
		if !m.probes[i].holds(line) {
			return false
		}
	}
	for i := range m.moments {
		if i == m.headed {
			s.passed(r)
		}
		at := &m.moments[i]
		v, ok := s.moment(at.field.typ, line[at.from:at.to])
		if !ok {
			r.reset(line)
			return false
		}
		r.times = append(r.times, v)
		if at.field.name == logviz.FieldTimestamp {
			r.time = v
		}
	}
	for _, at := range m.long {
		if _, ok := at.field.typ.value(line[at.from:at.to], &s.clock); !ok {
			r.reset(line)
			return false
		}
	}
	for i := range m.roles {
		of := &m.roles[i]
		if r.known[of.role] = of.text; of.text == "" {
			r.known[of.role] = line[of.from:of.to]
		}
	}
	if len(m.moments) == m.headed {
		s.passed(r)
	}
	r.headers, r.original = m.headers, !s.bare
	r.memory, r.folded = m, true
	return true
}

// unfold makes the parts and captures of a record that was read by the memory of its shape: often nobody asks for them.
func (r *Record) unfold() {
	if !r.folded {
		return
	}
	r.folded = false
	r.parts = append(r.parts, r.memory.parts...)
	for i := range r.memory.places {
		at := &r.memory.places[i]
		r.captures = append(r.captures, capture{at.field, r.line[at.from:at.to]})
	}
}

func (p *probe) holds(line string) bool {
	piece := line[p.from:p.to]
	switch p.ask {
	case askOK:
		return p.answer == bit(p.typ.ok(piece))
	case askBegin:
		return p.answer == bit(strings.HasPrefix(piece, p.text))
	case askLast:
		return p.answer == int32(strings.LastIndex(piece, p.text))
	}
	return p.answer == int32(p.typ.size(piece))
}

func bit(yes bool) int32 {
	if yes {
		return 1
	}
	return 0
}

// remember keeps how a line was read that was watched.
func (s *Stream) remember(hash uint64, r *Record, err error) {
	w := &s.recall.watch
	if w.loose || r.full {
		return
	}
	m := &memory{
		hash: hash, used: lasting, shape: string(s.recall.shape), probes: slices.DeleteFunc(slices.Clone(w.probes), r.answers), parts: slices.Clone(r.parts),
		headers: r.headers, clean: r.within && r.plain() && logviz.IsPlainJSON(r.line), err: err,
	}
	for i := range r.parts {
		p := &r.parts[i]
		for _, c := range r.captures[p.from:p.to] {
			from, ok := offset(r.line, c.text)
			if !ok && c.text != "" {
				return
			}
			m.keep(place{c.field, int32(from), int32(from + len(c.text))}, i < r.headers)
		}
		for _, f := range p.rule.set {
			if to := roleOf(f.Name); to != 0 {
				m.roles = append(m.roles, roleText{role: to, text: f.Value.String()})
			}
		}
	}
	places := s.recall.places(hash)
	places[len(places)-1] = m
}

// answers reports whether a probe is answered by a time that is read anyway: a stamp whose value is that of the whole
// piece has the piece's size too, because it is read from the left and the byte behind it is the same.
func (r *Record) answers(p probe) bool {
	return p.ask == askSize && p.typ.moment && slices.ContainsFunc(r.captures, func(c capture) bool {
		from, ok := offset(r.line, c.text)
		return ok && c.field.typ == p.typ && from == int(p.from) && len(c.text) == int(p.answer)
	})
}

// keep notes the next capture.
func (m *memory) keep(at place, inHeader bool) {
	m.places = append(m.places, at)
	switch typ := at.field.typ; {
	case typ.moment:
		m.moments = append(m.moments, at)
		if inHeader {
			m.headed++
		}
	case typ.value != nil && at.to-at.from > longestSafe:
		m.long = append(m.long, at)
	}
	if to := at.field.role; to != 0 {
		m.roles = append(m.roles, roleText{role: to, from: at.from, to: at.to})
	}
}

func (w *watch) begin(line string) {
	w.line, w.loose, w.probes = line, false, w.probes[:0]
}

// over begins the watch over a search in a text, which must be a part of the line.
func (w *watch) over(text string) {
	at, ok := offset(w.line, text)
	w.base = at
	w.loose = w.loose || !ok && text != ""
}

// asked notes a question about the machine's text between two places.
func (w *watch) asked(p probe, from, to int) {
	p.from, p.to = int32(w.base+from), int32(w.base+to)
	switch {
	case slices.Contains(w.probes, p):
	case len(w.probes) == maxProbes:
		w.loose = true
	default:
		w.probes = append(w.probes, p)
	}
}

// begins notes whether something begins with a text, if that depends on digits.
func (w *watch) begins(with, text string, at int) {
	if rest := text[at:]; mixes(with, rest) {
		w.asked(probe{ask: askBegin, text: with, answer: bit(strings.HasPrefix(rest, with))}, at, at+len(with))
	}
}

// examine notes whether the ways on from a node depend on digits.
func (w *watch) examine(n *node, text string, at int) {
	digit := at < len(text) && isDigit(text[at])
	for i := range n.literals {
		w.begins(n.literals[i].text, text, at)
	}
	for _, s := range n.steps {
		for _, choice := range s.texts {
			w.begins(choice, text, at)
		}
		w.loose = w.loose || digit && s.op != opChoice && !s.first.even() || s.body != nil && digit && !s.body.first.even() ||
			s.op == opField && s.follow != nil && !s.only && !s.follow.even()
	}
}

// isUneven reports whether a way on from the node may depend on the value of a digit.
func (n *node) isUneven() bool {
	return slices.ContainsFunc(n.literals, func(l literal) bool { return hasDigit(l.text) }) ||
		slices.ContainsFunc(n.steps, func(s *step) bool {
			return !s.first.even() || s.body != nil && !s.body.first.even() || s.follow != nil && !s.follow.even() ||
				slices.ContainsFunc(s.texts, hasDigit)
		})
}

// asksDigits reports whether the rule's guards compare a text with a digit.
func (rl *rule) asksDigits(r *Record) bool {
	return slices.ContainsFunc(rl.when, func(g guard) bool { return strings.ContainsAny(r.Text(g.field), "0123456789") })
}
