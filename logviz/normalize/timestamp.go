package normalize

import (
	"strings"
	"time"

	"ops/logviz"
)

// stamp is a point in time as it was written.
type stamp struct {
	year, day, hour, minute, second, nano int
	month                                 time.Month
	zone                                  bool // an offset was written
	offset                                int  // seconds east of UTC
}

// reader reads a stamp from the left; once something does not fit, ok stays false.
type reader struct {
	s  string
	at int
	ok bool
}

// number reads exactly n digits.
func (r *reader) number(n int) int {
	if !r.ok || r.at+n > len(r.s) {
		r.ok = false
		return 0
	}
	v := 0
	for _, c := range []byte(r.s[r.at : r.at+n]) {
		if !isDigit(c) {
			r.ok = false
			return 0
		}
		v = v*10 + int(c-'0')
	}
	r.at += n
	return v
}

// byte reads one of the bytes of set.
func (r *reader) byte(set string) {
	if !r.ok || r.at >= len(r.s) || strings.IndexByte(set, r.s[r.at]) < 0 {
		r.ok = false
		return
	}
	r.at++
}

func (r *reader) sees(set string) bool {
	return r.ok && r.at < len(r.s) && strings.IndexByte(set, r.s[r.at]) >= 0
}

// clockTime reads hh:mm:ss with an optional fraction, of which nanoseconds are kept. A leap second is read as :60.
func (r *reader) clockTime(t *stamp) {
	t.hour = r.number(2)
	r.byte(":")
	t.minute = r.number(2)
	r.byte(":")
	t.second = r.number(2)
	if r.sees(".,") && r.at+1 < len(r.s) && isDigit(r.s[r.at+1]) {
		r.at++
		unit := int(time.Second)
		for r.at < len(r.s) && isDigit(r.s[r.at]) {
			unit /= 10
			t.nano += unit * int(r.s[r.at]-'0')
			r.at++
		}
	}
	if t.hour > 23 || t.minute > 59 || t.second > 60 {
		r.ok = false
	}
}

// readBSD reads the stamp of RFC 3164 section 4.1.2 ("Dec 10 06:55:46"); a year behind the day and a fraction of the
// second, as some senders add them, are read too. n is the number of bytes, -1 if it is not one.
func readBSD(s string) (t stamp, n int) {
	const months = "JanFebMarAprMayJunJulAugSepOctNovDec"
	if len(s) < len("Dec 10 06:55:46") {
		return t, -1
	}
	m := strings.Index(months, s[:3])
	if m < 0 || m%3 != 0 {
		return t, -1
	}
	t.month = time.Month(m/3 + 1)
	r := reader{s: s, at: 3, ok: true}
	r.byte(" ")
	if r.sees(" ") {
		r.at++
		t.day = r.number(1)
	} else if r.at+1 < len(s) && s[r.at+1] == ' ' { // without padding
		t.day = r.number(1)
	} else {
		t.day = r.number(2)
	}
	r.byte(" ")
	if r.ok && r.at+4 < len(s) && s[r.at+4] == ' ' {
		t.year = r.number(4)
		r.byte(" ")
	}
	r.clockTime(&t)
	if !r.ok || t.day < 1 || t.day > 31 {
		return t, -1
	}
	return t, r.at
}

// readISO reads the stamp of RFC 3339 section 5.6, and its common relatives: a blank for the T, an offset without
// colon, no offset.
func readISO(s string) (t stamp, n int) {
	r := reader{s: s, ok: true}
	t.year = r.number(4)
	r.byte("-")
	t.month = time.Month(r.number(2))
	r.byte("-")
	t.day = r.number(2)
	r.byte("Tt ")
	r.clockTime(&t)
	if !r.ok || t.month < 1 || t.month > 12 || t.day < 1 || t.day > daysIn(t.year, t.month) {
		return t, -1
	}
	switch {
	case r.sees("Zz"):
		r.at++
		t.zone = true
	case r.sees("+-"):
		sign := 1
		if s[r.at] == '-' {
			sign = -1
		}
		at := r.at
		r.at++
		hours := r.number(2)
		if r.sees(":") {
			r.at++
		}
		minutes := r.number(2)
		if !r.ok || hours > 23 || minutes > 59 {
			return t, at // not an offset: the stamp ends here
		}
		t.zone, t.offset = true, sign*(hours*3600+minutes*60)
	}
	return t, r.at
}

