package normalize

import (
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"ops/logviz"
)

// fieldType says what a field matches and what value it becomes.
type fieldType struct {
	name string
	doc  string
	// class, where there is one, makes the field a run of its bytes; else span returns how many bytes at the start of s
	// the field can take at most, -1 if it cannot match.
	class *byteSet
	span  func(s string) int
	first *byteSet // what it can begin with; nil for any byte
	// fixed says that the field takes all of its span or nothing; else any shorter piece, of at least least bytes.
	fixed bool
	least int
	all   bool // any bytes, as many as there are
	// ok, where there is one, must accept the piece.
	ok func(s string) bool
	// even and okEven say that span and ok see no difference between one digit and another.
	even, okEven bool
	// value converts the piece; nil means text. Those of a moment need the clock, which places stamps without year or zone.
	value  func(s string, c *clock) (logviz.Value, bool)
	moment bool
	// written, where there is one, tells whether the piece is its value as JSON has it.
	written  func(s string) bool
	quotable bool // an address: one of IPv4 is its value
}

// fieldTypes lists the types of the pattern language.
func fieldTypes() []*fieldType {
	word, name, program, host := except(" \t"), those(isNameByte), except(" \t[]:"), those(isHostByte)
	digit, number := those(isDigit), those(func(c byte) bool { return isDigit(c) || c == '-' || c == '+' })
	return []*fieldType{
		{name: "text", doc: "anything, also nothing", all: true, even: true, span: func(s string) int { return len(s) }},
		{name: "trimmed", doc: "anything that neither begins nor ends with white space, also nothing", even: true, span: func(s string) int { return len(s) }, ok: isTrimmed, okEven: true},
		{name: "blank", doc: "white space of any kind and length, also none", even: true, span: spanBlank},
		{name: "cell", doc: "anything without a tab, also nothing", class: except("\t")},
		{name: "tag", doc: "anything without brackets, also nothing", class: except("[]")},
		{name: "word", doc: "anything without white space", class: word, first: word, least: 1},
		{name: "name", doc: "letters, digits, and the characters . _ -", class: name, first: name, least: 1},
		{name: "program", doc: "a program's name: no white space, brackets or colon", class: program, first: program, fixed: true, least: 1},
		{name: "quoted", doc: `a text in double quotes, with \" inside, without the quotes`, even: true, span: spanQuoted, first: those(is('"')), fixed: true, value: quotedValue},
		{name: "escaped", doc: `up to a double quote before which no backslash stands: what stands inside quotes, as it was written`, even: true, span: spanEscaped, ok: endsNoEscape, okEven: true},
		{name: "structured-data", doc: "RFC 5424 section 6.3, or -", even: true, span: spanStructuredData, first: those(is('[', '-')), fixed: true},
		{name: "int", doc: "a whole number in decimal, with or without sign", even: true, span: spanInt, first: number, fixed: true, value: intValue, written: isCanonical},
		{name: "count", doc: "how often, 1 to 999999999", class: digit, first: digit, fixed: true, least: 1, ok: isCount, value: intValue, written: isCanonical},
		{name: "float", doc: "a decimal number", even: true, span: spanFloat, first: number, fixed: true, value: floatValue},
		{name: "port", doc: "a number from 0 to 65535", class: digit, first: digit, fixed: true, least: 1, ok: isPort, value: intValue, written: isCanonical},
		{name: "ip", doc: "an IPv4 or IPv6 address", even: true, span: spanIP, first: those(isIPByte), least: 2, ok: isIP, value: ipValue, quotable: true},
		{name: "host", doc: "an address or a host's name; named X.address, it sets X.ip or X.domain too", class: host, first: host, least: 1},
		{name: "mac", doc: "six pairs of hexadecimal digits with colons or hyphens", even: true, span: spanMAC, first: those(isHex), fixed: true, value: macValue},
		{name: "rfc3164", doc: "Dec 10 06:55:46, also with year or fraction of a second", span: spanBSD, first: those(isUpper), fixed: true, value: bsdValue, moment: true},
		{name: "rfc3339", doc: "2026-03-14T06:25:01.5+01:00, zone also as +0100, or without", span: spanISO, first: digit, fixed: true, value: isoValue, moment: true},
		{name: "epoch", doc: "seconds since 1970, with or without fraction", span: spanFloat, first: number, fixed: true, value: epochValue(time.Second), moment: true},
		{name: "epoch-us", doc: "microseconds since 1970", span: spanInt, first: number, fixed: true, value: epochValue(time.Microsecond), moment: true},
	}
}

