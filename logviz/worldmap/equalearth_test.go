package worldmap

import (
	"math"
	"testing"
)

func TestEqualEarthValues(t *testing.T) {
	// By hand from the formula: 2√3·π/(3·1.340264), y at θ = π/3, and x at θ = π/3.
	const (
		equator = 2 * 2.7066299836960743
		height  = 2 * 1.3173627591574133
		pole    = 2 * 1.6035886482840513
	)
	for _, tt := range []struct {
		at   Point
		x, y float64
	}{
		{Point{0, 0}, 0, 0},
		{Point{180, 0}, equator / 2, 0},
		{Point{-180, 0}, -equator / 2, 0},
		{Point{0, 90}, 0, height / 2},
		{Point{0, -90}, 0, -height / 2},
		{Point{90, 0}, equator / 4, 0},
		{Point{180, 90}, pole / 2, height / 2},
	} {
		x, y := equalEarth(tt.at)
		if math.Abs(x-tt.x) > 1e-12 || math.Abs(y-tt.y) > 1e-12 {
			t.Errorf("%v is at %.15f, %.15f, want %.15f, %.15f", tt.at, x, y, tt.x, tt.y)
		}
	}
	// What the paper says about the shape of the map: 0.59 and 0.49.
	if math.Abs(pole/equator-0.59) > 5e-3 || math.Abs(height/equator-0.49) > 5e-3 {
		t.Errorf("pole line %.3f, height %.3f of the equator", pole/equator, height/equator)
	}
}

func TestEqualEarthKeepsAreas(t *testing.T) {
	for _, lon := range []float64{-179.5, -60, 0, 100, 179} {
		for lat := -89.5; lat < 90; lat++ {
			// One square degree as a polygon of many points, because its sides are curved.
			const n = 16
			var px, py []float64
			side := func(a, b Point) {
				for i := range n {
					t := float64(i) / n
					x, y := equalEarth(Point{a.Lon + (b.Lon-a.Lon)*t, a.Lat + (b.Lat-a.Lat)*t})
					px, py = append(px, x), append(py, y)
				}
			}
			sw, se := Point{lon - 0.5, lat - 0.5}, Point{lon + 0.5, lat - 0.5}
			ne, nw := Point{lon + 0.5, lat + 0.5}, Point{lon - 0.5, lat + 0.5}
			side(sw, se)
			side(se, ne)
			side(ne, nw)
			side(nw, sw)
			got := 0.0
			for i := range px {
				j := (i + 1) % len(px)
				got += (px[i]*py[j] - px[j]*py[i]) / 2
			}
			rad := math.Pi / 180
			want := rad * (math.Sin((lat+0.5)*rad) - math.Sin((lat-0.5)*rad))
			if math.Abs(got/want-1) > 1e-3 {
				t.Fatalf("cell at %v, %v has %.4f of its area", lon, lat, got/want)
			}
		}
	}
}
