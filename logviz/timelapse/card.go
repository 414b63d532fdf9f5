package timelapse

import (
	"fmt"
	"image"
	"slices"
	"strings"
	"time"
	"unicode"

	"golang.org/x/image/math/fixed"
)

// cardTime is how long each of the cards stands.
const cardTime = 2 * time.Second

// reel returns the film with its cards, if it has any.
func (f *Film) reel() reel {
	if !f.o.Cards {
		return f
	}
	tell := f.o.Language.telling()
	return &carded{
		reel: f, cards: [2]func() (*page, error){f.openingCard, f.closingCard}, n: cardPictures(f.o.FPS),
		titles: [2]string{tell.opening, tell.closing},
		before: harmless(f.o.Title, mostText, unicode.IsPrint) + ". " + f.dates() + ", " + f.hours24() + ", " + f.pacing(),
		after:  fmt.Sprintf(tell.inAll, f.tell(f.whole)),
	}
}

// Pictures returns how many pictures a file of the film has: the frames, and the cards before and after them.
func (f *Film) Pictures() int {
	if !f.o.Cards {
		return f.Len()
	}
	return f.Len() + 2*cardPictures(f.o.FPS)
}

func cardPictures(fps int) int { return int(cardTime * time.Duration(fps) / time.Second) }

// newCard returns an empty page with the sizes of type that cards have. Its layout is that of a page; what a card puts
// elsewhere it says itself.
func (f *Film) newCard() (*page, faces, error) {
	p := &page{film: f, palette: f.o.Theme.palette(), layout: newLayout(f.o.Size, false)}
	p.canvas = newCanvas(f.o.Size, p.palette.paper)
	faces, err := p.newFaces(true)
	p.caption, p.body, p.strong = faces.caption, faces.body, faces.strong
	return p, faces, err
}

// openingCard says what is to come: the title, the time, what is counted and what it was read from, before a dark map.
func (f *Film) openingCard() (*page, error) {
	return f.drawOpening([]string{f.dates()}, f.hours24()+", "+f.pacing())
}

// drawOpening draws an opening card that says what is shown in some lines, and how fast.
func (f *Film) drawOpening(what []string, pace string) (*page, error) {
	p, fs, err := f.newCard()
	if err != nil {
		return nil, err
	}
	title, err := newFace(f.fonts.Bold, 50*p.layout.em)
	if err != nil {
		return nil, err
	}
	text, err := newFace(f.fonts.Regular, 18*p.layout.em)
	if err != nil {
		return nil, err
	}
	em := func(v float64) int { return int(v*p.layout.em + 0.5) }
	p.drawBackdrop()

	left := p.layout.wide.min + em(40)
	line := span{left, f.o.Size.X - left}
	column := span{left, min(left+em(680), line.max)}
	titles := title.wrap(harmless(f.o.Title, mostText, title.has), line.max-line.min, 2)
	tell := f.o.Language.telling()
	counted := text.wrap(tell.counted, column.max-column.min, 3)
	from := f.logNames(fs.body, column.max-column.min)

	height := len(titles)*em(64) + em(123) + len(what)*em(27) + len(counted)*em(27)
	y := (f.o.Size.Y - height) / 2
	for _, s := range titles {
		y += em(64)
		p.put(title, names, line, y-em(14), p.palette.ink, s)
	}
	for _, s := range what {
		y += em(27)
		p.put(fs.medium, names, line, y, p.palette.ink, s)
	}
	y += em(27)
	p.put(text, words, line, y, p.palette.soft, pace)
	y += em(18)
	for _, s := range counted {
		y += em(27)
		p.put(text, words, column, y, p.palette.ink, s)
	}
	y += em(33)
	swatch := em(14)
	p.canvas.fill(image.Rect(left, y-swatch, left+swatch, y), p.palette.alarm)
	p.put(text, words, span{left + swatch + em(9), column.max}, y, p.palette.ink, tell.marks)
	p.put(fs.body, names, column, y+em(38), p.palette.soft, from)
	p.put(p.caption, names, span{p.layout.wide.min, p.layout.narrow.max}, p.layout.note, p.palette.soft, f.note(p.caption))
	return p, nil
}

