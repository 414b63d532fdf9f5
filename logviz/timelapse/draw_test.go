package timelapse

import (
	"crypto/sha256"
	"fmt"
	"image"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"ops/logviz"
	"ops/logviz/typeface"
	"ops/logviz/worldmap"
)

// theWorld is decoded once; it does not change.
var theWorld = sync.OnceValues(worldmap.Load)

func loadWorld(t testing.TB) *worldmap.World {
	t.Helper()
	world, err := theWorld()
	if err != nil {
		t.Fatal(err)
	}
	return world
}

func region(t testing.TB, name string) []worldmap.Point {
	t.Helper()
	points, err := loadWorld(t).Region(name)
	if err != nil {
		t.Fatal(err)
	}
	return points
}

func newFilm(t testing.TB, rec Recording, o Options) *Film {
	t.Helper()
	if o.CountryName == nil {
		o.CountryName = testName
	}
	f, err := New(loadWorld(t), rec, o)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// part returns some buckets of a recording as a recording of their own.
func part(rec Recording, from, to int) Recording {
	rec.Start = rec.Start.Add(time.Duration(from) * rec.Step)
	rec.Buckets = rec.Buckets[from:to]
	return rec
}

func pixels(t testing.TB, f *Film, i int) []rgb {
	t.Helper()
	if _, err := f.Draw(i); err != nil {
		t.Fatal(err)
	}
	return slices.Clone(f.page.canvas.pix)
}

// looks are options that draw in all the ways there are.
func looks(t testing.TB) map[string]Options {
	t.Helper()
	size := image.Pt(640, 360)
	return map[string]Options{
		"dark":       {Size: size},
		"light":      {Size: size, Theme: Light},
		"window":     {Size: size, Mode: Window, Window: 5 * time.Minute},
		"cumulative": {Size: size, Mode: Cumulative},
		"arcs":       {Size: size, Arcs: true, Target: &worldmap.Landmark{Name: "nas", Place: worldmap.Point{Lon: 2.35, Lat: 48.85}}},
		"pacific": {
			Size: size, Arcs: true, Target: &worldmap.Landmark{Name: "日本 host", Place: worldmap.Point{Lon: 139.7, Lat: 35.7}},
			Focus: region(t, "oceania"), Theme: Light,
		},
		"africa": {Size: size, Focus: region(t, "africa")},
	}
}

func TestFrameDoesNotDependOnFramesBefore(t *testing.T) {
	t.Parallel()
	for name, o := range looks(t) {
		rec := part(testDay(), 400, 600)
		inOrder := newFilm(t, rec, o)
		for i := range inOrder.Len() {
			got := pixels(t, inOrder, i)
			if i != 77 && i != inOrder.Len()-1 {
				continue
			}
			if direct := newFilm(t, rec, o); !slices.Equal(got, pixels(t, direct, i)) {
				t.Fatalf("%s: frame %d drawn after frame %d differs from the same frame drawn alone", name, i, i-1)
			}
		}
		first := pixels(t, newFilm(t, rec, o), 3)
		if !slices.Equal(pixels(t, inOrder, 3), first) {
			t.Errorf("%s: frame 3 drawn after the last frame differs from the same frame drawn alone", name)
		}
	}
}

func TestConvertedTilesAreAllThatChanged(t *testing.T) {
	t.Parallel()
	for name, o := range looks(t) {
		o.Size = image.Pt(642, 366) // tiles at the edges are not whole
		f := newFilm(t, part(testDay(), 550, 600), o)
		dirty := newPlanes(642, 366)
		for i := range f.Len() {
			pixels(t, f, i)
			dirty.update(f.page.canvas)
			whole := newPlanes(642, 366)
			whole.convert(f.page.canvas, f.page.canvas.Bounds())
			if sha256.Sum256(dirty.buf) != sha256.Sum256(whole.buf) {
				t.Fatalf("%s, frame %d: the tiles touched since frame %d are not all that changed", name, i, i-1)
			}
		}
	}
}

func TestBoxesDoNotOverlap(t *testing.T) {
	t.Parallel()
	for _, size := range []image.Point{
		{640, 360}, {1280, 720}, {1920, 1080}, {3840, 2160}, {640, 480}, {1024, 768}, {1680, 720}, {854, 480},
	} {
		for _, summary := range []bool{false, true} {
			for _, step := range []time.Duration{time.Minute, time.Second} {
				if size.X > 1280 && (summary || step == time.Second) {
					continue // slow, and the same at half the size
				}
				rec := part(testDay(), 0, 60)
				rec.Step = step
				o := Options{Size: size}
				noOverlap(t, rec, o, summary)
				for _, l := range Languages()[1:] {
					if o.Language = l; summary { // only there words make room for themselves
						noOverlap(t, rec, o, summary)
					}
				}
				o.Focus = []worldmap.Point{{Lon: 10, Lat: 50}}
				noOverlap(t, rec, o, summary)
			}
		}
	}
}

func noOverlap(t *testing.T, rec Recording, o Options, summary bool) {
	t.Helper()
	f, err := New(new(worldmap.World), rec, o)
	if err != nil {
		t.Fatal(err)
	}
	p, err := f.newPage(summary)
	if err != nil {
		t.Fatal(err)
	}
	boxes := []image.Rectangle{p.layout.world, p.layout.legend, p.layout.course}
	for _, x := range p.texts {
		boxes = append(boxes, x.box)
	}
	for _, l := range []*list{p.topCountries, p.topAccounts} {
		for _, r := range l.rows {
			boxes = append(boxes, r.bar)
		}
	}
	safe := p.canvas.Bounds().Inset(int(12 * p.layout.unit))
	for i, a := range boxes {
		if !a.In(safe) || a.Empty() {
			t.Errorf("%v: box %v is not on the page", o.Size, a)
		}
		for _, b := range boxes[:i] {
			if a.Overlaps(b) {
				t.Errorf("%v, %v, summary %v: %v and %v overlap", o.Size, o.Language, summary, a, b)
			}
		}
	}
}

// hostile are names as attackers send them.
func hostile() []string {
	return []string{
		"", " ", "root ", "\x00\x1b[2J\x07", "\xff\xfe\xc3(", "\u202egnp.exe", "a\nb\rc", strings.Repeat("A", 1<<20),
		strings.Repeat("\u0300", 500), "管理者", "👩\u200d👩\u200d👧\u200d👦", "مدير", "<svg onload=alert(1)>", strings.Repeat("W", 40), "\u2028x\u2029", "Ελένη", "админ",
	}
}

func TestHarmless(t *testing.T) {
	f, err := typeface.Load()
	if err != nil {
		t.Fatal(err)
	}
	fc, err := newFace(f.Regular, 14)
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct{ in, want string }{
		{"root", "root"},
		{"", "(no name)"},
		{"a b", "a b"},
		{" a  b ", "␣a ␣b␣"},
		{"a\u00a0b", "a␣b"},
		{"\x00\x1b[2J", "◆◆[2J"},
		{"\xffx", "◆x"},
		{"\u202egnp", "◆gnp"},
		{"\u200bx\u2066\u2028\ue000", "◆x◆◆◆"},
		{"管理", "□□"},
		{"e\u0301", "e□"},
		{"Ελένη админ Žofie", "Ελένη админ Žofie"},
		{strings.Repeat("é", 1<<19), "éééééééé…"},
	} {
		if got := harmless(test.in, 8, fc.has); test.want != got && len(test.in) < 1<<10 && len([]rune(test.want)) <= 8 {
			t.Errorf("harmless(%q) = %q, want %q", test.in, got, test.want)
		} else if len(test.in) > 1<<10 && got != test.want {
			t.Errorf("harmless(long) = %q, want %q", got, test.want)
		}
	}
	for _, name := range hostile() {
		for _, r := range harmless(name, 100, fc.has) {
			if !fc.has(r) {
				t.Errorf("harmless(%.20q) holds %U, which the font lacks", name, r)
			}
		}
	}
}

func TestHostileNamesStayInTheirBoxes(t *testing.T) {
	t.Parallel()
	var benign, bad []logviz.Count
	for i, name := range hostile() {
		benign = append(benign, logviz.Count{Name: fmt.Sprint("user", i), N: 100 - i})
		bad = append(bad, logviz.Count{Name: name, N: 100 - i})
	}
	bucket := logviz.Bucket{Failed: 1500, Countries: []logviz.Count{{Name: "CN", N: 1500}}}
	draw := func(names []logviz.Count) (*Film, []rgb) {
		b := bucket
		b.Accounts = names
		rec := Recording{Start: time.Unix(0, 0).UTC(), Step: time.Minute, Buckets: []logviz.Bucket{b}}
		f := newFilm(t, rec, Options{Size: image.Pt(960, 720)})
		return f, pixels(t, f, 0)
	}
	_, want := draw(benign)
	f, got := draw(bad)
	for _, r := range f.page.topAccounts.rows {
		for y := r.name.box.Min.Y; y < r.name.box.Max.Y; y++ {
			for x := r.name.box.Min.X; x < r.name.box.Max.X; x++ {
				got[y*960+x] = want[y*960+x]
			}
		}
	}
	if !slices.Equal(got, want) {
		t.Error("names from the log changed pixels outside their boxes")
	}
}

func TestRecordingsAtTheEdges(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 3, 29, 0, 0, 0, 0, time.FixedZone("", 5*3600+1800))
	huge := make([]logviz.Bucket, 1440)
	for i := range huge {
		huge[i] = logviz.Bucket{
			Failed: 1e9, Accepted: 1e9, Sources: 1e9,
			Countries: []logviz.Count{{Name: "", N: 1e9}, {Name: "CN", N: 1e9}, {Name: "??", N: 1}},
			Accounts:  []logviz.Count{{Name: "root", N: 1e9}},
		}
	}
	for name, rec := range map[string]Recording{
		"no attempts":     {Start: start, Step: time.Minute, Buckets: make([]logviz.Bucket, 1440)},
		"one bucket":      {Start: start, Step: time.Minute, Buckets: huge[:1]},
		"one long bucket": {Start: start, Step: 24 * time.Hour, Buckets: huge[:1]},
		"10,000 buckets":  {Start: start, Step: time.Minute, Buckets: make([]logviz.Bucket, 10_000)},
		"years":           {Start: start, Step: 24 * time.Hour, Buckets: make([]logviz.Bucket, 10_000)},
		"nanoseconds":     {Start: start, Step: 1, Buckets: make([]logviz.Bucket, 10)},
		"large counts":    {Start: start, Step: time.Minute, Buckets: huge},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFilm(t, rec, Options{Size: image.Pt(640, 360)})
			for _, i := range []int{0, f.Len() / 2, f.Len() - 1} {
				pixels(t, f, i)
			}
			// A count that did not fit would be cut with an ellipsis.
			p := f.page
			texts := []*text{p.failed, p.sources, p.countries, p.accepted, p.unplaced, p.clock, p.zone}
			for _, l := range []*list{p.topCountries, p.topAccounts} {
				for _, r := range l.rows {
					texts = append(texts, r.count)
				}
			}
			for _, x := range texts {
				if !x.fits(x.shown) {
					t.Errorf("%q does not fit", x.shown)
				}
			}
			p, err := f.newPage(true)
			if err != nil {
				t.Fatal(err)
			}
			p.showSummary(f.whole)
		})
	}
}

