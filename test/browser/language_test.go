package browser

import (
	"strings"
	"testing"
)

// The browser's language is the page's, as far as it is one of ours: words, names of countries, numbers and dates.
func testLanguages(t *testing.T, c *chromium, d *day) {
	english := c.page(t, d, reader{})
	english.openAll()
	for _, l := range []struct {
		wanted, is string
		says       []string
	}{
		{"en-GB", "en", []string{"Germany", "9,871", "Countries", "failed attempts"}},
		{"fr-FR", "fr", []string{"Allemagne", "9\u202f871", "Pays"}},
		{"de-DE", "de", []string{"Deutschland", "9.871", "Länder"}},
		{"es-ES", "es", []string{"Alemania", "9.871", "Países"}},
		{"ja-JP", "en", []string{"Germany", "9,871"}},
	} {
		t.Run(l.wanted, func(t *testing.T) {
			tab := c.page(t, d, reader{language: l.wanted, width: 390, height: 844}) // where long words have little room
			if wide := ask[int](tab, `document.documentElement.scrollWidth - innerWidth`); wide > 0 {
				t.Errorf("the page is %d pixels wider than a phone", wide)
			}
			if got := ask[string](tab, `document.documentElement.lang`); got != l.is {
				t.Errorf("the page says its language is %q, want %q", got, l.is)
			}
			text := ask[string](tab, `document.body.innerText`)
			for _, want := range l.says {
				if !strings.Contains(text, want) {
					t.Errorf("%q is not in:\n%s", want, shorten(text))
				}
			}
			if l.is == "en" {
				return
			}
			tab.openAll()
			tab.translated(english)
			tab.keepPicture("language-"+l.is, true)
		})
	}
}

// translated fails the test for each of the page's own words that is the same as in English, but for those that are the
// same in both.
func (t *tab) translated(english *tab) {
	t.tb.Helper()
	const words = `[...new Set([...document.querySelectorAll("h2, th[scope=col], button, summary, option, label, dt, [aria-label], [title]")]
		.filter(e => !e.closest("[data-key], [data-ops=breakdown], [data-ops=map]"))
		.flatMap(e => [e.children.length ? "" : e.textContent, e.ariaLabel ?? "", e.getAttribute("title") ?? ""])
		.filter(text => /^[A-Z][a-z]+( [a-z]+){1,}$/.test(text)))]`
	theirs := map[string]bool{}
	for _, w := range ask[[]string](english, "%s", words) {
		theirs[w] = true
	}
	if len(theirs) < 8 {
		t.tb.Fatalf("only %d texts were found on the English page: %v", len(theirs), theirs)
	}
	for _, w := range ask[[]string](t, "%s", words) {
		if theirs[w] {
			t.tb.Errorf("%q is English", w)
		}
	}
}

// Dates are in the order of the reader's country, though the words are those of the language.
func testDates(t *testing.T, c *chromium, d *day) {
	for wanted, date := range map[string]string{"en-GB": "14 March 2026", "en-US": "March 14, 2026", "de-DE": "14. März 2026", "fr-FR": "14 mars 2026", "es-ES": "14 de marzo de 2026"} {
		tab := c.page(t, d, reader{language: wanted})
		if text := ask[string](tab, `document.querySelector(".clock").innerText`); !strings.Contains(text, date) {
			t.Errorf("%s: %q is not in %q", wanted, date, text)
		}
	}
}
