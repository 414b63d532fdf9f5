package atlas

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// Decode reads a blob written by [Encode]. Errors say what is wrong with it; none of its bytes can make it panic or
// allocate more than some tens of megabytes.
func Decode(blob []byte) (*Atlas, error) {
	a, err := decode(blob)
	if err != nil {
		return nil, fmt.Errorf("decode atlas: %w", err)
	}
	return a, nil
}

func decode(blob []byte) (*Atlas, error) {
	if len(blob) < headerSize || string(blob[:len(magic)]) != magic {
		return nil, errors.New("not an atlas")
	}
	if v := blob[len(magic)]; v != version {
		return nil, fmt.Errorf("version %d, want %d", v, version)
	}
	if checksum(blob) != binary.LittleEndian.Uint32(blob[headerSize-4:]) {
		return nil, errors.New("wrong checksum")
	}
	size := binary.LittleEndian.Uint32(blob[len(magic)+1:])
	if size > maxRaw {
		return nil, fmt.Errorf("%d bytes, more than %d", size, maxRaw)
	}
	raw := make([]byte, size)
	in := flate.NewReader(bytes.NewReader(blob[headerSize:]))
	if _, err := io.ReadFull(in, raw); err != nil {
		return nil, fmt.Errorf("inflate: %w", err)
	}
	if n, err := in.Read(make([]byte, 1)); n != 0 || err != io.EOF {
		return nil, errors.New("inflate: longer than announced")
	}
	return parse(raw)
}

// parse reads the inflated body.
func parse(raw []byte) (*Atlas, error) {
	in := &reader{rest: raw}
	a := &Atlas{Scale: int32(in.within(1, maxScale))}
	a.Arcs = make([][]Point, in.count())
	for i := range a.Arcs {
		a.Arcs[i] = make([]Point, in.count())
	}
	in.deltas(a.Arcs, 180*int64(a.Scale), func(p *Point, v int32) { p.X = v })
	in.deltas(a.Arcs, 90*int64(a.Scale), func(p *Point, v int32) { p.Y = v })
	a.Countries = make([]Country, in.count())
	for i := range a.Countries {
		c := &a.Countries[i]
		c.Code = in.code()
		c.Label.X = int32(in.within(-180*int64(a.Scale), 180*int64(a.Scale)))
		c.Label.Y = int32(in.within(-90*int64(a.Scale), 90*int64(a.Scale)))
		c.Parts = make([][]Ring, in.count())
		for j := range c.Parts {
			c.Parts[j] = make([]Ring, in.count())
			for k := range c.Parts[j] {
				ring := make(Ring, in.count())
				for l := range ring {
					ring[l] = Ref(in.within(-int64(len(a.Arcs)), int64(len(a.Arcs))-1))
				}
				c.Parts[j][k] = ring
			}
		}
	}
	if in.err == nil && len(in.rest) != 0 {
		in.err = fmt.Errorf("%d bytes after the last country", len(in.rest))
	}
	if in.err != nil {
		return nil, in.err
	}
	if err := a.check(); err != nil {
		return nil, err
	}
	return a, nil
}

// reader takes numbers from a body. After the first error it returns zeros, so that loops end and the error stands.
type reader struct {
	rest  []byte
	spent int // elements announced so far
	err   error
}

// count reads the length of a list. Every element costs at least one byte, so that a list cannot be longer than what is
// left; and all lists together are bounded, because a list of empty lists costs more memory than bytes.
func (r *reader) count() int {
	n, size := binary.Uvarint(r.rest)
	if r.err != nil || size <= 0 || n > uint64(len(r.rest)-size) || r.spent+int(n) > maxItems {
		r.fail()
		return 0
	}
	r.rest = r.rest[size:]
	r.spent += int(n)
	return int(n)
}

func (r *reader) within(low, high int64) int64 {
	n, size := binary.Varint(r.rest)
	if low > 0 { // such a number was written without a sign
		var u uint64
		u, size = binary.Uvarint(r.rest)
		n = int64(min(u, uint64(high)+1))
	}
	if r.err != nil || size <= 0 || n < low || n > high {
		r.fail()
		return 0
	}
	r.rest = r.rest[size:]
	return n
}

func (r *reader) deltas(arcs [][]Point, limit int64, set func(*Point, int32)) {
	var at int64
	for _, arc := range arcs {
		for i := range arc {
			at += r.within(-2*limit, 2*limit)
			if at < -limit || at > limit {
				r.fail()
				return
			}
			set(&arc[i], int32(at))
		}
	}
}

func (r *reader) code() string {
	if r.err != nil || len(r.rest) < 2 {
		r.fail()
		return ""
	}
	code := string(r.rest[:2])
	r.rest = r.rest[2:]
	return code
}

func (r *reader) fail() {
	if r.err == nil {
		r.err = fmt.Errorf("bad number %d bytes before the end", len(r.rest))
	}
}
