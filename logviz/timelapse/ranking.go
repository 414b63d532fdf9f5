package timelapse

// ranking counts by name and always knows the largest, in order; equal counts stand in order of name.
type ranking struct {
	totals map[string]int64
	top    []ranked
	size   int
}

type ranked struct {
	name string
	n    int64
}

func newRanking(size int) ranking {
	return ranking{totals: map[string]int64{}, top: make([]ranked, 0, size+1), size: size}
}

// add counts n more under a name; n must not be negative, so that who is in the top stays there until overtaken.
func (r *ranking) add(name string, n int64) {
	total := r.totals[name] + n
	r.totals[name] = total
	i := 0
	for i < len(r.top) && r.top[i].name != name {
		i++
	}
	entry := ranked{name, total}
	switch {
	case i < len(r.top):
		r.top[i] = entry
	case len(r.top) < r.size || entry.before(r.top[len(r.top)-1]):
		r.top = append(r.top, entry)
	default:
		return
	}
	for ; i > 0 && r.top[i].before(r.top[i-1]); i-- {
		r.top[i], r.top[i-1] = r.top[i-1], r.top[i]
	}
	r.top = r.top[:min(len(r.top), r.size)]
}

// largest returns the count of the first.
func (r *ranking) largest() int64 {
	if len(r.top) == 0 {
		return 0
	}
	return r.top[0].n
}

func (a ranked) before(b ranked) bool {
	if a.n != b.n {
		return a.n > b.n
	}
	return a.name < b.name
}
