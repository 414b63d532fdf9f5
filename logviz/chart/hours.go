package chart

import (
	"fmt"
	"math"
	"strings"
	"time"

	"ops/logviz"
)

// maxDays is how many days a strip has at most; of a longer log the last ones are drawn.
const maxDays = 92

// Hours draws a strip of 24 hours for each day, coloured by the failed attempts on a logarithmic
// scale from the fewest to the most. The hours are those of the statistics, in their zone; the two hours of
// one name of a day in autumn are added up.
func Hours(s *logviz.Statistics, look Look) *Chart {
	days, dates := byDay(s.Hours)
	left := max(0, len(days)-maxDays)
	days, dates = days[left:], dates[left:]
	if look.Title == "" {
		look.Title = "Failed attempts by hour and day"
	}
	if left > 0 {
		look.note(fmt.Sprintf("the last %d days; %s earlier ones are not drawn", maxDays, count(left)))
	}
	look.untimed(s)
	c := newChart(look.Title, summary(s))
	parts := []string{summary(s)}
	fewest, most := math.MaxInt, 1
	for _, day := range days {
		for _, n := range day {
			if n > 0 {
				fewest, most = min(fewest, n), max(most, n)
			}
		}
	}
	const dateWidth, height = 78.0, 24.0
	cell := (width - 2*margin - dateWidth) / 24
	for hour := range 24 {
		c.text(label{at: point{margin + dateWidth + (float64(hour)+0.5)*cell, headEnd + 8}, size: small, align: middle, fill: soft, text: fmt.Sprintf("%02d", hour)})
	}
	y := headEnd + 16
	for i, day := range days {
		c.text(label{at: point{margin, y + 16}, size: small, fill: soft, text: dates[i]})
		for hour, n := range day {
			x := margin + dateWidth + float64(hour)*cell
			if n == 0 {
				c.rect(x, y, cell-1, height-1, rule, "")
				continue
			}
			words := fmt.Sprintf("%s %02d:00: %s", dates[i], hour, count(n))
			parts = append(parts, words)
			step := heatOf(n, fewest, most)
			c.rect(x, y, cell-1, height-1, heat+step, words)
			for _, size := range []float64{10, 9, 7.5} {
				if text := count(n); reach(text, size, false) <= cell-2 {
					c.text(label{at: point{x + (cell-1)/2, y + 15.5}, size: size, align: middle, fill: over + step, text: text})
					break
				}
			}
		}
		y += height
	}
	c.Description = strings.Join(parts, "; ")
	return c.finish(y, look.Note)
}

// byDay returns the attempts by hour of each day from the first to the last, and the dates of the days.
func byDay(hours []logviz.HourCount) (days [][24]int, dates []string) {
	if len(hours) == 0 {
		return nil, nil
	}
	number := make(map[string]int)
	year, month, day := hours[0].Start.Date()
	last := hours[len(hours)-1].Start.Format(time.DateOnly)
	// Of a log with stamps decades apart, only the days on which something happened are drawn.
	for d := time.Date(year, month, day, 12, 0, 0, 0, time.UTC); len(dates) < maxGap; d = d.AddDate(0, 0, 1) {
		date := d.Format(time.DateOnly)
		if date > last {
			break
		}
		number[date] = len(dates)
		dates = append(dates, date)
	}
	if dates[len(dates)-1] != last {
		dates, number = nil, make(map[string]int)
	}
	days = make([][24]int, len(dates))
	for _, h := range hours {
		date := h.Start.Format(time.DateOnly)
		i, ok := number[date]
		if !ok {
			i = len(dates)
			number[date] = i
			dates, days = append(dates, date), append(days, [24]int{})
		}
		days[i][h.Start.Hour()] += h.Attempts
	}
	return days, dates
}

// maxGap is how many days in a row are drawn with those on which nothing happened.
const maxGap = 4000

// heatOf is the colour step of n on a scale from the fewest to the most.
func heatOf(n, fewest, most int) paint {
	if fewest >= most {
		return heatSteps - 1
	}
	return paint(math.Log(float64(n)/float64(fewest)) / math.Log(float64(most)/float64(fewest)) * (heatSteps - 1))
}

// note adds to the note.
func (l *Look) note(words string) {
	l.Note = strings.TrimPrefix(l.Note+"; "+words, "; ")
}

// untimed notes the attempts that no hour has, because their lines had no time.
func (l *Look) untimed(s *logviz.Statistics) {
	left := s.Attempts.Failed
	for _, h := range s.Hours {
		left -= h.Attempts
	}
	if left > 0 {
		l.note(count(left) + " attempts logged without a time are not drawn")
	}
}
