package worldmap

import (
	_ "embed"
	"fmt"

	"ops/logviz/worldmap/internal/atlas"
)

// blob is written by ./pack and never changed.
//
//go:embed data/world.atlas
var blob string

// Load decodes the embedded world. Its error can only mean that the program itself is damaged.
// It takes some milliseconds and keeps nothing: call it once and pass the World on.
func Load() (*World, error) {
	a, err := atlas.Decode([]byte(blob))
	if err != nil {
		return nil, fmt.Errorf("load world map: %w", err)
	}
	return newWorld(a), nil
}

func newWorld(a *atlas.Atlas) *World {
	w := &World{index: make(map[string]int, len(a.Countries))}
	degrees := func(p atlas.Point) Point {
		return Point{Lon: float64(p.X) / float64(a.Scale), Lat: float64(p.Y) / float64(a.Scale)}
	}
	users := make([]arcUsers, len(a.Arcs))
	for i, c := range a.Countries {
		country := Country{Code: c.Code, Label: degrees(c.Label)}
		for _, rings := range c.Parts {
			var part Part
			for _, refs := range rings {
				var ring Ring
				a.Points(refs, func(p atlas.Point) { ring = append(ring, degrees(p)) })
				part = append(part, ring)
				for _, ref := range refs {
					users[max(ref, ^ref)].add(i)
				}
			}
			country.Parts = append(country.Parts, part)
		}
		w.countries = append(w.countries, country)
		w.index[c.Code] = i
	}
	for i, arc := range a.Arcs {
		switch users[i].n {
		case 1:
			w.coasts = appendLines(w.coasts, a, arc, degrees)
		case 2:
			w.borders = appendLines(w.borders, a, arc, degrees)
		}
	}
	return w
}

// arcUsers counts the countries that an arc belongs to.
type arcUsers struct{ n, last int }

func (u *arcUsers) add(country int) {
	if u.n == 0 || u.last != country {
		u.n, u.last = u.n+1, country
	}
}

// appendLines adds an arc without its edges along the antimeridian and the pole, where the map was cut and nothing ends.
func appendLines(lines [][]Point, a *atlas.Atlas, arc []atlas.Point, degrees func(atlas.Point) Point) [][]Point {
	var line []Point
	for i, p := range arc {
		if i > 0 && isCut(a, arc[i-1], p) {
			if len(line) > 1 {
				lines = append(lines, line)
			}
			line = nil
		}
		line = append(line, degrees(p))
	}
	if len(line) > 1 {
		lines = append(lines, line)
	}
	return lines
}

func isCut(a *atlas.Atlas, p, q atlas.Point) bool {
	return p.X == q.X && max(p.X, -p.X) == 180*a.Scale || p.Y == q.Y && max(p.Y, -p.Y) == 90*a.Scale
}