func TestNewRefuses(t *testing.T) {
	world := loadWorld(t)
	good := Recording{Step: time.Minute, Buckets: make([]logviz.Bucket, 1)}
	for _, test := range []struct {
		rec  Recording
		o    Options
		want string
	}{
		{Recording{Step: time.Minute}, Options{}, "no buckets"},
		{Recording{Buckets: good.Buckets}, Options{}, "step 0s"},
		{good, Options{Size: image.Pt(641, 360)}, "640×360 to 3840×2160"},
		{good, Options{Size: image.Pt(320, 200)}, "640×360 to 3840×2160"},
		{good, Options{Size: image.Pt(720, 1280)}, "4:3"},
		{good, Options{FPS: 61}, "1 to 60"},
		{good, Options{Window: -1}, "window"},
		{good, Options{Theme: 7}, "Theme(7)"},
	} {
		if _, err := New(world, test.rec, test.o); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("New(%+v) = %v, want an error with %q", test.o, err, test.want)
		}
	}
	f := newFilm(t, good, Options{})
	if _, err := f.Draw(1); err == nil {
		t.Error("Draw(1) of a film of one frame returned no error")
	}
}

// testName names the countries that the test recording begins with.
func testName(code string) string {
	names := map[string]string{
		"CN": "China", "US": "United States", "RU": "Russia", "VN": "Vietnam", "NL": "Netherlands", "IN": "India",
		"BR": "Brazil", "KR": "South Korea", "DE": "Germany", "FR": "France", "SG": "Singapore", "HK": "Hong Kong",
	}
	if n := names[code]; n != "" {
		return n
	}
	return code
}
