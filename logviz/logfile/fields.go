package logfile

import (
	"bytes"
	"encoding/binary"
	"iter"
)

// Fields walks the fields of an Export record, in their order; a name may come more than once. Name and value are parts
// of entry. The walk ends at the first byte that is no field, which does not happen in a record given by Next.
//
//	for name, value := range logfile.Fields(rec.Bytes) {
//		switch string(name) { // no allocation
//		case "MESSAGE": …
func Fields(entry []byte) iter.Seq2[[]byte, []byte] {
	return func(yield func(name, value []byte) bool) {
		for len(entry) > 0 {
			name, value, rest, ok := cutField(entry)
			if !ok || !yield(name, value) {
				return
			}
			entry = rest
		}
	}
}

// cutField takes the first field off a complete entry.
func cutField(b []byte) (name, value, rest []byte, ok bool) {
	line, rest, ok := bytes.Cut(b, []byte{'\n'})
	if !ok {
		return nil, nil, nil, false
	}
	if name, value, ok = bytes.Cut(line, []byte{'='}); ok {
		return name, value, rest, validName(name)
	}
	if len(rest) < 8 {
		return nil, nil, nil, false
	}
	size := binary.LittleEndian.Uint64(rest)
	rest = rest[8:]
	if size >= uint64(len(rest)) || rest[size] != '\n' {
		return nil, nil, nil, false
	}
	return line, rest[:size], rest[size+1:], validName(line)
}

// validName reports whether b can be the name of a journal field: upper case, digits and underscore.
func validName(b []byte) bool {
	if len(b) == 0 || len(b) > maxName || b[0] >= '0' && b[0] <= '9' {
		return false
	}
	for _, c := range b {
		if (c < 'A' || c > 'Z') && (c < '0' || c > '9') && c != '_' {
			return false
		}
	}
	return true
}
