package normalize

import (
	"fmt"
	"strings"
	"time"

	"ops/logviz"
)

// layout is a moment's form in the terms of strftime(3), read as strptime(3) does: numbers may lack the zero in front,
// names are English, in any case of letters. %f is a fraction of the second, %z takes +hh, +hhmm, +hh:mm and Z.
type layout []directive

// directive is one % of a layout, or text that stands for itself.
type directive struct {
	verb byte // 0 for text
	text string
}

// composites are the directives that stand for several others.
func composite(verb byte) string {
	switch verb {
	case 'T':
		return "%H:%M:%S"
	case 'R':
		return "%H:%M"
	case 'D':
		return "%m/%d/%y"
	case 'F':
		return "%Y-%m-%d"
	}
	return ""
}

// newLayout compiles a layout. It must tell the day.
func newLayout(s string) (layout, error) {
	var out layout
	seen := make(map[byte]bool)
	for s != "" {
		text, rest, ok := strings.Cut(s, "%")
		if text != "" {
			out = append(out, directive{text: text})
		}
		if !ok {
			break
		}
		if rest == "" {
			return nil, fmt.Errorf("layout: %% at the end; write %%%% for the character")
		}
		verb := rest[0]
		s = rest[1:]
		switch {
		case verb == '%':
			out = append(out, directive{text: "%"})
		case composite(verb) != "":
			s = composite(verb) + s
		case strings.IndexByte("YymdebBhaAHIMSfpzZsj", verb) < 0:
			return nil, fmt.Errorf("layout: unknown %%%c, known are %%Y %%y %%m %%d %%e %%b %%B %%a %%A %%H %%I %%M %%S %%f %%p %%z %%Z %%s %%j %%T %%D %%F %%R %%%%", verb)
		default:
			seen[kindOf(verb)] = true
			out = append(out, directive{verb: verb})
		}
	}
	if !seen['s'] && (!seen['d'] || !seen['m']) && (!seen['j'] || !seen['Y']) {
		return nil, fmt.Errorf("layout: tells no date; it needs a day and a month, %%j and a year, or %%s")
	}
	return out, nil
}

// kindOf joins the directives that say the same.
func kindOf(verb byte) byte {
	switch verb {
	case 'e':
		return 'd'
	case 'b', 'B', 'h':
		return 'm'
	case 'y':
		return 'Y'
	}
	return verb
}

// read reads a stamp at the start of s; n is the number of bytes, -1 if it is not one.
func (l layout) read(s string) (t stamp, n int) {
	r := reader{s: s, ok: true}
	var p struct {
		half  byte // of the day, 'a' or 'p'
		year  bool
		yday  int
		epoch bool
	}
	for _, d := range l {
		if !r.ok {
			return t, -1
		}
		switch d.verb {
		case 0:
			r.text(d.text)
		case 'Y':
			t.year, p.year = r.number(4), true
		case 'y':
			t.year, p.year = 2000+r.number(2), true
			if t.year >= 2069 { // POSIX
				t.year -= 100
			}
		case 'm':
			t.month = time.Month(r.upTo(2, 1, 12))
		case 'd', 'e':
			if r.sees(" ") {
				r.at++
			}
			t.day = r.upTo(2, 1, 31)
		case 'b', 'B', 'h':
			t.month = time.Month(r.oneOf(12, func(i int) string { return time.Month(i + 1).String() }) + 1)
		case 'a', 'A':
			r.oneOf(7, func(i int) string { return time.Weekday(i).String() })
		case 'H':
			t.hour = r.upTo(2, 0, 23)
		case 'I':
			t.hour = r.upTo(2, 1, 12)
		case 'M':
			t.minute = r.upTo(2, 0, 59)
		case 'S':
			t.second = r.upTo(2, 0, 60)
		case 'j':
			p.yday = r.upTo(3, 1, 366)
		case 'f':
			r.fraction(&t)
		case 'p':
			p.half = r.half()
		case 'z':
			r.zone(&t)
		case 'Z':
			r.zoneName(&t)
		case 's':
			p.epoch = true
			size := spanInt(s[r.at:])
			v, ok := intValue(s[r.at:r.at+max(size, 0)], nil)
			if size < 0 || !ok || v.Int() > 9e9 || v.Int() < -9e9 {
				return t, -1
			}
			r.at += size
			at := time.Unix(v.Int(), 0).UTC()
			t.year, t.month, t.day = at.Date()
			t.hour, t.minute, t.second = at.Clock()
			t.zone = true
		}
	}
	if p.half != 0 && !p.epoch {
		if t.hour > 12 {
			return t, -1
		}
		t.hour %= 12
		if p.half == 'p' {
			t.hour += 12
		}
	}
	if p.yday != 0 && p.year {
		day := time.Date(t.year, 1, p.yday, 0, 0, 0, 0, time.UTC)
		if day.Year() != t.year {
			return t, -1
		}
		t.month, t.day = day.Month(), day.Day()
	}
	if !r.ok || p.year && t.day > daysIn(t.year, t.month) {
		return t, -1
	}
	if !p.year && !p.epoch {
		t.year = noYear
	}
	return t, r.at
}

