package worldmap

import (
	"cmp"
	"image"
	"image/draw"
	"slices"
)

// Rasterize draws the world once for a view.
func (w *World) Rasterize(v *View) *Raster {
	b := rasterBuilder{
		Raster: &Raster{
			Bounds: v.bounds,
			Globe:  image.NewAlpha(v.bounds),
			Areas:  make([]Area, len(w.countries)),
			ids:    make([]int16, v.bounds.Dx()*v.bounds.Dy()),
		},
		owners: make([]uint8, v.bounds.Dx()*v.bounds.Dy()),
	}
	for i := range b.ids {
		b.ids[i] = -1
	}
	b.paths.path = v.sphere()
	globe := b.paths.fill(v.frame, func(yield func(int) bool) { yield(len(b.paths.path)) })
	draw.Draw(b.Globe, globe.Rect, globe, globe.Rect.Min, draw.Src)

	solid := make([][]Run, len(w.countries))
	for i, c := range w.countries {
		b.Areas[i].Dot = v.Dot(c.Label)
		for _, part := range c.Parts {
			solid[i] = b.collect(solid[i], i, b.paths.cover(v, part))
		}
	}
	for i, runs := range solid {
		b.settle(i, runs)
	}
	b.mix()
	return b.Raster
}

// rasterBuilder is a raster in the making.
type rasterBuilder struct {
	*Raster
	paths   coverer
	owners  []uint8 // per pixel: parts that cover any of it, up to 255
	entries []entry
}

// An entry says that a country covers a part of a pixel. Sorted, entries of a pixel and of a country are neighbours.
type entry uint64

func newEntry(pixel, country int, cover uint8) entry {
	return entry(pixel)<<24 | entry(country)<<8 | entry(cover)
}

func (e entry) pixel() int   { return int(e >> 24) }
func (e entry) country() int { return int(e >> 8 & 0xffff) }
func (e entry) cover() int   { return int(e & 0xff) }

func (b *rasterBuilder) index(x, y int) int {
	return (y-b.Bounds.Min.Y)*b.Bounds.Dx() + x - b.Bounds.Min.X
}

// collect takes one part of a country: wholly covered pixels are added to runs, the others are noted as entries.
func (b *rasterBuilder) collect(runs []Run, country int, mask *image.Alpha) []Run {
	box := mask.Rect
	for y := box.Min.Y; y < box.Max.Y; y++ {
		row := mask.Pix[mask.PixOffset(box.Min.X, y):][:box.Dx()]
		first := b.index(box.Min.X, y)
		for i := 0; i < len(row); i++ {
			if row[i] == 0 {
				continue
			}
			start := i
			for ; i < len(row) && row[i] == 255; i++ {
				b.own(first + i)
			}
			if i > start {
				runs = append(runs, Run{Y: int32(y), X0: int32(box.Min.X + start), X1: int32(box.Min.X + i)})
			}
			if i < len(row) && row[i] != 0 {
				b.own(first + i)
				b.entries = append(b.entries, newEntry(first+i, country, row[i]))
			}
		}
	}
	return runs
}

func (b *rasterBuilder) own(pixel int) {
	if b.owners[pixel] < 255 {
		b.owners[pixel]++
	}
}

// settle keeps the runs of a country where nobody else has a part in the pixels, and notes the others as entries.
func (b *rasterBuilder) settle(country int, runs []Run) {
	area := &b.Areas[country]
	for _, r := range runs {
		first := b.index(int(r.X0), int(r.Y))
		owners := b.owners[first:][:r.X1-r.X0]
		for i := 0; i < len(owners); i++ {
			start := i
			for ; i < len(owners) && owners[i] == 1; i++ {
				b.ids[first+i] = int16(country)
			}
			if i > start {
				own := Run{Y: r.Y, X0: r.X0 + int32(start), X1: r.X0 + int32(i)}
				area.Runs = append(area.Runs, own)
				area.Pixels += float64(i - start)
				area.Bounds = area.Bounds.Union(image.Rect(int(own.X0), int(own.Y), int(own.X1), int(own.Y)+1))
			}
			if i < len(owners) {
				b.entries = append(b.entries, newEntry(first+i, country, 255))
			}
		}
	}
}

// mix turns the entries into mixed pixels.
func (b *rasterBuilder) mix() {
	slices.Sort(b.entries)
	shares := make([]Share, 0, len(b.entries)) // backs all pixels' shares, so that a painter walks memory in order
	for from := 0; from < len(b.entries); {
		pixel := b.entries[from].pixel()
		to := from + 1
		for to < len(b.entries) && b.entries[to].pixel() == pixel {
			to++
		}
		start := len(shares)
		var rest uint8
		shares, rest = appendShares(shares, b.entries[from:to])
		m := Mixed{
			X:      int32(b.Bounds.Min.X + pixel%b.Bounds.Dx()),
			Y:      int32(b.Bounds.Min.Y + pixel/b.Bounds.Dx()),
			Rest:   rest,
			Shares: shares[start:len(shares):len(shares)],
		}
		for _, s := range m.Shares {
			area := &b.Areas[s.Country]
			area.Mixed = append(area.Mixed, int32(len(b.Mixed)))
			area.Pixels += float64(s.Weight) / 255
			area.Bounds = area.Bounds.Union(image.Rect(int(m.X), int(m.Y), int(m.X)+1, int(m.Y)+1))
		}
		if m.Shares[0].Weight >= rest {
			b.ids[pixel] = int16(m.Shares[0].Country)
		}
		b.Mixed = append(b.Mixed, m)
		from = to
	}
}

// appendShares makes the shares of one pixel from its entries, largest first, and returns what is left for the background.
func appendShares(shares []Share, entries []entry) (all []Share, rest uint8) {
	// Neighbours' edges are the same edge, but each country's coverage is rounded by itself: this much is no water.
	const full = 250

	total := 0
	for _, e := range entries {
		total += e.cover()
	}
	want := total
	if total >= full {
		want = 255
	}
	start, given := len(shares), 0
	for i := 0; i < len(entries); {
		country, cover := entries[i].country(), 0
		for ; i < len(entries) && entries[i].country() == country; i++ {
			cover += entries[i].cover()
		}
		if weight := cover * want / total; weight > 0 {
			shares = append(shares, Share{Country: uint16(country), Weight: uint8(weight)})
			given += weight
		}
	}
	own := shares[start:]
	slices.SortStableFunc(own, func(a, b Share) int { return cmp.Compare(b.Weight, a.Weight) })
	own[0].Weight += uint8(want - given) // what rounding down left over
	return shares, uint8(255 - want)
}
