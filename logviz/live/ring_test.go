package live

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"ops/logviz"
	"ops/logviz/geo"
)

func places() []geo.Place {
	return []geo.Place{in("CN"), in("FR"), {Kind: geo.Private}, {Kind: geo.Reserved}, {}}
}

// someAttempt is one of not many, so that they meet.
func someAttempt(random *rand.Rand, when time.Time) (*logviz.Event, geo.Place) {
	ip, place := "", geo.Place{}
	if i := random.IntN(30); i > 0 {
		ip, place = fmt.Sprintf("203.0.113.%d", i), places()[i%5]
	}
	outcome := "failure"
	if random.IntN(20) == 0 {
		outcome = "success"
	}
	e := attempt(when, fmt.Sprint("user", random.IntN(12)), ip, outcome)
	e.Set(logviz.FieldMethod, logviz.StringValue([]string{"password", "publickey"}[random.IntN(2)]))
	if random.IntN(3) == 0 {
		e.Set(logviz.FieldUserUnknown, logviz.BoolValue(true))
	}
	if random.IntN(5) == 0 {
		e.Set(logviz.FieldCount, logviz.IntegerValue(int64(1+random.IntN(6))))
	}
	return e, place
}

// What the ring tells is what the same events say when they are counted by themselves, whatever was forgotten.
func TestRingCounts(t *testing.T) {
	for seed := range uint64(20) {
		random := rand.New(rand.NewPCG(seed, 1))
		c := newClock()
		r := newRing(time.UTC, 24*time.Hour, c.now)
		type read struct {
			e     *logviz.Event
			place geo.Place
		}
		var all []read
		for range 3000 {
			c.advance(time.Duration(random.IntN(5)) * time.Minute)
			when := c.now().Truncate(time.Minute).Add(-time.Duration(random.IntN(60)) * time.Minute)
			e, place := someAttempt(random, when)
			all = append(all, read{e, place})
			r.add(e, place)
			if random.IntN(100) == 0 {
				r.unparsed("kernel")
			}
		}
		r.move()
		want := logviz.NewTally(time.UTC)
		for _, one := range all {
			if one.e.Time().Unix() >= r.from {
				want.Add(one.e, one.place)
			}
		}
		w, got := want.Statistics(geo.Info{}), r.copy().Statistics(geo.Info{})
		w.Lines, w.Unparsed, w.UnparsedBy = got.Lines, got.Unparsed, got.UnparsedBy // those are told by the time of others
		a, _ := json.Marshal(w)
		b, _ := json.Marshal(got)
		if string(a) != string(b) {
			t.Fatalf("seed %d: counted\n%s, the ring has\n%s", seed, a, b)
		}
		s := r.summary()
		if s.Attempts != w.Attempts || s.Sources != w.Sources || s.Located != w.Located || s.Events != w.Events ||
			!s.First.Equal(*w.First) || !s.Last.Equal(*w.Last) || len(got.UnparsedBy) != 1 || got.UnparsedBy[0].Lines != got.Unparsed {
			t.Errorf("seed %d: %+v, want %s", seed, s, a)
		}
		failed := 0
		for _, row := range r.copy().Table().Rows {
			if !row.Accepted {
				failed += row.N
			}
		}
		if failed != w.Attempts.Failed {
			t.Errorf("the table has %d of %d", failed, w.Attempts.Failed)
		}
	}
}

// A viewer that adds up the updates has the same as one that fetches all data then.
func TestUpdatesAddUp(t *testing.T) {
	random := rand.New(rand.NewPCG(7, 7))
	c := newClock()
	r := newRing(time.UTC, 24*time.Hour, c.now)
	type viewer struct {
		rows     map[[4]int64]int64
		accounts []string
		sources  []string
		methods  []string
		logins   []logviz.Login
	}
	fetch := func() *viewer {
		v := &viewer{rows: make(map[[4]int64]int64)}
		s := r.copy()
		table := s.Table()
		for _, row := range table.Rows {
			accepted := 0
			if row.Accepted {
				accepted = 1
			}
			v.rows[[4]int64{int64(row.Step), int64(row.Source), int64(row.Account), int64(row.Method*2 + accepted)}] += int64(row.N)
		}
		for _, a := range table.Accounts {
			v.accounts = append(v.accounts, a.Name)
		}
		for _, a := range table.Sources {
			v.sources = append(v.sources, fmt.Sprint(a.Place, a.Addr))
		}
		v.methods, v.logins = table.Methods, s.Statistics(geo.Info{}).Logins
		return v
	}
	r.take()
	v := fetch()
	resets, updates := 0, 0
	for range 2000 {
		c.advance(time.Duration(random.IntN(4)) * time.Minute)
		for range random.IntN(4) {
			r.add(someAttempt(random, c.now().Add(-time.Duration(random.IntN(600))*time.Second)))
		}
		r.move()
		u, ok := r.take()
		if !ok {
			v = fetch()
			resets++
			continue
		}
		updates++
		for _, row := range u.Rows {
			v.rows[[4]int64(row[:4])] += row[4]
		}
		v.accounts = append(v.accounts, u.Accounts...)
		v.methods = append(v.methods, u.Methods...)
		for _, s := range u.Sources {
			v.sources = append(v.sources, fmt.Sprint(s.place, s.address))
		}
		for _, l := range u.Statistics.Logins {
			v.logins = append(v.logins, l.Login)
		}
	}
	want := fetch()
	for i := range v.logins { // in order of the log in the one, of arrival in the other, which a page sorts
		v.logins[i].FailuresBefore, v.logins[i].SameAccountBefore = 0, 0
	}
	if resets < 2 || updates < 1000 || fmt.Sprint(v.rows) != fmt.Sprint(want.rows) || fmt.Sprint(v.accounts) != fmt.Sprint(want.accounts) ||
		fmt.Sprint(v.sources) != fmt.Sprint(want.sources) || fmt.Sprint(v.methods) != fmt.Sprint(want.methods) || len(v.logins) != len(want.logins) {
		t.Errorf("%d resets, %d updates: got\n%v\nwant\n%v", resets, updates, v, want)
	}
}

