package worldmap

import (
	"math"
	"testing"
)

func TestGreatCircle(t *testing.T) {
	w := load(t)
	region, err := w.Region("europe")
	if err != nil {
		t.Fatal(err)
	}
	paris := Point{2.35, 48.85}
	for name, v := range map[string]*View{
		"world": EqualEarth(rect(1280, 720), Crop{}), "europe": LambertAzimuthal(rect(800, 400), region),
	} {
		for _, to := range []Point{paris, {-170, -20}, {139.7, 35.7}, {-70, -33}, {-177.65, -48.85}} {
			for _, c := range w.Countries() {
				for _, line := range v.GreatCircle(c.Label, to) {
					for i := 1; i < len(line); i++ {
						p, q := line[i-1], line[i] // near the poles, out of the frame, a step of half a degree can be a long one
						seen := min(p.Y, q.Y) > float64(v.frame.Min.Y) && max(p.Y, q.Y) < float64(v.frame.Max.Y)
						if d := math.Hypot(q.X-p.X, q.Y-p.Y); d > 25 && seen {
							t.Errorf("%s: from %s to %v: a step of %.0f pixels", name, c.Code, to, d)
						}
					}
				}
			}
		}
	}
	v := EqualEarth(rect(1280, 720), Crop{})
	lines := v.GreatCircle(Point{140, 35}, Point{-120, 37}) // Tokyo to San Francisco
	if len(lines) != 2 || lines[0][0].X < 1000 || lines[1][len(lines[1])-1].X > 400 {
		t.Errorf("the way over the Pacific has %d lines", len(lines))
	}
	// At 90° of longitude from each other on one parallel, the way rises above it by the spherical law of cosines.
	way := v.GreatCircle(Point{-45, 45}, Point{45, 45})
	x, y := v.XY(Point{0, math.Atan(math.Sqrt2) * 180 / math.Pi})
	if mid := way[0][len(way[0])/2]; math.Abs(mid.X-x) > 3 || math.Abs(mid.Y-y) > 0.5 {
		t.Errorf("in the middle of the way at %v, want %.1f, %.1f", mid, x, y)
	}
	if got := v.GreatCircle(paris, paris); len(got) > 1 || len(got) == 1 && got[0][0] != got[0][1] {
		t.Errorf("a way to where one is: %v", got)
	}
}
