package timelapse

import (
	"fmt"
	"image"
	"slices"
	"testing"
	"time"

	"ops/logviz"
)

// someDays returns a recording of some days in steps of six hours, with more attempts on some days than on others.
func someDays(n int) Recording {
	day := testDay()
	rec := Recording{Start: time.Date(2016, 12, 8, 0, 0, 0, 0, time.UTC), Step: 6 * time.Hour}
	for i := range 4 * n {
		b := day.Buckets[i*97%1440]
		b.Failed *= 1 + (i/4*7)%11
		rec.Buckets = append(rec.Buckets, b)
	}
	return rec
}

func TestDaysByTheClockOnTheWall(t *testing.T) {
	zone, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		t.Fatal(err)
	}
	rec := quietly(72, func(i int) int { return 1 })
	rec.Start, rec.Step = time.Date(2026, 3, 28, 12, 0, 0, 0, zone), time.Hour
	rec.Buckets[20].Accepted = 3
	var got []string
	for _, d := range newFilm(t, rec, Options{}).days() {
		got = append(got, fmt.Sprint(d.date.Format(time.DateOnly), " ", d.from, "–", d.to, " ", d.failed, " ", d.accepted))
	}
	want := []string{"2026-03-28 0–12 12 -1", "2026-03-29 12–35 23 20", "2026-03-30 35–59 24 -1", "2026-03-31 59–72 13 -1"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestCalendarFits(t *testing.T) {
	t.Parallel()
	for _, size := range []image.Point{{640, 360}, {1280, 720}, {640, 480}, {1680, 720}, {854, 480}} {
		for _, days := range []int{2, 5, 7, 8, 31, 42, 60, 200, 370} {
			f := newFilm(t, someDays(days), Options{Size: size})
			p, err := f.newPage(false)
			if err != nil {
				t.Fatal(err)
			}
			if p.calendar == nil || len(p.calendar.cells) != days {
				t.Errorf("%v: no calendar of %d days", size, days)
				continue
			}
			boxes := []image.Rectangle{p.calendar.bounds(), p.layout.course}
			for _, x := range p.texts {
				boxes = append(boxes, x.box)
			}
			for _, l := range []*list{p.topCountries, p.topAccounts} {
				for _, r := range l.rows {
					boxes = append(boxes, r.bar)
				}
			}
			safe := p.canvas.Bounds().Inset(int(12 * p.layout.unit))
			for i, a := range boxes {
				if !a.In(safe) || a.Empty() {
					t.Errorf("%v, %d days: box %v is not on the page", size, days, a)
				}
				for _, b := range boxes[:i] {
					if a.Overlaps(b) {
						t.Errorf("%v, %d days: %v and %v overlap", size, days, a, b)
					}
				}
			}
			for i, a := range p.calendar.cells {
				if a.Empty() {
					t.Errorf("%v, %d days: day %d is %v", size, days, i, a)
				}
				for _, b := range p.calendar.cells[:i] {
					if a.Overlaps(b) {
						t.Errorf("%v, %d days: days %v and %v overlap", size, days, a, b)
					}
				}
			}
		}
	}
}

func TestNoCalendar(t *testing.T) {
	for name, rec := range map[string]Recording{
		"a day":    testDay(),
		"years":    {Start: time.Unix(0, 0), Step: 12 * time.Hour, Buckets: make([]logviz.Bucket, 2000)},
		"day long": {Start: time.Unix(0, 0), Step: 24 * time.Hour, Buckets: make([]logviz.Bucket, 20)},
	} {
		f := newFilm(t, rec, Options{Size: image.Pt(640, 360)})
		pixels(t, f, 0)
		if f.page.calendar != nil {
			t.Errorf("%s: has a calendar", name)
		}
	}
}

// A day is marked from the moment on when somebody got in.
func TestCalendarMarksLogins(t *testing.T) {
	rec := someDays(3)
	rec.Buckets[6].Accepted = 1
	f := newFilm(t, rec, Options{Size: image.Pt(640, 360)})
	for _, i := range []int{0, 5, 6, 11, 5} {
		pix := pixels(t, f, i)
		r := f.page.calendar.cells[1]
		marked := pix[(r.Max.Y-1)*640+r.Min.X+r.Dx()/2] == f.page.palette.alarm
		if marked != (i >= 6) {
			t.Errorf("bucket %d: day marked: %v", i, marked)
		}
	}
}

// The calendar of a frame does not depend on the frames before, and each change of it is sent on.
func TestCalendarIsAFunctionOfTime(t *testing.T) {
	t.Parallel()
	for _, days := range []int{3, 20, 100} {
		o := Options{Size: image.Pt(640, 360)}
		f := newFilm(t, someDays(days), o)
		dirty, whole := newPlanes(640, 360), newPlanes(640, 360)
		for i := range f.Len() {
			pixels(t, f, i)
			dirty.update(f.page.canvas)
		}
		last := pixels(t, newFilm(t, someDays(days), o), f.Len()-1)
		if !slices.Equal(pixels(t, f, f.Len()-1), last) {
			t.Errorf("%d days: the last frame differs when it is drawn alone", days)
		}
		whole.convert(f.page.canvas, f.page.canvas.Bounds())
		if !slices.Equal(dirty.buf, whole.buf) {
			t.Errorf("%d days: a change was not sent on", days)
		}
		if !slices.Equal(pixels(t, f, 1), pixels(t, newFilm(t, someDays(days), o), 1)) {
			t.Errorf("%d days: going back leaves traces", days)
		}
	}
}
