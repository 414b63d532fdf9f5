package torgeoip

import (
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"math"
	"net/netip"
	"slices"

	"ops/logviz/geo/internal/blob"
)

// Report says what was lost on the way into the table.
type Report struct {
	// NoCountry counts the source ranges by the codes that are no country.
	NoCountry map[string]int
	// Split counts the /64 networks that the source splits between countries; they became unknown.
	Split int
}

// Pack makes the built-in table's data out of an IPv4 and an IPv6 file of the same export. canonical maps a code of the
// source to an ISO 3166-1 code, or says false if it names no country.
func Pack(v4, v6 *File, canonical func(string) (string, bool)) (*blob.Data, *Report, error) {
	if v4.Date != v6.Date || v4.Vendor != v6.Vendor || v4.Licence != v6.Licence {
		return nil, nil, fmt.Errorf("the files are of different exports: %s and %s", describe(v4), describe(v6))
	}
	if !v4.Ranges[0].First.Is4() || v6.Ranges[0].First.Is4() {
		return nil, nil, errors.New("the first file must be IPv4, the second IPv6")
	}
	report := Report{NoCountry: map[string]int{}}
	known := map[string]bool{}
	code := func(r Range) string {
		c, ok := canonical(r.Code)
		if !ok {
			report.NoCountry[r.Code]++
			return ""
		}
		known[c] = true
		return c
	}
	cells4 := make([]cell, 0, len(v4.Ranges))
	for _, r := range v4.Ranges {
		cells4 = append(cells4, cell{first: number4(r.First), last: number4(r.Last), code: code(r)})
	}
	var cells6 []cell
	for _, r := range v6.Ranges {
		cells6 = addCells(cells6, r, code(r))
	}
	for _, c := range cells6 {
		if c.split {
			report.Split++
		}
	}

	d := &blob.Data{Date: v4.Date, Source: sourceName(v4.Vendor), Licence: v4.Licence}
	d.Codes = slices.Sorted(maps.Keys(known))
	numbers := map[string]uint8{"": 0}
	for i, c := range d.Codes {
		numbers[c] = uint8(i + 1)
	}
	d.V4 = list[uint32](cells4, numbers, math.MaxUint32)
	d.V6 = list[uint64](cells6, numbers, math.MaxUint64)
	return d, &report, nil
}

func describe(f *File) string { return fmt.Sprintf("%s %s (%s)", f.Vendor, f.Date, f.Licence) }

// sourceName is what users are shown: the project calls its database IPFire Location.
func sourceName(vendor string) string {
	if vendor == "IPFire Project" {
		return "IPFire Location"
	}
	return vendor
}

// cell is a run of table positions (IPv4 addresses, or upper halves of IPv6 addresses) with one code, "" for unknown.
type cell struct {
	first, last uint64
	code        string
	split       bool // two countries want this position
}

// addCells appends an IPv6 range, reduced to whole /64s.
func addCells(cells []cell, r Range, code string) []cell {
	first, low := halves(r.First)
	last, high := halves(r.Last)
	if first == last {
		return addPart(cells, first, code)
	}
	if low != 0 {
		cells = addPart(cells, first, code)
		first++
	}
	end := last
	if high != math.MaxUint64 {
		end-- // no wrap: last was above first, so above 0
	}
	if first <= end {
		cells = append(cells, cell{first: first, last: end, code: code})
	}
	if end != last {
		cells = addPart(cells, last, code)
	}
	return cells
}

// addPart adds a piece of one /64. A /64 is one link (RFC 4291 section 2.5.1), so a piece of it stands for all of it, unless
// another piece is in another country: then there is no answer that would not be a guess.
func addPart(cells []cell, at uint64, code string) []cell {
	if len(cells) == 0 || cells[len(cells)-1].last != at {
		return append(cells, cell{first: at, last: at, code: code})
	}
	c := &cells[len(cells)-1]
	switch {
	case c.split || code == "":
	case c.code == "":
		c.code = code
	case c.code != code:
		c.code, c.split = "", true
	}
	return cells
}

// list joins neighbours of equal code and fills the gaps with "unknown". last is the end of the address space.
func list[T uint32 | uint64](cells []cell, numbers map[string]uint8, last T) blob.List[T] {
	l := blob.List[T]{Starts: []T{0}, Country: []uint8{0}}
	begin := func(at uint64, country uint8) {
		switch end := len(l.Starts) - 1; {
		case l.Country[end] == country:
		case l.Starts[end] == T(at): // only at 0, where the list began as unknown
			l.Country[end] = country
		default:
			l.Starts = append(l.Starts, T(at))
			l.Country = append(l.Country, country)
		}
	}
	next := uint64(0) // the first address not spoken for
	for _, c := range cells {
		if c.first > next {
			begin(next, 0)
		}
		begin(c.first, numbers[c.code])
		if c.last == uint64(last) {
			return l
		}
		next = c.last + 1
	}
	begin(next, 0)
	return l
}

func number4(a netip.Addr) uint64 {
	b := a.As4()
	return uint64(binary.BigEndian.Uint32(b[:]))
}

func halves(a netip.Addr) (high, low uint64) {
	b := a.As16()
	return binary.BigEndian.Uint64(b[:8]), binary.BigEndian.Uint64(b[8:])
}
