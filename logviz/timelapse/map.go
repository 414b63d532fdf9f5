package timelapse

import (
	"image"

	"ops/logviz/worldmap"
)

// chart is the map on a canvas: which pixels belong to which place (a country, or a mark for those out of sight), and what
// each shows now. A pixel's colour
// is a function of the countries' levels alone, so it does not matter in which order, or how often, it was painted.
type chart struct {
	scale    *scale
	palette  palette
	areas    []area // per place
	pixels   []pixel
	overlays []overlay
	shares   []share    // of all pixels
	dots     []dotShare // of all pixels
	levels   []uint16   // per place
	colours  []rgb      // per place
	frame    uint32     // counts calls of show

	arcs      []arc
	arcShares []arcShare // of all pixels
	cells     []arcCell  // scratch for show: what arcs change

	stale []int // scratch for show: countries that change
}

// area is what must be painted when a country changes.
type area struct {
	runs  []run
	mixed []int32 // indices of chart.pixels
	tiles []tileRows
}

// tileRows is pairs of rows in a tile, as canvas.dirty has them.
type tileRows struct {
	tile int32
	rows uint8
}

// run is n pixels from an offset on that are the country's alone.
type run struct{ off, n int32 }

// pixel is a place where the country's colour is not all: it is shared, or a border or something else lies over it. Its
// colour is a sum whose weights make 256, so that the sums of red and blue, 16 bits apart, do not run into each other.
type pixel struct {
	off     int32
	frame   uint32 // in which it was painted last
	baseRB  uint32 // what ground and border give: red and blue
	baseG   uint32 // and green
	first   share  // the largest share; of weight 0 over water
	further int32  // where the others begin in chart.shares
	over    int32  // the index of what lies over it in chart.overlays, -1 where nothing does
	more    uint8  // how many others there are
}

// overlay is what lies over a pixel: arcs, dots, the target's mark.
type overlay struct {
	arc, dot   int32 // where its arcs and dots begin in those of the chart
	arcs, dots uint8 // and how many there are
	top        stamped
}

// share is how much of a pixel a country has, of 256.
type share struct{ country, weight uint16 }

// dotShare is how much of a pixel a dot covers.
type dotShare struct {
	country          uint16
	disc, ring, halo uint8
}

// newChart paints the empty map onto a page and returns it ready to show countries, with a target and arcs if there are any.
func newChart(pg *page, scope *scope, s *scale, target *worldmap.Landmark, arcs []string) *chart {
	c, world, unit, p := pg.canvas, pg.film.world, pg.layout.unit, pg.palette
	view, raster := scope.view, scope.raster
	box := view.Bounds()
	lay := func(cover *image.Alpha, ink rgb) {
		for y := box.Min.Y; y < box.Max.Y; y++ {
			for x := box.Min.X; x < box.Max.X; x++ {
				i := y*c.w + x
				c.pix[i] = mix(c.pix[i], ink, weight(cover.AlphaAt(x, y).A))
			}
		}
	}
	lay(raster.Globe, p.ocean)
	lay(view.Stroke(view.Graticule(scope.graticule()), 0.75*unit), p.graticule)
	c.touch(box)

	n := len(scope.places) + len(scope.marks)
	ch := &chart{scale: s, palette: p, areas: make([]area, n), levels: make([]uint16, n)}
	for range ch.areas {
		ch.colours = append(ch.colours, s.colour[0])
	}
	b := chartBuilder{
		chart: ch, canvas: c, scope: scope, at: map[int32]int32{}, arched: map[int32][]arcShare{},
		borders: view.Stroke(world.Borders(), max(0.6*unit, 0.5)),
	}
	if target != nil {
		b.top = pg.stampTarget(view, target)
		b.buildArcs(world, arcs, target.Place, unit)
	}
	b.build(unit)
	for i := range ch.areas {
		ch.paint(c, i)
	}
	for i := range ch.pixels { // the target's mark, where it lies over water
		c.pix[ch.pixels[i].off] = ch.blend(&ch.pixels[i])
	}
	return ch
}

// show gives every place the colour of its intensity, and lets comets fly as they do at a bucket.
func (ch *chart) show(c *canvas, values []float64, fs *flights, bucket int) {
	ch.frame++
	ch.fly(fs, bucket)
	ch.stale = ch.stale[:0]
	for i, v := range values {
		if level := uint16(ch.scale.level(v)); level != ch.levels[i] {
			ch.levels[i], ch.colours[i] = level, ch.scale.colour[level]
			ch.stale = append(ch.stale, i)
		}
	}
	for _, i := range ch.stale {
		ch.paint(c, i)
	}
	for _, cell := range ch.cells {
		if px := &ch.pixels[cell.pixel]; px.frame != ch.frame {
			px.frame = ch.frame
			c.pix[px.off] = ch.blend(px)
			c.dirty[cell.tile] |= cell.rows
		}
	}
}

// paint redraws one country and what lies over it.
func (ch *chart) paint(c *canvas, country int) {
	a := &ch.areas[country]
	ink := ch.colours[country]
	for _, r := range a.runs {
		row := c.pix[r.off:][:r.n]
		for i := range row {
			row[i] = ink
		}
	}
	for _, i := range a.mixed {
		if px := &ch.pixels[i]; px.frame != ch.frame { // a neighbour may have been faster
			px.frame = ch.frame
			c.pix[px.off] = ch.blend(px)
		}
	}
	for _, t := range a.tiles {
		c.dirty[t.tile] |= t.rows
	}
}

// blend computes the colour of a pixel from all that has a part in it.
func (ch *chart) blend(px *pixel) rgb {
	c, w := uint32(ch.colours[px.first.country]), uint32(px.first.weight)
	rb, g := px.baseRB+c&0xff00ff*w, px.baseG+c>>8&0xff*w
	if px.more != 0 {
		for _, s := range ch.shares[px.further:][:px.more] {
			c, w := uint32(ch.colours[s.country]), uint32(s.weight)
			rb, g = rb+c&0xff00ff*w, g+c>>8&0xff*w
		}
	}
	colour := rgb(rb>>8&0xff00ff | g&0xff00)
	if px.over >= 0 {
		return ch.lay(colour, &ch.overlays[px.over])
	}
	return colour
}

// lay lays what is over a pixel onto its colour.
func (ch *chart) lay(colour rgb, o *overlay) rgb {
	for _, s := range ch.shared(o) {
		if bright := ch.arcs[s.arc].bright[s.step]; bright != 0 {
			colour = mix(colour, ch.palette.ink, weight(s.cover)*weight(bright)>>8)
		}
	}
	for _, d := range ch.dots[o.dot:][:o.dots] {
		level := ch.levels[d.country]
		seen := weight(ch.scale.alpha[level])
		switch {
		case seen == 0:
			continue
		case seen == 256 && d.disc == 255: // what most pixels of a dot are
			colour = ch.scale.colour[level]
			continue
		}
		colour = mix(colour, ch.palette.paper, weight(d.halo)*seen>>8)
		colour = mix(colour, ch.palette.ring, weight(d.ring)*seen>>8)
		colour = mix(colour, ch.scale.colour[level], weight(d.disc)*seen>>8)
	}
	if o.top != (stamped{}) {
		colour = mix(colour, ch.palette.paper, weight(o.top.halo))
		colour = mix(colour, ch.palette.ink, weight(o.top.ink))
	}
	return colour
}
