package blob

import (
	"bytes"
	"compress/flate"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
)

// Encode writes d in the format of this package. Equal data give equal bytes as long as the Go release stays the same
// (compress/flate may find shorter forms in another).
func Encode(d *Data) ([]byte, error) {
	if err := d.check(); err != nil {
		return nil, fmt.Errorf("encode country table: %w", err)
	}
	return seal(body(d))
}

// body is what stands inside the DEFLATE stream.
func body(d *Data) []byte {
	b := binary.AppendUvarint(nil, uint64(d.Date.Unix()))
	b = appendText(b, d.Source)
	b = appendText(b, d.Licence)
	b = binary.AppendUvarint(b, uint64(len(d.Codes)))
	for _, code := range d.Codes {
		b = append(b, code...)
	}
	b = appendList(b, d.V4)
	return appendList(b, d.V6)
}

func appendText(b []byte, s string) []byte {
	b = binary.AppendUvarint(b, uint64(len(s)))
	return append(b, s...)
}

func appendList[T uint32 | uint64](b []byte, l List[T]) []byte {
	b = binary.AppendUvarint(b, uint64(len(l.Starts)))
	var before T
	for _, start := range l.Starts {
		b = binary.AppendUvarint(b, uint64(start-before))
		before = start
	}
	return append(b, l.Country...)
}

// seal puts magic, compression and checksum around a body.
func seal(body []byte) ([]byte, error) {
	out := bytes.NewBufferString(magic)
	w, err := flate.NewWriter(out, flate.BestCompression)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(body); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	sum := sha256.Sum256(out.Bytes())
	return append(out.Bytes(), sum[:]...), nil
}
