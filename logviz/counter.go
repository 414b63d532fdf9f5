package logviz

import (
	"cmp"
	"slices"
	"strings"
)

// counter counts by name, up to maxDistinct names; further ones have the name "…" together.
type counter map[string]int

func (c counter) add(name string, n int) {
	if _, ok := c[name]; !ok && len(c) >= maxDistinct {
		name = "…"
	}
	c[strings.Clone(name)] += n
}

// ranked returns the counts, largest first, equal ones by name.
func (c counter) ranked() []Count {
	out := make([]Count, 0, len(c))
	for name, n := range c {
		out = append(out, Count{name, n})
	}
	slices.SortFunc(out, func(a, b Count) int {
		return cmp.Or(cmp.Compare(b.N, a.N), strings.Compare(a.Name, b.Name))
	})
	return out
}
