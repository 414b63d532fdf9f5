package timelapse

import (
	"fmt"
	"image"

	"golang.org/x/image/font/sfnt"

	"ops/logviz"
)

// page is a canvas with everything that stands on it. Showing a tally redraws what differs from what it shows.
type page struct {
	film    *Film
	canvas  *canvas
	palette palette
	layout  layout

	caption, body, strong *face   // sizes of type that several parts share
	texts                 []*text // all; no two of their boxes may overlap

	chart              *chart
	course             *course
	calendar           *calendar // nil without several days
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
	p := &page{film: f, palette: f.o.Theme.palette(), layout: newLayout(f.o.Size, len(f.o.Focus) > 0)}
	p.canvas = newCanvas(f.o.Size, p.palette.paper)
	l, pal := &p.layout, &p.palette

	faces, err := p.newFaces(summary)
	if err != nil {
		return nil, err
	}
	p.caption, p.body, p.strong = faces.caption, faces.body, faces.strong
	p.calendar = p.newCalendar()

	// The wide column.
	put := func(fc *face, k script, s span, baseline int, ink rgb, words string) {
		p.text(fc, k, s, baseline, left, ink).show(p.canvas, words)
	}
	put(faces.title, names, l.wide, l.title, pal.ink, harmless(f.o.Title, mostText, faces.title.has))
	put(faces.subtitle, words, l.wide, l.subtitle, pal.soft, f.say.subtitle)
	put(p.caption, names, span{l.wide.min, l.narrow.max}, l.note, pal.soft, f.note(p.caption))

	glow, head := f.pace.glow, f.legendHead()
	if summary {
		glow, head = float64(f.pace.place), fmt.Sprintf(f.say.whole, f.say.span(f.end().Sub(f.rec.Start)))
	}
	scale := newScale(glow, p.palette)
	arcs := f.arcs
	if summary {
		arcs = nil // nothing moves
	}
	p.chart = newChart(p, f.scope, scale, f.o.Target, arcs)
	half := (l.wide.min + l.wide.max) / 2
	put(p.caption, words, span{l.wide.min, half}, l.legendHead, pal.soft, head)
	p.drawLegend(scale)
	p.unplaced = p.text(p.caption, words, span{half, l.wide.max}, l.legendHead, right, pal.soft)
	p.course = p.newCourse()
	p.courseHead(summary)

	// The narrow column.
	p.newClock(faces, summary)
	p.calendar.draw(p)
	p.canvas.fill(image.Rect(l.narrow.min, l.rule, l.narrow.max, l.rule+max(1, int(l.unit))), pal.rule)
	p.failed = p.text(faces.big, figures, l.narrow, l.failed, left, pal.ink)
	p.failedCaption = p.text(p.body, words, l.narrow, l.failedCaption, left, pal.soft)
	middle := (l.narrow.min + l.narrow.max) / 2
	first, second := span{l.narrow.min, middle - int(8*l.em)}, span{middle, l.narrow.max}
	p.sources = p.text(faces.medium, figures, first, l.details, left, pal.ink)
	p.sourcesCaption = p.text(p.body, words, first, l.detailsCaption, left, pal.soft)
	p.countries = p.text(faces.medium, figures, second, l.details, left, pal.ink)
	p.countriesCaption = p.text(p.body, words, second, l.detailsCaption, left, pal.soft)
	p.accepted = p.text(p.body, words, l.narrow, l.acceptedText, left, pal.soft)
	p.accepted.box = l.accepted
	put(p.strong, words, l.narrow, l.countriesHead, pal.ink, f.say.topCountries)
	put(p.strong, words, l.narrow, l.accountsHd, pal.ink, f.say.topAccounts)
	p.topCountries = p.newList(l.countriesTop, l.countries, f.pace.country, f.o.CountryName)
	p.topAccounts = p.newList(l.accountsTop, l.accounts, f.pace.account, f.accountName)
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
		{&fs.title, p.film.fonts.Bold, 27},
		{&fs.subtitle, p.film.fonts.Regular, 14},
		{&fs.caption, p.film.fonts.Regular, 12},
		{&fs.body, p.film.fonts.Regular, 13.5},
		{&fs.strong, p.film.fonts.Bold, 13.5},
		{&fs.clock, p.film.fonts.Bold, clock},
		{&fs.big, p.film.fonts.Bold, 38},
		{&fs.medium, p.film.fonts.Bold, 21},
	} {
		var err error
		if *f.to, err = newFace(f.font, f.size*p.layout.em); err != nil {
			return fs, err
		}
	}
	return fs, nil
}

// text returns an empty box between two places on a baseline.
func (p *page) text(f *face, k script, s span, baseline int, a align, ink rgb) *text {
	up, down := k.reach(f.size)
	box := image.Rect(s.min, baseline-up, s.max, baseline+down)
	t := &text{say: p.film.say, box: box, baseline: baseline, face: f, align: a, ink: ink, paper: p.palette.paper}
	p.texts = append(p.texts, t)
	return t
}

// accountName is what the list of accounts says for a name.
func (f *Film) accountName(name string) string {
	switch name {
	case "":
		return f.say.noName
	case logviz.OtherAccounts:
		return f.say.others
	}
	return name
}

// note is the line at the foot: what the places mean, then where they come from.
func (f *Film) note(fc *face) string {
	if f.o.Note == "" {
		return f.say.meaning
	}
	return f.say.meaning + " " + harmless(f.o.Note, mostText, fc.has)
}
