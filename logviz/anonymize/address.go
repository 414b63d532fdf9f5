package anonymize

import (
	"crypto/aes"
	"crypto/cipher"
	"net/netip"
)

// cryptoPAn maps addresses so that two of them have as many leading bits in common after as before. The construction is
// that of Xu, Fan, Ammar and Moon (2002): bit i is turned around by a keyed function of the i bits before it, here the
// first bit of AES-128 of these bits, filled up with a secret pad.
type cryptoPAn struct {
	block cipher.Block
	pad   [aes.BlockSize]byte
}

// newCryptoPAn takes the key of AES and, behind it, what the pad is made of, as the authors' implementation does.
func newCryptoPAn(key [32]byte) *cryptoPAn {
	block, err := aes.NewCipher(key[:16])
	if err != nil {
		panic(err) // 16 bytes are a key
	}
	c := &cryptoPAn{block: block}
	block.Encrypt(c.pad[:], key[16:])
	return c
}

// bits maps the bits of an address, in place. An address of IPv6 has as many as a block.
func (c *cryptoPAn) bits(addr []byte) {
	var in, out [aes.BlockSize]byte
	var turn [aes.BlockSize]byte
	for i := range len(addr) * 8 {
		in = c.pad
		whole := i / 8
		copy(in[:], addr[:whole])
		if rest := i % 8; rest > 0 {
			mask := byte(0xff) << (8 - rest)
			in[whole] = addr[whole]&mask | c.pad[whole]&^mask
		}
		c.block.Encrypt(out[:], in[:])
		turn[whole] |= out[0] >> 7 << (7 - i%8)
	}
	for i := range addr {
		addr[i] ^= turn[i]
	}
}

func (c *cryptoPAn) address(a netip.Addr) netip.Addr {
	if a.Is4() {
		b := a.As4()
		c.bits(b[:])
		return netip.AddrFrom4(b)
	}
	b := a.As16()
	c.bits(b[:])
	return netip.AddrFrom16(b)
}

// Ranges are kinds of addresses.
type Ranges uint8

// The ranges that can stay as they are. Loopback and unspecified addresses always do: they name no one.
const (
	Private   Ranges = 1 << iota // RFC 1918, RFC 4193
	LinkLocal                    // 169.254.0.0/16, fe80::/10
	Multicast                    // 224.0.0.0/4, ff00::/8
)

func (r Ranges) keeps(a netip.Addr) bool {
	switch {
	case a.IsLoopback(), a.IsUnspecified():
		return true
	case a.IsPrivate():
		return r&Private != 0
	case a.IsLinkLocalUnicast():
		return r&LinkLocal != 0
	case a.IsMulticast():
		return r&Multicast != 0
	}
	return false
}

// Address returns the pseudonym of an address, of the same family. Different addresses have different ones: where the
// pseudonym would be an address of a range that is kept, it is mapped once more. Such a walk ends, since the mapping is a
// permutation and began outside.
func (z *Anonymizer) Address(a netip.Addr) netip.Addr {
	zone := a.Zone()
	mapped := a.Is4In6()
	a = a.WithZone("").Unmap()
	if !a.IsValid() || z.keep.keeps(a) {
		return z.restore(a, mapped, zone)
	}
	b := z.addresses.address(a)
	for z.keep.keeps(b) || b.Is4In6() {
		b = z.addresses.address(b)
	}
	return z.restore(b, mapped, zone)
}

func (z *Anonymizer) restore(a netip.Addr, mapped bool, zone string) netip.Addr {
	if mapped {
		a = netip.AddrFrom16(a.As16())
	}
	if zone != "" {
		a = a.WithZone(zone)
	}
	return a
}
