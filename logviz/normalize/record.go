package normalize

import (
	"net/netip"
	"strings"

	"ops/logviz"
)

// Record is one record as a stream understood it: which rules matched, and where in the text their fields are. Event
// makes an event of it, AppendJSON writes it out without.
type Record struct {
	line     string
	parts    []part
	headers  int // parts of the header; the record's text comes behind them
	captures []capture
	times    []logviz.Value // of the captures that are moments, in order
	time     logviz.Value   // of the record
	original bool           // keep the line as a field
	within   bool           // all captures are parts of the line
	clean    bool           // and need no escapes in JSON
	known    [roles]string  // the texts of the fields that are asked for again and again
	added    []logviz.Field
	source   struct { // the address parsed last
		text string
		addr netip.Addr
	}
	// full says that a rule had transforms: the fields are those of made, and not what the parts say.
	full bool
	made logviz.Event
	// memory is that of the record's shape, if it was read by it.
	memory *memory
	folded bool         // parts and captures are still those of the memory
	event  logviz.Event // for AppendJSON, where it needs one
	shown  struct {     // the time written last
		time logviz.Value
		json []byte
	}
}

// Add gives the record one more field, which it must not have.
func (r *Record) Add(name string, v logviz.Value) {
	r.added = append(r.added, logviz.Field{Name: name, Value: v})
}

// part is the match of one rule.
type part struct {
	rule     *rule
	from, to int // its captures
	times    int // the first of its times
}

// whole reports whether the header that matched leaves no message to a body.
func (r *Record) whole() bool {
	n := r.headers
	return n > 0 && r.parts[n-1].rule.definition.Stage == Line
}

func (r *Record) reset(line string) {
	r.line, r.headers, r.time, r.original, r.within = line, 0, logviz.Value{}, false, true
	r.known, r.full, r.memory, r.folded = [roles]string{}, false, nil, false
	r.parts, r.captures, r.times, r.added = r.parts[:0], r.captures[:0], r.times[:0], r.added[:0]
}

// Rules returns the names of the definition and pattern of each match, "sshd/failed", in the order of the stages.
func (r *Record) Rules() []string {
	r.unfold()
	names := make([]string, len(r.parts))
	for i, p := range r.parts {
		names[i] = p.rule.definition.Name + "/" + p.rule.name
	}
	return names
}

// Text returns a field as text: the last one that was found, empty if there is none.
func (r *Record) Text(field string) string {
	if role := roleOf(field); role != 0 {
		return r.known[role]
	}
	if r.full {
		return textOf(&r.made, field)
	}
	r.unfold()
	for i := len(r.parts) - 1; i >= 0; i-- {
		p := &r.parts[i]
		for k := len(p.rule.set) - 1; k >= 0; k-- {
			if p.rule.set[k].Name == field {
				return p.rule.set[k].Value.String()
			}
		}
		for k := p.to - 1; k >= p.from; k-- {
			if r.captures[k].field.name == field {
				return r.captures[k].text
			}
		}
	}
	return ""
}

// gives reports whether the field of the number may be set; only if it does, Text is worth the search.
func (r *Record) gives(number int) bool {
	if r.full {
		return true
	}
	for i := range r.parts {
		if r.parts[i].rule.gives.has(number) {
			return true
		}
	}
	return false
}

// Event fills an event with the record's fields in the order in which they were found.
func (r *Record) Event(e *logviz.Event) {
	r.unfold()
	e.Reset()
	if r.full {
		for name, v := range r.made.All() {
			e.Set(name, v)
		}
	} else {
		r.fill(e)
	}
	for _, f := range r.added {
		e.Set(f.Name, f.Value)
	}
}

// fill sets what the parts say.
func (r *Record) fill(e *logviz.Event) {
	for i := range r.parts {
		if i == r.headers && r.original {
			e.Set(logviz.FieldOriginal, logviz.StringValue(r.line))
		}
		r.fillPart(e, &r.parts[i])
	}
	if r.headers == len(r.parts) && r.original {
		e.Set(logviz.FieldOriginal, logviz.StringValue(r.line))
	}
}

func (r *Record) fillPart(e *logviz.Event, p *part) {
	times := p.times
	for _, c := range r.captures[p.from:p.to] {
		v := logviz.StringValue(c.text)
		switch {
		case c.field.typ.moment:
			v = r.times[times]
			times++
		case c.field.typ.value != nil:
			v, _ = c.field.typ.value(c.text, nil)
		}
		e.Set(c.field.name, v)
		if owner, ok := endpointOf(c.field.name); ok {
			setEndpoint(e, owner, c.text)
		}
	}
	for _, f := range p.rule.set {
		e.Set(f.Name, f.Value)
	}
}

// Source returns source.ip, or the zero address.
func (r *Record) Source() netip.Addr {
	for _, role := range [...]role{roleSource, roleAddress} {
		text := r.known[role]
		if text == "" {
			continue
		}
		if text == r.source.text { // logs of attacks repeat it
			return r.source.addr
		}
		if a, err := netip.ParseAddr(text); err == nil {
			r.source.text, r.source.addr = strings.Clone(text), a.Unmap().WithZone("")
			return r.source.addr
		}
	}
	return netip.Addr{}
}

// role is a field that the chain itself asks for.
type role uint8

const (
	roleProgram role = iota + 1
	roleMessage
	roleSource
	roleAddress
	roleCountry
	roles
)

func roleOf(field string) role {
	switch field {
	case logviz.FieldProgram:
		return roleProgram
	case logviz.FieldMessage:
		return roleMessage
	case logviz.FieldSourceIP:
		return roleSource
	case "source.address":
		return roleAddress
	case logviz.FieldCountry:
		return roleCountry
	}
	return 0
}
