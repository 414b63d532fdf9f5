package pylogsparser

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// moment is a datetime of Python. A naive one has no zone: its time is written in UTC.
type moment struct {
	t     time.Time
	aware bool
}

// String is what Python's str writes.
func (m moment) String() string {
	s := m.t.Format("2006-01-02 15:04:05")
	if us := m.t.Nanosecond() / 1000; us > 0 {
		s += fmt.Sprintf(".%06d", us)
	}
	if m.aware {
		s += m.t.Format("-07:00")
	}
	return s
}

func (m moment) Type() string          { return "datetime" }
func (m moment) Freeze()               {}
func (m moment) Truth() starlark.Bool  { return true }
func (m moment) Hash() (uint32, error) { return starlark.String(m.String()).Hash() }
func (m moment) AttrNames() []string {
	return []string{"ctime", "date", "day", "hour", "isoformat", "microsecond", "minute", "month", "replace", "second", "strftime", "year"}
}

// parts are the fields of a datetime in the order of its constructor.
func parts() []string {
	return []string{"year", "month", "day", "hour", "minute", "second", "microsecond"}
}

func (m moment) values() []int {
	return []int{m.t.Year(), int(m.t.Month()), m.t.Day(), m.t.Hour(), m.t.Minute(), m.t.Second(), m.t.Nanosecond() / 1000}
}

func (m moment) Attr(name string) (starlark.Value, error) {
	for i, part := range parts() {
		if part == name {
			return starlark.MakeInt(m.values()[i]), nil
		}
	}
	say := func(s string) (starlark.Value, error) {
		return function(name, func(*starlark.Thread, starlark.Tuple, []starlark.Tuple) (starlark.Value, error) {
			return starlark.String(s), nil
		}), nil
	}
	switch name {
	case "isoformat":
		return say(strings.Replace(m.String(), " ", "T", 1))
	case "ctime":
		return say(m.t.Format(time.ANSIC))
	case "replace":
		return function(name, func(_ *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
			values := m.values()
			changed := m
			for _, kw := range kwargs {
				if kw[0] == starlark.String("tzinfo") && kw[1] == starlark.None {
					changed.aware = false
				}
			}
			if err := setParts(values, args, kwargs); err != nil {
				return nil, err
			}
			zone := time.UTC
			if changed.aware {
				zone = m.t.Location()
			}
			return makeMoment(values, zone, changed.aware)
		}), nil
	case "strftime":
		return text(name, func(_ *starlark.Thread, layout string) (starlark.Value, error) {
			l, err := goLayout(layout)
			if err != nil {
				return nil, err
			}
			return starlark.String(m.t.Format(l)), nil
		}), nil
	}
	return nil, nil
}

// setParts changes the fields that the arguments name.
func setParts(values []int, args starlark.Tuple, kwargs []starlark.Tuple) error {
	set := func(i int, v starlark.Value) error {
		n, err := starlark.AsInt32(v)
		if err != nil {
			return err
		}
		values[i] = n
		return nil
	}
	if len(args) > len(values) {
		return errors.New("datetime takes at most seven numbers")
	}
	for i, v := range args {
		if err := set(i, v); err != nil {
			return err
		}
	}
	for _, kw := range kwargs {
		known := false
		for i, part := range parts() {
			if kw[0] == starlark.String(part) {
				known = true
				if err := set(i, kw[1]); err != nil {
					return err
				}
			}
		}
		if !known && kw[0] != starlark.String("tzinfo") {
			return fmt.Errorf("datetime has no %s", kw[0])
		}
	}
	return nil
}

// makeMoment refuses days that do not exist, as Python does.
func makeMoment(v []int, zone *time.Location, aware bool) (moment, error) {
	t := time.Date(v[0], time.Month(v[1]), v[2], v[3], v[4], v[5], 0, zone)
	if v[0] < 1 || v[0] > 9999 || v[6] < 0 || v[6] > 999999 || int(t.Month()) != v[1] || t.Day() != v[2] ||
		v[3] < 0 || v[3] > 23 || v[4] < 0 || v[4] > 59 || v[5] < 0 || v[5] > 59 {
		return moment{}, fmt.Errorf("no such moment: %v", v)
	}
	return moment{t.Add(time.Duration(v[6]) * time.Microsecond), aware}, nil
}

