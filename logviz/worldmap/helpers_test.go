package worldmap

import (
	"image"
	"math"
	"testing"
)

func load(t testing.TB) *World {
	t.Helper()
	w, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func country(t testing.TB, w *World, code string) Country {
	t.Helper()
	i, ok := w.Index(code)
	if !ok {
		t.Fatalf("no country %s", code)
	}
	return w.Countries()[i]
}

func area(t testing.TB, w *World, r *Raster, code string) *Area {
	t.Helper()
	i, ok := w.Index(code)
	if !ok {
		t.Fatalf("no country %s", code)
	}
	return &r.Areas[i]
}

func rect(width, height int) image.Rectangle { return image.Rect(0, 0, width, height) }

// globe is the crop that leaves nothing out.
func globe() Crop { return Crop{West: -180, East: 180, South: -90, North: 90} }

// inside counts crossings of a ray to the east: the even-odd rule over all rings.
func (p Part) inside(q Point) bool {
	in := false
	for _, ring := range p {
		for i, a := range ring {
			b := ring[(i+1)%len(ring)]
			if (a.Lat > q.Lat) != (b.Lat > q.Lat) && q.Lon < a.Lon+(b.Lon-a.Lon)*(q.Lat-a.Lat)/(b.Lat-a.Lat) {
				in = !in
			}
		}
	}
	return in
}

// km2 is the area of a country on a sphere of the earth's surface, holes taken off.
func (c Country) km2() float64 {
	const radius = 6371.0072 // of the sphere with the earth's area
	sum := 0.0
	for _, part := range c.Parts {
		for _, ring := range part {
			sum += ring.steradians()
		}
	}
	return sum * radius * radius
}

// steradians is positive for a counter-clockwise ring.
func (r Ring) steradians() float64 {
	sum := 0.0
	sin := func(p Point) float64 { return math.Sin(p.Lat * math.Pi / 180) }
	for i, p := range r {
		q := r[(i+1)%len(r)]
		sum -= (q.Lon - p.Lon) * math.Pi / 180 * (sin(p) + sin(q)) / 2
	}
	return sum
}
