package keys

import (
	"errors"
	"fmt"
	"net/netip"
	"strconv"
	"strings"
)

// parseNumeric reads an address as getaddrinfo(3) with AI_NUMERICHOST does: also the old forms 10.1, 0x7f.1 and 2130706433.
func parseNumeric(s string) (netip.Addr, bool) {
	if address, err := netip.ParseAddr(s); err == nil && !strings.HasPrefix(s, "0") {
		return address, true
	} else if err == nil && address.Is6() {
		return address, true
	}
	parts := strings.Split(s, ".")
	if len(parts) > 4 {
		return netip.Addr{}, false
	}
	var value uint64
	for i, part := range parts {
		n, err := strconv.ParseUint(part, 0, 32)
		if err != nil || strings.Contains(part, "_") || len(part) > 1 && strings.ContainsAny(part[1:2], "bBoO") {
			return netip.Addr{}, false // what Go takes and C does not
		}
		if i < len(parts)-1 {
			if n > 255 {
				return netip.Addr{}, false
			}
			value |= n << (24 - 8*i)
			continue
		}
		if n >= 1<<(32-8*i) {
			return netip.Addr{}, false
		}
		value |= n
	}
	return netip.AddrFrom4([4]byte{byte(value >> 24), byte(value >> 16), byte(value >> 8), byte(value)}), true
}

var errMask = errors.New("inconsistent mask")

// parseNetwork reads an address or a network. ok is false for what is neither, such as a pattern; the error is errMask for
// a network whose mask does not fit.
func parseNetwork(s string) (network netip.Prefix, ok bool, err error) {
	const longest = 63
	if len(s) > longest {
		return netip.Prefix{}, false, nil
	}
	text, mask, hasMask := strings.Cut(s, "/")
	bits := 0
	if hasMask {
		n, fits := parseNumber(mask, 0, 128)
		if !fits || mask[0] < '0' || mask[0] > '9' {
			return netip.Prefix{}, false, nil
		}
		bits = int(n)
	}
	address, ok := parseNumeric(text)
	if !ok {
		return netip.Prefix{}, false, nil
	}
	if !hasMask {
		bits = address.BitLen()
	}
	if bits > address.BitLen() {
		return netip.Prefix{}, false, errMask
	}
	network = netip.PrefixFrom(address.WithZone(""), bits)
	if network.Masked() != network {
		return netip.Prefix{}, false, errMask
	}
	return network, true, nil
}

// matchAddressList is addr_match_list in sshd: networks, addresses and patterns, each perhaps after a !.
func matchAddressList(address, list string) (verdict, error) {
	client, known := parseNumeric(address)
	if !known {
		return unmatched, nil
	}
	got := unmatched
	for item := range strings.SplitSeq(list, ",") {
		item, negated := strings.CutPrefix(item, "!")
		if item == "" {
			return unmatched, errPattern
		}
		network, isNetwork, err := parseNetwork(item)
		if err != nil {
			return unmatched, errPattern
		}
		text, _, _ := strings.Cut(item, "/")
		_, zone, _ := strings.Cut(text, "%")
		isIn := network.Contains(client.WithZone("")) && client.Zone() == zone
		if isNetwork && isIn || !isNetwork && matchPattern(address, item) {
			if negated {
				return refused, nil
			}
			got = matched
		}
	}
	return got, nil
}

// matchCIDRList is addr_match_cidr_list in sshd, for the source-address of certificates: networks and addresses only. An
// empty address only checks the list.
func matchCIDRList(address, list string) (bool, error) {
	client, known := parseNumeric(address)
	got := false
	for item := range strings.SplitSeq(list, ",") {
		network, ok, err := parseNetwork(item)
		if !ok || err != nil || strings.Trim(item, "0123456789abcdefABCDEF.:/") != "" {
			return false, fmt.Errorf("%q is not a network", shorten(item))
		}
		got = got || known && network.Contains(client.WithZone(""))
	}
	return got, nil
}
