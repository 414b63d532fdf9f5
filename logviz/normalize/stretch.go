package normalize

import "time"

// A stamp without a year is placed behind the record before it, so what a record becomes depends on all that precede it.
// A stretch makes it possible to read a log in pieces at the same time nevertheless: it is read with a guess at what
// precedes it, and remembers what it took from the guess.

// Stretch is what a stream's reading of some records in a row took from the time before them.
type Stretch struct {
	reference time.Time
	assumed   []placement
	rest      bool      // more was assumed than is kept
	last      time.Time // of its records; zero if none had one
}

// placement is a stamp without a year and where it was placed.
type placement struct {
	month                           time.Month
	day, hour, minute, second, nano int
	at                              time.Time
	ok                              bool
	zone                            *time.Location
}

// maxAssumed bounds the placements that a stretch remembers before its first record with a time.
const maxAssumed = 16

// Begin starts a stretch behind a record whose time is thought to be previous, zero at the start of a log. The stream
// refers to no text of earlier records any more.
func (s *Stream) Begin(previous time.Time) {
	s.clock.previous, s.last.typ, s.object = previous, nil, object{}
	if s.clock.now != nil {
		s.clock.reference = s.clock.now()
	}
	s.clock.stretch = &Stretch{reference: s.clock.reference}
}

// Stretch returns what was read since Begin.
func (s *Stream) Stretch() *Stretch { return s.clock.stretch }

// Holds reports whether its records would have become the same behind a record of the time previous.
func (t *Stretch) Holds(previous time.Time) bool {
	if t.rest {
		return false
	}
	c := clock{reference: t.reference, previous: previous}
	for i := range t.assumed {
		p := &t.assumed[i]
		c.zone = p.zone
		at, ok := c.find(p.month, p.day, p.hour, p.minute, p.second, p.nano)
		if ok != p.ok || ok && !at.Equal(p.at) {
			return false
		}
	}
	return true
}

// Last returns the time that precedes what follows the stretch, if it stands behind a record of the time previous.
func (t *Stretch) Last(previous time.Time) time.Time {
	if t.last.IsZero() {
		return previous
	}
	return t.last
}

// passed notes the time of a record.
func (c *clock) passed(t time.Time) {
	c.previous = t
	if c.stretch != nil {
		c.stretch.last = t
	}
}

// place gives a stamp without a year its year, see find, and remembers it while its place depends on what precedes the stretch.
func (c *clock) place(month time.Month, day, hour, minute, second, nano int) (time.Time, bool) {
	at, ok := c.find(month, day, hour, minute, second, nano)
	if t := c.stretch; t != nil && t.last.IsZero() {
		if len(t.assumed) == maxAssumed {
			t.rest = true
		} else {
			t.assumed = append(t.assumed, placement{month, day, hour, minute, second, nano, at, ok, c.zone})
		}
	}
	return at, ok
}
