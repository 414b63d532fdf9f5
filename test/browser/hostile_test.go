package browser

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// hostile are names that attackers may log in with. What of them were markup or code would set the variable canary, ask
// for something or open a dialog.
func hostile() []string {
	return []string{
		`<img src=x onerror=canary=1>`,
		`"><svg onload=canary=1>`,
		`'><svg/onload=canary=1>`,
		`</script><script>canary=1</script>`,
		`</title></style></noscript><script>canary=1</script>`,
		`<!--><script>canary=1</script>`,
		`]]><script>canary=1</script>`,
		`<iframe srcdoc="<script>parent.canary=1</script>">`,
		`<a href=javascript:canary=1 autofocus onfocus=canary=1>x</a>`,
		`" autofocus onfocus="canary=1`,
		`javascript:canary=1`,
		"${canary=1}`;canary=1;`",
		`');canary=1;('`,
		`\u003cimg src=x onerror=canary=1\u003e`,
		`&lt;img src=x onerror=canary=1&gt;`,
		`<meta http-equiv=refresh content=0;url=http://203.0.113.9/>`,
		`<base href=http://203.0.113.9/><link rel=stylesheet href=/x.css>`,
		`<style>@import "http://203.0.113.9/x.css";*{background:url(http://203.0.113.9/y)}</style>`,
		`<dialog open><form action=http://203.0.113.9/><input autofocus>`,
		"__proto__", "constructor", "toString", "hasOwnProperty",
		`=HYPERLINK("http://203.0.113.9/","x")`, "+1", "-1", "@SUM(1)",
		"\u202etoor\u202c", "\u2066\u2067root", "ro\u200bot", "\ufeffroot", "ﷺﷺ" + strings.Repeat("\u0301", 300),
		"a\x00b", "\x1b[31mred\x1b]0;title\a", "\xff\xfe\xc0\xaf", "\U000E0041", "\ud7ff",
		strings.Repeat("A", 1_000_000),
	}
}

// hostileLog is a log of them: as accounts, hosts, programs and methods.
func hostileLog() string {
	var b strings.Builder
	line := func(host, program, text string) {
		fmt.Fprintf(&b, "2026-03-14T08:%02d:00.000000+00:00 %s %s: %s\n", strings.Count(b.String(), "\n")/10%60, host, program, text)
	}
	for i, name := range hostile() {
		for range 2 + i%3 {
			line("bastion", "sshd[7]", "Failed password for invalid user "+name+" from 42.83.165.95 port 1 ssh2")
		}
		line("bastion", "sshd[7]", "Accepted password for "+name+" from 77.164.174.10 port 1 ssh2")
		word := strings.ReplaceAll(name, " ", "/")
		if len(word) < 200 {
			line(word, "sshd[7]", "Failed password for root from 42.83.165.95 port 1 ssh2")
			line("bastion", word, "something else")
			line("bastion", "sshd[7]", "Failed "+word+" for root from 42.83.165.95 port 1 ssh2")
		}
	}
	return b.String()
}

// innocent says what of the document is not text: handlers, addresses, elements that load or run.
const innocent = `(() => {
	const found = [];
	for (const e of document.querySelectorAll("*")) {
		for (const a of e.attributes) {
			if (/^on/i.test(a.name)) found.push(e.tagName + " has " + a.name);
			if (["href", "src", "action", "formaction", "srcdoc", "xlink:href"].includes(a.name) && !/^(#|blob:|data:)/.test(a.value)) found.push(e.tagName + " " + a.name + "=" + a.value.slice(0, 80));
		}
		if (["IFRAME", "IMG", "OBJECT", "EMBED", "BASE", "FORM", "DIALOG", "LINK"].includes(e.tagName)) found.push(e.tagName);
		if (e.tagName === "META" && e.httpEquiv === "refresh") found.push("refresh");
		if (e.tagName === "STYLE" && document.querySelectorAll("style").length !== 1) found.push("another STYLE");
		if (e.tagName === "SCRIPT" && e.textContent.startsWith("canary")) found.push("another SCRIPT");
	}
	if (typeof canary !== "undefined") found.push("the canary is " + canary);
	return found;
})()`

