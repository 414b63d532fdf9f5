package normalize

import (
	"fmt"
	"net/netip"
	"strings"

	"ops/logviz"
)

// target is a field that a piece of text becomes, written name:type; "-" drops the piece, and without a type it is text.
type target struct {
	name string
	typ  *fieldType
	dash bool
}

func newTarget(s string, known types) (*target, error) {
	if s == "-" {
		return nil, nil
	}
	name, typ, ok := strings.Cut(s, ":")
	t := &target{name: name}
	if typ, t.dash = strings.CutSuffix(typ, "?"); !ok {
		typ = "text"
	}
	if !isFieldName(name) {
		return nil, fmt.Errorf("field name %q: must be lower-case words joined by dots, as in source.ip", name)
	}
	var err error
	t.typ, err = known.lookUp(typ)
	return t, err
}

// value converts a piece, of which the type must take all.
func (t *target) value(text string, c *clock) (logviz.Value, error) {
	v, ok := logviz.StringValue(text), true
	if size := t.typ.size(text); size != len(text) || size < t.typ.least || t.typ.ok != nil && !t.typ.ok(text) {
		ok = false
	} else if t.typ.value != nil {
		v, ok = t.typ.value(text, c)
	}
	if !ok {
		return logviz.Value{}, fmt.Errorf("field %s: %.60q is no %s", t.name, text, t.typ.name)
	}
	return v, nil
}

// give says what a piece changes: nothing if it is empty or dropped.
func (t *target) give(text string, to *turn) error {
	if t == nil || text == "" || t.dash && text == "-" {
		return nil
	}
	v, err := t.value(text, to.clock)
	if err != nil {
		return err
	}
	to.set(t.name, v)
	if owner, ok := endpointOf(t.name); ok {
		if ip, err := netip.ParseAddr(text); err == nil {
			to.set(owner+".ip", logviz.IPValue(ip))
		} else if text != unknownPeer {
			to.set(owner+".domain", logviz.StringValue(text))
		}
	}
	return nil
}
