package normalize

import (
	"errors"
	"strings"
	"time"

	"ops/logviz"
)

// Why a record is not an event.
var (
	ErrHeader = errors.New("no header definition matches the record")
	ErrBody   = errors.New("no definition of the program matches the message")
	// ErrProgram says that there is no definition for the program at all.
	ErrProgram = errors.New("no definition for the program")
	// ErrTooLong says that a record is longer than MaxRecord: time and memory are bounded by what is read.
	ErrTooLong = errors.New("longer than 64 KiB")
)

// MaxRecord is the length in bytes of the longest record that is read.
const MaxRecord = 64 << 10

// Options says how a stream reads stamps that leave something out.
type Options struct {
	Zone *time.Location // of stamps without a zone. Default: UTC
	// Reference is the moment at which the records were at hand, for stamps without a year: the file's time, or now.
	Reference time.Time
	// Now gives the reference of a log that is still written; [Stream.Begin] asks it. Optional.
	Now func() time.Time
	// Foreign makes, for each stream, a reader of definitions of another kind, which come before the engine's. Optional.
	Foreign func() Foreign
	// NoOriginal leaves event.original away.
	NoOriginal bool
}

// Foreign reads a record in a way of its own; ok is false if it does not understand it.
type Foreign func(record string) (fields []logviz.Field, ok bool)

// Stream reads the records of one log in order. It is not safe for concurrent use.
type Stream struct {
	engine  *Engine
	clock   clock
	machine machine
	foreign Foreign // may be nil
	bare    bool    // without event.original
	// failures are the transforms that failed, by the names of definition and pattern.
	failures map[string]*Failure
	turn     turn   // of the transform that runs
	record   Record // of Parse
	object   object // the structured record read last
	recall   recall
	last     struct { // the stamp read last: logs repeat them
		typ   *fieldType
		text  string
		value logviz.Value
	}
}

// NewStream begins a log.
func (e *Engine) NewStream(o Options) *Stream {
	if o.Zone == nil {
		o.Zone = time.UTC
	}
	s := &Stream{engine: e, clock: clock{zone: o.Zone, reference: o.Reference, now: o.Now}, bare: o.NoOriginal}
	if o.Foreign != nil {
		s.foreign = o.Foreign()
	}
	return s
}

// maxNext bounds how often a message may stand inside another one.
const maxNext = 4

// Parse reads one record, a line without its end or an entry of a journal's export, and fills the event. The event's
// strings are parts of one copy of the record. After an error the event holds what was understood before it (nothing
// after ErrHeader; time, host, program and message after ErrBody and ErrProgram).
func (s *Stream) Parse(record []byte, e *logviz.Event) error {
	err := s.Read(string(record), &s.record)
	s.record.Event(e)
	return err
}

// Read reads one record as Parse does, without making values of what it finds: that is for who writes it out as it is.
// The record refers to line and is valid as long as the stream and until it is read into again.
func (s *Stream) Read(line string, r *Record) error {
	r.reset(line)
	if len(line) > MaxRecord {
		return ErrTooLong
	}
	if s.foreign != nil && s.readForeign(line, r) {
		return nil
	}
	m, hash, again := s.recall.look(line)
	switch {
	case m != nil && s.recalled(line, m, r):
		return m.err
	case !again:
		return s.read(line, r)
	}
	s.recall.watch.begin(line)
	s.machine.watch = &s.recall.watch
	err := s.read(line, r)
	s.machine.watch = nil
	s.remember(hash, r, err)
	return err
}

// read reads a record by the definitions.
func (s *Stream) read(line string, r *Record) error {
	if !s.header(line, r) {
		r.reset(line)
		return ErrHeader
	}
	s.headed(r)
	s.passed(r)
	if !r.whole() {
		if err := s.body(r); err != nil && !s.line(line, r) {
			return err
		}
	}
	for _, st := range s.engine.enrich {
		if !r.gives(st.number) {
			continue
		}
		if text := r.Text(st.field); text != "" {
			s.try(st, text, r)
		}
	}
	return nil
}

// passed tells the clock of the record's time.
func (s *Stream) passed(r *Record) {
	if r.time.Kind() != 0 {
		s.clock.passed(r.time.Time())
	}
}

// line reads a record of which a header was understood and nothing else as one that says everything itself. If it is
// none, the record is as it was.
func (s *Stream) line(line string, r *Record) bool {
	r.reset(line)
	for _, st := range s.engine.lines {
		if s.try(st, line, r) != nil {
			s.headed(r)
			s.recall.watch.loose = true // the clock was told of another time
			return true
		}
	}
	r.reset(line)
	s.header(line, r)
	s.headed(r)
	return false
}

// readForeign fills the record with what the foreign definitions found, if they understand it.
func (s *Stream) readForeign(line string, r *Record) bool {
	fields, ok := s.foreign(line)
	if !ok {
		return false
	}
	r.full = true
	r.made.Reset()
	for _, f := range fields {
		r.made.Set(f.Name, f.Value)
	}
	s.headed(r)
	r.look()
	s.passed(r)
	return true
}

