package timelapse

import (
	"image"
	"math"
)

// layout is where things stand on a page, in pixels: a wide column with the title, the map, its legend and the course of
// the day, and a narrow one with the clock, the counts and the lists. All measures follow from the size of the page.
type layout struct {
	unit float64 // 1 on a page 720 high; for lines, dots and margins
	em   float64 // the same for type, which shrinks more slowly so that a small page can still be read

	wide, narrow span // the columns

	title, subtitle           int // baselines
	world                     image.Rectangle
	legendHead                int // baseline
	legend                    image.Rectangle
	legendTicks               int // baseline
	courseHead                int
	course                    image.Rectangle
	courseTicks               int
	note                      int
	clock, date               int
	rule                      int
	failed, failedCaption     int
	details, detailsCaption   int
	accepted                  image.Rectangle
	acceptedText              int
	countriesHead, accountsHd int
	countriesTop, accountsTop int
	row                       int // height of a row in a list
	countries, accounts       int // rows
}

// span is a stretch of a line, in pixels.
type span struct{ min, max int }

// worldAspect is the width of the map by its height: Equal Earth from 58° south to 84° north.
const worldAspect = 2.33

// newLayout lays out a page. The map of a region takes all the room that there is, whatever its shape.
func newLayout(size image.Point, region bool) layout {
	unit := math.Min(float64(size.X)/1280, float64(size.Y)/720)
	l := layout{unit: unit, em: unit}
	if unit < 1 {
		l.em = math.Pow(unit, 0.75)
	}
	px := func(v float64) int { return int(v*unit + 0.5) }
	em := func(v float64) int { return int(v*l.em + 0.5) }
	rect := func(s span, top, height int) image.Rectangle { return image.Rect(s.min, top, s.max, top+height) }

	margin := px(40)
	l.narrow = span{size.X - margin - em(268), size.X - margin}
	l.wide = span{margin, l.narrow.min - px(40)}

	// The wide column: type from the top and from the foot, the map in what is left.
	l.title = px(34) + em(27)
	l.subtitle = l.title + em(25)
	l.note = size.Y - px(30)
	l.courseTicks = l.note - em(26)
	l.course = rect(l.wide, l.courseTicks-em(17)-em(50), em(50))
	l.courseHead = l.course.Min.Y - em(10)
	l.legendTicks = l.courseHead - em(30)
	l.legend = rect(span{l.wide.min, l.wide.min + em(300)}, l.legendTicks-em(16)-em(9), em(9))
	l.legendHead = l.legend.Min.Y - em(8)
	room := image.Rect(l.wide.min, l.subtitle+em(14), l.wide.max, l.legendHead-em(18))
	if region {
		l.world = room
	} else {
		l.world = fitWorld(room)
	}

	// The narrow column, from the top down; the lists take what is left.
	l.clock = l.subtitle
	l.date = l.clock + em(24)
	l.rule = l.date + em(16)
	l.failed = l.rule + em(42)
	l.failedCaption = l.failed + em(20)
	l.details = l.failedCaption + em(32)
	l.detailsCaption = l.details + em(17)
	l.accepted = rect(l.narrow, l.detailsCaption+em(14), em(28))
	l.acceptedText = l.accepted.Min.Y + em(19)
	l.row = em(24)
	l.countriesHead = l.accepted.Max.Y + em(34)
	l.countriesTop = l.countriesHead + em(9)
	l.fitLists()
	return l
}

// fewestRows is how many rows the lists have together at least.
const fewestRows = 5

// rows is how many rows there is room for in both lists.
func (l *layout) rows() int {
	return (l.note - int(11*l.em+0.5) - l.countriesTop - int(34*l.em+0.5) - int(9*l.em+0.5)) / l.row
}

// fitLists gives the lists the rows that are left.
func (l *layout) fitLists() {
	rows := l.rows()
	l.accounts = min(max(rows*5/13, 2), mostAccounts)
	l.countries = min(max(rows-l.accounts, fewestRows-2), mostCountries)
	l.accountsHd = l.countriesTop + l.countries*l.row + int(34*l.em+0.5)
	l.accountsTop = l.accountsHd + int(9*l.em+0.5)
}

// fitWorld returns the largest map of the world in a rectangle, on its left.
func fitWorld(room image.Rectangle) image.Rectangle {
	height := min(room.Dy(), int(float64(room.Dx())/worldAspect))
	width := min(room.Dx(), int(float64(height)*worldAspect))
	return image.Rect(0, 0, width, height).Add(room.Min).Add(image.Pt(0, (room.Dy()-height)/2))
}
