package main

import (
	"container/heap"
	"math"

	"ops/logviz/worldmap/internal/atlas"
)

// label returns the grid point of a part that is farthest from its edges, its pole of inaccessibility, by dividing squares
// and following the one that promises most until no square can promise a gain. Longitudes are shortened by the cosine of
// the part's middle latitude, so that distances are alike in both directions.
func label(part []line, scale int32) atlas.Point {
	low, high := part[0][0], part[0][0]
	for _, p := range part[0] {
		low = atlas.Point{X: min(low.X, p.X), Y: min(low.Y, p.Y)}
		high = atlas.Point{X: max(high.X, p.X), Y: max(high.Y, p.Y)}
	}
	middle := float64(low.Y+high.Y) / 2 / float64(scale) * math.Pi / 180
	f := plane{part: part, squeeze: math.Max(math.Cos(middle), 0.01)}

	// A grid point near the best one, but not across an edge from it: tiny islands are a few grid units wide.
	best, depth := part[0][0], math.Inf(-1)
	try := func(x, y float64) {
		for _, dx := range []float64{0, 1} {
			for _, dy := range []float64{0, 1} {
				p := atlas.Point{X: int32(math.Floor(x/f.squeeze) + dx), Y: int32(math.Floor(y) + dy)}
				if d := f.depth(float64(p.X)*f.squeeze, float64(p.Y)); d > depth {
					best, depth = p, d
				}
			}
		}
	}
	width, height := float64(high.X-low.X)*f.squeeze, float64(high.Y-low.Y)
	size := max(min(width, height)/2, max(width, height)/64) // a sliver must not begin with a million squares
	var todo squares
	push := func(x, y, half float64) {
		d := f.depth(x, y)
		heap.Push(&todo, square{x, y, half, d + half*math.Sqrt2})
		if d > depth {
			try(x, y)
		}
	}
	for x := float64(low.X)*f.squeeze + size/2; x < float64(high.X)*f.squeeze+size/2; x += size {
		for y := float64(low.Y) + size/2; y < float64(high.Y)+size/2; y += size {
			push(x, y, size/2)
		}
	}
	for todo.Len() > 0 {
		s := heap.Pop(&todo).(square)
		if s.promise <= depth+0.5 || s.half < 0.25 { // half a grid unit is no gain
			break
		}
		for _, dx := range []float64{-0.5, 0.5} {
			for _, dy := range []float64{-0.5, 0.5} {
				push(s.x+dx*s.half, s.y+dy*s.half, s.half/2)
			}
		}
	}
	return best
}

// plane is a part with its longitudes shortened.
type plane struct {
	part    []line
	squeeze float64
}

// depth is the distance from a place to the nearest edge, negative outside.
func (f plane) depth(x, y float64) float64 {
	in, nearest := false, math.Inf(1)
	for _, l := range f.part {
		for i, p := range l {
			q := l[(i+1)%len(l)]
			ax, ay, bx, by := float64(p.X)*f.squeeze, float64(p.Y), float64(q.X)*f.squeeze, float64(q.Y)
			if (ay > y) != (by > y) && x < ax+(bx-ax)*(y-ay)/(by-ay) {
				in = !in
			}
			nearest = min(nearest, toSegment(x-ax, y-ay, bx-ax, by-ay))
		}
	}
	if in {
		return math.Sqrt(nearest)
	}
	return -math.Sqrt(nearest)
}

// toSegment is the squared distance of (x, y) to the segment from the origin to (bx, by).
func toSegment(x, y, bx, by float64) float64 {
	t := 0.0
	if n := bx*bx + by*by; n > 0 {
		t = min(max((x*bx+y*by)/n, 0), 1)
	}
	x, y = x-t*bx, y-t*by
	return x*x + y*y
}

// A square still has to be looked at: nothing in it is deeper than promise.
type square struct{ x, y, half, promise float64 }

// squares is a heap with the greatest promise on top.
type squares []square

func (s squares) Len() int           { return len(s) }
func (s squares) Less(i, j int) bool { return s[i].promise > s[j].promise }
func (s squares) Swap(i, j int)      { s[i], s[j] = s[j], s[i] }
func (s *squares) Push(x any)        { *s = append(*s, x.(square)) }
func (s *squares) Pop() any {
	old := *s
	last := old[len(old)-1]
	*s = old[:len(old)-1]
	return last
}
