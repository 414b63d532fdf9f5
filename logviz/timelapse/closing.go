package timelapse

import (
	"image"

	"golang.org/x/image/math/fixed"

	"ops/logviz"
)

// closingCard sums up: the numbers, who came first, and how the time went.
func (f *Film) closingCard() (*page, error) {
	p, fs, err := f.newCard()
	if err != nil {
		return nil, err
	}
	l, pal := &p.layout, &p.palette
	em := func(v float64) int { return int(v*l.em + 0.5) }
	whole := span{l.wide.min, l.narrow.max}
	p.put(fs.title, names, whole, l.title, pal.ink, harmless(f.o.Title, mostText, fs.title.has))
	p.put(fs.subtitle, words, whole, l.subtitle, pal.soft, f.dates()+", "+f.hours24())

	// Three columns, numbers, countries and accounts, and the course of time at the foot, over the whole width and as high as
	// there is room.
	top, least := l.subtitle+em(44), l.courseTicks-em(17)-em(78)
	foot := least - em(40)
	l.row = min(max((foot-top-em(12))/mostCountries, em(26)), em(38))
	rows := (foot - top - em(12)) / l.row
	end := top + em(12) + min(rows, mostCountries)*l.row
	l.course = image.Rect(whole.min, min(least, end+em(70)), whole.max, l.courseTicks-em(17))
	l.courseHead = l.course.Min.Y - em(10)
	l.wide = whole
	p.newCourse().show(f.Len())
	p.courseHead(true)
	p.markPeak()
	p.put(p.caption, names, whole, l.note, pal.soft, f.note(p.caption))

	gap := em(44)
	wide := (whole.max - whole.min - 2*gap) / 3
	columns := [3]span{}
	for i := range columns {
		columns[i] = span{whole.min + i*(wide+gap), whole.min + i*(wide+gap) + wide}
	}
	big, err := f.faceFor(f.say.figure(f.whole.failed), wide, 84*l.em, 38*l.em)
	if err != nil {
		return nil, err
	}
	p.closingNumbers(big, fs, columns[0], top)
	t := f.whole
	for i, x := range []struct {
		head    string
		rows    int
		ranking *ranking
		label   func(string) string
	}{
		{f.say.topCountries, min(rows, mostCountries), &t.countries, f.o.CountryName},
		{f.say.topAccounts, min(rows, mostAccounts), &t.accounts, f.accountName},
	} {
		p.put(fs.strong, words, columns[i+1], top, pal.ink, x.head)
		l.narrow = columns[i+1]
		p.newList(top+em(12), x.rows, x.ranking.largest(), x.label).show(p.canvas, x.ranking.top)
	}
	return p, nil
}

// faceFor returns the bold face of the largest size, between two, in which a line has no more than a number of pixels.
func (f *Film) faceFor(line string, pixels int, largest, smallest float64) (*face, error) {
	fc, err := newFace(f.fonts.Bold, largest)
	if err != nil || fc.width(line) <= fixed.I(pixels) {
		return fc, err
	}
	fits := largest * float64(pixels) / float64(fc.width(line).Ceil())
	return newFace(f.fonts.Bold, max(fits*0.99, smallest))
}

// closingNumbers writes the totals below each other.
func (p *page) closingNumbers(big *face, fs faces, in span, top int) {
	t, pal, say, tell := p.film.whole, &p.palette, p.film.say, p.film.o.Language.telling()
	em := func(v float64) int { return int(v*p.layout.em + 0.5) }
	number := func(fc *face, s span, y int, n int64, what string) {
		x := p.text(fc, figures, s, y, left, pal.ink)
		x.number(p.canvas, n)
		p.put(fs.body, words, s, y+em(18)+int(fc.size/6), pal.soft, what)
	}
	y := top + em(52)
	number(big, in, y, t.failed, say.plural(t.failed, say.failed))
	y += em(90)
	third := (in.max - in.min) / 3
	countries, accounts := int64(len(t.countries.totals)), int64(len(t.accounts.totals))
	for i, x := range []struct {
		n    int64
		what string
	}{
		{t.sources, say.plural(t.sources, say.sources)},
		{countries, say.plural(countries, say.countries)},
		{accounts, say.plural(accounts, tell.accounts)},
	} {
		number(fs.medium, span{in.min + i*third, in.min + (i+1)*third - em(8)}, y, x.n, x.what)
	}
	y += em(44)
	p.accepted = p.text(p.body, words, in, y+em(20), left, pal.soft)
	p.accepted.box = image.Rect(in.min, y, in.max, y+em(30))
	p.showAccepted(t)
	y += em(54)
	p.put(p.caption, words, in, y, pal.soft, p.film.unplacedText(t))
	if _, others := t.accounts.totals[logviz.OtherAccounts]; others {
		p.put(p.caption, words, in, y+em(18), pal.soft, tell.rare)
	}
}
