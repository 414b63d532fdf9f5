package timelapse

import (
	"image"
	"math"
	"testing"
	"time"
)

func TestParseMode(t *testing.T) {
	for _, m := range Modes() {
		if got, err := ParseMode(m.String()); got != m || err != nil {
			t.Errorf("ParseMode(%q) = %v, %v", m, got, err)
		}
	}
	if _, err := ParseMode("Pulse "); err == nil {
		t.Error("no error for a mode that is not known")
	}
}

// What the map shows is what the definition of the mode says, counted anew from all buckets.
func TestModesShowTheirAttempts(t *testing.T) {
	t.Parallel()
	rec := part(testDay(), 540, 640)
	for _, test := range []struct {
		mode   Mode
		window time.Duration
		share  func(age int) float64 // of an attempt so many buckets ago
	}{
		{Pulse, 15 * time.Minute, func(age int) float64 { return math.Exp(-float64(age) / 15) }},
		{Window, 10 * time.Minute, func(age int) float64 {
			if age < 10 {
				return 1
			}
			return 0
		}},
		{Window, time.Second, func(age int) float64 { // a bucket is the least
			if age == 0 {
				return 1
			}
			return 0
		}},
		{Cumulative, 0, func(int) float64 { return 1 }},
	} {
		f := newFilm(t, rec, Options{Size: image.Pt(640, 360), Mode: test.mode, Window: test.window})
		largest := 0.0
		for i := range f.Len() {
			pixels(t, f, i)
			want := make([]float64, len(f.now.glow))
			for age := 0; age <= i; age++ {
				for _, c := range rec.Buckets[i-age].Countries {
					if k, ok := f.world.Index(c.Name); ok {
						want[k] += float64(c.N) * test.share(age)
					}
				}
			}
			for k, v := range want {
				largest = max(largest, v)
				if got := f.now.glow[k]; math.Abs(got-v) > 1e-9*v+1e-9 {
					t.Fatalf("%v, frame %d: %s shows %v, want %v", test.mode, i, f.world.Countries()[k].Code, got, v)
				}
			}
		}
		if math.Abs(f.pace.glow-largest) > 1e-9*largest {
			t.Errorf("%v: the scale is made for %v, the largest value is %v", test.mode, f.pace.glow, largest)
		}
	}
}
