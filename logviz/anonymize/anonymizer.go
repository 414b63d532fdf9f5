package anonymize

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base32"
	"encoding/hex"
	"net/netip"
	"strings"

	"ops/logviz"
)

// Options says what may stay.
type Options struct {
	Keep    Ranges // besides loopback and unspecified addresses. Default: none
	KeepOUI bool   // the first half of a hardware address, which names the maker
}

// Anonymizer gives pseudonyms. It does not change and may be used by many goroutines at once.
type Anonymizer struct {
	addresses *cryptoPAn
	names     [32]byte
	keep      Ranges
	keepOUI   bool
}

// New returns an anonymizer. The same key and options always give the same pseudonyms.
func New(key Key, o Options) *Anonymizer {
	return &Anonymizer{
		addresses: newCryptoPAn(key.derive("addresses")), names: key.derive("names"),
		keep: o.Keep, keepOUI: o.KeepOUI,
	}
}

// digest is a keyed function of a text of some kind.
func (z *Anonymizer) digest(kind, text string) []byte {
	h := hmac.New(sha256.New, z.names[:])
	h.Write([]byte(kind + "\x00" + text))
	return h.Sum(nil)
}

// pseudonym returns kind-xxxxxxxxxx, 50 bits. It is of letters, digits and a hyphen, which every type of field takes.
func (z *Anonymizer) pseudonym(kind, text string) string {
	code := base32.StdEncoding.EncodeToString(z.digest(kind, text))
	return kind + "-" + strings.ToLower(code[:10])
}

// Name returns a pseudonym that begins with the kind of what it stands for, as in address-k3fq6gnb2a. It is for pictures
// and pages, where a pseudonym of [Anonymizer.Address] would be taken for somebody's address.
func (z *Anonymizer) Name(kind, text string) string { return z.pseudonym(kind, text) }

// User returns the pseudonym of a user's name; that of a mail address is one.
func (z *Anonymizer) User(name string) string {
	if name == "" {
		return ""
	}
	if local, domain, ok := strings.Cut(name, "@"); ok && local != "" && domain != "" && !strings.Contains(domain, "@") {
		return z.Mail(name)
	}
	return z.pseudonym("user", name)
}

// Host returns the pseudonym of a host's name, without regard to its letters' case. A name with dots gets one that can
// exist nowhere (RFC 2606). An address stays one.
func (z *Anonymizer) Host(name string) string {
	if name == "" {
		return ""
	}
	if a, err := netip.ParseAddr(strings.Trim(name, "[]")); err == nil {
		return strings.Replace(name, strings.Trim(name, "[]"), z.Address(a).String(), 1)
	}
	switch lower := strings.ToLower(strings.TrimSuffix(name, ".")); {
	case lower == "localhost", lower == "unknown": // which name no one
		return name
	case strings.Contains(lower, "."):
		return z.pseudonym("host", lower) + ".invalid"
	default:
		return z.pseudonym("host", lower)
	}
}

// Mail returns the pseudonym of a mail address, made of those of its user and its host.
func (z *Anonymizer) Mail(address string) string {
	at := strings.LastIndexByte(address, '@')
	if at < 0 {
		return z.User(address)
	}
	return z.pseudonym("user", address[:at]) + "@" + z.Host(address[at+1:])
}

// MAC returns the pseudonym of a hardware address: one that is administered locally, unless the maker's half is kept.
func (z *Anonymizer) MAC(mac [6]byte) [6]byte {
	if mac == [6]byte{} || mac == [6]byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff} { // none, and everyone
		return mac
	}
	out := [6]byte(z.digest("mac", string(mac[:])))
	if z.keepOUI {
		copy(out[:3], mac[:3])
	} else {
		out[0] = out[0]&^3 | 2 // RFC 9542, section 2.1: unicast, local
	}
	return out
}

