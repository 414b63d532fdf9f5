package worldmap

import (
	"image"
	"math"
	"testing"
)

func TestEqualEarthFits(t *testing.T) {
	for _, tt := range []struct {
		name   string
		bounds image.Rectangle
		crop   Crop
		frame  image.Rectangle
	}{
		{"world", rect(1280, 720), Crop{}, image.Rect(0, 80, 1280, 640)},
		{"moved", rect(1280, 720).Add(image.Pt(7, -30)), Crop{}, image.Rect(7, 50, 1287, 610)},
		{"globe", rect(2055, 1000), globe(), image.Rect(0, 0, 2055, 1000)},
		{"upright", rect(100, 1000), Crop{}, image.Rect(0, 478, 100, 522)},
	} {
		v := EqualEarth(tt.bounds, tt.crop)
		if v.Frame() != tt.frame || v.Bounds() != tt.bounds {
			t.Errorf("%s: frame %v in %v, want %v", tt.name, v.Frame(), v.Bounds(), tt.frame)
		}
	}
	for _, bad := range []Crop{
		{West: 10, East: 10, South: 0, North: 1},
		{West: -181, East: 0, South: 0, North: 1},
		{West: 0, East: 1, South: math.NaN(), North: 1},
		{South: 40, North: 60},
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%v made a view", bad)
				}
			}()
			EqualEarth(rect(10, 10), bad)
		}()
	}
}

func TestDotLeavesNothingOut(t *testing.T) {
	v := EqualEarth(rect(1280, 720), Crop{})
	pole := Point{0, -90}
	if d := v.Dot(pole); d.X != 640 || math.Abs(d.Y-(640-5.6)) > 0.01 {
		t.Errorf("South Pole's dot is at %v", d)
	}
	europe := EqualEarth(rect(400, 400), Crop{West: -12, East: 42, South: 35, North: 62})
	if d := europe.Dot(pole); d.Y < 400 {
		t.Errorf("South Pole's dot is in Europe, at %v", d)
	}
}

func TestOutlineIsTheGlobe(t *testing.T) {
	v := EqualEarth(rect(1280, 720), Crop{})
	r := load(t).Rasterize(v)
	sum := 0.0
	for _, a := range r.Globe.Pix {
		sum += float64(a) / 255
	}
	line := v.Outline()
	area := 0.0
	for i, p := range line {
		q := line[(i+1)%len(line)]
		area += (p.X*q.Y - q.X*p.Y) / 2
		if p.X < -0.01 || p.X > 1280.01 || p.Y < 80 || p.Y > 640 {
			t.Errorf("outline leaves the frame at %v", p)
		}
	}
	if math.Abs(math.Abs(area)-sum) > 0.001*sum {
		t.Errorf("outline encloses %.0f px, globe covers %.0f", math.Abs(area), sum)
	}
}

func TestGraticule(t *testing.T) {
	v := EqualEarth(rect(1280, 720), Crop{})
	meridians, parallels := 0, 0
	for _, line := range v.Graticule(30) {
		if line[0].Lon == line[len(line)-1].Lon {
			meridians++
		} else {
			parallels++
		}
	}
	if meridians != 11 || parallels != 5 {
		t.Errorf("%d meridians and %d parallels, want 11 and 5", meridians, parallels)
	}
}

func TestStroke(t *testing.T) {
	v := EqualEarth(rect(360, 360), Crop{West: -10, East: 10, South: -10, North: 10})
	cross := [][]Point{{{0, -5}, {0, 5}}, {{-5, 0}, {5, 0}}, {{0, -5}, {0, 5}}}
	x, y := v.XY(Point{0, 2})
	for _, width := range []float64{0.5, 1, 2, 5} {
		layer := v.Stroke(cross, width)
		sum := 0.0
		for dx := -10; dx <= 10; dx++ {
			sum += float64(layer.AlphaAt(int(x)+dx, int(y)).A) / 255
		}
		if math.Abs(sum-width) > 0.12*width {
			t.Errorf("a line of %.1f px covers %.2f px", width, sum)
		}
		if at, along := layer.AlphaAt(180, 180).A, layer.AlphaAt(180, int(y)).A; math.Abs(float64(at)-float64(along)) > 1 {
			t.Errorf("width %.1f: crossing covers %d, line %d", width, at, along)
		}
	}
	world := EqualEarth(rect(360, 360), Crop{})
	layer := world.Stroke(world.Graticule(10), 3)
	for y := range 360 {
		if !(image.Point{180, y}).In(world.Frame()) && layer.AlphaAt(180, y).A != 0 {
			t.Fatalf("ink outside the frame at row %d", y)
		}
	}
}