// noYear marks a stamp that leaves out the year.
const noYear = -1

func (r *reader) text(s string) {
	if r.ok = r.ok && strings.HasPrefix(r.s[r.at:], s); r.ok {
		r.at += len(s)
	}
}

// upTo reads a number of at most n digits within bounds.
func (r *reader) upTo(n, low, high int) int {
	v, from := 0, r.at
	for r.ok && r.at < len(r.s) && r.at-from < n && isDigit(r.s[r.at]) {
		v = v*10 + int(r.s[r.at]-'0')
		r.at++
	}
	r.ok = r.ok && r.at > from && v >= low && v <= high
	return v
}

// oneOf reads one of n names, or its first three letters, and returns its number.
func (r *reader) oneOf(n int, name func(int) string) int {
	if r.ok = r.ok && len(r.s)-r.at >= 3; !r.ok {
		return 0
	}
	for i := range n {
		full := name(i)
		if full[0] != r.s[r.at]&^0x20 {
			continue
		}
		for _, s := range [...]string{full, full[:3]} {
			if len(r.s)-r.at >= len(s) && strings.EqualFold(r.s[r.at:r.at+len(s)], s) {
				r.at += len(s)
				return i
			}
		}
	}
	r.ok = false
	return 0
}

// fraction reads the digits of a fraction of the second, of which nanoseconds are kept.
func (r *reader) fraction(t *stamp) {
	unit, from := int(time.Second), r.at
	for r.ok && r.at < len(r.s) && isDigit(r.s[r.at]) {
		unit /= 10
		t.nano += unit * int(r.s[r.at]-'0')
		r.at++
	}
	r.ok = r.ok && r.at > from
}

// half reads AM or PM, as a or p.
func (r *reader) half() byte {
	if r.ok = r.ok && len(r.s)-r.at >= 2 && r.s[r.at+1]|0x20 == 'm'; !r.ok {
		return 0
	}
	c := r.s[r.at] | 0x20
	r.ok = c == 'a' || c == 'p'
	r.at += 2
	return c
}

func (r *reader) zone(t *stamp) {
	if r.sees("Zz") {
		r.at++
		t.zone = true
		return
	}
	sign := 1
	if r.sees("-") {
		sign = -1
	}
	r.byte("+-")
	hours, minutes := r.number(2), 0
	if r.sees(":") {
		r.at++
		minutes = r.number(2)
	} else if r.sees("0123456789") {
		minutes = r.number(2)
	}
	r.ok = r.ok && hours < 24 && minutes < 60
	t.zone, t.offset = true, sign*(hours*3600+minutes*60)
}

