package logviz

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"ops/logviz/geo"
)

// line is an event and the place of its source.
type line struct {
	e     *Event
	place geo.Place
}

// randomLog returns a log of a few days around the end of summer time in Paris: attempts on few accounts from few
// addresses, so that they meet; some without a time, an address or a method, some repeated.
func randomLog(random *rand.Rand, n int) []line {
	start := time.Date(2026, 10, 24, 12, 0, 0, 0, time.UTC)
	places := []geo.Place{china, france, private, {}}
	var lines []line
	for range n {
		e := &Event{}
		if random.IntN(20) > 0 {
			v, _ := TimestampValue(start.Add(time.Duration(random.IntN(36*60)) * time.Minute))
			e.Set(FieldTimestamp, v)
		}
		action, outcome := "ssh_login", "failure"
		switch {
		case random.IntN(10) == 0:
			outcome = "success"
		case random.IntN(10) == 0:
			action = "ssh_closed"
		}
		e.Set(FieldAction, StringValue(action))
		e.Set(FieldOutcome, StringValue(outcome))
		e.Set(FieldUser, StringValue([]string{"root", "admin", "", "oracle"}[random.IntN(4)]))
		if random.IntN(4) > 0 {
			e.Set(FieldUserUnknown, BoolValue(random.IntN(2) == 0))
		}
		e.Set(FieldMethod, StringValue([]string{"password", "publickey"}[random.IntN(2)]))
		if random.IntN(8) == 0 {
			e.Set(FieldCount, IntegerValue(int64(random.IntN(5))))
		}
		place := geo.Place{}
		if random.IntN(20) > 0 {
			k := random.IntN(12)
			place = places[k%4]
			e.Set(FieldSourceIP, IPValue(netip.AddrFrom4([4]byte{203, 0, byte(k / 4), byte(k)})))
		}
		lines = append(lines, line{e, place})
	}
	return lines
}

func counted(tally *Tally, lines []line) *Statistics {
	for _, l := range lines {
		tally.Add(l.e, l.place)
	}
	return tally.Statistics(geo.Info{})
}

func paris(t *testing.T) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

// The order of the lines changes nothing.
func TestOrderDoesNotMatter(t *testing.T) {
	zone := paris(t)
	for seed := range uint64(50) {
		random := rand.New(rand.NewPCG(seed, 1))
		lines := randomLog(random, 300)
		want, _ := json.Marshal(counted(NewTally(zone), lines))
		for range 3 {
			random.Shuffle(len(lines), func(i, j int) { lines[i], lines[j] = lines[j], lines[i] })
			if got, _ := json.Marshal(counted(NewTally(zone), lines)); string(got) != string(want) {
				t.Fatalf("seed %d: got\n%s\nwant\n%s", seed, got, want)
			}
		}
	}
}

// Each list adds up to all failed attempts, with what it is said to lack.
func TestListsAddUp(t *testing.T) {
	for seed := range uint64(50) {
		s := counted(NewTally(paris(t)), randomLog(rand.New(rand.NewPCG(seed, 2)), 300))
		addUp(t, s)
	}
}

func addUp(t *testing.T, s *Statistics) {
	t.Helper()
	check := func(what string, got, want int) {
		t.Helper()
		if got != want {
			t.Errorf("%s: %d, want %d", what, got, want)
		}
	}
	failed, none := s.Attempts.Failed, s.NotListed
	l := s.Located
	check("located", l.Country+l.Private+l.Reserved+l.Unknown, failed)
	check("users", s.Users.Known+s.Users.Unknown, failed)
	check("countries", sum(s.Countries, func(c CountryCount) int { return c.Attempts }), l.Country)
	check("accounts", sum(s.Accounts, func(a AccountCount) int { return a.Attempts })+none.Accounts, failed)
	check("addresses", sum(s.Addresses, func(a AddressCount) int { return a.Attempts })+none.Addresses+none.WithoutAddress, failed)
	check("networks", sum(s.Networks, func(n NetworkCount) int { return n.Attempts })+none.Addresses+none.WithoutAddress, failed)
	check("methods", sum(s.Methods, func(m MethodCount) int { return m.Attempts })+none.Methods, failed)
	check("hours", sum(s.Hours, func(h HourCount) int { return h.Attempts })+none.Hours+none.WithoutTime, failed)
	check("days", sum(s.Days, func(d DayCount) int { return d.Attempts })+none.Hours+none.WithoutTime, failed)
	check("logins", len(s.Logins)+none.Logins, s.Attempts.Accepted)
	check("accepted methods", sum(s.Methods, func(m MethodCount) int { return m.Accepted }), s.Attempts.Accepted)
	check("accepted days", sum(s.Days, func(d DayCount) int { return d.Accepted }), sum(s.Hours, func(h HourCount) int { return h.Accepted }))
	check("sources", len(s.Addresses), s.Sources)
	check("sources of networks", sum(s.Networks, func(n NetworkCount) int { return n.Sources }), s.Sources)
	check("new of hours and days", sum(s.Hours, func(h HourCount) int { return h.NewSources }), sum(s.Days, func(d DayCount) int { return d.NewSources }))
	if none.Accounts == 0 {
		check("unknown", sum(s.Accounts, func(a AccountCount) int { return a.Unknown }), s.Users.Unknown)
	}
	for _, a := range s.Accounts {
		methods := 0
		for _, n := range a.Methods {
			methods += n
		}
		check("methods of "+a.Name, methods, a.Attempts)
	}
}

