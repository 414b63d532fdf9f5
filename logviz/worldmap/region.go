package worldmap

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Regions lists the names that [World.Region] knows beside codes and boxes.
func Regions() []string {
	return []string{"world", "europe", "asia", "africa", "north-america", "south-america", "oceania"}
}

// Region returns what a map of a region must show, for [LambertAzimuthal]: nil for "world" or "", and else points along its
// edge. A region is one of [Regions], a country's ISO 3166-1 alpha-2 code, or a box in degrees written as
// WEST,SOUTH,EAST,NORTH; a box whose west is east of its east crosses the antimeridian, and at most half of the earth's
// longitudes are in it.
func (w *World) Region(name string) ([]Point, error) {
	switch strings.ToLower(name) {
	case "", "world":
		return nil, nil
	case "europe":
		return box(-11, 35, 34, 69.5), nil
	case "asia":
		return box(38, -9, 142, 62), nil
	case "africa":
		return box(-19, -36, 53, 38), nil
	case "north-america":
		return box(-150, 12, -62, 70), nil
	case "south-america":
		return box(-83, -56, -34, 13), nil
	case "oceania":
		return box(112, -48, 195, 16), nil
	}
	if i, ok := w.Index(strings.ToUpper(name)); ok {
		return w.countries[i].extent(), nil
	}
	if strings.Contains(name, ",") {
		return parseBox(name)
	}
	return nil, fmt.Errorf("region %q: not known (%s, a country's code such as FR, or WEST,SOUTH,EAST,NORTH in degrees)",
		name, strings.Join(Regions(), ", "))
}

func parseBox(text string) ([]Point, error) {
	var sides []float64
	for s := range strings.SplitSeq(text, ",") {
		v, err := strconv.ParseFloat(strings.TrimSpace(s), 64)
		if err != nil {
			return nil, fmt.Errorf("region %q: %q is no number of degrees", text, s)
		}
		sides = append(sides, v)
	}
	if len(sides) != 4 {
		return nil, fmt.Errorf("region %q: %d numbers, want WEST,SOUTH,EAST,NORTH", text, len(sides))
	}
	west, south, east, north := sides[0], sides[1], sides[2], sides[3]
	if !(-180 <= west && west <= 180 && -180 <= east && east <= 180) || !(-90 <= south && south < north && north <= 90) {
		return nil, fmt.Errorf("region %q: want longitudes of -180 to 180 and latitudes of -90 to 90, south first", text)
	}
	if east <= west {
		east += 360
	}
	if east-west > 180 {
		return nil, fmt.Errorf("region %q: %g° wide, at most 180° can be shown; for more take world", text, east-west)
	}
	return box(west, south, east, north), nil
}

// box is the edge of a box between meridians and parallels, which are curves on the map.
func box(west, south, east, north float64) []Point {
	const steps = 32
	var edge []Point
	for i := range steps {
		t := float64(i) / steps
		lon, lat := west+(east-west)*t, south+(north-south)*t
		edge = append(edge, Point{lon, south}, Point{east + west - lon, north}, Point{west, lat}, Point{east, north + south - lat})
	}
	return edge
}

// extent is the points of a country's large parts: without them, islands at the other end of the world would make the
// rest of it small.
func (c *Country) extent() []Point {
	points := []Point{c.Label}
	for _, part := range c.Parts {
		if size(part) < size(c.Parts[0])/50 {
			break // they come in order of size
		}
		points = append(points, part[0]...)
	}
	return slices.Clip(points)
}

// size is the area within a part's outer ring on a sphere of radius 1.
func size(p Part) float64 {
	sum, ring := 0.0, p[0]
	for i, a := range ring {
		b := ring[(i+1)%len(ring)]
		ax, ay := equalEarth(a)
		bx, by := equalEarth(b)
		sum += ax*by - bx*ay
	}
	return max(sum, -sum) / 2
}
