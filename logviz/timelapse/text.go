package timelapse

import (
	"image"
	"math"

	"golang.org/x/image/math/fixed"
)

// align is the side of its box that a text holds on to, or its middle.
type align int

const (
	left align = iota
	right
	middle
)

// script is what kind of characters a box must have room for.
type script int

const (
	figures script = iota // digits and commas
	words                 // the film's own, in its language
	names                 // any letters that the font has
)

// reach returns how far glyphs of a size reach above and below the baseline, in pixels.
func (s script) reach(size float64) (up, down int) {
	u, d := 0.95, 0.25
	switch s {
	case figures:
		u, d = 0.76, 0.18
	case words:
		u, d = 0.78, 0.23
	}
	return int(math.Ceil(u * size)), int(math.Ceil(d * size))
}

// text is a box on the page with one line in it. What it shows changes only through show, which redraws the box if the
// line is not the one that stands there.
type text struct {
	say      *phrases
	box      image.Rectangle
	baseline int
	face     *face
	align    align
	ink      rgb
	paper    rgb
	pad      int // between the box and the line, at both ends
	shown    string
}

// show makes the box show s, cut to its width.
func (t *text) show(c *canvas, s string) {
	if s == t.shown {
		return
	}
	t.shown = s
	c.fill(t.box, t.paper)
	s = t.face.cut(s, t.box.Dx()-2*t.pad)
	x := fixed.I(t.box.Min.X + t.pad)
	switch t.align {
	case right:
		x = fixed.I(t.box.Max.X-t.pad) - t.face.width(s)
	case middle:
		x = (fixed.I(t.box.Min.X+t.box.Max.X) - t.face.width(s)) / 2
	case left:
	}
	t.face.draw(c, t.box, x, t.baseline, s, t.ink)
}

// fits reports whether s can be shown uncut.
func (t *text) fits(s string) bool { return t.face.width(s) <= fixed.I(t.box.Dx()-2*t.pad) }

// number makes the box show a count, in full if that fits.
func (t *text) number(c *canvas, n int64) {
	s := t.say.figure(n)
	if !t.fits(s) {
		s = t.say.shortFigure(n)
	}
	t.show(c, s)
}
