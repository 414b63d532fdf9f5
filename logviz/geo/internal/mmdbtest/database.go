// Package mmdbtest writes small databases in MaxMind's format for tests, after the specification at
// https://maxmind.github.io/MaxMind-DB/ (version 2.0).
//
// Start with [Database]. It promises a valid file for any networks that are given to it, and equal bytes for equal input.
package mmdbtest

import (
	"encoding/binary"
	"fmt"
	"net/netip"
)

// Database is what a file is made of.
type Database struct {
	// Type is the database_type: "GeoLite2-Country".
	Type string
	// Description is the English description; none if "".
	Description string
	// Epoch is the build time, Unix seconds.
	Epoch uint64
	// IPVersion is 4 or 6 (the default). In 6, IPv4 networks stand under ::/96.
	IPVersion int
	// RecordSize is 24, 28 (the default) or 32 bits.
	RecordSize int
	// Networks may overlap: a later one covers an earlier one.
	Networks []Network
}

// Network is a prefix and its record: a string, bool, float64, uint32, uint64, []any or map[string]any.
type Network struct {
	Prefix netip.Prefix
	Record any
}

// Bytes is the file. It panics on a type of record that it does not know and on a tree too large for RecordSize: a mistake of
// the test.
func (d Database) Bytes() []byte {
	version, size := d.IPVersion, d.RecordSize
	if version == 0 {
		version = 6
	}
	if size == 0 {
		size = 28
	}
	t := tree{nodes: make([][2]int, 1)}
	data := data{offsets: map[string]int{}}
	for _, n := range d.Networks {
		a, bits := n.Prefix.Addr(), n.Prefix.Bits()
		key := a.AsSlice()
		if version == 6 && a.Is4() {
			key = append(make([]byte, 12), key...)
			bits += 96
		}
		t.insert(key, bits, data.add(n.Record))
	}

	out := t.bytes(size)
	out = append(out, make([]byte, 16)...) // the separator
	out = append(out, data.bytes...)
	out = append(out, "\xab\xcd\xefMaxMind.com"...)
	description := map[string]any{}
	if d.Description != "" {
		description["en"] = d.Description
	}
	return appendValue(out, map[string]any{
		"binary_format_major_version": uint16(2),
		"binary_format_minor_version": uint16(0),
		"build_epoch":                 d.Epoch,
		"database_type":               d.Type,
		"description":                 description,
		"ip_version":                  uint16(version),
		"languages":                   []any{"en"},
		"node_count":                  uint32(len(t.nodes)),
		"record_size":                 uint16(size),
	})
}

// tree is the search tree. A child is 0 for nothing, a node's number, or -1-offset for a record in the data section. Node 0 is
// the root, so no child is node 0.
type tree struct{ nodes [][2]int }

func (t *tree) insert(key []byte, bits, offset int) {
	node := 0
	for depth := range bits {
		bit := key[depth/8] >> (7 - depth%8) & 1
		if depth == bits-1 {
			t.nodes[node][bit] = -1 - offset
			return
		}
		child := t.nodes[node][bit]
		if child <= 0 { // a leaf: its value moves down to both sides
			t.nodes = append(t.nodes, [2]int{child, child})
			child = len(t.nodes) - 1
			t.nodes[node][bit] = child
		}
		node = child
	}
}

func (t *tree) bytes(size int) []byte {
	var out []byte
	for _, n := range t.nodes {
		left, right := t.record(n[0], size), t.record(n[1], size)
		switch size {
		case 24:
			out = append(out, byte(left>>16), byte(left>>8), byte(left), byte(right>>16), byte(right>>8), byte(right))
		case 28: // the upper four bits of both stand in the middle byte
			out = append(out, byte(left>>16), byte(left>>8), byte(left), byte(left>>24<<4|right>>24),
				byte(right>>16), byte(right>>8), byte(right))
		case 32:
			out = binary.BigEndian.AppendUint32(out, left)
			out = binary.BigEndian.AppendUint32(out, right)
		default:
			panic(fmt.Sprintf("record size %d", size))
		}
	}
	return out
}

func (t *tree) record(child, size int) uint32 {
	value := child
	switch {
	case child == 0:
		value = len(t.nodes)
	case child < 0:
		value = len(t.nodes) + 16 + (-1 - child)
	}
	if value>>size != 0 {
		panic(fmt.Sprintf("tree too large for records of %d bits", size))
	}
	return uint32(value)
}
