package page

import (
	"encoding/json"
	"image"
	"math"
	"strconv"

	"ops/logviz/worldmap"
)

// mapWidth is the width of the map in its own units. Shapes have multiples of half a unit, so that they are smooth on a
// wall as well; a quarter would take as much room as all the rest of the page.
const mapWidth = 960

// smallCountry is the area below which a country cannot be seen, nor be hit by a finger, in square units.
const smallCountry = 60

// worldShapes is the world as SVG paths.
type worldShapes struct {
	Width     int            `json:"width"`
	Height    int            `json:"height"`
	Sphere    string         `json:"sphere"`    // outline of the globe
	Graticule string         `json:"graticule"` // meridians and parallels
	Countries []countryShape `json:"countries"`
}

type countryShape struct {
	Code  string `json:"code"`  // ISO 3166-1 alpha-2
	Path  string `json:"path"`  // "" if the code is only a point on maps of this scale
	Dot   [2]int `json:"dot"`   // where a marker or a name goes
	Small bool   `json:"small"` // drawn as a dot
}

// worldPayload is the map as the page reads it: JSON, deflated.
func worldPayload() ([]byte, error) {
	shapes, err := newWorldShapes()
	if err != nil {
		return nil, err
	}
	b, err := json.Marshal(shapes)
	if err != nil {
		return nil, err
	}
	return deflate(b), nil
}

// worldView is the map's projection: as wide as we say and as high as that asks for.
func worldView() *worldmap.View {
	// Fitted once into more than enough, then exactly.
	frame := worldmap.EqualEarth(image.Rect(0, 0, mapWidth, mapWidth), worldmap.Crop{}).Frame()
	return worldmap.EqualEarth(image.Rect(0, 0, mapWidth, frame.Dy()), worldmap.Crop{})
}

func newWorldShapes() (*worldShapes, error) {
	world, err := worldmap.Load()
	if err != nil {
		return nil, err
	}
	view := worldView()
	w := &worldShapes{Width: mapWidth, Height: view.Bounds().Dy()}
	var p path
	p.closed(view.Outline())
	w.Sphere = p.String()
	p = path{}
	for _, line := range view.Graticule(30) {
		var within []worldmap.Pixel
		for _, at := range line {
			x, y := view.XY(at)
			if y >= 0 && y <= float64(w.Height) {
				within = append(within, worldmap.Pixel{X: x, Y: y})
			}
		}
		p.open(within)
	}
	w.Graticule = p.String()
	for _, c := range world.Countries() {
		dot := view.Dot(c.Label)
		shape := countryShape{Code: c.Code, Dot: [2]int{round(dot.X), round(dot.Y)}}
		var p path
		area := 0.0
		for _, part := range c.Parts {
			for _, ring := range part {
				var line []worldmap.Pixel
				seen := false
				for _, at := range ring {
					x, y := view.XY(at)
					line = append(line, worldmap.Pixel{X: x, Y: y})
					seen = seen || y >= 0 && y <= float64(w.Height)
				}
				if seen { // Antarctica is not: it is a dot at the edge
					area += signedArea(line)
					p.closed(line)
				}
			}
		}
		shape.Path, shape.Small = p.String(), math.Abs(area) < smallCountry
		w.Countries = append(w.Countries, shape)
	}
	return w, nil
}

// signedArea is positive for outer rings and negative for holes, or the other way around.
func signedArea(line []worldmap.Pixel) float64 {
	sum := 0.0
	for i, p := range line {
		q := line[(i+1)%len(line)]
		sum += p.X*q.Y - q.X*p.Y
	}
	return sum / 2
}

func round(x float64) int { return int(math.Round(x)) }

// path is SVG path data, relative to the point before. Points are counted in half units.
type path struct {
	data []byte
	x, y int
}

func (p *path) String() string { return string(p.data) }

// closed adds a ring, unless nothing is left of it.
func (p *path) closed(line []worldmap.Pixel) {
	points := halves(line)
	for len(points) > 1 && points[0] == points[len(points)-1] {
		points = points[:len(points)-1]
	}
	points = corners(points, true)
	if len(points) < 3 {
		return
	}
	p.line(points)
	p.data = append(p.data, 'z')
	p.x, p.y = points[0].X, points[0].Y // where the next one starts from
}

func (p *path) open(line []worldmap.Pixel) {
	if points := corners(halves(line), false); len(points) > 1 {
		p.line(points)
	}
}

func (p *path) line(points []image.Point) {
	for i, q := range points {
		switch {
		case i == 0:
			p.data = append(p.data, 'm')
		case i == 1:
			p.data = append(p.data, 'l')
		}
		p.number(q.X - p.x)
		p.number(q.Y - p.y)
		p.x, p.y = q.X, q.Y
	}
}

// number appends a number of half units. A minus sign separates as well as a blank.
func (p *path) number(n int) {
	if last := p.data[len(p.data)-1]; n >= 0 && last >= '0' && last <= '9' {
		p.data = append(p.data, ' ')
	}
	if n < 0 {
		p.data = append(p.data, '-')
		n = -n
	}
	if n != 1 {
		p.data = strconv.AppendInt(p.data, int64(n/2), 10)
	}
	if n%2 == 1 {
		p.data = append(p.data, ".5"...)
	}
}

// halves rounds points to half units and leaves out those that fall onto the one before.
func halves(line []worldmap.Pixel) []image.Point {
	var points []image.Point
	for _, p := range line {
		q := image.Pt(round(2*p.X), round(2*p.Y))
		if k := len(points); k == 0 || points[k-1] != q {
			points = append(points, q)
		}
	}
	return points
}

// corners leaves out points that lie on the straight line between their neighbours, and ways there and back.
func corners(points []image.Point, ring bool) []image.Point {
	var kept []image.Point
	for _, p := range points {
		for k := len(kept); k > 1 && straight(kept[k-2], kept[k-1], p); k = len(kept) {
			kept = kept[:k-1]
		}
		if k := len(kept); k == 0 || kept[k-1] != p {
			kept = append(kept, p)
		}
	}
	for ring && len(kept) > 2 {
		k := len(kept)
		switch {
		case straight(kept[k-2], kept[k-1], kept[0]):
			kept = kept[:k-1]
		case straight(kept[k-1], kept[0], kept[1]):
			kept = kept[1:]
		default:
			return kept
		}
	}
	return kept
}

func straight(a, b, c image.Point) bool {
	u, v := b.Sub(a), c.Sub(b)
	return u.X*v.Y == u.Y*v.X
}