// zoneName reads a zone's abbreviation. Those of RFC 5322 section 4.3 say the offset; the others mean different zones
// in different countries and leave it to the definition or the stream.
func (r *reader) zoneName(t *stamp) {
	from := r.at
	for r.ok && r.at < len(r.s) && (r.s[r.at]|0x20)-'a' < 26 {
		r.at++
	}
	hours := 0
	switch r.s[min(from, r.at):r.at] {
	case "":
		r.ok = false
		return
	case "UTC", "GMT", "UT", "Z":
	case "EDT":
		hours = -4
	case "EST", "CDT":
		hours = -5
	case "CST", "MDT":
		hours = -6
	case "MST", "PDT":
		hours = -7
	case "PST":
		hours = -8
	default:
		return
	}
	t.zone, t.offset = true, hours*3600
}

// first returns what a stamp can begin with; nil for any byte.
func (l layout) first() *byteSet {
	switch d := l[0]; d.verb {
	case 0:
		return those(is(d.text[0]))
	case 'b', 'B', 'h':
		return anyCase("JFMASOND")
	case 'a', 'A':
		return anyCase("SMTWF")
	case 'Z', 'p':
		return those(func(c byte) bool { return (c|0x20)-'a' < 26 })
	case 'd', 'e':
		return those(func(c byte) bool { return isDigit(c) || c == ' ' })
	case 'z', 's':
		return nil
	}
	return those(isDigit)
}

// mayBegin reports whether a text can begin with a stamp, as far as its first letters tell. All layouts of a type begin
// with the same.
func (l layout) mayBegin(s string) bool {
	const days = "sunmontuewedthufrisat"
	if l[0].verb != 'a' && l[0].verb != 'A' {
		return true
	}
	if len(s) < 3 {
		return false
	}
	day := [3]byte{s[0] | 0x20, s[1] | 0x20, s[2] | 0x20}
	at := strings.Index(days, string(day[:]))
	return at >= 0 && at%3 == 0
}

func anyCase(letters string) *byteSet {
	return those(func(c byte) bool { return strings.IndexByte(letters, c&^0x20) >= 0 && c >= 'A' })
}

// momentType makes a type of layouts, of which the first that matches counts.
func momentType(name, doc string, layouts ...layout) *fieldType {
	read := func(s string) (stamp, int) {
		for _, l := range layouts {
			if t, n := l.read(s); n >= 0 {
				return t, n
			}
		}
		return stamp{}, -1
	}
	span := func(s string) int {
		if !layouts[0].mayBegin(s) {
			return -1
		}
		_, n := read(s)
		return n
	}
	value := func(s string, c *clock) (logviz.Value, bool) {
		t, n := read(s)
		if n != len(s) {
			return logviz.Value{}, false
		}
		return t.value(c)
	}
	return &fieldType{name: name, doc: doc, span: span, first: layouts[0].first(), fixed: true, value: value, moment: true}
}

// layoutType is strftime(…).
func layoutType(name, text string) (*fieldType, error) {
	l, err := newLayout(text)
	if err != nil {
		return nil, err
	}
	return momentType(name, "", l), nil
}

// shippedLayout is a layout of ours, which compiles.
func shippedLayout(s string) layout {
	l, err := newLayout(s)
	if err != nil {
		panic("normalize: " + err.Error())
	}
	return l
}

// value places the stamp: a zone that it lacks is the clock's, and so is a year.
func (t *stamp) value(c *clock) (logviz.Value, bool) {
	zone := c.zone
	if t.zone {
		zone = time.UTC
		if t.offset != 0 {
			zone = time.FixedZone("", t.offset)
		}
	}
	if t.year != noYear {
		return logviz.TimestampValue(time.Date(t.year, t.month, t.day, t.hour, t.minute, t.second, t.nano, zone))
	}
	placed := c
	if zone != c.zone {
		placed = c.in(zone)
	}
	at, ok := placed.place(t.month, t.day, t.hour, t.minute, t.second, t.nano)
	if !ok {
		return logviz.Value{}, false
	}
	return logviz.TimestampValue(at)
}
