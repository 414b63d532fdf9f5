package encode

import (
	"slices"
	"strings"

	"ops/logviz"
)

// jsonLines writes one object a line.
type jsonLines struct {
	nested nesting
	deep   bool
}

// NewJSON returns JSON lines: one object a line, with dotted names in the event's order, or nested as [AppendNested]
// does.
func NewJSON(nested bool) Lines { return &jsonLines{deep: nested} }

func (j *jsonLines) Begin(b []byte) []byte { return b }

func (j *jsonLines) Append(b []byte, e *logviz.Event) []byte {
	if j.deep {
		b = j.nested.append(b, e)
	} else {
		b = e.AppendJSON(b)
	}
	return append(b, '\n')
}

// Unmapped is the object of a nested event whose members are fields of another schema: they keep their dotted names.
const Unmapped = "unmapped"

// AppendNested appends the event as one JSON object in which a dotted name is an object in an object: user.name becomes
// {"user":{"name":…}}. Keys are in alphabetical order. A name with [] in it, answers[].rdata, gives a list of objects,
// one for each string of the value; the event has no other field of that list's name. The members of [Unmapped] keep their dotted names. Of two fields of which one is
// the other's object, as in a and a.b, the longer name is kept as one member.
func AppendNested(b []byte, e *logviz.Event) []byte {
	var n nesting
	return n.append(b, e)
}

// nesting writes nested events, and keeps its memory from one to the next.
type nesting struct {
	fields []nestedField
	open   []string // the objects that are open
}

type nestedField struct {
	path  []string
	value logviz.Value
}

func (n *nesting) append(b []byte, e *logviz.Event) []byte {
	n.fields = n.fields[:0]
	for name, v := range e.All() {
		n.fields = append(n.fields, nestedField{split(name), v})
	}
	n.sort()
	n.unfold()
	n.open = n.open[:0]
	b = append(b, '{')
	first := true
	for _, f := range n.fields {
		objects, key := f.path[:len(f.path)-1], f.path[len(f.path)-1]
		shared := 0
		for shared < min(len(n.open), len(objects)) && n.open[shared] == objects[shared] {
			shared++
		}
		for range len(n.open) - shared {
			b = append(b, '}')
		}
		n.open = n.open[:shared]
		for _, name := range objects[shared:] {
			b = append(appendKey(b, name, first), '{')
			n.open, first = append(n.open, name), true
		}
		b = appendMember(b, key, f.value, first)
		first = false
	}
	for range n.open {
		b = append(b, '}')
	}
	return append(b, '}')
}

// unfold gives a field whose object is a value already a path without that object: no object has a name twice. Fields
// that begin with the same path stand together, the shortest first.
func (n *nesting) unfold() {
	var leaf []string
	changed := false
	for i := range n.fields {
		path := n.fields[i].path
		if leaf == nil || len(path) <= len(leaf) || !slices.Equal(leaf, path[:len(leaf)]) {
			leaf = path
			continue
		}
		last := len(leaf) - 1
		n.fields[i].path = append(slices.Clone(leaf[:last]), strings.Join(path[last:], "."))
		changed = true
	}
	if changed {
		n.sort()
	}
}

func (n *nesting) sort() {
	slices.SortStableFunc(n.fields, func(x, y nestedField) int { return slices.Compare(x.path, y.path) })
}

func split(name string) []string {
	if rest, ok := strings.CutPrefix(name, Unmapped+"."); ok {
		return []string{Unmapped, rest}
	}
	if list, _, ok := strings.Cut(name, "[]."); ok {
		at := strings.LastIndexByte(list, '.')
		if at < 0 {
			return []string{name}
		}
		return append(strings.Split(list[:at], "."), name[at+1:])
	}
	return strings.Split(name, ".")
}

func appendKey(b []byte, name string, first bool) []byte {
	if !first {
		b = append(b, ',')
	}
	return append(logviz.AppendJSONString(b, name), ':')
}

func appendMember(b []byte, key string, v logviz.Value, first bool) []byte {
	list, member, ok := strings.Cut(key, "[].")
	if !ok || v.Kind() != logviz.List {
		return v.AppendJSON(appendKey(b, key, first))
	}
	b = append(appendKey(b, list, first), '[')
	for i, s := range v.List() {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(logviz.AppendJSONString(append(b, '{'), member), ':')
		b = append(logviz.AppendJSONString(b, s), '}')
	}
	return append(b, ']')
}
