package timelapse

import "slices"

// transparent is the palette index that leaves a pixel as it is.
const transparent = 255

// gifPalette is a fixed choice of 255 colours for all frames of a film, so that colours never flicker.
type gifPalette struct {
	colours [256]rgb
	n       int
	nearest []uint8 // by the upper 6 bits of red, green and blue
}

// newGIFPalette takes the colours that a page is made of, and the mixtures that its edges are made of.
func newGIFPalette(p *palette, s *scale) *gifPalette {
	g := &gifPalette{}
	for _, c := range []rgb{
		p.paper, p.ink, p.soft, p.rule, p.bar, p.past, p.future, p.alarm, p.alarmText,
		p.ocean, p.graticule, p.land, p.border, p.ring,
	} {
		g.add(c)
	}
	for _, c := range s.colour {
		g.add(c)
	}
	between := func(a, b rgb, n int) {
		for i := 1; i <= n; i++ {
			g.add(mix(a, b, uint32(256*i/(n+1))))
		}
	}
	between(p.paper, p.ink, 10)
	between(p.paper, p.soft, 8)
	between(p.paper, p.alarm, 3)
	between(p.alarm, p.alarmText, 6)
	between(p.paper, p.past, 4)
	between(p.paper, p.future, 3)
	between(p.ocean, p.land, 6)
	between(p.land, p.border, 5)
	between(p.ocean, p.paper, 2)
	for i := range 14 {
		lit := s.colour[fadeLevels+(levels-1-fadeLevels)*i/13]
		between(lit, p.ocean, 3)
		between(lit, p.border, 2)
		between(lit, p.land, 1)
		between(lit, p.ring, 1)
	}
	g.index6()
	return g
}

func (g *gifPalette) add(c rgb) {
	if slices.Contains(g.colours[:g.n], c) {
		return
	}
	if g.n < transparent {
		g.colours[g.n] = c
		g.n++
	}
}

// index returns the palette index for a colour.
func (g *gifPalette) index(c rgb) uint8 { return g.nearest[bin6(c)] }

func bin6(c rgb) int { return int(c>>18&0x3f<<12 | c>>10&0x3f<<6 | c>>2&0x3f) }

// index6 finds the nearest colour for each bin; the palette's own colours keep their own.
func (g *gifPalette) index6() {
	g.nearest = make([]uint8, 1<<18)
	for bin := range g.nearest {
		r, gr, b := bin>>12<<2|2, bin>>6&0x3f<<2|2, bin&0x3f<<2|2
		best := 1 << 30
		for i, c := range g.colours[:g.n] {
			dr, dg, db := r-int(c>>16), gr-int(c>>8&0xff), b-int(c&0xff)
			if d := 3*dr*dr + 6*dg*dg + db*db; d < best {
				best, g.nearest[bin] = d, uint8(i)
			}
		}
	}
	for i := g.n - 1; i >= 0; i-- { // the first colours are the most important
		g.nearest[bin6(g.colours[i])] = uint8(i)
	}
}
