package geo

import (
	_ "embed" // for the table below
	"net/netip"

	"ops/logviz/geo/internal/blob"
)

// packed is the table as `go run ./logviz/geo/pack` wrote it. It is under its own licence: see data/NOTICE.
//
//go:embed data/ipfire.geo
var packed string

// Table is a table of countries in memory, about 6 MB. It does not change.
type Table struct {
	info   Info
	places []Place // by country number; 0 is the unknown place
	v4     index[uint32]
	v6     index[uint64]
}

// The leading bits that choose a bucket. With these an IPv4 bucket has one leaf on average; more would cost more cache than they
// save steps.
const (
	v4Bits = 16
	v6Bits = 18
)

// v6Base is the first address that a table may know, 2000::, as upper 64 bits.
const v6Base = 0x2000 << 48

// Builtin decodes the table that comes with the program. It takes some 20 ms: do it once and keep the Table.
// An error means that the program was built from a damaged file.
func Builtin() (*Table, error) { return decodeTable([]byte(packed)) }

func decodeTable(file []byte) (*Table, error) {
	d, err := blob.Decode(file)
	if err != nil {
		return nil, err
	}
	t := &Table{
		info:   Info{Source: d.Source, Date: d.Date, Licence: d.Licence},
		places: []Place{{}},
		// IPv4 has 32 bits in use; IPv6 61, because classify lets nothing through that is outside 2000::/3.
		v4: newIndex(d.V4, 0, 32, v4Bits),
		v6: newIndex(d.V6, v6Base, 61, v6Bits),
	}
	for _, code := range d.Codes {
		t.places = append(t.places, Place{Country, code})
	}
	return t, nil
}

// Info says what the table was made from.
func (t *Table) Info() Info { return t.info }

// Codes are the codes that the table can answer with, in ascending order.
func (t *Table) Codes() []string {
	var codes []string
	for _, p := range t.places[1:] {
		codes = append(codes, p.Code)
	}
	return codes
}

// Lookup locates a; see [Locator].
func (t *Table) Lookup(a netip.Addr) Place {
	to, kind := classify(a)
	switch {
	case kind != Country:
		return Place{Kind: kind}
	case to.is4:
		return t.places[t.v4.find(to.ip4)]
	default:
		return t.places[t.v6.find(to.high)]
	}
}
