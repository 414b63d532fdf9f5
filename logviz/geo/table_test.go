package geo

import (
	"bytes"
	"compress/flate"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"ops/logviz/geo/internal/blob"
	"ops/logviz/geo/internal/torgeoip"
)

func builtin(t testing.TB) *Table {
	t.Helper()
	table, err := Builtin()
	if err != nil {
		t.Fatal(err)
	}
	return table
}

// The answers are those of the data of 2026-06-25. A newer table may differ in a few: look at them before changing the list.
func TestBuiltinKnown(t *testing.T) {
	table := builtin(t)
	for text, want := range map[string]Place{
		"8.8.8.8":              {Country, "US"},
		"1.1.1.1":              {Country, "AU"},
		"119.137.62.142":       {Country, "CN"},
		"183.62.140.253":       {Country, "CN"},
		"5.188.10.180":         {Country, "RU"},
		"::ffff:8.8.8.8":       {Country, "US"},
		"64:ff9b::8.8.8.8":     {Country, "US"},
		"2002:808:808::1":      {Country, "US"},
		"2001:200::1":          {Country, "JP"},
		"2001:4860:4860::8888": {Country, "US"},
		"2a01:4f8::1":          {Country, "DE"},
		"240e::1":              {Country, "CN"},
		"2a00:1450::1%eth0":    {Country, "IE"},
		"2001:506:9::4":        {}, // a /64 with seven countries in the source
		"3ffe::1":              {}, // the 6bone, given back in 2006
		"192.168.1.1":          {Kind: Private},
		"127.0.0.1":            {Kind: Reserved},
		"fe80::1%eth0":         {Kind: Reserved},
	} {
		if got := table.Lookup(netip.MustParseAddr(text)); got != want {
			t.Errorf("%s is %v, want %v", text, got, want)
		}
	}
	if got := table.Lookup(netip.Addr{}); got != (Place{}) {
		t.Errorf("the zero Addr is %v", got)
	}
}

func TestBuiltinInfo(t *testing.T) {
	info := builtin(t).Info()
	if info.Source != "IPFire Location" || info.Licence != "CC BY-SA 4.0" || info.Date.Year() < 2026 {
		t.Errorf("info is %+v", info)
	}
}

func TestBuiltinCodesAreCountries(t *testing.T) {
	known := map[string]bool{}
	for _, c := range Countries() {
		known[c.Code] = true
	}
	codes := builtin(t).Codes()
	if len(codes) < 240 {
		t.Errorf("only %d codes", len(codes))
	}
	for _, code := range codes {
		if !known[code] || Name(code) == code {
			t.Errorf("%s is not in Countries or has no name", code)
		}
	}
}

