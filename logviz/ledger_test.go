package logviz

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"reflect"
	"testing"
	"time"

	"ops/logviz/geo"
)

func TestLedger(t *testing.T) {
	paris, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		t.Fatal(err)
	}
	l := NewLedger(paris)
	l.Add(attempt(t, "2026-03-14T06:25:59Z", "root", "203.0.113.8", 5, "failure"), china)
	l.Add(attempt(t, "2026-03-14T06:25:00Z", "root", "203.0.113.8", 1, "failure"), china)
	l.Add(attempt(t, "2026-03-14T06:25:30Z", "", "203.0.113.9", 1, "failure"), china)
	l.Add(attempt(t, "2026-03-14T06:26:00Z", "admin", "10.0.0.1", 2, "failure"), private)
	l.Add(attempt(t, "2026-03-14T06:26:00Z", "admin", "", 1, "failure"), geo.Place{})
	l.Add(attempt(t, "2026-03-13T23:00:30Z", "deploy", "198.51.100.2", 1, "success"), france)
	untimed := attempt(t, "2026-03-14T06:26:00Z", "admin", "10.0.0.1", 4, "failure")
	untimed.Delete(FieldTimestamp)
	l.Add(untimed, private)

	got := l.Table(1000)
	want := &LedgerTable{
		From: time.Date(2026, 3, 14, 0, 0, 0, 0, paris), Step: time.Minute, Steps: 1440, Untimed: Totals{Failed: 4},
		Places: []geo.Place{china, france, private, {}},
		Sources: []LedgerSource{
			{Addr: netip.MustParseAddr("10.0.0.1"), Place: 2, Totals: Totals{Failed: 6}},
			{Addr: netip.MustParseAddr("203.0.113.8"), Place: 0, Totals: Totals{Failed: 6}},
			{Addr: netip.MustParseAddr("203.0.113.9"), Place: 0, Totals: Totals{Failed: 1}},
			{Addr: netip.MustParseAddr("198.51.100.2"), Place: 1, Totals: Totals{Accepted: 1}},
			{Place: 3, Totals: Totals{Failed: 1}},
		},
		Accounts: []LedgerAccount{
			{Name: "admin", Totals: Totals{Failed: 7}},
			{Name: "root", Totals: Totals{Failed: 6}},
			{Name: "", Totals: Totals{Failed: 1}},
			{Name: "deploy", Totals: Totals{Accepted: 1}},
		},
		Methods: []string{"password"},
		Rows: []LedgerRow{
			{Step: 0, Source: 3, Account: 3, Accepted: true, N: 1},
			{Step: 445, Source: 1, Account: 1, N: 6},
			{Step: 445, Source: 2, Account: 2, N: 1},
			{Step: 446, Source: 0, Account: 0, N: 2},
			{Step: 446, Source: 4, Account: 0, N: 1},
			{Step: 1440, Source: 0, Account: 0, N: 4},
		},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
	if again := l.Table(1000); !reflect.DeepEqual(again, want) {
		t.Error("asking changed the ledger")
	}
}

// Sums by any dimension are those of the Tally, whatever was folded; what has a name of its own has its own number.
func TestLedgerAgreesWithTally(t *testing.T) {
	for _, tt := range []struct {
		name            string
		events, spanned int // attempts, and days that they are spread over
		limit           int
	}{
		{"all told", 3000, 1, 120_000},
		{"accounts folded", 30_000, 1, 20_000},
		{"sources folded", 30_000, 1, 3000},
		{"months", 5000, 100, 120_000},
		{"years folded", 5000, 3000, 2000},
		{"hardly anything left", 3000, 2, 10},
	} {
		t.Run(tt.name, func(t *testing.T) {
			random := rand.New(rand.NewPCG(1, uint64(tt.limit)))
			l, tally := NewLedger(time.UTC), NewTally(time.UTC)
			for range tt.events {
				e, place := randomAttempt(random, tt.spanned)
				l.Add(e, place)
				tally.Add(e, place)
			}
			table := l.Table(tt.limit)
			compareLedger(t, table, tally, tt.limit)
		})
	}
}

