package timelapse

import (
	"image"
	"image/color"
	"math/bits"
)

// rgb is a colour as 0xRRGGBB, in sRGB.
type rgb uint32

// mix returns a with w/256 of b over it; w is 0…256.
func mix(a, b rgb, w uint32) rgb {
	const rb, g = 0xff00ff, 0x00ff00
	return rgb(((uint32(a)&rb*(256-w)+uint32(b)&rb*w)>>8)&rb | ((uint32(a)&g*(256-w)+uint32(b)&g*w)>>8)&g)
}

// weight turns an alpha of 0…255 into the 0…256 of [mix], so that full coverage is full.
func weight(alpha uint8) uint32 { return uint32(alpha) + uint32(alpha)>>7 }

// tileSize is the edge of the squares in which a canvas remembers what was touched. It is a macroblock of H.264.
const tileSize = 16

// canvas is a picture that knows which of its tiles were touched since the last look, and in which pairs of their rows.
type canvas struct {
	w, h  int
	pix   []rgb   // row by row
	tw    int     // tiles per row
	dirty []uint8 // per tile, a bit for each pair of rows, from the top
}

func newCanvas(size image.Point, paper rgb) *canvas {
	c := &canvas{w: size.X, h: size.Y, pix: make([]rgb, size.X*size.Y), tw: (size.X + tileSize - 1) / tileSize}
	c.dirty = make([]uint8, c.tw*((size.Y+tileSize-1)/tileSize))
	c.fill(c.Bounds(), paper)
	return c
}

// rowPair is the bit of [canvas.dirty] for a row.
func rowPair(y int) uint8 { return 1 << (y % tileSize / 2) }

// touch marks r.
func (c *canvas) touch(r image.Rectangle) {
	r = r.Intersect(c.Bounds())
	if r.Empty() {
		return
	}
	for ty := r.Min.Y / tileSize; ty <= (r.Max.Y-1)/tileSize; ty++ {
		first, last := max(r.Min.Y, ty*tileSize), min(r.Max.Y-1, ty*tileSize+tileSize-1)
		rows := rowsOf(image.Rect(0, first, 1, last+1))
		row := c.dirty[ty*c.tw:]
		for tx := r.Min.X / tileSize; tx <= (r.Max.X-1)/tileSize; tx++ {
			row[tx] |= rows
		}
	}
}

// touchAll marks every tile.
func (c *canvas) touchAll() { c.touch(c.Bounds()) }

// eachDirty calls do with the number of every tile touched since the last call and with those of its rows, in pairs, that
// hold everything touched in it; and forgets them.
func (c *canvas) eachDirty(do func(tile int, r image.Rectangle)) {
	for i, rows := range c.dirty {
		if rows == 0 {
			continue
		}
		c.dirty[i] = 0
		do(i, c.part(i, rows))
	}
}

// part returns the pixels of a tile from the first to the last of some pairs of rows.
func (c *canvas) part(tile int, rows uint8) image.Rectangle {
	r := c.tile(tile)
	r.Max.Y = min(r.Max.Y, r.Min.Y+2*bits.Len8(rows))
	r.Min.Y += 2 * bits.TrailingZeros8(rows)
	return r
}

// rowsOf returns the pairs of rows of a tile that a part of it has.
func rowsOf(r image.Rectangle) uint8 { return rowPair(r.Max.Y-1)<<1 - rowPair(r.Min.Y) }

// tile returns the pixels of a tile.
func (c *canvas) tile(i int) image.Rectangle {
	x, y := i%c.tw*tileSize, i/c.tw*tileSize
	return image.Rect(x, y, min(x+tileSize, c.w), min(y+tileSize, c.h))
}

// fill paints r in one colour.
func (c *canvas) fill(r image.Rectangle, ink rgb) {
	r = r.Intersect(c.Bounds())
	if r.Empty() {
		return
	}
	first := c.pix[r.Min.Y*c.w+r.Min.X:][:r.Dx()]
	for i := range first {
		first[i] = ink
	}
	for y := r.Min.Y + 1; y < r.Max.Y; y++ {
		copy(c.pix[y*c.w+r.Min.X:], first)
	}
	c.touch(r)
}

// bar paints r in one colour, with its right end at a fraction of a pixel.
func (c *canvas) bar(r image.Rectangle, width float64, ink, paper rgb) {
	whole := int(width)
	c.fill(r, paper)
	c.fill(image.Rect(r.Min.X, r.Min.Y, r.Min.X+whole, r.Max.Y), ink)
	edge := mix(paper, ink, uint32((width-float64(whole))*256))
	c.fill(image.Rect(r.Min.X+whole, r.Min.Y, r.Min.X+whole+1, r.Max.Y).Intersect(r), edge)
}

// disc paints an anti-aliased circle; place and radius in pixels.
func (c *canvas) disc(x, y, radius float64, ink rgb) {
	box := image.Rect(int(x-radius)-1, int(y-radius)-1, int(x+radius)+2, int(y+radius)+2).Intersect(c.Bounds())
	for py := box.Min.Y; py < box.Max.Y; py++ {
		for px := box.Min.X; px < box.Max.X; px++ {
			i := py*c.w + px
			c.pix[i] = mix(c.pix[i], ink, weight(discCoverage(float64(px)-x, float64(py)-y, radius)))
		}
	}
	c.touch(box)
}

// Bounds, ColorModel and At make a canvas an [image.Image].
func (c *canvas) Bounds() image.Rectangle { return image.Rect(0, 0, c.w, c.h) }

func (c *canvas) ColorModel() color.Model { return color.RGBAModel }

func (c *canvas) At(x, y int) color.Color {
	if !(image.Point{X: x, Y: y}).In(c.Bounds()) {
		return color.RGBA{}
	}
	return c.pix[y*c.w+x].rgba()
}

func (p rgb) rgba() color.RGBA {
	return color.RGBA{R: uint8(p >> 16), G: uint8(p >> 8), B: uint8(p), A: 0xff}
}

// rgba returns a copy that image encoders know how to read fast.
func (c *canvas) rgba() *image.RGBA {
	m := image.NewRGBA(c.Bounds())
	for i, p := range c.pix {
		m.Pix[4*i], m.Pix[4*i+1], m.Pix[4*i+2], m.Pix[4*i+3] = uint8(p>>16), uint8(p>>8), uint8(p), 0xff
	}
	return m
}
