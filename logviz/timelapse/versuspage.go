package timelapse

import (
	"fmt"
	"image"
)

// versusLayout is where things stand on a page with two maps: a head with title, legend and clock, two columns, each with
// a map, numbers and a course, and below them the rows that compare.
type versusLayout struct {
	layout           // of what both share
	sides  [2]layout // of the columns
	clock  span
	heads  int // baseline of the heads of the columns
	list   int // of those of the lists
	top    int // of the rows
	rows   int
}

func newVersusLayout(size image.Point, region bool) versusLayout {
	base := newLayout(size, region)
	v := versusLayout{layout: base}
	px := func(x float64) int { return int(x*base.unit + 0.5) }
	em := func(x float64) int { return int(x*base.em + 0.5) }
	rect := func(s span, top, height int) image.Rectangle { return image.Rect(s.min, top, s.max, top+height) }

	left, right, gap := base.wide.min, base.narrow.max, px(40)
	v.clock = span{right - em(190), right}
	v.legend = rect(span{v.clock.min - em(330), v.clock.min - em(30)}, base.title-em(3), em(9))
	v.legendHead, v.legendTicks = v.legend.Min.Y-em(8), v.legend.Max.Y+em(16)
	v.wide = span{left, v.legend.Min.X - em(40)}

	wide := (right - left - gap) / 2
	v.heads = base.subtitle + em(44)
	// From the foot: rows, course, numbers; the maps get the rest.
	heights := em(20) + em(9) + em(34) + em(17) + em(42) + em(10) + em(28) + em(20) + em(36)
	room := base.note - heights - v.heads - em(10)
	row := em(25)
	v.rows = 4
	if spare := room - v.rows*row - int(float64(wide)/worldAspect); spare > 0 && !region {
		v.rows = min(v.rows+spare/row, 8)
	}
	v.row = row
	v.top = base.note - em(20) - v.rows*row
	v.list = v.top - em(9)
	for i := range v.sides {
		l := &v.sides[i]
		*l = base
		l.wide = span{left + i*(wide+gap), left + i*(wide+gap) + wide}
		l.courseTicks = v.list - em(34)
		l.course = rect(l.wide, l.courseTicks-em(17)-em(42), em(42))
		l.courseHead = l.course.Min.Y - em(10)
		l.detailsCaption = l.courseHead - em(28)
		l.details = l.detailsCaption - em(20)
		box := image.Rect(l.wide.min, v.heads+em(10), l.wide.max, l.details-em(36))
		l.world = box
		if !region {
			l.world = fitWorld(box)
			l.world = l.world.Add(image.Pt((box.Dx()-l.world.Dx())/2, 0))
		}
		l.accepted = image.Rect(l.wide.max-em(212), l.details-em(22), l.wide.max, l.details+em(8))
		l.acceptedText = l.details - em(2)
	}
	return v
}

// versusPage is the canvas with two columns on it.
type versusPage struct {
	*page // the head, and what both columns share
	at    versusLayout
	sides [2]*page
	dates [2]*text
	lists [2]*duel
}

// newPage draws all that does not change.
func (v *Versus) newPage(summary bool) (*versusPage, error) {
	f := v.sides[0]
	at := newVersusLayout(f.o.Size, len(f.o.Focus) > 0)
	p := &page{film: f, palette: f.o.Theme.palette(), layout: at.layout}
	p.canvas = newCanvas(f.o.Size, p.palette.paper)
	fs, err := p.newFaces(true)
	if err != nil {
		return nil, err
	}
	p.caption, p.body, p.strong = fs.caption, fs.body, fs.strong
	w := &versusPage{page: p, at: at}
	pal := &p.palette
	p.put(fs.title, names, at.wide, at.title, pal.ink, harmless(f.o.Title, mostText, fs.title.has))
	p.put(fs.subtitle, words, at.wide, at.subtitle, pal.soft, f.say.subtitle)
	p.put(p.caption, names, span{at.layout.wide.min, at.narrow.max}, at.note, pal.soft, f.note(p.caption))
	p.clock = p.text(fs.clock, figures, at.clock, at.title+int(13*at.em), right, pal.ink)

	scale, head := v.scale(summary)
	p.put(p.caption, words, span{at.legend.Min.X, at.legend.Max.X}, at.legendHead, pal.soft, head)
	p.drawLegend(scale)
	for i := range v.sides {
		w.addSide(v, i, fs, scale, summary)
	}
	tell := f.o.Language.telling()
	middle := at.sides[0].wide
	w.lists[0] = w.newDuel(middle, f.say.topCountries, tell.allAttempts, v.rows[0], f.o.CountryName, v)
	w.lists[1] = w.newDuel(at.sides[1].wide, f.say.topAccounts, tell.acceptedLogins, v.rows[1], f.accountName, v)
	return w, nil
}