// Names out of a log, out of its file's name and out of the address never become markup or code, whether the browser
// knows our policy or not.
func testHostileNames(t *testing.T, c *chromium, p program) {
	name := `"><img src=x onerror=canary=1>.log`
	log := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(log, []byte(hostileLog()), 0o600); err != nil {
		t.Fatal(err)
	}
	fromFile := newDay(t, p, log, "UTC")
	titled := newDay(t, p, log, "UTC", "--title", `</title><script>canary=1</script><h1 onclick="canary=1">`)
	for name, d := range map[string]*day{"file": fromFile, "title": titled} {
		t.Run(name+", no scripts", func(t *testing.T) {
			plain := c.open(t, d.page, reader{noScripts: true})
			plain.innocent("without scripts")
			if text := ask[string](plain, `document.body.innerText`); !strings.Contains(text, "<img src=x onerror=canary=1>") && !strings.Contains(text, "__proto__") {
				t.Errorf("no hostile name can be read:\n%s", shorten(text))
			}
		})
	}
	for _, view := range []struct {
		name string
		day  *day
		who  reader
	}{
		{"policy", fromFile, reader{}},
		{"no policy", fromFile, reader{noPolicy: true}},
		{"title, French, no policy", titled, reader{noPolicy: true, language: "fr"}},
	} {
		t.Run(view.name, func(t *testing.T) {
			tab := c.page(t, view.day, view.who)
			tab.innocent("at first")
			tab.unfold()
			tab.innocent("with all names")
			tab.agrees("hostile names", "accounts", tally(view.day.attempts, choice{}, func(a attempt) string { return a.account }))
			tab.hover()
			tab.innocent("with what the mouse shows")
			for i, name := range hostile() {
				if len(name) > 1000 || i%3 != 0 && name[0] != '<' {
					continue
				}
				tab.clickName(name)
				tab.innocent("filtered by " + name)
				tab.clickName(name)
			}
			for _, text := range []string{"<img src=x onerror=canary=1>", "</script><script>canary=1</script>", `\u{202e}toor`, `a\u{0}b`} {
				if !ask[bool](tab, `document.querySelector('[data-list="accounts"]').innerText.includes(%s)`, quote(text)) {
					t.Errorf("%q cannot be read among the accounts", text)
				}
			}
			_, table := tab.save("csv")
			agreesWithTable(t, table, count(view.day.attempts, choice{}), tally(view.day.attempts, choice{}, func(a attempt) string { return a.account }))
			_, drawing := tab.save("svg")
			plainDrawing(t, drawing)
			for _, key := range []string{"country", "account", "address", "network", "method", "mode", "theme", "speed"} {
				tab.visit(view.day.page + "#" + key + "=%22%3E%3Cimg%20src=x%20onerror=canary=1%3E&at=%3Csvg%20onload=canary=1%3E")
				tab.do(chromedp.Reload())
				tab.ready()
				tab.innocent("with an address of " + key)
			}
		})
	}
}

// innocent fails the test for anything in the document that a log could only have brought as markup.
func (t *tab) innocent(when string) {
	t.tb.Helper()
	for _, what := range ask[[]string](t, "%s", innocent) {
		t.tb.Errorf("%s: %s", shorten(when), what)
	}
}

// hover moves the pointer over each country of the map.
func (t *tab) hover() {
	t.tb.Helper()
	ask[int](t, `[...document.querySelectorAll("[data-ops=map] [data-code]")].map(
		e => e.dispatchEvent(new PointerEvent("pointerover", {bubbles: true}))).length`)
}

// clickName chooses an account, whatever its name holds.
func (t *tab) clickName(name string) {
	t.tb.Helper()
	if !ask[bool](t, `(rows => { const row = rows.find(r => r.dataset.key === %s); row?.querySelector("button").click(); return row !== undefined; })(
		[...document.querySelectorAll('[data-list="accounts"] [data-key]')])`, quote(strings.ToValidUTF8(name, "\ufffd"))) {
		t.tb.Errorf("no row of %q", name)
	}
}
