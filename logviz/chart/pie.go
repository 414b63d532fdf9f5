package chart

import "ops/logviz"

// pie draws a ring of slices and beside it the list that names them, and returns where it ends.
func (c *Chart) pie(s *logviz.Statistics, rows []row) float64 {
	const inner, outer = 62, 110
	at := point{margin + outer, headEnd + outer}
	_, counts, shares := columns(s, rows, 0)
	start := margin + 2*outer + 2*margin
	y := at.y - float64(len(rows))*rowHeight/2
	from := 0.0
	for i, r := range rows {
		fill := heat + paint((len(rows)-1-i)*(heatSteps-1)/max(1, len(rows)-1))
		if r.rest {
			fill = rule // the grey of rest is too near to the middle of cividis
		}
		to := from + float64(r.n)/float64(max(1, s.Attempts.Failed))
		c.ring(at, inner, outer, from, to, fill, r.words(s))
		if len(rows) > 1 { // a seam, so that neighbours of like colours stay apart
			c.ring(at, inner, outer, to-0.002, to+0.002, paper, "")
		}
		from = to
		base := y + rowHeight/2 + body*0.36
		c.rect(start, y+(rowHeight-barHeight)/2, barHeight, barHeight, fill, "")
		name := start + barHeight + gap
		room := width - margin - shares - gap - counts - gap - name
		c.text(label{at: point{name, base}, size: body, fill: ink, text: cut(r.name, body, false, room)})
		c.text(label{at: point{width - margin - shares - gap, base}, size: body, bold: true, align: right, fill: ink, text: count(r.n)})
		c.text(label{at: point{width - margin, base}, size: body, align: right, fill: soft, text: r.share(s)})
		y += rowHeight
	}
	c.text(label{at: point{at.x, at.y + 2}, size: big, bold: true, align: middle, fill: ink, text: count(s.Attempts.Failed)})
	c.text(label{at: point{at.x, at.y + 18}, size: small, align: middle, fill: soft, text: "failed attempts"})
	return at.y + outer
}
