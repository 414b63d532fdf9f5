package normalize

import (
	"errors"
	"slices"
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
)

// Options says how a stream reads stamps that leave something out.
type Options struct {
	Zone *time.Location // of stamps without a zone. Default: UTC
	// Reference is the moment at which the records were at hand, for stamps without a year: the file's time, or now.
	Reference time.Time
}

// Stream reads the records of one log in order. It is not safe for concurrent use.
type Stream struct {
	engine  *Engine
	clock   clock
	matcher matcher
	values  [maxFields]logviz.Value // of the match being applied
}

// NewStream begins a log.
func (e *Engine) NewStream(o Options) *Stream {
	if o.Zone == nil {
		o.Zone = time.UTC
	}
	return &Stream{engine: e, clock: clock{zone: o.Zone, reference: o.Reference}}
}

// maxNext bounds how often a message may stand inside another one.
const maxNext = 4

// Parse reads one record, a line without its end or an entry of a journal's export, and fills the event. The event's
// strings are parts of one copy of the record. After an error the event holds what was understood before it (nothing
// after ErrHeader; time, host, program and message after ErrBody and ErrProgram).
func (s *Stream) Parse(record []byte, e *logviz.Event) error {
	e.Reset()
	raw := string(record)
	if !s.header(raw, e) {
		e.Reset()
		return ErrHeader
	}
	e.Set(logviz.FieldOriginal, logviz.StringValue(raw))
	if t := e.Time(); !t.IsZero() {
		s.clock.previous = t
	}
	if err := s.body(e); err != nil {
		return err
	}
	for _, c := range s.engine.enrich {
		if text := e.Text(c.def.Field); text != "" {
			s.try(c, text, e)
		}
	}
	return nil
}

func (s *Stream) header(raw string, e *logviz.Event) bool {
	for _, c := range s.engine.headers {
		if c.def.Decode != nil {
			if s.decode(c, raw, e) {
				return true
			}
		} else if s.try(c, raw, e) != nil {
			return true
		}
	}
	return false
}

func (s *Stream) body(e *logviz.Event) error {
	text := e.Text(logviz.FieldMessage)
	program := strings.ToLower(e.Text(logviz.FieldProgram))
	own, general := s.engine.bodies[program], s.engine.bodies[""]
next:
	for range maxNext {
		for _, candidates := range [2][]*compiled{own, general} {
			for _, c := range candidates {
				if c.def.Field != "" {
					text = e.Text(c.def.Field)
				}
				p := s.try(c, text, e)
				if p == nil {
					continue
				}
				if p.next == "" {
					return nil
				}
				text = e.Text(p.next)
				continue next
			}
		}
		break
	}
	if len(own) == 0 {
		return ErrProgram
	}
	return ErrBody
}

// try matches a definition's patterns in order and applies the first that matches.
func (s *Stream) try(c *compiled, text string, e *logviz.Event) *compiledPattern {
	for _, g := range c.when {
		if !slices.ContainsFunc(g.values, func(v string) bool { return strings.EqualFold(v, e.Text(g.field)) }) {
			return nil
		}
	}
	for _, p := range c.patterns {
		if s.matcher.match(p.program, text) && s.apply(p.program, text, e, true) {
			set(e, c.set)
			set(e, p.set)
			return p
		}
	}
	return nil
}

func set(e *logviz.Event, fields []logviz.Field) {
	for _, f := range fields {
		e.Set(f.Name, f.Value)
	}
}

// apply gives the event the fields of a match. It is all or nothing: a piece that is no value of its type, such as the
// 31st of February, undoes the match. Without replace, fields that are set already are kept.
func (s *Stream) apply(p *program, text string, e *logviz.Event, replace bool) bool {
	values := s.values[:len(p.fields)]
	clear(values)
	for i, f := range p.fields {
		sp := s.matcher.spans[i]
		if sp.from < 0 {
			continue
		}
		piece := text[sp.from:sp.to]
		if f.typ.value == nil {
			values[i] = logviz.StringValue(piece)
			continue
		}
		v, ok := f.typ.value(piece, &s.clock)
		if !ok {
			return false
		}
		values[i] = v
	}
	for i, f := range p.fields {
		if values[i].Kind() == 0 || !replace && e.Has(f.name) {
			continue
		}
		e.Set(f.name, values[i])
		if owner, ok := strings.CutSuffix(f.name, ".address"); ok {
			setEndpoint(e, owner, values[i].String())
		}
	}
	return true
}
