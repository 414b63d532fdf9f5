package timelapse

import (
	"fmt"
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
		kind, widest = words, f.say.period(f.end().Sub(f.rec.Start))
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
	p.showClock(at.Format(p.film.clockFormat()), at.Format("MST"), p.film.say.date(at, p.film.say.longDate))
	p.chart.show(p.canvas, t.glow, t.flights, i)
	p.course.show(i + 1)
	p.calendar.show(p.canvas, i)
	p.showCounts(t, p.film.say.failedSoFar)
}

// showSummary shows the whole recording.
func (p *page) showSummary(t *tally) {
	start, end, say := p.film.rec.Start, p.film.end(), p.film.say
	dates := say.date(start, say.longDate)
	if last := end.Add(-1); last.YearDay() != start.YearDay() || last.Year() != start.Year() {
		moment := func(t time.Time) string { return say.date(t, say.shortDate) + t.Format(" 2006 15:04") }
		dates = fmt.Sprintf(say.from, moment(start), moment(end))
	}
	p.showClock(say.period(end.Sub(start)), start.Format("MST"), dates)
	totals := make([]float64, len(t.totals))
	for i, n := range t.totals {
		totals[i] = float64(n)
	}
	p.chart.show(p.canvas, totals, t.flights, 0)
	p.course.show(p.film.Len())
	p.calendar.show(p.canvas, p.film.Len())
	p.markPeak()
	p.showCounts(t, say.failed)
}

func (p *page) showClock(clock, zone, date string) {
	p.clock.show(p.canvas, clock)
	p.zone.show(p.canvas, zone)
	p.date.show(p.canvas, date)
}

// showCounts shows the numbers and the lists, with what to call the failed attempts.
func (p *page) showCounts(t *tally, failed [2]string) {
	c, say := p.canvas, p.film.say
	p.failed.number(c, t.failed)
	p.failedCaption.show(c, say.plural(t.failed, failed))
	p.sources.number(c, t.sources)
	p.sourcesCaption.show(c, say.plural(t.sources, say.sources))
	n := int64(len(t.countries.totals))
	p.countries.number(c, n)
	p.countriesCaption.show(c, say.plural(n, say.countries))
	p.showAccepted(t)
	p.unplaced.show(c, p.film.unplacedText(t))
	p.topCountries.show(c, t.countries.top)
	p.topAccounts.show(c, t.accounts.top)
}

// showAccepted is quiet as long as nobody got in.
func (p *page) showAccepted(t *tally) {
	a, n := p.accepted, t.accepted
	say := p.film.say
	words := fmt.Sprintf(say.plural(n, say.accepted), say.figure(n))
	a.face, a.ink, a.paper, a.pad = p.body, p.palette.soft, p.palette.paper, 0
	if n > 0 {
		a.face, a.ink, a.paper, a.pad = p.strong, p.palette.alarmText, p.palette.alarm, int(10*p.layout.em)
		moment := p.film.moment(t.lastAccepted)
		for _, last := range []string{fmt.Sprintf(say.acceptedLast, words, moment), words + " (" + moment + ")"} {
			if a.fits(last) {
				words = last
				break
			}
		}
	}
	a.show(p.canvas, words)
}

// unplacedText says what is not to be seen on the map.
func (f *Film) unplacedText(t *tally) string {
	if len(f.scope.marks) > 0 {
		return fmt.Sprintf(f.say.elsewhere, f.say.figure(t.elsewhere), f.say.figure(t.unplaced))
	}
	return fmt.Sprintf(f.say.plural(t.unplaced, f.say.unplaced), f.say.figure(t.unplaced))
}
