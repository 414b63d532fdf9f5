package browser

import (
	"testing"

	"github.com/chromedp/chromedp/kb"
)

// Pages, used as a person would. Every tab also checks that nothing was logged, requested, blocked or thrown; see tab.open.
func TestPages(t *testing.T) {
	p := buildProgram(t)
	c := startChromium(t, nowhere)
	t.Run("example day", func(t *testing.T) { testExampleDay(t, c, p) })
	t.Run("several days", func(t *testing.T) { testSeveralDays(t, c, p) })
	t.Run("hostile names", func(t *testing.T) { testHostileNames(t, c, p) })
	t.Run("chosen before", func(t *testing.T) { testChosenBefore(t, c, p) })
	t.Run("anonymous", func(t *testing.T) { testAnonymous(t, c, p) })
	t.Run("mail", func(t *testing.T) { testMail(t, c, p) })
}

func testExampleDay(t *testing.T, c *chromium, p program) {
	d := newDay(t, p, exampleDay, "UTC")
	for _, part := range []struct {
		name string
		test func(*testing.T, *chromium, *day)
	}{
		{"size", testSize},
		{"policy", testPolicy},
		{"numbers", testNumbers},
		{"play", testPlay},
		{"still", testStill},
		{"scrub", testScrub},
		{"keys", testKeys},
		{"peak", testPeak},
		{"modes", testModes},
		{"filter", testFilter},
		{"filters", testFilters},
		{"map keys", testMapKeys},
		{"tab key", testTabKey},
		{"hover", testHover},
		{"address", testAddress},
		{"looks", testLooks},
		{"accessible", testAccessible},
		{"without scripts", testWithoutScripts},
		{"print", testPrint},
		{"languages", testLanguages},
		{"dates", testDates},
		{"export", testExport},
	} {
		t.Run(part.name, func(t *testing.T) { part.test(t, c, d) })
	}
}

// page opens the page of a day and waits until it is built.
func (c *chromium) page(tb testing.TB, d *day, who reader) *tab {
	tb.Helper()
	tab := c.open(tb, d.page, who)
	tab.ready()
	return tab
}

// ready waits until a page's script has built it.
func (t *tab) ready() {
	t.tb.Helper()
	t.wait(`document.documentElement.dataset.ready === "1" || document.querySelector('#app > [role="alert"]')`)
	if why := ask[string](t, `document.querySelector('#app > [role="alert"]')?.innerText ?? ""`); why != "" {
		t.tb.Fatalf("the page says %q", why)
	}
}

// step is the step of time that the page shows.
func (t *tab) step() int { return t.number("scrub") }

// number is a number of the page: the value of an input, or what the page says it shows, without rounding.
func (t *tab) number(name string) int {
	t.tb.Helper()
	return ask[int](t, `(e => Number(e.value ?? e.dataset.value ?? NaN))(document.querySelector('[data-ops="%s"]'))`, name)
}

// text is what a person reads in a part of the page.
func (t *tab) text(name string) string {
	t.tb.Helper()
	return ask[string](t, `document.querySelector('[data-ops="%s"]').innerText`, name)
}

func testSize(t *testing.T, _ *chromium, d *day) {
	const most = 250_000 // bytes of a page of 30,000 events; the day has 20,000
	if d.size > most {
		t.Errorf("the page has %d bytes, more than %d", d.size, most)
	}
}

// Time passes while the page plays, and only then.
func testPlay(t *testing.T, c *chromium, d *day) {
	tab := c.page(t, d, reader{})
	whole := tab.text("clock")
	tab.click(`[data-ops="play"]`)
	tab.wait(`Number(document.querySelector('[data-ops="scrub"]').value) > 3 && Number(document.querySelector('[data-ops="scrub"]').value) < 1440`)
	if clock := tab.text("clock"); clock == whole {
		t.Errorf("the clock shows %q while the page plays", clock)
	}
	tab.click(`[data-ops="play"]`)
	at := tab.step()
	if after := tab.afterFrames(6); after != at {
		t.Errorf("step %d went on to %d while the page stood still", at, after)
	}
	tab.choose("speed", "4")
	tab.click(`[data-ops="play"]`)
	tab.wait(`Number(document.querySelector('[data-ops="scrub"]').value) >= %d`, at+8)
	tab.key(" ")
	if at, after := tab.step(), tab.afterFrames(6); after != at {
		t.Errorf("step %d went on to %d: the space bar on the button did not stop it", at, after)
	}
}

// afterFrames is the step after so many frames of the browser.
func (t *tab) afterFrames(n int) int {
	t.tb.Helper()
	return ask[int](t, `new Promise(done => {
		let left = %d;
		const frame = () => left-- > 0 ? requestAnimationFrame(frame) : done(Number(document.querySelector('[data-ops="scrub"]').value));
		frame();
	})`, n)
}

