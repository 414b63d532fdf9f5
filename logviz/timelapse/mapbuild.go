package timelapse

import (
	"image"
	"math"
	"slices"

	"ops/logviz/worldmap"
)

// chartBuilder turns a raster into a chart. It is thrown away with the raster.
type chartBuilder struct {
	*chart
	canvas  *canvas
	scope   *scope
	borders *image.Alpha
	at      map[int32]int32 // the index of the pixel at an offset, where there is one
	over    map[int32][]dotShare
	arched  map[int32][]arcShare
	top     map[int32]stamped
}

// Countries below this area, in pixels of a page 720 high, get a dot.
const smallArea = 60

func (b *chartBuilder) build(unit float64) {
	dotted := b.placeDots(unit)
	for _, m := range b.scope.raster.Mixed {
		b.pixel(m.X, m.Y, m.Rest, m.Shares)
	}
	for i := range b.scope.raster.Areas {
		src, dst := &b.scope.raster.Areas[i], &b.areas[i]
		for _, r := range src.Runs {
			b.splitRun(dst, uint16(i), r)
		}
		for _, m := range src.Mixed {
			dst.mixed = append(dst.mixed, b.at[b.offset(b.scope.raster.Mixed[m].X, b.scope.raster.Mixed[m].Y)])
		}
	}
	// What is left lies over water.
	for off := range b.over {
		b.water(off)
	}
	for off := range b.arched {
		b.water(off)
	}
	for off := range b.top {
		b.water(off)
	}
	b.finishArcs()
	for country, offs := range dotted {
		dst := &b.areas[country]
		for _, off := range offs {
			dst.mixed = append(dst.mixed, b.at[off])
		}
	}
	for i := range b.areas {
		b.finish(&b.areas[i])
	}
}

func (b *chartBuilder) offset(x, y int32) int32 { return y*int32(b.canvas.w) + x }

// placeDots computes the pixels of all dots and returns them by country.
func (b *chartBuilder) placeDots(unit float64) map[int][]int32 {
	radius, line := max(4*unit, 2.4), max(unit, 0.7)
	b.over = map[int32][]dotShare{}
	dotted := map[int][]int32{}
	for i, a := range b.scope.raster.Areas {
		if a.Pixels >= smallArea*unit*unit || b.scope.places[i] != i {
			continue
		}
		dotted[i] = b.placeDot(i, a.Dot, radius+2*line, func(x, y, larger float64) uint8 {
			return discCoverage(x, y, radius+larger)
		}, line)
	}
	for d, m := range b.scope.marks {
		i := len(b.scope.places) + d
		dotted[i] = b.placeDot(i, m.at, 2*radius+2*line, func(x, y, larger float64) uint8 {
			return m.coverage(x, y, 1.5*radius, larger)
		}, line)
	}
	return dotted
}

// placeDot computes the pixels of a dot from its coverage, of itself, and larger by a line and by two; nothing of it is
// farther than reach from its place.
func (b *chartBuilder) placeDot(country int, at worldmap.Pixel, reach float64, coverage func(x, y, larger float64) uint8, line float64) []int32 {
	var offs []int32
	n := int(math.Ceil(reach)) + 1
	for y := int(at.Y) - n; y <= int(at.Y)+n; y++ {
		for x := int(at.X) - n; x <= int(at.X)+n; x++ {
			if !(image.Point{X: x, Y: y}).In(b.canvas.Bounds()) {
				continue
			}
			dx, dy := float64(x)-at.X, float64(y)-at.Y
			d := dotShare{country: uint16(country), disc: coverage(dx, dy, 0), ring: coverage(dx, dy, line), halo: coverage(dx, dy, 2*line)}
			if d.halo == 0 {
				continue
			}
			off := b.offset(int32(x), int32(y))
			b.over[off] = append(b.over[off], d)
			offs = append(offs, off)
		}
	}
	return offs
}

// discCoverage is how much of the pixel whose corner lies at (x, y) from the centre a disc covers, 0…255. It takes the
// edge for straight within a pixel.
func discCoverage(x, y, radius float64) uint8 {
	inside := radius - math.Hypot(x+0.5, y+0.5) + 0.5
	return uint8(min(max(inside, 0), 1)*255 + 0.5)
}