// drawBackdrop paints the map without any light over the width of the page.
func (p *page) drawBackdrop() {
	pal := p.palette
	pal.ocean, pal.border = pal.paper, pal.paper
	pal.land = mix(pal.paper, pal.land, 150)
	pal.graticule = mix(pal.paper, pal.graticule, 128)
	size := p.film.o.Size
	h := min(size.Y, int(float64(size.X)/worldAspect))
	w := int(float64(h) * worldAspect)
	box := image.Rect(0, 0, w, h).Add(image.Pt((size.X-w)/2, (size.Y-h)/2))
	if len(p.film.o.Focus) > 0 {
		box = p.canvas.Bounds()
	}
	dim := *p // the same canvas
	dim.palette = pal
	newChart(&dim, p.film.newScope(box, p.layout.unit), newScale(10, pal), nil, nil)
}

// put writes a line that stays.
func (p *page) put(fc *face, k script, s span, baseline int, ink rgb, line string) {
	t := p.text(fc, k, s, baseline, left, ink)
	t.shown = line
	fc.draw(p.canvas, t.box, fixed.I(t.box.Min.X), baseline, fc.cut(line, t.box.Dx()), ink) // over what is there
}

// dates are the days of the film.
func (f *Film) dates() string {
	first, last, say := f.rec.Start, f.end().Add(-1), f.say
	if first.Year() == last.Year() && first.YearDay() == last.YearDay() {
		return say.date(first, say.longDate)
	}
	from, to := say.date(first, say.shortDate), say.date(last, say.shortDate)+last.Format(" 2006")
	if first.Year() != last.Year() {
		from += first.Format(" 2006")
	}
	return fmt.Sprintf(say.from, from, to)
}

// hours24 says from when to when by the clock: "00:00–24:00 UTC".
func (f *Film) hours24() string {
	first, end := f.rec.Start, f.end()
	to := end.Format("15:04")
	if to == "00:00" {
		to = "24:00"
	}
	return first.Format("15:04") + "–" + to + " " + zones(first, end.Add(-1))
}

// pacing says how fast time runs: "30 minutes per second".
func (f *Film) pacing() string {
	return f.say.period(time.Duration(f.o.FPS)*f.rec.Step) + " " + f.say.units[0].per
}

// zones are the abbreviations in force at the ends of a film.
func zones(first, last time.Time) string {
	a, b := first.Format("MST"), last.Format("MST")
	if a == b {
		return a
	}
	return a + "/" + b
}

// logNames says which logs the film was made from, as many by name as there is room for.
func (f *Film) logNames(fc *face, room int) string {
	line, tell := "", f.o.Language.telling()
	for i := range f.o.Logs {
		var shown []string
		for _, name := range f.o.Logs[:i+1] {
			shown = append(shown, harmless(name, mostText, fc.has))
		}
		next := fmt.Sprintf(tell.readFrom, strings.Join(shown, ", "))
		if n := int64(len(f.o.Logs) - i - 1); n > 0 {
			next = fmt.Sprintf(tell.readFromMore, strings.Join(shown, ", "), f.say.figure(n))
		}
		if i > 0 && fc.width(next) > fixed.I(room) {
			break
		}
		line = next
	}
	return line
}

// wrap breaks a text into lines of a number of pixels, at most most of them; what is left over ends in an ellipsis.
func (f *face) wrap(s string, pixels, most int) []string {
	var lines []string
	rest := strings.Fields(s)
	for len(rest) > 0 {
		n := 1
		for n < len(rest) && f.width(strings.Join(rest[:n+1], " ")) <= fixed.I(pixels) {
			n++
		}
		if len(lines) == most-1 {
			n = len(rest)
		}
		lines = append(lines, f.cut(strings.Join(rest[:n], " "), pixels))
		rest = rest[n:]
	}
	return slices.Clip(lines)
}
