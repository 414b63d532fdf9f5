package timelapse

import (
	"fmt"
	"image"

	"golang.org/x/image/font"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
)

// subpixels is at how many places within a pixel a glyph can begin: enough that letters stand evenly at small sizes.
const subpixels = 4

// face is a font at one size that remembers the glyphs it has drawn. It is not safe for concurrent use.
type face struct {
	font   *sfnt.Font
	face   font.Face
	buf    sfnt.Buffer
	size   float64       // in pixels
	tight  fixed.Int26_6 // taken off between letters: large type would stand too wide apart
	glyphs map[glyphKey]*glyph
}

type glyphKey struct {
	r   rune
	sub uint8
}

// glyph is the coverage of one character, to be laid with its corner at the origin's pixel plus at.
type glyph struct {
	at      image.Point
	w, h    int
	cover   []uint8
	advance fixed.Int26_6
}

// newFace returns the font at a size in pixels.
func newFace(f *sfnt.Font, size float64) (*face, error) {
	ff, err := opentype.NewFace(f, &opentype.FaceOptions{Size: size, DPI: 72, Hinting: font.HintingNone})
	if err != nil {
		return nil, fmt.Errorf("scale embedded font: %w", err)
	}
	out := &face{font: f, face: ff, size: size, glyphs: map[glyphKey]*glyph{}}
	if size > 20 {
		out.tight = fixed.Int26_6(size * 0.02 * 64)
	}
	return out, nil
}

// has reports whether the font can show r.
func (f *face) has(r rune) bool {
	i, err := f.font.GlyphIndex(&f.buf, r)
	return err == nil && i != 0
}

func (f *face) glyph(r rune, sub uint8) *glyph {
	key := glyphKey{r, sub}
	if g := f.glyphs[key]; g != nil {
		return g
	}
	dot := fixed.Point26_6{X: fixed.Int26_6(sub) * 64 / subpixels}
	box, mask, maskAt, advance, _ := f.face.Glyph(dot, r)
	g := &glyph{at: box.Min, w: box.Dx(), h: box.Dy(), advance: advance - f.tight, cover: make([]uint8, box.Dx()*box.Dy())}
	if alpha, ok := mask.(*image.Alpha); ok {
		for y := range g.h {
			copy(g.cover[y*g.w:][:g.w], alpha.Pix[alpha.PixOffset(maskAt.X, maskAt.Y+y):])
		}
	}
	f.glyphs[key] = g
	return g
}

// width returns how far a line of text reaches.
func (f *face) width(s string) fixed.Int26_6 {
	var x fixed.Int26_6
	for _, r := range s {
		x += f.glyph(r, 0).advance
	}
	return x
}

// cut shortens a line so that it fits into a number of pixels, with an ellipsis where something was taken off.
func (f *face) cut(s string, pixels int) string {
	room := fixed.I(pixels)
	if f.width(s) <= room {
		return s
	}
	room -= f.glyph('…', 0).advance
	var x fixed.Int26_6
	for i, r := range s {
		x += f.glyph(r, 0).advance
		if x > room {
			return s[:i] + "…"
		}
	}
	return s
}

// draw writes a line of text onto the canvas from x, on a baseline; what would stand outside clip is left off.
func (f *face) draw(c *canvas, clip image.Rectangle, x fixed.Int26_6, baseline int, s string, ink rgb) {
	for _, r := range s {
		x += 64 / subpixels / 2 // to the nearest of the places
		g := f.glyph(r, uint8(x&63)/(64/subpixels))
		c.stamp(g, clip, x.Floor(), baseline, ink)
		x += g.advance - 64/subpixels/2
	}
}

// stamp lays a glyph onto the canvas.
func (c *canvas) stamp(g *glyph, clip image.Rectangle, x, y int, ink rgb) {
	box := image.Rect(0, 0, g.w, g.h).Add(g.at).Add(image.Pt(x, y))
	in := box.Intersect(clip).Intersect(c.Bounds())
	for py := in.Min.Y; py < in.Max.Y; py++ {
		cover := g.cover[(py-box.Min.Y)*g.w+in.Min.X-box.Min.X:][:in.Dx()]
		row := c.pix[py*c.w+in.Min.X:][:in.Dx()]
		for i, a := range cover {
			if a != 0 {
				row[i] = mix(row[i], ink, weight(a))
			}
		}
	}
	c.touch(in)
}