// UUID returns the pseudonym of a UUID in its usual form of 36 characters: one of version 8 (RFC 9562, section 5.8). One
// of 32 digits without hyphens, as in machine-id(5), stays one of these.
func (z *Anonymizer) UUID(text string) string {
	plain := strings.ToLower(strings.ReplaceAll(text, "-", ""))
	b := z.digest("uuid", plain)[:16]
	b[6], b[8] = b[6]&0x0f|0x80, b[8]&0x3f|0x80
	s := hex.EncodeToString(b)
	if !strings.Contains(text, "-") {
		return s
	}
	return s[:8] + "-" + s[8:12] + "-" + s[12:16] + "-" + s[16:20] + "-" + s[20:]
}

// kind is what a field holds.
type kind uint8

const (
	free kind = iota // a text in which anything may stand
	user
	host // or address
	mail
)

// kindOf tells a field's kind by its name, after the Elastic Common Schema: any field set may hold a user or a host.
func kindOf(field string) kind {
	last := field[strings.LastIndexByte(field, '.')+1:]
	rest := strings.TrimSuffix(strings.TrimSuffix(field, last), ".")
	owner := rest[strings.LastIndexByte(rest, '.')+1:]
	switch last {
	case "domain", "hostname", "ip", "nat_ip", "registered_domain":
		return host
	case "email":
		return mail
	case "user", "username", "full_name", "logname", "ruser":
		return user
	case "hosts", "hostip":
		return host
	case "address":
		if strings.HasPrefix(field, "email.") {
			return mail
		}
		return host
	case "name", "id", "target":
		switch owner {
		case "user", "effective", "changes":
			return user
		case "host", "observer", "question", "answers":
			if last == "name" {
				return host
			}
		case "target":
			if strings.HasPrefix(field, "user.") {
				return user
			}
		}
	}
	return free
}

// Value returns what becomes of a field's text, and whether the field is one of those that are replaced as a whole.
func (z *Anonymizer) Value(field, text string) (string, bool) {
	switch kindOf(field) {
	case user:
		if strings.Trim(text, "0123456789") == "" && strings.HasSuffix(field, ".id") {
			return text, true // a number of a user says little without the machine
		}
		return z.User(text), true
	case host:
		return z.Host(text), true
	case mail:
		if text == "" {
			return "", true
		}
		return z.Mail(text), true
	}
	return text, false
}

// Event replaces the fields of an event, and in its free texts what looks like an address and the names that stand in
// other fields.
func (z *Anonymizer) Event(e *logviz.Event) {
	known := z.namesOf(e)
	type change struct {
		name  string
		value logviz.Value
	}
	var changes []change
	for name, v := range e.All() {
		if w, ok := z.value(name, v, known); ok {
			changes = append(changes, change{name, w})
		}
	}
	for _, c := range changes {
		e.Set(c.name, c.value)
	}
}

func (z *Anonymizer) value(name string, v logviz.Value, known names) (logviz.Value, bool) {
	switch v.Kind() {
	case logviz.IP:
		a, err := netip.ParseAddr(v.String())
		return logviz.IPValue(z.Address(a)), err == nil
	case logviz.MAC:
		return logviz.StringValue(z.text(v.String(), nil)), true
	case logviz.String:
		if text, ok := z.Value(name, v.String()); ok {
			return logviz.StringValue(text), true
		}
		return logviz.StringValue(z.text(v.String(), known)), true
	case logviz.List:
		if kindOf(name) == free && (strings.HasPrefix(name, "event.") || name == "tags") {
			return v, false
		}
		var out []string
		for _, s := range v.List() {
			if text, ok := z.Value(name, s); ok {
				s = text
			} else {
				s = z.text(s, known)
			}
			out = append(out, s)
		}
		return logviz.ListValue(out...), true
	}
	return v, false
}

// namesOf returns the names that the fields of an event hold, with their pseudonyms.
func (z *Anonymizer) namesOf(e *logviz.Event) names {
	known := make(names)
	for name, v := range e.All() {
		if v.Kind() != logviz.String || kindOf(name) == free {
			continue
		}
		text := v.String()
		if p, ok := z.Value(name, text); ok && p != text && len(text) > 1 {
			known[text] = p
		}
	}
	return known
}