// TestPackedEqualsSource builds tables from small random sources and asks them for every address around every border.
func TestPackedEqualsSource(t *testing.T) {
	for seed := range uint64(150) {
		r := rand.New(rand.NewPCG(seed, 1))
		v4, v6 := randomFile(r, false), randomFile(r, true)
		d, _, err := torgeoip.Pack(v4, v6, Canonical)
		if err != nil {
			t.Fatal(err)
		}
		file, err := blob.Encode(d)
		if err != nil {
			t.Fatal(err)
		}
		table, err := decodeTable(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range []*torgeoip.File{v4, v6} {
			for _, a := range borders(f) {
				if got, want := table.Lookup(a), linear(f, a); got != want {
					t.Fatalf("seed %d: %s is %v, linear search says %v", seed, a, got, want)
				}
			}
		}
	}
}

// randomFile has up to 30 ranges, short and long, some of them touching, some ending inside a /64.
func randomFile(r *rand.Rand, v6 bool) *torgeoip.File {
	f := &torgeoip.File{Date: time.Unix(1_800_000_000, 0).UTC(), Vendor: "random", Licence: "none"}
	var ends []netip.Addr
	for range 2 + 2*r.IntN(30) {
		ends = append(ends, randomAddr(r, v6))
		if r.IntN(3) == 0 {
			ends = append(ends, ends[len(ends)-1].Next())
		}
	}
	slices.SortFunc(ends, netip.Addr.Compare)
	ends = slices.Compact(ends)
	codes := []string{"CN", "US", "UK", "GB", "??", "EU"}
	for i := 0; i+1 < len(ends); i += 2 {
		f.Ranges = append(f.Ranges, torgeoip.Range{First: ends[i], Last: ends[i+1], Code: codes[r.IntN(len(codes))]})
	}
	return f
}

// randomAddr has few different high bits, so that ranges meet in buckets and in /64s.
func randomAddr(r *rand.Rand, v6 bool) netip.Addr {
	if !v6 {
		return v4Addr(uint32(r.IntN(3))<<30 | uint32(r.IntN(4))<<16 | uint32(r.IntN(8)) | uint32(r.IntN(2))*0xfff8)
	}
	var b [16]byte
	binary.BigEndian.PutUint64(b[:8], 0x2000<<48|uint64(r.IntN(4))<<59|uint64(r.IntN(8)))
	low := []uint64{0, 1, 1 << 63, ^uint64(0)}
	binary.BigEndian.PutUint64(b[8:], low[r.IntN(len(low))])
	return netip.AddrFrom16(b)
}

func v4Addr(n uint32) netip.Addr {
	return netip.AddrFrom4([4]byte(binary.BigEndian.AppendUint32(nil, n)))
}

func v6Addr(high uint64) netip.Addr {
	var b [16]byte
	binary.BigEndian.PutUint64(b[:8], high)
	return netip.AddrFrom16(b)
}

func borders(f *torgeoip.File) []netip.Addr {
	var list []netip.Addr
	for _, r := range f.Ranges {
		for _, a := range []netip.Addr{r.First, r.First.Prev(), r.Last, r.Last.Next()} {
			if a.IsValid() {
				list = append(list, a)
			}
		}
	}
	return list
}

// linear says what a table must answer: the country of the address, in IPv6 the one country that the parts of its /64 are in.
func linear(f *torgeoip.File, a netip.Addr) Place {
	if _, kind := classify(a); kind != Country {
		return Place{Kind: kind}
	}
	net := netip.PrefixFrom(a, 32)
	if a.Is6() {
		net = netip.PrefixFrom(a, 64).Masked()
	}
	found := map[string]bool{}
	for _, r := range f.Ranges {
		if !r.Last.Less(net.Addr()) && !lastAddr(net).Less(r.First) {
			if code, ok := Canonical(r.Code); ok {
				found[code] = true
			}
		}
	}
	if len(found) != 1 {
		return Place{}
	}
	for code := range found {
		return Place{Country, code}
	}
	return Place{}
}

func TestBuiltinDamaged(t *testing.T) {
	whole := []byte(packed)
	r := rand.New(rand.NewPCG(1, 2))
	for i := range 40 {
		n := r.IntN(len(whole))
		if _, err := decodeTable(whole[:n]); err == nil {
			t.Errorf("cut to %d of %d bytes: no error", n, len(whole))
		}
		flipped := bytes.Clone(whole)
		flipped[n] ^= 1 << (i % 8)
		if _, err := decodeTable(flipped); err == nil || !strings.HasPrefix(err.Error(), "decode country table: ") {
			t.Errorf("byte %d flipped: %v", n, err)
		}
	}
	for _, file := range []string{"", "OPSGEO", packed + "x", "OPSGEO\x00\x02" + packed[8:]} {
		if _, err := decodeTable([]byte(file)); err == nil {
			t.Errorf("%d bytes beginning %.8q: no error", len(file), file)
		}
	}
}

// FuzzDecodeTable: any body in an intact seal is an error, or a table that answers as a linear search over its ranges.
func FuzzDecodeTable(f *testing.F) {
	f.Add([]byte("\x01\x01s\x01l\x02AUCN\x02\x00\x80\x80\x80\x08\x00\x01\x02\x00\x80\x80\x80\x80\x80\x80\x80\x80\x20\x00\x02"), uint32(1<<24), uint64(0x2001<<48))
	f.Add([]byte("\x01\x00\x00\x00\x01\x00\x00\x01\x00\x00"), uint32(0), uint64(0))
	f.Add([]byte{}, uint32(0xffffffff), uint64(0x3fff<<48))
	f.Fuzz(func(t *testing.T, body []byte, four uint32, six uint64) {
		// Stored, not compressed, so that the fuzzer sees the effect of what it changes.
		var file bytes.Buffer
		file.WriteString("OPSGEO\x00\x01")
		w, err := flate.NewWriter(&file, flate.NoCompression)
		if err != nil {
			t.Fatal(err)
		}
		w.Write(body)
		w.Close()
		sum := sha256.Sum256(file.Bytes())
		file.Write(sum[:])
		table, err := decodeTable(file.Bytes())
		if err != nil {
			return
		}
		d, err := blob.Decode(file.Bytes())
		if err != nil {
			t.Fatal(err)
		}
		if !slices.IsSorted(d.V4.Starts) || !slices.IsSorted(d.V6.Starts) {
			t.Fatal("the table is not sorted")
		}
		checkLinear(t, table, d, v4Addr(four))
		checkLinear(t, table, d, v6Addr(six))
		for i := range min(len(d.V4.Starts), 50) {
			checkLinear(t, table, d, v4Addr(d.V4.Starts[i]))
			checkLinear(t, table, d, v4Addr(d.V4.Starts[i]-1))
		}
		for i := range min(len(d.V6.Starts), 50) {
			checkLinear(t, table, d, v6Addr(d.V6.Starts[i]))
			checkLinear(t, table, d, v6Addr(d.V6.Starts[i]-1))
		}
	})
}

// checkLinear compares a look-up with one that goes through all ranges one by one.
func checkLinear(t *testing.T, table *Table, d *blob.Data, a netip.Addr) {
	t.Helper()
	to, kind := classify(a)
	want := Place{Kind: kind}
	if kind == Country {
		n := uint8(0)
		for i, start := range d.V4.Starts {
			if to.is4 && start <= to.ip4 {
				n = d.V4.Country[i]
			}
		}
		for i, start := range d.V6.Starts {
			if !to.is4 && start <= to.high {
				n = d.V6.Country[i]
			}
		}
		if n > 0 {
			want = Place{Country, d.Codes[n-1]}
		} else {
			want = Place{}
		}
	}
	if got := table.Lookup(a); got != want {
		t.Fatalf("%s is %v, linear search says %v", a, got, want)
	}
}

func TestLookupAllocatesNothing(t *testing.T) {
	table := builtin(t)
	for _, text := range []string{"8.8.8.8", "2a01:4f8::1", "::ffff:10.0.0.1", "fe80::1"} {
		a := netip.MustParseAddr(text)
		if n := testing.AllocsPerRun(100, func() { table.Lookup(a) }); n != 0 {
			t.Errorf("a look-up of %s allocates %v times", text, n)
		}
	}
}

func ExampleTable_Lookup() {
	table, err := Builtin()
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, text := range []string{"119.137.62.142", "192.168.1.1", "203.0.113.7"} {
		place := table.Lookup(netip.MustParseAddr(text))
		fmt.Printf("%s: %s %q\n", text, place.Kind, Name(place.Code))
	}
	// Output:
	// 119.137.62.142: country "China"
	// 192.168.1.1: private ""
	// 203.0.113.7: reserved ""
}
