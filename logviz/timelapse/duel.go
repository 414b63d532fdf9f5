package timelapse

import "image"

// duel is a list that compares: the name in the middle, to its left the count and the bar of the first side, to its right
// those of the second, and the difference at the end. Its rows stay where they are, and bars only grow.
type duel struct {
	rows    []duelRow
	names   []string // behind the first row, which is the total
	palette palette
	largest [2]int64 // of the first row and of the others
	total   rgb      // ink of the bars of the first row
}

type duelRow struct {
	counts     [2]*text
	difference *text
	bars       [2]image.Rectangle
	shown      [2]int64
	filled     bool
}

// newDuel writes the heads and names of a list.
func (w *versusPage) newDuel(in span, head, first string, rows []string, label func(string) string, v *Versus) *duel {
	p, l := w.page, &w.at
	em := func(x float64) int { return int(x*l.em + 0.5) }
	d := &duel{names: rows, palette: p.palette, largest: [2]int64{1, 1}, total: p.palette.bar}
	a, b := v.sides[0].whole, v.sides[1].whole
	rankings := [2][2]*ranking{{&a.countries, &b.countries}, {&a.accounts, &b.accounts}}
	which := 0
	d.largest[0] = max(a.failed, b.failed, 1)
	if first == v.sides[0].o.Language.telling().acceptedLogins {
		which, d.total = 1, p.palette.alarm
		d.largest[0] = max(a.accepted, b.accepted, 1)
	}
	for _, name := range rows {
		d.largest[1] = max(d.largest[1], rankings[which][0].totals[name], rankings[which][1].totals[name])
	}

	count, gap, difference := em(62), em(8), em(78)
	name := span{in.min + (in.max-in.min-difference)/2 - em(76), in.min + (in.max-in.min-difference)/2 + em(76)}
	p.text(p.strong, words, name, l.list, middle, p.palette.ink).show(p.canvas, head)
	p.text(p.caption, names, span{in.min, name.min - gap}, l.list, left, p.palette.soft).show(p.canvas, harmless(v.names[0], mostText, p.caption.has))
	p.text(p.caption, names, span{name.max + gap, in.max - difference - gap}, l.list, right, p.palette.soft).show(p.canvas, harmless(v.names[1], mostText, p.caption.has))
	p.text(p.caption, words, span{in.max - difference, in.max}, l.list, right, p.palette.soft).show(p.canvas, v.sides[0].o.Language.telling().difference)
	for i := range len(rows) + 1 {
		y := l.top + i*l.row
		line, face, ink := y+em(15), p.body, p.palette.ink
		said := first
		if i > 0 {
			said = harmless(label(rows[i-1]), mostText, p.body.has)
		} else {
			face = p.strong
		}
		p.text(face, names, name, line, middle, ink).show(p.canvas, said)
		r := duelRow{difference: p.text(p.body, figures, span{in.max - difference, in.max}, line, right, p.palette.soft)}
		r.counts[0] = p.text(p.body, figures, span{in.min, in.min + count}, line, left, ink)
		r.counts[1] = p.text(p.body, figures, span{in.max - difference - gap - count, in.max - difference - gap}, line, right, ink)
		r.bars[0] = image.Rect(in.min+count+2*gap, y+em(6), name.min-gap, y+em(15))
		r.bars[1] = image.Rect(name.max+gap, y+em(6), in.max-difference-2*gap-count, y+em(15))
		d.rows = append(d.rows, r)
	}
	return d
}

// show makes the rows show the counts of a moment.
func (d *duel) show(c *canvas, totals [2]int64, by [2]*ranking) {
	for i := range d.rows {
		r := &d.rows[i]
		n, largest, ink := totals, d.largest[0], d.total
		if i > 0 {
			n = [2]int64{by[0].totals[d.names[i-1]], by[1].totals[d.names[i-1]]}
			largest, ink = d.largest[1], d.palette.bar
		}
		if r.filled && r.shown == n {
			continue
		}
		r.shown, r.filled = n, true
		for s := range n {
			r.counts[s].number(c, n[s])
		}
		r.difference.signed(c, n[1]-n[0])
		c.bar(r.bars[1], float64(r.bars[1].Dx())*float64(n[1])/float64(largest), ink, d.palette.rule)
		c.barLeft(r.bars[0], float64(r.bars[0].Dx())*float64(n[0])/float64(largest), ink, d.palette.rule)
	}
}

// barLeft is like bar, but grows from the right.
func (c *canvas) barLeft(r image.Rectangle, width float64, ink, paper rgb) {
	whole := int(width)
	c.fill(r, paper)
	c.fill(image.Rect(r.Max.X-whole, r.Min.Y, r.Max.X, r.Max.Y), ink)
	edge := mix(paper, ink, uint32((width-float64(whole))*256))
	c.fill(image.Rect(r.Max.X-whole-1, r.Min.Y, r.Max.X-whole, r.Max.Y).Intersect(r), edge)
}

// signed makes the box show a difference: "+1,204", "−12".
func (t *text) signed(c *canvas, n int64) {
	sign := ""
	switch {
	case n > 0:
		sign = "+"
	case n < 0:
		sign, n = "−", -n
	}
	s := sign + t.say.figure(n)
	if !t.fits(s) {
		s = sign + t.say.shortFigure(n)
	}
	t.show(c, s)
}
