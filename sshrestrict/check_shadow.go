package sshrestrict

import (
	"fmt"
	"reflect"
	"slices"
)

// shadows is true if everything that the later rule would allow is answered by the earlier one. Where that is not sure, it
// is false.
func shadows(earlier, later rule) bool {
	if reflect.TypeOf(earlier) != reflect.TypeOf(later) {
		return false
	}
	switch a := earlier.(type) {
	case *commandRule:
		return a.covers(later.(*commandRule))
	case *sftpRule, *unisonRule, *bzrRule, *svnRule, *cvsRule, *rdiffRule, *borgRule, *dockerRule:
		return true // the client's command names no folder, so that the first rule takes them all
	case *scpRule:
		b := later.(*scpRule)
		return coversTree(a.Root, b.Root, a.Mode, b.Mode, a.Paths, b.Paths)
	case *rsyncRule:
		b := later.(*rsyncRule)
		return coversTree(a.Root, b.Root, a.Mode, b.Mode, a.Paths, b.Paths) && (a.Delete || !b.Delete) &&
			(a.overwrites() || !b.overwrites()) && (a.Secluded == b.Secluded || a.Secluded == SecludedProxy) && a.Program == b.Program
	case *powerRule:
		for _, verb := range later.(*powerRule).verbs {
			if !slices.Contains(a.verbs, verb) {
				return false
			}
		}
		return true
	}
	return fmt.Sprintf("%+v", earlier) == fmt.Sprintf("%+v", later)
}

func coversTree(a, b folder, modeA, modeB Mode, styleA, styleB PathStyle) bool {
	_, inside := a.relative(string(b))
	mode := modeA == modeB || modeA == ModeReadWrite || modeA == ModeWrite && modeB == ModeAppend
	switch {
	case !mode || styleA == PathsAbsolute && styleB != PathsAbsolute:
		return false
	case styleA == PathsAbsolute:
		return inside
	}
	return styleA == PathsRooted || inside // every path is one below the root
}

// covers is true if every command of the other rule is one of this.
func (r *commandRule) covers(b *commandRule) bool {
	if r.Command[0] != b.Command[0] {
		return false
	}
	for _, o := range b.Options {
		if !slices.ContainsFunc(r.Options, func(own option) bool { return own.covers(o) }) {
			return false
		}
	}
	for i, word := range b.Command[1:] {
		if i+1 >= len(r.Command) {
			return false
		}
		name, many, hole := variable(r.Command[i+1])
		other, otherMany, otherHole := variable(word)
		switch {
		case !hole && (otherHole || r.Command[i+1] != word), otherMany && !many:
			return false
		case hole && otherHole && !r.Where.named(name).covers(*b.Where.named(other)):
			return false
		case hole && !otherHole && !r.Where.named(name).takes(word):
			return false
		}
		if many {
			for _, rest := range b.Command[i+2:] {
				other, _, otherHole := variable(rest)
				if otherHole && !r.Where.named(name).covers(*b.Where.named(other)) || !otherHole && !r.Where.named(name).takes(rest) {
					return false
				}
			}
			return true
		}
	}
	return len(r.Command) == len(b.Command)
}

func (o option) covers(b option) bool {
	for _, name := range b.names {
		if !slices.Contains(o.names, name) {
			return false
		}
	}
	return o.value.kind == "" && b.value.kind == "" || o.value.kind != "" && b.value.kind != "" && o.value.covers(b.value)
}

// takes is true if the value can be the text, as far as that is known without looking at files.
func (v value) takes(text string) bool {
	if len(v.folders) > 0 {
		return false
	}
	_, err := v.accept(Word{Text: text})
	return err == nil
}

// covers is true if every text of the other type is one of this.
func (v value) covers(b value) bool {
	switch {
	case b.kind == "one-of":
		return !slices.ContainsFunc(b.oneOf, func(text string) bool { return !v.takes(text) })
	case v.kind == "path-in" && len(b.folders) > 0, v.kind == b.kind && len(b.folders) > 0:
		return !slices.ContainsFunc(b.folders, func(f folder) bool {
			return !slices.ContainsFunc(v.folders, func(own folder) bool { _, inside := own.relative(string(f)); return inside })
		})
	case v.kind != b.kind:
		return false
	case v.kind == "integer":
		return v.min <= b.min && b.max <= v.max
	}
	return v.max >= b.max // name, pattern
}
