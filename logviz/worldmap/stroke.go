package worldmap

import (
	"image"
	"math"
)

// Stroke draws lines of the given width in pixels, which may be less than one, and returns their coverage.
// Where lines meet or cross, the coverage does not add up.
func (v *View) Stroke(lines [][]Point, width float64) *image.Alpha {
	pen := pen{
		layer: image.NewAlpha(v.bounds),
		frame: v.frame,
		reach: max(width, 1)/2 + 0.5,
		ink:   255 * min(width, 1),
	}
	for _, line := range lines {
		for i := 1; i < len(line); i++ {
			if v.reaches(line[i-1]) && v.reaches(line[i]) {
				pen.segment(v.pixel(line[i-1]), v.pixel(line[i]))
			}
		}
	}
	return pen.layer
}

// A pen covers each pixel by its distance from the nearest line: fully within half the width, fading over one pixel. A
// line thinner than a pixel is a pixel wide and fainter. There are no joints to fit together and thus none to see.
type pen struct {
	layer *image.Alpha
	frame image.Rectangle
	reach float64 // distance at which coverage ends
	ink   float64 // coverage in the middle of a line
}

func (p pen) segment(a, b Pixel) {
	box := image.Rect(
		int(math.Floor(min(a.X, b.X)-p.reach)), int(math.Floor(min(a.Y, b.Y)-p.reach)),
		int(math.Ceil(max(a.X, b.X)+p.reach)), int(math.Ceil(max(a.Y, b.Y)+p.reach)),
	).Intersect(p.frame)
	dx, dy := b.X-a.X, b.Y-a.Y
	norm := dx*dx + dy*dy
	for y := box.Min.Y; y < box.Max.Y; y++ {
		row := p.layer.Pix[p.layer.PixOffset(box.Min.X, y):][:box.Dx()]
		for i := range row {
			x, y := float64(box.Min.X+i)+0.5-a.X, float64(y)+0.5-a.Y
			t := 0.0
			if norm > 0 {
				t = min(max((x*dx+y*dy)/norm, 0), 1)
			}
			x, y = x-t*dx, y-t*dy
			d2 := x*x + y*y
			if d2 >= p.reach*p.reach {
				continue
			}
			cover := uint8(p.ink*min(p.reach-math.Sqrt(d2), 1) + 0.5)
			row[i] = max(row[i], cover)
		}
	}
}
