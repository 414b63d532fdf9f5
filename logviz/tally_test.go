package logviz

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"
	_ "time/tzdata"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"ops/logviz/geo"
)

var (
	china   = geo.Place{Kind: geo.Country, Code: "CN"}
	france  = geo.Place{Kind: geo.Country, Code: "FR"}
	private = geo.Place{Kind: geo.Private}
)

func sampleTally(t *testing.T) *Tally {
	t.Helper()
	paris, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		t.Fatal(err)
	}
	tally := NewTally(paris)
	tally.Add(attempt(t, "2026-03-14T06:25:01Z", "root", "203.0.113.8", 5, "failure"), china)
	tally.Add(attempt(t, "2026-03-14T06:59:59Z", "admin", "203.0.113.9", 1, "failure"), china)
	tally.Add(attempt(t, "2026-03-14T07:00:00Z", "root", "198.51.100.2", 1, "failure"), france)
	tally.Add(attempt(t, "2026-03-14T07:00:01Z", "root", "10.0.0.1", 2, "failure"), private)
	tally.Add(attempt(t, "2026-03-14T07:00:02Z", "root", "", 1, "failure"), geo.Place{})
	tally.Add(attempt(t, "2026-03-14T05:00:00Z", "deploy", "198.51.100.2", 1, "success"), france)
	guessed := attempt(t, "2026-03-14T07:30:00Z", "root", "203.0.113.8", 1, "success")
	guessed.Set(FieldMethod, StringValue("publickey"))
	tally.Add(guessed, china)
	unknown := attempt(t, "2026-03-15T07:30:00Z", "root", "203.0.113.8", 2, "failure")
	unknown.Set(FieldUserUnknown, BoolValue(true))
	tally.Add(unknown, china)
	other := &Event{}
	other.Set(FieldTimestamp, timestamp(t, "2026-03-14T08:00:00Z"))
	other.Set(FieldAction, StringValue("ssh_closed"))
	tally.Add(other, china)
	tally.AddUnparsed("cron")
	tally.AddUnparsed("")
	tally.AddUnparsed("cron")
	return tally
}