func randomAttempt(random *rand.Rand, days int) (*Event, geo.Place) {
	e := &Event{}
	e.Set(FieldAction, StringValue("ssh_login"))
	e.Set(FieldOutcome, StringValue("failure"))
	if random.IntN(100) == 0 {
		e.Set(FieldOutcome, StringValue("success"))
	}
	if random.IntN(50) > 0 {
		at := time.Date(2025, 12, 31, 23, 0, 0, 0, time.UTC).Add(time.Duration(random.IntN(days*24*3600)) * time.Second)
		e.Set(FieldTimestamp, ledgerTime(at))
	}
	e.Set(FieldCount, IntegerValue(1+random.Int64N(3)))
	skewed := func(n int) int { return int(float64(n) * random.Float64() * random.Float64() * random.Float64()) }
	if random.IntN(20) > 0 {
		e.Set(FieldUser, StringValue(fmt.Sprintf("user%d", skewed(5000))))
	}
	e.Set(FieldMethod, StringValue([]string{"password", "publickey", "keyboard-interactive/pam"}[random.IntN(3)]))
	if random.IntN(30) == 0 {
		return e, geo.Place{}
	}
	n := skewed(3000)
	e.Set(FieldSourceIP, IPValue(netip.AddrFrom4([4]byte{10, 0, byte(n >> 8), byte(n)})))
	return e, []geo.Place{china, france, private, {}, {Kind: geo.Reserved}}[n%5]
}

func ledgerTime(at time.Time) Value {
	v, _ := TimestampValue(at) // all of the tests' times can be held
	return v
}

// compareLedger holds a table against the counts of the same events.
func compareLedger(t *testing.T, table *LedgerTable, tally *Tally, limit int) {
	t.Helper()
	s := tally.Statistics(geo.Info{})
	if len(table.Rows) > limit && limit >= 1000 {
		t.Errorf("%d rows, limit %d", len(table.Rows), limit)
	}
	var all Totals
	countries, hours := map[string]int{}, map[int64]int{}
	located := Located{}
	accounts, methods, sources := make([]Totals, len(table.Accounts)), map[string]int{}, make([]Totals, len(table.Sources))
	for i, r := range table.Rows {
		if i > 0 && table.Rows[i-1].Compare(r) >= 0 {
			t.Fatalf("rows %d and %d are not in order", i-1, i)
		}
		if r.Step < 0 || r.Step > table.Steps || r.N <= 0 {
			t.Fatalf("row %+v of %d steps", r, table.Steps)
		}
		all.count(r.N, r.Accepted)
		sources[r.Source].count(r.N, r.Accepted)
		accounts[r.Account].count(r.N, r.Accepted)
		if r.Accepted {
			continue
		}
		methods[table.Methods[r.Method]] += r.N
		if r.Step < table.Steps {
			at := table.From.Add(time.Duration(r.Step) * table.Step)
			hours[at.Truncate(time.Hour).Unix()] += r.N
		}
		switch place := table.Places[table.Sources[r.Source].Place]; place.Kind {
		case geo.Country:
			countries[place.Code] += r.N
			located.Country += r.N
		case geo.Private:
			located.Private += r.N
		case geo.Reserved:
			located.Reserved += r.N
		default:
			located.Unknown += r.N
		}
	}
	if all != Totals(s.Attempts) || located != s.Located {
		t.Errorf("%+v, located %+v; statistics have %+v, %+v", all, located, s.Attempts, s.Located)
	}
	for _, c := range s.Countries {
		if countries[c.Code] != c.Attempts {
			t.Errorf("%s: %d, want %d", c.Code, countries[c.Code], c.Attempts)
		}
	}
	for _, m := range s.Methods {
		if methods[m.Name] != m.Attempts {
			t.Errorf("%s: %d, want %d", m.Name, methods[m.Name], m.Attempts)
		}
	}
	if table.Step <= time.Hour {
		for _, h := range s.Hours {
			if hours[h.Start.Unix()] != h.Attempts {
				t.Errorf("%v: %d, want %d", h.Start, hours[h.Start.Unix()], h.Attempts)
			}
		}
	}
	of := map[string]int{}
	for _, a := range s.Accounts {
		of[a.Name] = a.Attempts
	}
	named, others := 0, 0
	for i, a := range table.Accounts {
		if a.Totals != accounts[i] {
			t.Errorf("account %q: %+v, rows have %+v", a.Name, a.Totals, accounts[i])
		}
		if a.Others > 0 {
			if a.Failed > 0 {
				others += a.Others
			}
			continue
		}
		if a.Failed > 0 {
			named++
		}
		if of[a.Name] != a.Failed {
			t.Errorf("account %q: %d, want %d", a.Name, a.Failed, of[a.Name])
		}
	}
	if named+others != len(s.Accounts) {
		t.Errorf("%d accounts and %d others, want %d", named, others, len(s.Accounts))
	}
	addresses := map[netip.Addr]int{}
	for _, a := range s.Addresses {
		addresses[a.IP] = a.Attempts
	}
	named, others = 0, 0
	for i, x := range table.Sources {
		if x.Totals != sources[i] {
			t.Errorf("source %v: %+v, rows have %+v", x.Addr, x.Totals, sources[i])
		}
		if x.Failed > 0 {
			others += x.Others
		}
		if x.Addr.IsValid() {
			if x.Failed > 0 {
				named++
			}
			if addresses[x.Addr] != x.Failed {
				t.Errorf("%v: %d, want %d", x.Addr, x.Failed, addresses[x.Addr])
			}
		}
	}
	if named+others != s.Sources {
		t.Errorf("%d sources and %d others, want %d", named, others, s.Sources)
	}
}

