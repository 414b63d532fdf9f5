package normalize

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"
	_ "time/tzdata"

	"ops/logviz"
)

func TestYears(t *testing.T) {
	engine := shippedEngine(t)
	for _, c := range []struct {
		name, reference string
		lines, want     []string
	}{
		{"the last one that is not in the future", "2026-03-14T00:00:00Z", []string{"Mar 13 00:00:00", "Mar 14 12:00:00"}, []string{"2026-03-13", "2026-03-14"}},
		{"a later day of the year is last year's", "2026-03-14T00:00:00Z", []string{"Dec 10 00:00:00"}, []string{"2025-12-10"}},
		{"a day of slack for clocks and zones", "2026-03-14T00:00:00Z", []string{"Mar 14 23:00:00"}, []string{"2026-03-14"}},
		{"beyond the slack", "2026-03-14T00:00:00Z", []string{"Mar 15 01:00:00"}, []string{"2025-03-15"}},
		{"over New Year", "2026-01-05T00:00:00Z", []string{"Dec 31 23:59:59", "Jan  1 00:00:01", "Jan  4 00:00:00"}, []string{"2025-12-31", "2026-01-01", "2026-01-04"}},
		{"a late line of the old year", "2026-01-05T00:00:00Z", []string{"Dec 31 23:59:58", "Jan  1 00:00:01", "Dec 31 23:59:59", "Jan  1 00:00:02"}, []string{"2025-12-31", "2026-01-01", "2025-12-31", "2026-01-01"}},
		{"a leap day", "2026-03-14T00:00:00Z", []string{"Feb 29 10:00:00"}, []string{"2024-02-29"}},
		{"a leap day over a century without one", "2103-03-14T00:00:00Z", []string{"Feb 29 10:00:00"}, []string{"2096-02-29"}},
		{"reference on New Year's Eve", "2025-12-31T23:00:00Z", []string{"Jan  1 00:30:00"}, []string{"2026-01-01"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := engine.NewStream(Options{Zone: time.UTC, Reference: must(time.Parse(time.RFC3339, c.reference))})
			for i, line := range c.lines {
				var e logviz.Event
				if err := s.Parse([]byte(line+" h sshd[1]: Server listening on 0.0.0.0 port 22."), &e); err != nil {
					t.Fatalf("%s: %v", line, err)
				}
				if got := e.Time().Format(time.DateOnly); got != c.want[i] {
					t.Errorf("%s: %s, want %s", line, got, c.want[i])
				}
			}
		})
	}
}

// A stamp without a zone is local time where the log was written, summer time included.
func TestZones(t *testing.T) {
	engine := shippedEngine(t)
	paris := must(time.LoadLocation("Europe/Paris"))
	for _, c := range []struct{ stamp, want string }{
		{"Jan 14 06:25:01", "2026-01-14T06:25:01+01:00"},
		{"Jul 14 06:25:01", "2026-07-14T06:25:01+02:00"},
		{"Mar 29 02:30:00", "2026-03-29T03:30:00+02:00"}, // does not exist; the hour goes on
		{"2026-07-14T06:25:01", "2026-07-14T06:25:01+02:00"},
		{"2026-07-14T06:25:01Z", "2026-07-14T06:25:01Z"},
		{"2026-07-14T06:25:01-09:30", "2026-07-14T06:25:01-09:30"},
		{"2026-07-14T06:25:01.123456789Z", "2026-07-14T06:25:01.123456789Z"},
		{"2026-07-14 06:25:01,250Z", "2026-07-14T06:25:01.25Z"},
		{"Dec 31 2025 23:59:60", "2026-01-01T00:00:00+01:00"}, // a leap second, and a year
	} {
		s := engine.NewStream(Options{Zone: paris, Reference: time.Date(2026, 12, 31, 0, 0, 0, 0, time.UTC)})
		var e logviz.Event
		if err := s.Parse([]byte(c.stamp+" h sshd[1]: Server listening on 0.0.0.0 port 22."), &e); err != nil {
			t.Errorf("%s: %v", c.stamp, err)
			continue
		}
		if got := e.Get(logviz.FieldTimestamp).String(); got != c.want {
			t.Errorf("%s: %s, want %s", c.stamp, got, c.want)
		}
	}
}

// Stamps of the same date as the one before are placed as all others are, in zones that shift by any amount.
func TestSameDay(t *testing.T) {
	for _, name := range []string{"UTC", "Europe/Paris", "America/St_Johns", "Australia/Lord_Howe", "Africa/Casablanca"} {
		zone, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		random := rand.New(rand.NewPCG(7, uint64(len(name))))
		quick := clock{zone: zone, reference: time.Date(2026, 11, 2, 1, 0, 0, 0, time.UTC)}
		slow, used := quick, 0
		at := time.Date(2022, 1, 1, 0, 0, 0, 0, time.UTC)
		for range 50_000 {
			at = at.Add(time.Duration(random.IntN(100)-10) * 10 * time.Minute)
			if random.IntN(5000) == 0 {
				at = at.AddDate(0, random.IntN(11), 0)
			}
			text := at.Format(time.Stamp)
			if _, ok := quick.sameDay(text); ok {
				used++
			}
			slow.day = day{}
			got, ok := bsdValue(text, &quick)
			want, wantOK := bsdValue(text, &slow)
			if ok != wantOK || !got.Equal(want) {
				t.Fatalf("%s: %s behind %v is %v %v, want %v %v", name, text, slow.previous, got, ok, want, wantOK)
			}
			if ok {
				quick.previous, slow.previous = got.Time(), want.Time()
			}
		}
		if used < 10_000 {
			t.Errorf("%s: only %d of 50,000 were quick", name, used)
		}
	}
}

// A stamp of a date that was read before becomes what it would have become without.
func TestSameISODay(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 5))
	known := clock{zone: time.UTC}
	dates := []string{"2026-03-14", "2026-03-15", "2024-02-29", "1970-01-01", "1969-12-31", "1678-01-01", "2261-12-31", "0001-01-01", "9999-12-31"}
	fractions := []string{"", "", ".5", ".123456", ".123456789", ".1234567891234", ".", ",5", ".000"}
	zones := []string{"Z", "Z", "+01:00", "-11:30", "+00:00", "-00:00", "+0100", "", "z", "+24:00", "+01:60", "+1:00", "+aa:00", "Zx"}
	quick := 0
	for range 100_000 {
		pick := func(of []string) string { return of[random.IntN(len(of))] }
		s := fmt.Sprintf("%sT%02d:%02d:%02d%s%s", pick(dates), random.IntN(26), random.IntN(62), random.IntN(62), pick(fractions), pick(zones))
		if random.IntN(20) == 0 {
			at := random.IntN(len(s))
			s = s[:at] + string(rune(' '+random.IntN(90))) + s[at+1:]
		}
		_, same := known.sameISODay(s)
		if same {
			quick++
		}
		got, ok := isoValue(s, &known)
		want, wanted := isoValue(s, &clock{zone: time.UTC})
		if ok != wanted || !got.Equal(want) {
			t.Fatalf("%q: %v %v, want %v %v", s, got, ok, want, wanted)
		}
	}
	if quick < 2000 {
		t.Errorf("only %d stamps were of the date before", quick)
	}
}
