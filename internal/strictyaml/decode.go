package strictyaml

import (
	"encoding"
	"fmt"
	"reflect"
	"time"
)

const (
	// MaxSize is the size of the largest file, in bytes.
	MaxSize = 1 << 20
	// MaxDepth is how many levels of lists and mappings may be within each other.
	MaxDepth = 64
	// MaxValues is how many values (scalars, lists and mappings) one file may stand for, each alias counted in full.
	MaxValues = 250_000
	// maxTokens is how many words and signs one file may have: the parser's time grows with the square of the keys in one
	// mapping, about three seconds at this limit.
	maxTokens = 100_000
)

// Decode reads the one YAML document in data into the value that v points to, usually a struct. name is the file's name
// in messages.
//
// A field that the file does not mention keeps what it held before, which is how defaults are given. The tag of a field is
// yaml:"key,option,…", where required demands the key, inline takes the fields of an embedded struct as one's own, and
// "-" in the place of the key leaves the field out; without a tag the key is the field's name in lower case. A [Located]
// keeps the place of its value for later messages. Besides structs, Decode fills pointers (null makes them nil),
// slices, arrays of the exact length, maps, strings, truth values, all whole and floating numbers within their range,
// [time.Duration] ("90s", "1h30m"), every [encoding.TextUnmarshaler], every [Unmarshaler], and any, which becomes
// map[string]any, []any, string, bool, int64, uint64 (above the range of int64), float64 or nil.
//
// If anything is wrong, *v is left alone and the error is an [*Error] or several of them joined by [errors.Join], in the
// order of the file. A v of a type that no YAML can fill is a mistake in the program and panics.
func Decode(name string, data []byte, v any) error {
	target := reflect.ValueOf(v)
	if target.Kind() != reflect.Pointer || target.IsNil() {
		panic(fmt.Sprintf("strictyaml: Decode into %T, which is not a pointer to a value", v))
	}
	if len(data) > MaxSize {
		return &Error{Name: name, Msg: fmt.Sprintf("%d bytes; at most %d are read", len(data), MaxSize)}
	}
	r := &report{name: name}
	root := r.read(data)
	if root == nil {
		return r.err()
	}
	return r.fill(target.Elem(), root)
}

// fill decodes the tree into v, or leaves v alone.
func (r *report) fill(v reflect.Value, root *node) error {
	d := decoder{r}
	fresh := reflect.New(v.Type()).Elem()
	fresh.Set(v)
	d.value(d.planFor(fresh), fresh, root)
	if err := r.err(); err != nil {
		return err
	}
	v.Set(fresh)
	return nil
}

// read returns the tree of the file, or nil after a fatal mistake.
func (r *report) read(data []byte) *node {
	if r.clean(data); r.fatal {
		return nil
	}
	if root := readFast(&r.source); root != nil {
		return root
	}
	return r.readSlowly()
}

// readSlowly is the reading by the parser that decides what is YAML and says what is wrong otherwise.
func (r *report) readSlowly() *node {
	body := r.parse(r.text)
	if r.fatal {
		return nil
	}
	b := builder{report: r, anchors: map[string]*node{}}
	return b.build(body)
}

// decoder fills Go values from nodes. It notes mistakes and goes on, so that one run finds them all.
type decoder struct{ *report }

// Unmarshaler is for types with a form of their own, such as "a text or a list of texts".
type Unmarshaler interface {
	// UnmarshalYAML fills the receiver from n by n.Decode, and may look at n.Kind first. What it returns is reported
	// at the place of n unless it came from n.Decode, which knows its places.
	UnmarshalYAML(n Node) error
}

func (d decoder) value(p *plan, v reflect.Value, n *node) {
	switch p.role {
	case asLocated:
		to := reflect.ValueOf(v.Addr().Interface().(located).place(int(n.at.line), int(n.at.column))).Elem()
		d.value(p.elemOf(d, to), to, n)
		return
	case asUnmarshaler:
		d.unmarshal(v.Addr().Interface().(Unmarshaler), n)
		return
	case asDuration:
		d.duration(v.Addr().Interface().(*time.Duration), n)
		return
	case asText:
		d.text(v.Addr().Interface().(encoding.TextUnmarshaler), n)
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		if n.isNull() {
			v.SetZero()
			return
		}
		fresh := reflect.New(p.of.Elem())
		d.value(p.elemOf(d, fresh.Elem()), fresh.Elem(), n)
		v.Set(fresh)
	case reflect.Struct:
		d.structure(p, v, n)
	case reflect.Map:
		d.dictionary(p, v, n)
	case reflect.Slice:
		d.slice(p, v, n)
	case reflect.Array:
		d.array(p, v, n)
	case reflect.Interface:
		d.any(v, n)
	default:
		d.scalar(v, n)
	}
}

// expected notes a value of the wrong type.
func (d decoder) expected(what string, n *node, hint string) {
	d.add(n.at, "expected %s, found %s%s", what, describe(n), hint)
}

func (d decoder) unmarshal(u Unmarshaler, n *node) {
	before := d.seen
	err := u.UnmarshalYAML(Node{d.report, n, false})
	if err != nil && d.seen == before {
		d.add(n.at, "%v", err)
	}
}

func (d decoder) text(u encoding.TextUnmarshaler, n *node) {
	if n.form != scalar || n.isNull() {
		d.expected("a single value", n, "")
		return
	}
	if err := u.UnmarshalText([]byte(n.text)); err != nil {
		d.add(n.at, "%v", err)
	}
}

func (d decoder) duration(to *time.Duration, n *node) {
	const what = `a length of time such as "90s", "15m" or "1h30m"`
	if n.form != scalar || n.kind != textScalar {
		d.expected(what, n, "")
		return
	}
	parsed, err := time.ParseDuration(n.text)
	if err != nil {
		d.expected(what, n, "")
		return
	}
	*to = parsed
}
