package logviz

import (
	"slices"
	"testing"
	"time"
)

// A condition that is taken is told as it was given, and means the same when it is read again.
func FuzzSelection(f *testing.F) {
	for _, text := range []string{"country=cn", "country=private", "account=", "account=a=b", "address=10.0.0.0/8", "address=::ffff:203.0.113.8", "outcome=failed", "x"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var s, again Selection
		if s.Only(text) != nil {
			return
		}
		told := s.Strings(time.UTC)
		if !slices.Equal(told, []string{text}) {
			t.Fatalf("%q is told as %q", text, told)
		}
		if err := again.Only(told[0]); err != nil {
			t.Fatal(err)
		}
		for _, ip := range []string{"", "203.0.113.8", "10.0.0.1", "2001:db8::1"} {
			for _, outcome := range []string{"failure", "success"} {
				e := attempt(t, "2026-03-14T06:00:00Z", "a=b", ip, 1, outcome)
				if s.Holds(e, china) != again.Holds(e, china) {
					t.Fatalf("%q means something else when read again", text)
				}
			}
		}
	})
}
