package worldmap

import (
	"image"
	"math"
	"testing"
)

func TestLambertAzimuthal(t *testing.T) {
	// Snyder 1987, p. 332: centre 40° N, 100° W, radius 3; the point 20° S, 100° E.
	a := centre([]Point{{-100, 40}})
	x, y := a.plane(Point{100, -20})
	if math.Abs(3*x+4.2339303) > 1e-6 || math.Abs(3*y-4.0257775) > 1e-6 {
		t.Errorf("%.7f, %.7f", 3*x, 3*y)
	}
}

// Areas are honest under this projection, so no country can cover more pixels than its area is worth: a smear would.
func TestNoSmearInAnyRegion(t *testing.T) {
	w := load(t)
	names := append(Regions()[1:], "170,-50,-170,70", "-10,-90,10,90", "0,-80,180,80")
	for i, c := range w.Countries() {
		if i%12 == 0 {
			names = append(names, c.Code)
		}
	}
	names = append(names, "RU", "FJ", "NZ", "AQ", "US", "CA", "SG") // at the antimeridian, at a pole, large, small
	const earth = 6371.0072
	for _, name := range names {
		region, err := w.Region(name)
		if err != nil || len(region) == 0 {
			t.Fatal(err)
		}
		v := LambertAzimuthal(rect(420, 180), region)
		for _, p := range region {
			if q := v.pixel(p); q.X < 0 || q.X > 420 || q.Y < 0 || q.Y > 180 {
				t.Errorf("%s: %v lies at %v, outside the picture", name, p, q)
			}
		}
		r := w.Rasterize(v)
		for i, c := range w.Countries() {
			area := &r.Areas[i]
			full := c.km2() / earth / earth * v.scale * v.scale
			if area.Pixels > full*1.01+2 {
				t.Errorf("%s: %s covers %.0f pixels, its area is worth %.0f", name, c.Code, area.Pixels, full)
			}
			inside := v.frame.Inset(1)
			if len(c.Parts) > 0 && area.Bounds.In(inside) && full > 60 && !partly(v, c) && area.Pixels < full*0.97 {
				t.Errorf("%s: %s covers %.0f pixels of %.0f", name, c.Code, area.Pixels, full)
			}
		}
		for i, a := range r.Globe.Pix {
			p := image.Pt(i%420, i/420)
			if want := math.Hypot(float64(p.X)+0.5-v.x0, float64(p.Y)+0.5-v.y0) < v.scale*2*math.Sin(farthest/2)-2; want && p.In(v.frame) && a != 255 {
				t.Fatalf("%s: no globe at %v", name, p)
			}
		}
	}
}

// partly reports whether a part of the country lies outside the frame, or too far round the earth.
func partly(v *View, c Country) bool {
	for _, part := range c.Parts {
		for _, p := range part[0] {
			if q := v.pixel(p); !v.reaches(p) || q.X < float64(v.frame.Min.X) || q.X > float64(v.frame.Max.X) || q.Y < float64(v.frame.Min.Y) || q.Y > float64(v.frame.Max.Y) {
				return true
			}
		}
	}
	return false
}

func TestRegionsThatAreRefused(t *testing.T) {
	w := load(t)
	for _, name := range []string{"atlantis", "XX", "1,2,3", "1,2,3,4,5", "a,b,c,d", "0,10,10,0", "-181,0,0,1", "0,0,1,91", "-100,0,100,10", "NaN,0,1,1"} {
		if _, err := w.Region(name); err == nil {
			t.Errorf("%q is a region", name)
		}
	}
	for _, name := range []string{"", "world", "World"} {
		if region, err := w.Region(name); region != nil || err != nil {
			t.Errorf("%q is %v, %v", name, region, err)
		}
	}
}
