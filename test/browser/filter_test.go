package browser

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// row selects the button of a list's row.
func row(list, key string) string {
	return `[data-list="` + list + `"] [data-key="` + strings.ReplaceAll(key, `"`, `\"`) + `"] button`
}

// Choosing anything leaves the numbers of that alone, everywhere on the page, and going back brings the others back.
func testFilter(t *testing.T, c *chromium, d *day) {
	tab := c.page(t, d, reader{})
	hour := time.Date(2026, 3, 14, 8, 0, 0, 0, time.UTC)
	whole := count(d.attempts, choice{})
	address := largest(tally(d.attempts, choice{}, func(a attempt) string { return a.address }))
	network := largest(tally(d.attempts, choice{}, func(a attempt) string { return a.network }))
	for _, step := range []struct {
		name, selector string
		want           choice
	}{
		{"a country of the list", row("countries", "CN"), choice{country: "CN"}},
		{"a country of the map", `path[data-code="CN"]`, choice{country: "CN"}},
		{"a dot of the map", `circle[data-code="SG"]`, choice{country: "SG"}},
		{"an account", row("accounts", "root"), choice{account: "root"}},
		{"an address", row("addresses", address), choice{address: address}},
		{"a network", row("networks", network), choice{network: network}},
		{"a method", row("methods", "password"), choice{method: "password"}},
		{"an hour", `[data-ops="strip"] [data-hour="1773475200"]`, choice{hour: hour}},
	} {
		tab.click(step.selector)
		tab.sees(step.name, count(d.attempts, step.want))
		tab.agreesOn(step.name, d, step.want)
		if n := ask[int](tab, `document.querySelectorAll('[data-ops="filters"] button').length`); n != 1 {
			t.Errorf("%s: %d buttons to take it back, want 1", step.name, n)
		}
		if clock := tab.text("clock"); (clock == "08:00–09:00") != (step.name == "an hour") {
			t.Errorf("%s: the time above the map is %q", step.name, clock)
		}
		tab.click(`[data-ops="filters"] button`)
		tab.sees("back from "+step.name, whole)
	}
}

// agreesOn compares all lists with a choice. A list of what was chosen goes on to show the others of its kind.
func (t *tab) agreesOn(what string, d *day, c choice) {
	t.tb.Helper()
	country, account, address, network, method := c, c, c, c, c
	country.country, account.account, address.address, network.network, method.method = "", "", "", "", ""
	for _, list := range []struct {
		name string
		of   choice
		key  func(attempt) string
	}{
		{"accounts", account, func(a attempt) string { return a.account }},
		{"addresses", address, func(a attempt) string { return a.address }},
		{"networks", network, func(a attempt) string { return a.network }},
		{"methods", method, func(a attempt) string { return a.method }},
		{"countries", country, func(a attempt) string { return a.country }},
	} {
		all := tally(d.attempts, list.of, list.key)
		if list.name != "accounts" {
			delete(all, "")
		}
		if list.name == "countries" { // which also tells why there is none
			for key, n := range t.list("countries") {
				if strings.HasPrefix(key, "-") {
					all[key] = n
				}
			}
		}
		t.agrees(what, list.name, all)
	}
}

// largest is the name with the largest number, the first of equal ones.
func largest(n map[string]int) string {
	best := ""
	for name, x := range n {
		if x > n[best] || x == n[best] && name < best {
			best = name
		}
	}
	return best
}

// Choices narrow each other; Escape takes all of them back.
func testFilters(t *testing.T, c *chromium, d *day) {
	tab := c.page(t, d, reader{})
	tab.click(row("countries", "CN"))
	tab.click(row("accounts", "root"))
	both := choice{country: "CN", account: "root"}
	tab.sees("both", count(d.attempts, both))
	tab.agreesOn("both", d, both)
	tab.key(kb.Escape)
	tab.sees("after Escape", count(d.attempts, choice{}))
}