// headed ends the header: what comes now is found in what it left.
func (s *Stream) headed(r *Record) {
	r.headers, r.original = len(r.parts), !s.bare
	if r.full && r.original {
		r.made.Set(logviz.FieldOriginal, logviz.StringValue(r.line))
	}
}

func (s *Stream) header(line string, r *Record) bool {
	for _, h := range s.engine.headers {
		if h.decode != nil {
			if s.decode(h.decode, line, r) {
				return true
			}
		} else if (h.gate == "" || strings.Contains(line, h.gate)) && s.try(h.stage, line, r) != nil {
			return true
		}
	}
	return false
}

func (s *Stream) body(r *Record) error {
	program := r.Text(logviz.FieldProgram)
	s.recall.watch.loose = s.recall.watch.loose || hasDigit(program)
	b := s.bodies(program)
	message := r.Text(logviz.FieldMessage)
	for range maxNext {
		var found *rule
		for _, st := range b.stages {
			text := message
			if st.field != "" {
				text = r.Text(st.field)
			}
			if found = s.try(st, text, r); found != nil {
				break
			}
		}
		if found == nil {
			break
		}
		if found.next == "" {
			return nil
		}
		message = r.Text(found.next)
	}
	if !b.own {
		return ErrProgram
	}
	return ErrBody
}

// bodies returns the stages for a program, whatever the case of its letters.
func (s *Stream) bodies(program string) *bodies {
	if b := s.engine.bodies[program]; b != nil {
		return b
	}
	if lower := strings.ToLower(program); lower != program {
		if b := s.engine.bodies[lower]; b != nil {
			return b
		}
	}
	return s.engine.bodies[""]
}

// try matches a text with a stage's rules, adds what the first that matches found, and returns that rule, or nil.
func (s *Stream) try(st *stage, text string, r *Record) *rule {
	var guard func(int) bool
	if st.guarded {
		guard = func(n int) bool {
			s.recall.watch.loose = s.recall.watch.loose || s.machine.watch != nil && st.rules[n].asksDigits(r)
			return st.rules[n].passes(r)
		}
	}
	number, found, ok := s.machine.match(st.graph(), text, guard)
	for ; ok; number, found, ok = s.machine.refuse() {
		if s.adopt(st.rules[number], found, r) {
			return st.rules[number]
		}
		s.recall.watch.loose = true // it is no value of its type
	}
	return nil
}

// passes reports whether the fields that the definition asks for are as it wants them.
func (rl *rule) passes(r *Record) bool {
	for i := range rl.when {
		if !rl.when[i].passes(r.Text(rl.when[i].field)) {
			return false
		}
	}
	return true
}

// adopt adds a match to the record.
func (s *Stream) adopt(rl *rule, found []capture, r *Record) bool {
	from := len(r.captures)
	r.captures = append(r.captures, found...)
	return s.accept(rl, r, from)
}

// accept makes the record's captures from a place on those of a rule. It is all or nothing: a piece that is no value of
// its type, such as the 31st of February, undoes the match.
func (s *Stream) accept(rl *rule, r *Record, captures int) bool {
	times := len(r.times)
	undo := func() bool {
		r.captures, r.times = r.captures[:captures], r.times[:times]
		return false
	}
	var stamp logviz.Value
	for i := captures; i < len(r.captures); i++ {
		c := &r.captures[i]
		switch {
		case c.field.typ.moment:
			v, ok := s.moment(c.field.typ, c.text)
			if !ok {
				return undo()
			}
			if c.field.name == logviz.FieldTimestamp {
				stamp = v
			}
			r.times = append(r.times, v)
		case c.field.typ.value != nil && len(c.text) > longestSafe:
			if _, ok := c.field.typ.value(c.text, &s.clock); !ok {
				return undo()
			}
		}
	}
	if stamp.Kind() != 0 {
		r.time = stamp
	}
	for i := captures; i < len(r.captures); i++ {
		if c := &r.captures[i]; c.field.role != 0 {
			r.known[c.field.role] = c.text
		}
	}
	if rl.roles {
		for i := range rl.set {
			if f := &rl.set[i]; roleOf(f.Name) != 0 {
				r.known[roleOf(f.Name)] = f.Value.String()
			}
		}
	}
	r.parts = append(r.parts, part{rl, captures, len(r.captures), times})
	if r.full || len(rl.transforms) > 0 {
		s.complete(rl, r)
	}
	return true
}

// sound reports whether what was found is a value of its type.
func (s *Stream) sound(c capture) bool {
	switch {
	case c.field.typ.moment:
		_, ok := s.moment(c.field.typ, c.text)
		return ok
	case c.field.typ.value != nil && len(c.text) > longestSafe:
		_, ok := c.field.typ.value(c.text, &s.clock)
		return ok
	}
	return true
}

// longestSafe is the length up to which every number that matched its type is a value of it.
const longestSafe = 18

// moment converts a stamp.
func (s *Stream) moment(t *fieldType, text string) (logviz.Value, bool) {
	if s.last.typ == t && s.last.text == text {
		return s.last.value, true
	}
	v, ok := t.value(text, &s.clock)
	if ok {
		s.last.typ, s.last.text, s.last.value = t, text, v
	}
	return v, ok
}
