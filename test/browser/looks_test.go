package browser

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// readers are those before a phone, a laptop and a wall, by day and by night.
func readers() map[string]reader {
	all := map[string]reader{}
	for _, dark := range []bool{false, true} {
		theme := map[bool]string{false: "light", true: "dark"}[dark]
		all["phone-"+theme] = reader{width: 390, height: 844, dark: dark}
		all["laptop-"+theme] = reader{width: 1440, height: 900, dark: dark}
		all["wall-"+theme] = reader{width: 3840, height: 2160, dark: dark}
	}
	return all
}

// On every screen the page has its picture, nothing has to be scrolled sideways, and axe finds nothing.
// OPS_SCREENSHOTS=DIR keeps the pictures for a person to look at.
func testLooks(t *testing.T, c *chromium, d *day) {
	for name, who := range readers() {
		t.Run(name, func(t *testing.T) {
			tab := c.page(t, d, who)
			if wide := ask[int](tab, `document.documentElement.scrollWidth - innerWidth`); wide > 0 {
				t.Errorf("the page is %d pixels wider than the screen", wide)
			}
			ground := ask[string](tab, `getComputedStyle(document.body).backgroundColor + getComputedStyle(document.documentElement).backgroundColor`)
			picture := tab.picture(name, false)
			if light := luminance(corner(picture)); light > 0.5 == who.dark {
				t.Errorf("the ground is %s, with a luminance of %.2f", ground, light)
			}
			tab.slide(480)
			tab.keepPicture(name+"-0800", false)
			if who.width > 2000 { // a wall has its own arrangement, which is easier on the eyes across a room
				tab.click(`[data-ops="wall"]`)
				tab.picture(name+"-mode", false)
				return
			}
			tab.openAll()
			tab.accessible(name)
			tab.keepPicture(name+"-whole", true)
		})
	}
}

// Choosing, and what opens on demand, keeps to the rules of axe too; and in the other theme than the system's.
func testAccessible(t *testing.T, c *chromium, d *day) {
	tab := c.page(t, d, reader{})
	tab.focus(`[data-ops="map"] [tabindex="0"]`)
	tab.click(row("countries", "SG"))
	tab.click(`[data-ops="strip"] [data-hour="1773475200"]`)
	tab.focus(`[data-ops="map"] [tabindex="0"]`)
	tab.openAll()
	tab.accessible("with choices, light")
	tab.keepPicture("chosen-light", true)
	light := corner(tab.picture("", false))
	tab.choose("theme", "dark")
	if dark := corner(tab.picture("", false)); luminance(dark) > 0.5 || luminance(light) < 0.5 {
		t.Errorf("the theme changed the ground from %v to %v", light, dark)
	}
	tab.accessible("with choices, dark")
	tab.keepPicture("chosen-dark", true)
}

// Without scripts the page tells its numbers in plain tables.
func testWithoutScripts(t *testing.T, c *chromium, d *day) {
	tab := c.open(t, d.page, reader{noScripts: true})
	text := ask[string](tab, `document.body.innerText`)
	for _, want := range []int{d.stats.Attempts.Failed, d.stats.Attempts.Accepted, d.stats.Sources, len(d.stats.Countries), d.stats.Countries[0].Attempts} {
		if !bytes.Contains([]byte(digitsAndSpaces(text)), fmt.Appendf(nil, " %d ", want)) {
			t.Errorf("%d is not in the text:\n%s", want, shorten(text))
		}
	}
	if n := ask[int](tab, `document.querySelectorAll("table th").length`); n == 0 {
		t.Error("no table has a head")
	}
	tab.picture("without-scripts", true)

	// axe needs scripts: it looks at the same page with its own taken out.
	whole, err := os.ReadFile(d.path)
	if err != nil {
		t.Fatal(err)
	}
	plain := regexp.MustCompile(`(?s)<script.*?</script>`).ReplaceAll(whole, nil)
	for _, dark := range []bool{false, true} {
		c.open(t, written(t, string(plain)), reader{dark: dark}).accessible("without scripts")
	}
}

