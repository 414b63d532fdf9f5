package chart

import "math"

// Chart is a picture, laid out once for all formats: areas and over them lines of text.
type Chart struct {
	Title       string
	Description string // all that the picture shows, in words

	width, height float64
	areas         []area
	labels        []label
}

type point struct{ x, y float64 }

// area is a filled polygon.
type area struct {
	corners []point
	fill    paint
	tip     string // what it stands for, shown by SVG under the pointer; may be ""
}

// label is a line of text on a baseline.
type label struct {
	at    point
	size  float64 // pixels
	bold  bool
	align align
	fill  paint
	text  string
}

// align is the point of a line that stands at its place.
type align int

const (
	left align = iota
	middle
	right
)

// Sizes of type and space, in pixels.
const (
	width   = 800.0
	margin  = 24.0
	big     = 20.0
	body    = 13.0
	small   = 11.0
	headEnd = 80.0 // below the title and the line under it
)

// newChart begins a picture with its title and the line under it.
func newChart(title, subtitle string) *Chart {
	c := &Chart{Title: visible(title), width: width}
	c.text(label{at: point{margin, 40}, size: big, bold: true, fill: ink, text: cut(c.Title, big, true, width-2*margin)})
	c.text(label{at: point{margin, 62}, size: body, fill: soft, text: cut(visible(subtitle), body, false, width-2*margin)})
	return c
}

// finish ends a picture below y with a note, if there is one.
func (c *Chart) finish(y float64, note string) *Chart {
	c.height = y + margin
	if note != "" {
		c.text(label{at: point{margin, y + margin}, size: small, fill: soft, text: cut(visible(note), small, false, width-2*margin)})
		c.height += margin
	}
	return c
}

func (c *Chart) text(l label) { c.labels = append(c.labels, l) }

func (c *Chart) rect(x, y, w, h float64, fill paint, tip string) {
	c.areas = append(c.areas, area{[]point{{x, y}, {x + w, y}, {x + w, y + h}, {x, y + h}}, fill, tip})
}

// ring adds a part of a ring around a point, from and to in turns, clockwise from the top. It is drawn with straight
// lines so short that they look round.
func (c *Chart) ring(at point, inner, outer, from, to float64, fill paint, tip string) {
	steps := max(1, int(math.Ceil((to-from)*180)))
	a := area{fill: fill, tip: tip}
	arc := func(radius float64, i int) {
		sin, cos := math.Sincos(2 * math.Pi * (from + (to-from)*float64(i)/float64(steps)))
		a.corners = append(a.corners, point{at.x + radius*sin, at.y - radius*cos})
	}
	for i := range steps + 1 {
		arc(outer, i)
	}
	for i := range steps + 1 {
		arc(inner, steps-i)
	}
	c.areas = append(c.areas, a)
}
