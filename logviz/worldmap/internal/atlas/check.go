package atlas

import (
	"errors"
	"fmt"
)

// check reports the first thing about a that would break a reader's trust: both [Encode] and [Decode] call it.
func (a *Atlas) check() error {
	if a.Scale < 1 || a.Scale > maxScale {
		return fmt.Errorf("scale %d", a.Scale)
	}
	for i, arc := range a.Arcs {
		if len(arc) < 2 {
			return fmt.Errorf("arc %d has %d points", i, len(arc))
		}
		for _, p := range arc {
			if !a.inside(p) {
				return fmt.Errorf("arc %d leaves the earth", i)
			}
		}
	}
	total := 0
	for i, c := range a.Countries {
		if !isCode(c.Code) {
			return fmt.Errorf("code %q of country %d is not two upper-case letters", c.Code, i)
		}
		if i > 0 && c.Code <= a.Countries[i-1].Code {
			return fmt.Errorf("country %s is out of order", c.Code)
		}
		if !a.inside(c.Label) {
			return fmt.Errorf("label of %s leaves the earth", c.Code)
		}
		for _, part := range c.Parts {
			if len(part) == 0 {
				return fmt.Errorf("country %s has a part without a ring", c.Code)
			}
			for _, ring := range part {
				n, err := a.measure(ring)
				if err != nil {
					return fmt.Errorf("country %s: %w", c.Code, err)
				}
				if total += n; total > maxPoints {
					return fmt.Errorf("more than %d points", maxPoints)
				}
			}
		}
	}
	return nil
}

// measure returns the number of points of a ring, or an error if it is not one closed line.
func (a *Atlas) measure(r Ring) (int, error) {
	if len(r) == 0 {
		return 0, errors.New("ring without an arc")
	}
	n := 0
	for i, ref := range r {
		if int(max(ref, ^ref)) >= len(a.Arcs) {
			return 0, fmt.Errorf("arc %d of %d", max(ref, ^ref), len(a.Arcs))
		}
		_, end := a.ends(ref)
		next := r[(i+1)%len(r)]
		if int(max(next, ^next)) >= len(a.Arcs) {
			continue // reported when its turn comes
		}
		if start, _ := a.ends(next); start != end {
			return 0, errors.New("ring is not closed")
		}
		n += len(a.Arcs[max(ref, ^ref)]) - 1
	}
	if n < 3 {
		return 0, fmt.Errorf("ring of %d points", n)
	}
	return n, nil
}

func (a *Atlas) inside(p Point) bool {
	return p.X >= -180*a.Scale && p.X <= 180*a.Scale && p.Y >= -90*a.Scale && p.Y <= 90*a.Scale
}

func isCode(s string) bool {
	return len(s) == 2 && 'A' <= s[0] && s[0] <= 'Z' && 'A' <= s[1] && s[1] <= 'Z'
}