func daysIn(year int, month time.Month) int {
	return time.Date(year, month+1, 0, 0, 0, 0, 0, time.UTC).Day()
}

func spanBSD(s string) int {
	if isPlainBSD(s) {
		return len("Dec 10 06:55:46")
	}
	_, n := readBSD(s)
	return n
}

func spanISO(s string) int {
	_, n := readISO(s)
	return n
}

// isPlainBSD reports whether s begins with a stamp of the most common form, and a blank.
func isPlainBSD(s string) bool {
	const n = len("Dec 10 06:55:46")
	if len(s) <= n || s[n] != ' ' || s[3] != ' ' || s[6] != ' ' || s[9] != ':' || s[12] != ':' {
		return false
	}
	day, hour, minute, second := int(s[5]-'0'), twoDigits(s, 7), twoDigits(s, 10), twoDigits(s, 13)
	if s[4] != ' ' {
		day = twoDigits(s, 4)
	}
	month := strings.Index("JanFebMarAprMayJunJulAugSepOctNovDec", s[:3])
	return uint(day-1) < 31 && uint(hour) < 24 && uint(minute) < 60 && uint(second) <= 60 && month >= 0 && month%3 == 0
}

// twoDigits reads a number at a place, -100 or less if it is none.
func twoDigits(s string, at int) int {
	tens, ones := s[at]-'0', s[at+1]-'0'
	if tens > 9 || ones > 9 {
		return -100
	}
	return int(tens)*10 + int(ones)
}

func bsdValue(s string, c *clock) (logviz.Value, bool) {
	if v, ok := c.sameDay(s); ok {
		return v, true
	}
	t, n := readBSD(s)
	if n != len(s) {
		return logviz.Value{}, false
	}
	if t.year == 0 {
		placed, ok := c.place(t.month, t.day, t.hour, t.minute, t.second, t.nano)
		if !ok {
			return logviz.Value{}, false
		}
		c.remember(s, placed)
		return logviz.TimestampValue(placed)
	}
	if t.day > daysIn(t.year, t.month) {
		return logviz.Value{}, false
	}
	return logviz.TimestampValue(time.Date(t.year, t.month, t.day, t.hour, t.minute, t.second, t.nano, c.zone))
}

func isoValue(s string, c *clock) (logviz.Value, bool) {
	if v, ok := c.sameISODay(s); ok {
		return v, true
	}
	t, n := readISO(s)
	if n != len(s) {
		return logviz.Value{}, false
	}
	zone := c.zone
	if t.zone {
		zone = time.UTC
		if t.offset != 0 {
			zone = time.FixedZone("", t.offset)
		}
	}
	v, ok := logviz.TimestampValue(time.Date(t.year, t.month, t.day, t.hour, t.minute, t.second, t.nano, zone))
	if ok {
		c.isoDay = isoDay{strings.Clone(s[:len("2026-03-14")]), time.Date(t.year, t.month, t.day, 0, 0, 0, 0, time.UTC).Unix()}
	}
	return v, ok
}

// epochValue converts a count of units since 1970, shown in the stream's zone.
func epochValue(unit time.Duration) func(string, *clock) (logviz.Value, bool) {
	return func(s string, c *clock) (logviz.Value, bool) {
		whole, fraction, _ := strings.Cut(s, ".")
		n, ok := intValue(whole, c)
		if !ok || n.Int() > int64(1<<63-1)/int64(unit) || n.Int() < -int64(1<<63-1)/int64(unit) {
			return logviz.Value{}, false
		}
		ns, digit := n.Int()*int64(unit), int64(unit)
		for _, d := range []byte(fraction) {
			digit /= 10
			ns += digit * int64(d-'0')
		}
		return logviz.TimestampValue(time.Unix(0, ns).In(c.zone))
	}
}
