package timelapse

import (
	"image"
	"strconv"
	"time"

	"golang.org/x/image/math/fixed"
)

// day is a stretch of buckets on one day of the calendar.
type day struct {
	from, to int // buckets
	date     time.Time
	failed   int64
	accepted int // the first bucket with an accepted login, or -1
}

// days cuts the recording at midnight. It is one day if a bucket is a day long or more.
func (f *Film) days() []day {
	var list []day
	last := -1
	for i := range f.rec.Buckets {
		at := f.time(i)
		if today := at.Year()*366 + at.YearDay(); i == 0 || today != last && f.rec.Step < 24*time.Hour {
			last = today
			y, m, d := at.Date()
			list = append(list, day{from: i, accepted: -1, date: time.Date(y, m, d, 0, 0, 0, 0, time.UTC)})
		}
		d := &list[len(list)-1]
		d.to = i + 1
		d.failed += int64(f.rec.Buckets[i].Failed)
		if d.accepted < 0 && f.rec.Buckets[i].Accepted > 0 {
			d.accepted = i
		}
	}
	return list
}

// calendar shows the days of a film, each in the colour of its failed attempts, and which of them runs. Up to a week
// stands in a row, up to six weeks below each other with the days' numbers, up to a year and a bit side by side.
type calendar struct {
	days    []day
	cells   []image.Rectangle // per day
	colours []rgb             // per day
	numbers *face             // nil where there is no room for them
	palette palette
	line    int // width of the frame around the day that runs
	head    int // baseline of the names above, 0 for none
	now     int // the day that is shown as running
	bucket  int // the bucket that is shown
}

const (
	mostWeekRows = 6
	mostWeeks    = 54
)

// newCalendar makes room for a calendar in the layout if the film has several days, and returns it yet to be drawn.
func (p *page) newCalendar() *calendar {
	k := &calendar{days: p.film.days(), palette: p.palette, now: -1, bucket: -1, line: max(1, int(1.5*p.layout.unit+0.5))}
	weeks := weekOf(k.days[0].date, k.days[len(k.days)-1].date) + 1
	if len(k.days) < 2 || weeks > mostWeeks {
		return nil
	}
	l := &p.layout
	em := func(v float64) int { return int(v*l.em + 0.5) }
	top := l.date + em(14)
	wide := float64(l.narrow.max - l.narrow.min)
	gap := max(1, em(2))
	cell := func(column, row int, columns, pitch float64) image.Rectangle {
		x, y := l.narrow.min+int(wide*float64(column)/columns), top+int(pitch*float64(row))
		return image.Rect(x, y, l.narrow.min+int(wide*float64(column+1)/columns)-gap, top+int(pitch*float64(row+1))-gap)
	}
	room := l.note - l.countriesTop - fewestRows*l.row - em(54) // that the lists can spare
	rows := float64(weeks)
	place := func(i int) (column, row int) {
		return (int(k.days[i].date.Weekday()) + 6) % 7, weekOf(k.days[0].date, k.days[i].date)
	}
	columns, pitch := 7.0, 17*l.em
	switch {
	case len(k.days) <= 7:
		rows, columns, pitch = 1, max(float64(len(k.days)), 4), 19*l.em
		place = func(i int) (column, row int) { return i, 0 }
	case weeks <= mostWeekRows && em(17)*weeks+em(30) <= room:
	default:
		rows, columns, pitch = 7, max(float64(weeks), 24), min(9*l.em, wide/max(float64(weeks), 24))
		gap = max(1, em(0.8))
		across := place
		place = func(i int) (column, row int) { row, column = across(i); return column, row }
	}
	if rows != 7 || columns < 8 {
		k.numbers = p.caption
		top += em(12)
		k.head = top - em(3)
	}
	var most int64
	for i, d := range k.days {
		column, row := place(i)
		k.cells = append(k.cells, cell(column, row, columns, pitch))
		most = max(most, d.failed)
	}
	for _, d := range k.days {
		k.colours = append(k.colours, k.palette.heat(d.failed, most))
	}
	l.lower(k.bounds().Max.Y - l.date)
	return k
}

