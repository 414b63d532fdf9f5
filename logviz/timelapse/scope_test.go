package timelapse

import (
	"image"
	"math"
	"testing"
	"time"

	"ops/logviz"
)

// What a region leaves out is counted at its edge, in its direction, and nothing is counted twice or not at all.
func TestFocusLosesNothing(t *testing.T) {
	t.Parallel()
	rec := part(testDay(), 540, 700)
	world := newFilm(t, rec, Options{Size: image.Pt(640, 360)})
	for _, name := range []string{"europe", "oceania", "FR", "SG", "RU", "170,-50,-170,70"} {
		f := newFilm(t, rec, Options{Size: image.Pt(640, 360), Focus: region(t, name)})
		var sum, outside int64
		for place, n := range f.whole.totals {
			sum += n
			if place >= len(f.scope.places) {
				outside += n
			}
		}
		if want := f.whole.failed - f.whole.unplaced; sum != want {
			t.Errorf("%s: %d attempts have a place, want %d", name, sum, want)
		}
		if outside != f.whole.elsewhere || outside == 0 {
			t.Errorf("%s: the marks have %d attempts, the text %d", name, outside, f.whole.elsewhere)
		}
		if f.whole.failed != world.whole.failed || f.whole.unplaced != world.whole.unplaced || f.pace.country != world.pace.country {
			t.Errorf("%s: counts differ from those of the world", name)
		}
	}
}

func TestEdgeMarksLieInTheDirectionOfTheirCountries(t *testing.T) {
	t.Parallel()
	f := newFilm(t, part(testDay(), 0, 1), Options{Focus: region(t, "europe")})
	frame := f.scope.view.Frame()
	for code, want := range map[string]image.Point{"ZA": {0, 1}, "US": {0, -1}, "BR": {-1, 1}, "IN": {1, 0}} {
		i, _ := f.world.Index(code)
		place := f.scope.places[i]
		if place == i {
			t.Errorf("%s is in Europe", code)
			continue
		}
		at := f.scope.marks[place-len(f.scope.places)].at
		x := math.Round((at.X - float64(frame.Min.X+frame.Max.X)/2) / (0.6 * float64(frame.Dx())))
		y := math.Round((at.Y - float64(frame.Min.Y+frame.Max.Y)/2) / (0.6 * float64(frame.Dy())))
		if got := image.Pt(int(x), int(y)); got != want {
			t.Errorf("%s is marked at %v, want %v", code, at, want)
		}
	}
	for _, code := range []string{"FR", "TR", "MT", "LU", "IS"} {
		if i, _ := f.world.Index(code); f.scope.places[i] != i {
			t.Errorf("%s is not in Europe", code)
		}
	}
}

// A mark lights up and goes out, and stays in the map.
func TestEdgeMarksLightUp(t *testing.T) {
	t.Parallel()
	rec := Recording{Start: time.Unix(0, 0).UTC(), Step: time.Minute, Buckets: make([]logviz.Bucket, 3)}
	rec.Buckets[1] = logviz.Bucket{Failed: 50, Countries: []logviz.Count{{Name: "AU", N: 50}}}
	f := newFilm(t, rec, Options{Focus: region(t, "europe"), Mode: Window, Window: time.Minute})
	before := pixels(t, f, 0)
	lit := pixels(t, f, 1)
	want := f.page.chart.scale.colour[f.page.chart.scale.level(50)]
	n := 0
	for at, p := range lit {
		xy := image.Pt(at%1280, at/1280)
		if !xy.In(f.page.layout.world) {
			continue
		}
		if p != before[at] && !xy.In(f.scope.view.Frame()) {
			t.Fatalf("the mark leaves the map at %v", xy)
		}
		if p == want && before[at] != want {
			n++
		}
	}
	if n < 25 {
		t.Errorf("%d pixels have the mark's colour", n)
	}
	after := pixels(t, f, 2)
	for at, p := range after {
		if xy := image.Pt(at%1280, at/1280); xy.In(f.page.layout.world) && p != before[at] {
			t.Fatalf("the mark does not go out at %v", xy)
		}
	}
}
