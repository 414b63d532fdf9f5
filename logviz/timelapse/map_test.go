package timelapse

import (
	"image"
	"math"
	"testing"
	"time"

	"ops/logviz"
)

// lit draws one frame in which every given country has n attempts.
func lit(t *testing.T, o Options, n int, codes ...string) *Film {
	t.Helper()
	b := logviz.Bucket{Failed: n * len(codes)}
	for _, code := range codes {
		b.Countries = append(b.Countries, logviz.Count{Name: code, N: n})
	}
	rec := Recording{Start: time.Unix(0, 0).UTC(), Step: time.Minute, Buckets: []logviz.Bucket{b}}
	f := newFilm(t, rec, o)
	pixels(t, f, 0)
	return f
}

func TestCountryHasTheColourOfTheScale(t *testing.T) {
	for _, theme := range []Theme{Dark, Light} {
		f := lit(t, Options{Theme: theme}, 40, "CN", "BR", "US", "RU", "FR")
		box := f.page.layout.world
		want := f.page.chart.scale.colour[f.page.chart.scale.level(40)]
		for _, code := range []string{"CN", "BR", "US", "RU", "FR"} {
			i, ok := f.world.Index(code)
			if !ok {
				t.Fatalf("no country %s", code)
			}
			r := f.page.chart.areas[i].runs
			middle := r[len(r)/2]
			if got := f.page.canvas.pix[middle.off+middle.n/2]; got != want {
				t.Errorf("%v: %s is %06x inside, want %06x", theme, code, got, want)
			}
			if at := image.Pt(int(middle.off)%1280, int(middle.off)/1280); !at.In(box) {
				t.Errorf("%v: %s lies at %v, outside the map %v", theme, code, at, box)
			}
		}
		i, _ := f.world.Index("AU")
		r := f.page.chart.areas[i].runs[0]
		if got := f.page.canvas.pix[r.off]; got != f.page.palette.land {
			t.Errorf("%v: Australia without attempts is %06x, want the land's %06x", theme, got, f.page.palette.land)
		}
	}
}

func TestSmallCountriesLightUp(t *testing.T) {
	for _, size := range []image.Point{{1280, 720}, {640, 360}, {1920, 1080}} {
		for _, code := range []string{"SG", "HK", "MT", "BH", "MO", "LU", "RE", "MU", "TV"} {
			dark := lit(t, Options{Size: size}, 0, code)
			bright := lit(t, Options{Size: size}, 30, code)
			want := bright.page.chart.scale.colour[bright.page.chart.scale.level(30)]
			full := 0
			for _, y := range rows(bright.page.layout.world) {
				for x := bright.page.layout.world.Min.X; x < bright.page.layout.world.Max.X; x++ {
					if i := y*size.X + x; bright.page.canvas.pix[i] == want && dark.page.canvas.pix[i] != want {
						full++
					}
				}
			}
			unit := bright.page.layout.unit
			if least := int(math.Pi * 3.2 * 3.2 * unit * unit); full < least {
				t.Errorf("%v: %s lights %d pixels in its colour, want at least %d", size, code, full, least)
			}
		}
	}
}

func rows(r image.Rectangle) []int {
	ys := make([]int, 0, r.Dy())
	for y := r.Min.Y; y < r.Max.Y; y++ {
		ys = append(ys, y)
	}
	return ys
}

// A single attempt must be seen for half a second, that is 15 frames, and be gone in the end.
func TestOneAttemptIsSeenAndFades(t *testing.T) {
	for _, theme := range []Theme{Dark, Light} {
		rec := Recording{Start: time.Unix(0, 0).UTC(), Step: time.Minute, Buckets: make([]logviz.Bucket, 120)}
		rec.Buckets[1] = logviz.Bucket{Failed: 1, Countries: []logviz.Count{{Name: "BR", N: 1}}}
		f := newFilm(t, rec, Options{Theme: theme})
		i, _ := f.world.Index("BR")
		for frame := range rec.Buckets {
			pixels(t, f, frame)
			r := f.page.chart.areas[i].runs
			got, land := f.page.canvas.pix[r[len(r)/2].off], f.page.palette.land
			switch d := distance(got, land); {
			case frame >= 1 && frame < 16 && d < 25:
				t.Errorf("%v: %d frames after one attempt, Brazil is %06x on land of %06x", theme, frame-1, got, land)
			case (frame == 0 || frame > 90) && d != 0:
				t.Errorf("%v: frame %d: Brazil is %06x, want the land's %06x", theme, frame, got, land)
			}
		}
	}
}

func distance(a, b rgb) float64 {
	d := func(shift int) float64 { return float64(int(a>>shift&0xff) - int(b>>shift&0xff)) }
	return math.Sqrt(d(16)*d(16) + d(8)*d(8) + d(0)*d(0))
}