// More rows, names and methods than a ledger holds: it stays within its bounds and loses nothing.
func TestLedgerIsBounded(t *testing.T) {
	l := NewLedger(time.UTC)
	start := time.Date(2026, 3, 14, 0, 0, 0, 0, time.UTC).UnixNano()
	const n = 700_000
	e := &Event{}
	e.Set(FieldAction, StringValue("ssh_login"))
	e.Set(FieldOutcome, StringValue("failure"))
	for i := range n {
		e.Set(FieldTimestamp, ledgerTime(time.Unix(0, start+int64(i)*1e8)))
		e.Set(FieldUser, StringValue(fmt.Sprint("u", i)))
		e.Set(FieldMethod, StringValue(fmt.Sprint("m", i%100)))
		var ip [4]byte
		binary.BigEndian.PutUint32(ip[:], uint32(i)*7919)
		e.Set(FieldSourceIP, IPValue(netip.AddrFrom4(ip)))
		l.Add(e, []geo.Place{china, france}[i%2])
	}
	b := &l.book
	if len(b.rows) > maxLedgerRows || len(b.sources) > maxDistinct+3 || len(b.accounts) > maxDistinct+1 || len(b.methods) > maxLedgerMethods {
		t.Errorf("%d rows, %d sources, %d accounts, %d methods", len(b.rows), len(b.sources), len(b.accounts), len(b.methods))
	}
	table := l.Table(120_000)
	sum := 0
	for _, r := range table.Rows {
		sum += r.N
	}
	for _, s := range table.Sources {
		if !s.Addr.IsValid() && s.Others == 0 {
			t.Errorf("%+v looks like attempts without an address", s)
		}
	}
	if sum != n || len(table.Rows) > 120_000 {
		t.Errorf("%d rows with %d attempts, want %d", len(table.Rows), sum, n)
	}
}

// The days of a zone, also where the clocks change, and steps for every length.
func TestLedgerSpan(t *testing.T) {
	paris, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		first, last string
		from        string
		step        time.Duration
		steps       int
	}{
		{"2026-03-29T12:00:00+02:00", "2026-03-29T13:00:00+02:00", "2026-03-29T00:00:00+01:00", time.Minute, 23 * 60},
		{"2026-10-25T12:00:00+01:00", "2026-10-25T00:00:00+02:00", "2026-10-25T00:00:00+02:00", time.Minute, 25 * 60},
		{"2026-10-20T23:59:59+02:00", "2026-10-26T00:00:00+01:00", "2026-10-20T00:00:00+02:00", time.Minute, (7*24 + 1) * 60},
		{"2026-03-01T12:00:00+01:00", "2026-04-15T12:00:00+02:00", "2026-03-01T00:00:00+01:00", 5 * time.Minute, (46*24 - 1) * 12},
		{"2026-03-01T12:00:00+01:00", "2026-08-15T12:00:00+02:00", "2026-03-01T00:00:00+01:00", 15 * time.Minute, (168*24 - 1) * 4},
		{"2025-03-01T12:00:00+01:00", "2026-08-15T12:00:00+02:00", "2025-03-01T00:00:00+01:00", time.Hour, 533*24 - 1},
	} {
		l := NewLedger(paris)
		l.Add(attempt(t, tt.first, "root", "203.0.113.8", 1, "failure"), china)
		l.Add(attempt(t, tt.last, "root", "203.0.113.8", 1, "failure"), china)
		got := l.Table(1000)
		if got.From.Format(time.RFC3339) != tt.from || got.Step != tt.step || got.Steps != tt.steps {
			t.Errorf("%s to %s: from %v, %d steps of %v, want %s, %d of %v", tt.first, tt.last, got.From, got.Steps, got.Step, tt.from, tt.steps, tt.step)
		}
		for i, at := range []string{tt.first, tt.last} {
			want := int(timestamp(t, at).Time().Sub(got.From) / got.Step)
			if !(got.Rows[0].Step == want || got.Rows[1].Step == want) {
				t.Errorf("event %d at %s is not in step %d: %+v", i, at, want, got.Rows)
			}
		}
	}
	if got := NewLedger(paris).Table(10); got.Steps != 0 || len(got.Rows) != 0 {
		t.Errorf("an empty ledger has %+v", got)
	}
}
