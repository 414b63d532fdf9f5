package timelapse

import (
	"fmt"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"testing"

	"ops/logviz/worldmap"
)

// TestLook writes frames for a person to look at into the folder that TIMELAPSE_LOOK names.
func TestLook(t *testing.T) {
	dir := os.Getenv("TIMELAPSE_LOOK")
	if dir == "" {
		t.Skip("no folder in TIMELAPSE_LOOK")
	}
	world, err := worldmap.Load()
	if err != nil {
		t.Fatal(err)
	}
	rec := testDay()
	for _, size := range []image.Point{{1280, 720}, {1920, 1080}, {640, 360}, {3840, 2160}} {
		for _, theme := range []Theme{Dark, Light} {
			f, err := New(world, rec, Options{Size: size, Theme: theme, CountryName: testName, Note: "IP locations: IPFire Location, 2026-06-25, CC BY-SA 4.0. Map: Natural Earth, visionscarto."})
			if err != nil {
				t.Fatal(err)
			}
			name := func(what string) string {
				return filepath.Join(dir, fmt.Sprintf("%d-%v-%s.png", size.Y, theme, what))
			}
			for _, i := range []int{0, 430, 575, 1439} {
				img, err := f.Draw(i)
				if err != nil {
					t.Fatal(err)
				}
				file, err := os.Create(name(fmt.Sprintf("%04d", i)))
				if err != nil {
					t.Fatal(err)
				}
				if err := png.Encode(file, img); err != nil {
					t.Fatal(err)
				}
				file.Close()
			}
			if err := f.WriteFile(t.Context(), name("summary"), nil); err != nil {
				t.Fatal(err)
			}
		}
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
