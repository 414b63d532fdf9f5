package logviz

import (
	"math"
	"strconv"
	"time"
	"unicode/utf8"
)

// AppendJSON appends the event as one JSON object without a line end: dotted field names as keys, in the order in which
// the fields were set, timestamps in RFC 3339, durations in seconds. The same event always gives the same bytes.
// Bytes that are not UTF-8 become U+FFFD, control characters are escaped.
func (e *Event) AppendJSON(b []byte) []byte {
	b = append(b, '{')
	for i := range e.fields {
		if i > 0 {
			b = append(b, ',')
		}
		b = AppendJSONString(b, e.fields[i].Name)
		b = append(b, ':')
		b = e.fields[i].Value.AppendJSON(b)
	}
	return append(b, '}')
}

// MarshalJSON is AppendJSON for encoding/json.
func (e *Event) MarshalJSON() ([]byte, error) { return e.AppendJSON(nil), nil }

// AppendJSON appends the value in the form that [Event.AppendJSON] gives it.
func (v Value) AppendJSON(b []byte) []byte {
	switch v.kind {
	case String, IP, MAC:
		return AppendJSONString(b, v.text)
	case Integer, Bytes:
		return strconv.AppendInt(b, int64(v.num), 10)
	case Float:
		f := math.Float64frombits(v.num)
		if math.IsNaN(f) || math.IsInf(f, 0) {
			return append(b, "null"...)
		}
		return strconv.AppendFloat(b, f, 'g', -1, 64)
	case Bool:
		return strconv.AppendBool(b, v.num != 0)
	case Timestamp:
		b = append(b, '"')
		b = appendTime(b, v)
		return append(b, '"')
	case Duration:
		return strconv.AppendFloat(b, time.Duration(v.num).Seconds(), 'f', -1, 64)
	case List:
		b = append(b, '[')
		for i, s := range v.list {
			if i > 0 {
				b = append(b, ',')
			}
			b = AppendJSONString(b, s)
		}
		return append(b, ']')
	}
	return append(b, "null"...)
}

// appendTime appends a moment in RFC 3339 with as many digits of the second as it needs.
func appendTime(b []byte, v Value) []byte {
	const day = 24 * 60 * 60
	seconds, nano := int64(v.num)/1e9, int64(v.num)%1e9
	if nano < 0 {
		seconds, nano = seconds-1, nano+1e9
	}
	seconds += int64(v.offset)
	days, second := seconds/day, seconds%day
	if second < 0 {
		days, second = days-1, second+day
	}
	year, month, date := civil(days)
	b = appendTwo(appendTwo(b, year/100), year%100)
	b = appendTwo(append(b, '-'), month)
	b = appendTwo(append(b, '-'), date)
	b = appendTwo(append(b, 'T'), int(second)/3600)
	b = appendTwo(append(b, ':'), int(second)/60%60)
	b = appendTwo(append(b, ':'), int(second)%60)
	if nano > 0 {
		b = append(b, '.')
		for unit := int64(1e8); nano > 0; unit /= 10 {
			b = append(b, byte('0'+nano/unit))
			nano %= unit
		}
	}
	if v.offset == 0 {
		return append(b, 'Z')
	}
	sign, offset := byte('+'), int(v.offset)
	if offset < 0 {
		sign, offset = '-', -offset
	}
	b = appendTwo(append(b, sign), offset/3600)
	return appendTwo(append(b, ':'), offset/60%60)
}

func appendTwo(b []byte, n int) []byte { return append(b, byte('0'+n/10), byte('0'+n%10)) }

// civil returns the date in the proleptic Gregorian calendar of a day counted from 1970-01-01, for years from 0 on. Years
// are taken from March on, so that a leap day is the last one.
func civil(days int64) (year, month, day int) {
	const (
		fourYears   = 4*365 + 1
		fourHundred = 400*365 + 97
	)
	d := int(days) + 719468 // from 0000-03-01
	era := d / fourHundred
	d %= fourHundred
	y := (d - d/(fourYears-1) + d/36524 - d/(fourHundred-1)) / 365
	d -= 365*y + y/4 - y/100
	m := (5*d + 2) / 153 // from March, in a pattern of five months with 153 days
	year, month, day = era*400+y, m+3, d-(153*m+2)/5+1
	if month > 12 {
		year, month = year+1, month-12
	}
	return year, month, day
}

// IsPlainJSON reports whether s stands for itself in a JSON string, as do all of its parts: printable ASCII without
// quotation marks and backslashes.
func IsPlainJSON(s string) bool {
	for ; len(s) >= 8; s = s[8:] {
		if !isPlain(s) {
			return false
		}
	}
	for i := range len(s) {
		if c := s[i]; c < ' ' || c >= 0x7f || c == '"' || c == '\\' {
			return false
		}
	}
	return true
}

// AppendJSONString appends s as a JSON string (RFC 8259 section 7).
func AppendJSONString(b []byte, s string) []byte {
	const hex = "0123456789abcdef"
	b = append(b, '"')
	start := 0
	for i := 0; i < len(s); {
		if len(s)-i >= 8 && isPlain(s[i:]) {
			i += 8
			continue
		}
		c := s[i]
		if c >= utf8.RuneSelf {
			r, size := utf8.DecodeRuneInString(s[i:])
			if r == utf8.RuneError && size == 1 {
				b = append(b, s[start:i]...)
				b = append(b, "\ufffd"...)
				start = i + 1
			}
			i += size
			continue
		}
		if c >= ' ' && c != '"' && c != '\\' && c != 0x7f {
			i++
			continue
		}
		b = append(b, s[start:i]...)
		switch c {
		case '"', '\\':
			b = append(b, '\\', c)
		case '\n':
			b = append(b, '\\', 'n')
		case '\t':
			b = append(b, '\\', 't')
		case '\r':
			b = append(b, '\\', 'r')
		default:
			b = append(b, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
		}
		i++
		start = i
	}
	b = append(b, s[start:]...)
	return append(b, '"')
}

// isPlain reports whether the first 8 bytes stand for themselves in a JSON string. It looks at all of them at once.
func isPlain(s string) bool {
	const (
		ones = 0x0101_0101_0101_0101
		tops = ones << 7
	)
	w := uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 |
		uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
	control := (w - ones*' ') &^ w // a top bit is set where a byte is below a blank, and maybe above one that is
	quote, backslash := w^ones*'"', w^ones*'\\'
	return (control|(quote-ones)&^quote|(backslash-ones)&^backslash|(w+ones)|w)&tops == 0
}
