package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ops/logviz/worldmap/internal/atlas"
)

func TestCodes(t *testing.T) {
	fives := strings.Fields(iso3166)
	if len(fives) != 249 {
		t.Errorf("%d codes, ISO 3166-1 has 249", len(fives))
	}
	seen := map[string]bool{}
	for _, five := range fives {
		if len(five) != 5 || seen[five[:2]] || seen[five[2:]] {
			t.Errorf("code %q", five)
		}
		seen[five[:2]], seen[five[2:]] = true, true
	}
	for code := range places() {
		if !seen[code] {
			t.Errorf("a place for %s, which is no code", code)
		}
	}
	for _, c := range cutouts() {
		if !seen[c.code] {
			t.Errorf("a cut-out for %s, which is no code", c.code)
		}
	}
}

func TestCodeOf(t *testing.T) {
	codes := alpha2()
	for _, tt := range []struct {
		alpha3 string
		at     point
		want   string
	}{
		{"FRA", point{2, 47}, "FR"},
		{"FRA", point{9, 42}, "FR"},
		{"FRA", point{-53, 4}, "GF"},
		{"FRA", point{-61.5, 16.3}, "GP"},
		{"FRA", point{-61, 14.6}, "MQ"},
		{"FRA", point{55.5, -21}, "RE"},
		{"FRA", point{45.1, -12.8}, "YT"},
		{"NOR", point{15, 78}, "SJ"},
		{"NOR", point{25, 71}, "NO"},
		{"NLD", point{-68.3, 12.2}, "BQ"},
		{"CYN", point{33, 35}, "CY"},
		{"SOL", point{45, 9}, "SO"},
		{"KAS", point{77, 35}, "IN"},
		{"XKX", point{21, 42}, "XK"},
		{"IOA", point{96.8, -12.2}, "CC"},
		{"IOA", point{105.6, -10.5}, "CX"},
		{"???", point{0, 0}, ""},
	} {
		got, ok := codeOf(feature{alpha3: tt.alpha3}, polygon{{tt.at}}, codes)
		if got != tt.want || ok != (tt.want != "") {
			t.Errorf("%s at %v is %q, want %q", tt.alpha3, tt.at, got, tt.want)
		}
	}
}

// A code without shape and place must stop the generator, not vanish from the map.
func TestBuildMissesNothing(t *testing.T) {
	features, err := readTopology(strings.NewReader(document(squareArcs, twoSquares)))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := build(features, 10); err == nil || !strings.Contains(err.Error(), "no shape and no place for AD") {
		t.Errorf("error %v", err)
	}
	features[0].alpha3 = "???"
	if _, err := build(features, 10); err == nil || !strings.Contains(err.Error(), "no code for Niger (???)") {
		t.Errorf("error %v", err)
	}
}

// A toy world in which every feature is a box: run twice, it gives the same file, and Decode reads it.
func TestRun(t *testing.T) {
	var arcs, geometries []string
	for five := range strings.FieldsSeq(iso3166) {
		arcs = append(arcs, `[[10,0],[0,10],[10,0],[0,-10],[-10,0]]`)
		geometries = append(geometries, `{"type":"Polygon","arcs":[[0]],"properties":{"name":"x","a3":"`+five[2:]+`"}}`)
	}
	geometries = append(geometries, `{"type":"Polygon","arcs":[[0]],"properties":{"name":"x","a3":"XKX"}}`)
	dir := t.TempDir()
	in := filepath.Join(dir, "in.json")
	if err := os.WriteFile(in, []byte(document(strings.Join(arcs, ","), strings.Join(geometries, ","))), 0o600); err != nil {
		t.Fatal(err)
	}
	var blobs [2][]byte
	for i := range blobs {
		var out bytes.Buffer
		if err := run(in, dir, &out); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(out.String(), "250 codes, 250 parts, 1 arcs") {
			t.Errorf("reported %s", &out)
		}
		var err error
		if blobs[i], err = os.ReadFile(filepath.Join(dir, "world.atlas")); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(blobs[0], blobs[1]) {
		t.Error("two runs, two files")
	}
	if _, err := atlas.Decode(blobs[0]); err != nil {
		t.Error(err)
	}
	if err := run(filepath.Join(dir, "missing"), dir, &bytes.Buffer{}); err == nil {
		t.Error("read a file that is not there")
	}
}
