package timelapse

import (
	"image"
	"math"
	"slices"
	"testing"
	"time"

	"ops/logviz"
	"ops/logviz/geo"
	"ops/logviz/worldmap"
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
	t.Parallel()
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
	t.Parallel()
	codes := []string{"SG", "HK", "MT", "BH", "MO", "LU", "RE", "MU", "TV"}
	rec := Recording{Start: time.Unix(0, 0).UTC(), Step: time.Minute, Buckets: make([]logviz.Bucket, 1+len(codes))}
	for i, code := range codes {
		rec.Buckets[1+i] = logviz.Bucket{Failed: 30, Countries: []logviz.Count{{Name: code, N: 30}}}
	}
	for _, size := range []image.Point{{1280, 720}, {640, 360}, {1920, 1080}} {
		f := newFilm(t, rec, Options{Size: size, Window: time.Second}) // so that one frame knows nothing of the one before
		dark := pixels(t, f, 0)
		scale, unit := f.page.chart.scale, f.page.layout.unit
		want := scale.colour[scale.level(30)]
		for i, code := range codes {
			full := 0
			var box image.Rectangle
			for at, p := range pixels(t, f, 1+i) {
				if xy := image.Pt(at%size.X, at/size.X); xy.In(f.page.layout.world) && p == want && dark[at] != want {
					full++
					box = box.Union(image.Rectangle{Min: xy, Max: xy.Add(image.Pt(1, 1))})
				}
			}
			if least := int(math.Pi * 3 * 3 * unit * unit); full < least {
				t.Errorf("%v: %s lights %d pixels in its colour, want at least %d", size, code, full, least)
			}
			country, _ := f.world.Index(code)
			x, y := worldmap.EqualEarth(f.page.layout.world, worldmap.Crop{}).XY(f.world.Countries()[country].Label)
			if !image.Pt(int(x), int(y)).In(box.Inset(-int(3 * unit))) {
				t.Errorf("%v: %s lights up in %v, far from its label at %.0f,%.0f", size, code, box, x, y)
			}
		}
	}
}

// Every country that the built-in table can answer with lights up, as a shape or a dot, and goes out again.
func TestEveryCountryCanBeDrawn(t *testing.T) {
	table, err := geo.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	codes := table.Codes()
	if len(codes) < 240 {
		t.Fatalf("the table has only %d codes", len(codes))
	}
	f := newFilm(t, part(testDay(), 0, 1), Options{Size: image.Pt(640, 360)})
	pixels(t, f, 0)
	canvas, chart := f.page.canvas, f.page.chart
	values := make([]float64, len(f.world.Countries()))
	chart.show(canvas, values, f.now.flights, 0)
	empty := slices.Clone(canvas.pix)
	for _, code := range append(codes, "XK") {
		i, ok := f.world.Index(code)
		if !ok {
			t.Errorf("the map does not know %s", code)
			continue
		}
		values[i] = 100
		chart.show(canvas, values, f.now.flights, 0)
		changed := 0
		for at, p := range canvas.pix {
			if p != empty[at] {
				changed++
			}
		}
		if changed < 9 {
			t.Errorf("%s changes only %d pixels", code, changed)
		}
		values[i] = 0
		chart.show(canvas, values, f.now.flights, 0)
		if !slices.Equal(canvas.pix, empty) {
			t.Errorf("%s does not go out", code)
		}
	}
}

// A single attempt must be seen for half a second, that is 15 frames, and be gone in the end.
func TestOneAttemptIsSeenAndFades(t *testing.T) {
	t.Parallel()
	for _, theme := range []Theme{Dark, Light} {
		rec := Recording{Start: time.Unix(0, 0).UTC(), Step: time.Minute, Buckets: make([]logviz.Bucket, 120)}
		rec.Buckets[1] = logviz.Bucket{Failed: 1, Countries: []logviz.Count{{Name: "BR", N: 1}}}
		f := newFilm(t, rec, Options{Theme: theme, Size: image.Pt(640, 360)})
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
