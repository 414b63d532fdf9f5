package worldmap

import "image"

// A Raster is the world under one view: per pixel, which countries cover it and how much.
// It does not change after [World.Rasterize] and is safe for concurrent use.
type Raster struct {
	Bounds image.Rectangle
	Globe  *image.Alpha // coverage of the globe within the view's frame: water and land
	Areas  []Area       // one per [World.Countries], same order
	Mixed  []Mixed      // every pixel that is neither wholly one country's nor free of countries, row by row

	ids []int16 // per pixel, row by row: the country with the largest share, or -1
}

// An Area is the pixels of one country.
type Area struct {
	Bounds image.Rectangle // of all its pixels; empty if it has none
	Pixels float64         // covered area; below some 60 px a country cannot be seen without a marker
	Runs   []Run           // pixels that are wholly its own, row by row within each part
	Mixed  []int32         // the pixels it shares with water or with others: indices into [Raster.Mixed], rising
	Dot    Pixel           // where a marker goes; on a map of all longitudes always inside the frame: see [View.Dot]
}

// A Run is the pixels (X0, Y) to (X1-1, Y).
type Run struct{ Y, X0, X1 int32 }

// Mixed is one pixel that several countries share with each other or with the background.
type Mixed struct {
	X, Y   int32
	Rest   uint8   // of 255: the share of the background (water); 0 on a land border, so that no seam shines through
	Shares []Share // one per country, largest first; their weights and Rest make 255
}

// A Share is the part of a pixel, of 255, that a country covers.
type Share struct {
	Country uint16 // index into [Raster.Areas]
	Weight  uint8  // 1…255
}

// At returns the index of the country that covers most of pixel (x, y), or -1 where water covers more than any country
// and for pixels out of bounds.
func (r *Raster) At(x, y int) int {
	if !(image.Point{X: x, Y: y}).In(r.Bounds) {
		return -1
	}
	return int(r.ids[(y-r.Bounds.Min.Y)*r.Bounds.Dx()+x-r.Bounds.Min.X])
}
