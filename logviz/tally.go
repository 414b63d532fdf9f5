package logviz

import (
	"net/netip"
	"slices"
	"strings"
	"time"

	"ops/logviz/geo"
)

// Limits of a Tally: more different names than that are counted together, and said to be.
const (
	maxDistinct   = 1 << 18 // accounts, addresses
	maxMethods    = 1 << 8
	maxMethodsOf  = 16      // of one account
	maxHours      = 1 << 17 // 15 years
	maxLogins     = 1 << 16
	listedLogins  = 1000
	noMethod      = maxMethods
	noAddress     = -1
	networkOfIPv4 = 24
	networkOfIPv6 = 48
)

// Tally counts the events of one or more logs. It needs memory for the different accounts, addresses and hours, and 16
// bytes for each moment at which an address failed on an account, all up to limits: 262,144 accounts and addresses,
// 131,072 hours, 65,536 logins of which 1000 are listed, 256 methods, 2,097,152 moments; about 150 MB at all limits.
// Beyond the last, moments are told apart by the hour; beyond the others, what is left out is counted as [NotListed].
//
// A Tally is not safe for concurrent use, and that includes Statistics.
type Tally struct {
	clock calendar

	lines, events int
	unparsed      counter
	failed        int
	accepted      int
	unknown       int    // failed attempts on accounts that the system does not know
	located       [4]int // by geo.Kind
	countries     map[string]*share
	accountID     names
	accounts      []account // by ID
	addressID     map[netip.Addr]int
	addresses     []address // by ID
	methodID      names
	methods       []MethodCount // by ID
	hours         map[int64]*hour
	logins        []login
	notListed     NotListed
	first, last   time.Time

	moments    int // of all histories
	maxMoments int
	full       bool // folding does not help any more
}

// share is failed attempts and their course over the day.
type share struct {
	n      int
	course [24]uint32
}

func (s *share) add(n, hour int) {
	s.n += n
	if hour >= 0 {
		s.course[hour] = addCount(s.course[hour], clampCount(n))
	}
}

type account struct {
	share
	unknown int
	methods []methodShare
}

type methodShare struct{ method, n uint32 }

type address struct {
	ip        netip.Addr
	place     geo.Place
	attempts  int  // failed
	entered   bool // there is a login from it
	history   history
	forgotten int // attempts that the history lacks
}

type hour struct{ failed, accepted int }

type login struct {
	Login
	at      int64 // Unix nanoseconds
	address int   // its ID
}

// NewTally returns an empty tally whose hours and days are those of the zone.
func NewTally(zone *time.Location) *Tally {
	return &Tally{
		clock:      calendar{zone: zone},
		unparsed:   make(counter),
		countries:  make(map[string]*share),
		accountID:  names{index: make(map[string]uint32)},
		addressID:  make(map[netip.Addr]int),
		methodID:   names{index: make(map[string]uint32)},
		hours:      make(map[int64]*hour),
		maxMoments: maxMoments,
	}
}

// Skip counts an event as read, and nothing that it says.
func (t *Tally) Skip() {
	t.lines++
	t.events++
}

// AddUnparsed counts a record that is not an event, under the program that wrote it or "" if that is not known.
func (t *Tally) AddUnparsed(program string) {
	t.lines++
	t.unparsed.add(program, 1)
}

// Add counts an event and the place of its source.
func (t *Tally) Add(e *Event, place geo.Place) {
	t.Skip()
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
	case n <= 0:
	case accepted:
		t.accept(e, place, n, at)
	default:
		t.fail(e, place, n, at)
	}
}

func (t *Tally) accept(e *Event, place geo.Place, n int, at time.Time) {
	t.accepted += n
	if id := t.method(e); id != noMethod {
		t.methods[id].Accepted += n
	}
	l := login{Login: newLogin(e, place, t.clock.zone), at: noTime, address: t.address(e.Source(), place)}
	if !at.IsZero() {
		l.at = at.UnixNano()
		if h := t.hour(at); h != nil {
			h.accepted += n
		}
	}
	if l.address != noAddress {
		t.addresses[l.address].entered = true
	}
	t.keep(l)
}

// keep adds a login. When there are too many, those from addresses that have not failed go, but for as many as are
// listed: of a log in order, failures to come are later than they.
func (t *Tally) keep(l login) {
	if len(t.logins) == maxLogins {
		spare := 0
		t.logins = slices.DeleteFunc(t.logins, func(l login) bool {
			if l.address != noAddress && t.addresses[l.address].attempts > 0 {
				return false
			}
			spare++
			return spare > listedLogins
		})
	}
	if len(t.logins) < maxLogins {
		t.logins = append(t.logins, l)
	}
}

func (t *Tally) fail(e *Event, place geo.Place, n int, at time.Time) {
	t.failed += n
	t.located[place.Kind] += n
	m := moment{at: noTime, n: clampCount(n)}
	hourOfDay := -1
	if at.IsZero() {
		t.notListed.WithoutTime += n
	} else {
		m.at = at.UnixNano()
		hourOfDay = t.clock.hourOfDay(at.Unix())
		if h := t.hour(at); h != nil {
			h.failed += n
		} else {
			t.notListed.Hours += n
		}
	}
	if place.Kind == geo.Country {
		if t.countries[place.Code] == nil {
			t.countries[strings.Clone(place.Code)] = &share{}
		}
		t.countries[place.Code].add(n, hourOfDay)
	}
	m.account = t.failAccount(e, n, hourOfDay)
	ip := e.Source()
	if !ip.IsValid() {
		t.notListed.WithoutAddress += n
		return
	}
	id := t.address(ip, place)
	if id == noAddress {
		t.notListed.Addresses += n
		return
	}
	t.addresses[id].attempts += n
	t.remember(&t.addresses[id], m)
}

// failAccount counts what failed under its account and method, and returns the account's ID.
func (t *Tally) failAccount(e *Event, n, hourOfDay int) uint32 {
	unknown := e.Get(FieldUserUnknown).Int() != 0
	if unknown {
		t.unknown += n
	}
	method := t.method(e)
	if method == noMethod {
		t.notListed.Methods += n
	} else {
		t.methods[method].Attempts += n
	}
	id := t.account(e.account())
	if id == noAccount {
		t.notListed.Accounts += n
		return id
	}
	a := &t.accounts[id]
	a.add(n, hourOfDay)
	if unknown {
		a.unknown += n
	}
	i := slices.IndexFunc(a.methods, func(m methodShare) bool { return m.method == method })
	switch {
	case i >= 0:
		a.methods[i].n = addCount(a.methods[i].n, clampCount(n))
	case method != noMethod && len(a.methods) < maxMethodsOf:
		a.methods = append(a.methods, methodShare{method, clampCount(n)})
	}
	return id
}
