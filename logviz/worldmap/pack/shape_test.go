package main

import (
	"math"
	"slices"
	"testing"

	"ops/logviz/worldmap/internal/atlas"
)

// box is a clockwise ring, as in the source.
func box(west, south, east, north float64) []point {
	return []point{{west, south}, {west, north}, {east, north}, {east, south}}
}

func bounds(l line) [4]int32 {
	b := [4]int32{l[0].X, l[0].Y, l[0].X, l[0].Y}
	for _, p := range l {
		b = [4]int32{min(b[0], p.X), min(b[1], p.Y), max(b[2], p.X), max(b[3], p.Y)}
	}
	return b
}

// grid is a line through x0, y0, x1, y1…
func grid(xy ...int32) line {
	var l line
	for i := 0; i < len(xy); i += 2 {
		l = append(l, atlas.Point{X: xy[i], Y: xy[i+1]})
	}
	return l
}

func TestFlatten(t *testing.T) {
	around := []point{{-170, -70}, {-80, -75}, {0, -70}, {90, -75}, {170, -70}}
	northern := []point{{-170, 80}, {-80, 75}, {0, 80}, {90, 75}, {170, 80}}
	for _, tt := range []struct {
		name string
		in   polygon
		want [][4]int32 // of the outer rings, largest first
		size float64    // of all of it, in square degrees of a flat map
	}{
		{"plain", polygon{box(10, 0, 20, 10)}, [][4]int32{{10, 0, 20, 10}}, 100},
		{"with a hole", polygon{box(10, 0, 20, 10), box(12, 2, 14, 4)}, [][4]int32{{10, 0, 20, 10}}, 96},
		{"across", polygon{box(170, 50, -175, 60)}, [][4]int32{{170, 50, 180, 60}, {-180, 50, -175, 60}}, 150},
		{"across, hole beyond", polygon{box(170, 50, -160, 60), box(-170, 52, -168, 54)}, [][4]int32{{-180, 50, -160, 60}, {170, 50, 180, 60}}, 296},
		{"along", polygon{box(170, 50, 180, 60)}, [][4]int32{{170, 50, 180, 60}}, 100},
		{"along, other sign", polygon{{{170, 50}, {170, 60}, {-180, 60}, {-180, 50}}}, [][4]int32{{170, 50, 180, 60}}, 100},
		{"around the South Pole", polygon{around}, [][4]int32{{-180, -90, 180, -70}}, 360*17.5 - 10*2.5},
		{"around, eastwards", polygon{reversed(around)}, [][4]int32{{-180, -90, 180, -70}}, 360*17.5 - 10*2.5},
		{"around the North Pole", polygon{northern}, [][4]int32{{-180, 75, 180, 90}}, 360*12.5 - 10*2.5},
		{"smaller than the grid", polygon{box(0.1, 0.1, 0.2, 0.2)}, nil, 0},
		{"empty", polygon{nil}, nil, 0},
	} {
		s := newShape([]polygon{tt.in}, 1)
		var got [][4]int32
		size := 0.0
		for _, part := range s {
			got = append(got, bounds(part[0]))
			for _, l := range part {
				size += float64(l.twiceArea()) / 2
			}
		}
		if !slices.Equal(got, tt.want) {
			t.Errorf("%s: parts in %v, want %v", tt.name, got, tt.want)
		}
		if math.Abs(size-tt.size) > 0.02*tt.size {
			t.Errorf("%s: size %.1f, want %.1f", tt.name, size, tt.size)
		}
	}
}

func reversed(ring []point) []point {
	ring = slices.Clone(ring)
	slices.Reverse(ring)
	return ring
}

