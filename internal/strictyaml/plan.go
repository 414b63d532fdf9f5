package strictyaml

import (
	"encoding"
	"reflect"
	"time"
)

// plan says how the values of one Go type are filled. It is made when the first value of the type is met and kept for
// one Decode, so that a type in a long list is looked at once and nothing is done for a type that does not occur.
type plan struct {
	of     reflect.Type
	role   role
	fields []field // of a struct; nil until they are needed
	elem   *plan   // of a pointer, list, map or Located; likewise
	next   *plan   // of another type
}

// plans are those of one Decode. The first ones lie within, as do their fields: in a process that just started, every
// size of memory that nobody asked for yet costs two more pages.
type plans struct {
	known *plan
	few   [12]plan
	used  int // of few
	room  [32]field
	taken int // of room
}

// role is the rule by which a type is filled.
type role uint8

const (
	byKind role = iota // by its reflect.Kind
	asLocated
	asUnmarshaler
	asDuration
	asText
)

// planFor returns the plan for the type of v.
func (d decoder) planFor(v reflect.Value) *plan {
	t := v.Type()
	for p := d.known; p != nil; p = p.next {
		if p.of == t {
			return p
		}
	}
	var p *plan
	if d.used < len(d.few) {
		p = &d.few[d.used]
		d.used++
	} else {
		p = new(plan)
	}
	*p = plan{of: t, role: roleOf(t, v), next: d.known}
	d.known = p
	return p
}

// roleOf asks v for its methods, unless its type cannot have any.
func roleOf(t reflect.Type, v reflect.Value) role {
	if t.PkgPath() == "" && t.Kind() != reflect.Struct || t.Kind() == reflect.Pointer {
		return byKind
	}
	if !v.CanAddr() || !v.Addr().CanInterface() || v.Addr().NumMethod() == 0 {
		return byKind // most structs: three questions less, of which each first one is slow
	}
	switch v.Addr().Interface().(type) {
	case located:
		return asLocated
	case Unmarshaler:
		return asUnmarshaler
	case *time.Duration:
		return asDuration
	case encoding.TextUnmarshaler:
		return asText
	}
	return byKind
}

// fieldsOf returns the fields of the struct type of p.
func (d decoder) fieldsOf(p *plan) []field {
	if p.fields == nil {
		var room []field
		if n := p.of.NumField(); n <= len(d.room)-d.taken {
			room = d.room[d.taken : d.taken : d.taken+n]
			d.taken += n
		} else {
			room = make([]field, 0, n)
		}
		p.fields = appendFields(room, p.of)
	}
	return p.fields
}

// elemOf returns the plan for v, one of the values within a value of p's type.
func (p *plan) elemOf(d decoder, v reflect.Value) *plan {
	if p.elem == nil {
		p.elem = d.planFor(v)
	}
	return p.elem
}
