package browser

import (
	"slices"
	"strconv"
	"testing"
)

// Every number on the page is the one that stats --json prints, and the one that counting the events gives.
func testNumbers(t *testing.T, c *chromium, d *day) {
	tab := c.page(t, d, reader{})
	s := d.stats
	whole := totals{s.Attempts.Failed, s.Attempts.Accepted, s.Sources, len(s.Countries)}
	if counted := count(d.attempts, choice{}); counted != whole {
		t.Fatalf("the events say %+v, the statistics %+v", counted, whole)
	}
	tab.sees("the whole day", whole)
	if got := tab.number("unparsed"); got != s.Unparsed {
		t.Errorf("%d lines not understood, want %d", got, s.Unparsed)
	}
	if got, want := tab.number("unlocated"), s.Located.Private+s.Located.Reserved+s.Located.Unknown; got != want {
		t.Errorf("%d attempts not located, want %d", got, want)
	}
	lists := map[string]map[string]int{"countries": {}, "accounts": {}, "addresses": {}, "networks": {}, "methods": {}}
	for _, x := range s.Countries {
		lists["countries"][x.Code] = x.Attempts
	}
	for key, n := range map[string]int{"-private": s.Located.Private, "-reserved": s.Located.Reserved, "-unknown": s.Located.Unknown} {
		if n > 0 {
			lists["countries"][key] = n
		}
	}
	for _, x := range s.Accounts {
		lists["accounts"][x.Name] = x.Attempts
	}
	for _, x := range s.Methods {
		lists["methods"][x.Name] = x.Attempts
	}
	for _, x := range s.Addresses {
		lists["addresses"][x.IP] = x.Attempts
	}
	for _, x := range s.Networks {
		lists["networks"][x.Prefix] = x.Attempts
	}
	tab.unfold()
	for name, want := range lists {
		tab.agrees("the whole day", name, want)
	}
	tab.agreesOnHours(d)
	if got := tab.number("returning"); got != s.Returning {
		t.Errorf("%d addresses came back, want %d", got, s.Returning)
	}
	if got := tab.number("accounts"); got != len(s.Accounts) {
		t.Errorf("%d accounts, want %d", got, len(s.Accounts))
	}
	if rows := ask[int](tab, `document.querySelectorAll('[data-ops="logins"] tbody tr').length`); rows != len(s.Logins) {
		t.Errorf("%d logins that succeeded, want %d", rows, len(s.Logins))
	}
}

// unfold shows all of every list.
func (t *tab) unfold() {
	t.tb.Helper()
	ask[bool](t, `(document.querySelectorAll('[data-list] button[aria-expanded="false"]').forEach(b => b.click()), true)`)
}

// agreesOnHours compares the strip of hours, and the table of them, with the statistics.
func (t *tab) agreesOnHours(d *day) {
	t.tb.Helper()
	strip := ask[map[string]int](t, `Object.fromEntries([...document.querySelectorAll('[data-ops="strip"] [data-hour]')].map(
		cell => [cell.dataset.hour, Number(cell.dataset.value)]))`)
	table := ask[map[string][]int](t, `Object.fromEntries([...document.querySelectorAll('[data-table="hours"] [data-key]')].map(
		row => [row.dataset.key, [...row.querySelectorAll("[data-value]")].map(cell => Number(cell.dataset.value))]))`)
	found := 0
	for _, h := range d.stats.Hours {
		key := strconv.FormatInt(h.Start.Unix(), 10)
		want := []int{h.Attempts, h.Accepted, h.Sources, h.New, h.Sources - h.New}
		if n, ok := strip[key]; !ok || n != h.Attempts {
			t.tb.Errorf("the hour %s has %d in the strip (there: %v), want %d", h.Start, n, ok, h.Attempts)
		}
		if !slices.Equal(table[key], want) {
			t.tb.Errorf("the hour %s has %v in the table, want %v", h.Start, table[key], want)
		}
		found += strip[key]
	}
	for _, n := range strip {
		found -= n
	}
	if found != 0 || len(table) != len(d.stats.Hours) {
		t.tb.Errorf("the strip counts %d more than the statistics; the table has %d hours of %d", -found, len(table), len(d.stats.Hours))
	}
}

// sees compares the head of the page with totals.
func (t *tab) sees(what string, want totals) {
	t.tb.Helper()
	got := totals{t.number("failed"), t.number("accepted"), t.number("sources"), t.number("countries")}
	if got != want {
		t.tb.Errorf("%s: the page says %+v, want %+v", what, got, want)
	}
	for name, n := range map[string]int{"failed": want.Failed, "accepted": want.Accepted, "sources": want.Sources, "countries": want.Countries} {
		if text := t.text(name); digits(text) != strconv.Itoa(n) {
			t.tb.Errorf("%s: a person reads %q for %d %s", what, text, n, name)
		}
	}
}

// digits leaves the digits of a text.
func digits(text string) string {
	var out []byte
	for _, b := range []byte(text) {
		if b >= '0' && b <= '9' {
			out = append(out, b)
		}
	}
	return string(out)
}

// list is the names of a list of the page with their numbers.
func (t *tab) list(name string) map[string]int {
	t.tb.Helper()
	return ask[map[string]int](t, `Object.fromEntries([...document.querySelectorAll('[data-list="%s"] [data-key]')].map(
		row => [row.dataset.key, Number(row.querySelector("[data-value]").dataset.value)]))`, name)
}

// agrees compares what a list of the page shows, at least the first so many of it, with the whole of it.
func (t *tab) agrees(what, name string, whole map[string]int) {
	t.tb.Helper()
	shown := t.list(name)
	if len(shown) < min(10, len(whole)) {
		t.tb.Errorf("%s: %d %s are shown of %d", what, len(shown), name, len(whole))
	}
	smallest := 0
	for key, n := range shown {
		if whole[key] != n {
			t.tb.Errorf("%s: %s: %q has %d, want %d", what, name, key, n, whole[key])
		}
		if smallest == 0 || n < smallest {
			smallest = n
		}
	}
	for key, n := range whole {
		if _, ok := shown[key]; !ok && n > smallest {
			t.tb.Errorf("%s: %s: %q with %d is missing, and one with %d is shown", what, name, key, n, smallest)
		}
	}
}
