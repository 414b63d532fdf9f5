package timelapse

import "image"

// list is a ranking on the page: name, count, and a bar whose full length is the largest count of the whole film, so that
// bars only grow.
type list struct {
	rows    []row
	bars    [2]rgb // of the bar and of its ground
	largest int64
	label   func(name string) string
}

// row is one line of a list.
type row struct {
	name, count *text
	bar         image.Rectangle
	shown       ranked
	filled      bool
}

// newList returns a list of n rows from a height on.
func (p *page) newList(top, n int, largest int64, label func(string) string) *list {
	l := &list{
		rows: make([]row, n), bars: [2]rgb{p.palette.bar, p.palette.rule}, largest: max(largest, 1),
		label: func(name string) string { return harmless(label(name), mostText, p.body.has) },
	}
	in := p.layout.narrow
	em := func(v float64) int { return int(v*p.layout.em + 0.5) }
	split := in.max - p.body.width(p.film.say.figure(largest)).Ceil()
	split = max(split, in.min+(in.max-in.min)/2)
	for i := range l.rows {
		y := top + i*p.layout.row
		l.rows[i] = row{
			name:  p.text(p.body, names, span{in.min, split - em(8)}, y+em(14), left, p.palette.ink),
			count: p.text(p.body, figures, span{split, in.max}, y+em(14), right, p.palette.ink),
			bar:   image.Rect(in.min, y+em(19), in.max, y+em(19)+max(em(2.5), 1)),
		}
	}
	return l
}

// show makes the rows show the first entries.
func (l *list) show(c *canvas, top []ranked) {
	for i := range min(len(l.rows), len(top)) {
		r, e := &l.rows[i], top[i]
		if r.filled && r.shown == e {
			continue
		}
		if !r.filled || r.shown.name != e.name {
			r.name.show(c, l.label(e.name))
		}
		r.count.number(c, e.n)
		c.bar(r.bar, float64(r.bar.Dx())*float64(e.n)/float64(l.largest), l.bars[0], l.bars[1])
		r.shown, r.filled = e, true
	}
	for i := len(top); i < len(l.rows); i++ { // after going back to an earlier frame
		r := &l.rows[i]
		if r.filled {
			r.name.show(c, "")
			r.count.show(c, "")
			c.fill(r.bar, r.name.paper)
			r.filled = false
		}
	}
}
