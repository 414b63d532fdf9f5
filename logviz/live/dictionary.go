package live

import (
	"net/netip"
	"strings"
)

// dictionary numbers names. Its names only grow, so that a part of them can be read while more come.
type dictionary[T comparable] struct {
	names   []T
	numbers map[T]uint32
}

// place returns the number of a name, a new one if it is not known.
func (d *dictionary[T]) place(name T) (n uint32, isNew bool) {
	if n, ok := d.numbers[name]; ok {
		return n, false
	}
	if text, ok := any(name).(string); ok {
		name = any(strings.Clone(text)).(T) // it is part of a record
	}
	n = uint32(len(d.names))
	d.names = append(d.names, name)
	d.numbers[name] = n
	return n, true
}

func (d *dictionary[T]) has(name T) bool {
	_, ok := d.numbers[name]
	return ok
}

// dictionaries number names in the order in which they came.
type dictionaries struct {
	places   dictionary[string]
	sources  dictionary[netip.Addr] // the zero address for attempts without one
	accounts dictionary[string]
	methods  dictionary[string]
	programs dictionary[string]
}

// sizes are how many names each had.
type sizes struct{ places, sources, accounts, methods int }

func (d *dictionaries) init() {
	*d = dictionaries{}
	d.places.numbers = make(map[string]uint32)
	d.sources.numbers = make(map[netip.Addr]uint32)
	d.accounts.numbers = make(map[string]uint32)
	d.methods.numbers = make(map[string]uint32)
	d.programs.numbers = make(map[string]uint32)
}

func (d *dictionaries) sizes() sizes {
	return sizes{len(d.places.names), len(d.sources.names), len(d.accounts.names), len(d.methods.names)}
}

// lists are the names in order of their numbers. Where dictionaries grow they do not change.
type lists struct {
	places   []string
	sources  []netip.Addr
	accounts []string
	methods  []string
}

func (d *dictionaries) lists() lists {
	return lists{d.places.names, d.sources.names, d.accounts.names, d.methods.names}
}