func (m moment) CompareSameType(op syntax.Token, y starlark.Value, _ int) (bool, error) {
	c := m.t.Compare(y.(moment).t)
	switch op {
	case syntax.EQL:
		return c == 0, nil
	case syntax.NEQ:
		return c != 0, nil
	case syntax.LT:
		return c < 0, nil
	case syntax.LE:
		return c <= 0, nil
	case syntax.GT:
		return c > 0, nil
	case syntax.GE:
		return c >= 0, nil
	}
	return false, fmt.Errorf("a datetime has no %s", op)
}

func (m moment) Binary(op syntax.Token, y starlark.Value, side starlark.Side) (starlark.Value, error) {
	switch y := y.(type) {
	case span:
		switch {
		case op == syntax.PLUS:
			return moment{m.t.Add(time.Duration(y)), m.aware}, nil
		case op == syntax.MINUS && side == starlark.Left:
			return moment{m.t.Add(-time.Duration(y)), m.aware}, nil
		}
	case moment:
		if op == syntax.MINUS && side == starlark.Left {
			return span(m.t.Sub(y.t)), nil
		}
	}
	return nil, nil
}

// span is a timedelta of Python.
type span time.Duration

func (s span) String() string        { return time.Duration(s).String() }
func (s span) Type() string          { return "timedelta" }
func (s span) Freeze()               {}
func (s span) Truth() starlark.Bool  { return s != 0 }
func (s span) Hash() (uint32, error) { return uint32(s), nil }
func (s span) AttrNames() []string   { return []string{"days", "seconds"} }

func (s span) Attr(name string) (starlark.Value, error) {
	days := int64(math.Floor(time.Duration(s).Hours() / 24))
	switch name {
	case "days":
		return starlark.MakeInt64(days), nil
	case "seconds":
		return starlark.MakeInt64(int64(time.Duration(s)/time.Second) - days*86400), nil
	}
	return nil, nil
}

func newTimedelta(_ *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var days, seconds, micro, milli, minutes, hours, weeks starlark.Value
	if err := starlark.UnpackArgs("timedelta", args, kwargs, "days?", &days, "seconds?", &seconds, "microseconds?", &micro,
		"milliseconds?", &milli, "minutes?", &minutes, "hours?", &hours, "weeks?", &weeks); err != nil {
		return nil, err
	}
	total := 0.0
	for _, p := range []struct {
		v    starlark.Value
		unit time.Duration
	}{{days, 24 * time.Hour}, {seconds, time.Second}, {micro, time.Microsecond}, {milli, time.Millisecond}, {minutes, time.Minute}, {hours, time.Hour}, {weeks, 7 * 24 * time.Hour}} {
		if p.v == nil {
			continue
		}
		f, ok := starlark.AsFloat(p.v)
		if !ok {
			return nil, errors.New("timedelta takes numbers")
		}
		total += f * float64(p.unit)
	}
	if math.Abs(total) > math.MaxInt64/2 || math.IsNaN(total) {
		return nil, errors.New("timedelta of centuries")
	}
	return span(total), nil
}

// datetimeType is the class datetime: called, it makes one.
type datetimeType struct{}

func (datetimeType) String() string        { return "<type datetime>" }
func (datetimeType) Type() string          { return "type" }
func (datetimeType) Name() string          { return "datetime" }
func (datetimeType) Freeze()               {}
func (datetimeType) Truth() starlark.Bool  { return true }
func (datetimeType) Hash() (uint32, error) { return 1, nil }
func (datetimeType) AttrNames() []string {
	return []string{"fromtimestamp", "now", "strptime", "utcfromtimestamp", "utcnow"}
}

func (datetimeType) CallInternal(_ *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	values := make([]int, len(parts()))
	if len(args)+len(kwargs) < 3 {
		return nil, errors.New("datetime takes a year, a month and a day")
	}
	if err := setParts(values, args, kwargs); err != nil {
		return nil, err
	}
	return makeMoment(values, time.UTC, false)
}

// naive is what a clock in that zone shows, without the zone.
func naive(t time.Time, zone *time.Location) moment {
	t = t.In(zone)
	return moment{time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), time.UTC), false}
}

