package timelapse

import (
	"math"

	"ops/logviz/colormap"
)

// levels is how many colours a scale has; level 0 is "nothing". Two values of the same level look the same, which is what
// lets a frame skip countries. Steps are some eight units of 255 apart: too small to be seen, and large enough that a
// country that only fades need not be painted in every frame.
const (
	levels     = 44
	fadeLevels = 10 // of them for values below one attempt
)

// scale gives an intensity its colour: logarithmic from one attempt to the top, fading into the land below one.
type scale struct {
	top    float64 // 1, 2 or 5 times a power of ten
	colour [levels]rgb
	alpha  [levels]uint8 // how far a level has come from invisible, for the dots
}

// newScale returns a scale that reaches to the first 1, 2 or 5 times a power of ten that is not below largest. Below 10
// it does not go, so that a film of a few attempts does not look like a storm.
func newScale(largest float64, p palette) *scale {
	s := &scale{top: max(10, niceCeil(largest))}
	for i := range s.colour {
		s.colour[i], s.alpha[i] = s.shade(s.value(i), p)
	}
	return s
}

// shade computes the colour of a value, and its opacity.
func (s *scale) shade(v float64, p palette) (rgb, uint8) {
	t := (s.position(max(v, 1)) - s.position(1)) / (1 - s.position(1))
	c := cividis(p.low + (p.high-p.low)*t)
	if v >= 1 {
		return c, 255
	}
	seen := 1 - (1-v)*(1-v) // one attempt, fading by e in 15 frames, is then still at 60 % after half a second
	return mix(p.land, c, uint32(seen*256)), uint8(seen * 255)
}

// position is where a value stands on the legend, 0…1.
func (s *scale) position(v float64) float64 { return math.Log1p(v) / math.Log1p(s.top) }

// at is the inverse of position.
func (s *scale) at(t float64) float64 { return math.Expm1(t * math.Log1p(s.top)) }

// value is the intensity in the middle of a level.
func (s *scale) value(level int) float64 {
	if level < fadeLevels {
		return float64(level) / fadeLevels
	}
	p1 := s.position(1)
	t := float64(level-fadeLevels) / (levels - 1 - fadeLevels)
	return s.at(p1 + (1-p1)*t)
}

// level is the inverse of value.
func (s *scale) level(v float64) int {
	if v < 1 {
		return int(v*fadeLevels + 0.5)
	}
	p1 := s.position(1)
	t := (s.position(v) - p1) / (1 - p1)
	return min(fadeLevels+int(t*(levels-1-fadeLevels)+0.5), levels-1)
}

// niceCeil returns the smallest 1, 2 or 5 times a power of ten, from 1 on, that is not below v.
func niceCeil(v float64) float64 {
	for unit := 1.0; ; unit *= 10 {
		for _, f := range []float64{1, 2, 5} {
			if f*unit >= v {
				return f * unit
			}
		}
	}
}

func cividis(t float64) rgb {
	c := colormap.Cividis(t)
	return rgb(uint32(c.R)<<16 | uint32(c.G)<<8 | uint32(c.B))
}
