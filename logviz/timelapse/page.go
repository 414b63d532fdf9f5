package timelapse

import (
	"image"
	"strings"
	"time"

	"golang.org/x/image/font/sfnt"
)

// page is a canvas with everything that stands on it. Showing a tally redraws what differs from what it shows.
type page struct {
	film    *Film
	canvas  *canvas
	palette palette
	layout  layout

	caption, body, strong *face             // sizes of type that several parts share
	boxes                 []image.Rectangle // of all texts; no two may overlap

	chart              *chart
	course             *course
	clock, zone, date  *text
	failed             *text
	failedCaption      *text
	sources, countries *text
	sourcesCaption     *text
	countriesCaption   *text
	accepted           *text
	unplaced           *text
	topCountries       *list
	topAccounts        *list
}

// newPage draws all that does not change. The summary page shows the whole recording at once.
func (f *Film) newPage(summary bool) (*page, error) {
	p := &page{film: f, palette: f.o.Theme.palette(), layout: newLayout(f.o.Size)}
	p.canvas = newCanvas(f.o.Size, p.palette.paper)
	l, pal := &p.layout, &p.palette

	faces, err := p.newFaces(summary)
	if err != nil {
		return nil, err
	}
	p.caption, p.body, p.strong = faces.caption, faces.body, faces.strong

	// The wide column.
	put := func(fc *face, k script, s span2, baseline int, ink rgb, words string) {
		p.text(fc, k, s, baseline, left, ink).show(p.canvas, words)
	}
	put(faces.title, names, l.wide, l.title, pal.ink, harmless(f.o.Title, mostText, faces.title.has))
	put(faces.subtitle, words, l.wide, l.subtitle, pal.soft, "Attempts to log in that were refused, by country of the source address")
	put(p.caption, names, span2{l.wide.min, l.narrow.max}, l.note, pal.soft, f.note(p.caption))

	glow, head := f.pace.glow, "Failed attempts in about "+period(f.o.Window)
	if summary {
		glow, head = float64(f.pace.country), "Failed attempts in "+period(f.end().Sub(f.rec.Start))
	}
	scale := newScale(glow, p.palette)
	p.chart = newChart(p.canvas, f.world, l.world, l.unit, scale, p.palette)
	half := (l.wide.min + l.wide.max) / 2
	put(p.caption, words, span2{l.wide.min, half}, l.legendHead, pal.soft, head)
	p.drawLegend(scale)
	p.unplaced = p.text(p.caption, words, span2{half, l.wide.max}, l.legendHead, right, pal.soft)
	p.course = p.newCourse()
	p.courseHead(summary)

	// The narrow column.
	p.newClock(faces, summary)
	p.canvas.fill(image.Rect(l.narrow.min, l.rule, l.narrow.max, l.rule+max(1, int(l.unit))), pal.rule)
	p.failed = p.text(faces.big, figures, l.narrow, l.failed, left, pal.ink)
	p.failedCaption = p.text(p.body, words, l.narrow, l.failedCaption, left, pal.soft)
	middle := (l.narrow.min + l.narrow.max) / 2
	first, second := span2{l.narrow.min, middle - int(8*l.em)}, span2{middle, l.narrow.max}
	p.sources = p.text(faces.medium, figures, first, l.details, left, pal.ink)
	p.sourcesCaption = p.text(p.body, words, first, l.detailsCaption, left, pal.soft)
	p.countries = p.text(faces.medium, figures, second, l.details, left, pal.ink)
	p.countriesCaption = p.text(p.body, words, second, l.detailsCaption, left, pal.soft)
	p.accepted = p.text(p.body, words, l.narrow, l.acceptedText, left, pal.soft)
	p.accepted.box = l.accepted
	p.boxes[len(p.boxes)-1] = l.accepted
	put(p.strong, words, l.narrow, l.countriesHead, pal.ink, "Countries")
	put(p.strong, words, l.narrow, l.accountsHd, pal.ink, "Accounts tried")
	p.topCountries = p.newList(l.countriesTop, l.countries, f.pace.country, f.o.CountryName)
	p.topAccounts = p.newList(l.accountsTop, l.accounts, f.pace.account, func(s string) string { return s })
	return p, nil
}

// mostText is how many characters of a text from outside are looked at; no line on any page has room for so many.
const mostText = 300

// faces are the sizes of type on a page.
type faces struct {
	title, subtitle, caption, body, strong, clock, big, medium *face
}

func (p *page) newFaces(summary bool) (faces, error) {
	var fs faces
	clock := 60.0
	if summary { // it stands for words there
		clock = 42
	}
	for _, f := range []struct {
		to   **face
		font *sfnt.Font
		size float64
	}{
		{&fs.title, p.film.fonts.bold, 27},
		{&fs.subtitle, p.film.fonts.regular, 14},
		{&fs.caption, p.film.fonts.regular, 12},
		{&fs.body, p.film.fonts.regular, 13.5},
		{&fs.strong, p.film.fonts.bold, 13.5},
		{&fs.clock, p.film.fonts.bold, clock},
		{&fs.big, p.film.fonts.bold, 38},
		{&fs.medium, p.film.fonts.bold, 21},
	} {
		var err error
		if *f.to, err = newFace(f.font, f.size*p.layout.em); err != nil {
			return fs, err
		}
	}
	return fs, nil
}

