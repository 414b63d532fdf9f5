package logviz

import (
	"cmp"
	"maps"
	"net/netip"
	"slices"
	"strings"
	"time"

	"ops/logviz/geo"
)

// Limits of a Tally: more different names than that are counted together, and said to be.
const (
	maxDistinct = 1 << 18
	maxLogins   = 1000
)

// Tally counts the events of one or more logs. It needs memory for the different accounts and addresses, up to a
// limit, not for the events.
type Tally struct {
	zone *time.Location

	lines, events int
	unparsed      counter
	failed        int
	accepted      int
	located       [4]int // by geo.Kind
	countries     counter
	accounts      counter
	addresses     map[netip.Addr]*address
	overflow      int // failed attempts of addresses beyond maxDistinct
	methods       counter
	hours         map[int64]int
	logins        []Login
	first, last   time.Time
}

type address struct {
	attempts int
	place    geo.Place
}

// counter counts by name, up to maxDistinct names.
type counter struct {
	n        map[string]int
	overflow int
}

func (c *counter) add(name string, n int) {
	if c.n == nil {
		c.n = make(map[string]int)
	}
	if _, ok := c.n[name]; !ok && len(c.n) >= maxDistinct {
		c.overflow += n
		return
	}
	c.n[strings.Clone(name)] += n
}

// ranked returns the counts, largest first, equal ones by name.
func (c *counter) ranked() []Count {
	out := make([]Count, 0, len(c.n))
	for name, n := range c.n {
		out = append(out, Count{name, n})
	}
	slices.SortFunc(out, func(a, b Count) int {
		return cmp.Or(cmp.Compare(b.N, a.N), strings.Compare(a.Name, b.Name))
	})
	return out
}

// NewTally returns an empty tally whose hours are those of the zone.
func NewTally(zone *time.Location) *Tally {
	return &Tally{zone: zone, addresses: make(map[netip.Addr]*address), hours: make(map[int64]int)}
}

// Add counts an event and the place of its source.
func (t *Tally) Add(e *Event, place geo.Place) {
	t.lines++
	t.events++
	at := e.Time()
	if !at.IsZero() {
		if t.first.IsZero() || at.Before(t.first) {
			t.first = at
		}
		if at.After(t.last) {
			t.last = at
		}
	}
	n, accepted := e.Attempts()
	switch {
	case n == 0:
	case accepted:
		t.accepted += n
		if len(t.logins) < maxLogins {
			t.logins = append(t.logins, newLogin(e, place, t.zone))
		}
	default:
		t.fail(e, place, n, at)
	}
}

func (t *Tally) fail(e *Event, place geo.Place, n int, at time.Time) {
	t.failed += n
	t.located[place.Kind] += n
	if place.Kind == geo.Country {
		t.countries.add(place.Code, n)
	}
	t.accounts.add(e.account(), n)
	t.methods.add(e.Text(FieldMethod), n)
	if ip := e.Source(); ip.IsValid() {
		a := t.addresses[ip]
		if a == nil && len(t.addresses) < maxDistinct {
			a = &address{place: place}
			t.addresses[ip] = a
		}
		if a != nil {
			a.attempts += n
		} else {
			t.overflow += n
		}
	}
	if !at.IsZero() {
		local := at.In(t.zone)
		hour := time.Date(local.Year(), local.Month(), local.Day(), local.Hour(), 0, 0, 0, t.zone)
		t.hours[hour.Unix()] += n
	}
}

// AddUnparsed counts a record that is not an event, under the program that wrote it or "" if that is not known.
func (t *Tally) AddUnparsed(program string) {
	t.lines++
	t.unparsed.add(program, 1)
}

// Statistics returns the counts so far, and where the places came from.
func (t *Tally) Statistics(info geo.Info) *Statistics {
	s := &Statistics{
		Lines: t.lines, Events: t.events, Unparsed: t.lines - t.events,
		Sources: len(t.addresses), Logins: t.logins,
		Located: Located{
			Country: t.located[geo.Country], Private: t.located[geo.Private],
			Reserved: t.located[geo.Reserved], Unknown: t.located[geo.Unknown],
		},
		Geo: GeoSource{Source: info.Source, Licence: info.Licence},
	}
	s.Attempts.Failed, s.Attempts.Accepted = t.failed, t.accepted
	if !info.Date.IsZero() {
		s.Geo.Date = info.Date.UTC().Format(time.DateOnly)
	}
	if !t.first.IsZero() {
		s.First, s.Last = new(t.first.In(t.zone)), new(t.last.In(t.zone))
	}
	sources := make(map[string]int)
	for ip, a := range t.addresses {
		s.Addresses = append(s.Addresses, AddressCount{IP: ip, Attempts: a.attempts, Country: a.place.Code})
		sources[a.place.Code]++
	}
	slices.SortFunc(s.Addresses, func(a, b AddressCount) int {
		return cmp.Or(cmp.Compare(b.Attempts, a.Attempts), a.IP.Compare(b.IP))
	})
	for _, c := range t.countries.ranked() {
		s.Countries = append(s.Countries, CountryCount{Code: c.Name, Name: geo.Name(c.Name), Attempts: c.N, Sources: sources[c.Name]})
	}
	for _, c := range t.accounts.ranked() {
		s.Accounts = append(s.Accounts, NameCount{c.Name, c.N})
	}
	for _, c := range t.methods.ranked() {
		s.Methods = append(s.Methods, NameCount{c.Name, c.N})
	}
	for _, c := range t.unparsed.ranked() {
		s.UnparsedBy = append(s.UnparsedBy, ProgramCount{Program: c.Name, Lines: c.N})
	}
	for _, hour := range slices.Sorted(maps.Keys(t.hours)) {
		s.Hours = append(s.Hours, HourCount{time.Unix(hour, 0).In(t.zone), t.hours[hour]})
	}
	s.NotListed = NotListed{Accounts: t.accounts.overflow, Addresses: t.overflow, Logins: max(0, t.accepted-len(t.logins))}
	s.fillEmpty()
	return s
}
