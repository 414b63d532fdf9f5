package geo

import (
	"math/rand/v2"
	"net/netip"
	"testing"

	"github.com/oschwald/maxminddb-golang/v2"

	"ops/logviz/geo/internal/blob"
	"ops/logviz/geo/internal/mmdbtest"
)

// BenchmarkLookup measures three ways to locate the same random addresses in the same data, in the same run: the built-in
// table, this package's MMDB, and plain maxminddb (look-up and decoding of country.iso_code). The table and MMDB report how
// often they are as fast as plain maxminddb ("x-plain"); run it with -bench as a whole to see that.
func BenchmarkLookup(b *testing.B) {
	table := builtin(b)
	d, err := blob.Decode([]byte(packed))
	if err != nil {
		b.Fatal(err)
	}
	data := asMMDB(d)
	m, err := openBytes(data)
	if err != nil {
		b.Fatal(err)
	}
	reader, err := maxminddb.OpenBytes(data)
	if err != nil {
		b.Fatal(err)
	}
	four, six := random4(), random6(d)
	for _, set := range []struct {
		name      string
		addresses []netip.Addr
	}{
		{"v4", four},
		{"v4-of-500", four[:500]}, // as in a log: the same sources again and again
		{"v6", six},
		{"v6-of-500", six[:500]},
	} {
		addresses := set.addresses
		b.Run(set.name, func(b *testing.B) {
			plain := 0.0
			b.Run("plain-maxminddb", func(b *testing.B) {
				for i := range b.N {
					var code string
					if err := reader.Lookup(addresses[i%len(addresses)]).DecodePath(&code, "country", "iso_code"); err != nil {
						b.Fatal(err)
					}
				}
				plain = b.Elapsed().Seconds() / float64(b.N)
			})
			for _, l := range []struct {
				name string
				Locator
			}{{"table", table}, {"mmdb", m}} {
				b.Run(l.name, func(b *testing.B) {
					b.ReportAllocs()
					for i := range b.N {
						l.Lookup(addresses[i%len(addresses)])
					}
					own := b.Elapsed().Seconds() / float64(b.N)
					b.ReportMetric(1/own/1e6, "M/s")
					b.ReportMetric(plain/own, "x-plain")
				})
			}
		})
	}
}

func BenchmarkBuiltin(b *testing.B) {
	b.ReportAllocs()
	for range b.N {
		builtin(b)
	}
}

// asMMDB writes the table as an MMDB of type GeoLite2-Country.
func asMMDB(d *blob.Data) []byte {
	out := mmdbtest.Database{Type: "GeoLite2-Country", RecordSize: 32}
	out.Networks = appendNetworks(nil, d.Codes, d.V4, 32, func(n uint64) netip.Addr { return v4Addr(uint32(n)) })
	out.Networks = appendNetworks(out.Networks, d.Codes, d.V6, 64, v6Addr)
	return out.Bytes()
}

// appendNetworks cuts ranges into prefixes of at most the given number of bits.
func appendNetworks[T uint32 | uint64](networks []mmdbtest.Network, codes []string, l blob.List[T], bits int, addr func(uint64) netip.Addr) []mmdbtest.Network {
	for i, start := range l.Starts {
		if l.Country[i] == 0 {
			continue
		}
		record := nested(codes[l.Country[i]-1])
		last := ^T(0)
		if i+1 < len(l.Starts) {
			last = l.Starts[i+1] - 1
		}
		for at := uint64(start); ; at++ {
			size := 0 // as many trailing bits as are free in at and stay within the range
			for size < bits-3 && at>>size&1 == 0 && at|(1<<(size+1)-1) <= uint64(last) {
				size++
			}
			networks = append(networks, mmdbtest.Network{Prefix: netip.PrefixFrom(addr(at), bits-size), Record: record})
			at |= 1<<size - 1
			if at == uint64(last) {
				break
			}
		}
	}
	return networks
}

const randomAddresses = 1 << 16

// random4 are evenly spread public addresses.
func random4() []netip.Addr {
	r := rand.New(rand.NewPCG(7, 8))
	var list []netip.Addr
	for len(list) < randomAddresses {
		a := v4Addr(r.Uint32())
		if _, kind := classify(a); kind == Country {
			list = append(list, a)
		}
	}
	return list
}

// random6 are spread evenly over the ranges, not over the space, which is nearly empty: the worst case for the index.
func random6(d *blob.Data) []netip.Addr {
	r := rand.New(rand.NewPCG(9, 10))
	var list []netip.Addr
	for len(list) < randomAddresses {
		i := r.IntN(len(d.V6.Starts) - 1)
		start, next := d.V6.Starts[i], d.V6.Starts[i+1]
		a := v6Addr(start + r.Uint64N(next-start))
		if _, kind := classify(a); kind == Country {
			list = append(list, a)
		}
	}
	return list
}
