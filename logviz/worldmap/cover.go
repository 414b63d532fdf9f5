package worldmap

import (
	"image"
	"image/draw"
	"math"
	"slices"

	"golang.org/x/image/vector"
)

// coverer computes how much of each pixel closed paths cover. Its buffers are used again from path to path: a rasteriser
// of the whole frame per path would be a hundred times slower than one of the path's own box.
type coverer struct {
	raster vector.Rasterizer
	mask   image.Alpha
	path   []Pixel
}

// cover returns the coverage, within frame, of the area between rings that were projected by v. An empty image means that
// nothing is in the frame. The image is valid until the next call.
func (c *coverer) cover(v *View, rings Part) *image.Alpha {
	c.path = c.path[:0]
	if slices.ContainsFunc(rings, func(ring Ring) bool { return slices.ContainsFunc(ring, func(p Point) bool { return !v.reaches(p) }) }) {
		rings = nil // see [farthest]
	}
	for _, ring := range rings {
		for _, p := range ring {
			c.path = append(c.path, v.pixel(p))
		}
	}
	lengths := func(yield func(int) bool) {
		for _, ring := range rings {
			if !yield(len(ring)) {
				return
			}
		}
	}
	return c.fill(v.frame, lengths)
}

// fill covers c.path, which is made of rings of the given lengths.
func (c *coverer) fill(frame image.Rectangle, lengths func(func(int) bool)) *image.Alpha {
	left, top, right, bottom := math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)
	for _, p := range c.path {
		left, top, right, bottom = min(left, p.X), min(top, p.Y), max(right, p.X), max(bottom, p.Y)
	}
	box := image.Rectangle{}
	if len(c.path) > 0 {
		box = image.Rect(
			int(math.Floor(left)), int(math.Floor(top)), int(math.Ceil(right)), int(math.Ceil(bottom)),
		).Intersect(frame)
	}
	if n := box.Dx() * box.Dy(); cap(c.mask.Pix) < n {
		c.mask.Pix = make([]uint8, n)
	} else {
		c.mask.Pix = c.mask.Pix[:n]
	}
	c.mask.Rect, c.mask.Stride = box, box.Dx()
	if box.Empty() {
		return &c.mask
	}
	c.raster.Reset(box.Dx(), box.Dy())
	c.raster.DrawOp = draw.Src
	at := func(p Pixel) (x, y float32) {
		return float32(p.X - float64(box.Min.X)), float32(p.Y - float64(box.Min.Y))
	}
	path := c.path
	for n := range lengths {
		c.raster.MoveTo(at(path[0]))
		for _, p := range path[1:n] {
			c.raster.LineTo(at(p))
		}
		c.raster.ClosePath()
		path = path[n:]
	}
	c.raster.Draw(&c.mask, box, image.Opaque, image.Point{})
	return &c.mask
}
