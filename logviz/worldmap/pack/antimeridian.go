package main

import (
	"math"
	"slices"
)

// The source's rings live on the sphere: one that crosses the antimeridian jumps from 180 to -180 between two points, and
// Antarctica's goes once around the pole without ever saying so. Drawn on a plane, such a ring smears over the whole map.

// flatten returns the pieces of a polygon that lie in -180…180, each closed along the antimeridian where it was cut there
// and along the pole where it contained the pole.
func flatten(p polygon) []polygon {
	unwrapped := make(polygon, 0, len(p))
	west, east := math.Inf(1), math.Inf(-1)
	for _, ring := range p {
		line := unwrap(ring)
		if len(line) == 0 {
			continue
		}
		// A hole's first point may have been unwrapped a turn away from its outer ring.
		if len(unwrapped) > 0 {
			shift(line, 360*math.Round((unwrapped[0][0].lon-line[0].lon)/360))
		}
		unwrapped = append(unwrapped, line)
		for _, q := range line {
			west, east = min(west, q.lon), max(east, q.lon)
		}
	}
	var pieces []polygon
	for turn := math.Floor((west + 180) / 360); turn*360-180 < east; turn++ {
		var piece polygon
		for i, ring := range unwrapped {
			line := slices.Clone(ring)
			shift(line, -360*turn)
			line = clip(line, func(q point) float64 { return q.lon + 180 }, -180)
			line = clip(line, func(q point) float64 { return 180 - q.lon }, 180)
			if len(line) >= 3 {
				piece = append(piece, line)
			} else if i == 0 {
				break // without its outer ring there is nothing here
			}
		}
		if len(piece) > 0 {
			pieces = append(pieces, piece)
		}
	}
	return pieces
}

// unwrap makes longitudes continuous: no step is longer than half a turn. A ring that goes once around is closed through
// its nearer pole.
func unwrap(ring []point) []point {
	if len(ring) == 0 {
		return nil
	}
	line := []point{ring[0]}
	lats := ring[0].lat
	for _, q := range ring[1:] {
		last := line[len(line)-1].lon
		line = append(line, point{last + turned(q.lon-last), q.lat})
		lats += q.lat
	}
	first, last := line[0], line[len(line)-1]
	end := last.lon + turned(first.lon-last.lon)
	if math.Abs(end-first.lon) > 180 {
		pole := math.Copysign(90, lats)
		line = append(line, point{end, first.lat}, point{end, pole}, point{first.lon, pole})
	}
	return line
}

// turned returns the same turn, in degrees, within -180…180.
func turned(d float64) float64 { return d - 360*math.Round(d/360) }

func shift(line []point, lon float64) {
	for i := range line {
		line[i].lon += lon
	}
}

// clip keeps the side of a ring where depth is not negative (Sutherland and Hodgman, 1974). Depth must be linear and be
// zero at longitude edge, which new points get exactly.
func clip(ring []point, depth func(point) float64, edge float64) []point {
	var kept []point
	for i, q := range ring {
		last := ring[(i+len(ring)-1)%len(ring)]
		a, b := depth(last), depth(q)
		if (a < 0) != (b < 0) {
			kept = append(kept, point{edge, last.lat + (q.lat-last.lat)*a/(a-b)})
		}
		if b >= 0 {
			kept = append(kept, q)
		}
	}
	return kept
}
