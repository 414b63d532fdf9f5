package timelapse

import (
	"image"
	"math"
	"testing"
	"time"
)

func TestCividis(t *testing.T) {
	// Rows of the published table that are not among those in the program.
	for row, want := range map[int]rgb{
		5: 0x002656, 40: 0x273f6e, 100: 0x656871, 150: 0x928c78, 200: 0xc4b468, 230: 0xe5cf52, 255: 0xfee838, 0: 0x00224e,
	} {
		if got := cividis(float64(row) / 255); distance(got, want) > 3 {
			t.Errorf("cividis(%d/255) = %06x, want about %06x", row, got, want)
		}
	}
	for i := range 256 { // lightness only grows: that is what makes it readable in grey
		if i > 0 && luma(cividis(float64(i)/255)) < luma(cividis(float64(i-1)/255)) {
			t.Errorf("cividis is darker at %d than at %d", i, i-1)
		}
	}
}

func TestScale(t *testing.T) {
	for _, top := range []float64{0, 1, 9, 10, 333, 5e4, 1.44e12} {
		s := newScale(top, Dark.palette())
		if s.top < top {
			t.Errorf("the scale for %v ends at %v", top, s.top)
		}
		for i := range levels {
			if got := s.level(s.value(i)); got != i {
				t.Errorf("to %v: level(value(%d)) = %d", s.top, i, got)
			}
		}
		if got := s.position(0); got != 0 {
			t.Errorf("position(0) = %v", got)
		}
		if got := s.position(s.top); got != 1 {
			t.Errorf("position(top) = %v", got)
		}
		if s.colour[0] != Dark.palette().land || s.alpha[0] != 0 {
			t.Error("nothing is not the colour of the land")
		}
	}
	for v, want := range map[float64]float64{0: 1, 1: 1, 1.1: 2, 2: 2, 4: 5, 6: 10, 101: 200, 5e8: 5e8, 6e8: 1e9} {
		if got := niceCeil(v); got != want {
			t.Errorf("niceCeil(%v) = %v, want %v", v, got, want)
		}
	}
}

// For a steady rate the intensity is about the attempts in one window: what the legend says.
func TestIntensityOfASteadyRate(t *testing.T) {
	rec := part(testDay(), 0, 400)
	f := newFilm(t, rec, Options{})
	i, ok := f.world.Index("CN")
	if !ok {
		t.Fatal("no China")
	}
	steady := f.newTally()
	for range 400 {
		b := rec.Buckets[0]
		b.Countries = b.Countries[:0:0]
		b.Countries = append(b.Countries, counts(map[string]int{"CN": 3})...)
		steady.add(&b)
	}
	if got := steady.glow[i]; math.Abs(got-45) > 3 {
		t.Errorf("three attempts a minute glow as %.1f, want about 45 in 15 minutes", got)
	}
}

func TestNumbers(t *testing.T) {
	say := english()
	for n, want := range map[int64]string{0: "0", 999: "999", 1000: "1,000", 1440000000000: "1,440,000,000,000", -1234: "-1,234"} {
		if got := say.figure(n); got != want {
			t.Errorf("figure(%d) = %q, want %q", n, got, want)
		}
	}
	for n, want := range map[int64]string{
		950: "950", 1000: "1k", 12_345: "12.3k", 4_567_890: "4.56m", 1_440_000_000: "1.44bn", 999_999: "999k",
		1_440_000_000_000: "1.44tn", math.MaxInt64: "9.22×10¹⁸", 1_005_000: "1m", 1_050_000: "1.05m",
	} {
		if got := say.shortFigure(n); got != want {
			t.Errorf("shortFigure(%d) = %q, want %q", n, got, want)
		}
	}
	for d, want := range map[time.Duration]string{
		15 * time.Minute: "15 minutes", time.Minute: "1 minute", 24 * time.Hour: "24 hours", 90 * time.Second: "90 seconds",
		7 * 24 * time.Hour: "7 days", 1500 * time.Millisecond: "1.5s", 61*time.Minute + 1: "61 minutes",
	} {
		if got := say.period(d); got != want {
			t.Errorf("period(%v) = %q, want %q", d, got, want)
		}
	}
	if got := say.per(time.Minute); got != "per minute" {
		t.Errorf("per(minute) = %q", got)
	}
}

func TestYUV(t *testing.T) {
	for _, c := range []rgb{0, 0xffffff, 0xff0000, 0x00ff00, 0x0000ff, 0x808080, 0xfee838, 0x00224e, 0x123456} {
		r, g, b := float64(c>>16)/255, float64(c>>8&0xff)/255, float64(c&0xff)/255
		y := 0.2126*r + 0.7152*g + 0.0722*b
		wantY, wantU, wantV := 16+219*y, 128+224*(b-y)/1.8556, 128+224*(r-y)/1.5748
		cv := newCanvas(image.Pt(2, 2), c)
		p := newPlanes(2, 2)
		p.update(cv)
		for i, want := range []float64{wantY, wantY, wantY, wantY, wantU, wantV} {
			if math.Abs(float64(p.buf[i])-want) > 0.52 {
				t.Errorf("%06x: byte %d is %d, want %.2f", c, i, p.buf[i], want)
			}
		}
	}
	cv := newCanvas(image.Pt(2, 2), 0x123456)
	cv.pix = []rgb{0xff0000, 0x00ff00, 0x0000ff, 0xffffff}
	p := newPlanes(2, 2)
	p.update(cv)
	u, v := chroma(2*255, 2*255, 2*255)
	if p.u[0] != u || p.v[0] != v || p.y[3] != 235 || p.y[0] != luma(0xff0000) {
		t.Errorf("four colours become %v", p.buf)
	}
}