func sum[T any](list []T, of func(T) int) (n int) {
	for _, x := range list {
		n += of(x)
	}
	return n
}

// What the histories tell is what a reader of the whole log would count.
func TestHistoriesAgreeWithTheLog(t *testing.T) {
	zone := paris(t)
	for seed := range uint64(50) {
		lines := randomLog(rand.New(rand.NewPCG(seed, 3)), 200)
		s := counted(NewTally(zone), lines)
		for _, h := range s.Hours {
			key := h.Start.Format(time.RFC3339)
			sources, fresh := slowSources(lines, zone, "2006-01-02T15:00:00Z07:00", key)
			if h.Sources != sources || h.NewSources != fresh {
				t.Fatalf("seed %d, %s: %d sources, %d new; want %d, %d", seed, key, h.Sources, h.NewSources, sources, fresh)
			}
		}
		for _, d := range s.Days {
			sources, fresh := slowSources(lines, zone, time.DateOnly, d.Date)
			if d.Sources != sources || d.NewSources != fresh {
				t.Fatalf("seed %d, %s: %d sources, %d new; want %d, %d", seed, d.Date, d.Sources, d.NewSources, sources, fresh)
			}
		}
		for _, a := range s.Accounts {
			from := make(map[netip.Addr]bool)
			for _, l := range lines {
				if n, accepted := l.e.Attempts(); n > 0 && !accepted && l.e.Text(FieldUser) == a.Name && l.e.Source().IsValid() {
					from[l.e.Source()] = true
				}
			}
			if a.Sources != len(from) {
				t.Fatalf("seed %d: %q has %d sources, want %d", seed, a.Name, a.Sources, len(from))
			}
		}
		after := 0
		for _, login := range s.Logins {
			all, same := slowBefore(lines, login)
			if login.FailuresBefore != all || login.SameAccountBefore != same {
				t.Fatalf("seed %d: %+v, want %d and %d", seed, login, all, same)
			}
			after += min(all, 1)
		}
		if after != s.LoginsAfterFailures {
			t.Fatalf("seed %d: %d logins after failures, want %d", seed, s.LoginsAfterFailures, after)
		}
	}
}

// slowSources counts the addresses with a failed attempt in a stretch of time, and those whose first one it is.
func slowSources(lines []line, zone *time.Location, layout, key string) (sources, fresh int) {
	seen := make(map[netip.Addr][]time.Time)
	for _, l := range lines {
		if n, accepted := l.e.Attempts(); n > 0 && !accepted && l.e.Source().IsValid() && !l.e.Time().IsZero() {
			seen[l.e.Source()] = append(seen[l.e.Source()], l.e.Time())
		}
	}
	for _, times := range seen {
		slices.SortFunc(times, time.Time.Compare)
		is := func(at time.Time) bool { return at.In(zone).Format(layout) == key }
		if slices.ContainsFunc(times, is) {
			sources++
		}
		if is(times[0]) {
			fresh++
		}
	}
	return sources, fresh
}

func slowBefore(lines []line, login Login) (all, same int) {
	for _, l := range lines {
		n, accepted := l.e.Attempts()
		if accepted || !login.IP.IsValid() || l.e.Source() != login.IP {
			continue
		}
		if login.Time.Year() == 1 || !l.e.Time().After(login.Time) {
			all += n
			if l.e.Text(FieldUser) == login.Account {
				same += n
			}
		}
	}
	return all, same
}

