package timelapse

import (
	"image"
	"math"

	"golang.org/x/image/math/fixed"

	"ops/logviz/worldmap"
)

// stamped is what lies over everything else in a pixel: how much a halo in the colour of the paper covers, and how much
// ink, of 255.
type stamped struct{ halo, ink uint8 }

// stampTarget draws the target's mark, a ring with a point, and its name beside it, for [chartBuilder].
func (p *page) stampTarget(view *worldmap.View, t *worldmap.Landmark) map[int32]stamped {
	unit, frame := p.layout.unit, view.Frame()
	radius, line := max(5.5*unit, 3.5), max(1.5*unit, 1)
	x, y := view.XY(t.Place)
	if len(p.film.o.Focus) == 0 { // on a map of the world nothing gets lost
		x = min(max(x, float64(frame.Min.X)+radius), float64(frame.Max.X)-radius)
		y = min(max(y, float64(frame.Min.Y)+radius), float64(frame.Max.Y)-radius)
	}
	if !(image.Point{X: int(x), Y: int(y)}).In(frame) {
		return nil
	}
	ink := image.NewAlpha(frame)
	reach := int(math.Ceil(radius+line)) + 1
	for py := int(y) - reach; py <= int(y)+reach; py++ {
		for px := int(x) - reach; px <= int(x)+reach; px++ {
			if (image.Point{X: px, Y: py}).In(ink.Rect) {
				dx, dy := float64(px)-x, float64(py)-y
				ring := discCoverage(dx, dy, radius) - discCoverage(dx, dy, radius-line)
				ink.Pix[ink.PixOffset(px, py)] = max(ring, discCoverage(dx, dy, 1.5*line))
			}
		}
	}
	p.stampName(ink, t.Name, x, y, radius)
	return withHalo(ink, max(1, int(1.5*unit+0.5)), int32(p.canvas.w))
}

// stampName writes the target's name on the side of its mark that has more room.
func (p *page) stampName(ink *image.Alpha, name string, x, y, radius float64) {
	f, frame := p.strong, ink.Rect
	gap := radius + 4*p.layout.em
	room := int(max(float64(frame.Max.X)-x, x-float64(frame.Min.X)) - gap - 4*p.layout.em)
	if name == "" || room <= 0 {
		return
	}
	name = f.cut(harmless(name, mostText, f.has), min(room, frame.Dx()/3))
	at := fixed.Int26_6((x + gap) * 64)
	if x+gap+float64(f.width(name))/64 > float64(frame.Max.X) {
		at = fixed.Int26_6((x-gap)*64) - f.width(name)
	}
	scratch := newCanvas(image.Pt(p.canvas.w, p.canvas.h), 0)
	f.draw(scratch, frame, at, int(y+0.36*f.size+0.5), name, 0xffffff)
	for py := frame.Min.Y; py < frame.Max.Y; py++ {
		for px := frame.Min.X; px < frame.Max.X; px++ {
			i := ink.PixOffset(px, py)
			ink.Pix[i] = max(ink.Pix[i], uint8(scratch.pix[py*scratch.w+px]))
		}
	}
}

// withHalo returns the inked pixels of a picture with those so near to them that they belong to the halo, by their offset
// on a canvas of a width.
func withHalo(ink *image.Alpha, reach int, width int32) map[int32]stamped {
	all := map[int32]stamped{}
	r := ink.Rect
	for y := r.Min.Y; y < r.Max.Y; y++ {
		for x := r.Min.X; x < r.Max.X; x++ {
			a := ink.AlphaAt(x, y).A
			if a == 0 {
				continue
			}
			for hy := max(y-reach, r.Min.Y); hy <= min(y+reach, r.Max.Y-1); hy++ {
				for hx := max(x-reach, r.Min.X); hx <= min(x+reach, r.Max.X-1); hx++ {
					off := int32(hy)*width + int32(hx)
					s := all[off]
					s.halo, s.ink = max(s.halo, a/4*3), ink.AlphaAt(hx, hy).A
					all[off] = s
				}
			}
		}
	}
	return all
}
