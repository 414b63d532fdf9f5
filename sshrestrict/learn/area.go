package learn

import (
	"cmp"
	"slices"
	"strings"
)

// area is a folder with what is done below it.
type area struct {
	root                   string
	reads, writes, deletes bool
	from                   []sample
}

func (a area) mode() string {
	switch {
	case a.reads && a.writes:
		return "read-write"
	case a.writes:
		return "write"
	}
	return "read"
}

// covers is true if a rule over a allows what one over o does.
func (a area) covers(o area) bool {
	return within(o.root, a.root) && (a.reads || !o.reads) && (a.writes || !o.writes) && (a.deletes || !o.deletes)
}

// areas finds the folders of each way of use apart, so that nobody may write where only reading was seen, and then puts
// together what has the same folder or lies within another one that allows the same. A folder that several paths have in
// common is not taken if something in it is used in another way.
func (b *builder) areas(samples []sample) []area {
	type access struct{ reads, writes, deletes bool }
	byAccess := map[access][]sample{}
	for _, s := range samples {
		a := access{s.reads, s.writes, s.deletes}
		byAccess[a] = append(byAccess[a], s)
	}
	byRoot := map[string]*area{}
	for a, group := range byAccess {
		paths := make([]string, len(group))
		for i, s := range group {
			paths[i] = s.root
		}
		ok := func(root string) bool {
			others := func(s sample) bool { return access{s.reads, s.writes, s.deletes} != a && within(s.root, root) }
			return refuseRoot(root, a.writes, b.homes) == "" && (slices.Contains(paths, root) || !slices.ContainsFunc(samples, others))
		}
		for _, root := range roots(paths, ok) {
			at := byRoot[root]
			if at == nil {
				at = &area{root: root}
				byRoot[root] = at
			}
			at.reads, at.writes, at.deletes = at.reads || a.reads, at.writes || a.writes, at.deletes || a.deletes
			for _, s := range group {
				if within(s.root, root) {
					at.from = append(at.from, s)
				}
			}
		}
	}
	var all []area
	for _, a := range byRoot {
		all = append(all, *a)
	}
	slices.SortFunc(all, func(x, y area) int { return strings.Compare(x.root, y.root) })
	var kept []area // an area comes after those that it lies within
	for _, a := range all {
		if i := slices.IndexFunc(kept, func(k area) bool { return k.covers(a) }); i >= 0 {
			kept[i].from = append(kept[i].from, a.from...)
		} else {
			kept = append(kept, a)
		}
	}
	// Of two rules over one path the first that allows wins, but a denial names the first that knows the request: the
	// narrower one goes first.
	slices.SortStableFunc(kept, func(x, y area) int {
		return cmp.Or(strings.Count(y.root, "/")-strings.Count(x.root, "/"), strings.Compare(x.root, y.root))
	})
	return kept
}

// apart takes the samples that make no rules of their own from the others.
func apart(samples []sample) (own, following []sample) {
	for _, s := range samples {
		if s.follows {
			following = append(following, s)
		} else {
			own = append(own, s)
		}
	}
	return own, following
}

// together gives all samples the use that they have in sum: one server serves a whole session.
func together(samples []sample) []sample {
	var sum area
	for _, s := range samples {
		sum.reads, sum.writes, sum.deletes = sum.reads || s.reads, sum.writes || s.writes, sum.deletes || s.deletes
	}
	for i := range samples {
		samples[i].reads, samples[i].writes, samples[i].deletes = sum.reads, sum.writes, sum.deletes
	}
	return samples
}
