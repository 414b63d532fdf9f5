package encode

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

const (
	// maxFooter is room for the index of some tens of gigabytes of logs.
	maxFooter = 64 << 20
	// maxElements are the elements of all lists in a footer; each takes up to some hundred bytes of memory.
	maxElements = 2 << 20
	// maxDepth is how deep lists and structures may stand in each other. Parquet's own go six deep.
	maxDepth = 16
)

// checkFooter looks at the index at the end of a file before the library does, which takes memory for as many elements
// as the file claims to have. The index is a structure in Thrift's compact protocol; what counts here is only that it
// has what it claims.
func checkFooter(r io.ReaderAt, size int64) error {
	const tail = 8 // the footer's length, and "PAR1"
	var end [tail]byte
	if size < 4+tail {
		return errors.New("it is too short")
	}
	if _, err := r.ReadAt(end[:], size-tail); err != nil {
		return err
	}
	if string(end[4:]) != "PAR1" {
		return errors.New("it does not end as one: it is of another kind, cut off or encrypted")
	}
	length := int64(binary.LittleEndian.Uint32(end[:4]))
	if length > min(size-tail-4, maxFooter) {
		return fmt.Errorf("its index claims %d bytes", length)
	}
	footer := make([]byte, length)
	if _, err := r.ReadAt(footer, size-tail-length); err != nil {
		return err
	}
	t := thrift{rest: footer}
	t.structure(0)
	if t.bad {
		return errors.New("its index is damaged")
	}
	return nil
}

// thrift walks over values of the compact protocol. After a value that is not whole, bad stays set.
type thrift struct {
	rest     []byte
	elements uint64
	bad      bool
}

func (t *thrift) skip(n uint64) {
	if n > uint64(len(t.rest)) {
		t.bad, t.rest = true, nil
		return
	}
	t.rest = t.rest[n:]
}

func (t *thrift) octet() byte {
	if len(t.rest) == 0 {
		t.bad = true
		return 0
	}
	b := t.rest[0]
	t.rest = t.rest[1:]
	return b
}

func (t *thrift) varint() uint64 {
	v, n := binary.Uvarint(t.rest)
	if n <= 0 {
		t.bad, t.rest = true, nil
		return 0
	}
	t.rest = t.rest[n:]
	return v
}

func (t *thrift) structure(depth int) {
	for !t.bad {
		head := t.octet()
		if head == 0 {
			return
		}
		if head>>4 == 0 {
			t.varint() // the field's number, where it is not near the one before
		}
		if kind := head & 15; kind > 2 { // a bool is in the head
			t.value(kind, depth+1)
		}
	}
}

func (t *thrift) value(kind byte, depth int) {
	if depth > maxDepth {
		t.bad = true
	}
	if t.bad {
		return
	}
	switch kind {
	case 1, 2, 3: // bool in a list, byte
		t.skip(1)
	case 4, 5, 6: // integers
		t.varint()
	case 7: // double
		t.skip(8)
	case 8: // binary
		t.skip(t.varint())
	case 9, 10: // list, set
		head := t.octet()
		n := uint64(head >> 4)
		if n == 15 {
			n = t.varint()
		}
		t.list(n, head&15, depth)
	case 12:
		t.structure(depth)
	default: // maps, which Parquet's index has none of
		t.bad = true
	}
}

// list walks over n elements, of which each has a byte at least.
func (t *thrift) list(n uint64, kind byte, depth int) {
	if t.elements += n; n > uint64(len(t.rest)) || t.elements > maxElements {
		t.bad = true
	}
	for range n {
		if t.bad {
			return
		}
		t.value(kind, depth+1)
	}
}
