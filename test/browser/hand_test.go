package browser

import (
	"strings"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
)

// point is a place in the window, in CSS pixels.
type point struct {
	X float64 `json:"x"`
	Y float64 `json:"y"`
}

// place scrolls an element into view and returns a point of it that nothing covers. For a shape of the map that is a
// point of its area, which its middle need not be.
func (t *tab) place(selector string) point {
	t.tb.Helper()
	found := ask[*point](t, `(selector => {
		const e = document.querySelector(selector);
		if (!e) throw new Error("no element " + selector);
		e.scrollIntoView({block: "center", inline: "center", behavior: "instant"});
		const r = e.getBoundingClientRect();
		for (let n = 1; n < 32; n *= 2)
			for (let i = 0; i < n; i++)
				for (let j = 0; j < n; j++) {
					const x = r.x + (i + 0.5) * r.width / n, y = r.y + (j + 0.5) * r.height / n;
					const hit = document.elementFromPoint(x, y);
					if (hit && (hit === e || e.contains(hit))) return {x, y};
				}
		return null;
	})(%s)`, quote(selector))
	if found == nil {
		t.tb.Fatalf("%s cannot be clicked: it is covered, or has no size", selector)
	}
	return *found
}

// click presses the left button of the mouse over an element.
func (t *tab) click(selector string) {
	t.tb.Helper()
	at := t.place(selector)
	t.do(chromedp.MouseClickXY(at.X, at.Y))
}

// point moves the mouse over an element.
func (t *tab) point(selector string) {
	t.tb.Helper()
	at := t.place(selector)
	t.do(chromedp.MouseEvent(input.DispatchMouseEventTypeMouseMoved, at.X, at.Y))
}

// key presses keys one after the other, wherever the focus is.
func (t *tab) key(keys string) {
	t.tb.Helper()
	t.do(chromedp.KeyEvent(keys))
}

// focus moves the focus.
func (t *tab) focus(selector string) {
	t.tb.Helper()
	if !ask[bool](t, `(e => { e.focus(); return document.activeElement === e; })(document.querySelector(%s))`, quote(selector)) {
		t.tb.Fatalf("%s does not take the focus", selector)
	}
}

// choose takes a value of a list of choices.
func (t *tab) choose(name, value string) {
	t.tb.Helper()
	if !ask[bool](t, `(e => { e.value = %s; e.dispatchEvent(new Event("change", {bubbles: true})); return e.value === %[1]s; })(document.querySelector('[data-ops="%s"]'))`,
		quote(value), name) {
		t.tb.Fatalf("%s has no choice %q", name, value)
	}
}

// quote writes a text as a literal of JavaScript.
func quote(text string) string {
	return "`" + strings.NewReplacer("\\", "\\\\", "`", "\\`", "$", "\\$", "\x00", "\\0").Replace(text) + "`"
}
