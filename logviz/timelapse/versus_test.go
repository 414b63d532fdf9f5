package timelapse

import (
	"encoding/json"
	"image"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

func newVersus(t testing.TB, a, b Recording, o Options) *Versus {
	t.Helper()
	o.CountryName = testName
	v, err := NewVersus(loadWorld(t), [2]Side{{"attack.log", a}, {"its replay", b}}, o)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// later returns a recording that begins some time later, with the same buckets.
func later(rec Recording, d time.Duration) Recording {
	rec.Start = rec.Start.Add(d)
	return rec
}

func TestVersusFits(t *testing.T) {
	t.Parallel()
	for _, size := range []image.Point{{1280, 720}, {1280, 960}, {1680, 720}} {
		for _, l := range Languages() {
			if size.Y != 720 && l != German {
				continue
			}
			v := newVersus(t, part(testDay(), 500, 900), later(part(testDay(), 500, 900), 49*time.Hour), Options{Size: size, Language: l})
			c, err := v.picture(399)
			if err != nil {
				t.Fatal(err)
			}
			boxes := []image.Rectangle{v.page.at.legend}
			texts := v.page.texts
			for _, p := range v.page.sides {
				boxes = append(boxes, p.layout.world, p.layout.course)
				texts = append(texts, p.texts...)
			}
			for _, d := range v.page.lists {
				if want := v.page.at.rows; len(d.rows) != want || want < 4 {
					t.Errorf("%v: %d rows, want %d", size, len(d.rows), want)
				}
				for _, r := range d.rows {
					boxes = append(boxes, r.bars[0], r.bars[1])
				}
			}
			for _, x := range texts {
				boxes = append(boxes, x.box)
				if !x.fits(x.shown) {
					t.Errorf("%v, %v: %q does not fit", l, size, x.shown)
				}
			}
			safe := c.Bounds().Inset(int(12 * v.page.at.unit))
			for i, a := range boxes {
				if !a.In(safe) || a.Empty() {
					t.Errorf("%v, %v: box %v is not on the page", l, size, a)
				}
				for _, b := range boxes[:i] {
					if a.Overlaps(b) {
						t.Errorf("%v, %v: %v and %v overlap", l, size, a, b)
					}
				}
			}
		}
	}
}

// A frame of two maps does not depend on the frames before, and what changed is all that is sent on.
func TestVersusIsAFunctionOfTime(t *testing.T) {
	t.Parallel()
	a, b := part(testDay(), 500, 520), later(part(testDay(), 520, 535), time.Hour)
	v := newVersus(t, a, b, Options{})
	if v.Len() != 20 {
		t.Errorf("%d frames, want 20", v.Len())
	}
	dirty, whole := newPlanes(1280, 720), newPlanes(1280, 720)
	for i := range v.Len() {
		if _, err := v.Draw(i); err != nil {
			t.Fatal(err)
		}
		dirty.update(v.page.canvas)
	}
	whole.convert(v.page.canvas, v.page.canvas.Bounds())
	if !slices.Equal(dirty.buf, whole.buf) {
		t.Error("a change was not sent on")
	}
	for _, i := range []int{19, 3} {
		got, err := v.picture(i)
		if err != nil {
			t.Fatal(err)
		}
		want, err := newVersus(t, a, b, Options{}).picture(i)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(got.pix, want.pix) {
			t.Errorf("frame %d depends on what was drawn before", i)
		}
	}
	if _, err := v.Draw(20); err == nil {
		t.Error("Draw(20) of 20 frames returned no error")
	}
}

// Both maps have the scale that the brighter side needs.
func TestVersusHasOneScale(t *testing.T) {
	quiet := quietly(60, func(int) int { return 1 })
	loud := quietly(60, func(int) int { return 500 })
	want := newFilm(t, loud, Options{}).pace.glow
	for _, v := range []*Versus{newVersus(t, quiet, loud, Options{}), newVersus(t, loud, quiet, Options{})} {
		if _, err := v.Draw(59); err != nil {
			t.Fatal(err)
		}
		a, b := v.page.sides[0], v.page.sides[1]
		if a.chart.scale != b.chart.scale || a.chart.scale.top != niceCeil(want) {
			t.Errorf("scales to %v and %v, want %v", a.chart.scale.top, b.chart.scale.top, niceCeil(want))
		}
		most := [2]float64{slices.Max(a.course.heights), slices.Max(b.course.heights)}
		if low, high := min(most[0], most[1]), max(most[0], most[1]); low*400 > high {
			t.Errorf("courses are %v high, want 1:500", most)
		}
	}
}

func TestVersusNumbers(t *testing.T) {
	a, b := quietly(60, func(int) int { return 1 }), later(quietly(60, func(i int) int { return i / 30 * 3 }), 26*time.Hour)
	v := newVersus(t, a, b, Options{FPS: 5})
	if _, err := v.Draw(39); err != nil {
		t.Fatal(err)
	}
	row := v.page.lists[0].rows[0]
	got := []string{row.counts[0].shown, row.counts[1].shown, row.difference.shown, v.page.clock.shown, v.page.dates[0].shown, v.page.dates[1].shown}
	want := []string{"40", "30", "−10", "+0:39", "Saturday, 14 March 2026 00:39 UTC", "Sunday, 15 March 2026 02:39 UTC"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	vtt := v.WebVTT()
	if want := "+0:00–+0:15: attack.log: 15 failed attempts, most from China (15). its replay: no failed attempt\n"; !strings.Contains(vtt, want) {
		t.Errorf("%s\nhas no %q", vtt, want)
	}

	same := newVersus(t, a, later(b, -2*time.Hour), Options{})
	if _, err := same.Draw(39); err != nil {
		t.Fatal(err)
	}
	if got, want := same.page.clock.shown+same.page.dates[1].shown, "00∶39Sunday, 15 March 2026 UTC"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestVersusFiles(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	v := newVersus(t, part(testDay(), 560, 566), part(testDay(), 500, 506), Options{FPS: 1, Cards: true})
	for _, ext := range Extensions() {
		if err := v.WriteFile(t.Context(), filepath.Join(dir, "two"+ext), nil); err != nil {
			t.Fatal(err)
		}
	}
	compareExactly(t, v.reel(), filepath.Join(dir, "two.apng"))
	var probe struct {
		Chapters []struct{ Tags struct{ Title string } }
		Streams  []map[string]any
	}
	out := output(t, "ffprobe", "-v", "error", "-show_chapters", "-show_streams", "-of", "json", filepath.Join(dir, "two.mp4"))
	if err := json.Unmarshal(out, &probe); err != nil || len(probe.Streams) < 2 || len(probe.Chapters) != 3 {
		t.Fatalf("%v\n%s", err, out)
	}
	if got, want := probe.Chapters[1].Tags.Title, "attack.log / its replay"; got != want {
		t.Errorf("first chapter is %q, want %q", got, want)
	}
}

func TestNewVersusRefuses(t *testing.T) {
	minute, hour := quietly(3, func(int) int { return 1 }), quietly(3, func(int) int { return 1 })
	hour.Step = time.Hour
	for _, test := range []struct {
		b    Recording
		o    Options
		want string
	}{
		{minute, Options{Size: image.Pt(640, 360)}, "two maps side by side need 1280×720"},
		{hour, Options{}, "steps of 1m0s and 1h0m0s"},
		{Recording{Step: time.Minute}, Options{FPS: 61}, "1 to 60"},
	} {
		_, err := NewVersus(loadWorld(t), [2]Side{{"a", minute}, {"b", test.b}}, test.o)
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("NewVersus(%v) = %v, want an error with %q", test.o.Size, err, test.want)
		}
	}
}
