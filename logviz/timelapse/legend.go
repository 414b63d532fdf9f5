package timelapse

import (
	"fmt"
	"image"

	"golang.org/x/image/math/fixed"
)

// legendHead says what the colours of a frame count.
func (f *Film) legendHead() string {
	switch f.o.Mode {
	case Window:
		return f.say.lastOnes(f.span())
	case Cumulative:
		return f.say.soFar
	}
	return fmt.Sprintf(f.say.fading, f.say.span(f.span()))
}

// drawLegend paints the scale as a strip from nothing to its top, with as many round numbers below as have room.
func (p *page) drawLegend(s *scale) {
	c, box := p.canvas, p.layout.legend
	for x := box.Min.X; x < box.Max.X; x++ {
		t := (float64(x-box.Min.X) + 0.5) / float64(box.Dx())
		ink, _ := s.shade(s.at(t), p.palette)
		c.fill(image.Rect(x, box.Min.Y, x+1, box.Max.Y), ink)
	}
	gap := fixed.Int26_6(7 * 64 * p.layout.em)
	type stretch struct{ from, to fixed.Int26_6 }
	var taken []stretch
	for _, v := range s.ticks() {
		label := p.film.say.tick(v)
		x := fixed.Int26_6((float64(box.Min.X) + s.position(v)*float64(box.Dx())) * 64)
		width := p.caption.width(label)
		from := min(max(x-width/2, fixed.I(box.Min.X)), fixed.I(box.Max.X)-width)
		free := true
		for _, t := range taken {
			free = free && (from+width+gap < t.from || t.to+gap < from)
		}
		if !free {
			continue
		}
		taken = append(taken, stretch{from, from + width})
		p.caption.draw(c, c.Bounds(), from, p.layout.legendTicks, label, p.palette.soft)
		if v > 0 && v < s.top {
			c.fill(image.Rect(x.Round(), box.Min.Y, x.Round()+1, box.Max.Y), p.palette.paper)
		}
	}
}

// ticks returns the round numbers of a scale, the most important first: the ends, powers of ten, then fives and twos.
func (s *scale) ticks() []float64 {
	ticks := []float64{0, s.top}
	for _, f := range []float64{1, 5, 2} {
		for unit := 1.0; unit*f < s.top; unit *= 10 {
			ticks = append(ticks, unit*f)
		}
	}
	return ticks
}

// tick writes a round number.
func (p *phrases) tick(v float64) string {
	if v < 1e5 {
		return p.figure(int64(v))
	}
	return p.shortFigure(int64(v))
}
