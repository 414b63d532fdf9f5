package normalize

// template is the JSON of records of one shape. What no digit is a part of is the same in all of them.
type template []segment

// segment is a text that is always the same, and what comes behind it.
type segment struct {
	text []byte
	kind segmentKind
	at   place // of the piece of the line
	time int   // which time it is
}

type segmentKind uint8

const (
	segmentEnd      segmentKind = iota // nothing comes behind the text
	segmentPiece                       // a piece of the line as it is
	segmentValue                       // a piece as the value of its type
	segmentTime                        // a time
	segmentEndpoint                    // what a piece is as an X.address
)

// newTemplate makes the template of the record's shape; the record is clean and gives no field twice.
func (r *Record) newTemplate() template {
	t := templateBuilder{line: r.line}
	original := func() {
		if r.original {
			t.text = append(t.text, `,"event.original":"`...)
			if !t.piece(segmentPiece, nil, r.line) {
				t.text = append(t.text, r.line...)
			}
			t.text = append(t.text, '"')
		}
	}
	for i := range r.parts {
		if i == r.headers {
			original()
		}
		p := &r.parts[i]
		times := p.times
		for _, c := range r.captures[p.from:p.to] {
			t.text = append(t.text, c.field.key...)
			switch typ := c.field.typ; {
			case typ.moment:
				t.add(segment{kind: segmentTime, time: times})
				times++
			case typ.value == nil:
				t.text = append(t.text, '"')
				if !t.piece(segmentPiece, c.field, c.text) {
					t.text = append(t.text, c.text...)
				}
				t.text = append(t.text, '"')
			case !t.piece(segmentValue, c.field, c.text):
				t.text = typ.append(t.text, c.text)
			}
			if e := c.field.endpoint; e != nil && !t.piece(segmentEndpoint, c.field, c.text) {
				t.text = e.append(t.text, c.text)
			}
		}
		t.text = append(t.text, p.rule.fixed...)
	}
	if r.headers == len(r.parts) {
		original()
	}
	t.add(segment{})
	return t.segments
}

type templateBuilder struct {
	line     string
	text     []byte // since the last segment
	segments template
}

func (t *templateBuilder) add(s segment) {
	s.text, t.text = t.text, nil
	if len(t.segments) == 0 && len(s.text) > 0 {
		s.text = s.text[1:] // the first member has no comma before it
	}
	t.segments = append(t.segments, s)
}

// piece adds a piece of the line. It reports false if the piece is the same in all lines of the shape.
func (t *templateBuilder) piece(kind segmentKind, f *fieldRef, s string) bool {
	if !hasDigit(s) {
		return false
	}
	from, _ := offset(t.line, s)
	t.add(segment{kind: kind, at: place{f, int32(from), int32(from + len(s))}})
	return true
}

func (t template) append(b []byte, r *Record) []byte {
	for i := range t {
		s := &t[i]
		b = append(b, s.text...)
		piece := r.line[s.at.from:s.at.to]
		switch s.kind {
		case segmentPiece:
			b = append(b, piece...)
		case segmentValue:
			b = s.at.field.typ.append(b, piece)
		case segmentTime:
			b = r.appendTime(b, s.time)
		case segmentEndpoint:
			b = s.at.field.endpoint.append(b, piece)
		}
	}
	return b
}
