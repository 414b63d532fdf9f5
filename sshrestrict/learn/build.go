package learn

import (
	"slices"
	"strconv"
	"strings"
)

// build makes the rules, kind by kind in a fixed order.
func (b *builder) build(samples []sample) {
	byKind := map[string][]sample{}
	for _, s := range samples {
		byKind[s.kind] = append(byKind[s.kind], s)
	}
	for _, kind := range []string{"rsync", "sftp", "scp"} {
		b.trees(kind, byKind[kind])
	}
	b.repositories("git", byKind["git"], "")
	b.repositories("hg", byKind["hg"], "hg's request does not tell pushes from pulls: write mode: read-write if this key pushes")
	b.trees("svn", byKind["svn"])
	b.stores("borg", byKind["borg"])
	b.stores("restic", byKind["restic"])
	b.streams("zfs", byKind["zfs"])
	b.streams("btrfs", byKind["btrfs"])
	b.power(byKind["power"])
	b.commands(byKind["command"])
}

// trees makes rules of a folder and a mode.
func (b *builder) trees(kind string, samples []sample) {
	own, following := apart(samples)
	if kind == "sftp" {
		own = together(own)
	}
	areas := b.areas(own)
	if kind == "sftp" && len(areas) > 1 {
		for _, s := range samples {
			b.refuse(s, "sftp in several folders: a session has one root, so write the rule by hand")
		}
		return
	}
	for _, s := range following { // an sftp session: what it did is in the log, or nothing is known
		if len(areas) > 0 {
			areas[0].from = append(areas[0].from, s)
		} else {
			b.refuse(s, kind+" names its paths inside the protocol: have sftp-server log them (-l INFO), or write \""+kind+": {root: FOLDER}\" by hand")
		}
	}
	for _, a := range areas {
		deletes := ""
		if a.writes && kind != "scp" && kind != "svn" {
			deletes = strconv.FormatBool(a.deletes)
		}
		b.add(kind, mapping("root", yamlText(a.root), "mode", a.mode(), "delete", deletes), "", a.from...)
	}
}

// streams makes the rules of zfs and btrfs, where a dataset or folder is received into or sent from, and more is granted if
// it was used there.
func (b *builder) streams(kind string, samples []sample) {
	own, following := apart(samples)
	type stream struct {
		area
		grants []string
	}
	var all []stream
	for _, a := range b.areas(own) {
		all = append(all, stream{area: a})
	}
	slices.SortFunc(following, func(x, y sample) int { return strings.Compare(x.root, y.root) })
	for _, s := range following {
		i := slices.IndexFunc(all, func(a stream) bool {
			question := s.grant == "" && (within(a.root, s.root) && strings.Count(s.root, "/") == 1 || within(s.root, a.root))
			return question || s.grant != "" && within(s.root, a.root) && (a.reads || !s.reads) && (a.writes || !s.writes)
		})
		if i < 0 {
			b.refuse(s, kind+" about something that nothing was sent from or received into")
			continue
		}
		all[i].from = append(all[i].from, s)
		if s.grant != "" && !slices.Contains(all[i].grants, s.grant) {
			all[i].grants = append(all[i].grants, s.grant)
		}
	}
	for _, a := range all {
		name := a.root
		if kind == "zfs" {
			name = strings.TrimPrefix(name, "/")
		}
		pairs := []string{"receive", "", "send", ""}
		if a.writes {
			pairs[1] = yamlText(name)
		}
		if a.reads {
			pairs[3] = yamlText(name)
		}
		slices.Sort(a.grants)
		for _, grant := range a.grants {
			pairs = append(pairs, grant, "true")
		}
		b.add(kind, mapping(pairs...), "", a.from...)
	}
}

func (b *builder) power(samples []sample) {
	var verbs []string
	for _, s := range samples {
		verbs = append(verbs, s.verb)
	}
	if slices.Sort(verbs); len(verbs) > 0 {
		b.add("power", list(slices.Compact(verbs)), "", samples...)
	}
}
