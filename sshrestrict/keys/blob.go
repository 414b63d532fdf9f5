package keys

import (
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
)

// limits of sshd for numbers inside of keys, in bytes.
const (
	maxNumber = 16384 / 8
	maxPoint  = 528*2/8 + 1
)

var (
	errShort    = errors.New("ends too early")
	errNUL      = errors.New("has a NUL in a name")
	errNegative = errors.New("has a negative number")
	errLarge    = errors.New("has a number that is too large")
)

// blob reads the wire format of RFC 4251, section 5. After the first error all reads return zero values.
type blob struct {
	rest []byte
	err  error
}

func (b *blob) fail(err error) {
	if b.err == nil {
		b.err = err
	}
	b.rest = nil
}

func (b *blob) take(n int) []byte {
	if len(b.rest) < n {
		b.fail(errShort)
		return nil
	}
	out := b.rest[:n:n]
	b.rest = b.rest[n:]
	return out
}

func (b *blob) uint32() uint32 {
	if p := b.take(4); p != nil {
		return binary.BigEndian.Uint32(p)
	}
	return 0
}

func (b *blob) uint64() uint64 {
	if p := b.take(8); p != nil {
		return binary.BigEndian.Uint64(p)
	}
	return 0
}

// bytes reads a string of any bytes.
func (b *blob) bytes() []byte {
	n := b.uint32()
	if uint64(n) > uint64(len(b.rest)) {
		b.fail(errShort)
		return nil
	}
	return b.take(int(n))
}

// text reads a string that C can hold: one NUL at its end is dropped, as sshd does, and any other refused.
func (b *blob) text() string {
	p := b.bytes()
	s := strings.TrimSuffix(string(p), "\x00")
	if strings.Contains(s, "\x00") {
		b.fail(errNUL)
		return ""
	}
	return s
}

// number reads a positive mpint and returns its bytes without leading zeros.
func (b *blob) number() []byte {
	p := b.bytes()
	if len(p) > 0 && p[0]&0x80 != 0 {
		b.fail(errNegative)
		return nil
	}
	if len(p) > maxNumber+1 || len(p) == maxNumber+1 && p[0] != 0 {
		b.fail(errLarge)
		return nil
	}
	for len(p) > 0 && p[0] == 0 {
		p = p[1:]
	}
	return p
}

func appendBytes[T string | []byte](to []byte, p T) []byte {
	to = binary.BigEndian.AppendUint32(to, uint32(len(p)))
	return append(to, p...)
}

// appendNumber writes the bytes of a positive number as an mpint.
func appendNumber(to, p []byte) []byte {
	if len(p) > 0 && p[0]&0x80 != 0 {
		to = binary.BigEndian.AppendUint32(to, uint32(len(p)+1))
		return append(append(to, 0), p...)
	}
	return appendBytes(to, p)
}

// decode64 reads base64 as b64_pton(3) does: white space anywhere, padding required, no bits set behind the last byte.
func decode64(s string) ([]byte, error) {
	s = strings.Map(func(char rune) rune {
		if strings.ContainsRune(" \t\n\v\f\r", char) {
			return -1
		}
		return char
	}, s)
	out, err := base64.StdEncoding.Strict().DecodeString(s)
	if err != nil {
		return nil, fmt.Errorf("is not base64: %w", err)
	}
	return out, nil
}
