package logviz

import (
	"cmp"
	"maps"
	"math"
	"net/netip"
	"slices"
	"strings"
	"time"

	"ops/logviz/geo"
)

// Statistics returns the counts so far, and where the places came from.
func (t *Tally) Statistics(info geo.Info) *Statistics {
	s := &Statistics{
		Lines: t.lines, Events: t.events, Unparsed: t.lines - t.events,
		Located: Located{
			Country: t.located[geo.Country], Private: t.located[geo.Private],
			Reserved: t.located[geo.Reserved], Unknown: t.located[geo.Unknown],
		},
		NotListed: t.notListed,
		Geo:       GeoSource{Source: info.Source, Licence: info.Licence},
	}
	s.Attempts.Failed, s.Attempts.Accepted = t.failed, t.accepted
	s.Users.Known, s.Users.Unknown = t.failed-t.unknown, t.unknown
	if !info.Date.IsZero() {
		s.Geo.Date = info.Date.UTC().Format(time.DateOnly)
	}
	if !t.first.IsZero() {
		s.First, s.Last = new(t.first.In(t.clock.zone)), new(t.last.In(t.clock.zone))
	}
	for _, c := range t.unparsed.ranked() {
		s.UnparsedBy = append(s.UnparsedBy, ProgramCount{Program: c.Name, Lines: c.N})
	}
	s.Methods = slices.Clone(t.methods)
	slices.SortFunc(s.Methods, func(a, b MethodCount) int { return byAttempts(a.Attempts, b.Attempts, a.Name, b.Name) })
	t.places(s)
	visits := t.visits()
	s.ReturningSources = visits.returning
	t.times(s, visits)
	t.accountCounts(s, visits)
	t.loginList(s)
	s.fillEmpty()
	return s
}

// byAttempts is the order of all lists.
func byAttempts(n, m int, name, other string) int {
	return cmp.Or(cmp.Compare(m, n), strings.Compare(name, other))
}

// places fills the lists of addresses, networks and countries.
func (t *Tally) places(s *Statistics) {
	inCountry := make(map[string]int)
	inNetwork := make(map[netip.Prefix]int)
	for i := range t.addresses {
		a := &t.addresses[i]
		if a.attempts > 0 {
			s.Addresses = append(s.Addresses, AddressCount{IP: a.ip, Attempts: a.attempts, Country: a.place.Code})
			inCountry[a.place.Code]++
		}
		s.NotListed.History += a.forgotten
	}
	s.Sources = len(s.Addresses)
	slices.SortFunc(s.Addresses, func(a, b AddressCount) int {
		return cmp.Or(cmp.Compare(b.Attempts, a.Attempts), a.IP.Compare(b.IP))
	})
	for _, a := range s.Addresses { // a network's largest comes first
		prefix := NetworkOf(a.IP)
		i, ok := inNetwork[prefix]
		if !ok {
			i = len(s.Networks)
			inNetwork[prefix] = i
			s.Networks = append(s.Networks, NetworkCount{Prefix: prefix, Country: a.Country})
		}
		s.Networks[i].Attempts += a.Attempts
		s.Networks[i].Sources++
	}
	slices.SortFunc(s.Networks, func(a, b NetworkCount) int {
		return cmp.Or(cmp.Compare(b.Attempts, a.Attempts), a.Prefix.Compare(b.Prefix))
	})
	for code, c := range t.countries {
		s.Countries = append(s.Countries, CountryCount{
			Code: code, Name: geo.Name(code), Attempts: c.n, Sources: inCountry[code], Course: c.whole(),
		})
	}
	slices.SortFunc(s.Countries, func(a, b CountryCount) int { return byAttempts(a.Attempts, b.Attempts, a.Code, b.Code) })
}

// NetworkOf returns the /24 or /48 that statistics count an address in.
func NetworkOf(ip netip.Addr) netip.Prefix {
	bits := networkOfIPv6
	if ip.Is4() {
		bits = networkOfIPv4
	}
	prefix, _ := ip.Prefix(bits) // an address has as many bits, and its zone is gone
	return prefix
}

func (s *share) whole() (c Course) {
	for i, n := range s.course {
		c[i] = int(n)
	}
	return c
}

// visits counts distinct addresses.
type visits struct {
	hours     map[int64]*visitors // by start
	days      map[int64]*visitors // by number
	accounts  []int               // by ID
	returning int                 // addresses seen in two hours or more
}

type visitors struct{ sources, new int }

// visits reads the histories.
func (t *Tally) visits() visits {
	v := visits{hours: make(map[int64]*visitors), days: make(map[int64]*visitors), accounts: make([]int, len(t.accounts))}
	counted := make([]int, len(t.accounts)) // the last address that an account counted, from 1
	for i := range t.addresses {
		hour, day, hours := int64(math.MinInt64), int64(math.MinInt64), 0
		for _, m := range t.addresses[i].history.sorted() {
			if m.account != noAccount && counted[m.account] != i+1 {
				counted[m.account] = i + 1
				v.accounts[m.account]++
			}
			if m.at == noTime {
				continue
			}
			if h := t.clock.hour(m.seconds()); h != hour {
				count(v.hours, h, hours == 0)
				hour = h
				hours++
			}
			if d := t.clock.day(m.seconds()); d != day {
				count(v.days, d, day == math.MinInt64)
				day = d
			}
		}
		if hours > 1 {
			v.returning++
		}
	}
	return v
}

func count(all map[int64]*visitors, key int64, isNew bool) {
	if all[key] == nil {
		all[key] = &visitors{}
	}
	all[key].sources++
	if isNew {
		all[key].new++
	}
}

// times fills the lists of hours and days.
func (t *Tally) times(s *Statistics, v visits) {
	none := &visitors{}
	last := int64(math.MinInt64)
	for _, start := range slices.Sorted(maps.Keys(t.hours)) {
		h, who := t.hours[start], cmp.Or(v.hours[start], none)
		s.Hours = append(s.Hours, HourCount{
			Start: time.Unix(start, 0).In(t.clock.zone), Attempts: h.failed, Accepted: h.accepted,
			Sources: who.sources, NewSources: who.new,
		})
		day := t.clock.day(start)
		if day != last || len(s.Days) == 0 {
			last = day
			who := cmp.Or(v.days[day], none)
			s.Days = append(s.Days, DayCount{Date: dateOf(day), Sources: who.sources, NewSources: who.new})
		}
		d := &s.Days[len(s.Days)-1]
		d.Attempts += h.failed
		d.Accepted += h.accepted
	}
}

// accountCounts fills the list of accounts.
func (t *Tally) accountCounts(s *Statistics, v visits) {
	for i := range t.accounts {
		a := &t.accounts[i]
		methods := make(map[string]int, len(a.methods))
		for _, m := range a.methods {
			methods[t.methods[m.method].Name] = int(m.n)
		}
		s.Accounts = append(s.Accounts, AccountCount{
			Name: t.accountID.list[i], Attempts: a.n, Unknown: a.unknown, Sources: v.accounts[i], Methods: methods, Course: a.whole(),
		})
	}
	slices.SortFunc(s.Accounts, func(a, b AccountCount) int { return byAttempts(a.Attempts, b.Attempts, a.Name, b.Name) })
}
