package main

import (
	"cmp"
	"slices"

	"ops/logviz/worldmap/internal/atlas"
)

// A shape is the territory of one code on the grid: parts, largest first, each an outer ring counter-clockwise followed by
// its holes clockwise.
type shape [][]line

// newShape snaps polygons to the grid, joins those that touch along an edge, and divides long edges. The order of the
// polygons does not matter to the result.
func newShape(polygons []polygon, scale int32) shape {
	var rings []line
	for _, p := range polygons {
		for _, flat := range flatten(p) {
			for i, ring := range flat {
				l := snap(ring, scale)
				area := l.twiceArea()
				if area == 0 {
					continue
				}
				if hole := i > 0; hole == (area > 0) {
					slices.Reverse(l)
				}
				rings = append(rings, l)
			}
		}
	}
	rings = dissolve(rings)
	for i, l := range rings {
		rings[i] = l.densify(scale)
	}
	return nest(rings, scale)
}

// dissolve joins rings along edges that two of them go in opposite directions: the line between two features of the same
// country, or between Antarctica's pieces. If there are none it returns the rings as they are.
func dissolve(rings []line) []line {
	type edge struct{ from, to atlas.Point }
	edges := map[edge]bool{}
	for _, l := range rings {
		for i, p := range l {
			edges[edge{p, l[(i+1)%len(l)]}] = true
		}
	}
	next := map[atlas.Point][]atlas.Point{}
	var order []atlas.Point
	cancelled := false
	for _, l := range rings {
		for i, p := range l {
			q := l[(i+1)%len(l)]
			if edges[edge{q, p}] {
				cancelled = true
				continue
			}
			next[p] = append(next[p], q)
			order = append(order, p)
		}
	}
	if !cancelled {
		return rings
	}
	var joined []line
	for _, start := range order {
		var l line
		for p := start; len(next[p]) > 0; {
			q := next[p][0]
			next[p] = next[p][1:]
			l = append(l, p)
			p = q
		}
		if l = l.tidy(); l.twiceArea() != 0 {
			joined = append(joined, l)
		}
	}
	return joined
}

// nest gives each hole to the smallest outer ring around it and sorts the parts by size.
func nest(rings []line, scale int32) shape {
	var s shape
	for _, l := range rings {
		if l.twiceArea() > 0 {
			s = append(s, []line{l})
		}
	}
	slices.SortStableFunc(s, func(a, b []line) int {
		return cmp.Or(cmp.Compare(b[0].area(scale), a[0].area(scale)), compare(a[0].lowest(), b[0].lowest()))
	})
	for _, l := range rings {
		if l.twiceArea() > 0 {
			continue
		}
		for i := len(s) - 1; i >= 0; i-- {
			if s[i][0].surrounds(l) {
				s[i] = append(s[i], l)
				break
			}
		}
	}
	return s
}

// surrounds tells whether most points of hole are in l: single ones may lie on its edge.
func (l line) surrounds(hole line) bool {
	in := 0
	for _, p := range hole {
		if l.contains(p) {
			in++
		}
	}
	return 2*in > len(hole)
}

// lowest is the least point of a ring: the same wherever the ring starts.
func (l line) lowest() atlas.Point { return slices.MinFunc(l, compare) }

func compare(a, b atlas.Point) int { return cmp.Or(cmp.Compare(a.X, b.X), cmp.Compare(a.Y, b.Y)) }
