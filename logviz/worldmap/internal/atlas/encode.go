package atlas

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"fmt"
	"hash/crc32"
)

// Encode returns the blob of a. The same atlas gives the same bytes. It fails if a is not what [Decode] would accept.
func Encode(a *Atlas) ([]byte, error) {
	if err := a.check(); err != nil {
		return nil, fmt.Errorf("encode atlas: %w", err)
	}
	var b body
	b.uint(int(a.Scale))
	b.uint(len(a.Arcs))
	for _, arc := range a.Arcs {
		b.uint(len(arc))
	}
	// Deltas run on from arc to arc, and all X come before all Y: like stands by like, which deflates better.
	b.deltas(a.Arcs, func(p Point) int32 { return p.X })
	b.deltas(a.Arcs, func(p Point) int32 { return p.Y })
	b.uint(len(a.Countries))
	for _, c := range a.Countries {
		b.raw = append(b.raw, c.Code...)
		b.int(int64(c.Label.X))
		b.int(int64(c.Label.Y))
		b.uint(len(c.Parts))
		for _, part := range c.Parts {
			b.uint(len(part))
			for _, ring := range part {
				b.uint(len(ring))
				for _, ref := range ring {
					b.int(int64(ref))
				}
			}
		}
	}
	return b.seal()
}

// body is the blob before compression.
type body struct{ raw []byte }

func (b *body) uint(n int)  { b.raw = binary.AppendUvarint(b.raw, uint64(n)) }
func (b *body) int(n int64) { b.raw = binary.AppendVarint(b.raw, n) }

func (b *body) deltas(arcs [][]Point, axis func(Point) int32) {
	var last int32
	for _, arc := range arcs {
		for _, p := range arc {
			b.int(int64(axis(p)) - int64(last))
			last = axis(p)
		}
	}
}

func (b *body) seal() ([]byte, error) {
	if len(b.raw) > maxRaw {
		return nil, fmt.Errorf("encode atlas: %d bytes, more than %d", len(b.raw), maxRaw)
	}
	blob := append([]byte(magic), version)
	blob = binary.LittleEndian.AppendUint32(blob, uint32(len(b.raw)))
	blob = append(blob, 0, 0, 0, 0)
	out := bytes.NewBuffer(blob)
	w, err := flate.NewWriter(out, flate.BestCompression)
	if err != nil {
		return nil, fmt.Errorf("encode atlas: %w", err)
	}
	if _, err := w.Write(b.raw); err != nil {
		return nil, fmt.Errorf("encode atlas: %w", err)
	}
	if err := w.Close(); err != nil {
		return nil, fmt.Errorf("encode atlas: %w", err)
	}
	blob = out.Bytes()
	binary.LittleEndian.PutUint32(blob[headerSize-4:], checksum(blob))
	return blob, nil
}

// checksum covers the version and the length before it and the compressed body after it.
func checksum(blob []byte) uint32 {
	table := crc32.MakeTable(crc32.Castagnoli)
	sum := crc32.Checksum(blob[len(magic):headerSize-4], table)
	return crc32.Update(sum, table, blob[headerSize:])
}
