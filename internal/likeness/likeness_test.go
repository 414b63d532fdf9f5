package likeness

import (
	"image"
	"image/color"
	"image/draw"
	"math"
	"testing"
)

// page is a picture with a line, blocks like letters, and a dot.
func page(move func(*image.RGBA)) *image.RGBA {
	m := image.NewRGBA(image.Rect(0, 0, 200, 120))
	draw.Draw(m, m.Bounds(), image.NewUniform(color.RGBA{0x0f, 0x12, 0x16, 0xff}), image.Point{}, draw.Src)
	fill := func(r image.Rectangle, c color.RGBA) { draw.Draw(m, r, image.NewUniform(c), image.Point{}, draw.Src) }
	for i := range 20 {
		fill(image.Rect(10+9*i, 20, 15+9*i, 30), color.RGBA{0x98, 0xa2, 0xad, 0xff})
	}
	fill(image.Rect(100, 80, 107, 87), color.RGBA{0xfe, 0xe8, 0x38, 0xff})
	fill(image.Rect(0, 60, 200, 61), color.RGBA{0x2a, 0x31, 0x3a, 0xff})
	if move != nil {
		move(m)
	}
	return m
}

func TestCompare(t *testing.T) {
	paper := color.RGBA{0x0f, 0x12, 0x16, 0xff}
	for name, c := range map[string]struct {
		change func(*image.RGBA)
		seen   bool
	}{
		"nothing": {func(*image.RGBA) {}, false},
		"rounding of every colour": {func(m *image.RGBA) {
			for i := range m.Pix {
				m.Pix[i] = uint8(min(255, int(m.Pix[i])+i%2))
			}
		}, false},
		"an edge smoothed": {func(m *image.RGBA) {
			for x := 10; x < 15; x++ {
				m.SetRGBA(x, 30, color.RGBA{0x1c, 0x20, 0x25, 0xff})
			}
		}, false},
		"a dot is missing": {func(m *image.RGBA) {
			draw.Draw(m, image.Rect(100, 80, 107, 87), image.NewUniform(paper), image.Point{}, draw.Src)
		}, true},
		"a dot of another colour": {func(m *image.RGBA) {
			draw.Draw(m, image.Rect(100, 80, 107, 87), image.NewUniform(color.RGBA{0x40, 0x50, 0x70, 0xff}), image.Point{}, draw.Src)
		}, true},
		"a letter is missing": {func(m *image.RGBA) {
			draw.Draw(m, image.Rect(28, 20, 33, 30), image.NewUniform(paper), image.Point{}, draw.Src)
		}, true},
		"another paper": {func(m *image.RGBA) {
			draw.Draw(m, image.Rect(0, 65, 90, 120), image.NewUniform(color.RGBA{0x1f, 0x22, 0x26, 0xff}), image.Point{}, draw.Src)
		}, true},
	} {
		d, err := Compare(page(nil), page(c.change))
		if err != nil {
			t.Fatal(err)
		}
		if seen := d.Mean > mostMean || d.Worst > mostWorst; seen != c.seen {
			t.Errorf("%s: %v", name, d)
		}
	}
	if _, err := Compare(page(nil), image.NewRGBA(image.Rect(0, 0, 1, 1))); err == nil {
		t.Error("pictures of different sizes were compared")
	}
}

func TestDistance(t *testing.T) {
	black, white := newOKLab(0, 0, 0), newOKLab(1, 1, 1)
	if got := black.distance(white); math.Abs(got-100) > 0.01 {
		t.Errorf("from black to white it is %v, want 100", got)
	}
}
