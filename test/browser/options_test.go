package browser

import (
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// What was chosen when the page was made holds for every reader: language, colours, title.
func testChosenBefore(t *testing.T, c *chromium, p program) {
	d := newDay(t, p, exampleDay, "UTC", "--lang", "fr", "--theme", "dark", "--title", "Été à <Nas>")
	tab := c.page(t, d, reader{language: "en-GB"})
	if lang := ask[string](tab, `document.documentElement.lang`); lang != "fr" {
		t.Errorf("the language is %q", lang)
	}
	if text := ask[string](tab, `document.body.innerText`); !strings.Contains(text, "Allemagne") {
		t.Errorf("no French in %q", shorten(text))
	}
	if title := ask[string](tab, `document.title + "|" + document.querySelector("h1").innerText`); title != "Été à <Nas>|Été à <Nas>" {
		t.Errorf("the title is %q", title)
	}
	if light := luminance(corner(tab.picture("", false))); light > 0.5 {
		t.Errorf("the ground has a luminance of %.2f", light)
	}
}

// A page without addresses counts the same and has none, neither in what is seen nor in what is saved.
func testAnonymous(t *testing.T, c *chromium, p program) {
	d := newDay(t, p, exampleDay, "UTC", "--anonymize", "country")
	tab := c.page(t, d, reader{})
	tab.sees("without addresses", count(d.attempts, choice{}))
	tab.unfold()
	tab.openAll()
	tab.click(row("countries", "SG"))
	tab.sees("a country without addresses", count(d.attempts, choice{country: "SG"}))
	tab.accessible("without addresses")
	_, table := tab.save("csv")
	address := regexp.MustCompile(`\b\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}\b`)
	for where, text := range map[string]string{"page": ask[string](tab, `document.documentElement.outerHTML`), "table": string(table)} {
		if found := address.FindString(text); found != "" {
			t.Errorf("the %s has the address %s", where, found)
		}
	}
}

// The variant for a mail has no script at all, and tells the same numbers; a mail program shows it in both themes.
func testMail(t *testing.T, c *chromium, p program) {
	path := filepath.Join(t.TempDir(), "mail.html")
	p.run(t, "page", "--tz", "UTC", "--mail", exampleDay, "-o", path)
	for name, who := range map[string]reader{"mail-light": {width: 700, height: 900}, "mail-dark": {width: 390, height: 844, dark: true}} {
		tab := c.open(t, fileAddress(t, path), who)
		if n := ask[int](tab, `document.scripts.length`); n != 0 {
			t.Errorf("%d scripts", n)
		}
		text := digitsAndSpaces(ask[string](tab, `document.body.innerText`))
		for _, want := range []string{" 9871 ", " 854 ", " 122 ", " 2274 "} {
			if !strings.Contains(text, want) {
				t.Errorf("%s is not in the mail", want)
			}
		}
		tab.innocent("mail")
		tab.accessible(name, "landmark-one-main", "region") // which the mail program gives
		tab.keepPicture(name, true)
	}
}
