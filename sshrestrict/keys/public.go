package keys

import (
	"fmt"
	"math/big"
	"strings"
	"unicode/utf8"
)

// Public is a public key from a .pub file.
type Public struct {
	Key  PublicKey
	Note string // the comment, "" without one
}

// maxPublic bounds a .pub file, in bytes: some hundred keys.
const maxPublic = 256 << 10

// ReadPublic reads a .pub file of one key or several, one a line. It is strict where sshd is not: everything that is not
// plainly a strong public key is refused, and nothing is left out silently. name is for messages.
func ReadPublic(name, content string) ([]Public, error) {
	if err := checkPublicFile(content); err != nil {
		return nil, fmt.Errorf("read public key %s: %w", name, err)
	}
	var all []Public
	seen := map[string]int{}
	number := 0
	for line := range strings.Lines(content) {
		number++
		line = strings.TrimSuffix(strings.TrimSuffix(line, "\n"), "\r")
		if strings.Trim(line, " \t") == "" {
			continue
		}
		public, err := readPublicLine(line)
		if err != nil {
			return nil, fmt.Errorf("read public key %s:%d: %w", name, number, err)
		}
		if first := seen[public.Key.whole]; first > 0 {
			return nil, fmt.Errorf("read public key %s:%d: the key is that of line %d; give it once", name, number, first)
		}
		seen[public.Key.whole] = number
		all = append(all, public)
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("read public key %s: the file is empty; give the .pub file that ssh-keygen made", name)
	}
	return all, nil
}

func checkPublicFile(content string) error {
	switch {
	case len(content) > maxPublic:
		return fmt.Errorf("it has more than %d bytes; a public key has some hundred", maxPublic)
	case strings.Contains(content, "PRIVATE KEY-----"), strings.HasPrefix(content, "PuTTY-User-Key-File"),
		strings.HasPrefix(content, "openssh-key-v1\x00"), strings.Contains(content, "SSH PRIVATE KEY FILE FORMAT"):
		return fmt.Errorf("this is a private key, which never leaves its owner's machine; give the file that ends in .pub, " +
			"and make a new key if this one was copied here")
	case strings.Contains(content, "---- BEGIN SSH2 PUBLIC KEY ----"):
		return fmt.Errorf("this is the format of RFC 4716; convert it: ssh-keygen -i -f FILE")
	case strings.Contains(content, "-----BEGIN "):
		return fmt.Errorf("this is a PEM file; convert it: ssh-keygen -i -m PKCS8 -f FILE")
	case !utf8.ValidString(content):
		return fmt.Errorf("it is not UTF-8 text; give the .pub file that ssh-keygen made")
	}
	return nil
}

func readPublicLine(line string) (Public, error) {
	name, rest, _ := cutBlank(line)
	a, known := algorithmOf(name, false)
	switch {
	case !known && hasKeyBehind(line):
		return Public{}, fmt.Errorf("there are options before the key; give the key alone, the options are made anew")
	case !known:
		return Public{}, fmt.Errorf("%q is not a type of key; give the .pub file that ssh-keygen made", shorten(name))
	case a.cert:
		return Public{}, fmt.Errorf("this is a certificate; give the key itself, or trust its authority in sshd_config")
	case a.name != name:
		return Public{}, fmt.Errorf("%s is the name of a signature; the type of the key is %s", name, a.name)
	}
	key, note, err := readKey(line)
	if err != nil {
		return Public{}, err
	}
	if word, _, _ := cutBlank(rest); key.String() != name+" "+word {
		return Public{}, fmt.Errorf("the key is not written as ssh-keygen writes it; write it anew: ssh-keygen -y")
	}
	if err := checkStrength(key); err != nil {
		return Public{}, err
	}
	note = strings.TrimRight(note, " \t")
	return Public{key, note}, checkNote(note)
}

// hasKeyBehind says whether the line would be a key with options in authorized_keys.
func hasKeyBehind(line string) bool {
	end, ok := endOfOptions(line)
	if !ok {
		return false
	}
	name, _, _ := cutBlank(strings.TrimLeft(line[end:], " \t"))
	_, known := algorithmOf(name, false)
	return known
}

// checkStrength refuses what is no plain, strong key.
func checkStrength(key PublicKey) error {
	const fewest = 2048
	switch {
	case key.whole == "":
		return fmt.Errorf("there is no key")
	case key.Certificate != nil:
		return fmt.Errorf("this is a certificate; give the key itself")
	case key.Kind == "DSA":
		return fmt.Errorf("DSA keys are broken, and sshd refuses them; make a new one: ssh-keygen -t ed25519")
	case key.Kind == "RSA" && key.Bits < fewest:
		return fmt.Errorf("an RSA key of %d bits is too weak; make a new one: ssh-keygen -t ed25519", key.Bits)
	case key.Kind == "RSA" && !soundRSA(key):
		return fmt.Errorf("the RSA key has an impossible exponent or modulus; make a new one: ssh-keygen -t ed25519")
	}
	return nil
}

// soundRSA is true for an odd exponent from 3 on and an odd modulus.
func soundRSA(key PublicKey) bool {
	b := &blob{rest: []byte(key.plain)}
	b.text()
	e, n := new(big.Int).SetBytes(b.number()), new(big.Int).SetBytes(b.number())
	return b.err == nil && e.Bit(0) == 1 && e.BitLen() > 1 && n.Bit(0) == 1
}
