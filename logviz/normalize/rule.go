package normalize

import (
	"fmt"
	"slices"
	"strings"

	"ops/logviz"
)

// rule is one pattern of a definition, ready to be applied.
type rule struct {
	definition *Definition
	name       string
	when       []guard
	set        []logviz.Field // of the definition and, stronger, of the pattern
	next       string
	transforms []conditional // of the pattern, then of the definition

	fixed []byte   // set as JSON members, each behind a comma
	roles bool     // set has a field with a role
	plain bool     // no field is given twice, so that captures and fixed can be written one after the other
	gives fieldSet // the fields that it may give
}

// guard is one field that a definition asks for.
type guard struct {
	field  string
	values []string // in any case of letters
}

func (g *guard) passes(text string) bool {
	return slices.ContainsFunc(g.values, func(v string) bool { return strings.EqualFold(v, text) })
}

// fieldSet is a set of field names, by the number that the engine gave them.
type fieldSet [8]uint64

func (s *fieldSet) add(number int) (already bool) {
	already = s[number/64]&(1<<(number%64)) != 0
	s[number/64] |= 1 << (number % 64)
	return already
}

func (s *fieldSet) has(number int) bool { return s[number/64]&(1<<(number%64)) != 0 }

func (s *fieldSet) meets(other *fieldSet) bool {
	for i := range s {
		if s[i]&other[i] != 0 {
			return true
		}
	}
	return false
}

// names numbers field names.
type names map[string]int

// maxNames bounds the field names of all definitions together.
const maxNames = len(fieldSet{}) * 64

func (n names) number(name string) (int, error) {
	number, known := n[name]
	if !known {
		if number = len(n); number == maxNames {
			return 0, fmt.Errorf("field %q: more than %d different fields", name, maxNames)
		}
		n[name] = number
	}
	return number, nil
}

// newRule joins a definition and one of its patterns, which captures fields.
func (e *Engine) newRule(d *Definition, name string, own map[string]any, next string, fields []fieldRef) (*rule, error) {
	r := &rule{definition: d, name: name, next: next, plain: true}
	for field, values := range d.When {
		if !d.hasPrograms() || field != logviz.FieldProgram { // which chose the graph
			r.when = append(r.when, guard{field, values})
		}
	}
	slices.SortFunc(r.when, func(a, b guard) int { return strings.Compare(a.field, b.field) })
	general, err := fieldsOf(d.Set)
	if err != nil {
		return nil, err
	}
	stronger, err := fieldsOf(own)
	if err != nil {
		return nil, err
	}
	var merged logviz.Event
	for _, f := range slices.Concat(general, stronger) {
		merged.Set(f.Name, f.Value)
	}
	give := func(name string) error {
		if name == logviz.FieldOriginal {
			r.plain = false
		}
		number, err := e.names.number(name)
		if err == nil && r.gives.add(number) {
			r.plain = false
		}
		return err
	}
	for _, f := range fields {
		if err := give(f.name); err != nil {
			return nil, err
		}
		if owner, ok := endpointOf(f.name); ok {
			if err := give(owner + ".ip"); err != nil {
				return nil, err
			}
			if f.typ.quotable { // it is an address, never a name
				continue
			}
			if err := give(owner + ".domain"); err != nil {
				return nil, err
			}
		}
	}
	for name, value := range merged.All() {
		if err := give(name); err != nil {
			return nil, err
		}
		r.roles = r.roles || roleOf(name) != 0
		r.set = append(r.set, logviz.Field{Name: name, Value: value})
		r.fixed = value.AppendJSON(append(r.fixed, jsonKey(name)...))
	}
	return r, nil
}
