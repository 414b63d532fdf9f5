package timelapse

import (
	"bytes"
	"image"
	"image/gif"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestCards writes a film with its cards and finds each of its pictures in it.
func TestCards(t *testing.T) {
	t.Parallel()
	f := newFilm(t, part(testDay(), 560, 570), Options{Size: image.Pt(640, 360), FPS: 25, Cards: true, Logs: []string{"auth.log"}})
	if f.Pictures() != 110 || f.Len() != 10 {
		t.Errorf("%d pictures and %d frames, want 110 and 10", f.Pictures(), f.Len())
	}
	path := filepath.Join(t.TempDir(), "day.apng")
	last := 0
	if err := f.WriteFile(t.Context(), path, func(done, total int) {
		if done <= last || total != f.Pictures() {
			t.Errorf("progress(%d, %d) after %d", done, total, last)
		}
		last = done
	}); err != nil || last != f.Pictures() {
		t.Fatal(last, err)
	}
	r := f.reel()
	compareExactly(t, r, path)
}

func TestCardsInGIF(t *testing.T) {
	f := newFilm(t, part(testDay(), 560, 570), Options{Size: image.Pt(640, 360), Cards: true})
	path := filepath.Join(t.TempDir(), "day.gif")
	if err := f.WriteFile(t.Context(), path, nil); err != nil {
		t.Fatal(err)
	}
	anim, err := gif.DecodeAll(bytes.NewReader(readFile(t, path)))
	if err != nil {
		t.Fatal(err)
	}
	length := 0
	for _, d := range anim.Delay {
		length += d
	}
	if len(anim.Image) != 12 || length != 433 {
		t.Errorf("%d frames and %d/100 s, want 12 and 433", len(anim.Image), length)
	}
}

// A picture does not depend on those drawn before it, across the cards too.
func TestCardsDoNotDependOnOrder(t *testing.T) {
	t.Parallel()
	f := newFilm(t, part(testDay(), 560, 564), Options{Size: image.Pt(640, 360), FPS: 2, Cards: true})
	r := f.reel()
	shot := func(i int) []rgb {
		c, err := r.picture(i)
		if err != nil {
			t.Fatal(err)
		}
		return slices.Clone(c.pix)
	}
	var inOrder [][]rgb
	for i := range r.pictures() {
		inOrder = append(inOrder, shot(i))
	}
	for _, i := range []int{11, 4, 0, 7, 10, 5} {
		if !slices.Equal(shot(i), inOrder[i]) {
			t.Errorf("picture %d differs out of order", i)
		}
	}
}

func TestCardsFit(t *testing.T) {
	t.Parallel()
	var logs []string
	for _, name := range hostile() {
		logs = append(logs, name[:min(len(name), 200)])
	}
	for _, size := range []image.Point{{640, 360}, {1280, 720}, {640, 480}, {1680, 720}, {854, 480}} {
		for name, o := range map[string]Options{
			"hostile": {Title: strings.Repeat("Wide title ", 40), Note: strings.Repeat("note ", 100), Logs: logs},
			"en":      {}, "de": {Language: German}, "es": {Language: Spanish}, "fr": {Language: French},
		} {
			if o.Language != English && o.Language != German && size.Y != 360 {
				continue
			}
			o.Size, o.Cards = size, true
			rec := part(testDay(), 500, 900)
			for i := range rec.Buckets {
				rec.Buckets[i].Failed *= 1e6
			}
			f := newFilm(t, rec, o)
			for which, card := range map[string]func() (*page, error){"opening": f.openingCard, "closing": f.closingCard} {
				p, err := card()
				if err != nil {
					t.Fatal(err)
				}
				var boxes []image.Rectangle
				for _, x := range p.texts {
					boxes = append(boxes, x.box)
					if name != "hostile" && !x.fits(x.shown) {
						t.Errorf("%s %s %v: %q does not fit", name, which, size, x.shown)
					}
				}
				if which == "closing" {
					boxes = append(boxes, p.layout.course)
				}
				safe := p.canvas.Bounds().Inset(int(12 * p.layout.unit))
				for i, a := range boxes {
					if !a.In(safe) || a.Empty() {
						t.Errorf("%s %s %v: box %v is not on the card", name, which, size, a)
					}
					for _, b := range boxes[:i] {
						if a.Overlaps(b) {
							t.Errorf("%s %s %v: %v and %v overlap", name, which, size, a, b)
						}
					}
				}
			}
		}
	}
}

func TestDates(t *testing.T) {
	for _, test := range []struct {
		start string
		hours int
		want  string
	}{
		{"2026-03-14", 24, "Saturday, 14 March 2026"},
		{"2026-03-14", 25, "14 Mar to 15 Mar 2026"},
		{"2026-03-31", 48, "31 Mar to 1 Apr 2026"},
		{"2026-12-31", 48, "31 Dec 2026 to 1 Jan 2027"},
	} {
		start, err := time.Parse(time.DateOnly, test.start)
		if err != nil {
			t.Fatal(err)
		}
		rec := quietly(test.hours, func(int) int { return 1 })
		rec.Start, rec.Step = start, time.Hour
		if got := newFilm(t, rec, Options{}).dates(); got != test.want {
			t.Errorf("%s and %d hours: %q, want %q", test.start, test.hours, got, test.want)
		}
	}
	var log string
	f := newFilm(t, quietly(3, func(int) int { return 1 }), Options{Logs: strings.Fields("auth.log auth.log.1 auth.log.2")})
	if p, fs, err := f.newCard(); err == nil {
		_ = p
		log = f.logNames(fs.body, 200) + "|" + f.logNames(fs.body, 2000)
	}
	if want := "Read from auth.log and 2 more|Read from auth.log, auth.log.1, auth.log.2"; log != want {
		t.Errorf("logs: %q, want %q", log, want)
	}
}
