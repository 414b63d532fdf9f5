package main

import (
	"encoding/binary"
	"slices"

	"ops/logviz/worldmap/internal/atlas"
)

// cutter turns rings into arcs, so that a line which two countries share is stored once and known to be a border.
type cutter struct {
	seen  map[atlas.Point][2]atlas.Point // the neighbours of a point in the first ring through it, lesser first
	knots map[atlas.Point]bool           // points where rings part: there a new arc begins
	index map[string]atlas.Ref           // an arc's bytes, in its own direction
	arcs  [][]atlas.Point
}

func newCutter() *cutter {
	return &cutter{
		seen:  map[atlas.Point][2]atlas.Point{},
		knots: map[atlas.Point]bool{},
		index: map[string]atlas.Ref{},
	}
}

// visit must see every ring before the first one is cut.
func (c *cutter) visit(l line) {
	for i, p := range l {
		a, b := l[(i+len(l)-1)%len(l)], l[(i+1)%len(l)]
		if less(b, a) {
			a, b = b, a
		}
		if both, ok := c.seen[p]; !ok {
			c.seen[p] = [2]atlas.Point{a, b}
		} else if both != [2]atlas.Point{a, b} {
			c.knots[p] = true
		}
	}
}

// cut returns a ring as references to arcs, adding those that are new.
func (c *cutter) cut(l line) atlas.Ring {
	start := slices.IndexFunc(l, func(p atlas.Point) bool { return c.knots[p] })
	if start < 0 { // an island, or a country within another: both rings must begin at the same place to be found equal
		start = slices.Index(l, l.lowest())
	}
	var ring atlas.Ring
	arc := []atlas.Point{l[start]}
	for i := range l {
		p := l[(start+1+i)%len(l)]
		arc = append(arc, p)
		if c.knots[p] || i == len(l)-1 {
			ring = append(ring, c.add(arc))
			arc = []atlas.Point{p}
		}
	}
	return ring
}

func (c *cutter) add(arc []atlas.Point) atlas.Ref {
	if ref, ok := c.index[key(arc)]; ok {
		return ref
	}
	ref := atlas.Ref(len(c.arcs))
	c.arcs = append(c.arcs, arc)
	c.index[key(arc)] = ref
	back := slices.Clone(arc)
	slices.Reverse(back)
	c.index[key(back)] = ^ref
	return ref
}

func key(arc []atlas.Point) string {
	var b []byte
	for _, p := range arc {
		b = binary.BigEndian.AppendUint32(b, uint32(p.X))
		b = binary.BigEndian.AppendUint32(b, uint32(p.Y))
	}
	return string(b)
}
