package normalize

import (
	"testing"
	"time"
)

// What each type makes of a text, and what it refuses; an empty value is a refusal.
func TestTypes(t *testing.T) {
	known := newTypes()
	for _, c := range []struct{ typ, text, want string }{
		{"clf", "10/Oct/2000:13:55:36 -0700", "2000-10-10T13:55:36-07:00"},
		{"clf", "31/Feb/2000:13:55:36 -0700", ""},
		{"clf", "10/Oct/2000:24:55:36 -0700", ""},
		{"ctime", "Wed Oct 11 14:32:52 2000", "2000-10-11T14:32:52Z"},
		{"ctime", "Wed Oct  1 14:32:52.123456 2000", "2000-10-01T14:32:52.123456Z"},
		{"epoch-ms", "1773469501123", "2026-03-14T06:25:01.123Z"},
		{"filetime", "134179431011234567", "2026-03-14T06:25:01.1234567Z"},
		{"filetime", "0", ""},
		{"strftime(%d-%b-%Y %H:%M:%S.%f)", "14-Mar-2026 06:25:01.5", "2026-03-14T06:25:01.5Z"},
		{"strftime(%b %d %T)", "Mar 14 06:25:01", "2026-03-14T06:25:01Z"},
		{"strftime(%b %e %T %z)", "Mar  4 06:25:01 +0130", "2026-03-04T06:25:01+01:30"},
		{"strftime(%D %I:%M:%S %p)", "3/14/26 12:25:01 AM", "2026-03-14T00:25:01Z"},
		{"strftime(%D %I:%M:%S %p)", "3/14/99 1:25:01 pm", "1999-03-14T13:25:01Z"},
		{"strftime(%m/%d/%Y %R)", "02/30/2026 10:00", ""},
		{"strftime(%Y-%j %T)", "2024-366 00:00:00", "2024-12-31T00:00:00Z"},
		{"strftime(%Y-%j %T)", "2026-366 00:00:00", ""},
		{"strftime(%s)", "1773469501", "2026-03-14T06:25:01Z"},
		{"strftime(%s)", "99999999999", ""},
		{"strftime(%F %T %Z)", "2026-03-14 06:25:01 EST", "2026-03-14T06:25:01-05:00"},
		{"strftime(%F %T %Z)", "2026-03-14 06:25:01 XYZ", "2026-03-14T06:25:01Z"},
		{"strftime(%A, %d %B %Y)", "saturday, 14 MARCH 2026", "2026-03-14T00:00:00Z"},
		{"strftime(100%% %F)", "100% 2026-03-14", "2026-03-14T00:00:00Z"},
		{"duration", "12ms", "12000000"},
		{"duration", "1.5 s", "1500000000"},
		{"duration", "3 days", "259200000000000"},
		{"duration", "7µs", "7000"},
		{"duration", "1+02:03:04.5", "93784500000000"},
		{"duration", "00:00:09", "9000000000"},
		{"duration", "12", ""},
		{"duration", "12 more", ""},
		{"duration", "-1s", ""},
		{"duration", "9999999999999999999999h", ""},
		{"bytes", "12", "12"},
		{"bytes", "12K", "12288"},
		{"bytes", "1.5MB", "1500000"},
		{"bytes", "1 GiB", "1073741824"},
		{"bytes", "9999999999P", ""},
		{"bool", "Yes", "true"},
		{"bool", "off", "false"},
		{"bool", "maybe", ""},
		{"hex", "0xDEADbeef", "0xDEADbeef"},
		{"hex", "0x", ""},
		{"hex", "1f", "1f"},
		{"uri", "/a?b='c'", "/a?b='c'"},
		{"uri", `/a"b`, ""},
	} {
		f, err := known.lookUp(c.typ)
		if err != nil {
			t.Fatal(err)
		}
		clock := clock{zone: time.UTC, reference: utc2026().Reference}
		v, err := (&target{typ: f}).value(c.text, &clock)
		if got := v.String(); c.want == "" && err == nil || c.want != "" && got != c.want {
			t.Errorf("%s of %q is %q %v, want %q", c.typ, c.text, got, err, c.want)
		}
	}
}

func TestWrongLayouts(t *testing.T) {
	for _, s := range []string{"strftime(%H:%M)", "strftime(%Q %F)", "strftime(%F %)", "strftime()", "strftime(%j)", "strftime(%F", "strftim(%F)"} {
		if _, err := newTypes().lookUp(s); err == nil {
			t.Errorf("%s: accepted", s)
		}
	}
}

// No type reads beyond the text, and what it spans whole has the value that a stream gets.
func FuzzTypes(f *testing.F) {
	known := newTypes()
	if _, err := known.lookUp("strftime(%a %d %b %y %I:%M:%S.%f %p %z %Z)"); err != nil {
		f.Fatal(err)
	}
	for _, s := range []string{"10/Oct/2000:13:55:36 -0700", "1+02:03:04.5", "1.5MB", "0xff", "Wed 1 Oct 69 1:2:3.4 PM Z UTC", "-1", ""} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, name := range known.names() {
			typ := known.known[name]
			n := typ.size(s)
			if n > len(s) || n < -1 {
				t.Fatalf("%s spans %d of %q", name, n, s)
			}
			if n < max(typ.least, 0) || typ.ok != nil && !typ.ok(s[:n]) || typ.value == nil {
				continue
			}
			clock := clock{zone: time.UTC, reference: utc2026().Reference}
			v, ok := typ.value(s[:n], &clock)
			if !ok && !typ.moment && len(s[:n]) <= longestSafe {
				t.Fatalf("%s of %q is no value, and short", name, s[:n])
			}
			if ok && v.Kind() == 0 {
				t.Fatalf("%s of %q is nothing", name, s[:n])
			}
		}
	})
}