func those(in func(byte) bool) *byteSet {
	var set byteSet
	for i := range set {
		set[i] = in(byte(i))
	}
	return &set
}

func except(stop string) *byteSet {
	return those(func(c byte) bool { return strings.IndexByte(stop, c) < 0 })
}

func is(some ...byte) func(byte) bool {
	return func(c byte) bool { return slices.Contains(some, c) }
}

func isUpper(c byte) bool { return c-'A' < 26 }

// types are the types of the pattern language by name. The table is made once for all definitions of an engine.
type types struct {
	known map[string]*fieldType
	zone  *time.Location // of stamps without one; nil for the stream's
}

func newTypes() types {
	t := types{known: make(map[string]*fieldType)}
	for _, f := range slices.Concat(fieldTypes(), quantityTypes()) {
		t.known[f.name] = f
	}
	return t
}

// in returns the same types for a definition whose stamps are of a zone.
func (t types) in(zone *time.Location) types { return types{t.known, zone} }

func (t types) lookUp(name string) (*fieldType, error) {
	f := t.known[name]
	if f == nil {
		text, ok := strings.CutPrefix(name, "strftime(")
		text, closed := strings.CutSuffix(text, ")")
		if !ok || !closed {
			return nil, fmt.Errorf("unknown type %q, known are %s and strftime(LAYOUT)", name, strings.Join(t.names(), ", "))
		}
		var err error
		if f, err = layoutType(name, text); err != nil {
			return nil, err
		}
		t.known[name] = f
	}
	if !f.moment || t.zone == nil {
		return f, nil
	}
	zoned := name + " " + t.zone.String()
	if t.known[zoned] == nil {
		inner := *f
		inner.name = zoned
		inner.value = func(s string, c *clock) (logviz.Value, bool) { return f.value(s, c.in(t.zone)) }
		t.known[zoned] = &inner
	}
	return t.known[zoned], nil
}

// names returns what can be written without an argument.
func (t types) names() []string {
	var names []string
	for _, name := range slices.Sorted(maps.Keys(t.known)) {
		if !strings.ContainsAny(name, " (") {
			names = append(names, name)
		}
	}
	return names
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
	if isIPv4(s) {
		return true
	}
	_, err := netip.ParseAddr(s)
	return err == nil
}

// isCount refuses what would turn a sum around: a log from elsewhere may claim any number.
func isCount(s string) bool {
	n, err := strconv.ParseUint(s, 10, 64)
	return err == nil && n >= 1 && n <= 999_999_999
}

func isPort(s string) bool {
	if len(s) > 5 { // with zeros in front, or too large
		n, err := strconv.ParseUint(s, 10, 64)
		return err == nil && n <= 65535
	}
	n := 0
	for _, c := range []byte(s) {
		n = n*10 + int(c-'0')
	}
	return n <= 65535
}

// It looks at both ends only, because it is asked for each length that the field may have.
func isTrimmed(s string) bool {
	if s == "" {
		return true
	}
	_, size := utf8.DecodeRuneInString(s)
	return spanBlank(s[:size]) == 0 && strings.TrimSpace(s[len(s)-1:]) != ""
}

// spanBlank takes the no-break spaces too that French puts in front of a colon.
func spanBlank(s string) int {
	return len(s) - len(strings.TrimLeft(s, " \t\r\n\u00a0\u202f"))
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

// spanEscaped takes what stands inside double quotes, up to the one that closes them.
func spanEscaped(s string) int {
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '"':
			return i
		}
	}
	return len(s)
}

// endsNoEscape refuses a piece that ends with a backslash that belongs to what follows.
func endsNoEscape(s string) bool {
	return (len(s)-len(strings.TrimRight(s, `\`)))%2 == 0
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