// Full histories keep the hour only, except where somebody got in, and say what they had to leave out.
func TestFullHistories(t *testing.T) {
	lines := randomLog(rand.New(rand.NewPCG(1, 4)), 2000)
	slices.SortStableFunc(lines, func(a, b line) int { return a.e.Time().Compare(b.e.Time()) })
	whole := counted(NewTally(paris(t)), lines)
	small := NewTally(paris(t))
	small.maxMoments = 1200
	folded := counted(small, lines)
	if !slices.ContainsFunc(small.addresses, func(a address) bool { return a.entered }) || small.moments > 1200 {
		t.Fatalf("%d moments", small.moments)
	}
	addUp(t, folded)
	want, _ := json.Marshal(whole)
	if got, _ := json.Marshal(folded); string(got) != string(want) && folded.NotListed.History == 0 {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	tiny := NewTally(paris(t))
	tiny.maxMoments = 10
	s := counted(tiny, lines)
	addUp(t, s)
	if s.NotListed.History == 0 || tiny.moments > 10 {
		t.Errorf("%d moments, %d attempts missing", tiny.moments, s.NotListed.History)
	}
	for i, l := range s.Logins { // no alarm is missed
		if l.FailuresBefore < whole.Logins[i].FailuresBefore {
			t.Errorf("%+v, of all histories %+v", l, whole.Logins[i])
		}
	}
}

// A login without a time is told with the zero time of every zone.
func TestLoginWithoutATime(t *testing.T) {
	tally := NewTally(paris(t))
	e := attempt(t, "2026-03-14T06:00:00Z", "root", "203.0.113.8", 1, "success")
	e.Delete(FieldTimestamp)
	tally.Add(e, china)
	out, err := json.Marshal(tally.Statistics(geo.Info{}).Logins)
	if err != nil || !strings.Contains(string(out), `"time":"0001-01-01T00:00:00Z"`) {
		t.Errorf("%s, %v", out, err)
	}
}

// A login after failures is found among very many that are not.
func TestManyLogins(t *testing.T) {
	tally := NewTally(time.UTC)
	e := attempt(t, "2026-03-14T06:00:00Z", "root", "203.0.113.8", 3, "failure")
	tally.Add(e, china)
	good := attempt(t, "2026-03-14T07:00:00Z", "deploy", "", 1, "success")
	const n = 3 * maxLogins
	for i := range n {
		good.Set(FieldSourceIP, IPValue(netip.AddrFrom4([4]byte{16, 0, byte(i >> 3 & 0xff), byte(i)})))
		tally.Add(good, france)
		if i == n/2 {
			tally.Add(attempt(t, "2026-03-14T08:00:00Z", "root", "203.0.113.8", 1, "success"), china)
		}
	}
	s := tally.Statistics(geo.Info{})
	addUp(t, s)
	if len(tally.logins) > maxLogins || len(s.Logins) != listedLogins || s.LoginsAfterFailures != 1 {
		t.Fatalf("%d logins, %d listed, %d after failures", len(tally.logins), len(s.Logins), s.LoginsAfterFailures)
	}
	guess := attempt(t, "2026-03-14T07:30:00Z", "root", "203.0.113.9", 1, "failure")
	for range 2 * listedLogins { // who mistypes does not hide it either
		tally.Add(guess, china)
		guess.Set(FieldOutcome, StringValue("success"))
	}
	if again := tally.Statistics(geo.Info{}); !slices.Contains(again.Logins, s.Logins[listedLogins-1]) {
		t.Errorf("%+v is not listed any more", s.Logins[listedLogins-1])
	}
	if last := s.Logins[listedLogins-1]; last.FailuresBefore != 3 || last.SameAccountBefore != 3 {
		t.Errorf("%+v", last)
	}
}

// The hours of a zone are whole ones of its clock, and the two of one name are two.
func TestCalendar(t *testing.T) {
	for _, name := range []string{"UTC", "Europe/Paris", "Asia/Kathmandu", "America/St_Johns", "Australia/Lord_Howe"} {
		zone, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		c := calendar{zone: zone}
		random := rand.New(rand.NewPCG(1, 5))
		for range 2000 {
			unix := random.Int64N(1<<32) - 1<<20
			at := time.Unix(unix, 0).In(zone)
			if got := c.hourOfDay(unix); got != at.Hour() {
				t.Fatalf("%v: hour %d", at, got)
			}
			if got := dateOf(c.day(unix)); got != at.Format(time.DateOnly) {
				t.Fatalf("%v: day %s", at, got)
			}
			want := fmt.Sprint(at.Minute()*60 + at.Second())
			if got := fmt.Sprint(unix - c.hour(unix)); got != want {
				t.Fatalf("%v: %s seconds into its hour, want %s", at, got, want)
			}
		}
	}
}
