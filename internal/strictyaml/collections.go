package strictyaml

import (
	"fmt"
	"reflect"
	"strings"
)

func (d decoder) structure(p *plan, v reflect.Value, n *node) {
	fields := d.fieldsOf(p)
	if n.form != mapping {
		d.expected(`a mapping of "key: value"`, n, knownKeys(fields))
		return
	}
	const usual = 32
	var few [usual]bool
	given := few[:min(len(fields), usual)]
	if len(fields) > usual {
		given = make([]bool, len(fields))
	}
	for e := n.first; e != nil; e = e.next {
		i := indexOf(fields, e.key)
		if i < 0 {
			d.unknown(e, fields, given)
			continue
		}
		given[i] = true
		to := v
		for _, index := range fields[i].index {
			to = to.Field(index)
		}
		if fields[i].plan == nil {
			fields[i].plan = d.planFor(to)
		}
		d.value(fields[i].plan, to, e)
	}
	for i := range fields {
		if fields[i].required && !given[i] {
			d.add(n.at, "the key %q is missing", fields[i].name)
		}
	}
}

// unknown notes a key that the struct does not have.
func (d decoder) unknown(e *node, fields []field, given []bool) {
	near := ""
	if d.seen < maxKept { // nobody reads the rest, and looking for names is slow
		near = nearest(e.key, namesOf(fields))
	}
	if near == "" {
		d.add(e.keyAt, "unknown key %q%s", e.key, knownKeys(fields))
		return
	}
	given[indexOf(fields, near)] = true // most likely; do not call it missing as well
	d.add(e.keyAt, "unknown key %q%s", e.key, didYouMean(near))
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

func (d decoder) dictionary(p *plan, v reflect.Value, n *node) {
	if n.form != mapping {
		d.expected(`a mapping of "key: value"`, n, emptyHint(n, "{}"))
		return
	}
	of := v.Type()
	made := reflect.MakeMapWithSize(of, int(n.count))
	key := reflect.New(of.Key()).Elem()
	keys := d.planFor(key)
	for e := n.first; e != nil; e = e.next {
		if keys.role == byKind && key.Kind() == reflect.String {
			key.SetString(e.key) // is text whatever it looks like
		} else {
			key = d.mapKey(keys, made, e)
		}
		value := reflect.New(of.Elem()).Elem()
		d.value(p.elemOf(d, value), value, e)
		made.SetMapIndex(key, value)
	}
	v.Set(made)
}

// mapKey reads a key that is more than text. Keys that are written differently may be the same then.
func (d decoder) mapKey(p *plan, of reflect.Value, e *node) reflect.Value {
	key := reflect.New(p.of).Elem()
	written := &node{at: e.keyAt}
	written.setScalar(e.key, key.Kind() == reflect.String)
	before := d.seen
	d.value(p, key, written)
	if d.seen == before && of.MapIndex(key).IsValid() {
		d.add(e.keyAt, "duplicate key %q, written in another way", e.key)
	}
	return key
}

func (d decoder) slice(p *plan, v reflect.Value, n *node) {
	if n.form != list {
		d.expected("a list", n, emptyHint(n, "[]"))
		return
	}
	if n.count == 0 {
		v.Set(reflect.MakeSlice(p.of, 0, 0)) // not nil
		return
	}
	v.SetZero() // what was there belongs to the caller
	v.Grow(int(n.count))
	v.SetLen(int(n.count))
	d.elements(p, v, n)
}

func (d decoder) array(p *plan, v reflect.Value, n *node) {
	if n.form != list || int(n.count) != v.Len() {
		found := describe(n)
		if n.form == list {
			found = fmt.Sprintf("%d", n.count)
		}
		d.add(n.at, "expected a list of %d values, found %s", v.Len(), found)
		return
	}
	v.SetZero()
	d.elements(p, v, n)
}

func (d decoder) elements(p *plan, v reflect.Value, n *node) {
	i := 0
	for item := n.first; item != nil; item = item.next {
		to := v.Index(i)
		d.value(p.elemOf(d, to), to, item)
		i++
	}
}

// emptyHint helps who wrote "key:" and meant an empty collection.
func emptyHint(n *node, empty string) string {
	if n.isNull() {
		return "; write " + empty + " for an empty one, or leave the key out"
	}
	return ""
}
