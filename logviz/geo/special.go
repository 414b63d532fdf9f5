package geo

import (
	"encoding/binary"
	"net/netip"
)

// target is an address made ready for a table: either an IPv4 address, or an IPv6 address in 2000::/3.
type target struct {
	is4  bool
	ip4  uint32
	high uint64 // upper 64 bits of the IPv6 address
}

// classify reduces an address to what a table can be asked. If kind is Private or Reserved, or if a is the zero Addr
// (Unknown), there is nothing to ask; Country means: ask.
func classify(a netip.Addr) (t target, kind Kind) {
	switch {
	case a.Is4() || a.Is4In6():
		b := a.Unmap().As4()
		t.ip4 = binary.BigEndian.Uint32(b[:])
	case a.Is6():
		b := a.As16()
		t.high = binary.BigEndian.Uint64(b[:8])
		low := binary.BigEndian.Uint64(b[8:])
		embedded, ok := embedded4(t.high, low)
		if !ok {
			return t, special6(t.high)
		}
		t.ip4 = embedded
	default:
		return t, Unknown
	}
	t.is4 = true
	return t, special4(t.ip4)
}

// embedded4 finds the IPv4 address that packets to this IPv6 address end up at.
func embedded4(high, low uint64) (uint32, bool) {
	switch {
	case high>>48 == 0x2002: // 6to4: 2002:V4::/48, RFC 3056 section 2
		return uint32(high >> 16), true
	case high == 0x0064_ff9b_0000_0000 && low>>32 == 0: // NAT64 well-known prefix, RFC 6052 section 2.1
		return uint32(low), true
	case high>>32 == 0x2001_0000: // Teredo: the client's outer address with all bits flipped, RFC 4380 section 4
		return ^uint32(low), true
	}
	return 0, false
}

// special4 is the IANA IPv4 Special-Purpose Address Registry (RFC 6890 and its updates) and, above 224, the IPv4 address
// space registry. Anycast addresses of protocols (AS112, AMT, 6to4 relays) are Reserved although they are reachable: they
// are in many places at once. Country means: none of these.
func special4(a uint32) Kind {
	switch byte(a >> 24) {
	case 0: // this network, RFC 791
		return Reserved
	case 10: // RFC 1918
		return Private
	case 100:
		if a>>22 == 100<<2|1 { // 100.64.0.0/10 shared by carriers, RFC 6598
			return Private
		}
	case 127: // loopback, RFC 1122
		return Reserved
	case 169:
		if a>>16 == 169<<8|254 { // link-local, RFC 3927
			return Reserved
		}
	case 172:
		if a>>20 == 172<<4|1 { // 172.16.0.0/12, RFC 1918
			return Private
		}
	case 192:
		return special192(a)
	case 198:
		if a>>17 == 198<<7|18>>1 || // 198.18.0.0/15 benchmarks, RFC 2544
			a>>8 == 198<<16|51<<8|100 { // TEST-NET-2, RFC 5737
			return Reserved
		}
	case 203:
		if a>>8 == 203<<16|113 { // TEST-NET-3, RFC 5737
			return Reserved
		}
	default:
		if a>>29 == 7 { // 224.0.0.0/4 multicast, 240.0.0.0/4 future use, broadcast: RFC 5771, RFC 1112, RFC 919
			return Reserved
		}
	}
	return Country
}

func special192(a uint32) Kind {
	if a>>16 == 192<<8|168 { // RFC 1918
		return Private
	}
	switch a >> 8 {
	case 192 << 16, // 192.0.0.0/24 protocol assignments, RFC 6890
		192<<16 | 2,           // TEST-NET-1, RFC 5737
		192<<16 | 31<<8 | 196, // AS112, RFC 7535
		192<<16 | 52<<8 | 193, // AMT, RFC 7450
		192<<16 | 88<<8 | 99,  // 6to4 relay anycast, RFC 7526
		192<<16 | 175<<8 | 48: // AS112, RFC 7534
		return Reserved
	}
	return Country
}

// special6 is the IANA IPv6 Special-Purpose Address Registry, by the upper 64 bits. Of the whole space only 2000::/3 is
// given to networks (IANA IPv6 address space registry), so all else but fc00::/7 is Reserved: ::, ::1, 64:ff9b:1::/48,
// 100::/64, 5f00::/16, fe80::/10, ff00::/8 and what was never given out. Country means: none of these.
func special6(high uint64) Kind {
	switch {
	case high>>57 == 0xfc>>1: // fc00::/7 unique local, RFC 4193
		return Private
	case high>>61 != 1: // outside 2000::/3
		return Reserved
	case high>>41 == 0x2001_0000>>9, // 2001::/23 protocol assignments: benchmarks, AMT, AS112, ORCHID, RFC 2928
		high>>32 == 0x2001_0db8,      // documentation, RFC 3849
		high>>16 == 0x2620_004f_8000, // AS112, RFC 7534
		high>>44 == 0x3fff<<4:        // 3fff::/20 documentation, RFC 9637
		return Reserved
	}
	return Country
}
