package timelapse

import (
	"image"
	"testing"
	"time"

	"ops/logviz"
	"ops/logviz/worldmap"
)

func nas() *worldmap.Landmark {
	return &worldmap.Landmark{Name: "nas", Place: worldmap.Point{Lon: 139.7, Lat: 35.7}}
}

// Comets fly, stay on the map and on their way, and leave nothing behind.
func TestCometsComeAndGo(t *testing.T) {
	t.Parallel()
	rec := Recording{Start: time.Unix(0, 0).UTC(), Step: time.Minute, Buckets: make([]logviz.Bucket, 120)}
	rec.Buckets[1] = logviz.Bucket{Failed: 9, Countries: []logviz.Count{{Name: "BR", N: 8}, {Name: "US", N: 1}}}
	plain := newFilm(t, rec, Options{Target: nas()})
	flying := newFilm(t, rec, Options{Target: nas(), Arcs: true})
	lit := 0
	for i := range rec.Buckets {
		a, b := pixels(t, plain, i), pixels(t, flying, i)
		differ := 0
		for at := range a {
			if a[at] == b[at] {
				continue
			}
			differ++
			if xy := image.Pt(at%1280, at/1280); !xy.In(flying.scope.view.Frame()) {
				t.Fatalf("frame %d: an arc leaves the map at %v", i, xy)
			}
		}
		lit = max(lit, differ)
		if on := i >= 1 && i < 1+3*flightTime; on != (differ > 0) {
			t.Errorf("frame %d: %d pixels differ from the film without arcs", i, differ)
		}
	}
	if lit < 500 || lit > 20_000 {
		t.Errorf("two arcs light %d pixels", lit)
	}
}

// However many attempts there are, the comets are few, and each country's keep their distance.
func TestCometsAreBounded(t *testing.T) {
	t.Parallel()
	rec := part(testDay(), 0, 200)
	for i := range rec.Buckets {
		b := &rec.Buckets[i]
		b.Countries = nil
		for _, c := range loadWorld(t).Countries() {
			b.Countries = append(b.Countries, logviz.Count{Name: c.Code, N: 1000 + i})
		}
	}
	f := newFilm(t, rec, Options{Size: image.Pt(640, 360), Target: nas(), Arcs: true})
	if len(f.arcs) != mostArcs {
		t.Errorf("%d arcs", len(f.arcs))
	}
	fs := newFlights(f.arcs)
	last := map[int]int{}
	for i := range rec.Buckets {
		fs.add(i, &rec.Buckets[i])
		if len(fs.flying) > mostFlights {
			t.Fatalf("%d comets", len(fs.flying))
		}
		for _, fl := range fs.flying {
			if fl.born != i {
				continue
			}
			if before, ok := last[fl.arc]; ok && i-before < launchGap {
				t.Fatalf("two comets within %d frames", i-before)
			}
			last[fl.arc] = i
		}
	}
}

// The mark stands where the target is, above everything, whatever it is called and wherever.
func TestTargetIsMarked(t *testing.T) {
	t.Parallel()
	rec := part(testDay(), 570, 580)
	without := pixels(t, newFilm(t, rec, Options{Size: image.Pt(640, 360)}), 9)
	for i, name := range append([]string{"nas"}, hostile()...) {
		for k, place := range []worldmap.Point{{Lon: 139.7, Lat: 35.7}, {Lon: -179.9}, {Lon: 179.9, Lat: 83}, {Lat: -57}} {
			if i%4 != k && i > 0 {
				continue // each name somewhere
			}
			f := newFilm(t, rec, Options{Size: image.Pt(640, 360), Target: &worldmap.Landmark{Name: name, Place: place}})
			with := pixels(t, f, 9)
			x, y := f.scope.view.XY(place)
			near, mark := image.Rect(int(x)-8, int(y)-8, int(x)+8, int(y)+8), 0
			for i := range with {
				xy := image.Pt(i%640, i/640)
				if with[i] != without[i] && !xy.In(f.scope.view.Frame()) {
					t.Fatalf("%.20q at %v: the mark leaves the map at %v", name, place, xy)
				}
				if with[i] != without[i] && xy.In(near) {
					mark++
				}
			}
			if mark < 20 {
				t.Errorf("%.20q at %v: %d pixels of a mark", name, place, mark)
			}
		}
	}
}