// Who asked for less motion sees still pictures, about one a second, and nothing that moves by itself.
func testStill(t *testing.T, c *chromium, d *day) {
	tab := c.page(t, d, reader{still: true})
	tab.click(`[data-ops="play"]`)
	changes := ask[int](tab, `new Promise(done => {
		let changes = 0, last = document.querySelector('[data-ops="clock"]').textContent;
		const began = performance.now();
		const look = () => {
			const now = document.querySelector('[data-ops="clock"]').textContent;
			if (now !== last) changes++;
			last = now;
			if (performance.now() - began < 1500) requestAnimationFrame(look); else done(changes);
		};
		look();
	})`)
	if changes < 1 || changes > 2 {
		t.Errorf("%d pictures in 1.5 s, want 1 or 2", changes)
	}
	if n := ask[int](tab, `document.getAnimations().length`); n != 0 {
		t.Errorf("%d animations run", n)
	}
}

// The slider is moved with the keys that every slider has; the clock, the text for screen readers and the map follow.
func testScrub(t *testing.T, c *chromium, d *day) {
	tab := c.page(t, d, reader{})
	elements := ask[int](tab, `document.querySelectorAll("*").length`)
	if steps := ask[int](tab, `Number(document.querySelector('[data-ops="scrub"]').max)`); steps != 1440 {
		t.Errorf("%d steps of a minute in a day", steps)
	}
	tab.focus(`[data-ops="scrub"]`)
	for _, move := range []struct {
		keys string
		step int
		time string
	}{
		{kb.Home, 0, "00:00"},
		{kb.ArrowRight + kb.ArrowRight, 2, "00:02"},
		{kb.ArrowLeft, 1, "00:01"},
		{kb.End + kb.ArrowLeft, 1439, "23:59"},
	} {
		tab.key(move.keys)
		if got := tab.step(); got != move.step || tab.text("clock") != move.time {
			t.Errorf("step %d at %s, want %d at %s", got, tab.text("clock"), move.step, move.time)
		}
		if said := ask[string](tab, `document.querySelector('[data-ops="scrub"]').ariaValueText`); said != "Sat 14 Mar "+move.time && said != "Sat, 14 Mar "+move.time {
			t.Errorf("a screen reader says %q at %s", said, move.time)
		}
	}
	tab.slide(480)
	if clock := tab.text("clock"); clock != "08:00" {
		t.Errorf("%s at step 480", clock)
	}
	tab.scrub(false)
	if now := ask[int](tab, `document.querySelectorAll("*").length`); now > elements+10 {
		t.Errorf("the page grew from %d to %d elements while time went by", elements, now)
	}
}

// slide moves the slider as a mouse does.
func (t *tab) slide(step int) {
	t.tb.Helper()
	ask[bool](t, `(e => { e.value = %d; return e.dispatchEvent(new Event("input", {bubbles: true})); })(document.querySelector('[data-ops="scrub"]'))`, step)
}

// The keys work wherever the focus is, unless it is in a field that needs them.
func testKeys(t *testing.T, c *chromium, d *day) {
	tab := c.page(t, d, reader{})
	for _, press := range []struct {
		keys string
		step int
	}{
		{kb.Home, 0},
		{kb.ArrowRight, 1},
		{kb.ArrowRight + kb.ArrowRight + kb.ArrowLeft, 2},
		{kb.End, 1440},
		{kb.ArrowRight, 1440},
		{kb.ArrowLeft, 1439},
		{kb.Home + kb.ArrowLeft, 0},
	} {
		tab.key(press.keys)
		if got := tab.step(); got != press.step {
			t.Errorf("step %d, want %d", got, press.step)
		}
	}
	tab.key(" ")
	tab.wait(`Number(document.querySelector('[data-ops="scrub"]').value) > 2`)
	tab.key(" ")
	if at, after := tab.step(), tab.afterFrames(6); after != at {
		t.Errorf("step %d went on to %d: the space bar did not stop it", at, after)
	}
	tab.focus(`[data-ops="mode"]`)
	tab.slide(700)
	tab.key(kb.ArrowDown)
	if mode := ask[string](tab, `document.querySelector('[data-ops="mode"]').value`); mode != "window" || tab.step() != 700 {
		t.Errorf("an arrow in the list of modes: mode %q at step %d, want window at 700", mode, tab.step())
	}
}

// The peak is the minute with the most failed attempts.
func testPeak(t *testing.T, c *chromium, d *day) {
	tab := c.page(t, d, reader{})
	tab.click(`[data-ops="peak"]`)
	at := peak(d.attempts)
	if want := at.Hour()*60 + at.Minute(); tab.step() != want || tab.text("clock") != at.Format("15:04") {
		t.Errorf("step %d at %s, want %d at %s", tab.step(), tab.text("clock"), want, at.Format("15:04"))
	}
}
