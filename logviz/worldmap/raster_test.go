package worldmap

import (
	"bytes"
	"encoding/binary"
	"image"
	"math"
	"slices"
	"testing"
)

// Every pixel's shares make a whole, every list agrees with every other.
func TestRasterIsWhole(t *testing.T) {
	w := load(t)
	for _, tt := range []struct {
		name   string
		bounds image.Rectangle
		crop   Crop
	}{
		{"film", rect(1280, 720), Crop{}},
		{"offset", image.Rect(100, 50, 740, 410), Crop{}},
		{"globe", rect(640, 360), globe()},
		{"region", rect(400, 400), Crop{West: -12, East: 42, South: 35, North: 62}},
		{"thumbnail", rect(32, 18), Crop{}},
		{"one pixel", rect(1, 1), Crop{}},
		{"strip", rect(500, 1), Crop{}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			v := EqualEarth(tt.bounds, tt.crop)
			r := w.Rasterize(v)
			owner := map[image.Point]int{} // 1 + country, or -1 if mixed
			for i, a := range r.Areas {
				pixels := 0.0
				var box image.Rectangle
				for _, run := range a.Runs {
					for x := run.X0; x < run.X1; x++ {
						p := image.Pt(int(x), int(run.Y))
						if owner[p] != 0 {
							t.Fatalf("pixel %v is solid twice", p)
						}
						owner[p] = i + 1
						if r.At(p.X, p.Y) != i {
							t.Fatalf("At%v = %d, want %d", p, r.At(p.X, p.Y), i)
						}
						pixels++
						box = box.Union(image.Rectangle{p, p.Add(image.Pt(1, 1))})
					}
				}
				for _, k := range a.Mixed {
					m := r.Mixed[k]
					j := slices.IndexFunc(m.Shares, func(s Share) bool { return int(s.Country) == i })
					if j < 0 {
						t.Fatalf("country %d has no share in its pixel %v", i, m)
					}
					pixels += float64(m.Shares[j].Weight) / 255
					p := image.Pt(int(m.X), int(m.Y))
					box = box.Union(image.Rectangle{p, p.Add(image.Pt(1, 1))})
				}
				if !slices.IsSorted(a.Mixed) {
					t.Errorf("country %d: mixed pixels are not in order", i)
				}
				if math.Abs(pixels-a.Pixels) > 1e-6*pixels {
					t.Errorf("country %d covers %f px, says %f", i, pixels, a.Pixels)
				}
				if box != a.Bounds || !box.In(v.Frame()) {
					t.Errorf("country %d is in %v, says %v, frame %v", i, box, a.Bounds, v.Frame())
				}
			}
			references := 0
			for _, a := range r.Areas {
				references += len(a.Mixed)
			}
			for _, m := range r.Mixed {
				p := image.Pt(int(m.X), int(m.Y))
				if owner[p] != 0 {
					t.Fatalf("pixel %v is listed twice", p)
				}
				owner[p] = -1
				sum := int(m.Rest)
				for k, s := range m.Shares {
					sum += int(s.Weight)
					if s.Weight == 0 || k > 0 && s.Weight > m.Shares[k-1].Weight {
						t.Fatalf("shares of %v: %v", p, m.Shares)
					}
				}
				if sum != 255 {
					t.Fatalf("shares of %v make %d", p, sum)
				}
				references -= len(m.Shares)
				want := -1
				if m.Shares[0].Weight >= m.Rest {
					want = int(m.Shares[0].Country)
				}
				if got := r.At(p.X, p.Y); got != want {
					t.Fatalf("At%v = %d, want %d", p, got, want)
				}
			}
			if references != 0 {
				t.Errorf("%d references from countries to mixed pixels too many", references)
			}
			if r.At(tt.bounds.Max.X, tt.bounds.Min.Y) != -1 || r.At(tt.bounds.Min.X, tt.bounds.Min.Y-1) != -1 {
				t.Error("a country out of bounds")
			}
		})
	}
}

// Far from every coast there is nothing but land: a pixel with background in it would be a seam.
func TestNoSeams(t *testing.T) {
	w := load(t)
	for _, width := range []int{640, 1280, 3840} {
		v := EqualEarth(rect(width, width*9/16), Crop{})
		r := w.Rasterize(v)
		coasts := v.Stroke(w.Coasts(), 6)
		for _, m := range r.Mixed {
			if r.Globe.AlphaAt(int(m.X), int(m.Y)).A < 255 {
				continue // where the map was cut, land ends without a coast
			}
			if m.Rest > 0 && coasts.AlphaAt(int(m.X), int(m.Y)).A == 0 {
				t.Errorf("width %d: background %d of 255 inland at %d, %d: %v", width, m.Rest, m.X, m.Y, m.Shares)
			}
		}
		for y := range v.Bounds().Dy() {
			for x := range v.Bounds().Dx() - 1 {
				if ends := r.At(x, y) >= 0 != (r.At(x+1, y) >= 0); ends && coasts.AlphaAt(x, y).A == 0 &&
					r.Globe.AlphaAt(x, y).A == 255 && r.Globe.AlphaAt(x+1, y).A == 255 {
					t.Errorf("width %d: land ends at %d, %d, where no coast is", width, x, y)
				}
			}
		}
	}
}

