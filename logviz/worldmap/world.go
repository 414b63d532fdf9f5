package worldmap

// A Point is a place on the earth, in degrees: Lon -180…180 to the east, Lat -90…90 to the north.
type Point struct{ Lon, Lat float64 }

// A Landmark is a place with a name, such as the machine that was attacked.
type Landmark struct {
	Name  string // beside its mark; optional
	Place Point
}

// A Ring is a closed line whose last point is joined to its first (which is not repeated).
type Ring []Point

// A Part is one connected piece of a country: its outer ring counter-clockwise (north up, east right), then its holes
// clockwise. Filling all rings by the non-zero or by the even-odd rule gives the same shape.
type Part []Ring

// A Country is one ISO 3166-1 alpha-2 code, or XK for Kosovo.
type Country struct {
	Code  string
	Label Point  // for a name or a marker: inside the largest part, far from its edges; the place itself if Parts is empty
	Parts []Part // largest first; empty when the map's scale has no shape for the code, which is then only a point
}

// World holds all countries. It does not change after [Load] and is safe for concurrent use.
type World struct {
	countries []Country
	index     map[string]int
	borders   [][]Point
	coasts    [][]Point
}

// Countries returns all countries in order of code. The caller must not change them.
func (w *World) Countries() []Country { return w.countries }

// Index returns the position in [World.Countries] (and in [Raster.Areas]) of an upper-case alpha-2 code.
func (w *World) Index(code string) (i int, ok bool) {
	i, ok = w.index[code]
	return i, ok
}

// Borders returns the lines that two countries share, each line once. The caller must not change them.
func (w *World) Borders() [][]Point { return w.borders }

// Coasts returns the lines that a country shares with no other. The cut along the antimeridian is not among them.
// The caller must not change them.
func (w *World) Coasts() [][]Point { return w.coasts }
