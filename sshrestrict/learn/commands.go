package learn

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
)

// commands makes templates of what has no rule of its own.
func (b *builder) commands(samples []sample) {
	type shape struct {
		name  string
		words int
	}
	byShape := map[shape][]sample{}
	var order []shape
	for _, s := range samples {
		at := shape{s.words[0], len(s.words)}
		if byShape[at] == nil {
			order = append(order, at)
		}
		byShape[at] = append(byShape[at], s)
	}
	slices.SortFunc(order, func(x, y shape) int { return cmp.Or(strings.Compare(x.name, y.name), x.words-y.words) })
	for _, at := range order {
		b.shape(byShape[at])
	}
}

func (b *builder) shape(samples []sample) {
	var all [][]string
	for _, s := range samples {
		all = append(all, s.words)
	}
	slices.SortFunc(all, slices.Compare)
	all = slices.CompactFunc(all, slices.Equal)
	if len(all) > maxVariants {
		for _, s := range samples {
			b.refuse(s, "too many different commands of one program: write a template by hand")
		}
		return
	}
	for _, v := range generalise(all) {
		var from []sample
		for _, s := range samples {
			if v.takes(s.words) {
				from = append(from, s)
			}
		}
		text, why := v.yaml()
		if why != "" {
			for _, s := range from {
				b.refuse(s, why)
			}
			continue
		}
		b.add("command", text, "", from...)
	}
}

func (v variant) takes(words []string) bool {
	for i, values := range v.values {
		if !slices.Contains(values, words[i]) {
			return false
		}
	}
	return true
}

// yaml is the value of "command", and "where" in a line of its own.
func (v variant) yaml() (string, refusal) {
	var words, where []string
	for _, values := range v.values {
		if len(values) == 1 {
			words = append(words, values[0])
			continue
		}
		kind, why := typeOf(values)
		if why != "" {
			return "", why
		}
		name := "value" + strconv.Itoa(len(where)/2+1)
		words = append(words, "{"+name+"}")
		where = append(where, name, kind)
	}
	text := list(words)
	if len(where) > 0 {
		text += "\nwhere: " + mapping(where...)
	}
	return text, ""
}
