package worldmap

import (
	"fmt"
	"image"
	"math"
)

// A Pixel is a place in a picture, in pixels: X to the right, Y down. The centre of the top left pixel is (0.5, 0.5).
type Pixel struct{ X, Y float64 }

// Crop is the part of the earth that a [View] must show, in degrees.
// The zero Crop is all longitudes and the latitudes -58…84: all land but Antarctica, which would waste the frame.
// For the whole globe write Crop{West: -180, East: 180, South: -90, North: 90}.
type Crop struct{ West, East, South, North float64 }

// A View places the earth, or a part of it, in a rectangle of pixels; see [EqualEarth] and [LambertAzimuthal]. It does not change and is safe for concurrent use.
type View struct {
	bounds, frame image.Rectangle
	scale         float64 // pixels per radius of the earth
	x0, y0        float64 // the pixel at the plane's origin
	world         bool    // all longitudes
	azimuth       *azimuth
}

// EqualEarth returns the largest view of crop, centred in bounds, under the Equal Earth projection: areas are
// honest everywhere, north is up. It panics if bounds or crop is empty or crop leaves the earth.
func EqualEarth(bounds image.Rectangle, crop Crop) *View {
	if crop == (Crop{}) {
		crop = Crop{West: -180, East: 180, South: -58, North: 84}
	}
	if !(-180 <= crop.West && crop.West < crop.East && crop.East <= 180) ||
		!(-90 <= crop.South && crop.South < crop.North && crop.North <= 90) || bounds.Empty() {
		panic(fmt.Sprintf("worldmap: no view of %v in %v", crop, bounds))
	}
	// The extent on the plane: meridians bulge, so that the corners alone do not tell.
	left, right := math.Inf(1), math.Inf(-1)
	for i := range 181 {
		lat := crop.South + (crop.North-crop.South)*float64(i)/180
		l, _ := equalEarth(Point{crop.West, lat})
		r, _ := equalEarth(Point{crop.East, lat})
		left, right = min(left, l), max(right, r)
	}
	_, top := equalEarth(Point{0, crop.North})
	_, bottom := equalEarth(Point{0, crop.South})

	v := &View{bounds: bounds, world: crop.West == -180 && crop.East == 180}
	width, height := float64(bounds.Dx()), float64(bounds.Dy())
	v.scale = min(width/(right-left), height/(top-bottom))
	v.x0 = float64(bounds.Min.X) + width/2 - v.scale*(left+right)/2
	v.y0 = float64(bounds.Min.Y) + height/2 + v.scale*(top+bottom)/2
	v.frame = image.Rect(
		int(math.Round(v.x0+v.scale*left)), int(math.Round(v.y0-v.scale*top)),
		int(math.Round(v.x0+v.scale*right)), int(math.Round(v.y0-v.scale*bottom)),
	).Intersect(bounds)
	if v.frame.Empty() { // a strip thinner than a pixel
		v.frame = bounds
	}
	return v
}

// Bounds returns the rectangle that the view was made for.
func (v *View) Bounds() image.Rectangle { return v.bounds }

// Frame returns the part of the bounds that shows the earth: crop's extent in whole pixels. Nothing is drawn outside it.
func (v *View) Frame() image.Rectangle { return v.frame }

// plane projects a point onto the plane of a sphere of radius 1.
func (v *View) plane(p Point) (x, y float64) {
	if v.azimuth != nil {
		return v.azimuth.plane(p)
	}
	return equalEarth(p)
}

// reaches reports whether a point is near enough for lines to it to run as they do on the earth.
func (v *View) reaches(p Point) bool { return v.azimuth == nil || v.azimuth.reaches(p) }

// XY projects a point, in pixels, also when it lies outside the crop or the bounds.
func (v *View) XY(p Point) (x, y float64) {
	x, y = v.plane(p)
	return v.x0 + v.scale*x, v.y0 - v.scale*y
}

// pixel is XY as one value.
func (v *View) pixel(p Point) Pixel {
	x, y := v.XY(p)
	return Pixel{x, y}
}

// Dot returns where the marker of a point goes: the point itself. On a map of all longitudes nothing may get lost, and a
// point north or south of the frame (Antarctica, in the zero [Crop]) goes to the edge, a hundredth of the frame's
// height inside it. On a map of a region, a point outside the frame has its dot outside.
func (v *View) Dot(p Point) Pixel {
	q := v.pixel(p)
	top, bottom := float64(v.frame.Min.Y), float64(v.frame.Max.Y)
	if v.world && (q.Y < top || q.Y > bottom) {
		inset := (bottom - top) / 100
		q.Y = min(max(q.Y, top+inset), bottom-inset)
	}
	return q
}

// Height returns how many degrees of a meridian the bounds are high, where the view does not stretch it.
func (v *View) Height() float64 { return float64(v.bounds.Dy()) / v.scale * 180 / math.Pi }