// splitRun takes the pixels out of a run that a border or a dot lies over.
func (b *chartBuilder) splitRun(dst *area, country uint16, r worldmap.Run) {
	from := r.X0
	for x := r.X0; x <= r.X1; x++ {
		if x < r.X1 {
			if !b.covered(b.offset(x, r.Y)) && b.borders.AlphaAt(int(x), int(r.Y)).A == 0 {
				continue
			}
			dst.mixed = append(dst.mixed, b.pixel(x, r.Y, 0, []worldmap.Share{{Country: country, Weight: 255}}))
		}
		if x > from {
			dst.runs = append(dst.runs, run{b.offset(from, r.Y), x - from})
		}
		from = x + 1
	}
}

// covered reports whether something lies over the countries in a pixel.
func (b *chartBuilder) covered(off int32) bool {
	_, dotted := b.over[off]
	_, arched := b.arched[off]
	_, stamped := b.top[off]
	return dotted || arched || stamped
}

// pixel makes the pixel at a place where countries have shares.
func (b *chartBuilder) pixel(x, y int32, rest uint8, shares []worldmap.Share) int32 {
	off := b.offset(x, y)
	b.at[off] = b.add(off, weight(b.borders.AlphaAt(int(x), int(y)).A), rest, shares)
	return b.at[off]
}

// water makes a pixel without a country.
func (b *chartBuilder) water(off int32) { b.at[off] = b.add(off, 0, 255, nil) }

// add makes a pixel that a border covers, of 256, and whose rest, of 255, is no country's.
func (b *chartBuilder) add(off int32, border uint32, rest uint8, shares []worldmap.Share) int32 {
	px := pixel{off: off, frame: math.MaxUint32, further: int32(len(b.shares)), over: b.overlay(off)}
	under := 256 - border // what the border leaves of everything
	ground := weight(rest)
	left := 256 - ground
	ground = ground * under >> 8
	border = 256 - ground
	for i, s := range shares { // largest first; the last gets what rounding left
		w := min(weight(s.Weight), left)
		if i == len(shares)-1 {
			w = left
		}
		left -= w
		w = w * under >> 8
		border -= w
		if i == 0 {
			px.first = share{s.Country, uint16(w)}
			continue
		}
		b.shares = append(b.shares, share{s.Country, uint16(w)})
		px.more++
	}
	if len(shares) == 0 {
		ground, border = 256, 0
	}
	here := b.canvas.pix[off]
	px.baseRB = uint32(here&0xff00ff)*ground + uint32(b.palette.border&0xff00ff)*border
	px.baseG = uint32(here>>8&0xff)*ground + uint32(b.palette.border>>8&0xff)*border
	b.pixels = append(b.pixels, px)
	return int32(len(b.pixels) - 1)
}

// overlay makes what lies over an offset and returns its index, or -1 if nothing does.
func (b *chartBuilder) overlay(off int32) int32 {
	if !b.covered(off) {
		return -1
	}
	o := overlay{
		arc: int32(len(b.arcShares)), arcs: uint8(len(b.arched[off])),
		dot: int32(len(b.dots)), dots: uint8(len(b.over[off])), top: b.top[off],
	}
	b.arcShares = append(b.arcShares, b.arched[off]...)
	b.dots = append(b.dots, b.over[off]...)
	delete(b.over, off)
	delete(b.arched, off)
	delete(b.top, off)
	b.overlays = append(b.overlays, o)
	return int32(len(b.overlays) - 1)
}

// finish brings a country's pixels into the order of the canvas and notes its tiles.
func (b *chartBuilder) finish(a *area) {
	slices.SortFunc(a.mixed, func(i, j int32) int { return int(b.pixels[i].off - b.pixels[j].off) })
	a.mixed = slices.Compact(a.mixed)
	seen := map[int32]uint8{}
	for _, r := range a.runs {
		for t := b.tile(r.off); t <= b.tile(r.off+r.n-1); t++ {
			seen[t] |= b.rows(r.off)
		}
	}
	for _, i := range a.mixed {
		off := b.pixels[i].off
		seen[b.tile(off)] |= b.rows(off)
	}
	for t, rows := range seen {
		a.tiles = append(a.tiles, tileRows{t, rows})
	}
	slices.SortFunc(a.tiles, func(x, y tileRows) int { return int(x.tile - y.tile) })
}

// tile is the number of the tile that an offset lies in.
func (b *chartBuilder) tile(off int32) int32 {
	x, y := off%int32(b.canvas.w), off/int32(b.canvas.w)
	return y/tileSize*int32(b.canvas.tw) + x/tileSize
}

// rows is the bit of canvas.dirty for the row of an offset.
func (b *chartBuilder) rows(off int32) uint8 { return rowPair(int(off) / b.canvas.w) }