// weekOf is how many weeks, which begin on Monday, lie between the weeks of two days.
func weekOf(first, t time.Time) int {
	monday := first.AddDate(0, 0, -(int(first.Weekday())+6)%7)
	return int(t.Sub(monday) / (7 * 24 * time.Hour))
}

// heat is the colour of a part of the most there is.
func (p *palette) heat(n, most int64) rgb {
	if n == 0 || most == 0 {
		return p.land
	}
	return cividis(p.low + (p.high-p.low)*float64(n)/float64(most))
}

// lower moves what stands below the date down and takes rows off the lists.
func (l *layout) lower(by int) {
	for _, y := range []*int{
		&l.rule, &l.failed, &l.failedCaption, &l.details, &l.detailsCaption, &l.acceptedText, &l.countriesHead, &l.countriesTop,
	} {
		*y += by
	}
	l.accepted = l.accepted.Add(image.Pt(0, by))
	l.fitLists()
}

func (k *calendar) bounds() image.Rectangle {
	var box image.Rectangle
	for _, r := range k.cells {
		box = box.Union(r)
	}
	return box
}

// draw writes the names of the days of the week and shows all days as yet to come.
func (k *calendar) draw(p *page) {
	if k == nil {
		return
	}
	named := map[int]bool{}
	for i, d := range k.days {
		if r := k.cells[i]; k.head > 0 && !named[r.Min.X] {
			named[r.Min.X] = true
			name := d.date.Format("Mon")
			if p.caption.width(name) > fixed.I(r.Dx()) {
				name = name[:1]
			}
			k.centre(p.canvas, p.caption, r, k.head, name, k.palette.soft)
		}
		k.cell(p.canvas, i)
	}
}

func (k *calendar) centre(c *canvas, fc *face, r image.Rectangle, baseline int, s string, ink rgb) {
	fc.draw(c, c.Bounds(), fixed.I(r.Min.X+r.Max.X)/2-fc.width(s)/2, baseline, s, ink)
}

// show shows the day of bucket i as the one that runs; behind the last bucket none does.
func (k *calendar) show(c *canvas, i int) {
	if k == nil {
		return
	}
	now := 0
	for now < len(k.days) && i >= k.days[now].to {
		now++
	}
	before, shown := k.bucket, k.now
	k.bucket, k.now = i, now
	for d := max(min(shown, now), 0); d <= min(max(shown, now), len(k.days)-1); d++ {
		if got := k.days[d].accepted; shown != now || (before >= got) != (i >= got) {
			k.cell(c, d)
		}
	}
}

// cell draws one day: pale as long as it is to come, framed while it runs.
func (k *calendar) cell(c *canvas, i int) {
	r, colour := k.cells[i], k.colours[i]
	if i > k.now {
		colour = mix(colour, k.palette.paper, 150)
	}
	if i == k.now {
		c.fill(r, k.palette.ink)
		r = r.Inset(k.line)
		c.fill(r, k.palette.paper)
		r = r.Inset(max(1, k.line/2))
	}
	c.fill(r, colour)
	if r = k.cells[i]; k.numbers != nil {
		up := int(k.numbers.size * 0.36)
		k.centre(c, k.numbers, r, (r.Min.Y+r.Max.Y)/2+up, strconv.Itoa(k.days[i].date.Day()), inkOn(colour))
	}
	if got := k.days[i].accepted; got >= 0 && got <= k.bucket {
		h := max(2, r.Dy()/5)
		c.fill(image.Rect(r.Min.X, r.Max.Y-h, r.Max.X, r.Max.Y), k.palette.alarm)
	}
}

// inkOn is black or white, whichever reads better on a colour.
func inkOn(c rgb) rgb {
	if luma(c) > 115 {
		return 0x0b0d10
	}
	return 0xffffff
}
