package logviz

import (
	"slices"
	"strings"
	"testing"
	"time"

	"ops/logviz/geo"
)

func TestSelection(t *testing.T) {
	events := map[string]line{
		"cn":       {attempt(t, "2026-03-14T06:00:00Z", "root", "203.0.113.8", 1, "failure"), china},
		"fr":       {attempt(t, "2026-03-14T07:00:00Z", "admin", "198.51.100.2", 2, "failure"), france},
		"private":  {attempt(t, "2026-03-14T08:00:00Z", "", "10.0.0.1", 1, "failure"), private},
		"nowhere":  {attempt(t, "2026-03-15T08:00:00Z", "root", "", 1, "failure"), geo.Place{}},
		"accepted": {attempt(t, "2026-03-15T09:00:00Z", "root", "203.0.113.9", 1, "success"), china},
		"v6":       {attempt(t, "2026-03-15T10:00:00Z", "x", "2001:db8::7", 1, "failure"), france},
		"untimed":  {attempt(t, "2026-03-15T10:00:00Z", "y", "192.0.2.1", 1, "failure"), france},
		"closed":   {attempt(t, "2026-03-14T06:00:00Z", "root", "203.0.113.8", 1, "unknown"), china},
	}
	events["untimed"].e.Delete(FieldTimestamp)
	events["v6"].e.Set(FieldMethod, StringValue("publickey"))
	for _, c := range []struct{ only, since, until, want string }{
		{"", "", "", "accepted closed cn fr nowhere private untimed v6"},
		{"country=cn", "", "", "accepted cn"},
		{"country=CN country=private", "", "", "accepted cn private"},
		{"country=unknown", "", "", "nowhere"},
		{"country=CN outcome=failed", "", "", "cn"},
		{"outcome=accepted", "", "", "accepted"},
		{"account=", "", "", "private"},
		{"account=root account=admin", "", "", "accepted cn fr nowhere"},
		{"address=203.0.113.0/24", "", "", "accepted cn"},
		{"address=::ffff:203.0.113.8", "", "", "cn"},
		{"address=2001:db8::/32", "", "", "v6"},
		{"method=publickey", "", "", "v6"},
		{"", "2026-03-14T07:00:00Z", "", "accepted fr nowhere private v6"},
		{"", "", "2026-03-14T07:00:00Z", "closed cn"},
		{"country=FR", "2026-03-14T00:00:00Z", "2026-03-15T00:00:00Z", "fr"},
	} {
		var s Selection
		for only := range strings.FieldsSeq(c.only) {
			if err := s.Only(only); err != nil {
				t.Fatal(err)
			}
		}
		s.Since, _ = time.Parse(time.RFC3339, c.since)
		s.Until, _ = time.Parse(time.RFC3339, c.until)
		var got []string
		for name, l := range events {
			if s.Holds(l.e, l.place) {
				got = append(got, name)
			}
		}
		slices.Sort(got)
		if names := strings.Join(got, " "); names != c.want {
			t.Errorf("%+v: %s", c, names)
		}
	}
}

func TestSelectionRefuses(t *testing.T) {
	for _, text := range []string{"", "country", "land=CN", "country=China", "country=", "country=1A", "address=x", "address=", "address=1.2.3.4/33", "outcome=success"} {
		var s Selection
		if err := s.Only(text); err == nil {
			t.Errorf("%q is taken", text)
		}
	}
}

func TestSelectionStrings(t *testing.T) {
	s := Selection{Since: time.Date(2026, 3, 14, 0, 0, 0, 0, time.UTC)}
	for _, only := range []string{"outcome=failed", "country=CN", "country=FR"} {
		if err := s.Only(only); err != nil {
			t.Fatal(err)
		}
	}
	want := "since=2026-03-14T01:00:00+01:00 country=CN country=FR outcome=failed"
	if got := strings.Join(s.Strings(paris(t)), " "); got != want {
		t.Errorf("got %s", got)
	}
}