func TestStatistics(t *testing.T) {
	s := sampleTally(t).Statistics(geo.Info{Source: "a table", Date: time.Date(2026, 6, 25, 0, 0, 0, 0, time.UTC)})
	got, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	const want = `{"lines":12,"events":9,"unparsed":3,"unparsed_by":[{"program":"cron","lines":2},{"program":"","lines":1}],` +
		`"attempts":{"failed":12,"accepted":2},"users":{"known":10,"unknown":2},"sources":4,"returning_sources":1,"logins_after_failures":1,` +
		`"countries":[{"code":"CN","name":"China","attempts":8,"sources":2},{"code":"FR","name":"France","attempts":1,"sources":1}],` +
		`"accounts":[{"name":"root","attempts":11,"unknown":2,"sources":3,"methods":{"password":11}},` +
		`{"name":"admin","attempts":1,"unknown":0,"sources":1,"methods":{"password":1}}],` +
		`"addresses":[{"ip":"203.0.113.8","attempts":7,"country":"CN"},{"ip":"10.0.0.1","attempts":2,"country":""},` +
		`{"ip":"198.51.100.2","attempts":1,"country":"FR"},{"ip":"203.0.113.9","attempts":1,"country":"CN"}],` +
		`"networks":[{"prefix":"203.0.113.0/24","attempts":8,"sources":2,"country":"CN"},` +
		`{"prefix":"10.0.0.0/24","attempts":2,"sources":1,"country":""},{"prefix":"198.51.100.0/24","attempts":1,"sources":1,"country":"FR"}],` +
		`"methods":[{"name":"password","attempts":12,"accepted":1},{"name":"publickey","attempts":0,"accepted":1}],` +
		`"hours":[{"start":"2026-03-14T06:00:00+01:00","attempts":0,"accepted":1,"sources":0,"new_sources":0},` +
		`{"start":"2026-03-14T07:00:00+01:00","attempts":6,"accepted":0,"sources":2,"new_sources":2},` +
		`{"start":"2026-03-14T08:00:00+01:00","attempts":4,"accepted":1,"sources":2,"new_sources":2},` +
		`{"start":"2026-03-15T08:00:00+01:00","attempts":2,"accepted":0,"sources":1,"new_sources":0}],` +
		`"days":[{"date":"2026-03-14","attempts":10,"accepted":2,"sources":4,"new_sources":4},` +
		`{"date":"2026-03-15","attempts":2,"accepted":0,"sources":1,"new_sources":0}],` +
		`"logins":[{"time":"2026-03-14T06:00:00+01:00","account":"deploy","method":"password","ip":"198.51.100.2","country":"FR",` +
		`"failures_before":0,"same_account_before":0},` +
		`{"time":"2026-03-14T08:30:00+01:00","account":"root","method":"publickey","ip":"203.0.113.8","country":"CN",` +
		`"failures_before":5,"same_account_before":5}],` +
		`"located":{"country":9,"private":2,"reserved":0,"unknown":1},"not_listed":{"accounts":0,"addresses":0,"methods":0,` +
		`"hours":0,"history":0,"logins":0,"without_address":1,"without_time":0},` +
		`"first":"2026-03-14T06:00:00+01:00","last":"2026-03-15T08:30:00+01:00","geo":{"source":"a table","date":"2026-06-25","licence":""}}`
	if string(got) != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// The schema describes what is printed, whole and empty.
func TestStatisticsSchema(t *testing.T) {
	schema, err := jsonschema.UnmarshalJSON(bytes.NewReader(StatisticsSchema()))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("statistics.json", schema); err != nil {
		t.Fatal(err)
	}
	compiled, err := c.Compile("statistics.json")
	if err != nil {
		t.Fatal(err)
	}
	for _, tally := range []*Tally{sampleTally(t), NewTally(time.UTC)} {
		out, err := json.Marshal(tally.Statistics(geo.Info{}))
		if err != nil {
			t.Fatal(err)
		}
		v, err := jsonschema.UnmarshalJSON(bytes.NewReader(out))
		if err != nil {
			t.Fatal(err)
		}
		if err := compiled.Validate(v); err != nil {
			t.Errorf("%s: %v", out, err)
		}
	}
}

// Every failed attempt stands in each list once, or is said not to be listed.
func TestTallyIsBounded(t *testing.T) {
	tally := NewTally(time.UTC)
	const n = maxDistinct + 100
	e := attempt(t, "2026-03-14T06:25:01Z", "", "", 1, "failure")
	for i := range n {
		e.Set(FieldUser, StringValue(fmt.Sprint("user", i)))
		e.Set(FieldSourceIP, IPValue(netip.AddrFrom4([4]byte{16, byte(i >> 16), byte(i >> 8), byte(i)})))
		tally.Add(e, china)
	}
	e.Set(FieldUser, StringValue(strings.Repeat("x", 1<<20)))
	tally.Add(e, china)
	s := tally.Statistics(geo.Info{})
	accounts, addresses := s.NotListed.Accounts, s.NotListed.Addresses
	for _, a := range s.Accounts {
		accounts += a.Attempts
		if len(a.Name) > maxNameBytes+3 {
			t.Fatalf("a name of %d bytes is kept", len(a.Name))
		}
	}
	for _, a := range s.Addresses {
		addresses += a.Attempts
	}
	if accounts != n+1 || addresses != n+1 || s.Attempts.Failed != n+1 || s.Sources != maxDistinct {
		t.Errorf("%d attempts, %d by account, %d by address, %d sources", s.Attempts.Failed, accounts, addresses, s.Sources)
	}
}

// A long name is cut between characters.
func TestClip(t *testing.T) {
	for name, want := range map[string]string{
		strings.Repeat("a", 256):             strings.Repeat("a", 256),
		strings.Repeat("a", 257):             strings.Repeat("a", 256) + "…",
		"a" + strings.Repeat("é", 200):       "a" + strings.Repeat("é", 127) + "…",
		strings.Repeat("\xbf", 300):          strings.Repeat("\xbf", 252) + "…",
		"ab" + strings.Repeat("😀", 100):      "ab" + strings.Repeat("😀", 63) + "…",
		strings.Repeat("x", 255) + "é" + "y": strings.Repeat("x", 255) + "…",
	} {
		if got := clip(name); got != want {
			t.Errorf("clip(%q) = %q, want %q", name, got, want)
		}
	}
}