// What failed before a login from the same address is told with it.
func TestLoginAfterFailures(t *testing.T) {
	c := newClock()
	r := newRing(time.UTC, 24*time.Hour, c.now)
	for i := range 5 {
		r.add(attempt(at().Add(time.Duration(i-9)*time.Minute), fmt.Sprint("user", i%2), "203.0.113.7", "failure"), in("CN"))
	}
	r.add(attempt(at().Add(-time.Minute), "user1", "203.0.113.8", "failure"), in("CN"))
	r.add(attempt(at(), "user1", "203.0.113.7", "success"), in("CN"))
	u, ok := r.take()
	if !ok || len(u.Statistics.Logins) != 1 || u.Statistics.Logins[0].FailuresBefore != 5 || u.Statistics.Logins[0].SameAccountBefore != 2 {
		t.Errorf("%+v", u.Statistics.Logins)
	}
	if l := r.copy().Statistics(geo.Info{}).Logins; len(l) != 1 || l[0] != u.Statistics.Logins[0].Login {
		t.Errorf("%+v", l)
	}
}

// Memory is bounded, and what makes room is counted.
func TestRingIsBounded(t *testing.T) {
	c := newClock()
	r := newRing(time.UTC, 24*time.Hour, c.now)
	r.limit = 10_000
	long := string(make([]byte, 4096))
	added := 0
	for i := range 2 * r.limit {
		if i%20 == 0 {
			c.advance(time.Second)
		}
		user := fmt.Sprint(i)
		if i%8 == 0 {
			user += long
		}
		r.add(attempt(c.now(), user, fmt.Sprintf("2001:db8::%x:%x", i>>16, i&0xffff), "failure"), in("CN"))
		added++
		if r.weight > r.limit || len(r.names.accounts.names) > r.limit || len(r.names.sources.names) > r.limit {
			t.Fatalf("%d rows: weight %d, %d accounts", i, r.weight, len(r.names.accounts.names))
		}
	}
	if r.outside.forgotten == 0 || r.outside.forgotten+r.totals.failed != added {
		t.Errorf("%d forgotten, %d held, of %d", r.outside.forgotten, r.totals.failed, added)
	}
	if _, ok := r.take(); ok {
		t.Error("viewers are not told")
	}
}

// What has no place in time is counted and not shown.
func TestOutside(t *testing.T) {
	c := newClock()
	r := newRing(time.UTC, 24*time.Hour, c.now)
	for _, when := range []time.Time{at(), at().Add(2 * time.Hour), at().Add(-48 * time.Hour), {}, at().Add(30 * time.Minute)} {
		r.add(attempt(when, "root", "203.0.113.7", "failure"), in("CN"))
	}
	if r.totals.failed != 2 || r.outside.future != 1 || r.outside.past != 1 || r.outside.undated != 1 {
		t.Errorf("%+v %+v", r.totals, r.outside)
	}
}

// Of an old log its last days are shown, and from its next line on, today's.
func TestOldLog(t *testing.T) {
	c := newClock()
	r := newRing(time.UTC, 24*time.Hour, c.now)
	old := at().AddDate(-1, 0, 0)
	for day := range 5 {
		r.add(attempt(old.AddDate(0, 0, day), "root", "203.0.113.7", "failure"), in("CN"))
	}
	if day := time.Unix(r.from, 0).UTC(); r.totals.failed != 2 || !day.Equal(old.AddDate(0, 0, 3).Add(-12*time.Hour)) {
		t.Errorf("from %v: %+v", day, r.totals)
	}
	r.add(attempt(at(), "root", "203.0.113.7", "failure"), in("CN"))
	if day := time.Unix(r.from, 0).UTC(); r.totals.failed != 1 || !day.Equal(at().AddDate(0, 0, -1).Add(-12*time.Hour)) {
		t.Errorf("from %v: %+v", day, r.totals)
	}
}

// A page knows the offsets of the zone from when it was made: when the clocks change, all pages begin anew.
func TestSummerTime(t *testing.T) {
	zone, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		t.Fatal(err)
	}
	c := newClock()
	c.nano.Store(time.Date(2026, 3, 29, 0, 30, 0, 0, time.UTC).UnixNano())
	r := newRing(zone, 24*time.Hour, c.now)
	c.advance(29 * time.Minute)
	r.move()
	if _, ok := r.take(); !ok {
		t.Error("a reset without a reason")
	}
	c.advance(2 * time.Minute)
	r.move()
	if _, ok := r.take(); ok {
		t.Error("summer time has begun, and pages do not know")
	}
}
