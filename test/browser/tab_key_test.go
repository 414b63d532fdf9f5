package browser

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp/kb"
)

// The tab key goes once through everything that can be used, always to something that is seen to have the focus, and the
// map and the hours are one stop each, not hundreds.
func testTabKey(t *testing.T, c *chromium, d *day) {
	tab := c.page(t, d, reader{still: true})
	const most = 200
	var stops []string
	for range most {
		tab.key(kb.Tab)
		stop := ask[struct {
			Name, Where string
			Seen        bool
		}](tab, `(() => {
			const e = document.activeElement;
			if (e === document.body) return {Name: "", Where: "", Seen: true};
			const style = getComputedStyle(e);
			const ring = document.querySelector(".ring");
			const box = e.getBoundingClientRect();
			const seen = (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0) || (e.closest("svg") !== null && ring?.checkVisibility());
			const where = e.closest("[data-ops=map]") ? "map" : e.closest("[data-ops=strip]") ? "strip" : e.closest("[data-list]")?.dataset.list ?? "";
			return {Name: (e.ariaLabel || e.innerText || e.dataset.ops || e.tagName).slice(0, 60), Where: where, Seen: Boolean(seen && box.bottom > 0 && box.top < innerHeight)};
		})()`)
		if stop.Name == "" {
			break
		}
		if !stop.Seen {
			t.Errorf("nobody sees that %q has the focus", stop.Name)
		}
		stops = append(stops, stop.Where+": "+stop.Name)
	}
	if len(stops) < 40 || len(stops) == most {
		t.Fatalf("%d stops: %q", len(stops), stops)
	}
	for _, part := range []string{"map", "strip"} {
		n := 0
		for _, stop := range stops {
			if strings.HasPrefix(stop, part+": ") {
				n++
			}
		}
		if n != 1 {
			t.Errorf("the tab key stops %d times in the %s, want once: %q", n, part, stops)
		}
	}
}
