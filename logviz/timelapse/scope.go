package timelapse

import (
	"image"
	"math"

	"ops/logviz/worldmap"
)

// scope is the part of the world that the map shows. What comes from outside of it is not lost: each country has a place,
// and that of a country out of sight is a mark at the edge of the map, in its direction, which stands for all that lie there.
type scope struct {
	view   *worldmap.View
	raster *worldmap.Raster
	places []int // by country, in the order of World.Countries: its own number, or that of a mark, counted on behind them
	marks  []mark
}

// mark is a triangle at the edge of the map.
type mark struct {
	at    worldmap.Pixel
	angle float64 // where it points to, in radians, clockwise from the right
}

// directions is how many marks there can be around a map.
const directions = 16

// newScope returns what a film shows in a box of a page.
func (f *Film) newScope(box image.Rectangle, unit float64) *scope {
	s := &scope{places: make([]int, len(f.world.Countries()))}
	for i := range s.places {
		s.places[i] = i
	}
	if len(f.o.Focus) == 0 {
		s.view = worldmap.EqualEarth(box, worldmap.Crop{})
		s.raster = f.world.Rasterize(s.view)
		return s
	}
	s.view = worldmap.LambertAzimuthal(box, f.o.Focus)
	s.raster = f.world.Rasterize(s.view)
	frame := s.view.Frame()
	for d := range directions {
		s.marks = append(s.marks, edgeMark(frame, float64(d)*2*math.Pi/directions, 11*unit))
	}
	cx, cy := float64(frame.Min.X+frame.Max.X)/2, float64(frame.Min.Y+frame.Max.Y)/2
	for i, a := range s.raster.Areas {
		if a.Pixels >= smallArea*unit*unit || image.Pt(int(a.Dot.X), int(a.Dot.Y)).In(frame.Inset(int(6*unit))) {
			continue
		}
		turn := math.Atan2(a.Dot.Y-cy, a.Dot.X-cx) / (2 * math.Pi)
		s.places[i] = len(s.places) + (int(math.Round(turn*directions))+directions)%directions
	}
	return s
}

// graticule returns how many degrees its lines are apart: about as many lines as a map of the world has.
func (s *scope) graticule() float64 {
	if len(s.marks) == 0 {
		return 30
	}
	height := s.view.Height()
	for _, step := range []float64{15, 10, 5, 2} {
		if height >= 4*step {
			return step
		}
	}
	return 1
}

// edgeMark returns the mark in a direction, so far from the edge.
func edgeMark(frame image.Rectangle, angle, inset float64) mark {
	sin, cos := math.Sincos(angle)
	half := func(size int, part float64) float64 {
		if math.Abs(part) < 1e-9 {
			return math.Inf(1)
		}
		return (float64(size)/2 - inset) / math.Abs(part)
	}
	way := min(half(frame.Dx(), cos), half(frame.Dy(), sin))
	return mark{worldmap.Pixel{
		X: float64(frame.Min.X+frame.Max.X)/2 + way*cos, Y: float64(frame.Min.Y+frame.Max.Y)/2 + way*sin,
	}, angle}
}

// coverage is how much of the pixel whose corner lies at (x, y) from the mark's place the triangle covers, 0…255, when it is
// so much larger.
func (m mark) coverage(x, y, radius, larger float64) uint8 {
	outside := math.Inf(-1)
	for i := range 3 { // the sides face away from the tip and to both sides of it
		sin, cos := math.Sincos(m.angle + math.Pi/3*float64(2*i+1))
		outside = max(outside, (x+0.5)*cos+(y+0.5)*sin-radius/2-larger)
	}
	return uint8(min(max(0.5-outside, 0), 1)*255 + 0.5)
}
