package main

import (
	"bytes"
	"net/netip"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"ops/logviz/geo"
)

func TestCommittedDay(t *testing.T) {
	var b bytes.Buffer
	if err := run(&b, defaults()); err != nil {
		t.Fatal(err)
	}
	committed, err := os.ReadFile("../attack-day.log")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(b.Bytes(), committed) {
		t.Error("examples/attack-day.log is not what the generator writes (it also depends on the country table): " +
			"go run ./examples/attackday > examples/attack-day.log")
	}
}

// TestStory checks what README.md and the films made of the day rely on.
func TestStory(t *testing.T) {
	table, err := geo.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := run(&b, defaults()); err != nil {
		t.Fatal(err)
	}
	if b.Len() > 2_700_000 {
		t.Errorf("%d bytes", b.Len())
	}
	shape := regexp.MustCompile(`^(\S{26}\+00:00) bastion sshd\[(\d+)\]: (.+)$`)
	failed := regexp.MustCompile(`^(?:message repeated (\d+) times: \[ )?Failed \S+ for (?:invalid user )?.* from (\S+) port \d+ ssh2`)
	countries, networks := map[string]int{}, map[string]int{}
	attempts, lines, keys, broken, v6, private := 0, 0, 0, 0, 0, 0
	last := ""
	for text := range strings.Lines(b.String()) {
		lines++
		m := shape.FindStringSubmatch(strings.TrimSuffix(text, "\n"))
		if m == nil {
			t.Fatalf("line %d is not sshd's: %s", lines, text)
		}
		if at, err := time.Parse(time.RFC3339Nano, m[1]); err != nil || m[1] <= last || at.Day() != 14 {
			t.Fatalf("line %d: time %s after %s: %v", lines, m[1], last, err)
		}
		last = m[1]
		switch {
		case strings.HasPrefix(m[3], "Accepted publickey for deploy from "):
			keys++
		case strings.HasPrefix(m[3], "Accepted "):
			broken++
			if !strings.HasPrefix(m[3], "Accepted password for backup from ") {
				t.Errorf("line %d: %s", lines, m[3])
			}
		}
		f := failed.FindStringSubmatch(m[3])
		if f == nil {
			continue
		}
		n := 1
		if f[1] != "" {
			n, _ = strconv.Atoi(f[1])
		}
		attempts += n
		a := netip.MustParseAddr(f[2])
		switch p := table.Lookup(a); {
		case a.IsPrivate():
			private++
		case p.Kind != geo.Country:
			t.Errorf("line %d: %s has no country", lines, a)
		default:
			countries[p.Code] += n
		}
		if a.Is6() {
			v6++
		} else {
			p, _ := a.Prefix(24)
			networks[p.String()] += n
		}
	}
	loud := 0
	for _, n := range networks {
		if n > 800 {
			loud++
		}
	}
	if lines < 18_000 || attempts < 9_000 || len(countries) < 90 || loud != 3 || keys != 5 || broken != 1 || v6 == 0 || private == 0 {
		t.Errorf("%d lines, %d failed attempts, %d countries, %d loud networks, %d logins with a key, %d with a password, %d from IPv6, %d from inside",
			lines, attempts, len(countries), loud, keys, broken, v6, private)
	}
	for _, code := range []string{"SG", "HK", "MT", "BH"} {
		if countries[code] == 0 {
			t.Errorf("nobody comes from %s", code)
		}
	}
	t.Logf("%d lines, %d bytes, %d failed attempts, %d countries, %d networks", lines, b.Len(), attempts, len(countries), len(networks))
}

func TestSeedDecides(t *testing.T) {
	day := func(seed uint64) string {
		o := defaults()
		o.seed, o.lines = seed, 2000
		var b bytes.Buffer
		if err := run(&b, o); err != nil {
			t.Fatal(err)
		}
		return b.String()
	}
	first, again, other := day(7), day(7), day(8)
	if first != again || first == other {
		t.Error("the day does not follow from the seed")
	}
}
