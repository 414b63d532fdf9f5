package normalize

import (
	"net/netip"
	"strings"

	"ops/logviz"
)

// AppendJSON appends what the record's event would append, byte for byte, without making the event.
func (r *Record) AppendJSON(b []byte) []byte {
	start := len(b)
	if m := r.memory; m != nil && m.clean {
		if m.template == nil {
			r.unfold()
			m.template = r.newTemplate()
		}
		return r.close(m.template.append(append(b, '{'), r), start)
	}
	r.unfold()
	if r.full || !r.plain() {
		r.Event(&r.event)
		return r.event.AppendJSON(b)
	}
	r.clean = r.within && logviz.IsPlainJSON(r.line)
	b = append(b, '{')
	for i := range r.parts {
		if i == r.headers {
			b = r.appendOriginal(b)
		}
		b = r.appendPart(b, &r.parts[i])
	}
	if r.headers == len(r.parts) {
		b = r.appendOriginal(b)
	}
	return r.close(b, start)
}

// close appends what was added and ends the object that begins at start.
func (r *Record) close(b []byte, start int) []byte {
	for _, f := range r.added {
		b = append(append(append(b, ',', '"'), f.Name...), '"', ':') // names need no escapes
		b = f.Value.AppendJSON(b)
	}
	if len(b) > start+1 && b[start+1] == ',' { // the first member has none before it
		b = append(b[:start+1], b[start+2:]...)
	}
	return append(b, '}')
}

// plain reports whether no field is given twice.
func (r *Record) plain() bool {
	for i := range r.parts {
		rl := r.parts[i].rule
		if !rl.plain {
			return false
		}
		for k := range i {
			if rl.gives.meets(&r.parts[k].rule.gives) {
				return false
			}
		}
	}
	return true
}

func (r *Record) appendOriginal(b []byte) []byte {
	if r.original {
		b = append(b, `,"`+logviz.FieldOriginal+`":`...)
		b = r.appendText(b, r.line)
	}
	return b
}

// appendText appends a string that was found.
func (r *Record) appendText(b []byte, s string) []byte {
	if r.clean {
		return append(append(append(b, '"'), s...), '"')
	}
	return logviz.AppendJSONString(b, s)
}

func (r *Record) appendPart(b []byte, p *part) []byte {
	times := p.times
	for i := p.from; i < p.to; i++ {
		c := &r.captures[i]
		t := c.field.typ
		b = append(b, c.field.key...)
		switch {
		case t.moment:
			b = r.appendTime(b, times)
			times++
		case t.value == nil:
			b = r.appendText(b, c.text)
		default:
			b = t.append(b, c.text)
		}
		if c.field.endpoint != nil {
			b = c.field.endpoint.append(b, c.text)
		}
	}
	return append(b, p.rule.fixed...)
}

// append appends the value of a piece.
func (t *fieldType) append(b []byte, piece string) []byte {
	switch {
	case t.written != nil && t.written(piece):
		return append(b, piece...)
	case t.quotable && isIPv4(piece):
		return append(append(append(b, '"'), piece...), '"')
	}
	v, _ := t.value(piece, nil)
	return v.AppendJSON(b)
}

// appendTime appends the i-th time. Logs repeat them.
func (r *Record) appendTime(b []byte, i int) []byte {
	if t := r.times[i]; !t.Equal(r.shown.time) {
		r.shown.time, r.shown.json = t, t.AppendJSON(r.shown.json[:0])
	}
	return append(b, r.shown.json...)
}

// endpoint writes what an X.address is, see setEndpoint.
type endpoint struct {
	ip, domain []byte // the keys as JSON, behind a comma
}

func (e *endpoint) append(b []byte, address string) []byte {
	if isIPv4(address) {
		b = append(append(append(b, e.ip...), '"'), address...)
		return append(b, '"')
	}
	if ip, err := netip.ParseAddr(address); err == nil {
		return logviz.IPValue(ip).AppendJSON(append(b, e.ip...))
	}
	if address == unknownPeer {
		return b
	}
	return logviz.AppendJSONString(append(b, e.domain...), address)
}

// isIPv4 reports whether the text is an IPv4 address; each has one way to be written.
func isIPv4(s string) bool {
	if len(s) < len("0.0.0.0") || len(s) > len("255.255.255.255") {
		return false
	}
	dots, value, digits := 0, 0, 0
	for i := range len(s) {
		switch c := s[i]; {
		case isDigit(c):
			if digits == 3 || digits > 0 && value == 0 {
				return false
			}
			value, digits = value*10+int(c-'0'), digits+1
			if value > 255 {
				return false
			}
		case c == '.' && digits > 0:
			dots, value, digits = dots+1, 0, 0
		default:
			return false
		}
	}
	return dots == 3 && digits > 0
}

// isCanonical reports whether a whole number is written as JSON has it.
func isCanonical(s string) bool {
	if s == "0" {
		return true
	}
	s = strings.TrimPrefix(s, "-")
	return len(s) <= longestSafe && s[0]-'1' < 9
}
