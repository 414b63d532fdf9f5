package main

import (
	"math"

	"ops/logviz/worldmap/internal/atlas"
)

// After flattening, everything is done on the grid of 1/scale degree: neighbours that shared a point in the source still
// share it exactly, and equality of points and edges is equality of numbers.

// A line is a ring on the grid; it does not repeat its first point.
type line []atlas.Point

// snap puts a ring on the grid. It returns nil if nothing is left of it: the ring was smaller than the grid.
func snap(ring []point, scale int32) line {
	s := float64(scale)
	var l line
	for _, q := range ring {
		p := atlas.Point{X: int32(math.Round(q.lon * s)), Y: int32(math.Round(q.lat * s))}
		p.X = min(max(p.X, -180*scale), 180*scale)
		p.Y = min(max(p.Y, -90*scale), 90*scale)
		l = append(l, p)
	}
	return l.tidy()
}

// tidy drops points that repeat their neighbour and spikes that go out and come back the same way, until there is none.
func (l line) tidy() line {
	var kept line
	for _, p := range l {
		kept = append(kept, p)
		for n := len(kept); n >= 2; n = len(kept) {
			if kept[n-1] == kept[n-2] {
				kept = kept[:n-1]
			} else if n >= 3 && kept[n-1] == kept[n-3] {
				kept = kept[:n-2]
			} else {
				break
			}
		}
	}
	for len(kept) >= 3 { // the same, across the seam
		n := len(kept)
		switch {
		case kept[0] == kept[n-1]:
			kept = kept[:n-1]
		case kept[0] == kept[n-2]:
			kept = kept[:n-2]
		case kept[1] == kept[n-1]:
			kept = kept[1 : n-1]
		default:
			return kept
		}
	}
	return nil
}

// twiceArea is positive for a counter-clockwise ring, in square grid units.
func (l line) twiceArea() int64 {
	var sum int64
	for i, p := range l {
		q := l[(i+1)%len(l)]
		sum += int64(p.X)*int64(q.Y) - int64(q.X)*int64(p.Y)
	}
	return sum
}

// area is the share of the sphere that a ring encloses, in units that are the same everywhere (Lambert's cylinder).
func (l line) area(scale int32) float64 {
	var sum float64
	sin := func(p atlas.Point) float64 { return math.Sin(float64(p.Y) / float64(scale) * math.Pi / 180) }
	for i, p := range l {
		q := l[(i+1)%len(l)]
		sum += float64(p.X-q.X) * (sin(p) + sin(q)) / 2
	}
	return math.Abs(sum)
}

// densify divides edges that are longer than one degree, at the same places for both directions, so that neighbours still
// agree and a projection bends the edge as it should.
func (l line) densify(scale int32) line {
	var dense line
	for i, p := range l {
		q := l[(i+1)%len(l)]
		dense = append(dense, p)
		n := (max(abs(q.X-p.X), abs(q.Y-p.Y)) + scale - 1) / scale
		for k := int32(1); k < n; k++ {
			from, to, step := p, q, k
			if less(q, p) {
				from, to, step = q, p, n-k
			}
			dense = append(dense, atlas.Point{
				X: from.X + int32(math.Round(float64(to.X-from.X)*float64(step)/float64(n))),
				Y: from.Y + int32(math.Round(float64(to.Y-from.Y)*float64(step)/float64(n))),
			})
		}
	}
	return dense
}

// contains tells whether a point is inside the ring (on its edge: either answer).
func (l line) contains(p atlas.Point) bool {
	in := false
	for i, a := range l {
		b := l[(i+1)%len(l)]
		if (a.Y > p.Y) == (b.Y > p.Y) {
			continue
		}
		if float64(p.X-a.X) < float64(b.X-a.X)*float64(p.Y-a.Y)/float64(b.Y-a.Y) {
			in = !in
		}
	}
	return in
}

func less(a, b atlas.Point) bool { return a.X < b.X || a.X == b.X && a.Y < b.Y }

func abs(n int32) int32 { return max(n, -n) }
