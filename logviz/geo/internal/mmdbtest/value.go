package mmdbtest

import (
	"encoding/binary"
	"fmt"
	"maps"
	"math"
	"slices"
)

// data is the data section; equal records stand in it once.
type data struct {
	bytes   []byte
	offsets map[string]int
}

func (d *data) add(record any) int {
	value := appendValue(nil, record)
	offset, ok := d.offsets[string(value)]
	if !ok {
		offset = len(d.bytes)
		d.offsets[string(value)] = offset
		d.bytes = append(d.bytes, value...)
	}
	return offset
}

// The types of the specification, section "Output Data Section".
const (
	typeString = 2
	typeDouble = 3
	typeUint16 = 5
	typeUint32 = 6
	typeMap    = 7
	typeUint64 = 9
	typeArray  = 11
	typeBool   = 14
)

func appendValue(b []byte, v any) []byte {
	switch v := v.(type) {
	case string:
		return append(appendControl(b, typeString, len(v)), v...)
	case float64:
		return binary.BigEndian.AppendUint64(appendControl(b, typeDouble, 8), math.Float64bits(v))
	case uint16:
		return appendUint(b, typeUint16, uint64(v))
	case uint32:
		return appendUint(b, typeUint32, uint64(v))
	case uint64:
		return appendUint(b, typeUint64, v)
	case bool:
		size := 0
		if v {
			size = 1
		}
		return appendControl(b, typeBool, size)
	case []any:
		b = appendControl(b, typeArray, len(v))
		for _, e := range v {
			b = appendValue(b, e)
		}
		return b
	case map[string]any:
		b = appendControl(b, typeMap, len(v))
		for _, k := range slices.Sorted(maps.Keys(v)) {
			b = appendValue(b, k)
			b = appendValue(b, v[k])
		}
		return b
	default:
		panic(fmt.Sprintf("no record can hold %T", v))
	}
}

// appendUint leaves out leading zero bytes.
func appendUint(b []byte, kind int, v uint64) []byte {
	full := binary.BigEndian.AppendUint64(nil, v)
	for len(full) > 0 && full[0] == 0 {
		full = full[1:]
	}
	return append(appendControl(b, kind, len(full)), full...)
}

// appendControl writes the type in three bits, or as 0 and a byte, and the size in five bits and up to three bytes.
func appendControl(b []byte, kind, size int) []byte {
	first, more := byte(size), []byte(nil)
	switch {
	case size >= 65821:
		first, more = 31, []byte{byte((size - 65821) >> 16), byte((size - 65821) >> 8), byte(size - 65821)}
	case size >= 285:
		first, more = 30, []byte{byte((size - 285) >> 8), byte(size - 285)}
	case size >= 29:
		first, more = 29, []byte{byte(size - 29)}
	}
	if kind > 7 {
		b = append(b, first, byte(kind-7))
	} else {
		b = append(b, byte(kind)<<5|first)
	}
	return append(b, more...)
}
