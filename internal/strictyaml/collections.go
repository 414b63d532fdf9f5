package strictyaml

import (
	"fmt"
	"reflect"
	"strings"
)

func (d decoder) structure(v reflect.Value, n *node) {
	fields := fieldsOf(v.Type())
	if n.form != mapping {
		d.expected(`a mapping of "key: value"`, n, knownKeys(fields))
		return
	}
	byName := make(map[string]field, len(fields))
	for _, f := range fields {
		byName[f.name] = f
	}
	given := make(map[string]bool, len(n.entries))
	for _, e := range n.entries {
		f, known := byName[e.key]
		if !known {
			near := ""
			if d.seen < maxKept { // nobody reads the rest, and looking for names is slow
				near = nearest(e.key, namesOf(fields))
			}
			if near != "" {
				given[near] = true // most likely; do not call it missing as well
				d.add(e.at, "unknown key %q%s", e.key, didYouMean(near))
			} else {
				d.add(e.at, "unknown key %q%s", e.key, knownKeys(fields))
			}
			continue
		}
		given[e.key] = true
		d.value(v.FieldByIndex(f.index), e.value)
	}
	for _, f := range fields {
		if f.required && !given[f.name] {
			d.add(n.at, "the key %q is missing", f.name)
		}
	}
}

// knownKeys is the end of a message to somebody who does not know what may stand here.
func knownKeys(fields []field) string {
	const most = 12
	names := namesOf(fields)
	switch {
	case len(names) == 0:
		return ""
	case len(names) > most:
		return fmt.Sprintf(" (known here: %s and %d more)", strings.Join(names[:most], ", "), len(names)-most)
	}
	return fmt.Sprintf(" (known here: %s)", strings.Join(names, ", "))
}

func (d decoder) dictionary(v reflect.Value, n *node) {
	if n.form != mapping {
		d.expected(`a mapping of "key: value"`, n, emptyHint(n, "{}"))
		return
	}
	made := reflect.MakeMapWithSize(v.Type(), len(n.entries))
	for _, e := range n.entries {
		key := reflect.New(v.Type().Key()).Elem()
		// A key is text for a map of strings whatever it looks like, and is read as a value for every other map.
		written := &node{at: e.at}
		written.setScalar(e.key, key.Kind() == reflect.String)
		before := d.seen
		d.value(key, written)
		if d.seen == before && made.MapIndex(key).IsValid() {
			d.add(e.at, "duplicate key %q, written in another way", e.key)
		}
		value := reflect.New(v.Type().Elem()).Elem()
		d.value(value, e.value)
		made.SetMapIndex(key, value)
	}
	v.Set(made)
}

func (d decoder) slice(v reflect.Value, n *node) {
	if n.form != list {
		d.expected("a list", n, emptyHint(n, "[]"))
		return
	}
	made := reflect.MakeSlice(v.Type(), len(n.items), len(n.items))
	for i, item := range n.items {
		d.value(made.Index(i), item)
	}
	v.Set(made)
}

func (d decoder) array(v reflect.Value, n *node) {
	if n.form != list || len(n.items) != v.Len() {
		found := describe(n)
		if n.form == list {
			found = fmt.Sprintf("%d", len(n.items))
		}
		d.add(n.at, "expected a list of %d values, found %s", v.Len(), found)
		return
	}
	for i, item := range n.items {
		v.Index(i).SetZero()
		d.value(v.Index(i), item)
	}
}

// emptyHint helps who wrote "key:" and meant an empty collection.
func emptyHint(n *node, empty string) string {
	if n.isNull() {
		return "; write " + empty + " for an empty one, or leave the key out"
	}
	return ""
}
