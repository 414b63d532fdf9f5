package normalize

import "time"

// clock places stamps that lack a year or a zone. It belongs to one stream of records in the order they were logged.
type clock struct {
	zone *time.Location
	// reference is the moment at which the records were at hand: nothing in them is later, give or take a day.
	reference time.Time
	previous  time.Time // of the last record; zero at the start
	stretch   *Stretch  // what is being read; nil if nobody asked
}

// slack is how far stamps may run backwards, or ahead of the reference: clocks are set, zones are mistaken.
const slack = 24 * time.Hour

// find gives a stamp without a year its year (RFC 3164 section 4.1.2 leaves it out). After another record it is the
// first year that does not put the stamp more than slack before that record: so a log may cross New Year, and late
// lines of the old year still belong to it. At the start, or where that would lie after the reference, it is the last
// year that does not put the stamp after the reference. ok is false for a day that no such year has.
func (c *clock) find(month time.Month, day, hour, minute, second, nano int) (t time.Time, ok bool) {
	at := func(year int) (time.Time, bool) {
		t := time.Date(year, month, day, hour, minute, second, nano, c.zone)
		return t, t.Day() == day || second == 60 // a day that the month lacks has rolled over
	}
	limit := c.reference.Add(slack)
	if !c.previous.IsZero() {
		earliest := c.previous.Add(-slack)
		for year := earliest.In(c.zone).Year(); year <= limit.Year()+1; year++ {
			if t, ok = at(year); ok && !t.Before(earliest) {
				break
			}
		}
		if ok && !t.After(limit) {
			return t, true
		}
	}
	for year := limit.In(c.zone).Year(); year > limit.Year()-9; year-- { // 9: from one leap day to the next over 1900
		if t, ok = at(year); ok && !t.After(limit) {
			return t, true
		}
	}
	return time.Time{}, false
}
