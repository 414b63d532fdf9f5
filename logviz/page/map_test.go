package page

import (
	"encoding/base64"
	"image"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"ops/logviz/worldmap"
)

func TestWorldShapes(t *testing.T) {
	w, err := newWorldShapes()
	if err != nil {
		t.Fatal(err)
	}
	if w.Width != 960 || w.Height < 400 || w.Height > 520 || !strings.HasPrefix(w.Sphere, "m") || !strings.HasPrefix(w.Graticule, "m") {
		t.Errorf("%d×%d, sphere %.20q, graticule %.20q", w.Width, w.Height, w.Sphere, w.Graticule)
	}
	by := map[string]countryShape{}
	for _, c := range w.Countries {
		by[c.Code] = c
		if c.Path == "" && !c.Small {
			t.Errorf("%s has neither shape nor dot", c.Code)
		}
		if !image.Pt(c.Dot[0], c.Dot[1]).In(image.Rect(0, 0, w.Width, w.Height)) {
			t.Errorf("%s has its dot at %v", c.Code, c.Dot)
		}
	}
	for _, code := range []string{"SG", "HK", "MT", "BH", "RE", "AQ"} {
		if !by[code].Small {
			t.Errorf("%s is no dot", code)
		}
	}
	for _, code := range []string{"CN", "US", "RU", "FR", "BR", "AU"} {
		if c := by[code]; c.Small || len(c.Path) < 100 {
			t.Errorf("%s: small %v, path of %d bytes", code, c.Small, len(c.Path))
		}
	}
	// What crossed the antimeridian would be smeared over the map.
	for _, c := range w.Countries {
		if c.Code != "RU" && c.Code != "CA" && longest(t, c.Path) > 40 {
			t.Errorf("%s has an edge of %v units", c.Code, longest(t, c.Path))
		}
	}
	packed, err := worldPayload()
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d bytes of base64", base64.StdEncoding.EncodedLen(len(packed)))
	if n := base64.StdEncoding.EncodedLen(len(packed)); n > 70_000 {
		t.Errorf("%d bytes of base64, want at most 70,000", n)
	}
}

// longest is the longest horizontal way between two points of a path.
func longest(t *testing.T, path string) float64 {
	t.Helper()
	most := 0.0
	for _, line := range strings.FieldsFunc(path, func(r rune) bool { return r == 'm' || r == 'z' }) {
		_, edges, _ := strings.Cut(line, "l")
		for i, n := range regexp.MustCompile(`-?\d*\.?\d+`).FindAllString(edges, -1) {
			v, err := strconv.ParseFloat(n, 64)
			if err != nil {
				t.Fatal(err)
			}
			if i%2 == 0 {
				most = max(most, math.Abs(v))
			}
		}
	}
	return most
}

func TestPath(t *testing.T) {
	pixels := func(xy ...float64) (line []worldmap.Pixel) {
		for i := 0; i < len(xy); i += 2 {
			line = append(line, worldmap.Pixel{X: xy[i], Y: xy[i+1]})
		}
		return line
	}
	for _, tt := range []struct {
		name  string
		rings [][]worldmap.Pixel
		want  string
	}{
		{"square", [][]worldmap.Pixel{pixels(1, 1, 11, 1, 11, 11, 1, 11)}, "m1 1l10 0 0 10-10 0z"},
		{"points on a line", [][]worldmap.Pixel{pixels(1, 1, 5, 1.2, 11, 1, 11, 11, 1, 11, 1, 6)}, "m1 1l10 0 0 10-10 0z"},
		{"two rings", [][]worldmap.Pixel{pixels(0, 0, 2, 0, 2, 2), pixels(10, 10, 12, 10, 12, 12)}, "m0 0l2 0 0 2zm10 10l2 0 0 2z"},
		{"halves", [][]worldmap.Pixel{pixels(0.5, 0, 1, 2.4, -3.4, 2)}, "m.5 0l.5 2.5-4.5-.5z"},
		{"nothing left", [][]worldmap.Pixel{pixels(0.1, 0.1, 0.2, 0.15, 0.24, 0)}, ""},
		{"there and back", [][]worldmap.Pixel{pixels(0, 0, 5, 0, 5, 5, 5, 0)}, ""},
	} {
		var p path
		for _, ring := range tt.rings {
			p.closed(ring)
		}
		if p.String() != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, p.String(), tt.want)
		}
	}
	if got := corners([]image.Point{{}, {1, 1}, {2, 2}, {3, 2}}, false); !slices.Equal(got, []image.Point{{}, {2, 2}, {3, 2}}) {
		t.Errorf("corners %v", got)
	}
}
