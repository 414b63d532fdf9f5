// Package geo says which country an IP address is registered in.
//
// Start with [Builtin], a table that comes with the program, or with [Open], which reads the user's own MMDB file (GeoLite2,
// GeoIP2, DB-IP, IPinfo and others); both are a [Locator]. [Countries] and [Name] are a list of the countries of ISO 3166-1.
//
// What it promises: addresses that have no country (private networks, loopback, multicast, documentation …) are told apart
// before any table is asked, so they never count as "unknown". A code that is given is one of Countries. Look-ups allocate
// nothing and are safe for concurrent use. Damaged files are errors when they are opened, never wrong answers later.
//
// What it cannot promise: that the person who used an address was in that country. Tables say where a network is
// registered; proxies, tunnels and rented servers are the rule among attackers.
package geo

import "net/netip"

// Kind says how far an address could be located.
type Kind uint8

// The zero Kind is Unknown, so that a Place nobody filled claims nothing.
const (
	// Unknown: a public address that the table has no country for.
	Unknown Kind = iota
	// Country: the table names a country.
	Country
	// Private: an address of a network that is not reached from outside (RFC 1918, RFC 4193, RFC 6598).
	Private
	// Reserved: an address that belongs to no network: loopback, link-local, multicast, documentation and the like.
	Reserved
)

// String is "country", "private", "reserved" or "unknown".
func (k Kind) String() string {
	switch k {
	case Country:
		return "country"
	case Private:
		return "private"
	case Reserved:
		return "reserved"
	default:
		return "unknown"
	}
}

// Place is the answer of a look-up.
type Place struct {
	Kind Kind
	// Code is the ISO 3166-1 alpha-2 code in capital letters; "" unless Kind is Country.
	Code string
}

// Locator is a source of locations: [Table] or [MMDB].
//
// Lookup takes any address. An IPv4-mapped address is the IPv4 address (RFC 4291 section 2.5.5.2), and an address of NAT64
// (64:ff9b::/96, RFC 6052), of 6to4 (2002::/16, RFC 3056) or of Teredo (2001::/32, RFC 4380) is located by the IPv4 address
// in it, because that is where the answers to it are sent. Zones are ignored. The zero Addr is Unknown.
// Lookup is safe for concurrent use and allocates nothing once warm.
type Locator interface {
	Lookup(netip.Addr) Place
	Info() Info
}
