package logviz

import (
	"fmt"
	"reflect"
	"testing"
	"time"

	"ops/logviz/geo"
)

func buckets(t *testing.T, tl *Timeline, from string, step time.Duration, n int) []Bucket {
	t.Helper()
	b, err := tl.Buckets(timestamp(t, from).Time(), step, n)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestTimeline(t *testing.T) {
	tl := NewTimeline(time.Minute)
	if _, _, ok := tl.Span(); ok {
		t.Error("an empty timeline has a span")
	}
	tl.Add(attempt(t, "2026-03-14T06:25:59Z", "root", "203.0.113.8", 5, "failure"), china)
	tl.Add(attempt(t, "2026-03-14T06:25:00Z", "root", "203.0.113.8", 1, "failure"), china)
	tl.Add(attempt(t, "2026-03-14T06:26:00Z", "admin", "203.0.113.8", 1, "failure"), china)
	tl.Add(attempt(t, "2026-03-14T06:26:30Z", "admin", "", 2, "failure"), geo.Place{})
	tl.Add(attempt(t, "2026-03-14T06:27:30Z", "deploy", "198.51.100.2", 1, "success"), france)
	tl.Add(attempt(t, "2026-03-14T06:24:30Z", "admin", "203.0.113.8", 1, "failure"), china) // late in the log
	from, to, ok := tl.Span()
	if !ok || !from.Equal(timestamp(t, "2026-03-14T06:24:00Z").Time()) || !to.Equal(timestamp(t, "2026-03-14T06:28:00Z").Time()) {
		t.Errorf("span %v to %v", from, to)
	}
	got := buckets(t, tl, "2026-03-14T06:24:00Z", time.Minute, 4)
	want := []Bucket{
		{Failed: 1, Sources: 1, Countries: []Count{{"CN", 1}}, Accounts: []Count{{"admin", 1}}},
		{Failed: 6, Countries: []Count{{"CN", 6}}, Accounts: []Count{{"root", 6}}},
		{Failed: 3, Countries: []Count{{"", 2}, {"CN", 1}}, Accounts: []Count{{"admin", 3}}},
		{Accepted: 1},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
	got = buckets(t, tl, "2026-03-14T06:25:00Z", 2*time.Minute, 1)
	want = []Bucket{{Failed: 9, Countries: []Count{{"", 2}, {"CN", 7}}, Accounts: []Count{{"admin", 3}, {"root", 6}}}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
	if _, err := tl.Buckets(from, time.Second, 1); err == nil {
		t.Error("finer steps than there are")
	}
}

// However much comes in, no attempt is lost and memory is bounded.
func TestTimelineIsBounded(t *testing.T) {
	tl := NewTimeline(time.Second)
	start := timestamp(t, "2026-03-14T00:00:00Z").Time()
	e := attempt(t, "2026-03-14T00:00:00Z", "", "203.0.113.8", 1, "failure")
	const n = 3 * maxEntries
	for i := range n {
		at, _ := TimestampValue(start.Add(time.Duration(i) * 50 * time.Millisecond))
		e.Set(FieldTimestamp, at)
		name := fmt.Sprint("user", i%90_000)
		if i%10 == 0 {
			name = "root"
		}
		e.Set(FieldUser, StringValue(name))
		tl.Add(e, china)
	}
	for _, s := range []series{tl.countries, tl.accounts} {
		if cap(s.entries) > 2*maxEntries {
			t.Errorf("%d entries are held", cap(s.entries))
		}
	}
	failed, accounts, root := 0, 0, 0
	for _, b := range buckets(t, tl, "2026-03-13T00:00:00Z", 24*time.Hour, 8) {
		failed += b.Failed
		for _, a := range b.Accounts {
			accounts += a.N
			if a.Name == "root" {
				root += a.N
			}
		}
	}
	if failed != n || accounts != n || root != (n+9)/10 {
		t.Errorf("of %d attempts %d are counted, %d by account, %d of root", n, failed, accounts, root)
	}
}
