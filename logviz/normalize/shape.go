package normalize

import "encoding/binary"

// appendShape appends the text with every digit as a 0, and returns a hash of that. Lines of the same shape differ in
// numbers only, as do most lines of a log from one of the lines before them.
func appendShape(b []byte, text string) ([]byte, uint64) {
	const prime = 0x9e37_79b9_7f4a_7c15
	hash := uint64(len(text)) * prime
	for ; len(text) >= 8; text = text[8:] {
		w := withoutDigits(uint64(text[0]) | uint64(text[1])<<8 | uint64(text[2])<<16 | uint64(text[3])<<24 |
			uint64(text[4])<<32 | uint64(text[5])<<40 | uint64(text[6])<<48 | uint64(text[7])<<56)
		hash = (hash ^ w) * prime
		hash ^= hash >> 29
		b = binary.LittleEndian.AppendUint64(b, w)
	}
	for i := range len(text) {
		c := text[i]
		if isDigit(c) {
			c = '0'
		}
		hash = (hash ^ uint64(c)) * prime
		b = append(b, c)
	}
	return b, hash ^ hash>>32
}

// withoutDigits returns the eight bytes with every digit as a 0. It looks at all of them at once.
func withoutDigits(w uint64) uint64 {
	const (
		ones = 0x0101_0101_0101_0101
		tops = ones << 7
	)
	x := w ^ ones*'0' // digits become 0 to 9, and nothing else does
	other := ((x &^ tops) + ones*(0x80-10)) | x
	digits := ^other & tops >> 7 // a one in each byte that is a digit
	return w &^ (digits * 0x0f)
}

// mixes reports whether it depends on the value of some digit whether rest begins with the text.
func mixes(text, rest string) bool {
	if len(text) > len(rest) {
		return false
	}
	mixed := false
	for i := range len(text) {
		switch a, b := text[i], rest[i]; {
		case isDigit(a) && isDigit(b):
			mixed = true
		case a != b:
			return false
		}
	}
	return mixed
}

func hasDigit(s string) bool {
	for i := range len(s) {
		if isDigit(s[i]) {
			return true
		}
	}
	return false
}

// even reports whether the set has all digits or none.
func (b *byteSet) even() bool {
	for c := '1'; c <= '9'; c++ {
		if b[c] != b['0'] {
			return false
		}
	}
	return true
}
