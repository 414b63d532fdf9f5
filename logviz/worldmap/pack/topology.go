package main

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
)

// A point is a place in degrees, Lon to the east and Lat to the north. While a ring is being unwrapped, Lon may leave
// -180…180.
type point struct{ lon, lat float64 }

// A polygon is an outer ring and its holes. Rings do not repeat their first point.
type polygon [][]point

// A feature is one member of the topology's collection of countries.
type feature struct {
	name     string
	alpha3   string // ISO 3166-1 alpha-3, or the source's own three letters where ISO has none
	polygons []polygon
}

// Limits on a topology; the 50m world has 0.7 MB, 2,000 arcs and 70,000 points.
const (
	maxFile   = 64 << 20
	maxPoints = 1 << 21 // in all rings together: an arc may be named often
)

// readTopology reads the collection "countries" of a quantised TopoJSON file
// (github.com/topojson/topojson-specification, version 1).
func readTopology(r io.Reader) ([]feature, error) {
	data, err := io.ReadAll(io.LimitReader(r, maxFile+1))
	if err != nil {
		return nil, fmt.Errorf("read topology: %w", err)
	}
	if len(data) > maxFile {
		return nil, fmt.Errorf("read topology: more than %d bytes", maxFile)
	}
	var doc topology
	if err := json.Unmarshal(data, &doc); err != nil {
		return nil, fmt.Errorf("read topology: %w", err)
	}
	features, err := doc.features()
	if err != nil {
		return nil, fmt.Errorf("read topology: %w", err)
	}
	return features, nil
}

// topology is as much of a TopoJSON document as is read.
type topology struct {
	Type      string
	Transform *struct{ Scale, Translate [2]float64 }
	Arcs      [][][2]float64
	Objects   struct {
		Countries struct {
			Type       string
			Geometries []struct {
				Type       string
				Arcs       json.RawMessage
				Properties struct{ Name, A3 string }
			}
		}
	}
	spent int // points handed out so far
}

func (t *topology) features() ([]feature, error) {
	if t.Type != "Topology" || t.Objects.Countries.Type != "GeometryCollection" {
		return nil, fmt.Errorf("not a topology with a collection named countries")
	}
	if t.Transform == nil {
		return nil, fmt.Errorf("topology is not quantised")
	}
	arcs := make([][]point, len(t.Arcs))
	for i, deltas := range t.Arcs {
		if len(deltas) < 2 {
			return nil, fmt.Errorf("arc %d has %d points", i, len(deltas))
		}
		var x, y float64
		for _, d := range deltas {
			x, y = x+d[0], y+d[1]
			p := point{
				lon: x*t.Transform.Scale[0] + t.Transform.Translate[0],
				lat: y*t.Transform.Scale[1] + t.Transform.Translate[1],
			}
			// A little more than the earth is rounding; NaN is neither.
			if !(math.Abs(p.lon) <= 180.001 && math.Abs(p.lat) <= 90.001) {
				return nil, fmt.Errorf("arc %d leaves the earth", i)
			}
			arcs[i] = append(arcs[i], p)
		}
	}
	var all []feature
	for i, g := range t.Objects.Countries.Geometries {
		f := feature{name: g.Properties.Name, alpha3: g.Properties.A3}
		var refs [][][]int
		switch g.Type {
		case "MultiPolygon":
			if err := json.Unmarshal(g.Arcs, &refs); err != nil {
				return nil, fmt.Errorf("geometry %d: %w", i, err)
			}
		case "Polygon":
			refs = make([][][]int, 1)
			if err := json.Unmarshal(g.Arcs, &refs[0]); err != nil {
				return nil, fmt.Errorf("geometry %d: %w", i, err)
			}
		default:
			return nil, fmt.Errorf("geometry %d is a %q, not a polygon", i, g.Type)
		}
		for _, rings := range refs {
			var p polygon
			for _, ring := range rings {
				line, err := t.join(arcs, ring)
				if err != nil {
					return nil, fmt.Errorf("geometry %d (%s): %w", i, f.name, err)
				}
				p = append(p, line)
			}
			f.polygons = append(f.polygons, p)
		}
		all = append(all, f)
	}
	return all, nil
}

// join strings arcs together to a ring. The last point of each arc is the first of the next and is taken once.
func (t *topology) join(arcs [][]point, refs []int) ([]point, error) {
	var line []point
	for _, ref := range refs {
		i, step := ref, 1
		if ref < 0 {
			i, step = ^ref, -1
		}
		if i >= len(arcs) {
			return nil, fmt.Errorf("arc %d of %d", i, len(arcs))
		}
		n := len(arcs[i]) - 1
		if t.spent += n; t.spent > maxPoints {
			return nil, fmt.Errorf("more than %d points", maxPoints)
		}
		at := 0
		if step < 0 {
			at = n
		}
		for range n {
			line = append(line, arcs[i][at])
			at += step
		}
	}
	return line, nil
}
