package chart

import (
	"bytes"
	"fmt"
	"image"
	"image/draw"
	"image/png"
	"math"

	"golang.org/x/image/font"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"
	"golang.org/x/image/vector"

	"ops/logviz/typeface"
)

// density is how many dots of a PNG make a pixel of the layout, for screens that have more than paper once had.
const density = 2

// PNG returns the picture in the colours of a theme, with letters from the fonts that are built in.
func (c *Chart) PNG(t Theme) ([]byte, error) {
	fonts, err := typeface.Load()
	if err != nil {
		return nil, err
	}
	canvas := image.NewRGBA(image.Rect(0, 0, int(math.Ceil(c.width*density)), int(math.Ceil(c.height*density))))
	draw.Draw(canvas, canvas.Bounds(), image.NewUniform(paper.colour(t)), image.Point{}, draw.Src)
	for _, a := range c.areas {
		a.paint(canvas, t)
	}
	faces := make(map[kind]font.Face)
	for _, l := range c.labels {
		k := kind{l.size, l.bold}
		if faces[k] == nil {
			outlines := fonts.Regular
			if l.bold {
				outlines = fonts.Bold
			}
			options := &opentype.FaceOptions{Size: l.size * density, DPI: 72, Hinting: font.HintingNone}
			if faces[k], err = opentype.NewFace(outlines, options); err != nil {
				return nil, fmt.Errorf("scale embedded font: %w", err)
			}
		}
		l.paint(canvas, faces[k], t)
	}
	var b bytes.Buffer
	err = png.Encode(&b, canvas)
	return b.Bytes(), err
}

// kind is what tells the faces of a picture apart.
type kind struct {
	size float64
	bold bool
}

// paint fills the area. Only its own box is rasterised, since most areas are small.
func (a area) paint(canvas *image.RGBA, t Theme) {
	low, high := a.corners[0], a.corners[0]
	for _, p := range a.corners {
		low = point{min(low.x, p.x), min(low.y, p.y)}
		high = point{max(high.x, p.x), max(high.y, p.y)}
	}
	box := image.Rect(int(low.x*density), int(low.y*density), int(high.x*density)+1, int(high.y*density)+1)
	fill := vector.NewRasterizer(box.Dx(), box.Dy())
	for i, p := range a.corners {
		x, y := float32(p.x*density-float64(box.Min.X)), float32(p.y*density-float64(box.Min.Y))
		if i == 0 {
			fill.MoveTo(x, y)
		} else {
			fill.LineTo(x, y)
		}
	}
	fill.ClosePath()
	fill.Draw(canvas, box, image.NewUniform(a.fill.colour(t)), image.Point{})
}

// paint writes the line. Letters that the font lacks become its box.
func (l label) paint(canvas *image.RGBA, face font.Face, t Theme) {
	d := font.Drawer{Dst: canvas, Src: image.NewUniform(l.fill.colour(t)), Face: face}
	d.Dot = fixed.Point26_6{X: fixed.Int26_6(l.at.x * density * 64), Y: fixed.Int26_6(l.at.y * density * 64)}
	switch l.align {
	case middle:
		d.Dot.X -= d.MeasureString(l.text) / 2
	case right:
		d.Dot.X -= d.MeasureString(l.text)
	}
	d.DrawString(l.text)
}
