package audit

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// Operation is one thing that a server of files did or refused, as the server tells it to the process that writes the audit:
// the server itself is confined and must reach no log.
type Operation struct {
	Name   string // such as open-read, close-write, remove; at most 64 bytes
	Path   string // the client's; at most 4 KiB
	Target string // its second path, such as the new name of a rename; at most 4 KiB
	Denied bool   // refused by the mode, the quota or the confinement
	Code   string // ok, denied, quota, too-large, or failed for what went wrong otherwise; at most 64 bytes
	Reason string // unless ok; at most 1 KiB

	BytesIn, BytesOut int64 // written and read by the client; -1 if not counted
}

// Recorded is what the server gets for each operation where the policy requires the audit: until then the client gets no
// answer. If it does not come, the server does nothing more.
const Recorded = 'r'

// MaxOperation is longer than any operation is when encoded, in bytes.
const MaxOperation = 16 << 10

const maxName = 64

// Encode returns the operation as one message: a byte that is 1 if it was denied, the two numbers as varints, and the texts,
// each after its length as a varint. Texts above their limits are cut.
func (o *Operation) Encode() []byte {
	b := make([]byte, 1, 256)
	if o.Denied {
		b[0] = 1
	}
	b = binary.AppendVarint(b, max(o.BytesIn, -1))
	b = binary.AppendVarint(b, max(o.BytesOut, -1))
	for _, f := range o.texts() {
		text := cut(*f.text, f.limit)
		b = append(binary.AppendUvarint(b, uint64(len(text))), text...)
	}
	return b
}

type limitedText struct {
	text  *string
	limit int
}

func (o *Operation) texts() []limitedText {
	return []limitedText{{&o.Name, maxName}, {&o.Path, maxPath}, {&o.Target, maxPath}, {&o.Code, maxName}, {&o.Reason, maxField}}
}

// DecodeOperation reads what Encode wrote, and nothing else.
func DecodeOperation(b []byte) (Operation, error) {
	var o Operation
	if len(b) == 0 || len(b) > MaxOperation || b[0] > 1 {
		return o, errors.New("an operation in an unknown form")
	}
	o.Denied, b = b[0] == 1, b[1:]
	for _, n := range []*int64{&o.BytesIn, &o.BytesOut} {
		v, size := binary.Varint(b)
		if size <= 0 || v < -1 {
			return Operation{}, errors.New("an operation whose bytes are no number")
		}
		*n, b = v, b[size:]
	}
	for _, f := range o.texts() {
		length, size := binary.Uvarint(b)
		if size <= 0 || length > uint64(f.limit) || length > uint64(len(b)-size) {
			return Operation{}, errors.New("an operation with a text that is cut off or too long")
		}
		*f.text, b = string(b[size:size+int(length)]), b[size+int(length):]
	}
	if len(b) > 0 {
		return Operation{}, fmt.Errorf("an operation with %d bytes behind its end", len(b))
	}
	return o, nil
}

// Changes is true for operations that change files or folders. What is read, listed or looked at does not.
func (o *Operation) Changes() bool {
	switch o.Name {
	case "open-read", "close-read", "opendir", "stat", "readlink":
		return false
	}
	return true
}
