package page

import (
	"fmt"
	"math"
	"time"

	"ops/logviz/colormap"
)

// stripDays is how many days a strip shows at most: the last ones.
const stripDays = 14

// strip is attempts by day and hour of the clock, coloured by how many there are.
type strip struct {
	Title string
	Day   string   // head of the first column
	Hours []string // heads of the others
	Days  []stripDay
}

type stripDay struct {
	Name  string
	Cells [24]cell
}

// cell is an hour. Its colours are those of cividis, dark for many, on a logarithmic scale.
type cell struct {
	Count      string
	Background string // #rrggbb
	Ink        string
	n          int
}

// strip returns nil if no attempt has a time.
func (d *Data) strip(w *words) *strip {
	s := &strip{Title: w.tables.hours, Day: w.heads.day}
	for h := range 24 {
		s.Hours = append(s.Hours, fmt.Sprintf("%02d", h))
	}
	most := 0
	for _, h := range d.Statistics.Hours {
		day := h.Start.Format(time.DateOnly)
		if k := len(s.Days); k == 0 || s.Days[k-1].Name != day {
			s.Days = append(s.Days, stripDay{Name: day})
		}
		// The hour that is there twice when summer time ends is one on the clock.
		c := &s.Days[len(s.Days)-1].Cells[h.Start.Hour()]
		c.n += h.Attempts
		most = max(most, c.n)
	}
	if most == 0 {
		return nil
	}
	s.Days = s.Days[max(0, len(s.Days)-stripDays):]
	for i := range s.Days {
		for j := range s.Days[i].Cells {
			s.Days[i].Cells[j].paint(w, most)
		}
	}
	return s
}

func (c *cell) paint(w *words, most int) {
	c.Count, c.Background, c.Ink = w.number(c.n), "#f1f0ea", "#5d646c"
	if c.n == 0 {
		return
	}
	level := math.Log1p(float64(c.n)) / math.Log1p(float64(most))
	rgb := colormap.Cividis(0.97 * (1 - level))
	c.Background = fmt.Sprintf("#%02x%02x%02x", rgb.R, rgb.G, rgb.B)
	c.Ink = "#000000"
	// Relative luminance, roughly: white letters are the better ones below 0.18.
	if 0.2126*linear(rgb.R)+0.7152*linear(rgb.G)+0.0722*linear(rgb.B) < 0.18 {
		c.Ink = "#ffffff"
	}
}

// linear undoes the gamma of sRGB.
func linear(v uint8) float64 { return math.Pow(float64(v)/255, 2.2) }
