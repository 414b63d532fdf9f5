package normalize

import (
	"math"
	"strconv"
	"strings"
	"time"

	"ops/logviz"
)

// quantityTypes are numbers with a unit, and what else is a value in other letters.
func quantityTypes() []*fieldType {
	digit, letter := those(isDigit), those(isNameByte)
	number := those(func(c byte) bool { return isDigit(c) || c == '-' || c == '+' })
	uri := except(" \t\"")
	return []*fieldType{
		{name: "duration", doc: "12ms, 1.5 s, 2h, 3 days, or [D+]HH:MM:SS[.f]; becomes nanoseconds", span: spanDuration, first: digit, fixed: true, ok: has(durationValue), value: durationValue},
		{name: "bytes", doc: "12, 12K (1024), 1.5MB (1000²), 1 GiB (1024³); becomes bytes", span: spanBytes, first: digit, fixed: true, least: 1, ok: has(bytesValue), value: bytesValue, written: isCanonical},
		{name: "bool", doc: "true, yes, on, 1 or false, no, off, 0, in any case of letters", class: letter, first: letter, fixed: true, least: 1, ok: has(boolValue), value: boolValue},
		{name: "hex", doc: "hexadecimal digits, also behind 0x; stays text", span: spanHex, first: those(isHex), fixed: true},
		{name: "uri", doc: "anything without white space and double quotes", class: uri, first: uri, least: 1},
		{name: "epoch-ms", doc: "milliseconds since 1970", span: spanFloat, first: number, fixed: true, value: epochValue(time.Millisecond), moment: true},
		{name: "filetime", doc: "Windows: steps of 100 nanoseconds since 1601", span: run(isDigit), first: digit, fixed: true, least: 1, value: filetimeValue, moment: true},
		momentType("clf", "10/Oct/2000:13:55:36 -0700, of the Common Log Format", shippedLayout("%d/%b/%Y:%H:%M:%S %z")),
		momentType("ctime", "Wed Oct 11 14:32:52 2000, also with a fraction of the second",
			shippedLayout("%a %b %e %H:%M:%S %Y"), shippedLayout("%a %b %e %H:%M:%S.%f %Y")),
	}
}

// spanMeasure reads a number, at most one blank, and the letters of a unit that known has; -1 if there is none.
func spanMeasure(s string, known func(unit string) bool) int {
	n := spanFloat(s)
	if n < 0 || !isDigit(s[0]) {
		return -1
	}
	at := n
	if at < len(s) && s[at] == ' ' {
		at++
	}
	end := at
	for end < len(s) && ((s[end]|0x20)-'a' < 26 || s[end] >= 0x80) {
		end++
	}
	if !known(s[at:end]) {
		return -1
	}
	return end
}

// measure splits what spanMeasure took.
func measure(s string) (number, unit string) {
	n := spanFloat(s)
	return s[:n], strings.TrimPrefix(s[n:], " ")
}

func durationUnit(unit string) time.Duration {
	switch unit {
	case "ns", "nsec":
		return time.Nanosecond
	case "us", "µs", "μs", "usec":
		return time.Microsecond
	case "ms", "msec", "msecs":
		return time.Millisecond
	case "s", "sec", "secs", "second", "seconds":
		return time.Second
	case "m", "min", "mins", "minute", "minutes":
		return time.Minute
	case "h", "hr", "hrs", "hour", "hours":
		return time.Hour
	case "d", "day", "days":
		return 24 * time.Hour
	}
	return 0
}

func spanDuration(s string) int {
	if n := spanMeasure(s, func(unit string) bool { return durationUnit(unit) != 0 }); n >= 0 {
		return n
	}
	_, n := readClockDuration(s)
	return n
}

