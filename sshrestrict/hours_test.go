package sshrestrict

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"ops/internal/strictyaml"
)

func mustHours(t *testing.T, text string) *Hours {
	t.Helper()
	h := &Hours{}
	if err := strictyaml.Decode("hours", []byte(text), h); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return h
}

func TestHours(t *testing.T) {
	const night = "{days: mon-fri, between: '22:00-05:00', zone: Europe/Paris}"
	for _, c := range []struct {
		hours, at string // RFC 3339
		want      bool
	}{
		{"{days: mon-fri, between: '01:00-05:00', zone: UTC}", "2026-11-23T01:00:00Z", true}, // a Monday
		{"{days: mon-fri, between: '01:00-05:00', zone: UTC}", "2026-11-23T00:59:59Z", false},
		{"{days: mon-fri, between: '01:00-05:00', zone: UTC}", "2026-11-23T04:59:59Z", true},
		{"{days: mon-fri, between: '01:00-05:00', zone: UTC}", "2026-11-23T05:00:00Z", false},
		{"{days: mon-fri, between: '01:00-05:00', zone: UTC}", "2026-11-22T02:00:00Z", false},
		{"{days: mon-fri, between: '01:00-05:00', zone: UTC}", "2026-11-23T02:00:00+14:00", false}, // Sunday in UTC
		// Over midnight: the window is Friday's until Saturday 05:00, and Monday's begins on Monday.
		{night, "2026-11-27T23:00:00+01:00", true},
		{night, "2026-11-28T04:59:00+01:00", true},
		{night, "2026-11-28T05:00:00+01:00", false},
		{night, "2026-11-28T22:30:00+01:00", false},
		{night, "2026-11-23T03:00:00+01:00", false},
		{night, "2026-11-23T22:00:00+01:00", true},
		// The end of a day, and of the year before a leap day.
		{"{between: '22:00-24:00', zone: UTC}", "2026-11-23T23:59:59Z", true},
		{"{between: '22:00-24:00', zone: UTC}", "2026-11-24T00:00:00Z", false},
		{"{between: '22:00-00:00', zone: UTC}", "2026-11-23T23:59:59Z", true},
		{"{between: '22:00-00:00', zone: UTC}", "2026-11-24T00:00:00Z", false},
		{"{days: thu, between: '23:00-01:00', zone: UTC}", "2024-03-01T00:30:00Z", true}, // Thursday 29 February
		{"{days: fri, between: '23:00-01:00', zone: UTC}", "2024-03-01T00:30:00Z", false},
		{"{days: sat, zone: UTC}", "2026-11-28T00:00:00Z", true},
		{"{days: sat, zone: UTC}", "2026-11-29T00:00:00Z", false},
		{"{days: 'sat,sun', zone: UTC}", "2026-11-29T12:00:00Z", true},
		{"{days: fri-mon, zone: UTC}", "2026-11-23T12:00:00Z", true},
		{"{days: fri-mon, zone: UTC}", "2026-11-24T12:00:00Z", false},
		// Summer time begins in Paris on 29 March 2026: 02:00 to 03:00 is left out. It ends on 25 October: 02:00 to 03:00
		// comes twice, and both times are in the window.
		{"{between: '02:00-03:00', zone: Europe/Paris}", "2026-03-29T01:59:59+01:00", false},
		{"{between: '02:00-03:00', zone: Europe/Paris}", "2026-03-29T03:00:00+02:00", false},
		{"{between: '02:00-03:00', zone: Europe/Paris}", "2026-10-25T02:30:00+02:00", true},
		{"{between: '02:00-03:00', zone: Europe/Paris}", "2026-10-25T02:30:00+01:00", true},
		{"{between: '02:00-03:00', zone: Europe/Paris}", "2026-10-25T03:00:00+01:00", false},
		// A zone of half an hour, and one far ahead.
		{"{between: '05:30-05:31', zone: Asia/Kolkata}", "2026-11-23T00:00:30Z", true},
		{"{days: tue, between: '00:00-01:00', zone: Pacific/Kiritimati}", "2026-11-23T10:30:00Z", true},
		{"{}", "2026-11-23T10:30:00Z", true},
	} {
		at, err := time.Parse(time.RFC3339, c.at)
		if err != nil {
			t.Fatal(err)
		}
		if got := mustHours(t, c.hours).Contains(at); got != c.want {
			t.Errorf("%s at %s: %v", c.hours, c.at, got)
		}
	}
}

// windowContains asks a day's window by the calendar alone: minutes as the wall clock would show them, without any zone.
func windowContains(days []time.Weekday, from, to int, wall time.Time) bool {
	midnight := time.Date(wall.Year(), wall.Month(), wall.Day(), 0, 0, 0, 0, time.UTC)
	for back := range 2 { // the window of today, and that of yesterday
		day := midnight.AddDate(0, 0, -back)
		begins, ends := day.Add(time.Duration(from)*time.Minute), day.Add(time.Duration(to)*time.Minute)
		if to <= from {
			ends = ends.AddDate(0, 0, 1)
		}
		for _, allowed := range days {
			if day.Weekday() == allowed && !wall.Before(begins) && wall.Before(ends) {
				return true
			}
		}
	}
	return false
}

