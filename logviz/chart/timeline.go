package chart

import (
	"strings"
	"time"

	"ops/logviz"
)

// maxSteps is how many hours a timeline has at most: more would be narrower than a pixel, so days are drawn.
const maxSteps = 700

// Timeline draws the failed attempts hour by hour, or day by day where hours would be too narrow, and marks the peak.
func Timeline(s *logviz.Statistics, look Look) *Chart {
	steps, unit := courseOf(s.Hours)
	if look.Title == "" {
		look.Title = "Failed attempts per " + unit
	}
	look.untimed(s)
	c := newChart(look.Title, summary(s))
	layout := "2006-01-02 15:04"
	if unit == "day" {
		layout = time.DateOnly
	}
	peak := 0
	parts := []string{summary(s)}
	for i, step := range steps {
		if step.Attempts > steps[peak].Attempts {
			peak = i
		}
		if step.Attempts > 0 {
			parts = append(parts, step.Start.Format(layout)+": "+count(step.Attempts))
		}
	}
	if len(steps) == 0 {
		c.Description = parts[0]
		return c.finish(headEnd, look.Note)
	}
	words := "peak " + steps[peak].Start.Format(layout) + ": " + count(steps[peak].Attempts)
	c.Description = strings.Join(append(parts, words), "; ")

	const height = 200.0
	top := headEnd + 24
	foot := top + height
	wide := (width - 2*margin) / float64(len(steps))
	x := func(i int) float64 { return margin + float64(i)*wide }
	y := func(n int) float64 { return foot - height*float64(n)/float64(max(1, steps[peak].Attempts)) }
	a := area{corners: []point{{x(0), foot}}, fill: bar, tip: words}
	for i, step := range steps {
		a.corners = append(a.corners, point{x(i), y(step.Attempts)}, point{x(i + 1), y(step.Attempts)})
	}
	a.corners = append(a.corners, point{x(len(steps)), foot})
	c.areas = append(c.areas, a)
	c.rect(x(peak), top, max(1, wide), foot-top, alarm, words)
	c.rect(margin, foot, width-2*margin, 1, rule, "")
	at, align := x(peak)+wide/2, middle
	switch half := reach(words, body, true) / 2; {
	case at-half < margin:
		at, align = margin, left
	case at+half > width-margin:
		at, align = width-margin, right
	}
	c.text(label{at: point{at, top - 8}, size: body, bold: true, align: align, fill: ink, text: words})
	c.text(label{at: point{margin, foot + 18}, size: small, fill: soft, text: steps[0].Start.Format(layout)})
	if len(steps) > 1 {
		c.text(label{at: point{width - margin, foot + 18}, size: small, align: right, fill: soft, text: steps[len(steps)-1].Start.Format(layout)})
	}
	return c.finish(foot+18, look.Note)
}

// courseOf returns the hours from the first to the last, or the days if those are too many.
func courseOf(hours []logviz.HourCount) (steps []logviz.HourCount, unit string) {
	if len(hours) == 0 {
		return nil, "hour"
	}
	if hours[len(hours)-1].Start.Sub(hours[0].Start) < maxSteps*time.Hour {
		for _, h := range hours {
			for k := len(steps); k > 0 && steps[k-1].Start.Add(time.Hour).Before(h.Start); k = len(steps) {
				steps = append(steps, logviz.HourCount{Start: steps[k-1].Start.Add(time.Hour)})
			}
			steps = append(steps, h)
		}
		return steps, "hour"
	}
	days, dates := byDay(hours)
	for i, day := range days {
		start, err := time.ParseInLocation(time.DateOnly, dates[i], hours[0].Start.Location())
		if err != nil {
			panic(err) // byDay wrote it so
		}
		sum := 0
		for _, n := range day {
			sum += n
		}
		steps = append(steps, logviz.HourCount{Start: start, Attempts: sum})
	}
	return steps, "day"
}
