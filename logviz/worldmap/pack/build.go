package main

import (
	"fmt"
	"maps"
	"math"
	"slices"

	"ops/logviz/worldmap/internal/atlas"
)

// build makes the atlas: every code has a shape or a place.
func build(features []feature, scale int32) (*atlas.Atlas, error) {
	codes := alpha2()
	polygons := map[string][]polygon{}
	for _, f := range features {
		for _, p := range f.polygons {
			code, ok := codeOf(f, p, codes)
			if !ok {
				return nil, fmt.Errorf("build atlas: no code for %s (%s)", f.name, f.alpha3)
			}
			polygons[code] = append(polygons[code], p)
		}
	}
	all := map[string]bool{}
	for _, code := range codes {
		all[code] = true
	}
	order := slices.Sorted(maps.Keys(all))

	shapes := make([]shape, len(order))
	cutter := newCutter()
	for i, code := range order {
		shapes[i] = newShape(polygons[code], scale)
		for _, part := range shapes[i] {
			for _, l := range part {
				cutter.visit(l)
			}
		}
	}
	points := places()
	a := &atlas.Atlas{Scale: scale}
	for i, code := range order {
		c := atlas.Country{Code: code}
		if len(shapes[i]) > 0 {
			c.Label = label(shapes[i][0], scale)
		} else if p, ok := points[code]; ok {
			c.Label.X = int32(math.Round(p.lon * float64(scale)))
			c.Label.Y = int32(math.Round(p.lat * float64(scale)))
		} else {
			return nil, fmt.Errorf("build atlas: no shape and no place for %s", code)
		}
		for _, part := range shapes[i] {
			var rings []atlas.Ring
			for _, l := range part {
				rings = append(rings, cutter.cut(l))
			}
			c.Parts = append(c.Parts, rings)
		}
		a.Countries = append(a.Countries, c)
	}
	a.Arcs = cutter.arcs
	return a, nil
}
