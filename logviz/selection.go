package logviz

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"ops/logviz/geo"
)

// Selection chooses the events that are counted, as the views of a page do. The zero Selection chooses all.
type Selection struct {
	Since time.Time // events at this time or later; zero for no bound
	Until time.Time // events before this time; zero for no bound

	only map[string][]condition // by key
}

// condition is one value that an attempt may have.
type condition struct {
	text  string // as it was given, with its key
	holds func(e *Event, place geo.Place, accepted bool) bool
}

// SelectionKeys returns what [Selection.Only] knows.
func SelectionKeys() []string { return []string{"country", "account", "address", "method", "outcome"} }

// Only narrows the selection to attempts that meet KEY=VALUE; of several with the same key, one has to be met.
//
//	country=CN      the code of ISO 3166-1, or private, reserved, unknown
//	account=root    the whole name; "account=" is the empty one
//	address=192.0.2.0/24, address=2001:db8::1
//	method=password
//	outcome=failed, outcome=accepted
func (s *Selection) Only(text string) error {
	key, value, ok := strings.Cut(text, "=")
	if !ok || !slices.Contains(SelectionKeys(), key) {
		return fmt.Errorf("%q: write KEY=VALUE; keys are %s", text, strings.Join(SelectionKeys(), ", "))
	}
	c := condition{text: text}
	switch key {
	case "country":
		kind, code, err := parsePlace(value)
		if err != nil {
			return fmt.Errorf("%q: %w", text, err)
		}
		c.holds = func(_ *Event, place geo.Place, _ bool) bool { return place.Kind == kind && place.Code == code }
	case "account":
		c.holds = func(e *Event, _ geo.Place, _ bool) bool { return e.account() == value }
	case "address":
		prefix, err := parsePrefix(value)
		if err != nil {
			return fmt.Errorf("%q: write an address or a network, as in 192.0.2.7 or 2001:db8::/32", text)
		}
		c.holds = func(e *Event, _ geo.Place, _ bool) bool { return prefix.Contains(e.Source()) }
	case "method":
		c.holds = func(e *Event, _ geo.Place, _ bool) bool { return clip(e.Text(FieldMethod)) == value }
	case "outcome":
		if value != "failed" && value != "accepted" {
			return fmt.Errorf("%q: an outcome is failed or accepted", text)
		}
		c.holds = func(_ *Event, _ geo.Place, accepted bool) bool { return accepted == (value == "accepted") }
	}
	if s.only == nil {
		s.only = make(map[string][]condition)
	}
	s.only[key] = append(s.only[key], c)
	return nil
}

func parsePlace(value string) (geo.Kind, string, error) {
	switch value {
	case "private":
		return geo.Private, "", nil
	case "reserved":
		return geo.Reserved, "", nil
	case "unknown":
		return geo.Unknown, "", nil
	}
	code := strings.ToUpper(value)
	if len(code) != 2 || code[0] < 'A' || code[0] > 'Z' || code[1] < 'A' || code[1] > 'Z' {
		return 0, "", fmt.Errorf("a country is two letters as in CN, or one of private, reserved, unknown")
	}
	return geo.Country, code, nil
}

func parsePrefix(value string) (netip.Prefix, error) {
	if prefix, err := netip.ParsePrefix(value); err == nil {
		return prefix.Masked(), nil
	}
	ip, err := netip.ParseAddr(value)
	if err != nil {
		return netip.Prefix{}, err
	}
	ip = ip.Unmap().WithZone("") // as events have them
	return netip.PrefixFrom(ip, ip.BitLen()), nil
}

// Holds reports whether the event is chosen. With a bound, events without a time are not; with a condition, only
// attempts are.
func (s *Selection) Holds(e *Event, place geo.Place) bool {
	if !s.Since.IsZero() || !s.Until.IsZero() {
		at := e.Time()
		if at.IsZero() || at.Before(s.Since) || !s.Until.IsZero() && !at.Before(s.Until) {
			return false
		}
	}
	if len(s.only) == 0 {
		return true
	}
	n, accepted := e.Attempts()
	if n <= 0 {
		return false
	}
	for _, same := range s.only {
		if !slices.ContainsFunc(same, func(c condition) bool { return c.holds(e, place, accepted) }) {
			return false
		}
	}
	return true
}

// Strings returns the bounds and conditions, in an order that is always the same: the times in RFC 3339 in the zone.
func (s *Selection) Strings(zone *time.Location) []string {
	var out []string
	if !s.Since.IsZero() {
		out = append(out, "since="+s.Since.In(zone).Format(time.RFC3339))
	}
	if !s.Until.IsZero() {
		out = append(out, "until="+s.Until.In(zone).Format(time.RFC3339))
	}
	for _, key := range SelectionKeys() {
		for _, c := range s.only[key] {
			out = append(out, c.text)
		}
	}
	return out
}