// On paper are the numbers and the map, in dark ink, without buttons to press.
func testPrint(t *testing.T, c *chromium, d *day) {
	tab := c.page(t, d, reader{dark: true})
	tab.do(command(emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: "print"}))
	if ask[bool](tab, `document.querySelector('[data-ops="play"]').checkVisibility()`) {
		t.Error("the button to play is printed")
	}
	if !ask[bool](tab, `document.querySelector('[data-ops="map"]').checkVisibility() && document.querySelector('[data-ops="failed"]').checkVisibility()`) {
		t.Error("the map or the numbers are not printed")
	}
	if light := luminance(corner(tab.picture("print", true))); light < 0.9 {
		t.Errorf("paper has a luminance of %.2f", light)
	}
	paper := get(tab, func(ctx context.Context, target *chromedp.Target) (int, error) {
		result, err := cdp.Call(ctx, target, page.PrintToPDF, page.PrintToPDFParams{})
		return len(result.Data), err
	})
	if paper < 10_000 {
		t.Errorf("a print of %d bytes", paper)
	}
}

// openAll opens every part that is closed at first.
func (t *tab) openAll() {
	t.tb.Helper()
	ask[int](t, `[...document.querySelectorAll("details")].map(e => { e.open = true; return e; }).length`)
}

// keepPicture is picture if a person wants to see it.
func (t *tab) keepPicture(name string, whole bool) {
	t.tb.Helper()
	if os.Getenv("OPS_SCREENSHOTS") != "" {
		t.picture(name, whole)
	}
}

// picture takes the window's picture, or that of the whole page, once nothing on it moves. It fails the test if the
// picture is blank, and keeps it if a person wants to see it.
func (t *tab) picture(name string, whole bool) image.Image {
	t.tb.Helper()
	ask[int](t, `Promise.all(document.getAnimations().map(a => a.finished)).then(all => all.length)`)
	clip := t.clip(whole)
	data := get(t, func(ctx context.Context, target *chromedp.Target) ([]byte, error) {
		result, err := cdp.Call(ctx, target, page.CaptureScreenshot, page.CaptureScreenshotParams{CaptureBeyondViewport: &whole, Clip: clip})
		return result.Data, err
	})
	if dir := os.Getenv("OPS_SCREENSHOTS"); dir != "" && name != "" {
		if err := os.WriteFile(filepath.Join(dir, name+".png"), data, 0o644); err != nil {
			t.tb.Fatal(err)
		}
	}
	picture, err := png.Decode(bytes.NewReader(data))
	if err != nil {
		t.tb.Fatal(err)
	}
	const fewest = 40 // a page with a map has hundreds of colours, one of text alone dozens of greys
	if n := colours(picture); n < fewest {
		t.tb.Errorf("the picture %s has %d colours: it is blank", name, n)
	}
	return picture
}

// clip is the part of the page to take a picture of. One that nobody will look at is a quarter as wide: a wall has eight
// million pixels.
func (t *tab) clip(whole bool) *page.Viewport {
	t.tb.Helper()
	clip := ask[page.Viewport](t, `({x: scrollX, y: scrollY, width: innerWidth, height: innerHeight, scale: 1})`)
	if whole {
		clip = ask[page.Viewport](t, `({x: 0, y: 0, width: document.documentElement.scrollWidth, height: document.documentElement.scrollHeight, scale: 1})`)
	}
	if os.Getenv("OPS_SCREENSHOTS") == "" {
		clip.Scale = 0.25
	}
	return &clip
}

// colours counts those of a picture's every third pixel in both directions.
func colours(p image.Image) int {
	seen := map[color.Color]bool{}
	for y := p.Bounds().Min.Y; y < p.Bounds().Max.Y; y += 3 {
		for x := p.Bounds().Min.X; x < p.Bounds().Max.X; x += 3 {
			seen[p.At(x, y)] = true
		}
	}
	return len(seen)
}

// corner is the colour of the page's ground.
func corner(p image.Image) color.Color { return p.At(2, p.Bounds().Max.Y-3) }

// luminance of a colour, 0…1, by the weights of sRGB without its curve: enough to tell light from dark.
func luminance(c color.Color) float64 {
	r, g, b, _ := c.RGBA()
	return (0.2126*float64(r) + 0.7152*float64(g) + 0.0722*float64(b)) / 0xffff
}

// digitsAndSpaces keeps the numbers of a text apart, without what groups their digits.
func digitsAndSpaces(text string) string {
	out := []byte{' '}
	runes := []rune(text)
	for i, r := range runes {
		switch {
		case r >= '0' && r <= '9':
			out = append(out, byte(r))
		case (r == ',' || r == '.' || r == '\u202f' || r == '\u00a0') && i+1 < len(runes) && runes[i+1] >= '0' && runes[i+1] <= '9':
		default:
			out = append(out, ' ')
		}
	}
	return string(append(out, ' '))
}
