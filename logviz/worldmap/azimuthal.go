package worldmap

import (
	"fmt"
	"image"
	"math"
)

// azimuth is a Lambert azimuthal equal-area projection: the sphere seen from above a centre, areas honest, shapes nearly so
// within some 60° of it. J. P. Snyder, "Map Projections: A Working Manual", USGS Professional Paper 1395, 1987, p. 185.
type azimuth struct{ lambda, sin, cos float64 } // the centre's longitude in radians, the sine and cosine of its latitude

// farthest is how far from the centre, in radians, anything is drawn: 140°. The point opposite the centre is a circle around
// the picture, and what lies near it would be torn along that circle. No part of a country reaches from there into sight.
const farthest = 140 * math.Pi / 180

// nearest is the least height of a view, in radians: 6°. The shapes have no more detail to show.
const nearest = 6 * math.Pi / 180

// LambertAzimuthal returns the largest view of a region, centred in bounds, under the Lambert azimuthal equal-area
// projection around its middle: what Equal Earth shears and flattens, far from the equator, has its shape here. All
// points of the region are in the frame, with a margin; the rest of the bounds shows what is around. It panics if there
// is no point or if bounds is empty.
func LambertAzimuthal(bounds image.Rectangle, region []Point) *View {
	if len(region) == 0 || bounds.Empty() {
		panic(fmt.Sprintf("worldmap: no view of %d points in %v", len(region), bounds))
	}
	a := centre(region)
	left, right, top, bottom := math.Inf(1), math.Inf(-1), math.Inf(-1), math.Inf(1)
	for _, p := range region {
		x, y := a.plane(p)
		left, right, top, bottom = min(left, x), max(right, x), max(top, y), min(bottom, y)
	}
	const margin = 1.06
	width, height := float64(bounds.Dx()), float64(bounds.Dy())
	v := &View{bounds: bounds, azimuth: a}
	v.scale = min(width/(margin*(right-left)), height/max(margin*(top-bottom), nearest))
	v.x0 = float64(bounds.Min.X) + width/2 - v.scale*(left+right)/2
	v.y0 = float64(bounds.Min.Y) + height/2 + v.scale*(top+bottom)/2
	reach := v.scale * 2 * math.Sin(farthest/2)
	v.frame = bounds.Intersect(image.Rect(
		int(math.Floor(v.x0-reach)), int(math.Floor(v.y0-reach)), int(math.Ceil(v.x0+reach)), int(math.Ceil(v.y0+reach)),
	))
	return v
}

// centre is the projection around the middle of the points: the direction of their sum, so that no meridian is special.
func centre(points []Point) *azimuth {
	var x, y, z float64
	for _, p := range points {
		sinLon, cosLon := math.Sincos(p.Lon * math.Pi / 180)
		sinLat, cosLat := math.Sincos(p.Lat * math.Pi / 180)
		x, y, z = x+cosLat*cosLon, y+cosLat*sinLon, z+sinLat
	}
	norm := math.Sqrt(x*x + y*y + z*z)
	if norm == 0 {
		return &azimuth{cos: 1}
	}
	return &azimuth{lambda: math.Atan2(y, x), sin: z / norm, cos: math.Hypot(x, y) / norm}
}

// near is the cosine of a point's distance from the centre, and where it lies: east and north of it, as unit vectors.
func (a *azimuth) near(p Point) (cos, east, north float64) {
	sinLat, cosLat := math.Sincos(p.Lat * math.Pi / 180)
	sinLon, cosLon := math.Sincos(p.Lon*math.Pi/180 - a.lambda)
	return a.sin*sinLat + a.cos*cosLat*cosLon, cosLat * sinLon, a.cos*sinLat - a.sin*cosLat*cosLon
}

func (a *azimuth) plane(p Point) (x, y float64) {
	cos, east, north := a.near(p)
	k := math.Sqrt(2 / max(1+cos, 1e-9))
	return k * east, k * north
}

func (a *azimuth) reaches(p Point) bool {
	cos, _, _ := a.near(p)
	return cos > math.Cos(farthest)
}
