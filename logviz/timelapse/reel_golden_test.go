package timelapse

import (
	"image"
	"testing"
	"time"

	"ops/internal/likeness"
)

// Cards, the calendar and two sides look as they did when a person last looked at them.
func TestReelGoldens(t *testing.T) {
	t.Parallel()
	day := newFilm(t, testDay(), Options{Size: image.Pt(640, 360), Theme: Light, Logs: []string{"auth.log", "auth.log.1"}})
	opening, err := day.openingCard()
	if err != nil {
		t.Fatal(err)
	}
	likeness.Golden(t, "opening", opening.canvas)
	day.o.Theme = Dark
	closing, err := day.closingCard()
	if err != nil {
		t.Fatal(err)
	}
	likeness.Golden(t, "closing", closing.canvas)

	days := someDays(5)
	days.Buckets[6].Accepted = 1
	several := newFilm(t, days, Options{Size: image.Pt(640, 360)})
	if err := several.draw(11); err != nil {
		t.Fatal(err)
	}
	likeness.Golden(t, "calendar", several.page.canvas)

	two, err := newVersus(t, testDay(), later(part(testDay(), 60, 1440), 25*time.Hour), Options{}).Draw(600)
	if err != nil {
		t.Fatal(err)
	}
	likeness.Golden(t, "versus", two)
}
