// Package atlas is the form in which the world's shapes are stored: quantised arcs that neighbours share, and countries
// made of them, in one compressed and checksummed blob. The generator writes it with [Encode], package worldmap reads it
// with [Decode]; nobody else needs it.
//
// [Decode] never trusts its input: what it returns is in range, closed and of bounded size, whatever the bytes were.
package atlas

// A Point is a place in units of 1/Scale degree: X to the east, Y to the north.
type Point struct{ X, Y int32 }

// A Ref names an arc: i for arc i as it is, ^i (that is -1-i) for arc i backwards.
type Ref int32

// A Ring is a closed line: each arc ends where the next begins and the last where the first begins.
type Ring []Ref

// A Country is one code with its parts, each an outer ring and its holes.
type Country struct {
	Code  string // two upper-case letters
	Label Point
	Parts [][]Ring
}

// An Atlas is the decoded blob.
type Atlas struct {
	Scale     int32     // units per degree
	Arcs      [][]Point // each of two points or more
	Countries []Country // in order of code
}

// Limits on what a blob may hold, an order of magnitude above what the world needs.
const (
	maxScale  = 10_000
	maxRaw    = 4 << 20 // bytes before compression
	maxItems  = 1 << 20 // in all lists together
	maxPoints = 1 << 20 // in all rings together
)

// The blob: magic, version, length of the body, CRC-32C of that length and of the compressed body (both little-endian),
// then the body as a DEFLATE stream. The version changes whenever the body's layout does.
const (
	magic      = "OPSWORLD"
	version    = 1
	headerSize = len(magic) + 1 + 4 + 4
)

// Points calls yield for each point of a ring, without the last point of each arc, which is the next arc's first.
func (a *Atlas) Points(r Ring, yield func(Point)) {
	for _, ref := range r {
		if ref >= 0 {
			arc := a.Arcs[ref]
			for _, p := range arc[:len(arc)-1] {
				yield(p)
			}
			continue
		}
		arc := a.Arcs[^ref]
		for i := len(arc) - 1; i > 0; i-- {
			yield(arc[i])
		}
	}
}

// ends returns the first and the last point of an arc in the direction of ref.
func (a *Atlas) ends(ref Ref) (first, last Point) {
	if ref >= 0 {
		arc := a.Arcs[ref]
		return arc[0], arc[len(arc)-1]
	}
	arc := a.Arcs[^ref]
	return arc[len(arc)-1], arc[0]
}
