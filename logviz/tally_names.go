package logviz

import (
	"net/netip"
	"time"

	"ops/logviz/geo"
)

// account returns the ID of an account, or noAccount beyond the limit.
func (t *Tally) account(name string) uint32 {
	id, isNew := t.accountID.id(name)
	if !isNew {
		return id
	}
	if len(t.accounts) >= maxDistinct {
		return noAccount
	}
	t.accounts = append(t.accounts, account{})
	return t.accountID.add(name)
}

// method returns the ID of an event's method, or noMethod beyond the limit.
func (t *Tally) method(e *Event) uint32 {
	name := clip(e.Text(FieldMethod))
	id, isNew := t.methodID.id(name)
	if !isNew {
		return id
	}
	if len(t.methods) >= maxMethods {
		return noMethod
	}
	id = t.methodID.add(name)
	t.methods = append(t.methods, MethodCount{Name: t.methodID.list[id]})
	return id
}

// address returns the ID of an address, or noAddress without one and beyond the limit.
func (t *Tally) address(ip netip.Addr, place geo.Place) int {
	if !ip.IsValid() {
		return noAddress
	}
	if id, ok := t.addressID[ip]; ok {
		return id
	}
	if len(t.addresses) >= maxDistinct {
		return noAddress
	}
	t.addresses = append(t.addresses, address{ip: ip, place: place})
	t.addressID[ip] = len(t.addresses) - 1
	return len(t.addresses) - 1
}

// hour returns the hour of a moment, or nil beyond the limit.
func (t *Tally) hour(at time.Time) *hour {
	start := t.clock.hour(at.Unix())
	h := t.hours[start]
	if h == nil && len(t.hours) < maxHours {
		h = &hour{}
		t.hours[start] = h
	}
	return h
}
