package anonymize

import (
	"math/bits"
	"net/netip"
	"testing"
)

// The vectors are those that the authors publish with their implementation (Crypto-PAn 1.0, sample_trace).
func TestVectorsOfTheAuthors(t *testing.T) {
	key := [32]byte{
		21, 34, 23, 141, 51, 164, 207, 128, 19, 10, 91, 22, 73, 144, 125, 16,
		216, 152, 143, 131, 121, 121, 101, 39, 98, 87, 76, 45, 42, 132, 34, 2,
	}
	c := newCryptoPAn(key)
	for in, want := range map[string]string{
		"128.11.68.132": "135.242.180.132", "129.118.74.4": "134.136.186.123", "130.132.252.244": "133.68.164.234",
		"141.223.7.43": "141.167.8.160", "141.233.145.108": "141.129.237.235", "152.163.225.39": "151.140.114.167",
		"156.29.3.236": "147.225.12.42", "165.247.96.84": "162.9.99.234", "166.107.77.190": "160.132.178.185",
		"192.102.249.13": "252.138.62.131", "192.215.32.125": "252.43.47.189", "192.233.80.103": "252.25.108.8",
		"192.41.57.43": "252.222.221.184", "193.150.244.223": "253.169.52.216", "195.205.63.100": "255.186.223.5",
		"198.200.171.101": "249.199.68.213", "198.26.132.101": "249.36.123.202", "198.36.213.5": "249.7.21.132",
	} {
		if got := c.address(netip.MustParseAddr(in)).String(); got != want {
			t.Errorf("%s becomes %s, must be %s", in, got, want)
		}
	}
}

func testKey() Key {
	var k Key
	copy(k.secret[:], "a key of tests, and of no one else")
	return k
}

func common(a, b []byte) int {
	n := 0
	for i := range a {
		if x := a[i] ^ b[i]; x != 0 {
			return n + bits.LeadingZeros8(x)
		}
		n += 8
	}
	return n
}

func FuzzPrefixes(f *testing.F) {
	z := New(testKey(), Options{})
	f.Add([]byte("0123456789abcdef"), []byte("0123456789abcdeg"))
	f.Add([]byte("\xc0\x00\x02\x01"), []byte("\xc0\x00\x02\x02"))
	f.Fuzz(func(t *testing.T, a, b []byte) {
		x, ok := netip.AddrFromSlice(a)
		y, ok2 := netip.AddrFromSlice(b)
		if !ok || !ok2 || len(a) != len(b) {
			return
		}
		x2, y2 := z.addresses.address(x), z.addresses.address(y)
		if before, after := common(a, b), common(x2.AsSlice(), y2.AsSlice()); before != after {
			t.Errorf("%v and %v have %d bits in common, %v and %v %d", x, y, before, x2, y2, after)
		}
		if got, got2 := z.Address(x), z.Address(y); (got == got2) != (x == y) {
			t.Errorf("%v becomes %v, %v becomes %v", x, got, y, got2)
		}
	})
}

func TestRangesThatStay(t *testing.T) {
	cases := []struct {
		address string
		keep    Ranges
		stays   bool
	}{
		{"127.0.0.1", 0, true},
		{"::1", 0, true},
		{"0.0.0.0", 0, true},
		{"::", 0, true},
		{"::ffff:127.0.0.1", 0, true},
		{"10.1.2.3", 0, false},
		{"10.1.2.3", Private, true},
		{"fd00::1", Private, true},
		{"fe80::1%eth0", Private, false},
		{"fe80::1%eth0", LinkLocal, true},
		{"224.0.0.1", LinkLocal, false},
		{"ff02::1", Multicast, true},
		{"192.0.2.1", Private | LinkLocal | Multicast, false},
	}
	for _, c := range cases {
		a := netip.MustParseAddr(c.address)
		got := New(testKey(), Options{Keep: c.keep}).Address(a)
		if (got == a) != c.stays || got.Is4() != a.Is4() || got.Zone() != a.Zone() {
			t.Errorf("%s with %b becomes %s", c.address, c.keep, got)
		}
	}
}

// Also where what stays is in the way, no two addresses become one.
func TestPermutation(t *testing.T) {
	z := New(testKey(), Options{Keep: Private | LinkLocal | Multicast})
	seen := make(map[netip.Addr]netip.Addr)
	for i := range 1 << 16 {
		a := netip.AddrFrom4([4]byte{byte(i >> 8), byte(i), byte(i >> 4), 1})
		b := z.Address(a)
		if other, ok := seen[b]; ok {
			t.Fatalf("%v and %v both become %v", a, other, b)
		}
		seen[b] = a
	}
}