// Countries are reached and chosen without a mouse: the largest first.
func testMapKeys(t *testing.T, c *chromium, d *day) {
	tab := c.page(t, d, reader{})
	tab.focus(`[data-ops="map"] [tabindex="0"]`)
	focused := func() string { return ask[string](tab, `document.activeElement.dataset.code ?? ""`) }
	if n := ask[int](tab, `document.querySelectorAll('[data-ops="map"] [tabindex="0"]').length`); n != 1 {
		t.Errorf("%d stops for the tab key in the map, want 1", n)
	}
	first := focused()
	tab.key(kb.ArrowRight)
	second := focused()
	if first != "SG" || second != "BR" {
		t.Errorf("from %q to %q, want from SG to BR", first, second)
	}
	tip := ask[string](tab, `document.querySelector(".tip").innerText`)
	for _, want := range []string{"Brazil", "1,315"} {
		if !strings.Contains(tip, want) {
			t.Errorf("beside the country stands %q, without %s", tip, want)
		}
	}
	tab.key(kb.Enter)
	tab.sees("Enter", count(d.attempts, choice{country: "BR"}))
	if got := focused(); got != "BR" {
		t.Errorf("the focus went from BR to %q", got)
	}
	tab.key(" ")
	tab.sees("space", count(d.attempts, choice{}))
}

// What the mouse shows about a country is what the events say.
func testHover(t *testing.T, c *chromium, d *day) {
	tab := c.page(t, d, reader{})
	tab.point(`path[data-code="CN"]`)
	tab.wait(`document.querySelector(".tip")?.checkVisibility()`)
	tip := ask[string](tab, `document.querySelector(".tip").innerText`)
	account := largest(tally(d.attempts, choice{country: "CN"}, func(a attempt) string { return a.account }))
	network := largest(tally(d.attempts, choice{country: "CN"}, func(a attempt) string { return a.network }))
	for _, want := range []string{"China", "607", "6.1", account, network} {
		if !strings.Contains(tip, want) {
			t.Errorf("%q is not in %q", want, tip)
		}
	}
	tab.do(chromedp.MouseEvent("mouseMoved", 2, 2))
	tab.wait(`!document.querySelector(".tip").checkVisibility()`)
}

// The address of a view shows the same view elsewhere, and the browser's buttons go through the choices.
func testAddress(t *testing.T, c *chromium, d *day) {
	tab := c.page(t, d, reader{})
	cn, root := choice{country: "CN"}, choice{country: "CN", account: "root"}
	tab.click(row("countries", "CN"))
	tab.click(row("accounts", "root"))
	tab.choose("mode", "cumulative")
	tab.slide(480)
	tab.wait(`location.hash.includes("08")`)
	address := ask[string](tab, `location.href`)

	other := c.open(t, address, reader{})
	other.ready()
	other.sees("the same address elsewhere", count(d.attempts, root))
	mode := ask[string](other, `document.querySelector('[data-ops="mode"]').value`)
	if other.step() != 480 || mode != "cumulative" || other.text("clock") != "08:00" {
		t.Errorf("%s opens at step %d with mode %s", address, other.step(), mode)
	}

	for _, move := range []struct {
		name string
		do   chromedp.Action[chromedp.Void]
		want choice
	}{
		{"back", chromedp.Evaluate[chromedp.Void](`history.back()`), cn},
		{"back again", chromedp.Evaluate[chromedp.Void](`history.back()`), choice{}},
		{"forward", chromedp.Evaluate[chromedp.Void](`history.forward()`), cn},
	} {
		tab.do(move.do)
		want := count(d.attempts, move.want)
		tab.wait(`document.querySelector('[data-ops="failed"]').dataset.value === "%d"`, want.Failed)
		tab.sees(move.name, want)
	}
	tab.visit(d.page + "#country=ZZ&account=%00&at=yesterday&mode=__proto__&speed=9&from=x&to=-1&theme=pink")
	tab.ready()
	tab.sees("an address of nothing that there is", count(d.attempts, choice{}))
}

// The modes count what they say: the largest countries beside the map at a time are those of its last minutes, or of all.
func testModes(t *testing.T, c *chromium, d *day) {
	tab := c.page(t, d, reader{})
	end := time.Date(2026, 3, 14, 8, 1, 0, 0, time.UTC)
	for mode, span := range map[string]time.Duration{"window": 15 * time.Minute, "cumulative": 24 * time.Hour} {
		tab.choose("mode", mode)
		tab.slide(480)
		var then []attempt
		for _, a := range d.attempts {
			if a.country != "" && a.at.Before(end) && !a.at.Before(end.Add(-span)) {
				then = append(then, a)
			}
		}
		by := tally(then, choice{}, func(a attempt) string { return a.country })
		want := by[largest(by)]
		got := ask[string](tab, `document.querySelector(".now li b").innerText`)
		if digits(got) != strconv.Itoa(want) {
			t.Errorf("%s at 08:00: the largest country has %q, want %d", mode, got, want)
		}
	}
}