func TestDissolve(t *testing.T) {
	// Two halves of one country become one ring; a third feature fills the hole that they leave.
	s := newShape([]polygon{
		{{{0, 0}, {0, 10}, {10, 10}, {10, 7}, {8, 7}, {8, 3}, {10, 3}, {10, 0}}},
		{{{10, 0}, {10, 3}, {12, 3}, {12, 7}, {10, 7}, {10, 10}, {20, 10}, {20, 0}}},
	}, 1)
	if len(s) != 1 || len(s[0]) != 2 || s[0][0].twiceArea() != 400 || s[0][1].twiceArea() != -32 {
		t.Fatalf("got %v", s)
	}
	s = newShape([]polygon{
		{{{0, 0}, {0, 10}, {10, 10}, {10, 0}}},
		{{{10, 0}, {10, 10}, {20, 10}, {20, 0}}},
	}, 1)
	if len(s) != 1 || len(s[0]) != 1 || s[0][0].twiceArea() != 400 {
		t.Fatalf("got %v", s)
	}
}

func TestDensify(t *testing.T) {
	there := grid(0, 0, 37, 11).densify(10)
	back := grid(37, 11, 0, 0).densify(10)
	if len(there) != 8 || !slices.Equal(there, append(back[4:], back[:4]...)) {
		t.Errorf("there %v, back %v", there, back)
	}
}

func TestTidy(t *testing.T) {
	a, b, c, d := atlas.Point{X: 0, Y: 0}, atlas.Point{X: 4, Y: 0}, atlas.Point{X: 4, Y: 4}, atlas.Point{X: 9, Y: 9}
	for _, tt := range []struct {
		name     string
		in, want line
	}{
		{"nothing to do", line{a, b, c}, line{a, b, c}},
		{"repeated", line{a, a, b, c, c, a}, line{a, b, c}},
		{"spike", line{a, b, c, d, c}, line{a, b, c}},
		{"spike at the seam", line{d, c, a, b, c}, line{c, a, b}},
		{"flat", line{a, b, a, b}, nil},
		{"empty", nil, nil},
	} {
		if got := tt.in.tidy(); !slices.Equal(got, tt.want) {
			t.Errorf("%s: got %v, want %v", tt.name, got, tt.want)
		}
	}
}

func TestCut(t *testing.T) {
	west := grid(0, 0, 10, 0, 10, 10, 0, 10)
	east := grid(20, 10, 10, 10, 10, 0, 20, 0)
	hole := grid(2, 2, 2, 4, 4, 4)
	inner := grid(4, 4, 2, 4, 2, 2)
	c := newCutter()
	for _, l := range []line{west, east, hole, inner} {
		c.visit(l)
	}
	got := []atlas.Ring{c.cut(west), c.cut(east), c.cut(hole), c.cut(inner)}
	want := []atlas.Ring{{0, 1}, {^0, 2}, {3}, {^3}}
	for i := range want {
		if !slices.Equal(got[i], want[i]) {
			t.Errorf("ring %d is %v, want %v", i, got[i], want[i])
		}
	}
}

func TestLabel(t *testing.T) {
	for _, tt := range []struct {
		name string
		part []line
		want atlas.Point
		near float64
	}{
		{"square", []line{grid(0, 0, 100, 0, 100, 100, 0, 100)}, atlas.Point{X: 50, Y: 50}, 1},
		// The middle of an L's box is outside it.
		{"corner", []line{grid(0, 0, 100, 0, 100, 20, 20, 20, 20, 100, 0, 100)}, atlas.Point{X: 12, Y: 12}, 4},
		{"hole in the middle", []line{
			grid(0, 0, 200, 0, 200, 100, 0, 100), grid(40, 10, 40, 90, 110, 90, 110, 10),
		}, atlas.Point{X: 155, Y: 50}, 8},
		{"tiny", []line{grid(0, 0, 2, 0, 2, 2, 0, 2)}, atlas.Point{X: 1, Y: 1}, 0},
	} {
		got := label(tt.part, 500)
		if math.Hypot(float64(got.X-tt.want.X), float64(got.Y-tt.want.Y)) > tt.near {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
}
