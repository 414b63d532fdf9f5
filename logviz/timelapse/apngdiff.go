package timelapse

import (
	"encoding/binary"
	"image"
)

// apngDiff finds out what changes from picture to picture.
type apngDiff struct {
	size  image.Point
	shown []rgb
	first bool
	tiles []image.Rectangle // scratch
}

func newAPNGDiff(size image.Point) *apngDiff {
	return &apngDiff{size: size, shown: make([]rgb, size.X*size.Y), first: true}
}

// take makes f the change from the picture before to the one on the canvas.
func (d *apngDiff) take(c *canvas, f *apngFrame) {
	f.overwrite = d.first
	if d.first {
		d.first = false
		c.touchAll()
		c.eachDirty(func(int, image.Rectangle) {})
		f.rows = startRows(f.rows, c.Bounds())
		f.box = c.Bounds()
		d.copyRows(c, f, f.box, true)
		return
	}
	d.tiles = d.tiles[:0]
	f.box = image.Rectangle{}
	c.eachDirty(func(_ int, r image.Rectangle) {
		if changed := d.changed(c, r); !changed.Empty() {
			d.tiles = append(d.tiles, changed)
			f.box = f.box.Union(changed)
		}
	})
	if f.box.Empty() {
		f.box = image.Rect(0, 0, 1, 1) // a frame has to have a pixel
	}
	f.rows = startRows(f.rows, f.box)
	for _, r := range d.tiles {
		d.copyRows(c, f, r, false)
	}
}

// startRows returns the rows of a rectangle with nothing in them.
func startRows(b []byte, box image.Rectangle) []byte {
	n := (1 + 4*box.Dx()) * box.Dy()
	if cap(b) < n {
		return make([]byte, n)
	}
	b = b[:n]
	clear(b)
	return b
}

// changed returns the rectangle of the pixels in r that are not shown yet.
func (d *apngDiff) changed(c *canvas, r image.Rectangle) image.Rectangle {
	box := image.Rectangle{Min: r.Max, Max: r.Min}
	for y := r.Min.Y; y < r.Max.Y; y++ {
		at := y*d.size.X + r.Min.X
		for i, p := range c.pix[at:][:r.Dx()] {
			if p != d.shown[at+i] {
				x := r.Min.X + i
				box = image.Rect(min(box.Min.X, x), min(box.Min.Y, y), max(box.Max.X, x+1), y+1)
			}
		}
	}
	return box
}

// copyRows puts the pixels of r that are new, or all of them, into the frame.
func (d *apngDiff) copyRows(c *canvas, f *apngFrame, r image.Rectangle, all bool) {
	for y := r.Min.Y; y < r.Max.Y; y++ {
		at := y*d.size.X + r.Min.X
		out := f.rows[(y-f.box.Min.Y)*(1+4*f.box.Dx())+1+4*(r.Min.X-f.box.Min.X):][:4*r.Dx()]
		for i, p := range c.pix[at:][:r.Dx()] {
			if all || p != d.shown[at+i] {
				d.shown[at+i] = p
				binary.BigEndian.PutUint32(out[4*i:], uint32(p)<<8|0xff)
			}
		}
	}
}
