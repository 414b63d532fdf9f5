package geo

import (
	"net/netip"
	"testing"
)

// specialPrefixes are the IANA special-purpose registries and address space registries, apart from what is looked up by an
// IPv4 address inside.
func specialPrefixes() map[string]Kind {
	return map[string]Kind{
		"0.0.0.0/8":         Reserved,
		"10.0.0.0/8":        Private,
		"100.64.0.0/10":     Private,
		"127.0.0.0/8":       Reserved,
		"169.254.0.0/16":    Reserved,
		"172.16.0.0/12":     Private,
		"192.0.0.0/24":      Reserved,
		"192.0.2.0/24":      Reserved,
		"192.31.196.0/24":   Reserved,
		"192.52.193.0/24":   Reserved,
		"192.88.99.0/24":    Reserved,
		"192.168.0.0/16":    Private,
		"192.175.48.0/24":   Reserved,
		"198.18.0.0/15":     Reserved,
		"198.51.100.0/24":   Reserved,
		"203.0.113.0/24":    Reserved,
		"224.0.0.0/3":       Reserved, // multicast, future use and broadcast
		"::/3":              Reserved, // but for NAT64, below
		"64:ff9b:1::/48":    Reserved,
		"100::/64":          Reserved,
		"2001:2::/48":       Reserved,
		"2001:10::/28":      Reserved,
		"2001:db8::/32":     Reserved,
		"2620:4f:8000::/48": Reserved,
		"3fff::/20":         Reserved,
		"4000::/3":          Reserved,
		"5f00::/16":         Reserved,
		"8000::/2":          Reserved,
		"6000::/3":          Reserved,
		"c000::/3":          Reserved,
		"e000::/4":          Reserved,
		"f000::/5":          Reserved,
		"f800::/6":          Reserved,
		"fc00::/7":          Private,
		"fe00::/7":          Reserved, // link-local, site-local, multicast
	}
}

func TestClassifyPrefixes(t *testing.T) {
	for text, want := range specialPrefixes() {
		p := netip.MustParsePrefix(text)
		first, last := p.Addr(), lastAddr(p)
		for _, a := range []netip.Addr{first, last} {
			if _, got := classify(a); got != want {
				t.Errorf("%s in %s is %s, want %s", a, p, got, want)
			}
			// Every IPv4 address has the same kind in its mapped, NAT64, 6to4 and Teredo forms.
			for _, b := range disguises(a) {
				if _, got := classify(b); got != want {
					t.Errorf("%s for %s is %s, want %s", b, a, got, want)
				}
			}
		}
		// The neighbours outside belong to what the longest other prefix says.
		for _, a := range []netip.Addr{first.Prev(), last.Next()} {
			if !a.IsValid() {
				continue
			}
			if _, got := classify(a); got != byPrefix(a) {
				t.Errorf("%s beside %s is %s, want %s", a, p, got, byPrefix(a))
			}
		}
	}
}

// byPrefix is the slow and plain way to say the kind of an address.
func byPrefix(a netip.Addr) Kind {
	for text, kind := range specialPrefixes() {
		if netip.MustParsePrefix(text).Contains(a) {
			return kind
		}
	}
	if netip.MustParsePrefix("2001::/23").Contains(a) && !netip.MustParsePrefix("2001::/32").Contains(a) {
		return Reserved
	}
	return Country
}

func lastAddr(p netip.Prefix) netip.Addr {
	b := p.Addr().AsSlice()
	for i := p.Bits(); i < len(b)*8; i++ {
		b[i/8] |= 0x80 >> (i % 8)
	}
	a, _ := netip.AddrFromSlice(b)
	return a
}

// disguises are the IPv6 addresses that carry an IPv4 address.
func disguises(a netip.Addr) []netip.Addr {
	if !a.Is4() {
		return nil
	}
	b := a.As4()
	return []netip.Addr{
		netip.AddrFrom16([16]byte{10: 0xff, 11: 0xff, 12: b[0], 13: b[1], 14: b[2], 15: b[3]}),
		netip.AddrFrom16([16]byte{0, 0x64, 0xff, 0x9b, 12: b[0], 13: b[1], 14: b[2], 15: b[3]}),
		netip.AddrFrom16([16]byte{0x20, 0x02, b[0], b[1], b[2], b[3], 6: 1, 15: 9}),
		netip.AddrFrom16([16]byte{0x20, 0x01, 4: 65, 5: 54, 12: ^b[0], 13: ^b[1], 14: ^b[2], 15: ^b[3]}),
	}
}

func TestClassifyNamed(t *testing.T) {
	for text, want := range map[string]Kind{
		"::":                                   Reserved,
		"::1":                                  Reserved,
		"::ffff:10.1.2.3":                      Private,
		"::ffff:8.8.8.8":                       Country,
		"::8.8.8.8":                            Reserved, // IPv4-compatible, deprecated
		"::ffff:0:8.8.8.8":                     Reserved, // IPv4-translated (SIIT) never leaves its network
		"64:ff9b::8.8.8.8":                     Country,
		"64:ff9b::192.168.0.1":                 Private,
		"64:ff9b:0:0:1::8.8.8.8":               Reserved, // not the /96
		"2002:c0a8:0001::1":                    Private,
		"2002:7f00:0001::1":                    Reserved,
		"2001:0:4136:e378:8000:63bf:3fff:fdd2": Reserved, // Teredo of 192.0.2.45
		"fe80::1%eth0":                         Reserved,
		"fc00::1%eth0":                         Private,
		"2a00:1450::1%eth0":                    Country,
		"255.255.255.255":                      Reserved,
		"198.17.255.255":                       Country,
		"198.20.0.0":                           Country,
		"100.128.0.0":                          Country,
		"172.32.0.0":                           Country,
		"192.88.98.255":                        Country,
		"223.255.255.255":                      Country,
	} {
		if _, got := classify(netip.MustParseAddr(text)); got != want {
			t.Errorf("%s is %s, want %s", text, got, want)
		}
	}
	if _, got := classify(netip.Addr{}); got != Unknown {
		t.Errorf("the zero Addr is %s, want unknown", got)
	}
}

func TestKindString(t *testing.T) {
	for kind, want := range map[Kind]string{Unknown: "unknown", Country: "country", Private: "private", Reserved: "reserved", 9: "unknown"} {
		if kind.String() != want {
			t.Errorf("kind %d is %q, want %q", kind, kind, want)
		}
	}
}
