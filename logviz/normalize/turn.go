package normalize

import (
	"maps"
	"slices"
	"strings"

	"ops/logviz"
)

const (
	fieldTags      = "tags"
	transformError = "transform_error" // the tag of an event of which a transform failed
)

// transform reads an event and says what to change. The error is why it cannot.
type transform func(*turn) error

// turn is what one transform reads, and what it wants to change. Nothing changes before it succeeded.
type turn struct {
	event   *logviz.Event
	clock   *clock
	changes []logviz.Field // a field without value is removed
}

func (t *turn) set(name string, v logviz.Value) {
	t.changes = append(t.changes, logviz.Field{Name: name, Value: v})
}

func (t *turn) text(field string) string { return textOf(t.event, field) }

// textOf returns a field as text, empty if it is not set.
func textOf(e *logviz.Event, field string) string {
	if v := e.Get(field); v.Kind() != 0 {
		return v.String()
	}
	return ""
}

// texts returns a field's texts: several of a list, none if it is not set.
func (t *turn) texts(field string) []string {
	v := t.event.Get(field)
	switch v.Kind() {
	case 0:
		return nil
	case logviz.List:
		return v.List()
	}
	return []string{v.String()}
}

// run makes one transform's changes, all or none.
func (t *turn) run(do transform) error {
	t.changes = t.changes[:0]
	if err := do(t); err != nil {
		return err
	}
	for _, c := range t.changes {
		if c.Value.Kind() == 0 {
			t.event.Delete(c.Name)
		} else {
			t.event.Set(c.Name, c.Value)
		}
	}
	return nil
}

// conditional is a transform that runs on the events that pass its guards.
type conditional struct {
	guards []guard
	do     transform
}

func (c *conditional) applies(t *turn) bool {
	for i := range c.guards {
		g := &c.guards[i]
		texts := t.texts(g.field)
		if len(texts) == 0 {
			texts = []string{""} // as of a guard of the definition
		}
		if !slices.ContainsFunc(texts, g.passes) {
			return false
		}
	}
	return true
}

// Failure counts the transforms of one pattern that failed.
type Failure struct {
	Rule  string // definition and pattern, as in Record.Rules
	Count int
	First error // why the first of them failed
}

// Failures returns the transforms that failed since the stream began, by rule.
func (s *Stream) Failures() []Failure {
	var out []Failure
	for _, rule := range slices.Sorted(maps.Keys(s.failures)) {
		out = append(out, *s.failures[rule])
	}
	return out
}

// TakeFailures returns the transforms that failed since it was asked last, by rule.
func (s *Stream) TakeFailures() []Failure {
	out := s.Failures()
	s.failures = nil
	return out
}

func (s *Stream) failed(rl *rule, err error) {
	name := rl.definition.Name + "/" + rl.name
	f := s.failures[name]
	if f == nil {
		if s.failures == nil {
			s.failures = make(map[string]*Failure)
		}
		f = &Failure{Rule: name, First: err}
		s.failures[name] = f
	}
	f.Count++
}

// complete adds the record's last part to its event, and runs the transforms of its rule. From the first rule with
// transforms on, the event is what the record knows.
func (s *Stream) complete(rl *rule, r *Record) {
	if r.full {
		r.fillPart(&r.made, &r.parts[len(r.parts)-1])
	} else {
		r.made.Reset()
		r.full = true
		r.fill(&r.made)
		if r.headers == 0 { // still in the header: the original comes behind it
			r.made.Delete(logviz.FieldOriginal)
		}
	}
	s.turn.event, s.turn.clock = &r.made, &s.clock
	for i := range rl.transforms {
		c := &rl.transforms[i]
		if !c.applies(&s.turn) {
			continue
		}
		if err := s.turn.run(c.do); err != nil {
			s.failed(rl, err)
			tags := s.turn.texts(fieldTags)
			if !slices.Contains(tags, transformError) {
				r.made.Set(fieldTags, logviz.ListValue(append(slices.Clone(tags), transformError)...))
			}
		}
	}
	s.turn.event = nil
	r.look()
}

// look takes in what the record's event has of the fields that the chain itself asks for.
func (r *Record) look() {
	for known := role(1); known < roles; known++ {
		r.known[known] = textOf(&r.made, known.field())
	}
	r.time = logviz.Value{}
	if v := r.made.Get(logviz.FieldTimestamp); v.Kind() == logviz.Timestamp {
		r.time = v
	}
}

// field is what roleOf takes.
func (r role) field() string {
	switch r {
	case roleProgram:
		return logviz.FieldProgram
	case roleMessage:
		return logviz.FieldMessage
	case roleSource:
		return logviz.FieldSourceIP
	case roleAddress:
		return "source.address"
	case roleCountry:
		return logviz.FieldCountry
	}
	return ""
}

// fieldName makes the name of a field from a key that a log brings along.
func fieldName(prefix, key string) string {
	name := prefix + strings.Map(func(c rune) rune {
		switch {
		case c < 0x80 && isNameByte(byte(c)):
			return c
		}
		return '_'
	}, strings.ToLower(key))
	if !isFieldName(name) {
		return ""
	}
	return name
}