// The projection keeps areas, so that pixels per km² must be the same for all countries that are wholly in view.
func TestPixelsAreAreas(t *testing.T) {
	w := load(t)
	v := EqualEarth(rect(1920, 1080), globe())
	r := w.Rasterize(v)
	perKm2 := v.scale * v.scale / (6371.0072 * 6371.0072)
	for i, c := range w.Countries() {
		want := c.km2() * perKm2
		if got := r.Areas[i].Pixels; math.Abs(got-want) > 0.01*want+0.5 {
			t.Errorf("%s has %.1f px, want %.1f", c.Code, got, want)
		}
	}
}

func TestAntimeridian(t *testing.T) {
	w := load(t)
	v := EqualEarth(rect(1280, 720), globe())
	r := w.Rasterize(v)
	middle := v.Frame().Min.X + v.Frame().Dx()/2

	// Russia and Fiji lie at both ends of the map. A ring closed the wrong way would be an edge-to-edge run.
	for _, code := range []string{"RU", "FJ", "US", "NZ", "KI"} {
		a := area(t, w, r, code)
		for _, run := range a.Runs {
			left, _ := v.XY(Point{-180, latitudeOf(v, int(run.Y))})
			width := 2 * (float64(middle) - left)
			// Siberia is continuous for 130 degrees; the others for less than 60.
			limit := 0.30 * width
			if code == "RU" {
				limit = 0.42 * width
			}
			if float64(run.X1-run.X0) > limit {
				t.Errorf("%s has a run from %d to %d at %d of %.0f px", code, run.X0, run.X1, run.Y, width)
			}
		}
	}
	for _, tt := range []struct {
		code string
		at   Point
	}{
		{"RU", Point{-172, 66.5}},
		{"RU", Point{-179, 68.5}},
		{"RU", Point{-178.8, 71.2}}, // Wrangel Island
		{"RU", Point{179, 68}},
		{"RU", Point{100, 60}},
		{"US", Point{-150, 65}},
		{"FJ", Point{178, -17.8}},
		{"AQ", Point{-179, -85.5}},
		{"AQ", Point{179, -85.5}},
		{"AQ", Point{0, -87}},
		{"AQ", Point{-100, -87}},
	} {
		x, y := v.XY(tt.at)
		i := r.At(int(x), int(y))
		if i < 0 || w.Countries()[i].Code != tt.code {
			t.Errorf("%v is not %s but %d", tt.at, tt.code, i)
		}
	}
	// Between Chukotka's two ends there is no Russia, between Fiji's no Fiji.
	for _, tt := range []struct {
		code       string
		west, east float64
	}{{"RU", -168, 19}, {"FJ", -178, 174}} {
		for _, part := range country(t, w, tt.code).Parts {
			for _, ring := range part {
				for _, p := range ring {
					if p.Lon > tt.west && p.Lon < tt.east {
						t.Fatalf("%s reaches %v", tt.code, p)
					}
				}
			}
		}
	}
	// The pole belongs to Antarctica for all longitudes: nothing was left open where its ring was closed.
	for lon := -179.5; lon < 180; lon++ {
		x, y := v.XY(Point{lon, -86})
		if i := r.At(int(x), int(y)); i < 0 || w.Countries()[i].Code != "AQ" {
			t.Errorf("86° S %v° is %d, not Antarctica", lon, i)
		}
	}
}

// latitudeOf finds the latitude of a pixel row by bisection.
func latitudeOf(v *View, y int) float64 {
	low, high := -90.0, 90.0
	for range 40 {
		middle := (low + high) / 2
		if _, at := v.XY(Point{0, middle}); at > float64(y)+0.5 {
			low = middle
		} else {
			high = middle
		}
	}
	return low
}

func TestRasterizeTwice(t *testing.T) {
	bytesOf := func() []byte {
		w := load(t)
		v := EqualEarth(rect(800, 450), Crop{})
		r := w.Rasterize(v)
		var b bytes.Buffer
		for _, m := range r.Mixed {
			for _, part := range []any{m.X, m.Y, m.Rest, m.Shares} {
				if err := binary.Write(&b, binary.LittleEndian, part); err != nil {
					t.Fatal(err)
				}
			}
		}
		for _, a := range r.Areas {
			for _, part := range []any{a.Runs, a.Mixed, a.Pixels, a.Dot} {
				if err := binary.Write(&b, binary.LittleEndian, part); err != nil {
					t.Fatal(err)
				}
			}
		}
		b.Write(r.Globe.Pix)
		b.Write(v.Stroke(w.Borders(), 0.7).Pix)
		return b.Bytes()
	}
	if !bytes.Equal(bytesOf(), bytesOf()) {
		t.Error("the same view gave different bytes")
	}
}

func BenchmarkLoad(b *testing.B) {
	for b.Loop() {
		if _, err := Load(); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkRasterize(b *testing.B) {
	w := load(b)
	for _, size := range []struct {
		name string
		w, h int
	}{{"720p", 1280, 720}, {"1080p", 1920, 1080}, {"2160p", 3840, 2160}} {
		v := EqualEarth(rect(size.w, size.h), Crop{})
		b.Run(size.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				w.Rasterize(v)
			}
		})
		b.Run("borders"+size.name, func(b *testing.B) {
			for b.Loop() {
				v.Stroke(w.Borders(), 0.8)
			}
		})
	}
}
