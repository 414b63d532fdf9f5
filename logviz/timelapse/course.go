package timelapse

import (
	"fmt"
	"image"
	"math"
	"time"

	"golang.org/x/image/math/fixed"
)

// course is the number of failed attempts over the whole recording, with what is past in a stronger colour, and a cursor.
type course struct {
	canvas  *canvas
	palette palette
	box     image.Rectangle
	line    int       // width of the cursor
	heights []float64 // per column of pixels
	alarms  []bool    // per column: somebody got in
	buckets int
	shown   int // columns that are past; -1 before the first show
}

// newCourse draws the axis and returns the chart with all of it to come.
func (p *page) newCourse() *course {
	box := p.layout.course
	n := p.film.Len()
	k := &course{
		canvas: p.canvas, palette: p.palette, box: box, line: max(1, int(1.5*p.layout.unit+0.5)),
		heights: make([]float64, box.Dx()), alarms: make([]bool, box.Dx()),
		buckets: n, shown: -1,
	}
	mark := max(2, int(2*p.layout.unit+0.5))
	for x := range k.heights {
		from := x * n / box.Dx()
		to := max((x+1)*n/box.Dx(), from+1)
		most := 0
		for _, b := range p.film.rec.Buckets[from:to] {
			most = max(most, b.Failed)
			for i := x; b.Accepted > 0 && i < min(x+mark, len(k.alarms)); i++ {
				k.alarms[i] = true
			}
		}
		k.heights[x] = float64(most) / float64(max(p.film.pace.bucket, 1)) * float64(k.ground()-box.Min.Y)
	}
	p.drawHours()
	return k
}

// ground is where the columns stand; below it is the line on which accepted logins are marked.
func (k *course) ground() int { return k.box.Max.Y - k.alarmHeight() }

func (k *course) alarmHeight() int { return max(2, k.box.Dy()/10) }

// show moves the cursor behind the given number of buckets.
func (k *course) show(buckets int) {
	past := max(buckets*k.box.Dx()/k.buckets, k.line)
	from, to := min(past, k.shown), max(past, k.shown)
	if k.shown < 0 {
		from, to = 0, k.box.Dx()
	}
	k.shown = past
	for x := max(from-k.line, 0); x < min(to+k.line, k.box.Dx()); x++ {
		k.column(x, past)
	}
}

// column draws one column of pixels.
func (k *course) column(x, past int) {
	c, left := k.canvas, k.box.Min.X+x
	col := func(top, bottom int) image.Rectangle { return image.Rect(left, top, left+1, bottom) }
	if past < k.box.Dx() && x >= past-k.line && x < past {
		c.fill(col(k.box.Min.Y, k.box.Max.Y), k.palette.ink)
		return
	}
	ink := k.palette.future
	if x < past {
		ink = k.palette.past
	}
	h := k.heights[x]
	top := k.ground() - int(math.Ceil(h))
	c.fill(col(k.box.Min.Y, k.ground()), k.palette.paper)
	c.fill(col(top, k.ground()), ink)
	if part := math.Ceil(h) - h; part > 0 {
		c.fill(col(top, top+1), mix(ink, k.palette.paper, uint32(part*256)))
	}
	base := k.palette.rule
	if k.alarms[x] && x < past {
		base = k.palette.alarm
	}
	c.fill(col(k.ground(), k.box.Max.Y), k.palette.paper)
	c.fill(col(k.ground(), k.ground()+1), base)
	if base == k.palette.alarm {
		c.fill(col(k.ground(), k.box.Max.Y), base)
	}
}

// drawHours writes the times below the chart.
func (p *page) drawHours() {
	box := p.layout.course
	start, end := p.film.rec.Start, p.film.end()
	y := p.layout.courseTicks
	last := fixed.I(0)
	for _, t := range p.film.hours() {
		label := p.film.hourLabel(t)
		x := float64(box.Min.X) + float64(box.Dx())*float64(t.Sub(start))/float64(end.Sub(start))
		width := p.caption.width(label)
		from := min(max(fixed.Int26_6(x*64)-width/2, fixed.I(box.Min.X)), fixed.I(box.Max.X)-width)
		if from < last {
			continue
		}
		last = from + width + fixed.Int26_6(6*64*p.layout.em)
		p.caption.draw(p.canvas, p.canvas.Bounds(), from, y, label, p.palette.soft)
		left := min(max(int(x), box.Min.X), box.Max.X-1)
		p.canvas.fill(image.Rect(left, box.Max.Y, left+1, box.Max.Y+max(2, int(3*p.layout.unit))), p.palette.rule)
	}
}

