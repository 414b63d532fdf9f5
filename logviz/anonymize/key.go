package anonymize

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"

	"ops/internal/durable"
)

// Key is the secret that all pseudonyms depend on. It prints as redacted.
type Key struct{ secret [32]byte }

func (Key) String() string   { return "redacted" }
func (Key) GoString() string { return "redacted" }

// RandomKey returns a new key.
func RandomKey() Key {
	var k Key
	rand.Read(k.secret[:]) // does not fail, see crypto/rand
	return k
}

// derive makes an independent key for one purpose.
func (k Key) derive(purpose string) (out [32]byte) {
	h := hmac.New(sha256.New, k.secret[:])
	io.WriteString(h, purpose)
	h.Sum(out[:0])
	return out
}

// ReadKey reads a key file: 64 hexadecimal digits. Nobody but its owner may have any right to it.
func ReadKey(path string) (Key, error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return Key{}, fmt.Errorf("%w; --new-key creates it", err)
	}
	if err != nil {
		return Key{}, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return Key{}, err
	}
	if !info.Mode().IsRegular() {
		return Key{}, fmt.Errorf("%s: the key must be a file, this is %v", path, info.Mode().Type())
	}
	if perm := info.Mode().Perm(); perm&0o077 != 0 {
		return Key{}, fmt.Errorf("%s: others may get at the key (mode %04o); say 'chmod 600 %s', and make a new key if they did", path, perm, path)
	}
	text, err := io.ReadAll(io.LimitReader(f, 1024))
	if err != nil {
		return Key{}, err
	}
	var k Key
	if n, err := hex.Decode(k.secret[:], trimTo64(text)); err != nil || n != len(k.secret) {
		return Key{}, fmt.Errorf("%s:1: a key is one line of 64 hexadecimal digits; --new-key makes one", path)
	}
	return k, nil
}

// trimTo64 returns the digits, or nothing if they are not 64.
func trimTo64(text []byte) []byte {
	digits := strings.TrimSpace(string(text))
	if len(digits) != 64 {
		return nil
	}
	return []byte(digits)
}

// CreateKey makes a key and writes it to a file of that name, which must not exist.
func CreateKey(path string) (Key, error) {
	if _, err := os.Lstat(path); err == nil {
		return Key{}, fmt.Errorf("%s: exists already; without --new-key it is used, and a new key makes other pseudonyms", path)
	} else if !errors.Is(err, fs.ErrNotExist) {
		return Key{}, err
	}
	k := RandomKey()
	return k, durable.WriteFile(path, append([]byte(hex.EncodeToString(k.secret[:])), '\n'), 0o600)
}
