package learn

import (
	"path"
	"slices"
	"strings"
)

// repositories makes rules of a folder and the names of repositories below it, one for those that are used in the same way.
func (b *builder) repositories(kind string, samples []sample, note string) {
	type repository struct {
		area
		grants []string
	}
	byRoot := map[string]*repository{}
	for _, s := range samples {
		r := byRoot[s.root]
		if r == nil {
			r = &repository{area: area{root: s.root}}
			byRoot[s.root] = r
		}
		r.reads, r.writes = true, r.writes || s.writes // to push, a client has to read what is there
		r.from = append(r.from, s)
		if s.grant != "" && !slices.Contains(r.grants, s.grant) {
			r.grants = append(r.grants, s.grant)
		}
	}
	byUse := map[string][]*repository{}
	var uses []string
	for _, r := range byRoot {
		slices.Sort(r.grants)
		use := r.mode() + strings.Join(r.grants, " ")
		if byUse[use] == nil {
			uses = append(uses, use)
		}
		byUse[use] = append(byUse[use], r)
	}
	slices.Sort(uses)
	for _, use := range uses {
		group := byUse[use]
		first := group[0]
		var parents []string
		for _, r := range group {
			parents = append(parents, path.Dir(r.root))
		}
		for _, root := range roots(parents, func(r string) bool { return refuseRoot(r, first.writes, b.homes) == "" }) {
			var names []string
			var from []sample
			for _, r := range group {
				if within(path.Dir(r.root), root) {
					names = append(names, strings.TrimPrefix(r.root, root+"/"))
					from = append(from, r.from...)
				}
			}
			slices.Sort(names)
			pairs := []string{"root", yamlText(root), "repositories", list(names), "mode", first.mode()}
			for _, grant := range first.grants {
				pairs = append(pairs, grant, "true")
			}
			b.add(kind, mapping(pairs...), note, from...)
		}
	}
}

// stores makes a rule of each backup repository. It is append-only only if all of its requests were.
func (b *builder) stores(kind string, samples []sample) {
	type store struct {
		appendOnly bool
		quota      string
		from       []sample
	}
	byRoot := map[string]*store{}
	var order []string
	for _, s := range samples {
		at := byRoot[s.root]
		if at == nil {
			at = &store{appendOnly: true, quota: s.quota}
			byRoot[s.root] = at
			order = append(order, s.root)
		}
		at.appendOnly = at.appendOnly && s.appendOnly
		if at.quota != s.quota {
			at.quota = ""
		}
		at.from = append(at.from, s)
	}
	slices.Sort(order)
	for _, root := range order {
		at := byRoot[root]
		appendOnly, note := "", "append-only would keep a stolen key from deleting backups"
		if at.appendOnly {
			appendOnly, note = "true", ""
		}
		b.add(kind, mapping("repository", yamlText(root), "append-only", appendOnly, "quota", quotaOf(at.quota)), note, at.from...)
	}
}

// quotaOf is a number of bytes or one with a unit; a number alone stays a number in YAML.
func quotaOf(quota string) string { return strings.TrimLeft(quota, "0") }
