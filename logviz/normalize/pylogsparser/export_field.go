package pylogsparser

import (
	"maps"
	"slices"
	"strings"

	"ops/logviz/legacy"
)

// gives is true if a match of the pattern may set a tag.
func (p *pattern) gives(n *Normalizer, name string) bool {
	return slices.Contains(p.tagNames(n), name)
}

// tagNames lists what a match of the pattern may set.
func (p *pattern) tagNames(n *Normalizer) []string {
	var names []string
	for _, t := range p.tags {
		names = append(names, t.name)
		for _, c := range t.callbacks {
			if s := n.steps[c]; s != nil {
				names = append(names, s.tags()...)
			}
		}
	}
	if p.table != nil {
		for _, c := range p.table.columns {
			if !slices.ContainsFunc(p.tags, func(t tag) bool { return t.substitute == c }) {
				names = append(names, c)
			}
		}
	}
	for _, s := range n.final {
		names = append(names, s.tags()...)
	}
	return names
}

// tags lists what a callback names of the log.
func (s *step) tags() []string {
	var names []string
	lines, err := logicalLines(s.source)
	if err != nil {
		return nil
	}
	for _, l := range lines {
		for i := 2; i < len(l.tokens); i++ {
			if l.tokens[i-2] == "log" && l.tokens[i-1] == "[" && isString(l.tokens[i]) {
				if text, ok := constant(l.tokens[i]); ok {
					names = append(names, text)
				}
			}
		}
	}
	return names
}

// nameTags gives every tag its field. Where a pattern has two tags for one field of the Elastic Common Schema, the first
// in the order of their names gets it, as in [ECS].
func nameTags(n *Normalizer) map[string]string {
	groups := [][]string{}
	all := map[string]bool{n.AppliedTo: true, "date": true, "taxonomy": true}
	for _, p := range n.patterns {
		names := p.tagNames(n)
		for _, c := range slices.Concat(p.common, n.common) {
			names = append(names, c.name)
		}
		for _, e := range p.examples {
			for _, want := range e.expected {
				names = append(names, want.name)
			}
		}
		for _, name := range names {
			all[name] = true
		}
		groups = append(groups, names)
	}
	owners := map[string][]string{}
	fields := map[string]string{}
	for _, name := range slices.Sorted(maps.Keys(all)) {
		field := fieldOfTag(name)
		beside := func(other string) bool {
			return slices.ContainsFunc(groups, func(g []string) bool { return slices.Contains(g, name) && slices.Contains(g, other) })
		}
		if slices.ContainsFunc(owners[field], beside) {
			field = "legacy." + cleanName(name)
		}
		owners[field] = append(owners[field], name)
		fields[name] = field
	}
	return fields
}

func (x *export) field(tag string) string {
	if f, ok := x.fields[tag]; ok {
		return f
	}
	return fieldOfTag(tag)
}

func fieldOfTag(name string) string {
	switch {
	case name == "tags":
		return name
	case name == "taxonomy":
		return "legacy.taxonomy"
	case temporary(name):
		return "legacy.tmp_" + cleanName(name)
	}
	if field, own := strings.CutPrefix(legacy.ECS(name), "legacy."); own {
		return "legacy." + cleanName(field)
	}
	return legacy.ECS(name)
}

// cleanName makes a name that a field can have, also in the group of an expression.
func cleanName(name string) string {
	words := strings.FieldsFunc(strings.ToLower(name), func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '.'
	})
	if clean := strings.Trim(strings.Join(words, "_"), "."); clean != "" {
		return clean
	}
	return "unnamed"
}
