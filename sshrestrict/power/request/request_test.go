package request

import (
	"slices"
	"strings"
	"testing"
	"time"
)

func TestParse(t *testing.T) {
	at := time.Date(2027, 1, 4, 6, 55, 0, 0, time.UTC)
	for line, want := range map[string]Request{
		"status":                        {Verb: Status},
		"suspend":                       {Verb: Suspend},
		"hibernate":                     {Verb: Hibernate},
		"poweroff":                      {Verb: PowerOff},
		"reboot":                        {Verb: Reboot},
		"suspend --wake-at +3600":       {Verb: Suspend, WakeIn: time.Hour},
		"suspend --wake-at=+60":         {Verb: Suspend, WakeIn: time.Minute},
		"hibernate --wake-at=+31536000": {Verb: Hibernate, WakeIn: MaxWake},
		"poweroff --wake-at 2027-01-04T06:55:00Z":      {Verb: PowerOff, WakeAt: at},
		"poweroff --wake-at=2027-01-04T07:55:00+01:00": {Verb: PowerOff, WakeAt: at},
	} {
		got, err := Parse(strings.Fields(line))
		if err != nil || got != want {
			t.Errorf("%s: %+v %v, want %+v", line, got, err, want)
		}
		again, err := Parse(got.Words())
		if err != nil || again != got {
			t.Errorf("%s: passed on as %q and read as %+v %v", line, got.Words(), again, err)
		}
	}
}

// One cause of refusal per case.
func TestParseRefuses(t *testing.T) {
	for name, words := range map[string][]string{
		"nothing":               {},
		"empty verb":            {""},
		"unknown verb":          {"halt"},
		"kexec":                 {"kexec"},
		"case":                  {"Suspend"},
		"abbreviation":          {"susp"},
		"blank before":          {" suspend"},
		"line end":              {"suspend\n"},
		"NUL":                   {"suspend\x00"},
		"homoglyph":             {"su\u0455pend"},
		"option first":          {"--wake-at=+60", "suspend"},
		"dash verb":             {"-suspend"},
		"two words in one":      {"suspend --wake-at=+60"},
		"two verbs":             {"suspend", "poweroff"},
		"force":                 {"poweroff", "--force"},
		"short force":           {"poweroff", "-f"},
		"ignore inhibitors":     {"poweroff", "-i"},
		"check inhibitors":      {"poweroff", "--check-inhibitors=no"},
		"no wall":               {"poweroff", "--no-wall"},
		"help":                  {"suspend", "--help"},
		"end of options":        {"suspend", "--"},
		"abbreviated option":    {"suspend", "--wake=+60"},
		"single dash":           {"suspend", "-wake-at=+60"},
		"no value":              {"suspend", "--wake-at"},
		"empty value":           {"suspend", "--wake-at="},
		"empty value in a word": {"suspend", "--wake-at", ""},
		"twice":                 {"suspend", "--wake-at=+60", "--wake-at=+60"},
		"a word too many":       {"suspend", "--wake-at", "+60", "x"},
		"on status":             {"status", "--wake-at=+60"},
		"on reboot":             {"reboot", "--wake-at=+60"},
		"zero":                  {"suspend", "--wake-at=+0"},
		"too soon":              {"suspend", "--wake-at=+59"},
		"too late":              {"suspend", "--wake-at=+31536001"},
		"overflow":              {"suspend", "--wake-at=+99999999999999999999"},
		"wraps to small":        {"suspend", "--wake-at=+18446744073709551676"},
		"minus":                 {"suspend", "--wake-at=-60"},
		"plus minus":            {"suspend", "--wake-at=+-60"},
		"two plus":              {"suspend", "--wake-at=++60"},
		"hexadecimal":           {"suspend", "--wake-at=+0x60"},
		"leading zero":          {"suspend", "--wake-at=+0060"},
		"underscore":            {"suspend", "--wake-at=+6_0"},
		"fraction":              {"suspend", "--wake-at=+60.5"},
		"unit":                  {"suspend", "--wake-at=+60s"},
		"other digits":          {"suspend", "--wake-at=+\u0666\u0660"},
		"bare number":           {"suspend", "--wake-at=1800000000"},
		"at sign":               {"suspend", "--wake-at=@1800000000"},
		"no zone":               {"suspend", "--wake-at=2027-01-04T06:55:00"},
		"blank for T":           {"suspend", "--wake-at=2027-01-04 06:55:00Z"},
		"no such day":           {"suspend", "--wake-at=2027-02-30T06:55:00Z"},
		"fraction of a second":  {"suspend", "--wake-at=2027-01-04T06:55:00.5Z"},
		"fraction of zero":      {"suspend", "--wake-at=2027-01-04T06:55:00.0Z"},
		"comma":                 {"suspend", "--wake-at=2027-01-04T06:55:00,0Z"},
		"before time":           {"suspend", "--wake-at=0001-01-01T00:00:00Z"},
		"year 10000":            {"suspend", "--wake-at=9999-12-31T23:59:59-01:00"},
		"command":               {"suspend", "--wake-at=$(reboot)"},
		"long":                  {"suspend", "--wake-at=" + strings.Repeat("9", 1<<16)},
	} {
		got, err := Parse(words)
		if err == nil || got != (Request{}) {
			t.Errorf("%s: %+v %v", name, got, err)
			continue
		}
		if text := err.Error(); len(text) > 250 || strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r > '~' }) {
			t.Errorf("%s: not fit for a terminal: %q", name, text)
		}
	}
}

