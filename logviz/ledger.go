package logviz

import (
	"net/netip"
	"strings"
	"time"

	"ops/logviz/geo"
)

// maxLedgerRows bounds a Ledger, 32 bytes each. Above it rare accounts are counted together, then rare sources, then time
// in wider steps.
const maxLedgerRows = 1 << 19

// maxLedgerMethods is how many methods a Ledger tells apart. sshd knows about ten; more are somebody's invention.
const maxLedgerMethods = 64

// OtherMethods is the name under which a Ledger counts the methods beyond its limit.
const OtherMethods = "… other methods"

// Ledger counts attempts by step of time, source, account, method and outcome together, for a page that filters by any
// of them. Its memory is bounded, whatever it is given: 2¹⁹ rows of 32 bytes, and 2¹⁸ names of sources and of accounts
// each, with the memory that a Go map needs for them. It never loses an attempt: what it can no longer tell apart it
// counts together, see [Ledger.Table].
type Ledger struct {
	zone     *time.Location
	book     ledgerBook
	sources  map[sourceKey]uint32
	accounts map[string]uint32
	places   map[geo.Place]uint32
	methods  map[string]uint32
	first    time.Time // of events with a time, attempts or not
	last     time.Time
}

type sourceKey struct {
	addr  netip.Addr
	place uint32
}

// NewLedger returns an empty ledger whose days are those of the zone.
func NewLedger(zone *time.Location) *Ledger {
	return &Ledger{
		zone: zone, book: ledgerBook{step: 60},
		sources: make(map[sourceKey]uint32), accounts: make(map[string]uint32),
		places: make(map[geo.Place]uint32), methods: make(map[string]uint32),
	}
}

// Add counts an event's attempts; an event without any only stretches the time that the table shows if there is no
// attempt at all.
func (l *Ledger) Add(e *Event, place geo.Place) {
	at := e.Time()
	if !at.IsZero() {
		if l.first.IsZero() || at.Before(l.first) {
			l.first = at
		}
		if at.After(l.last) {
			l.last = at
		}
	}
	n, accepted := e.Attempts()
	if n <= 0 {
		return
	}
	b := &l.book
	row := ledgerRow{step: untimed, accepted: accepted, n: n}
	if !at.IsZero() {
		if !b.anchored {
			b.anchor, b.anchored = midnight(at.In(l.zone)).Unix(), true
		}
		row.step = floorDiv(at.Unix()-b.anchor, b.step)
	}
	row.source = b.countSource(l.sourceID(e.Source(), place), n, accepted)
	row.account = b.countAccount(l.accountID(e.account()), n, accepted)
	row.method = uint16(l.methodID(clip(e.Text(FieldMethod))))
	b.put(row)
}

// sourceID numbers an address at a place; an address that was not logged is one too.
func (l *Ledger) sourceID(addr netip.Addr, place geo.Place) uint32 {
	p, ok := l.places[place]
	if !ok {
		p = uint32(len(l.book.places))
		l.places[place] = p
		l.book.places = append(l.book.places, place)
	}
	key := sourceKey{addr, p}
	if id, ok := l.sources[key]; ok {
		return id
	}
	if len(l.sources) >= maxDistinct {
		return l.book.otherSource(p)
	}
	id := l.book.addSource(LedgerSource{Addr: addr, Place: int(p)})
	l.sources[key] = id
	return id
}

func (l *Ledger) accountID(name string) uint32 {
	if id, ok := l.accounts[name]; ok {
		return id
	}
	if len(l.accounts) >= maxDistinct {
		return l.book.otherAccount()
	}
	name = strings.Clone(name) // of the record, which is not kept
	id := l.book.addAccount(LedgerAccount{Name: name})
	l.accounts[name] = id
	return id
}

func (l *Ledger) methodID(name string) uint32 {
	id, ok := l.methods[name]
	if ok {
		return id
	}
	if len(l.methods) == maxLedgerMethods-1 {
		name = OtherMethods
		if id, ok := l.methods[name]; ok {
			return id
		}
	} else if len(l.methods) == maxLedgerMethods {
		return l.methods[OtherMethods]
	}
	id = uint32(len(l.book.methods))
	name = strings.Clone(name)
	l.methods[name] = id
	l.book.methods = append(l.book.methods, name)
	return id
}

func midnight(t time.Time) time.Time {
	y, m, d := t.Date()
	return time.Date(y, m, d, 0, 0, 0, 0, t.Location())
}
