package logfile

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"hash/crc32"
	"hash/crc64"
	"io"

	"github.com/ulikunitz/xz/lzma"
)

// This file reads the container of .xz (https://tukaani.org/xz/xz-file-format.txt, version 1.2.1); the LZMA2 data in it
// are decoded by package lzma. That module's own container reader is not used, for two reasons seen in version 0.5.17:
// it takes a file cut off between two blocks for complete, and it allocates whatever dictionary a header names.

const xzMagic = "\xfd7zXZ\x00"

// xzReader unpacks a sequence of xz streams.
type xzReader struct {
	src   countReader
	check byte      // how the blocks of the stream are checked: a type of section 2.1.1.2
	block *xzBlock  // the one being read, nil between blocks
	seen  xzRecords // the sizes of the blocks read, for comparison with the index
	err   error
}

// xzBlock is a block while it is read.
type xzBlock struct {
	data         *lzma.Reader2
	sum          hash.Hash // nil when blocks have no check
	header       int64     // length of the header
	start        int64     // place of the compressed data
	size         int64     // unpacked bytes so far
	packedWanted int64     // sizes as the header has them, -1 when it has none
	sizeWanted   int64
}

// xzRecords stands for a list of any length of block sizes.
type xzRecords struct {
	n   uint64
	sum hash.Hash
}

func (x *xzRecords) add(unpadded, size uint64) {
	var b [16]byte
	binary.LittleEndian.PutUint64(b[:], unpadded)
	binary.LittleEndian.PutUint64(b[8:], size)
	x.n++
	x.sum.Write(b[:])
}

func newXZReader(r *bufio.Reader) *xzReader {
	x := &xzReader{src: countReader{r: r}}
	x.err = x.streamHeader()
	return x
}

func (x *xzReader) Read(p []byte) (int, error) {
	for x.err == nil {
		if x.block == nil {
			x.err = x.next()
			continue
		}
		b := x.block
		n, err := b.data.Read(p)
		b.size += int64(n)
		if b.sum != nil {
			b.sum.Write(p[:n])
		}
		switch {
		case err == io.EOF:
			x.err = x.endBlock()
		case err != nil:
			x.err = err
		}
		if n > 0 {
			return n, nil
		}
	}
	return 0, x.err
}

// next reads on to the next block, through the end of a stream and the beginning of another if need be. It returns
// io.EOF after the last stream.
func (x *xzReader) next() error {
	first, err := x.src.ReadByte()
	if err != nil {
		return noEOF(err)
	}
	if first != 0 {
		return x.blockHeader(first)
	}
	if err := x.streamEnd(); err != nil {
		return err
	}
	for { // stream padding: zeros in fours
		head, err := x.src.r.Peek(4)
		switch {
		case len(head) == 0:
			return err
		case len(head) < 4:
			return noEOF(err)
		case string(head) != "\x00\x00\x00\x00":
			return x.streamHeader()
		}
		if _, err := x.src.read(4); err != nil {
			return err
		}
	}
}

func (x *xzReader) streamHeader() error {
	b, err := x.src.read(12)
	switch {
	case err != nil:
		return err
	case string(b[:6]) != xzMagic:
		return errors.New("what follows the stream is not xz")
	case crc32.ChecksumIEEE(b[6:8]) != binary.LittleEndian.Uint32(b[8:]):
		return errors.New("wrong checksum of the stream header")
	case b[6] != 0:
		return errors.New("unknown stream flags")
	}
	x.check = b[7]
	if _, err := newXZCheck(x.check); err != nil {
		return err
	}
	x.seen = xzRecords{sum: sha256.New()}
	return nil
}

// newXZCheck returns the sum of a kind, nil for none.
func newXZCheck(kind byte) (hash.Hash, error) {
	switch kind {
	case 0:
		return nil, nil
	case 1:
		return crc32.NewIEEE(), nil
	case 4:
		return crc64.New(crc64.MakeTable(crc64.ECMA)), nil
	case 10:
		return sha256.New(), nil
	}
	return nil, fmt.Errorf("unknown kind of checksum (%d)", kind)
}

// endBlock checks what follows the compressed data: padding and the sum of the unpacked bytes.
func (x *xzReader) endBlock() error {
	b := x.block
	x.block = nil
	if !b.data.EOS() {
		return io.ErrUnexpectedEOF
	}
	packed := x.src.n - b.start
	if b.packedWanted >= 0 && b.packedWanted != packed || b.sizeWanted >= 0 && b.sizeWanted != b.size {
		return errors.New("wrong size of a block")
	}
	if err := x.src.readZeros(padding(packed)); err != nil {
		return err
	}
	unpadded := b.header + packed
	if b.sum != nil {
		sum := b.sum.Sum(nil)
		if b.sum.Size() < sha256.Size { // the CRCs are written little-endian, package hash gives them big-endian
			for i, j := 0, len(sum)-1; i < j; i, j = i+1, j-1 {
				sum[i], sum[j] = sum[j], sum[i]
			}
		}
		stored, err := x.src.read(len(sum))
		if err != nil {
			return err
		}
		if !bytes.Equal(stored, sum) {
			return errors.New("wrong checksum of a block")
		}
		unpadded += int64(len(sum))
	}
	x.seen.add(uint64(unpadded), uint64(b.size))
	return nil
}
