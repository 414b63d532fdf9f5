package sshrestrict

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Hours is a window of the week.
type Hours struct {
	Days    Days     `yaml:"days"`    // every day if left out
	Between Between  `yaml:"between"` // the whole day if left out
	Zone    Location `yaml:"zone"`    // the machine's if left out
}

// Contains is true if the moment lies in the window. A window that passes midnight belongs to the day it begins on.
func (h *Hours) Contains(t time.Time) bool {
	if h.Zone.Location != nil {
		t = t.In(h.Zone.Location)
	} else {
		t = t.Local()
	}
	day, minute := t.Weekday(), t.Hour()*60+t.Minute()
	from, to := h.Between.From, h.Between.To
	if to <= from && minute < to { // after midnight: the day before began it
		day = (day + 6) % 7
		from = 0
	}
	if to <= h.Between.From && minute >= h.Between.From {
		to = 24 * 60
	}
	return minute >= from && minute < to && (h.Days == 0 || h.Days&(1<<day) != 0)
}

// Days is a set of days of the week, bit 0 for Sunday; 0 is every day.
type Days uint8

// UnmarshalText reads "mon-fri", "sat,sun", "mon".
func (d *Days) UnmarshalText(text []byte) error {
	names := []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}
	*d = 0
	for part := range strings.SplitSeq(strings.ToLower(string(text)), ",") {
		first, last, isRange := strings.Cut(strings.TrimSpace(part), "-")
		if !isRange {
			last = first
		}
		a, b := slices.Index(names, first), slices.Index(names, last)
		if a < 0 || b < 0 {
			return fmt.Errorf("expected days such as mon-fri or sat,sun, found %s", quote(string(text)))
		}
		for ; ; a = (a + 1) % 7 {
			*d |= 1 << a
			if a == b {
				break
			}
		}
	}
	return nil
}

// Between is a part of a day in minutes since midnight. To is not part of it; To <= From passes midnight. The zero value
// is the whole day.
type Between struct{ From, To int }

// UnmarshalText reads "01:00-05:00".
func (b *Between) UnmarshalText(text []byte) error {
	first, last, _ := strings.Cut(string(text), "-")
	from, err1 := minuteOf(first)
	to, err2 := minuteOf(last)
	switch {
	case err1 != nil || err2 != nil || from == 24*60:
		return fmt.Errorf(`expected times such as "01:00-05:00", found %s`, quote(string(text)))
	case from == to:
		return errors.New("the window has no length; leave \"between\" out for the whole day")
	}
	*b = Between{from, to}
	return nil
}

func minuteOf(text string) (int, error) {
	if text == "24:00" {
		return 24 * 60, nil
	}
	t, err := time.Parse("15:04", text)
	return t.Hour()*60 + t.Minute(), err
}

// Location is a time zone by its name in the tz database.
type Location struct{ *time.Location }

// UnmarshalText loads the zone.
func (l *Location) UnmarshalText(text []byte) error {
	zone, err := time.LoadLocation(string(text))
	if err != nil || string(text) == "" {
		return fmt.Errorf("expected a time zone such as Europe/Paris, found %s", quote(string(text)))
	}
	l.Location = zone
	return nil
}
