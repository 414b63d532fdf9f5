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

// addressText is an address in the form of the page: "" for attempts without one.
func addressText(a netip.Addr) string {
	if !a.IsValid() {
		return ""
	}
	return a.String()
}
