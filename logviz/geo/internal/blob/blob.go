// Package blob is the file format of the built-in table of countries: two sorted lists of address ranges, each range with
// a country, in about two thirds of a megabyte.
//
// Start with [Data]; [Encode] writes it and [Decode] reads it back. Decode promises never to panic and never to return
// lists that are unsorted, of unequal length or that name a country that is not there, whatever bytes it is given.
package blob

import (
	"cmp"
	"errors"
	"fmt"
	"time"
)

// The file is: magic, a DEFLATE stream (RFC 1951), and the SHA-256 of everything before it.
//
// Inside the stream, numbers are unsigned varints (encoding/binary) and texts are a length and bytes:
//
//	date (Unix seconds), source, licence
//	n, then n codes of two letters: the countries, in the order of their numbers 1…n (0 is "unknown")
//	the IPv4 list, then the IPv6 list, each as:
//	    n, then n starts as differences to the start before (the first is 0), then n bytes: the country numbers
//
// Starts and countries stand in columns because each column compresses better alone (428 against 491 KB for IPv4).
// A format that cannot be read by the code before it gets a new last byte of magic.
const (
	magic = "OPSGEO\x00\x01"

	// maxInflated bounds the stream after DEFLATE. The data of 2026 needs 3 MB.
	maxInflated = 16 << 20
	// maxText bounds each of the texts.
	maxText = 200
	// maxCodes is what fits into a byte beside 0, which stands for "unknown".
	maxCodes = 255
)

// Data is a table of countries and where it came from.
type Data struct {
	// Date is when the source was generated, UTC, to the second; after 1970.
	Date time.Time
	// Source and Licence are at most 200 bytes each.
	Source  string
	Licence string
	// Codes are ISO 3166-1 alpha-2 codes in ascending order, at most 255. Country number n in a list is Codes[n-1].
	Codes []string
	V4    List[uint32]
	// V6 has the upper 64 bits of addresses: the table knows nothing smaller than a /64.
	V6 List[uint64]
}

// List cuts a whole address space into ranges: range i goes from Starts[i] to the address before Starts[i+1], the last one
// to the end of the space. Starts[0] is 0. An empty list is not valid.
type List[T uint32 | uint64] struct {
	Starts []T
	// Country is as long as Starts: 0 for unknown, or a number in Data.Codes counted from 1.
	Country []uint8
}

// check says what breaks the rules stated at the fields of Data.
func (d *Data) check() error {
	if d.Date.Unix() <= 0 {
		return fmt.Errorf("date %v is not after 1970", d.Date)
	}
	if len(d.Source) > maxText || len(d.Licence) > maxText {
		return fmt.Errorf("source or licence is longer than %d bytes", maxText)
	}
	if len(d.Codes) > maxCodes {
		return fmt.Errorf("%d countries, the format holds %d", len(d.Codes), maxCodes)
	}
	for i, code := range d.Codes {
		if len(code) != 2 || !upper(code[0]) || !upper(code[1]) {
			return fmt.Errorf("country %d is %q, not two capital letters", i+1, code)
		}
		if i > 0 && d.Codes[i-1] >= code {
			return fmt.Errorf("country %d, %s, is out of order", i+1, code)
		}
	}
	return errors.Join(checkList("IPv4", d.V4, len(d.Codes)), checkList("IPv6", d.V6, len(d.Codes)))
}

func checkList[T uint32 | uint64](name string, l List[T], codes int) error {
	if len(l.Starts) == 0 || l.Starts[0] != 0 {
		return fmt.Errorf("%s list does not begin at address 0", name)
	}
	if len(l.Starts) != len(l.Country) {
		return fmt.Errorf("%s list has %d ranges but %d countries", name, len(l.Starts), len(l.Country))
	}
	for i, c := range l.Country {
		if int(c) > codes {
			return fmt.Errorf("%s range %d names country %d of %d", name, i, c, codes)
		}
		if i > 0 && cmp.Compare(l.Starts[i-1], l.Starts[i]) >= 0 {
			return fmt.Errorf("%s range %d is out of order", name, i)
		}
	}
	return nil
}

func upper(b byte) bool { return b >= 'A' && b <= 'Z' }
