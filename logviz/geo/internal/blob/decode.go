package blob

import (
	"bytes"
	"compress/flate"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"time"
)

var errShort = errors.New("the table ends too early")

// Decode reads what [Encode] wrote. Any other input is an error; the memory used is bounded by 16 MiB and the bytes given.
func Decode(file []byte) (*Data, error) {
	d, err := decode(file)
	if err != nil {
		return nil, fmt.Errorf("decode country table: %w", err)
	}
	return d, nil
}

func decode(file []byte) (*Data, error) {
	if !bytes.HasPrefix(file, []byte(magic)) || len(file) < len(magic)+sha256.Size {
		return nil, errors.New("not a country table of this version")
	}
	end := len(file) - sha256.Size
	if sha256.Sum256(file[:end]) != [sha256.Size]byte(file[end:]) {
		return nil, errors.New("checksum differs: the table is damaged")
	}
	packed := bytes.NewReader(file[len(magic):end])
	var body bytes.Buffer
	body.Grow(min(5*packed.Len(), maxInflated)) // real data grow to four times their size
	if _, err := body.ReadFrom(io.LimitReader(flate.NewReader(packed), maxInflated+1)); err != nil {
		return nil, fmt.Errorf("inflate: %w", err)
	}
	if body.Len() > maxInflated {
		return nil, fmt.Errorf("inflate: more than %d MiB", maxInflated>>20)
	}
	if packed.Len() > 0 {
		return nil, fmt.Errorf("%d bytes between the table and its checksum", packed.Len())
	}
	return parse(body.Bytes())
}

// parse is the inverse of body.
func parse(body []byte) (*Data, error) {
	r := reader{rest: body}
	var d Data
	d.Date = time.Unix(int64(r.number(1<<40)), 0).UTC()
	d.Source = r.text()
	d.Licence = r.text()
	n := r.number(maxCodes)
	for range n {
		d.Codes = append(d.Codes, string(r.take(2)))
	}
	d.V4 = readList[uint32](&r)
	d.V6 = readList[uint64](&r)
	if r.err == nil && len(r.rest) > 0 {
		r.err = fmt.Errorf("%d bytes after the last list", len(r.rest))
	}
	if r.err != nil {
		return nil, r.err
	}
	if err := d.check(); err != nil {
		return nil, err
	}
	return &d, nil
}

// reader takes values off the front of rest. After the first error it returns zeros and keeps that error.
type reader struct {
	rest []byte
	err  error
}

// number reads a varint and refuses one above limit, or one spelled longer than it needs to be, so that equal data have one
// form only.
func (r *reader) number(limit uint64) uint64 {
	if r.err != nil {
		return 0
	}
	v, n := binary.Uvarint(r.rest)
	switch {
	case n <= 0:
		r.err = errShort
	case n > 1 && r.rest[n-1] == 0:
		r.err = errors.New("a number is spelled with leading zeros")
	case v > limit:
		r.err = fmt.Errorf("number %d is above the limit %d", v, limit)
	default:
		r.rest = r.rest[n:]
		return v
	}
	return 0
}

// take returns the next n bytes, or nil.
func (r *reader) take(n uint64) []byte {
	if r.err != nil {
		return nil
	}
	if n > uint64(len(r.rest)) {
		r.err = errShort
		return nil
	}
	out := r.rest[:n]
	r.rest = r.rest[n:]
	return out
}

func (r *reader) text() string { return string(r.take(r.number(maxText))) }

// readList does not look for order: Data.check does.
func readList[T uint32 | uint64](r *reader) List[T] {
	// Two bytes is the least that a range takes, so a count that could not be there allocates nothing.
	n := r.number(uint64(len(r.rest) / 2))
	if r.err != nil {
		return List[T]{}
	}
	l := List[T]{Starts: make([]T, n), Country: make([]uint8, n)}
	var before T
	for i := range l.Starts {
		// A difference that would leave the address space is caught here; past this point there is no wrap-around.
		before += T(r.number(uint64(^T(0) - before)))
		l.Starts[i] = before
	}
	copy(l.Country, r.take(n))
	return l
}
