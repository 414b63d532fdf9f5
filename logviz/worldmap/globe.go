package worldmap

import "math"

// Outline returns the edge of the globe within the frame as a closed line (the first point is not repeated).
func (v *View) Outline() []Pixel {
	line := v.sphere()
	f := v.frame
	line = clip(line, func(p Pixel) float64 { return p.X - float64(f.Min.X) })
	line = clip(line, func(p Pixel) float64 { return float64(f.Max.X) - p.X })
	line = clip(line, func(p Pixel) float64 { return p.Y - float64(f.Min.Y) })
	return clip(line, func(p Pixel) float64 { return float64(f.Max.Y) - p.Y })
}

// sphere is the whole globe: down the antimeridian on the right, up on the left; or a circle, about as far as what is
// drawn reaches.
func (v *View) sphere() []Pixel {
	var line []Pixel
	if v.azimuth != nil {
		radius := v.scale * 2 * math.Sin(farthest/2)
		for i := range 360 {
			sin, cos := math.Sincos(float64(i) * math.Pi / 180)
			line = append(line, Pixel{v.x0 + radius*cos, v.y0 + radius*sin})
		}
		return line
	}
	for lat := 90.0; lat >= -90; lat-- {
		line = append(line, v.pixel(Point{180, lat}))
	}
	for lat := -90.0; lat <= 90; lat++ {
		line = append(line, v.pixel(Point{-180, lat}))
	}
	return line
}

// clip keeps the side of a ring where depth, which must be linear, is not negative (Sutherland and Hodgman, 1974).
func clip(ring []Pixel, depth func(Pixel) float64) []Pixel {
	var kept []Pixel
	for i, q := range ring {
		p := ring[(i+len(ring)-1)%len(ring)]
		a, b := depth(p), depth(q)
		if (a < 0) != (b < 0) {
			t := a / (a - b)
			kept = append(kept, Pixel{p.X + t*(q.X-p.X), p.Y + t*(q.Y-p.Y)})
		}
		if b >= 0 {
			kept = append(kept, q)
		}
	}
	return kept
}

// Graticule returns the meridians and parallels at the multiples of step degrees, to be drawn with [View.Stroke], which
// keeps to the frame. Step must be positive. The antimeridian and the poles, which are the globe's edge, are left out.
func (v *View) Graticule(step float64) [][]Point {
	var lines [][]Point
	for lon := step * math.Floor(-180/step); lon < 180; lon += step {
		if lon <= -180 {
			continue
		}
		var line []Point
		for lat := -90.0; lat <= 90; lat++ {
			line = append(line, Point{lon, lat})
		}
		lines = append(lines, line)
	}
	for lat := step * math.Floor(-90/step); lat < 90; lat += step {
		if lat <= -90 {
			continue
		}
		line := []Point{{-180, lat}, {180, lat}} // a straight line
		if v.azimuth != nil {
			line = line[:0]
			for lon := -180.0; lon <= 180; lon++ {
				line = append(line, Point{lon, lat})
			}
		}
		lines = append(lines, line)
	}
	return lines
}