// scale is the one of both maps, and what stands above it.
func (v *Versus) scale(summary bool) (*scale, string) {
	a, b := v.sides[0], v.sides[1]
	pal := a.o.Theme.palette()
	if summary {
		return newScale(float64(max(a.pace.place, b.pace.place)), pal), fmt.Sprintf(a.say.whole, a.say.span(a.end().Sub(a.rec.Start)))
	}
	return newScale(max(a.pace.glow, b.pace.glow), pal), a.legendHead()
}

// addSide draws a column. Its parts are those of a page.
func (w *versusPage) addSide(v *Versus, i int, fs faces, s *scale, summary bool) {
	f, l := v.sides[i], w.at.sides[i]
	p := &page{film: f, canvas: w.canvas, palette: w.palette, layout: l}
	p.caption, p.body, p.strong = fs.caption, fs.body, fs.strong
	w.sides[i] = p
	pal, em := &p.palette, func(x float64) int { return int(x*l.em + 0.5) }
	split := l.wide.min + (l.wide.max-l.wide.min)*45/100
	p.put(fs.medium, names, span{l.wide.min, split}, w.at.heads, pal.ink, harmless(v.names[i], mostText, fs.medium.has))
	w.dates[i] = p.text(fs.subtitle, words, span{split + em(10), l.wide.max}, w.at.heads, right, pal.soft)
	arcs := f.arcs
	if summary {
		arcs = nil // nothing moves
	}
	p.chart = newChart(p, f.scope, s, f.o.Target, arcs)

	// One scale for both courses, but to each its own peak in words.
	own := f.pace
	f.pace.bucket = max(v.sides[0].pace.bucket, v.sides[1].pace.bucket)
	p.course = p.newCourse()
	f.pace = own
	apart := l.wide.max - p.caption.width(f.unplacedText(f.whole)).Ceil() - em(4)
	p.layout.wide = span{l.wide.min, apart - em(12)}
	p.courseHead(false)
	p.unplaced = p.text(p.caption, words, span{apart, l.wide.max}, l.courseHead, right, pal.soft)

	cell := func(from, to float64) span { return span{l.wide.min + em(from), l.wide.min + em(to)} }
	p.failed = p.text(fs.big, figures, cell(0, 165), l.details, left, pal.ink)
	p.failedCaption = p.text(p.body, words, cell(0, 165), l.detailsCaption, left, pal.soft)
	p.sources = p.text(fs.medium, figures, cell(178, 262), l.details, left, pal.ink)
	p.sourcesCaption = p.text(p.body, words, cell(178, 262), l.detailsCaption, left, pal.soft)
	p.countries = p.text(fs.medium, figures, cell(274, 350), l.details, left, pal.ink)
	p.countriesCaption = p.text(p.body, words, cell(274, 350), l.detailsCaption, left, pal.soft)
	p.accepted = p.text(p.body, words, span{l.accepted.Min.X, l.accepted.Max.X}, l.acceptedText, left, pal.soft)
	p.accepted.box = l.accepted
	p.topCountries, p.topAccounts = &list{}, &list{}
}

// show shows both sides up to the end of bucket i.
func (w *versusPage) show(v *Versus, t [2]*tally, i int) {
	for s, p := range w.sides {
		p.chart.show(p.canvas, t[s].glow, t[s].flights, i)
		p.course.show(i + 1)
		p.showCounts(t[s], p.film.say.failed)
		at := p.film.time(i)
		date := p.film.say.date(at, p.film.say.longDate)
		if v.elapsed {
			date += at.Format(" 15:04")
		}
		w.dates[s].show(p.canvas, date+at.Format(" MST"))
	}
	clock := v.sides[0].time(i).Format(v.sides[0].clockFormat())
	if v.elapsed {
		clock = v.sides[0].elapsed(i)
	}
	w.clock.show(w.canvas, clock)
	w.compare(t)
}

// compare shows the rows of both lists.
func (w *versusPage) compare(t [2]*tally) {
	w.lists[0].show(w.canvas, [2]int64{t[0].failed, t[1].failed}, [2]*ranking{&t[0].countries, &t[1].countries})
	w.lists[1].show(w.canvas, [2]int64{t[0].accepted, t[1].accepted}, [2]*ranking{&t[0].accounts, &t[1].accounts})
}

// showSummary shows the whole of both recordings.
func (w *versusPage) showSummary(v *Versus) {
	t := [2]*tally{v.sides[0].whole, v.sides[1].whole}
	for s, p := range w.sides {
		totals := make([]float64, len(t[s].totals))
		for i, n := range t[s].totals {
			totals[i] = float64(n)
		}
		p.chart.show(p.canvas, totals, t[s].flights, 0)
		p.course.show(p.film.Len())
		p.showCounts(t[s], p.film.say.failed)
		w.dates[s].show(p.canvas, p.film.dates())
	}
	w.compare(t)
}
