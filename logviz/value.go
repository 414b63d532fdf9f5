package logviz

import (
	"math"
	"net/netip"
	"strconv"
	"time"
)

// Kind is the type of a [Value].
type Kind uint8

// The kinds of value that a definition can extract. The zero Kind is that of no value.
const (
	String    Kind = iota + 1 // text as it was logged; it may hold any byte
	Integer                   // 64-bit signed
	Float                     // 64-bit IEEE 754
	Bool                      // true or false
	IP                        // an IPv4 or IPv6 address without zone, IPv4-mapped addresses as IPv4
	MAC                       // a hardware address, six lower-case pairs with colons
	Timestamp                 // a moment with the offset it was written with, nanoseconds, years 1678 to 2261
	Duration                  // nanoseconds
	Bytes                     // a size in bytes
	List                      // several strings: event.category, tags
)

// Value is one typed field value of an [Event]. It is small, immutable and compared with [Value.Equal].
// The zero Value is no value.
type Value struct {
	kind   Kind
	offset int32  // Timestamp: seconds east of UTC
	num    uint64 // Integer, Bool, Timestamp (Unix ns), Duration (ns), Bytes as two's complement; Float as bits
	text   string // String, IP, MAC
	list   []string
}

// StringValue returns s as it is.
func StringValue(s string) Value { return Value{kind: String, text: s} }

// IntegerValue returns a whole number.
func IntegerValue(n int64) Value { return Value{kind: Integer, num: uint64(n)} }

// FloatValue returns a number; NaN and infinities have no form in JSON and print as null.
func FloatValue(f float64) Value { return Value{kind: Float, num: math.Float64bits(f)} }

// BoolValue returns true or false.
func BoolValue(b bool) Value {
	if b {
		return Value{kind: Bool, num: 1}
	}
	return Value{kind: Bool}
}

// IPValue returns an address: without its zone, and as IPv4 where it is an IPv4-mapped IPv6 address (RFC 4291 section
// 2.5.5.2), so that one host has one name.
func IPValue(a netip.Addr) Value { return Value{kind: IP, text: a.Unmap().WithZone("").String()} }

// MACValue returns a hardware address.
func MACValue(mac [6]byte) Value {
	const digits = "0123456789abcdef"
	b := make([]byte, 0, 17)
	for i, x := range mac {
		if i > 0 {
			b = append(b, ':')
		}
		b = append(b, digits[x>>4], digits[x&15])
	}
	return Value{kind: MAC, text: string(b)}
}

// TimestampValue returns a moment; ok is false outside the years that 64 bits of nanoseconds hold.
func TimestampValue(t time.Time) (v Value, ok bool) {
	if y := t.Year(); y < 1678 || y > 2261 {
		return Value{}, false
	}
	_, offset := t.Zone()
	return Value{kind: Timestamp, num: uint64(t.UnixNano()), offset: int32(offset)}, true
}

// MomentValue returns the moment that lies a number of nanoseconds after 1970-01-01T00:00:00Z, as it is written some
// seconds east of UTC.
func MomentValue(nanoseconds int64, offset int) Value {
	return Value{kind: Timestamp, num: uint64(nanoseconds), offset: int32(offset)}
}

// DurationValue returns a length of time.
func DurationValue(d time.Duration) Value { return Value{kind: Duration, num: uint64(d)} }

// BytesValue returns a size in bytes.
func BytesValue(n int64) Value { return Value{kind: Bytes, num: uint64(n)} }

// ListValue returns several strings. The slice belongs to the value from then on.
func ListValue(list ...string) Value { return Value{kind: List, list: list} }

// Kind returns the value's type, 0 for no value.
func (v Value) Kind() Kind { return v.kind }

// Int returns an Integer, Bytes or Bool as a number, a Duration in nanoseconds, and 0 for the rest.
func (v Value) Int() int64 {
	switch v.kind {
	case Integer, Bytes, Bool, Duration:
		return int64(v.num)
	}
	return 0
}

// Float returns a Float or Integer as a float, and 0 for the rest.
func (v Value) Float() float64 {
	switch v.kind {
	case Float:
		return math.Float64frombits(v.num)
	case Integer, Bytes:
		return float64(int64(v.num))
	}
	return 0
}

// Addr returns an IP, and the zero address for the rest.
func (v Value) Addr() netip.Addr {
	if v.kind != IP {
		return netip.Addr{}
	}
	a, err := netip.ParseAddr(v.text)
	if err != nil {
		return netip.Addr{}
	}
	return a
}

// Time returns a Timestamp with its offset, and the zero time for the rest.
func (v Value) Time() time.Time {
	if v.kind != Timestamp {
		return time.Time{}
	}
	t := time.Unix(0, int64(v.num)).UTC()
	if v.offset != 0 {
		t = t.In(time.FixedZone("", int(v.offset)))
	}
	return t
}

// List returns the strings of a List, which the caller must not change, and nil for the rest.
func (v Value) List() []string { return v.list }

// Equal reports whether both have the same kind and content; timestamps are equal when they print the same.
func (v Value) Equal(w Value) bool {
	if v.kind != w.kind || v.num != w.num || v.offset != w.offset || v.text != w.text || len(v.list) != len(w.list) {
		return false
	}
	for i := range v.list {
		if v.list[i] != w.list[i] {
			return false
		}
	}
	return true
}

// String returns the value as text: timestamps in RFC 3339 with the digits of the second that are not zero, durations
// in seconds, lists joined by commas.
func (v Value) String() string {
	switch v.kind {
	case String, IP, MAC:
		return v.text
	case Integer, Bytes:
		return strconv.FormatInt(int64(v.num), 10)
	case List:
		var b []byte
		for i, s := range v.list {
			if i > 0 {
				b = append(b, ',')
			}
			b = append(b, s...)
		}
		return string(b)
	case Timestamp:
		return string(appendTime(nil, v))
	}
	return string(v.AppendJSON(nil))
}