// hours returns round times within the recording, at most ten or so, its ends included if they are round.
func (f *Film) hours() []time.Time {
	length := f.end().Sub(f.rec.Start)
	step := time.Duration(0)
	for _, s := range []time.Duration{
		time.Second, 5 * time.Second, 15 * time.Second, time.Minute, 5 * time.Minute, 15 * time.Minute, time.Hour,
		3 * time.Hour, 6 * time.Hour, 24 * time.Hour, 7 * 24 * time.Hour, 28 * 24 * time.Hour, 364 * 24 * time.Hour,
	} {
		if step = s; length/s <= 6 {
			break
		}
	}
	y, m, d := f.rec.Start.Date()
	var times []time.Time
	for i := range 100_000 {
		// By the clock on the wall, so that a day of 23 or 25 hours has its noon at 12.
		t := time.Date(y, m, d, 0, 0, int(time.Duration(i)*step/time.Second), 0, f.rec.Start.Location())
		if t.After(f.end()) || len(times) == 20 {
			break
		}
		if !t.Before(f.rec.Start) {
			times = append(times, t)
		}
	}
	return times
}

func (f *Film) hourLabel(t time.Time) string {
	switch length := f.end().Sub(f.rec.Start); {
	case length > 48*time.Hour:
		return f.say.date(t, f.say.shortDate)
	case t.Equal(f.end()) && t.Hour() == 0 && t.Minute() == 0 && t.Second() == 0:
		return "24:00"
	case length < 10*time.Minute:
		return t.Format("15:04:05")
	}
	return t.Format("15:04")
}

// courseHead writes above the chart what it counts and what its highest point is. In a summary the latter stands at the
// point itself; see [page.markPeak].
func (p *page) courseHead(summary bool) {
	f, l := p.film, &p.layout
	what := fmt.Sprintf(f.say.perStep, f.say.per(f.rec.Step))
	if !summary && f.pace.bucket > 0 {
		what += ", " + f.peak()
	}
	p.text(p.caption, words, l.wide, l.courseHead, left, p.palette.soft).show(p.canvas, what)
}

// moment writes when a bucket began, as exactly as the recording asks for.
func (f *Film) moment(i int) string {
	format, date := "15:04", ""
	if f.rec.Step%time.Minute != 0 {
		format = "15:04:05"
	}
	if f.end().Sub(f.rec.Start) > 24*time.Hour {
		date = f.say.date(f.time(i), f.say.shortDate) + " "
	}
	return date + f.time(i).Format(format)
}

// peak says how many attempts the fullest bucket has, and when that was.
func (f *Film) peak() string {
	return fmt.Sprintf(f.say.peak, f.say.figure(int64(f.pace.bucket)), f.moment(f.pace.peak))
}

// markPeak puts a mark on the highest point of the chart and says how high it is.
func (p *page) markPeak() {
	f, l := p.film, &p.layout
	if f.pace.bucket == 0 {
		return
	}
	x := l.course.Min.X + (2*f.pace.peak+1)*l.course.Dx()/(2*f.Len())
	p.canvas.disc(float64(x)+0.5, float64(l.course.Min.Y), 2.5*l.em, p.palette.ink)
	gap, width := fixed.I(int(8*l.em)), p.caption.width(f.peak())
	at := fixed.I(x) + gap
	if at+width > fixed.I(l.wide.max) {
		at = fixed.I(x) - gap - width
	}
	at = max(at, fixed.I(l.wide.min)+p.caption.width(fmt.Sprintf(f.say.perStep, f.say.per(f.rec.Step)))+2*gap)
	p.caption.draw(p.canvas, p.canvas.Bounds(), at, l.courseHead, f.peak(), p.palette.ink)
}
