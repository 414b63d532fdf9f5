package normalize

import (
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"ops/logviz"
)

// fieldType says what a field matches and what value it becomes.
type fieldType struct {
	name string
	doc  string
	// span returns how many bytes at the start of s the field can take at most, -1 if it cannot match.
	span func(s string) int
	// fixed says that the field takes all of its span or nothing; else any shorter piece, of at least least bytes.
	fixed bool
	least int
	// ok, where there is one, must accept the piece.
	ok func(s string) bool
	// value converts the piece; nil means text. The clock places stamps without year or zone.
	value func(s string, c *clock) (logviz.Value, bool)
}

// fieldTypes lists the types of the pattern language.
func fieldTypes() []*fieldType {
	return []*fieldType{
		{name: "text", doc: "anything, also nothing", span: func(s string) int { return len(s) }},
		{name: "word", doc: "anything without white space", span: until(" \t"), least: 1},
		{name: "name", doc: "letters, digits, and the characters . _ -", span: run(isNameByte), least: 1},
		{name: "program", doc: "a program's name: no white space, brackets or colon", span: until(" \t[]:"), fixed: true, least: 1},
		{name: "quoted", doc: `a text in double quotes, with \" inside, without the quotes`, span: spanQuoted, fixed: true, value: quotedValue},
		{name: "structured-data", doc: "RFC 5424 section 6.3, or -", span: spanStructuredData, fixed: true},
		{name: "int", doc: "a whole number in decimal, with or without sign", span: spanInt, fixed: true, value: intValue},
		{name: "count", doc: "how often, 1 to 999999999", span: run(isDigit), fixed: true, least: 1, ok: isCount, value: intValue},
		{name: "float", doc: "a decimal number", span: spanFloat, fixed: true, value: floatValue},
		{name: "port", doc: "a number from 0 to 65535", span: spanInt, fixed: true, ok: isPort, value: intValue},
		{name: "ip", doc: "an IPv4 or IPv6 address", span: spanIP, least: 2, ok: isIP, value: ipValue},
		{name: "host", doc: "an address or a host's name; named X.address, it sets X.ip or X.domain too", span: run(isHostByte), least: 1},
		{name: "mac", doc: "six pairs of hexadecimal digits with colons or hyphens", span: spanMAC, fixed: true, value: macValue},
		{name: "rfc3164", doc: "Dec 10 06:55:46, also with year or fraction of a second", span: spanBSD, fixed: true, value: bsdValue},
		{name: "rfc3339", doc: "2026-03-14T06:25:01.5+01:00, zone also as +0100, or without", span: spanISO, fixed: true, value: isoValue},
		{name: "epoch", doc: "seconds since 1970, with or without fraction", span: spanFloat, fixed: true, value: epochValue(time.Second)},
		{name: "epoch-us", doc: "microseconds since 1970", span: spanInt, fixed: true, value: epochValue(time.Microsecond)},
	}
}

func lookUpType(name string) (*fieldType, error) {
	known := make(map[string]*fieldType)
	for _, t := range fieldTypes() {
		known[t.name] = t
	}
	if t := known[name]; t != nil {
		return t, nil
	}
	return nil, fmt.Errorf("unknown type %q, known are %s", name, strings.Join(slices.Sorted(maps.Keys(known)), ", "))
}

func until(stop string) func(string) int {
	return func(s string) int {
		n := strings.IndexAny(s, stop)
		if n < 0 {
			n = len(s)
		}
		return n
	}
}

func run(is func(byte) bool) func(string) int {
	return func(s string) int {
		n := 0
		for n < len(s) && is(s[n]) {
			n++
		}
		return n
	}
}

func isDigit(c byte) bool { return c-'0' < 10 }

func isHex(c byte) bool { return isDigit(c) || (c|0x20)-'a' < 6 }

func isIPByte(c byte) bool { return isHex(c) || c == '.' || c == ':' }

// isHostByte takes what sshd prints for a peer: names, addresses, and the zone of a link-local address.
func isHostByte(c byte) bool {
	return isNameByte(c) || c == ':' || c == '%'
}

func isNameByte(c byte) bool {
	return isDigit(c) || (c|0x20)-'a' < 26 || c == '.' || c == '-' || c == '_'
}

// spanIP stops after the longest address that can be written, so that trying every end stays cheap.
func spanIP(s string) int {
	return run(isIPByte)(s[:min(len(s), len("ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255")+1)])
}

func isIP(s string) bool {
	_, err := netip.ParseAddr(s)
	return err == nil
}

// isCount refuses what would turn a sum around: a log from elsewhere may claim any number.
func isCount(s string) bool {
	n, err := strconv.ParseUint(s, 10, 64)
	return err == nil && n >= 1 && n <= 999_999_999
}

func isPort(s string) bool {
	n, err := strconv.ParseUint(s, 10, 64)
	return err == nil && n <= 65535
}

func spanInt(s string) int {
	sign := 0
	if s != "" && (s[0] == '-' || s[0] == '+') {
		sign = 1
	}
	if n := run(isDigit)(s[sign:]); n > 0 {
		return sign + n
	}
	return -1
}

func spanFloat(s string) int {
	n := spanInt(s)
	if n > 0 && n+1 < len(s) && s[n] == '.' && isDigit(s[n+1]) {
		n += 1 + run(isDigit)(s[n+1:])
	}
	return n
}

func spanQuoted(s string) int {
	if s == "" || s[0] != '"' {
		return -1
	}
	for i := 1; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return -1
}

// spanStructuredData takes "-" or elements [id name="value" …], in which \ makes ", \ and ] plain.
func spanStructuredData(s string) int {
	if strings.HasPrefix(s, "-") {
		return 1
	}
	n := 0
	for n < len(s) && s[n] == '[' {
		quoted := false
		i := n + 1
		for ; i < len(s) && (quoted || s[i] != ']'); i++ {
			switch {
			case s[i] == '"':
				quoted = !quoted
			case quoted && s[i] == '\\':
				i++
			}
		}
		if i >= len(s) {
			return -1
		}
		n = i + 1
	}
	if n == 0 {
		return -1
	}
	return n
}

func spanMAC(s string) int {
	const n = len("00:00:00:00:00:00")
	if len(s) < n {
		return -1
	}
	for i := range n {
		if sep := i%3 == 2; sep && s[i] != ':' && s[i] != '-' || !sep && !isHex(s[i]) {
			return -1
		}
	}
	return n
}

func quotedValue(s string, _ *clock) (logviz.Value, bool) {
	s = s[1 : len(s)-1]
	if strings.IndexByte(s, '\\') < 0 {
		return logviz.StringValue(s), true
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+1 < len(s) {
			i++
		}
		b.WriteByte(s[i])
	}
	return logviz.StringValue(b.String()), true
}

func intValue(s string, _ *clock) (logviz.Value, bool) {
	n, err := strconv.ParseInt(s, 10, 64)
	return logviz.IntegerValue(n), err == nil
}

func floatValue(s string, _ *clock) (logviz.Value, bool) {
	f, err := strconv.ParseFloat(s, 64)
	return logviz.FloatValue(f), err == nil
}

func ipValue(s string, _ *clock) (logviz.Value, bool) {
	a, err := netip.ParseAddr(s)
	return logviz.IPValue(a), err == nil
}

func macValue(s string, _ *clock) (logviz.Value, bool) {
	var mac [6]byte
	for i := range mac {
		n, err := strconv.ParseUint(s[3*i:3*i+2], 16, 8)
		if err != nil {
			return logviz.Value{}, false
		}
		mac[i] = byte(n)
	}
	return logviz.MACValue(mac), true
}
