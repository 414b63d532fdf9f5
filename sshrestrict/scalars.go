package sshrestrict

import (
	"errors"
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"time"
	"unicode"

	"ops/internal/strictyaml"
)

// Prefix is a range of addresses: "10.20.0.0/16", "2001:db8::/32", or a single address.
type Prefix struct{ netip.Prefix }

// UnmarshalText reads a prefix whose host bits are zero, or an address.
func (p *Prefix) UnmarshalText(text []byte) error {
	if address, err := netip.ParseAddr(string(text)); err == nil {
		if address.Zone() != "" || address.Is4In6() {
			return fmt.Errorf("the address %s has a zone or is IPv4 in IPv6; write it plainly", quote(string(text)))
		}
		p.Prefix = netip.PrefixFrom(address, address.BitLen())
		return nil
	}
	prefix, err := netip.ParsePrefix(string(text))
	switch {
	case err != nil:
		return fmt.Errorf("expected an address or a prefix such as 10.20.0.0/16, found %s", quote(string(text)))
	case prefix.Addr().Is4In6():
		return fmt.Errorf("%s is IPv4 in IPv6; write it plainly", quote(string(text)))
	case prefix.Masked() != prefix:
		return fmt.Errorf("%s has bits behind its length; write %s", quote(string(text)), prefix.Masked())
	}
	p.Prefix = prefix
	return nil
}

// Date is the moment from which a policy is no longer valid: "2027-06-30", as midnight of the machine's zone when that
// day begins, like expiry-time= of authorized_keys, or RFC 3339.
type Date time.Time

// UnmarshalText reads either form.
func (d *Date) UnmarshalText(text []byte) error {
	t, err := time.ParseInLocation(time.DateOnly, string(text), time.Local)
	if err != nil {
		t, err = time.Parse(time.RFC3339, string(text))
	}
	if err != nil {
		return fmt.Errorf("expected a date such as 2027-06-30, or one with a time as in RFC 3339, found %s", quote(string(text)))
	}
	*d = Date(t)
	return nil
}

// Rate is a number of sessions in a span of time. The zero value is no limit.
type Rate struct {
	Count int
	Span  time.Duration
}

// UnmarshalText reads "20/min"; the unit is s, min, h or day.
func (r *Rate) UnmarshalText(text []byte) error {
	count, unit, _ := strings.Cut(string(text), "/")
	n, err := strconv.Atoi(count)
	spans := map[string]time.Duration{"s": time.Second, "min": time.Minute, "h": time.Hour, "day": 24 * time.Hour}
	span, known := spans[unit]
	if err != nil || n < 1 || n > 10_000 || !known {
		return fmt.Errorf("expected 1 to 10000 sessions per s, min, h or day, such as 20/min; found %s", quote(string(text)))
	}
	*r = Rate{n, span}
	return nil
}

// size is a number of bytes: 4096, "64K", "500G".
type size int64

// UnmarshalYAML reads a number or a text with a unit of 1024.
func (s *size) UnmarshalYAML(n strictyaml.Node) error {
	if n.Kind() != strictyaml.Scalar {
		return errors.New("expected a number of bytes such as 500G")
	}
	text := n.Text()
	unit := 0
	if text != "" {
		unit = strings.IndexByte("KMGTP", text[len(text)-1]) + 1
	}
	digits := text
	if unit > 0 {
		digits = text[:len(text)-1]
	}
	v, err := strconv.ParseInt(digits, 10, 64)
	if err != nil || v <= 0 || v > 1<<62>>(10*unit) {
		return fmt.Errorf("expected a number of bytes such as 4096 or 500G, found %s", quote(text))
	}
	*s = size(v << (10 * unit))
	return nil
}

// mode is a file creation mask: "077" or 0o077.
type mode int

// UnmarshalYAML reads octal digits in quotes.
func (m *mode) UnmarshalYAML(n strictyaml.Node) error {
	v, err := strconv.ParseUint(strings.TrimPrefix(n.Text(), "0o"), 8, 9)
	if err != nil {
		return fmt.Errorf(`expected octal digits in quotes such as "077", found %s`, quote(n.Text()))
	}
	*m = mode(v)
	return nil
}

// printable refuses what would not show in a terminal or a log.
func printable(text string) error {
	for _, r := range text {
		if ascii := r >= ' ' && r <= '~'; !ascii && !unicode.IsPrint(r) { // whose tables take time to load
			return fmt.Errorf("%s has a character that does not print", quote(text))
		}
	}
	return nil
}

// quote shows a text of unknown origin in a message: in quotes, bounded, and harmless for a terminal.
func quote(text string) string {
	const most = 200
	if len(text) > most {
		return strconv.QuoteToGraphic(text[:most]) + "…"
	}
	return strconv.QuoteToGraphic(text)
}