// readClockDuration reads [D+]HH:MM:SS[.f]; the hours may be more than a day has.
func readClockDuration(s string) (time.Duration, int) {
	r := reader{s: s, ok: true}
	days, hours := 0, r.upTo(6, 0, 999_999)
	if r.sees("+") {
		r.at++
		days, hours = hours, r.upTo(2, 0, 23)
	}
	r.byte(":")
	minutes := r.upTo(2, 0, 59)
	r.byte(":")
	seconds := r.upTo(2, 0, 59)
	var t stamp
	if r.sees(".") && r.at+1 < len(s) && isDigit(s[r.at+1]) {
		r.at++
		r.fraction(&t)
	}
	if !r.ok || days > 100_000 {
		return 0, -1
	}
	return time.Duration(days*24+hours)*time.Hour + time.Duration(minutes)*time.Minute +
		time.Duration(seconds)*time.Second + time.Duration(t.nano), r.at
}

func durationValue(s string, _ *clock) (logviz.Value, bool) {
	if strings.IndexByte(s, ':') >= 0 {
		d, n := readClockDuration(s)
		return logviz.IntegerValue(int64(d)), n == len(s)
	}
	number, unit := measure(s)
	return scaled(number, int64(durationUnit(unit)), logviz.IntegerValue)
}

// scaled multiplies a decimal number with a unit. What 64 bits cannot hold is no value.
func scaled(number string, unit int64, value func(int64) logviz.Value) (logviz.Value, bool) {
	if n, err := strconv.ParseInt(number, 10, 64); err == nil {
		return value(n * unit), n <= math.MaxInt64/unit
	}
	f, err := strconv.ParseFloat(number, 64)
	if f = math.Round(f * float64(unit)); err != nil || f >= math.MaxInt64 {
		return logviz.Value{}, false
	}
	return value(int64(f)), true
}

// byteUnit follows GNU: a letter alone and with iB counts in 1024, with B in 1000.
func byteUnit(unit string) int64 {
	if unit == "" || unit == "B" || strings.EqualFold(unit, "bytes") || strings.EqualFold(unit, "byte") {
		return 1
	}
	power := strings.IndexByte("KMGTP", unit[0]&^0x20) + 1
	base := int64(1024)
	switch unit[1:] {
	case "", "iB", "ib", "i":
	case "B", "b":
		base = 1000
	default:
		return 0
	}
	n := int64(1)
	if power == 0 {
		return 0
	}
	for range power {
		n *= base
	}
	return n
}

func spanBytes(s string) int {
	if n := spanMeasure(s, func(unit string) bool { return unit != "" && byteUnit(unit) != 0 }); n >= 0 {
		return n
	}
	return run(isDigit)(s)
}

func bytesValue(s string, _ *clock) (logviz.Value, bool) {
	if s == "" {
		return logviz.Value{}, false
	}
	number, unit := measure(s)
	return scaled(number, byteUnit(unit), logviz.BytesValue)
}

// has accepts what is a value, where the length alone does not say so.
func has(value func(string, *clock) (logviz.Value, bool)) func(string) bool {
	return func(s string) bool {
		_, ok := value(s, nil)
		return ok
	}
}

func boolValue(s string, _ *clock) (logviz.Value, bool) {
	switch strings.ToLower(s) {
	case "true", "yes", "on", "1":
		return logviz.BoolValue(true), true
	case "false", "no", "off", "0":
		return logviz.BoolValue(false), true
	}
	return logviz.Value{}, false
}

func spanHex(s string) int {
	if n := run(isHex)(s); n != 1 || len(s) < 3 || s[0] != '0' || s[1]|0x20 != 'x' || !isHex(s[2]) {
		if n == 0 {
			return -1
		}
		return n
	}
	return 2 + run(isHex)(s[2:])
}

// filetimeValue converts Windows' FILETIME, shown in the stream's zone.
func filetimeValue(s string, c *clock) (logviz.Value, bool) {
	const unixEpoch, step = 116_444_736_000_000_000, 100
	n, err := strconv.ParseInt(s, 10, 64)
	if n -= unixEpoch; err != nil || n > math.MaxInt64/step || n < math.MinInt64/step {
		return logviz.Value{}, false
	}
	return logviz.TimestampValue(time.Unix(0, n*step).In(c.zone))
}
