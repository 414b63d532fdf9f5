package logfile

import (
	"bufio"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"

	"github.com/ulikunitz/xz/lzma"
)

// blockHeader reads the header of a block, whose first byte has been read, and starts the decoder. The dictionary is
// judged before anything is allocated for it.
func (x *xzReader) blockHeader(first byte) error {
	length := (int(first) + 1) * 4
	rest, err := x.src.read(length - 1)
	if err != nil {
		return err
	}
	body, sum := rest[:len(rest)-4], rest[len(rest)-4:]
	if crc32.Update(crc32.ChecksumIEEE([]byte{first}), crc32.IEEETable, body) != binary.LittleEndian.Uint32(sum) {
		return errors.New("wrong checksum of a block header")
	}
	flags, body := body[0], body[1:]
	if flags&0x3c != 0 {
		return errors.New("unknown block flags")
	}
	b := &xzBlock{packedWanted: -1, sizeWanted: -1}
	if flags&0x40 != 0 {
		if b.packedWanted, body, err = cutSize(body); err != nil {
			return err
		}
	}
	if flags&0x80 != 0 {
		if b.sizeWanted, body, err = cutSize(body); err != nil {
			return err
		}
	}
	// A filter is its number, the length of its properties, the properties; 0x21 is LZMA2 with one byte.
	if flags&3 != 0 || len(body) < 3 || body[0] != 0x21 || body[1] != 1 {
		return errors.New("filters other than LZMA2 are not read: unpack the file with `xzcat`")
	}
	dict, err := lzma.DecodeDictCap(body[2])
	if err != nil {
		return errors.New("wrong size of the dictionary")
	}
	if dict > maxWindow {
		return &memoryError{fmt.Sprintf("the dictionary is %d MiB, the limit is %d MiB", dict>>20, maxWindow>>20)}
	}
	if b.sum, err = newXZCheck(x.check); err != nil {
		return err
	}
	b.header, b.start = int64(length), x.src.n
	b.data, err = lzma.Reader2Config{DictCap: max(int(dict), lzma.MinDictCap)}.NewReader2(&x.src)
	if err != nil {
		return err
	}
	x.block = b
	return nil
}

// streamEnd reads the index, whose first byte has been read, and the footer, and compares them with what was seen.
func (x *xzReader) streamEnd() error {
	start := x.src.n - 1
	x.src.sum = crc32.Update(0, crc32.IEEETable, []byte{0})
	n, err := binary.ReadUvarint(&x.src)
	if err != nil {
		return noEOF(err)
	}
	if n != x.seen.n {
		return fmt.Errorf("the index has %d blocks, the stream %d", n, x.seen.n)
	}
	index := xzRecords{sum: sha256.New()}
	for range n {
		unpadded, err := binary.ReadUvarint(&x.src)
		if err != nil {
			return noEOF(err)
		}
		size, err := binary.ReadUvarint(&x.src)
		if err != nil {
			return noEOF(err)
		}
		index.add(unpadded, size)
	}
	if err := x.src.readZeros(padding(x.src.n - start)); err != nil {
		return err
	}
	sum := x.src.sum
	b, err := x.src.read(4)
	if err != nil {
		return err
	}
	if binary.LittleEndian.Uint32(b) != sum || string(index.sum.Sum(nil)) != string(x.seen.sum.Sum(nil)) {
		return errors.New("the index is wrong")
	}
	length := x.src.n - start
	f, err := x.src.read(12)
	switch {
	case err != nil:
		return err
	case string(f[10:]) != "YZ" || crc32.ChecksumIEEE(f[4:10]) != binary.LittleEndian.Uint32(f):
		return errors.New("the end of the stream is wrong")
	case (int64(binary.LittleEndian.Uint32(f[4:]))+1)*4 != length || f[8] != 0 || f[9] != x.check:
		return errors.New("the end of the stream does not fit its beginning")
	}
	return nil
}

// cutSize takes a number of the variable-length form off b.
func cutSize(b []byte) (int64, []byte, error) {
	v, n := binary.Uvarint(b)
	if n <= 0 || v > 1<<62 {
		return 0, nil, errors.New("wrong size in a block header")
	}
	return int64(v), b[n:], nil
}

// padding is the number of zeros that bring a length of n to a multiple of four.
func padding(n int64) int { return int(-n & 3) }

// countReader counts the bytes that are read through it, and keeps their CRC-32.
type countReader struct {
	r   *bufio.Reader
	n   int64
	sum uint32
	tmp [1024]byte // a block header is the longest thing read at once
}

func (c *countReader) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	return n, err
}

// ReadByte also serves the numbers of the index: only there is the sum of interest.
func (c *countReader) ReadByte() (byte, error) {
	b, err := c.r.ReadByte()
	if err == nil {
		c.n++
		c.sum = crc32.Update(c.sum, crc32.IEEETable, []byte{b})
	}
	return b, err
}

// read returns the next n bytes, valid until the next call.
func (c *countReader) read(n int) ([]byte, error) {
	b := c.tmp[:n]
	_, err := io.ReadFull(c, b)
	c.sum = crc32.Update(c.sum, crc32.IEEETable, b)
	return b, noEOF(err)
}

func (c *countReader) readZeros(n int) error {
	b, err := c.read(n)
	for _, v := range b {
		if err == nil && v != 0 {
			err = errors.New("padding is not zero")
		}
	}
	return err
}