func TestWakeFromNow(t *testing.T) {
	now := time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		r    Request
		want time.Time
		ok   bool
	}{
		"none":         {Request{Verb: Suspend}, time.Time{}, true},
		"relative":     {Request{Verb: Suspend, WakeIn: time.Hour}, now.Add(time.Hour), true},
		"absolute":     {Request{Verb: Suspend, WakeAt: now.Add(time.Minute)}, now.Add(time.Minute), true},
		"too soon":     {Request{Verb: Suspend, WakeAt: now.Add(59 * time.Second)}, time.Time{}, false},
		"in the past":  {Request{Verb: Suspend, WakeAt: now.Add(-time.Hour)}, time.Time{}, false},
		"after a year": {Request{Verb: Suspend, WakeAt: now.Add(MaxWake + time.Second)}, time.Time{}, false},
		"far future":   {Request{Verb: Suspend, WakeAt: time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)}, time.Time{}, false},
	} {
		got, err := c.r.Wake(now)
		if !got.Equal(c.want) || (err == nil) != c.ok {
			t.Errorf("%s: %v %v", name, got, err)
		}
	}
}

// What is accepted has one spelling, is read back from it as the same, and consists of harmless bytes only.
func FuzzParse(f *testing.F) {
	f.Add("suspend", "--wake-at=+3600", "")
	f.Add("poweroff", "--wake-at", "2027-01-04T07:55:00+01:00")
	f.Add("status", "", "")
	f.Fuzz(func(t *testing.T, a, b, c string) {
		for _, words := range [][]string{{a}, {a, b}, {a, b, c}} {
			r, err := Parse(words)
			if err != nil {
				if r != (Request{}) {
					t.Fatalf("%q: %+v with an error", words, r)
				}
				continue
			}
			out := r.Words()
			again, err := Parse(out)
			if err != nil || again != r || !slices.Equal(again.Words(), out) {
				t.Fatalf("%q became %q, which is read as %+v %v", words, out, again, err)
			}
			if !slices.Contains(Verbs(), Verb(out[0])) || strings.Trim(strings.TrimPrefix(strings.Join(out[1:], ""), "--wake-at="), "0123456789+-:TZ") != "" {
				t.Fatalf("%q became %q", words, out)
			}
		}
	})
}
