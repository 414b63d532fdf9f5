package timelapse

import (
	"encoding/binary"
	"image"
)

// planes is a frame as encoders want it: yuv420p in one piece, that is a plane of luma and two of chroma at half the
// width and height, in BT.709 with limited range (luma 16…235, chroma 16…240).
type planes struct {
	w, h    int
	buf     []byte
	y, u, v []byte
}

// newPlanes returns a frame that is yet to be filled; w and h are even.
func newPlanes(w, h int) *planes { return planesIn(make([]byte, w*h*3/2), w, h) }

// planesIn makes a buffer of w·h·3/2 bytes a frame.
func planesIn(buf []byte, w, h int) *planes {
	p := &planes{w: w, h: h, buf: buf}
	p.y, p.u, p.v = buf[:w*h], buf[w*h:w*h*5/4], buf[w*h*5/4:]
	return p
}

// copyFrom takes the pixels of r, whose corners are even, from another frame.
func (p *planes) copyFrom(q *planes, r image.Rectangle) {
	n := r.Dx()
	for y := r.Min.Y; y < r.Max.Y; y++ {
		at := y*p.w + r.Min.X
		copy(p.y[at:at+n], q.y[at:])
	}
	for y := r.Min.Y / 2; y < r.Max.Y/2; y++ {
		at := y*(p.w/2) + r.Min.X/2
		copy(p.u[at:at+n/2], q.u[at:])
		copy(p.v[at:at+n/2], q.v[at:])
	}
}

// update takes over the tiles that were touched since the last update.
func (p *planes) update(c *canvas) {
	c.eachDirty(func(_ int, r image.Rectangle) { p.convert(c, r) })
}

// The weights of red, green and blue in 1/65536, from Rec. ITU-R BT.709-6 (Kr 0.2126, Kb 0.0722) and the limited range.
const (
	yr, yg, yb = 11966, 40254, 4064
	ur, ug, ub = -6596, -22189, 28785
	vr, vg, vb = 28784, -26145, -2639
)

func luma(c rgb) byte {
	return byte((yr*int32(c>>16) + yg*int32(c>>8&0xff) + yb*int32(c&0xff) + 16<<16 + 1<<15) >> 16)
}

// chroma takes the sums of four pixels.
func chroma(r, g, b int32) (u, v byte) {
	const half = 128<<18 + 1<<17
	return byte((ur*r + ug*g + ub*b + half) >> 18), byte((vr*r + vg*g + vb*b + half) >> 18)
}

// convert converts the pixels of r, whose corners are even, in squares of four. Most pairs of rows in a tile are of one
// colour, and mostly of the same one as the pair before.
func (p *planes) convert(c *canvas, r image.Rectangle) {
	var last rgb
	lastY := luma(last)
	lastU, lastV := chroma(0, 0, 0)
	n := r.Dx()
	for y := r.Min.Y; y < r.Max.Y; y += 2 {
		at := y*p.w + r.Min.X
		in0, in1 := c.pix[at:][:n], c.pix[at+p.w:][:n]
		y0, y1 := p.y[at:][:n], p.y[at+p.w:][:n]
		half := y/2*(p.w/2) + r.Min.X/2
		u, v := p.u[half:][:n/2], p.v[half:][:n/2]
		if first := in0[0]; same(in0, first) && same(in1, first) {
			if first != last {
				last, lastY = first, luma(first)
				lastU, lastV = chroma(4*int32(first>>16), 4*int32(first>>8&0xff), 4*int32(first&0xff))
			}
			set(y0, lastY)
			set(y1, lastY)
			set(u, lastU)
			set(v, lastV)
			continue
		}
		for x := 0; x+1 < len(in0) && x+1 < len(in1) && x+1 < len(y0) && x+1 < len(y1); x += 2 {
			a, b, d, e := in0[x], in0[x+1], in1[x], in1[x+1]
			if (a^last)|(b^last)|(d^last)|(e^last) == 0 {
				y0[x], y0[x+1], y1[x], y1[x+1] = lastY, lastY, lastY, lastY
				u[x/2], v[x/2] = lastU, lastV
				continue
			}
			if a == b && a == d && a == e {
				last, lastY = a, luma(a)
				lastU, lastV = chroma(4*int32(a>>16), 4*int32(a>>8&0xff), 4*int32(a&0xff))
				y0[x], y0[x+1], y1[x], y1[x+1] = lastY, lastY, lastY, lastY
				u[x/2], v[x/2] = lastU, lastV
				continue
			}
			y0[x], y0[x+1], y1[x], y1[x+1] = luma(a), luma(b), luma(d), luma(e)
			rb := (a & 0xff00ff) + (b & 0xff00ff) + (d & 0xff00ff) + (e & 0xff00ff)
			g := (a >> 8 & 0xff) + (b >> 8 & 0xff) + (d >> 8 & 0xff) + (e >> 8 & 0xff)
			u[x/2], v[x/2] = chroma(int32(rb>>16), int32(g), int32(rb&0xffff))
		}
	}
}

// same reports whether all pixels have a colour.
func same(row []rgb, c rgb) bool {
	var d rgb
	for _, p := range row {
		d |= p ^ c
	}
	return d == 0
}

// set fills a row, eight bytes at a time where it can.
func set(row []byte, b byte) {
	for ; len(row) >= 8; row = row[8:] {
		binary.NativeEndian.PutUint64(row, uint64(b)*0x0101010101010101)
	}
	for i := range row {
		row[i] = b
	}
}
