package normalize

import (
	"strings"
	"time"

	"ops/logviz"
)

// clock places stamps that lack a year or a zone. It belongs to one stream of records in the order they were logged.
type clock struct {
	zone *time.Location
	// reference is the moment at which the records were at hand: nothing in them is later, give or take a day.
	reference time.Time
	now       func() time.Time // gives the reference anew; may be nil
	previous  time.Time        // of the last record; zero at the start
	stretch   *Stretch         // what is being read; nil if nobody asked
	day       day              // of the stamp placed last
	isoDay    isoDay
}

// in returns the clock of another zone. It shares what a stretch remembers.
func (c *clock) in(zone *time.Location) *clock {
	other := *c
	other.zone, other.day = zone, day{}
	return &other
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

// day is a date without a year that was given one, for the stamps of the same date that follow.
type day struct {
	text             string // "Dec 10"
	midnight, offset int64  // seconds: of the date in UTC, and of the zone east of UTC
	from, to         int64  // between which seconds a stamp of the date can be placed by adding up
}

// remember keeps the date of a stamp of RFC 3164. Where the zone changes its offset within two days nothing is kept.
func (c *clock) remember(text string, t time.Time) {
	c.day = day{}
	before, after := t.AddDate(0, 0, -2), t.AddDate(0, 0, 2)
	_, offset := t.Zone()
	_, offsetBefore := before.Zone()
	_, offsetAfter := after.Zone()
	if offset != offsetBefore || offset != offsetAfter {
		return
	}
	midnight := time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC).Unix()
	c.day = day{
		text: strings.Clone(text[:len("Dec 10")]), midnight: midnight, offset: int64(offset),
		from: before.Unix(), to: min(after.Unix(), c.reference.Add(slack).Unix()),
	}
}

// sameDay does what find does for a stamp without year and fraction, if it has the date of the one before: then it lies
// less than a year after whatever precedes it.
func (c *clock) sameDay(s string) (v logviz.Value, ok bool) {
	const n = len("Dec 10 06:55:46")
	if c.day.text == "" || len(s) != n || s[:len(c.day.text)] != c.day.text || c.previous.IsZero() ||
		c.stretch != nil && c.stretch.last.IsZero() {
		return v, false
	}
	hour, minute, second := twoDigits(s, 7), twoDigits(s, 10), twoDigits(s, 13)
	if uint(hour) > 23 || uint(minute) > 59 || uint(second) > 59 {
		return v, false
	}
	at := c.day.midnight - c.day.offset + int64(hour*3600+minute*60+second)
	since := at - c.previous.Unix()
	if at < c.day.from || at > c.day.to || since < -int64(slack/time.Second) || since > 300*24*60*60 {
		return v, false
	}
	return logviz.MomentValue(at*int64(time.Second), int(c.day.offset)), true
}

// isoDay is a date of RFC 3339 that was read before, for the stamps of the same date that follow.
type isoDay struct {
	text     string // "2026-03-14"
	midnight int64  // in UTC, in seconds
}

// sameISODay does what readISO and time.Date do for a stamp of the date read last with an offset, in its plain form.
func (c *clock) sameISODay(s string) (v logviz.Value, ok bool) {
	const date, clock = len("2026-03-14"), len("2026-03-14T06:25:01")
	if len(s) <= clock || s[:date] != c.isoDay.text || s[date] != 'T' || s[13] != ':' || s[16] != ':' {
		return v, false
	}
	hour, minute, second := twoDigits(s, 11), twoDigits(s, 14), twoDigits(s, 17)
	if uint(hour) > 23 || uint(minute) > 59 || uint(second) > 59 {
		return v, false
	}
	at, nano := clock, int64(0)
	if s[at] == '.' {
		unit := int64(time.Second)
		for at++; at < len(s) && isDigit(s[at]); at++ {
			unit /= 10
			nano += unit * int64(s[at]-'0')
		}
		if at == clock+1 {
			return v, false
		}
	}
	offset := 0
	switch rest := s[at:]; {
	case rest == "Z":
	case len(rest) == len("+01:00") && (rest[0] == '+' || rest[0] == '-') && rest[3] == ':':
		hours, minutes := twoDigits(rest, 1), twoDigits(rest, 4)
		if uint(hours) > 23 || uint(minutes) > 59 {
			return v, false
		}
		offset = hours*3600 + minutes*60
		if rest[0] == '-' {
			offset = -offset
		}
	default:
		return v, false
	}
	seconds := c.isoDay.midnight + int64(hour*3600+minute*60+second-offset)
	return logviz.MomentValue(seconds*int64(time.Second)+nano, offset), true
}