// Every quarter of an hour of three days, around each change of the clock of 2026 and at random, for windows at random.
func TestHoursAgainstCalendar(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 1))
	names := []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}
	tried := map[bool]int{}
	for _, zone := range []string{"UTC", "Europe/Paris", "America/St_Johns", "Australia/Lord_Howe", "Africa/Cairo", "Asia/Kathmandu"} {
		location, err := time.LoadLocation(zone)
		if err != nil {
			t.Fatal(err)
		}
		var moments []time.Time
		for at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC); at.Year() == 2026; at = at.Add(time.Hour) {
			_, before := at.In(location).Zone()
			if _, after := at.Add(time.Hour).In(location).Zone(); before != after {
				moments = append(moments, at)
			}
		}
		for range 3 {
			moments = append(moments, time.Date(2024, 1, 1, random.IntN(24*365*4), 0, 0, 0, time.UTC))
		}
		for _, moment := range moments {
			for range 25 {
				from, to := random.IntN(24*60), 1+random.IntN(24*60)
				if from == to {
					continue
				}
				var days []time.Weekday
				var listed []string
				for day, name := range names {
					if random.IntN(2) == 0 {
						days, listed = append(days, time.Weekday(day)), append(listed, name)
					}
				}
				if days == nil {
					continue
				}
				random.Shuffle(len(listed), func(i, j int) { listed[i], listed[j] = listed[j], listed[i] })
				text := fmt.Sprintf("{days: '%s', between: '%02d:%02d-%02d:%02d', zone: %s}",
					strings.Join(listed, ","), from/60, from%60, to/60, to%60, zone)
				h := mustHours(t, text)
				for minute := -36 * 60; minute < 36*60; minute += 15 {
					at := moment.Add(time.Duration(minute+random.IntN(15)) * time.Minute)
					local := at.In(location)
					wall := time.Date(local.Year(), local.Month(), local.Day(), local.Hour(), local.Minute(), 0, 0, time.UTC)
					want := windowContains(days, from, to%(24*60), wall)
					if got := h.Contains(at); got != want {
						t.Fatalf("%s at %s: %v, want %v", text, local, got, want)
					}
					tried[want]++
				}
			}
		}
	}
	if tried[true] < 10_000 || tried[false] < 10_000 {
		t.Errorf("hardly anything was tried: %v", tried)
	}
}

// Where no zone is given it is the machine's.
func TestHoursOfTheMachine(t *testing.T) {
	h := mustHours(t, "{between: '10:00-11:00'}")
	at := time.Date(2026, 11, 23, 10, 30, 0, 0, time.Local)
	if !h.Contains(at.UTC()) || h.Contains(at.Add(time.Hour).UTC()) {
		t.Error("not by the clock of the machine")
	}
}

func TestHoursMistakes(t *testing.T) {
	for _, text := range []string{
		"{days: ''}", "{days: monday}", "{days: mon-}", "{days: -mon}", "{days: mon-tue-wed}", "{days: 'mon,,tue'}", "{days: 'mon,'}",
		"{days: [mon]}", "{between: ''}", "{between: '01:00'}", "{between: '01:00-'}", "{between: '01:00-25:00'}", "{between: '24:00-01:00'}",
		"{between: '01:60-02:00'}", "{between: '01:00-01:00'}", "{between: '00:00-00:00'}", "{between: '-1:00-02:00'}",
		"{between: '01:00-02:00-03:00'}", "{between: '01:00:00-02:00:00'}", "{between: '1-2'}", "{zone: ''}", "{zone: Paris}", "{zone: ../UTC}",
		"{zone: /etc/localtime}", "{day: mon}", "mon-fri",
	} {
		h := &Hours{}
		if err := strictyaml.Decode("hours", []byte(text), h); err == nil {
			t.Errorf("%s is taken for %+v", text, h)
		}
	}
}

func FuzzHours(f *testing.F) {
	f.Add("mon-fri", "22:00-05:00", int64(1e9))
	f.Add("sat,sun", "00:00-24:00", int64(0))
	f.Fuzz(func(t *testing.T, days, between string, second int64) {
		h := &Hours{Zone: Location{time.UTC}}
		if h.Days.UnmarshalText([]byte(days)) != nil || h.Between.UnmarshalText([]byte(between)) != nil {
			return
		}
		if h.Days == 0 || h.Between.From == h.Between.To {
			t.Fatalf("%q, %q: an empty window, which would mean always: %+v", days, between, h)
		}
		at := time.Unix(second%(1<<40), 0).UTC()
		var set []time.Weekday
		for day := range time.Weekday(7) {
			if h.Days&(1<<day) != 0 {
				set = append(set, day)
			}
		}
		wall := time.Date(at.Year(), at.Month(), at.Day(), at.Hour(), at.Minute(), 0, 0, time.UTC)
		want := windowContains(set, h.Between.From, h.Between.To%(24*60), wall)
		if got := h.Contains(at); got != want {
			t.Errorf("%q, %q at %s: %v, want %v", days, between, at, got, want)
		}
	})
}
