package browser

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// mixedLog is three days with the hour that Paris leaves out, and with all that the example day has not: lines that
// nothing understands, sources without a country, IPv6, an account without a name, attempts without an address.
func mixedLog() string {
	var b strings.Builder
	from := time.Date(2026, 3, 27, 23, 30, 0, 0, time.UTC)
	addresses := []string{
		"42.83.165.95", "77.164.174.10", "8.220.45.10", "2a02:810d::1", "2a02:810d:0:1::7", "10.0.0.7", "192.168.1.9", "fd00::1",
		"203.0.113.9", "::1", "UNKNOWN",
	}
	accounts := []string{"root", "admin", "", "Ünïcode", "a b"}
	methods := []string{"password", "publickey", "none"}
	for i := range 900 {
		at := from.Add(time.Duration(i) * 4 * time.Minute).Format("2006-01-02T15:04:05.000000-07:00")
		account, address, method := accounts[i%5], addresses[i%11], methods[i%3]
		switch {
		case i%31 == 0:
			fmt.Fprintf(&b, "%s bastion sshd[%d]: something that nobody expects %d\n", at, i, i)
		case i%47 == 0:
			fmt.Fprintf(&b, "%s bastion cron[%d]: (root) CMD (true)\n", at, i)
		case i%53 == 0 && account != "" && address != "UNKNOWN":
			fmt.Fprintf(&b, "%s bastion sshd[%d]: Accepted %s for %s from %s port %d ssh2\n", at, i, method, account, address, i)
		case i%7 == 0:
			fmt.Fprintf(&b, "%s bastion sshd[%d]: message repeated %d times: [ Failed %s for %s from %s port %d ssh2]\n", at, i, 2+i%3, method, account, address, i)
		default:
			fmt.Fprintf(&b, "%s bastion sshd[%d]: Failed %s for invalid user %s from %s port %d ssh2\n", at, i, method, account, address, i)
		}
	}
	return b.String()
}

// Days of 23 hours, attempts from nowhere and lines that mean nothing are counted as the statistics count them.
func testSeveralDays(t *testing.T, c *chromium, p program) {
	log := filepath.Join(t.TempDir(), "mixed.log")
	if err := os.WriteFile(log, []byte(mixedLog()), 0o600); err != nil {
		t.Fatal(err)
	}
	d := newDay(t, p, log, "Europe/Paris")
	if l := d.stats.Located; d.stats.Unparsed == 0 || l.Private == 0 || l.Reserved == 0 || l.Unknown == 0 {
		t.Fatalf("the log lacks what this test is for: %+v", d.stats)
	}
	testNumbers(t, c, d)

	tab := c.page(t, d, reader{})
	const hours = 24 + 23 + 24
	if n := ask[int](tab, `document.querySelectorAll('[data-ops="strip"] [data-hour]').length`); n != hours {
		t.Errorf("%d hours in the strip, want %d", n, hours)
	}
	after := time.Date(2026, 3, 29, 1, 0, 0, 0, time.UTC) // when clocks show 03:00
	tab.click(fmt.Sprintf(`[data-ops="strip"] [data-hour="%d"]`, after.Unix()))
	tab.sees("the hour after the gap", count(d.attempts, choice{hour: after}))
	if label := ask[string](tab, `document.querySelector('[data-ops="filters"] button').innerText`); !strings.Contains(label, "03:00") || !strings.Contains(label, "04:00") {
		t.Errorf("the hour is called %q", label)
	}
	tab.click(`[data-ops="filters"] button`)
	tab.slide(24*60 + 119)
	if clock := tab.text("clock"); clock != "01:59" {
		t.Errorf("the minute before the gap is called %s", clock)
	}
	tab.slide(24*60 + 120)
	if clock := tab.text("clock"); clock != "03:00" {
		t.Errorf("the minute after the gap is called %s", clock)
	}
	for _, key := range []string{"-private", "-reserved", "-unknown"} {
		if tab.list("countries")[key] > 0 {
			tab.click(row("countries", key))
			if n := tab.number("countries"); n != 0 {
				t.Errorf("%s is counted as %d countries", key, n)
			}
			tab.click(`[data-ops="filters"] button`)
		}
	}
	tab.openAll()
	tab.accessible("several days")
	tab.keepPicture("several-days", true)
}
