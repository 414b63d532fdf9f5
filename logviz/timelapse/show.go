package timelapse

import (
	"strings"
	"time"
)

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
	p.clock = p.text(fs.clock, kind, span{l.narrow.min, split}, l.clock, left, p.palette.ink)
	p.zone = p.text(fs.subtitle, words, span{split + int(9*l.em), l.narrow.max}, l.clock, left, p.palette.soft)
	p.date = p.text(fs.subtitle, words, l.narrow, l.date, left, p.palette.soft)
}

// showFrame shows what had happened at the end of bucket i.
func (p *page) showFrame(t *tally, i int) {
	at := p.film.time(i)
	p.showClock(at.Format(p.film.clockFormat()), at.Format("MST"), at.Format("Monday, 2 January 2006"))
	p.chart.show(p.canvas, t.glow)
	p.course.show(i + 1)
	p.calendar.show(p.canvas, i)
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
	p.calendar.show(p.canvas, p.film.Len())
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
		if last := words + ", last at " + p.film.moment(t.lastAccepted); a.fits(last) {
			words = last
		}
	}
	a.show(p.canvas, words)
}

func unplacedText(n int64) string {
	return strings.Join([]string{figure(n), plural(n, "attempt", "attempts"), "without a place on the map"}, " ")
}
