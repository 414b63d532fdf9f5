package keys

import (
	"bytes"
	"crypto/ecdh"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"math/big"
	"strings"
)

// PublicKey is a public key, or a certificate over one, that sshd accepts as well-formed. The zero value is no key.
type PublicKey struct {
	Type string // as in the file, without aliases: "ssh-ed25519"
	Kind string // as ssh-keygen -l prints it: "ED25519", "RSA-CERT"
	Bits int    // of the modulus or the curve
	// Certificate is nil for a plain key.
	Certificate *Certificate

	whole string // the wire format as sshd compares it: a certificate, or plain
	plain string // the wire format of the key alone; fingerprints are of this
}

// ParseBlob reads a public key or a certificate in its wire format, RFC 4253, section 6.6. It accepts what sshd accepts; the
// signature of a certificate is verified.
func ParseBlob(wire []byte) (PublicKey, error) {
	return parseBlob(wire, true)
}

func parseBlob(wire []byte, certificates bool) (PublicKey, error) {
	b := &blob{rest: wire}
	name := b.text()
	if b.err != nil {
		return PublicKey{}, fmt.Errorf("the key %w", b.err)
	}
	a, ok := algorithmOf(name, true)
	if !ok {
		return PublicKey{}, fmt.Errorf("the key is of the type %q, which sshd does not know", name)
	}
	if a.cert && !certificates {
		return PublicKey{}, errors.New("a certificate signed by a certificate is not allowed")
	}
	if a.cert {
		b.bytes() // nonce
	}
	key := PublicKey{Type: a.name, Kind: a.kind}
	plain, bits, err := parsePlain(a, b)
	if err == nil {
		err = b.err
	}
	if err != nil {
		return PublicKey{}, fmt.Errorf("the %s key %w", a.kind, err)
	}
	key.Bits, key.plain, key.whole = bits, string(plain), string(plain)
	if a.cert {
		if key.Certificate, err = parseCertificate(b, wire); err != nil {
			return PublicKey{}, err
		}
		key.whole = string(wire)
	}
	if len(b.rest) > 0 {
		return PublicKey{}, fmt.Errorf("the %s key has %d bytes too many", a.kind, len(b.rest))
	}
	return key, nil
}

// parsePlain reads the numbers of a key and returns the canonical wire format of the plain key.
func parsePlain(a algorithm, b *blob) (plain []byte, bits int, err error) {
	kind := strings.TrimSuffix(a.kind, "-CERT")
	plainName := strings.Replace(a.name, "-cert-v01", "", 1)
	if kind != "ED25519-SK" && kind != "ECDSA-SK" {
		plainName = strings.TrimSuffix(plainName, "@openssh.com")
	}
	plain = appendBytes(nil, plainName)
	switch kind {
	case "ED25519", "ED25519-SK":
		point := b.bytes()
		if b.err == nil && len(point) != 32 {
			return nil, 0, fmt.Errorf("has %d bytes, not 32", len(point))
		}
		plain, bits = appendBytes(plain, point), 256
	case "ECDSA", "ECDSA-SK":
		curveName, curve, curveBits := curveOf(a.name)
		if got := b.text(); b.err == nil && got != curveName {
			return nil, 0, fmt.Errorf("is on the curve %q, not %s", got, curveName)
		}
		point := b.bytes()
		if b.err == nil {
			if err := checkPoint(point, curve, curveBits); err != nil {
				return nil, 0, err
			}
		}
		plain, bits = appendBytes(appendBytes(plain, curveName), point), curveBits
	case "RSA":
		e, n := b.number(), b.number()
		bits = bitLength(n)
		const fewest = 1024 // sshd passes a line with a smaller key over, whatever RequiredRSASize says
		if b.err == nil && bits < fewest {
			return nil, 0, fmt.Errorf("has %d bits, and sshd wants %d", bits, fewest)
		}
		plain = appendNumber(appendNumber(plain, e), n)
	case "DSA":
		p := b.number()
		plain, bits = appendNumber(plain, p), bitLength(p)
		for range 3 {
			plain = appendNumber(plain, b.number())
		}
	}
	if strings.HasSuffix(kind, "-SK") {
		plain = appendBytes(plain, b.text())
	}
	return plain, bits, b.err
}

func bitLength(number []byte) int { return new(big.Int).SetBytes(number).BitLen() }

// checkPoint accepts uncompressed points on the curve whose coordinates are not tiny.
func checkPoint(point []byte, curve ecdh.Curve, bits int) error {
	if len(point) == 0 || len(point) > maxPoint || point[0] != 4 {
		return errors.New("is not an uncompressed point")
	}
	if _, err := curve.NewPublicKey(point); err != nil {
		return errors.New("is not on its curve")
	}
	half := len(point) / 2
	if bitLength(point[1:1+half]) <= bits/2 || bitLength(point[1+half:]) <= bits/2 {
		return errors.New("is a weak point")
	}
	return nil
}

// Fingerprint is "SHA256:" and base64, as ssh-keygen -l prints it. That of a certificate is that of its key.
func (k PublicKey) Fingerprint() string {
	sum := sha256.Sum256([]byte(k.plain))
	return "SHA256:" + base64.RawStdEncoding.EncodeToString(sum[:])
}

// Equal says whether sshd takes two keys for the same one. A certificate equals only the same certificate.
func (k PublicKey) Equal(other PublicKey) bool { return k.whole == other.whole && k.whole != "" }

// Blob returns the wire format.
func (k PublicKey) Blob() []byte { return bytes.Clone([]byte(k.whole)) }

// String is the type and the base64, as in a .pub file without its comment.
func (k PublicKey) String() string {
	return k.Type + " " + base64.StdEncoding.EncodeToString([]byte(k.whole))
}

// readKey takes "TYPE BASE64" off the beginning of text, as sshd's sshkey_read does, and returns what follows without
// leading blanks.
func readKey(text string) (key PublicKey, rest string, err error) {
	name, tail, found := cutBlank(text)
	if !found {
		return PublicKey{}, text, errors.New("there is no key")
	}
	a, known := algorithmOf(name, false)
	if !known {
		return PublicKey{}, text, fmt.Errorf("%q is no type of key", shorten(name))
	}
	word, after, _ := cutBlank(tail)
	if word == "" {
		return PublicKey{}, text, errors.New("the base64 of the key is missing")
	}
	wire, err := decode64(word)
	if err != nil {
		return PublicKey{}, text, fmt.Errorf("the key %w", err)
	}
	if key, err = ParseBlob(wire); err != nil {
		return PublicKey{}, text, err
	}
	if key.Type != a.name {
		return PublicKey{}, text, fmt.Errorf("the line says %s, and the key is %s", name, key.Type)
	}
	return key, after, nil
}

// cutBlank splits text at its first space or tab and drops all that follow directly. found is false if there is none.
func cutBlank(text string) (word, rest string, found bool) {
	i := strings.IndexAny(text, " \t")
	if i < 0 {
		return text, "", false
	}
	return text[:i], strings.TrimLeft(text[i:], " \t"), true
}

func shorten(s string) string {
	const longest = 40
	if len(s) > longest {
		return s[:longest] + "…"
	}
	return s
}