// text returns an empty box between two places on a baseline.
func (p *page) text(f *face, k script, s span2, baseline int, a align, ink rgb) *text {
	up, down := k.reach(f.size)
	box := image.Rect(s.min, baseline-up, s.max, baseline+down)
	p.boxes = append(p.boxes, box)
	return &text{box: box, baseline: baseline, face: f, align: a, ink: ink, paper: p.palette.paper}
}

// note is the line at the foot: what the places mean, then where they come from.
func (f *Film) note(fc *face) string {
	const meaning = "Source-IP location, not attribution."
	if f.o.Note == "" {
		return meaning
	}
	return meaning + " " + harmless(f.o.Note, mostText, fc.has)
}

// clockFormat is how the big clock is written; U+2236 is a colon at the height of digits.
func (f *Film) clockFormat() string {
	if f.rec.Step%time.Minute != 0 {
		return "15∶04∶05"
	}
	return "15∶04"
}

// newClock makes the boxes for the clock, wide enough for any time, for the zone beside it and for the date below.
func (p *page) newClock(fs faces, summary bool) {
	l, f := &p.layout, p.film
	kind, widest := figures, f.rec.Start.Format(f.clockFormat())
	if summary {
		kind, widest = words, period(f.end().Sub(f.rec.Start))
	}
	room := l.narrow.max - l.narrow.min - int(52*l.em)
	if f.clockFormat() != "15∶04" && !summary {
		fs.clock = fs.big
	}
	split := l.narrow.min + min(fs.clock.width(widest).Ceil(), room)
	p.clock = p.text(fs.clock, kind, span2{l.narrow.min, split}, l.clock, left, p.palette.ink)
	p.zone = p.text(fs.subtitle, words, span2{split + int(9*l.em), l.narrow.max}, l.clock, left, p.palette.soft)
	p.date = p.text(fs.subtitle, words, l.narrow, l.date, left, p.palette.soft)
}

// showFrame shows what had happened at the end of bucket i.
func (p *page) showFrame(t *tally, i int) {
	at := p.film.time(i)
	p.showClock(at.Format(p.film.clockFormat()), at.Format("MST"), at.Format("Monday, 2 January 2006"))
	p.chart.show(p.canvas, t.glow)
	p.course.show(i + 1)
	p.showCounts(t, " so far")
}

// showSummary shows the whole recording.
func (p *page) showSummary(t *tally) {
	start, end := p.film.rec.Start, p.film.end()
	dates := start.Format("Monday, 2 January 2006")
	if last := end.Add(-1); last.YearDay() != start.YearDay() || last.Year() != start.Year() {
		dates = start.Format("2 Jan 2006 15:04") + " to " + end.Format("2 Jan 2006 15:04")
	}
	p.showClock(period(end.Sub(start)), start.Format("MST"), dates)
	totals := make([]float64, len(t.totals))
	for i, n := range t.totals {
		totals[i] = float64(n)
	}
	p.chart.show(p.canvas, totals)
	p.course.show(p.film.Len())
	p.markPeak()
	p.showCounts(t, "")
}

func (p *page) showClock(clock, zone, date string) {
	p.clock.show(p.canvas, clock)
	p.zone.show(p.canvas, zone)
	p.date.show(p.canvas, date)
}

// showCounts shows the numbers and the lists; when is put behind the first caption.
func (p *page) showCounts(t *tally, when string) {
	c := p.canvas
	p.failed.number(c, t.failed)
	p.failedCaption.show(c, plural(t.failed, "failed attempt", "failed attempts")+when)
	p.sources.number(c, t.sources)
	p.sourcesCaption.show(c, plural(t.sources, "address", "addresses"))
	n := int64(len(t.countries.totals))
	p.countries.number(c, n)
	p.countriesCaption.show(c, plural(n, "country", "countries"))
	p.showAccepted(t)
	p.unplaced.show(c, unplacedText(t.unplaced))
	p.topCountries.show(c, t.countries.top)
	p.topAccounts.show(c, t.accounts.top)
}

// showAccepted is quiet as long as nobody got in.
func (p *page) showAccepted(t *tally) {
	a, n := p.accepted, t.accepted
	words := figure(n) + " " + plural(n, "accepted login", "accepted logins")
	a.face, a.ink, a.paper, a.pad = p.body, p.palette.soft, p.palette.paper, 0
	if n > 0 {
		a.face, a.ink, a.paper, a.pad = p.strong, p.palette.alarmText, p.palette.alarm, int(10*p.layout.em)
		if last := words + ", last at " + p.film.time(t.lastAccepted).Format("15:04"); a.fits(last) {
			words = last
		}
	}
	a.show(p.canvas, words)
}

func unplacedText(n int64) string {
	return strings.Join([]string{figure(n), plural(n, "attempt", "attempts"), "without a place on the map"}, " ")
}
