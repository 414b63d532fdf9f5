package browser

import (
	"bytes"
	"encoding/json"
	"maps"
	"net/netip"
	"slices"
	"testing"
	"time"
)

// attempt is one or more equal attempts of a log, as its events tell them. Counting them here, and not with the code
// that made the page, is what the page's numbers are compared with.
type attempt struct {
	at                                         time.Time
	country, account, address, network, method string
	accepted                                   bool
	n                                          int
}

// mostOfName is how many bytes of an account's name counts keep.
const mostOfName = 256

// readAttempts reads the events that ops logviz normalize prints.
func readAttempts(tb testing.TB, events []byte) []attempt {
	tb.Helper()
	var all []attempt
	for line := range bytes.Lines(events) {
		var e struct {
			Time    time.Time `json:"@timestamp"`
			Action  string    `json:"event.action"`
			Outcome string    `json:"event.outcome"`
			Count   int       `json:"event.count"`
			User    string    `json:"user.name"`
			Address string    `json:"source.ip"`
			Country string    `json:"source.geo.country_iso_code"`
			Method  string    `json:"ssh.method"`
		}
		if err := json.Unmarshal(line, &e); err != nil {
			tb.Fatalf("%v: %s", err, line)
		}
		if e.Action != "ssh_login" || e.Outcome != "failure" && e.Outcome != "success" {
			continue
		}
		if len(e.User) > mostOfName {
			e.User = e.User[:mostOfName] + "…"
		}
		a := attempt{
			at: e.Time, country: e.Country, account: e.User, address: e.Address, method: e.Method,
			accepted: e.Outcome == "success", n: max(1, e.Count),
		}
		if ip, err := netip.ParseAddr(e.Address); err == nil {
			bits := 24
			if ip.Is6() {
				bits = 48
			}
			prefix, err := ip.Prefix(bits)
			if err != nil {
				tb.Fatal(err)
			}
			a.network = prefix.String()
		}
		all = append(all, a)
	}
	if len(all) == 0 {
		tb.Fatal("no attempts in the log")
	}
	return all
}

// choice is what a page was filtered to; "" and zero do not filter.
type choice struct {
	country, account, address, network, method string
	hour                                       time.Time
}

func (c choice) of(a attempt) bool {
	for _, pair := range [][2]string{
		{c.country, a.country}, {c.account, a.account}, {c.address, a.address}, {c.network, a.network}, {c.method, a.method},
	} {
		if pair[0] != "" && pair[0] != pair[1] {
			return false
		}
	}
	return c.hour.IsZero() || !a.at.Before(c.hour) && a.at.Before(c.hour.Add(time.Hour))
}

// totals are the four numbers at the head of a page.
type totals struct{ Failed, Accepted, Sources, Countries int }

// count counts what a choice leaves.
func count(all []attempt, c choice) totals {
	var t totals
	sources, countries := map[string]bool{}, map[string]bool{}
	for _, a := range all {
		switch {
		case !c.of(a):
		case a.accepted:
			t.Accepted += a.n
		default:
			t.Failed += a.n
			if a.address != "" {
				sources[a.address] = true
			}
			if a.country != "" {
				countries[a.country] = true
			}
		}
	}
	t.Sources, t.Countries = len(sources), len(countries)
	return t
}

// tally counts the failed attempts that a choice leaves by what key tells of them.
func tally(all []attempt, c choice, key func(attempt) string) map[string]int {
	n := map[string]int{}
	for _, a := range all {
		if !a.accepted && c.of(a) {
			n[key(a)] += a.n
		}
	}
	return n
}

// peak is the minute with the most failed attempts, the first of equal ones.
func peak(all []attempt) time.Time {
	n := map[time.Time]int{}
	for _, a := range all {
		if !a.accepted {
			n[a.at.Truncate(time.Minute)] += a.n
		}
	}
	return slices.MaxFunc(slices.SortedFunc(maps.Keys(n), time.Time.Compare), func(a, b time.Time) int { return n[a] - n[b] })
}
