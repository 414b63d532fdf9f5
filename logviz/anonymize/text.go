package anonymize

import (
	"encoding/hex"
	"fmt"
	"net/netip"
	"strings"
)

// names are texts with their pseudonyms.
type names map[string]string

// text replaces in a free text every token that looks like a mail address, an address, a hardware address or a UUID, and
// every word that is one of the names.
func (z *Anonymizer) text(s string, known names) string {
	return z.between(s, 0, len(s), known)
}

// between does that with a piece of a text; what stands around the piece tells whether a token begins or ends there.
func (z *Anonymizer) between(s string, from, to int, known names) string {
	var b strings.Builder
	done := from
	for at := from; at < to; {
		if at > 0 && joins(s[at-1]) && joins(s[at]) { // inside of a word
			at++
			continue
		}
		n, p := z.token(s[at:to], known)
		if n > 0 && at+n < len(s) && joins(s[at+n-1]) && joins(s[at+n]) {
			n = 0 // only the beginning of a word
		}
		if n == 0 {
			at++
			continue
		}
		b.WriteString(s[done:at])
		b.WriteString(p)
		at += n
		done = at
	}
	b.WriteString(s[done:to])
	return b.String()
}

// joins reports whether a byte is part of a word.
func joins(c byte) bool { return c-'0' < 10 || (c|0x20)-'a' < 26 || c == '_' || c >= 0x80 }

func isHex(c byte) bool { return c-'0' < 10 || (c|0x20)-'a' < 6 }

// run returns the length of the beginning of s that is made of such bytes, up to a limit.
func run(s string, limit int, in func(byte) bool) int {
	n := 0
	for n < len(s) && n < limit && in(s[n]) {
		n++
	}
	return n
}

// token returns the length of a token at the start of s and what becomes of it, 0 if there is none.
func (z *Anonymizer) token(s string, known names) (n int, pseudonym string) {
	if n := mailLength(s); n > 0 {
		if p, ok := known[s[:n]]; ok {
			return n, p
		}
		return n, z.Mail(s[:n])
	}
	if n, p := z.known(s, known); n > 0 {
		return n, p
	}
	if !isHex(s[0]) && s[0] != ':' {
		return 0, ""
	}
	if n := uuidLength(s); n > 0 {
		return n, z.UUID(s[:n])
	}
	if n, p := z.macs(s); n > 0 {
		return n, p
	}
	if n := addressLength(s); n > 0 {
		a := netip.MustParseAddr(s[:n])
		if b := z.Address(a); b != a {
			return n, b.String()
		}
		return n, s[:n]
	}
	return 0, ""
}

// known finds the longest name at the start of s.
func (z *Anonymizer) known(s string, known names) (n int, pseudonym string) {
	for name, p := range known {
		if len(name) > n && strings.HasPrefix(s, name) && (len(name) == len(s) || !joins(name[len(name)-1]) || !joins(s[len(name)])) {
			n, pseudonym = len(name), p
		}
	}
	return n, pseudonym
}

func isLocal(c byte) bool { return joins(c) || strings.IndexByte(".!#$%&'*+/=?^`{|}~-", c) >= 0 }

func isDomain(c byte) bool { return joins(c) || c == '.' || c == '-' }

// mailLength returns the length of a mail address at the start of s. Its host needs a dot, since user@host is how
// programs write other things too. "to=" and the like before it are not taken for a part of the user.
func mailLength(s string) int {
	if !joins(s[0]) {
		return 0
	}
	n := run(s, 65, isLocal)
	if n == len(s) || s[n] != '@' || strings.IndexByte(s[:n], '=') >= 0 {
		return 0
	}
	host := strings.TrimRight(s[n+1:n+1+run(s[n+1:], 255, isDomain)], ".-")
	if dot := strings.IndexByte(host, '.'); dot <= 0 {
		return 0
	}
	return n + 1 + len(host)
}

// uuidLength finds 8-4-4-4-12 hexadecimal digits, or 32 of them.
func uuidLength(s string) int {
	if n := run(s, 33, isHex); n == 32 {
		return 32
	}
	at := 0
	for i, n := range []int{8, 4, 4, 4, 12} {
		if i > 0 {
			if at == len(s) || s[at] != '-' {
				return 0
			}
			at++
		}
		if run(s[at:], n, isHex) != n {
			return 0
		}
		at += n
	}
	return at
}

// macs replaces pairs of digits with colons or hyphens between them, six by six: netfilter writes two hardware addresses
// and the type of the frame as one row of fourteen.
func (z *Anonymizer) macs(s string) (int, string) {
	var pairs []byte
	sep := byte(0)
	n := 0
	for len(pairs) < 20 {
		at := n
		if sep != 0 {
			if at == len(s) || s[at] != sep {
				break
			}
			at++
		}
		if run(s[at:], 3, isHex) != 2 {
			break
		}
		b, _ := hex.DecodeString(s[at : at+2])
		pairs = append(pairs, b...)
		n = at + 2
		if sep == 0 {
			if n == len(s) || s[n] != ':' && s[n] != '-' {
				return 0, ""
			}
			sep = s[n]
		}
	}
	if len(pairs) < 6 || len(pairs) == 8 && sep == ':' { // eight pairs with colons are an address of IPv6
		return 0, ""
	}
	for i := 0; i+6 <= min(len(pairs), 12); i += 6 {
		mac := z.MAC([6]byte(pairs[i : i+6]))
		copy(pairs[i:], mac[:])
	}
	var out strings.Builder
	for i, b := range pairs {
		if i > 0 {
			out.WriteByte(sep)
		}
		fmt.Fprintf(&out, "%02x", b)
	}
	return n, out.String()
}

// addressLength returns the length of the address at the start of s, without a port or a full stop behind it.
func addressLength(s string) int {
	n := run(s, 46, func(c byte) bool { return isHex(c) || c == '.' || c == ':' })
	if n < 2 {
		return 0
	}
	if strings.Count(s[:n], ":") > 1 {
		for end := n; end > 2; end-- {
			if a, err := netip.ParseAddr(s[:end]); err == nil && a.Is6() && (end == len(s) || !joins(s[end]) || !joins(s[end-1])) {
				return end
			}
		}
		// The colons may be those of a time behind an address of IPv4.
	}
	n = run(s, 16, func(c byte) bool { return c-'0' < 10 || c == '.' })
	n = len(strings.TrimRight(s[:n], "."))
	if a, err := netip.ParseAddr(s[:n]); err == nil && a.Is4() {
		return n
	}
	return 0
}
