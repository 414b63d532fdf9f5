package worldmap

import "math"

// GreatCircle returns the shortest way over the earth between two points, in pixels: one line, or several where it leaves the
// map on one side and comes back on another. Between points opposite to each other, any way is as short.
func (v *View) GreatCircle(from, to Point) [][]Pixel {
	a, b := vector3(from), vector3(to)
	angle := math.Acos(min(max(a[0]*b[0]+a[1]*b[1]+a[2]*b[2], -1), 1))
	if sin := math.Sin(angle); angle > 3 && sin < 1e-3 { // by way of a pole
		pole := Point{from.Lon, 90}
		return append(v.GreatCircle(from, pole), v.GreatCircle(pole, to)...)
	}
	steps := max(1, int(angle*180/math.Pi*2)) // half a degree each
	var lines [][]Pixel
	var line []Pixel
	last := from
	for i := range steps + 1 {
		t := float64(i) / float64(steps)
		p := to
		if sin := math.Sin(angle); sin > 1e-9 && i < steps {
			s, u := math.Sin((1-t)*angle)/sin, math.Sin(t*angle)/sin
			p = point3(s*a[0]+u*b[0], s*a[1]+u*b[1], s*a[2]+u*b[2])
		}
		if cut := v.azimuth == nil && math.Abs(p.Lon-last.Lon) > 180; cut || !v.reaches(p) {
			lines, line = appendLine(lines, line), nil
		}
		if v.reaches(p) {
			line = append(line, v.pixel(p))
		}
		last = p
	}
	return appendLine(lines, line)
}

func appendLine(lines [][]Pixel, line []Pixel) [][]Pixel {
	if len(line) < 2 {
		return lines
	}
	return append(lines, line)
}

// vector3 is a point as a vector from the centre of a sphere of radius 1.
func vector3(p Point) [3]float64 {
	sinLon, cosLon := math.Sincos(p.Lon * math.Pi / 180)
	sinLat, cosLat := math.Sincos(p.Lat * math.Pi / 180)
	return [3]float64{cosLat * cosLon, cosLat * sinLon, sinLat}
}

// point3 is the inverse of vector3 for vectors of any length.
func point3(x, y, z float64) Point {
	return Point{math.Atan2(y, x) * 180 / math.Pi, math.Atan2(z, math.Hypot(x, y)) * 180 / math.Pi}
}
