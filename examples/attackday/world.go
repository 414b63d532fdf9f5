package main

import (
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
	"net/netip"
	"strings"

	"ops/logviz/geo"
)

// country says how strongly a country takes part.
type country struct {
	code   string
	lon    float64 // of its middle, in degrees east: when it is day there
	weight float64 // share of the botnet, in arbitrary units
}

// countries lists the botnet's countries, those with most hosts first. The weights fall like 1/rank: the shape that
// such lists have, not a statement about these countries.
func countries() []country {
	const list = `US -98 CN 105 SG 104 DE 10 IN 79 BR -52 HK 114 VN 107 ID 114 NL 5 RU 60 KR 128 GB -2 FR 2 JP 138 TW 121
		MX -102 AR -64 IT 12 TR 35 PL 19 UA 31 TH 101 CA -100 CO -73 IR 54 ES -4 ZA 25 EG 30 RO 25 BG 25 PK 70 BD 90 MY 102
		PH 122 AU 134 CL -71 PE -75 EC -78 SE 15 CZ 15 GR 22 HU 19 PT -8 NG 8 KE 38 MA -6 TN 10 DZ 3 SA 45 AE 54 IL 35 KZ 67
		UZ 64 LT 24 LV 25 EE 26 MD 29 RS 21 HR 16 SI 15 SK 19 AT 14 CH 8 BE 4 DK 10 NO 9 FI 26 IE -8 VE -66 UY -56 PY -58
		BO -65 CR -84 PA -80 GT -90 SV -89 HN -87 NI -85 DO -71 JM -77 TT -61 PR -66 CU -79 GH -1 CI -6 SN -14 CM 12 AO 18
		TZ 35 UG 32 ET 40 ZM 28 ZW 30 MZ 35 MU 58 NP 84 LK 81 MM 96 KH 105 LA 103 MN 104 KG 74 GE 44 AM 45 AZ 48 IQ 44 JO 36
		LB 36 KW 48 QA 51 BH 51 OM 56 CY 33 MT 14 IS -19 LU 6 AL 20 MK 22 BA 18 ME 19 BY 28 NZ 172 FJ 178 PG 145`
	words := strings.Fields(list)
	all := make([]country, 0, len(words)/2)
	for i := 0; i < len(words); i += 2 {
		c := country{code: words[i], weight: 1 / math.Pow(float64(i/2)+2.5, 1.15)}
		if _, err := fmt.Sscan(words[i+1], &c.lon); err != nil {
			panic("attackday: bad longitude of " + c.code)
		}
		all = append(all, c)
	}
	return all
}

// awake is how active hosts at a longitude are at a second of the UTC day: from 0.15 at night to 1 in the afternoon,
// for much of a botnet is machines that people switch on.
func (c country) awake(second float64) float64 {
	hour := second/3600 + c.lon/15
	return 0.575 + 0.425*math.Cos((hour-15)/24*2*math.Pi)
}

// hostsIn draws so many IPv4 addresses in each country as want says, no two from one /24.
func hostsIn(r *rand.Rand, table *geo.Table, want map[string]int) (map[string][]netip.Addr, error) {
	missing := 0
	for _, n := range want {
		missing += n
	}
	found := make(map[string][]netip.Addr, len(want))
	used := make(map[uint32]bool, missing)
	for range 100_000_000 { // a country with 256 addresses turns up in a sixth of that
		if missing == 0 {
			return found, nil
		}
		n := r.Uint32()
		if last := byte(n); last == 0 || last == 255 || used[n>>8] {
			continue
		}
		a := netip.AddrFrom4([4]byte(binary.BigEndian.AppendUint32(nil, n)))
		if code := table.Lookup(a).Code; len(found[code]) < want[code] {
			found[code] = append(found[code], a)
			used[n>>8] = true
			missing--
		}
	}
	return nil, fmt.Errorf("draw addresses: %d of the countries' hosts not found in the table", missing)
}

// host6 draws an IPv6 address in a country.
func host6(r *rand.Rand, table *geo.Table, code string) (netip.Addr, error) {
	for range 20_000_000 {
		var b [16]byte
		// The blocks of 2000::/3 that the regional registries give out from; elsewhere there is nothing to find.
		block := [...]uint16{0x2001, 0x2400, 0x2600, 0x2800, 0x2a00}[r.IntN(5)]
		binary.BigEndian.PutUint64(b[:], uint64(block)<<48|uint64(r.Uint32N(1<<20))<<32|uint64(r.Uint32N(1<<16))<<16)
		binary.BigEndian.PutUint16(b[14:], uint16(1+r.IntN(4000)))
		if a := netip.AddrFrom16(b); table.Lookup(a).Code == code {
			return a, nil
		}
	}
	return netip.Addr{}, fmt.Errorf("draw addresses: no IPv6 network of %s found in the table", code)
}
