package worldmap

import (
	"math"
	"slices"
	"strings"
	"testing"
)

// codes is ISO 3166-1 alpha-2 and XK, by first letter.
const codes = `
A DEFGILMOQRSTUWXZ  B ABDEFGHIJLMNOQRSTVWYZ  C ACDFGHIKLMNORUVWXYZ  D EJKMOZ  E CEGHRST  F IJKMOR
G ABDEFGHILMNPQRSTUWY  H KMNRTU  I DELMNOQRST  J EMOP  K EGHIMNPRWYZ  L ABCIKRSTUVY
M ACDEFGHKLMNOPQRSTUVWXYZ  N ACEFGILOPRUZ  O M  P AEFGHKLMNRSTWY  Q A  R EOSUW
S ABCDEGHIJKLMNORSTVXYZ  T CDFGHJKLMNORTVWZ  U AGMSYZ  V ACEGINU  W FS  X K  Y ET  Z AMW`

func allCodes() []string {
	var all []string
	fields := strings.Fields(codes)
	for i := 0; i < len(fields); i += 2 {
		for _, second := range fields[i+1] {
			all = append(all, fields[i]+string(second))
		}
	}
	return all
}

func TestEveryCodeHasAPlace(t *testing.T) {
	w := load(t)
	var got []string
	for i, c := range w.Countries() {
		got = append(got, c.Code)
		if j, ok := w.Index(c.Code); !ok || j != i {
			t.Errorf("Index(%s) = %d, %t, want %d", c.Code, j, ok, i)
		}
	}
	if want := allCodes(); len(want) != 250 || !slices.Equal(got, want) {
		t.Errorf("codes are %v, want %d: %v", got, len(want), want)
	}
	if _, ok := w.Index("ZZ"); ok {
		t.Error("ZZ has an index")
	}
	for _, size := range []int{320, 1280, 1920} {
		v := EqualEarth(rect(size, size*9/16), Crop{})
		r := w.Rasterize(v)
		f := v.Frame()
		for i, a := range r.Areas {
			code := w.Countries()[i].Code
			if a.Dot.X < float64(f.Min.X) || a.Dot.X > float64(f.Max.X) || a.Dot.Y < float64(f.Min.Y) || a.Dot.Y > float64(f.Max.Y) {
				t.Errorf("width %d: dot of %s at %v is outside %v", size, code, a.Dot, f)
			}
			if r.Globe.AlphaAt(int(a.Dot.X), int(a.Dot.Y)).A == 0 {
				t.Errorf("width %d: dot of %s at %v is off the globe", size, code, a.Dot)
			}
		}
	}
}

func TestLabels(t *testing.T) {
	w := load(t)
	for _, c := range w.Countries() {
		if len(c.Parts) > 0 && !c.Parts[0].inside(c.Label) {
			t.Errorf("label of %s at %v is outside its largest part", c.Code, c.Label)
		}
	}
	for _, tt := range []struct {
		code     string
		lon, lat float64
		shape    bool
	}{
		{"SG", 103.82, 1.36, true},
		{"HK", 114.14, 22.40, true},
		{"MO", 113.55, 22.17, true},
		{"MT", 14.40, 35.90, true},
		{"BH", 50.55, 26.03, true},
		{"MU", 57.57, -20.28, true},
		{"LU", 6.10, 49.75, true},
		{"MC", 7.41, 43.74, true},
		{"RE", 55.53, -21.13, true},
		{"GP", -61.69, 16.17, true}, // Basse-Terre, the larger half
		{"MQ", -61.02, 14.65, true},
		{"YT", 45.15, -12.82, true},
		{"GF", -53.24, 3.92, true},
		{"BQ", -68.29, 12.20, true},
		{"CX", 105.65, -10.49, true},
		{"TV", 179.20, -8.52, true},
		{"GI", -5.35, 36.14, false},
		{"VA", 12.45, 41.90, false},
		{"BV", 3.36, -54.42, false},
		{"TK", -171.85, -9.20, false},
		{"CC", 96.83, -12.17, false},
		{"UM", 166.63, 19.29, false},
	} {
		c := country(t, w, tt.code)
		if math.Abs(c.Label.Lon-tt.lon) > 0.5 || math.Abs(c.Label.Lat-tt.lat) > 0.5 {
			t.Errorf("%s is at %v, want %v, %v", tt.code, c.Label, tt.lon, tt.lat)
		}
		if got := len(c.Parts) > 0; got != tt.shape {
			t.Errorf("%s has a shape: %t, want %t", tt.code, got, tt.shape)
		}
	}
}

