package logfile

import (
	"bytes"
	"encoding/binary"
	"io"
)

// The journal export format, https://systemd.io/JOURNAL_EXPORT_FORMATS/: an entry is a sequence of fields and ends with
// an empty line. A field is `NAME=value LF`, or, when the value is not plain text, `NAME LF`, the size of the value as
// 64-bit little-endian number, the value, LF.
const (
	maxName  = 64        // journald's limit for the name of a field
	maxValue = 768 << 20 // journald's limit for one value: more than that is not a size
	sizeLen  = 8
)

// tooLong is what measureField returns for a field with which the entry exceeds Reader.max.
const tooLong = -1

// nextEntry gives the next journal entry: its fields as they lie in the input, without the empty line behind them.
func (r *Reader) nextEntry() (Record, error) {
	for r.have(1) && r.buf[r.lo] == '\n' { // the end of the entry before
		r.drop(1, 1)
	}
	if r.lo == r.hi {
		return Record{}, r.finish()
	}
	n := 0
	for {
		size, err := r.measureField(n)
		switch {
		case err != nil:
			return Record{}, err
		case size == tooLong:
			return r.skipEntry(n)
		case size > 0:
			n += size
			continue
		}
		b, number := r.buf[r.lo:r.lo+n], r.lines+1
		r.drop(n, countLines(b))
		return r.give(b, number, false)
	}
}

// measureField returns the length of the field at buf[lo+n], all of which it makes readable; 0 when the entry ends
// there, and tooLong.
func (r *Reader) measureField(n int) (int, error) {
	name, sep, err := r.fieldName(n)
	if err != nil || name == 0 {
		return 0, err
	}
	if sep == '=' {
		for searched := name; ; {
			field := r.buf[r.lo+n : r.hi]
			if i := bytes.IndexByte(field[searched:], '\n'); i >= 0 {
				field = field[:searched+i+1]
				if n+len(field) > r.max {
					return tooLong, nil
				}
				return len(field), nil
			}
			searched = len(field)
			if n+searched >= r.max {
				return tooLong, nil
			}
			if !r.fill() {
				return 0, r.broken()
			}
		}
	}
	size, err := r.valueSize(n + name + 1)
	if err != nil {
		return 0, err
	}
	length := int64(name) + 1 + sizeLen + size + 1
	if int64(n)+length > int64(r.max) {
		return tooLong, nil
	}
	if !r.have(n + int(length)) {
		return 0, r.broken()
	}
	if r.buf[r.lo+n+int(length)-1] != '\n' {
		return 0, r.wrongSize()
	}
	return int(length), nil
}

// fieldName returns the length of the field name at buf[lo+n] and the byte behind it, '=' or LF. The length is 0 when
// the entry ends there.
func (r *Reader) fieldName(n int) (length int, sep byte, err error) {
	for {
		b := r.buf[r.lo+n : r.hi]
		b = b[:min(len(b), maxName+1)]
		i := bytes.IndexAny(b, "=\n")
		switch {
		case i == 0 && b[0] == '\n':
			return 0, '\n', nil
		case i >= 0 && validName(b[:i]):
			return i, b[i], nil
		case i >= 0 || len(b) > maxName:
			return 0, 0, r.stop(r.badData(ErrCorrupt, "journal export: there is no field where one must begin"))
		}
		if r.fill() {
			continue
		}
		if len(b) > 0 {
			return 0, 0, r.broken()
		}
		if err := r.finish(); err != io.EOF {
			return 0, 0, err
		}
		return 0, '\n', nil // the last entry may lack its empty line
	}
}

// valueSize reads the size of a binary value at buf[lo+n].
func (r *Reader) valueSize(n int) (int64, error) {
	if !r.have(n + sizeLen) {
		return 0, r.broken()
	}
	size := binary.LittleEndian.Uint64(r.buf[r.lo+n:])
	if size > maxValue {
		return 0, r.wrongSize()
	}
	return int64(size), nil
}

// skipEntry passes an entry that does not fit, of which n bytes are read, and gives its beginning.
func (r *Reader) skipEntry(n int) (Record, error) {
	if !r.have(min(headSize, r.max)) { // it is longer than max, so they must come
		return Record{}, r.broken()
	}
	number, head := r.lines+1, r.keepHead(r.buf[r.lo:r.hi])
	r.drop(n, countLines(r.buf[r.lo:r.lo+n]))
	for {
		name, sep, err := r.fieldName(0)
		if err != nil {
			return Record{}, err
		}
		if name == 0 {
			return r.give(head, number, true)
		}
		if sep == '\n' {
			err = r.skipValue(name + 1)
		}
		if err == nil {
			err = r.skipToLF() // of the text, or the one behind the binary value
		}
		if err == io.EOF {
			err = r.broken()
		}
		if err != nil {
			return Record{}, err
		}
	}
}

// skipValue passes the name of a binary field, n bytes with its LF, and the value, up to the LF behind it.
func (r *Reader) skipValue(n int) error {
	left, err := r.valueSize(n)
	if err != nil {
		return err
	}
	for left += int64(n) + sizeLen; left > 0; {
		if !r.have(1) {
			return r.broken()
		}
		b := r.buf[r.lo:r.hi]
		b = b[:min(int64(len(b)), left)]
		left -= int64(len(b))
		r.drop(len(b), countLines(b))
	}
	if !r.have(1) {
		return r.broken()
	}
	if r.buf[r.lo] != '\n' {
		return r.wrongSize()
	}
	return nil
}

// have makes at least n bytes of the buffer readable.
func (r *Reader) have(n int) bool {
	for r.hi-r.lo < n {
		if !r.fill() {
			return false
		}
	}
	return true
}

// broken is the error for an input that ends within an entry.
func (r *Reader) broken() error {
	if err := r.finish(); err != io.EOF {
		return err
	}
	return r.stop(r.badData(ErrTruncated, "journal export ends in the middle of an entry: the file is truncated"))
}

func (r *Reader) wrongSize() error {
	return r.stop(r.badData(ErrCorrupt, "journal export: the size of a binary field is wrong"))
}
