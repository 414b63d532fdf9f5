package geo

import (
	"testing"
	"time"
)

func TestNote(t *testing.T) {
	date := time.Date(2026, 6, 25, 4, 33, 59, 0, time.UTC)
	for want, info := range map[string]Info{
		"IP locations: IPFire Location, 2026-06-25, CC BY-SA 4.0": {"IPFire Location", date, "CC BY-SA 4.0"},
		"IP locations: own table, 2026-06-25":                     {Source: "own table", Date: date},
		"IP locations: own table, undated":                        {Source: "own table"},
	} {
		if got := info.Note(); got != want {
			t.Errorf("note is %q, want %q", got, want)
		}
	}
}

func TestAge(t *testing.T) {
	date := time.Date(2026, 6, 25, 0, 0, 0, 0, time.UTC)
	if got := (Info{Date: date}).Age(date.AddDate(0, 0, 180)); got != MaxAge {
		t.Errorf("after 180 days the age is %s, want %s", got, MaxAge)
	}
	if got := (Info{}).Age(date); got <= MaxAge {
		t.Errorf("data without a date have age %s, want more than %s", got, MaxAge)
	}
}