func TestRings(t *testing.T) {
	w := load(t)
	for _, c := range w.Countries() {
		last := math.Inf(1)
		for i, part := range c.Parts {
			for j, ring := range part {
				size := ring.steradians()
				if outer := j == 0; outer != (size > 0) || size == 0 {
					t.Errorf("%s part %d ring %d goes the wrong way round", c.Code, i, j)
				}
				if j == 0 && size > last*1.0001 {
					t.Errorf("%s part %d is larger than the one before", c.Code, i)
				}
				if j == 0 {
					last = size
				}
				for k, p := range ring {
					q := ring[(k+1)%len(ring)]
					if math.Abs(p.Lon-q.Lon) > 1 || math.Abs(p.Lat-q.Lat) > 1 || p == q {
						t.Fatalf("%s part %d ring %d has an edge from %v to %v", c.Code, i, j, p, q)
					}
				}
			}
		}
	}
}

// Areas in km² with inland waters, from general reference works.
func TestAreas(t *testing.T) {
	w := load(t)
	for _, tt := range []struct {
		code string
		km2  float64
	}{
		{"RU", 17_098_000},
		{"CA", 9_985_000},
		{"CN", 9_597_000},
		{"US", 9_834_000},
		{"BR", 8_515_000},
		{"AU", 7_692_000},
		{"IN", 3_287_000},
		{"AR", 2_780_000},
		{"GL", 2_166_000},
		{"FR", 551_500}, // without overseas
		{"DE", 357_600},
		{"NO", 323_800}, // without Svalbard
		{"SO", 637_700}, // with Somaliland
		{"JP", 378_000},
		{"NZ", 268_000},
		{"AQ", 12_270_000}, // without ice shelves
		{"CY", 9_250},      // with the north
		{"LS", 30_355},
		{"FJ", 18_270},
		{"GF", 83_500},
		{"SJ", 61_400},
		{"LU", 2_586},
		{"RE", 2_512},
	} {
		if got := country(t, w, tt.code).km2(); math.Abs(got/tt.km2-1) > 0.06 {
			t.Errorf("%s has %.0f km², want %.0f", tt.code, got, tt.km2)
		}
	}
}

// Natural Earth's features stop at borders that dissolve must have removed, and at the cut that is nobody's coast.
func TestLines(t *testing.T) {
	w := load(t)
	near := func(lines [][]Point, p Point, d float64) bool {
		for _, line := range lines {
			for _, q := range line {
				if math.Abs(q.Lon-p.Lon) < d && math.Abs(q.Lat-p.Lat) < d {
					return true
				}
			}
		}
		return false
	}
	for _, tt := range []struct {
		name    string
		at      Point
		border  bool
		coastal bool
	}{
		{"49th parallel", Point{-110, 49}, true, false},
		{"Lesotho within South Africa", Point{28.7, -28.7}, true, false},
		{"Somaliland within Somalia", Point{48.5, 9}, false, false},
		{"Northern Cyprus within Cyprus", Point{33.3, 35.17}, false, false},
		{"Chukotka at the antimeridian", Point{180, 67.5}, false, false},
		{"Antarctica at the antimeridian", Point{180, -88}, false, false},
		{"South Pole", Point{0, -90}, false, false},
		{"Land's End", Point{-5.65, 50.1}, false, true},
	} {
		if got := near(w.Borders(), tt.at, 0.6) && !tt.coastal; got != tt.border {
			t.Errorf("%s: border %t, want %t", tt.name, got, tt.border)
		}
		if tt.name == "Northern Cyprus within Cyprus" {
			continue // the coast is near
		}
		if got := near(w.Coasts(), tt.at, 0.3); got != tt.coastal {
			t.Errorf("%s: coast %t, want %t", tt.name, got, tt.coastal)
		}
	}
}
