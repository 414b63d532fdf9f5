// Package torgeoip reads the country files of Tor (Debian's package tor-geoipdb) and cuts them into the lists that the
// built-in table is made of.
//
// Start with [Read], once for geoip and once for geoip6, and give both to [Pack]. Read promises ranges in ascending order
// that do not overlap; a file that breaks this is an error with its line.
package torgeoip

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"strconv"
	"strings"
	"time"
)

// File is one of the two files.
type File struct {
	// Date, Vendor and Licence stand in the comment at the top: "Generated:", "Vendor:", "License:".
	Date    time.Time
	Vendor  string
	Licence string
	// Ranges are all of one family, ascending, without overlap; there are gaps.
	Ranges []Range
}

// Range is one line: both ends belong to it. Code is two characters as written in the file, "??" included.
type Range struct {
	First, Last netip.Addr
	Code        string
}

// Read reads lines "16777216,16777471,AU" (IPv4) or "2001:200::,2001:200:134:ffff:ffff:ffff:ffff:ffff,JP" (IPv6), and the
// comment above them.
func Read(r io.Reader) (*File, error) {
	var f File
	lines := bufio.NewScanner(r) // refuses lines over 64 KiB
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimSpace(lines.Text())
		var err error
		switch {
		case line == "":
		case line[0] == '#':
			err = f.header(strings.TrimSpace(line[1:]))
		default:
			err = f.add(line)
		}
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", n, err)
		}
	}
	if err := lines.Err(); err != nil {
		return nil, err
	}
	switch {
	case f.Date.IsZero():
		return nil, errors.New("no line \"# Generated: DATE\"")
	case f.Vendor == "" || f.Licence == "":
		return nil, errors.New("no line \"# Vendor: NAME\" or \"# License: NAME\"")
	case len(f.Ranges) == 0:
		return nil, errors.New("no ranges")
	}
	return &f, nil
}

func (f *File) header(comment string) error {
	name, value, _ := strings.Cut(comment, ":")
	value = strings.TrimSpace(value)
	switch name {
	case "Generated":
		date, err := time.Parse(time.RFC1123, value)
		if err != nil {
			return err
		}
		f.Date = date.UTC()
	case "Vendor":
		f.Vendor = value
	case "License":
		f.Licence = value
	}
	return nil
}

func (f *File) add(line string) error {
	first, rest, _ := strings.Cut(line, ",")
	last, code, ok := strings.Cut(rest, ",")
	if !ok || len(code) != 2 {
		return fmt.Errorf("%q is not FIRST,LAST,CODE", line)
	}
	var r Range
	var err error
	if r.First, err = address(first); err != nil {
		return err
	}
	if r.Last, err = address(last); err != nil {
		return err
	}
	r.Code = strings.Clone(code) // the line itself need not be kept
	if r.First.Is4() != r.Last.Is4() || r.Last.Less(r.First) {
		return fmt.Errorf("%q does not go upwards", line)
	}
	if n := len(f.Ranges); n > 0 {
		before := f.Ranges[n-1]
		if before.Last.Is4() != r.First.Is4() {
			return fmt.Errorf("%q: IPv4 and IPv6 in one file", line)
		}
		if !before.Last.Less(r.First) {
			return fmt.Errorf("%q overlaps the line before or is out of order", line)
		}
	}
	f.Ranges = append(f.Ranges, r)
	return nil
}

// address reads an IPv4 address as one decimal number or an IPv6 address in colon form.
func address(s string) (netip.Addr, error) {
	if strings.Contains(s, ":") {
		a, err := netip.ParseAddr(s)
		if err != nil || a.Zone() != "" || a.Is4In6() {
			return netip.Addr{}, fmt.Errorf("%q is not a plain IPv6 address", s)
		}
		return a, nil
	}
	n, err := strconv.ParseUint(s, 10, 32)
	if err != nil {
		return netip.Addr{}, fmt.Errorf("%q is not an IPv4 address as a number", s)
	}
	return netip.AddrFrom4([4]byte(binary.BigEndian.AppendUint32(nil, uint32(n)))), nil
}