func (datetimeType) Attr(name string) (starlark.Value, error) {
	zone := func(w *world) *time.Location {
		if strings.HasPrefix(name, "utc") {
			return time.UTC
		}
		return w.zone
	}
	switch name {
	case "now", "utcnow":
		return function(name, func(thread *starlark.Thread, _ starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
			w := worldOf(thread)
			return naive(w.now, zone(w)), nil
		}), nil
	case "fromtimestamp", "utcfromtimestamp":
		return unary(name, func(thread *starlark.Thread, v starlark.Value) (starlark.Value, error) {
			f, ok := starlark.AsFloat(v)
			if !ok || math.IsNaN(f) || f < -62e9 || f > 253e9 {
				return nil, fmt.Errorf("no moment: %s", v)
			}
			whole, fraction := math.Modf(f)
			t := time.Unix(int64(whole), int64(math.Round(fraction*1e6))*1000)
			return naive(t, zone(worldOf(thread))), nil
		}), nil
	case "strptime":
		return function(name, func(_ *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
			var s, layout string
			if err := starlark.UnpackArgs(name, args, kwargs, "string", &s, "format", &layout); err != nil {
				return nil, err
			}
			l, err := goLayout(layout)
			if err != nil {
				return nil, err
			}
			t, err := time.Parse(l, s)
			if err != nil {
				return nil, err
			}
			return moment{t, false}, nil
		}), nil
	}
	return nil, nil
}

// goLayout translates a layout of strptime.
func goLayout(layout string) (string, error) {
	var out strings.Builder
	for i := 0; i < len(layout); i++ {
		if layout[i] != '%' || i+1 == len(layout) {
			out.WriteByte(layout[i])
			continue
		}
		i++
		known := map[byte]string{
			'Y': "2006", 'y': "06", 'm': "01", 'd': "2", 'b': "Jan", 'B': "January", 'a': "Mon", 'A': "Monday", 'H': "15", 'I': "03",
			'M': "04", 'S': "05", 'f': "000000", 'p': "PM", 'z': "-0700", 'Z': "MST", '%': "%", 'j': "002",
		}
		piece, ok := known[layout[i]]
		if !ok {
			return "", fmt.Errorf("%%%c is no part of a date that is known here", layout[i])
		}
		out.WriteString(piece)
	}
	return out.String(), nil
}

// filetime reads the count of Windows: tenths of a microsecond since 1601.
func filetime(thread *starlark.Thread, v starlark.Value) (starlark.Value, error) {
	i, err := integer(thread, starlark.Tuple{v}, nil)
	if err != nil {
		return nil, err
	}
	n, ok := i.(starlark.Int).Int64()
	if !ok || n < 0 {
		return nil, fmt.Errorf("no moment of Windows: %s", v)
	}
	m := naive(time.Unix(n/10_000_000-11_644_473_600, 0), worldOf(thread).zone)
	return starlark.String(strings.Replace(m.String(), " ", "T", 1)), nil
}

// toNaiveUTC reads a naive datetime in a zone by name; an unknown zone is UTC.
func toNaiveUTC(_ *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var date starlark.Value
	var name string
	if err := starlark.UnpackArgs("to_naive_utc", args, kwargs, "date", &date, "from_tz", &name); err != nil {
		return nil, err
	}
	m, ok := date.(moment)
	if !ok {
		return nil, errors.New("to_naive_utc takes a datetime")
	}
	return naive(placed(m.t, zoneNamed(name)), time.UTC), nil
}

// zoneNamed is a zone by name; an unknown one is UTC, as is one that would be a file of ours.
func zoneNamed(name string) *time.Location {
	if name == "" || name == "Local" {
		return time.UTC
	}
	zone, err := time.LoadLocation(name)
	if err != nil {
		return time.UTC
	}
	return zone
}

// placed reads the clock of t in another zone.
func placed(t time.Time, zone *time.Location) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), zone)
}

// isoDate reads the dates of ISO 8601 and, as the examples of old definitions have it, of RFC 3164.
func isoDate(thread *starlark.Thread, s string) (starlark.Value, error) {
	s = strings.TrimSpace(s)
	for _, l := range []struct {
		layout string
		aware  bool
	}{
		{time.RFC3339Nano, true},
		{"2006-01-02T15:04:05Z0700", true},
		{"2006-01-02T15:04:05Z07", true},
		{"2006-01-02 15:04:05Z07:00", true},
		{"2006-01-02T15:04:05", false},
		{"2006-01-02 15:04:05", false},
		{"2006-01-02T15:04Z07:00", true},
		{"2006-01-02T15:04", false},
		{"2006-01-02", false},
	} {
		if t, err := time.Parse(l.layout, strings.ToUpper(s)); err == nil {
			return moment{t, l.aware}, nil
		}
	}
	now := naive(worldOf(thread).now, worldOf(thread).zone)
	if t, err := time.Parse("Jan _2 15:04:05 2006", s+" "+strconv.Itoa(now.t.Year())); err == nil {
		return moment{t, false}, nil
	}
	return nil, fmt.Errorf("no date of ISO 8601: %q", s)
}
