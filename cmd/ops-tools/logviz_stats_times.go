package main

import (
	"time"

	"ops/logviz"
)

func hourList(s *logviz.Statistics) *statsList {
	l := &statsList{latest: true, columns: []statsColumn{{"Hour", "hour", false}, attemptsColumn(), sharesColumn(), addressesColumn(), {"New", "new_sources", true}, acceptedColumn()}}
	layout := "2006-01-02 15:04"
	if changesOffset(s.Hours) {
		layout += " -07:00"
	}
	for _, h := range s.Hours {
		start := statsCell{h.Start.Format(layout), h.Start.Format(time.RFC3339)}
		l.add(h.Attempts, nil, start, numberCell(h.Attempts), shareCell(h.Attempts, s.Attempts.Failed), numberCell(h.Sources), numberCell(h.NewSources), numberCell(h.Accepted))
	}
	l.untimed(s)
	return l
}

// changesOffset reports whether two hours may have one name.
func changesOffset(hours []logviz.HourCount) bool {
	for i := range hours {
		_, a := hours[0].Start.Zone()
		if _, b := hours[i].Start.Zone(); a != b {
			return true
		}
	}
	return false
}

func dayList(s *logviz.Statistics) *statsList {
	l := &statsList{latest: true, columns: []statsColumn{{"Day", "day", false}, attemptsColumn(), sharesColumn(), addressesColumn(), {"New", "new_sources", true}, acceptedColumn()}}
	courses := hoursByDay(s.Hours)
	for _, d := range s.Days {
		l.add(d.Attempts, courses[d.Date][:], wordCell(d.Date), numberCell(d.Attempts), shareCell(d.Attempts, s.Attempts.Failed), numberCell(d.Sources), numberCell(d.NewSources), numberCell(d.Accepted))
	}
	l.untimed(s)
	return l
}

// hoursByDay returns the failed attempts of each day by the hour of the clock; the two hours of one name are added up.
func hoursByDay(hours []logviz.HourCount) map[string]*[24]int {
	days := make(map[string]*[24]int)
	for _, h := range hours {
		date := h.Start.Format(time.DateOnly)
		if days[date] == nil {
			days[date] = new([24]int)
		}
		days[date][h.Start.Hour()] += h.Attempts
	}
	return days
}

func weekdayList(s *logviz.Statistics) *statsList {
	l := &statsList{columns: []statsColumn{{"Weekday", "weekday", false}, {"Days", "days", true}, attemptsColumn(), sharesColumn(), acceptedColumn()}}
	var days [7]struct {
		n, attempts, accepted int
		course                [24]int
	}
	courses := hoursByDay(s.Hours)
	for _, d := range s.Days {
		date, err := time.Parse(time.DateOnly, d.Date)
		if err != nil {
			continue // a year of five digits, which no log has
		}
		w := &days[date.Weekday()]
		w.n++
		w.attempts += d.Attempts
		w.accepted += d.Accepted
		for hour, n := range courses[d.Date] {
			w.course[hour] += n
		}
	}
	for i := range days {
		weekday := time.Weekday((i + 1) % 7) // ISO 8601 begins with Monday
		w := &days[weekday]
		l.add(w.attempts, w.course[:], wordCell(weekday.String()), numberCell(w.n), numberCell(w.attempts), shareCell(w.attempts, s.Attempts.Failed), numberCell(w.accepted))
	}
	l.untimed(s)
	return l
}

func (l *statsList) untimed(s *logviz.Statistics) {
	l.lacks(s.NotListed.WithoutTime, "logged without a time")
	l.lacks(s.NotListed.Hours, "in further hours")
}
