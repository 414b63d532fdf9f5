package pylogsparser

import (
	"errors"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"go.starlark.net/starlark"
	"go.starlark.net/starlarkstruct"
	"go.starlark.net/syntax"
)

// world is what a callback may know beside the event.
type world struct {
	now     time.Time // the reference of the stream
	zone    *time.Location
	country func(address string) string
}

const worldKey = "world"

// worldOf is the world of a running callback; while one is compiled there is none yet.
func worldOf(thread *starlark.Thread) *world {
	if w, ok := thread.Local(worldKey).(*world); ok {
		return w
	}
	return &world{zone: time.UTC}
}

type builtin = func(thread *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error)

// function makes a host function. What it returns for misuse is an error, never a panic.
func function(name string, f builtin) *starlark.Builtin {
	return starlark.NewBuiltin(name, func(thread *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
		return f(thread, args, kwargs)
	})
}

// unary makes a host function of one argument.
func unary(name string, f func(*starlark.Thread, starlark.Value) (starlark.Value, error)) *starlark.Builtin {
	return function(name, func(thread *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
		if len(args) != 1 || len(kwargs) > 0 {
			return nil, fmt.Errorf("%s takes one argument", name)
		}
		return f(thread, args[0])
	})
}

// text makes a host function from text.
func text(name string, f func(*starlark.Thread, string) (starlark.Value, error)) *starlark.Builtin {
	return unary(name, func(thread *starlark.Thread, v starlark.Value) (starlark.Value, error) {
		s, ok := starlark.AsString(v)
		if !ok {
			return nil, fmt.Errorf("%s takes a string, not a %s", name, v.Type())
		}
		return f(thread, s)
	})
}

func module(name string, members ...*starlark.Builtin) *starlarkstruct.Module {
	m := starlark.StringDict{}
	for _, b := range members {
		m[b.Name()] = b
	}
	return &starlarkstruct.Module{Name: name, Members: m}
}

// predeclared is everything that a callback finds around itself.
func predeclared() starlark.StringDict {
	host := starlark.StringDict{
		"re":        reModule(),
		"datetime":  datetimeType{},
		"timedelta": function("timedelta", newTimedelta),
		"urlparse":  module("urlparse", text("urlparse", parseURL), text("urlsplit", parseURL)),
		"extras":    extrasModule(),
		"math":      mathModule(),
		"_catch":    unary("_catch", catch),
		"_left":     unary("_left", func(_ *starlark.Thread, v starlark.Value) (starlark.Value, error) { return left{v}, nil }),
		"_each":     unary("_each", each),
		"_has":      function("_has", has),
		"_delete":   function("_delete", remove),
		"_power":    function("_power", power2),
		"_assert": function("_assert", func(_ *starlark.Thread, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
			if len(args) == 0 || !bool(args[0].Truth()) {
				return nil, errors.New("assertion failed")
			}
			return starlark.None, nil
		}),
		"isinstance": function("isinstance", isinstance),
		"int":        function("int", integer),
		"long":       function("long", integer),
		"float":      unary("float", float),
		"hex": unary("hex", func(_ *starlark.Thread, v starlark.Value) (starlark.Value, error) {
			i, ok := v.(starlark.Int)
			if !ok {
				return nil, fmt.Errorf("hex takes an integer, not a %s", v.Type())
			}
			if i.Sign() < 0 {
				return starlark.String("-0x" + i.BigInt().Text(16)[1:]), nil
			}
			return starlark.String("0x" + i.BigInt().Text(16)), nil
		}),
		"round": unary("round", func(t *starlark.Thread, v starlark.Value) (starlark.Value, error) {
			f, ok := starlark.AsFloat(v)
			if !ok {
				return nil, fmt.Errorf("round takes a number, not a %s", v.Type())
			}
			return starlark.Float(math.Round(f)), nil
		}),
		"map": function("map", func(thread *starlark.Thread, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
			return mapping(thread, args, func(out *[]starlark.Value, _, y starlark.Value) { *out = append(*out, y) })
		}),
		"filter": function("filter", func(thread *starlark.Thread, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
			return mapping(thread, args, func(out *[]starlark.Value, x, y starlark.Value) {
				if y.Truth() {
					*out = append(*out, x)
				}
			})
		}),
		"country_code_by_address": text("country_code_by_address", func(thread *starlark.Thread, address string) (starlark.Value, error) {
			if w := worldOf(thread); w.country != nil {
				if code := w.country(address); code != "" {
					return starlark.String(code), nil
				}
			}
			return starlark.None, nil
		}),
		"reduce": function("reduce", reduce),
		"pow":    function("pow", power2),
		"cmp": function("cmp", func(_ *starlark.Thread, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
			if len(args) != 2 {
				return nil, errors.New("cmp takes two values")
			}
			less, err := starlark.Compare(syntax.LT, args[0], args[1])
			if err != nil || less {
				return starlark.MakeInt(-1), err
			}
			more, err := starlark.Compare(syntax.GT, args[0], args[1])
			return starlark.MakeInt(btoi(more)), err
		}),
		"divmod": function("divmod", func(_ *starlark.Thread, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
			if len(args) != 2 {
				return nil, errors.New("divmod takes two numbers")
			}
			quotient, err := starlark.Binary(syntax.SLASHSLASH, args[0], args[1])
			if err != nil {
				return nil, err
			}
			rest, err := starlark.Binary(syntax.PERCENT, args[0], args[1])
			return starlark.Tuple{quotient, rest}, err
		}),
		"basestring": starlark.NewBuiltin("basestring", nothing),
		"object":     starlark.NewBuiltin("object", nothing),
	}
	host["unicode"] = starlark.Universe["str"]
	host["xrange"] = starlark.Universe["range"]
	host["frozenset"] = starlark.Universe["set"]
	host["unichr"] = starlark.Universe["chr"]
	for _, name := range []string{"Exception", "StandardError", "ValueError", "KeyError", "IndexError", "TypeError", "AttributeError", "NameError"} {
		host[name] = starlark.NewBuiltin(name, nothing)
	}
	return host
}

func nothing(*starlark.Thread, *starlark.Builtin, starlark.Tuple, []starlark.Tuple) (starlark.Value, error) {
	return starlark.None, nil
}

// catch runs the body of a try. It answers False if that failed.
func catch(thread *starlark.Thread, f starlark.Value) (starlark.Value, error) {
	v, err := starlark.Call(thread, f, nil, nil)
	if err != nil {
		return starlark.False, nil
	}
	return v, nil
}

// each copies what a loop runs over, so that the loop may change it.
func each(_ *starlark.Thread, v starlark.Value) (starlark.Value, error) {
	if s, ok := v.(starlark.String); ok {
		var runes []starlark.Value
		for _, r := range string(s) {
			runes = append(runes, starlark.String(string(r)))
		}
		return starlark.NewList(runes), nil
	}
	iterator := starlark.Iterate(v)
	if iterator == nil {
		return nil, fmt.Errorf("%s is nothing to loop over", v.Type())
	}
	defer iterator.Done()
	var items []starlark.Value
	var x starlark.Value
	for iterator.Next(&x) {
		if items = append(items, x); len(items) > maxSteps {
			return nil, errors.New("too many rounds of a loop")
		}
	}
	return starlark.NewList(items), nil
}

func has(_ *starlark.Thread, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
	if len(args) != 2 {
		return nil, errors.New("has_key takes one key")
	}
	return starlark.Binary(syntax.IN, args[1], args[0])
}

func remove(_ *starlark.Thread, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
	if len(args) != 2 {
		return nil, errors.New("del takes an item")
	}
	d, ok := args[0].(*starlark.Dict)
	if !ok {
		return nil, fmt.Errorf("del takes an item of a dictionary, not of a %s", args[0].Type())
	}
	_, found, err := d.Delete(args[1])
	if err == nil && !found {
		err = fmt.Errorf("no key %s", args[1])
	}
	return starlark.None, err
}

func power2(_ *starlark.Thread, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
	if len(args) != 2 {
		return nil, errors.New("** takes two numbers")
	}
	x, xok := args[0].(starlark.Int)
	y, yok := args[1].(starlark.Int)
	if xok && yok {
		exponent, ok := y.Int64()
		base := x.BigInt()
		if !ok || exponent < 0 || exponent*int64(base.BitLen()+1) > 4096 {
			return nil, errors.New("** of numbers that large")
		}
		return starlark.MakeBigInt(base.Exp(base, y.BigInt(), nil)), nil
	}
	f, fok := starlark.AsFloat(args[0])
	g, gok := starlark.AsFloat(args[1])
	if !fok || !gok {
		return nil, errors.New("** takes two numbers")
	}
	return starlark.Float(math.Pow(f, g)), nil
}

func isinstance(_ *starlark.Thread, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
	if len(args) != 2 {
		return nil, errors.New("isinstance takes a value and a type")
	}
	if types, ok := args[1].(starlark.Tuple); ok {
		for _, t := range types {
			if isOf(args[0], t) {
				return starlark.True, nil
			}
		}
		return starlark.False, nil
	}
	return starlark.Bool(isOf(args[0], args[1])), nil
}

func isOf(v, kind starlark.Value) bool {
	if _, ok := kind.(datetimeType); ok {
		return v.Type() == "datetime"
	}
	b, ok := kind.(*starlark.Builtin)
	if !ok {
		return false
	}
	switch b.Name() {
	case "basestring", "str":
		return v.Type() == "string"
	case "long":
		return v.Type() == "int"
	case "object":
		return true
	}
	return v.Type() == b.Name()
}

// integer is int and long, which skip white space around the digits and cut fractions.
func integer(thread *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if len(args) > 0 {
		if s, ok := args[0].(starlark.String); ok {
			digits := strings.TrimSuffix(strings.TrimSpace(string(s)), "L")
			if len(digits) > 400 {
				return nil, errors.New("int takes no number that long")
			}
			args = append(starlark.Tuple{starlark.String(digits)}, args[1:]...)
			if len(args) == 1 {
				args = append(args, starlark.MakeInt(10)) // in Python 2 a leading 0 means nothing here
			}
		}
	}
	return starlark.Call(thread, starlark.Universe["int"], args, kwargs)
}

func float(thread *starlark.Thread, v starlark.Value) (starlark.Value, error) {
	if s, ok := v.(starlark.String); ok {
		v = starlark.String(strings.TrimSpace(string(s)))
	}
	return starlark.Call(thread, starlark.Universe["float"], starlark.Tuple{v}, nil)
}

func mapping(thread *starlark.Thread, args starlark.Tuple, keep func(out *[]starlark.Value, x, y starlark.Value)) (starlark.Value, error) {
	if len(args) != 2 {
		return nil, errors.New("map and filter take a function and a list")
	}
	items, err := each(thread, args[1])
	if err != nil {
		return nil, err
	}
	var out []starlark.Value
	list := items.(*starlark.List)
	for i := range list.Len() {
		y := list.Index(i)
		if args[0] != starlark.None {
			if y, err = starlark.Call(thread, args[0], starlark.Tuple{y}, nil); err != nil {
				return nil, err
			}
		}
		keep(&out, list.Index(i), y)
	}
	return starlark.NewList(out), nil
}

func reduce(thread *starlark.Thread, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
	if len(args) < 2 || len(args) > 3 {
		return nil, errors.New("reduce takes a function, a list and a start")
	}
	items, err := each(thread, args[1])
	if err != nil {
		return nil, err
	}
	var total starlark.Value
	if len(args) == 3 {
		total = args[2]
	}
	for x := range starlark.Elements(items.(*starlark.List)) {
		if total == nil {
			total = x
		} else if total, err = starlark.Call(thread, args[0], starlark.Tuple{total, x}, nil); err != nil {
			return nil, err
		}
	}
	if total == nil {
		return nil, errors.New("reduce of nothing")
	}
	return total, nil
}

// left is the left side of / or %, which mean something else in Python 2 than in Starlark.
type left struct{ v starlark.Value }

func (l left) String() string        { return l.v.String() }
func (l left) Type() string          { return l.v.Type() }
func (l left) Freeze()               { l.v.Freeze() }
func (l left) Truth() starlark.Bool  { return l.v.Truth() }
func (l left) Hash() (uint32, error) { return l.v.Hash() }

func (l left) Binary(op syntax.Token, y starlark.Value, side starlark.Side) (starlark.Value, error) {
	if side == starlark.Right {
		return nil, nil
	}
	x := l.v
	if other, ok := y.(left); ok {
		y = other.v
	}
	_, xint := x.(starlark.Int)
	_, yint := y.(starlark.Int)
	if op == syntax.SLASH && xint && yint {
		op = syntax.SLASHSLASH
	}
	if format, ok := x.(starlark.String); ok && op == syntax.PERCENT {
		return sprintf(string(format), y)
	}
	return starlark.Binary(op, x, y)
}

// sprintf is % on a string, with widths and precisions.
func sprintf(format string, y starlark.Value) (starlark.Value, error) {
	args, ok := y.(starlark.Tuple)
	if !ok {
		args = starlark.Tuple{y}
	}
	var out strings.Builder
	for len(format) > 0 {
		at := strings.IndexByte(format, '%')
		if at < 0 {
			break
		}
		out.WriteString(format[:at])
		format = format[at+1:]
		end := strings.IndexFunc(format, func(r rune) bool { return !strings.ContainsRune("0123456789.-+ #", r) })
		if end < 0 {
			return nil, errors.New("a % of a format lacks its letter")
		}
		spec, verb := format[:end], format[end]
		format = format[end+1:]
		if verb == '%' {
			out.WriteByte('%')
			continue
		}
		if len(args) == 0 {
			return nil, errors.New("a format has more places than values")
		}
		if len(strings.TrimLeft(spec, "-+ #.")) > 3 {
			return nil, fmt.Errorf("width %s of a format is beyond reason", spec)
		}
		v := args[0]
		args = args[1:]
		switch verb {
		case 's', 'r':
			s, isText := starlark.AsString(v)
			if !isText || verb == 'r' {
				s = v.String()
			}
			fmt.Fprintf(&out, "%"+spec+"s", s)
		case 'd', 'i', 'u', 'x', 'X', 'o':
			i, err := starlark.NumberToInt(v)
			if err != nil {
				return nil, err
			}
			if verb == 'i' || verb == 'u' {
				verb = 'd'
			}
			fmt.Fprintf(&out, "%"+spec+string(verb), i.BigInt())
		case 'f', 'g', 'e':
			f, isNumber := starlark.AsFloat(v)
			if !isNumber {
				return nil, fmt.Errorf("%%%c takes a number", verb)
			}
			fmt.Fprintf(&out, "%"+spec+string(verb), f)
		default:
			return nil, fmt.Errorf("%%%c is no place of a format", verb)
		}
	}
	if ok && len(args) > 0 {
		return nil, errors.New("a format has fewer places than values")
	}
	return starlark.String(out.String() + format), nil
}

func mathModule() *starlarkstruct.Module {
	number := func(name string, f func(float64) float64) *starlark.Builtin {
		return unary(name, func(_ *starlark.Thread, v starlark.Value) (starlark.Value, error) {
			x, ok := starlark.AsFloat(v)
			if !ok {
				return nil, fmt.Errorf("%s takes a number", name)
			}
			return starlark.Float(f(x)), nil
		})
	}
	m := module("math", number("floor", math.Floor), number("ceil", math.Ceil), number("sqrt", math.Sqrt), number("fabs", math.Abs),
		function("log", func(_ *starlark.Thread, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
			if len(args) < 1 || len(args) > 2 {
				return nil, errors.New("log takes a number and a base")
			}
			x, ok := starlark.AsFloat(args[0])
			if !ok || x <= 0 {
				return nil, errors.New("log takes a number above 0")
			}
			if len(args) == 1 {
				return starlark.Float(math.Log(x)), nil
			}
			base, ok := starlark.AsFloat(args[1])
			switch {
			case !ok || base <= 0 || base == 1:
				return nil, errors.New("log takes a base above 0")
			case base == 2:
				return starlark.Float(math.Log2(x)), nil
			case base == 10:
				return starlark.Float(math.Log10(x)), nil
			}
			return starlark.Float(math.Log(x) / math.Log(base)), nil
		}))
	m.Members["pi"] = starlark.Float(math.Pi)
	return m
}

// The flags of Python's re, by their values there.
const (
	ignoreCase = 2
	multiLine  = 8
	dotAll     = 16
	uniCode    = 32
	verbose    = 64
)

func reModule() *starlarkstruct.Module {
	m := module("re",
		function("compile", func(_ *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
			return compiled(args, kwargs)
		}),
		text("escape", func(_ *starlark.Thread, s string) (starlark.Value, error) {
			return starlark.String(regexp.QuoteMeta(s)), nil
		}),
	)
	for _, name := range []string{"match", "search", "findall", "sub", "split", "finditer"} {
		m.Members[name] = function("re."+name, func(thread *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
			if len(args) < 2 {
				return nil, fmt.Errorf("re.%s takes an expression and a string", name)
			}
			e, err := compiled(args[:1], nil)
			if err != nil {
				return nil, err
			}
			method, _ := e.(*expression).Attr(name)
			return starlark.Call(thread, method, args[1:], kwargs)
		})
	}
	for value, names := range map[int][]string{ignoreCase: {"I", "IGNORECASE"}, multiLine: {"M", "MULTILINE"}, dotAll: {"S", "DOTALL"}, uniCode: {"U", "UNICODE"}, verbose: {"X", "VERBOSE"}} {
		for _, name := range names {
			m.Members[name] = starlark.MakeInt(value)
		}
	}
	return m
}

// compiled makes an expression of the arguments of re.compile.
func compiled(args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var source starlark.Value
	bits := 0
	if err := starlark.UnpackArgs("re.compile", args, kwargs, "pattern", &source, "flags?", &bits); err != nil {
		return nil, err
	}
	if e, ok := source.(*expression); ok {
		return e, nil
	}
	s, ok := starlark.AsString(source)
	if !ok {
		return nil, errors.New("re.compile takes a string")
	}
	e, err := compile(s, flags{bits&ignoreCase != 0, bits&multiLine != 0, bits&dotAll != 0, bits&verbose != 0, bits&uniCode != 0})
	if err != nil {
		return nil, err
	}
	return e, nil
}

// An expression is what re.compile answers.

func (e *expression) Type() string          { return "expression" }
func (e *expression) Freeze()               {}
func (e *expression) Truth() starlark.Bool  { return true }
func (e *expression) Hash() (uint32, error) { return starlark.String(e.Regexp.String()).Hash() }
func (e *expression) AttrNames() []string {
	return []string{"findall", "finditer", "match", "search", "split", "sub"}
}

func (e *expression) Attr(name string) (starlark.Value, error) {
	switch name {
	case "match", "search":
		return text(name, func(_ *starlark.Thread, s string) (starlark.Value, error) {
			at := e.find(s)
			if at == nil {
				return starlark.None, nil
			}
			if name == "match" && at[0] > 0 {
				// Not at the start: another alternative may be. Anchored expressions are rare enough to compile here.
				anchored, err := regexp.Compile(`\A(?:` + e.Regexp.String() + `)`)
				if err != nil {
					return nil, err
				}
				if at = newExpression(anchored).find(s); at == nil {
					return starlark.None, nil
				}
			}
			return &match{e, s, at}, nil
		}), nil
	case "findall", "finditer":
		return text(name, func(_ *starlark.Thread, s string) (starlark.Value, error) {
			var out []starlark.Value
			for _, at := range e.FindAllStringSubmatchIndex(s, -1) {
				m := &match{e, s, at}
				switch groups := m.groups(starlark.String("")); {
				case name == "finditer":
					out = append(out, m)
				case len(groups) == 0:
					out = append(out, m.group(0, starlark.None))
				case len(groups) == 1:
					out = append(out, groups[0])
				default:
					out = append(out, groups)
				}
			}
			return starlark.NewList(out), nil
		}), nil
	case "sub":
		return function(name, func(_ *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
			var with, s string
			if err := starlark.UnpackArgs(name, args, kwargs, "repl", &with, "string", &s); err != nil {
				return nil, err
			}
			return starlark.String(e.ReplaceAllString(s, regexp.MustCompile(`\\(?:g<)?(\w+)>?`).ReplaceAllString(strings.ReplaceAll(with, "$", "$$"), `$${$1}`))), nil
		}), nil
	case "split":
		return text(name, func(_ *starlark.Thread, s string) (starlark.Value, error) {
			var out []starlark.Value
			for _, piece := range e.Split(s, -1) {
				out = append(out, starlark.String(piece))
			}
			return starlark.NewList(out), nil
		}), nil
	case "pattern":
		return starlark.String(e.Regexp.String()), nil
	}
	return nil, nil
}

// match is what a search found.
type match struct {
	e  *expression
	s  string
	at []int
}

func (m *match) String() string        { return "<match>" }
func (m *match) Type() string          { return "match" }
func (m *match) Freeze()               {}
func (m *match) Truth() starlark.Bool  { return true }
func (m *match) Hash() (uint32, error) { return 0, errors.New("a match is no key") }
func (m *match) AttrNames() []string   { return []string{"end", "group", "groupdict", "groups", "start"} }

func (m *match) group(i int, otherwise starlark.Value) starlark.Value {
	i = m.e.groups[i]
	if m.at[2*i] < 0 {
		return otherwise
	}
	return starlark.String(m.s[m.at[2*i]:m.at[2*i+1]])
}

func (m *match) groups(otherwise starlark.Value) starlark.Tuple {
	var out starlark.Tuple
	for i := 1; i < len(m.e.groups); i++ {
		out = append(out, m.group(i, otherwise))
	}
	return out
}

// index is the group that a number or a name means.
func (m *match) index(args starlark.Tuple) (int, error) {
	if len(args) == 0 {
		return 0, nil
	}
	i := -1
	switch v := args[0].(type) {
	case starlark.String:
		i = slices.Index(m.e.groups, m.e.SubexpIndex(string(v)))
	case starlark.Int:
		if n, ok := v.Int64(); ok && n < int64(len(m.e.groups)) {
			i = int(n)
		}
	}
	if i < 0 {
		return 0, fmt.Errorf("no such group: %s", args[0])
	}
	return i, nil
}

func (m *match) Attr(name string) (starlark.Value, error) {
	otherwise := func(args starlark.Tuple) starlark.Value {
		if len(args) > 0 {
			return args[0]
		}
		return starlark.None
	}
	switch name {
	case "group":
		return function(name, func(_ *starlark.Thread, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
			if len(args) < 2 {
				i, err := m.index(args)
				if err != nil {
					return nil, err
				}
				return m.group(i, starlark.None), nil
			}
			var out starlark.Tuple
			for i := range args {
				n, err := m.index(args[i : i+1])
				if err != nil {
					return nil, err
				}
				out = append(out, m.group(n, starlark.None))
			}
			return out, nil
		}), nil
	case "groups":
		return function(name, func(_ *starlark.Thread, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
			return m.groups(otherwise(args)), nil
		}), nil
	case "groupdict":
		return function(name, func(_ *starlark.Thread, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
			d := starlark.NewDict(len(m.at) / 2)
			for i, g := range m.e.groups {
				if n := m.e.SubexpNames()[g]; n != "" {
					if err := d.SetKey(starlark.String(n), m.group(i, otherwise(args))); err != nil {
						return nil, err
					}
				}
			}
			return d, nil
		}), nil
	case "start", "end":
		return function(name, func(_ *starlark.Thread, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
			i, err := m.index(args)
			if err != nil {
				return nil, err
			}
			return starlark.MakeInt(m.at[2*m.e.groups[i]+btoi(name == "end")]), nil
		}), nil
	}
	return nil, nil
}

// parseURL takes an address apart as Python's urlparse does: whatever it is, no part is refused.
func parseURL(_ *starlark.Thread, s string) (starlark.Value, error) {
	rest := s
	scheme, host := "", ""
	if name, after, ok := strings.Cut(rest, ":"); ok && regexp.MustCompile(`\A[A-Za-z][A-Za-z0-9+.-]*\z`).MatchString(name) {
		if strings.HasPrefix(after, "//") || after == "" || strings.Trim(after, "0123456789") != "" {
			scheme, rest = strings.ToLower(name), after
		}
	}
	if strings.HasPrefix(rest, "//") {
		end := strings.IndexAny(rest[2:], "/?#")
		if end < 0 {
			end = len(rest) - 2
		}
		host, rest = rest[2:2+end], rest[2+end:]
	}
	rest, fragment, _ := strings.Cut(rest, "#")
	path, query, _ := strings.Cut(rest, "?")
	hostname := host[strings.LastIndexByte(host, '@')+1:]
	port := ""
	if inner, after, ok := strings.Cut(strings.TrimPrefix(hostname, "["), "]"); ok && strings.HasPrefix(hostname, "[") {
		hostname, port = inner, strings.TrimPrefix(after, ":")
	} else {
		hostname, port, _ = strings.Cut(hostname, ":")
	}
	orNone := func(s string) starlark.Value {
		if s == "" {
			return starlark.None
		}
		return starlark.String(s)
	}
	return starlarkstruct.FromStringDict(starlarkstruct.Default, starlark.StringDict{
		"scheme": starlark.String(scheme), "netloc": starlark.String(host), "path": starlark.String(path),
		"query": starlark.String(query), "fragment": starlark.String(fragment), "params": starlark.String(""),
		"hostname": orNone(strings.ToLower(hostname)), "port": orNone(port),
	}), nil
}

func extrasModule() *starlarkstruct.Module {
	m := module("extras",
		text("get_domain", func(_ *starlark.Thread, s string) (starlark.Value, error) { return starlark.String(registered(s)), nil }),
		unary("winUTC2UnixTimestamp", filetime),
		function("to_naive_utc", toNaiveUTC),
		text("iso_to_utc", isoDate),
	)
	m.Members["robot_regex"] = newExpression(regexp.MustCompile(`(?i)[a-z]*(?:bot|crawler|spider)\b|slurp|ia_archiver|mediapartners-google|teoma|scooter|wget|curl|libwww-perl`))
	return m
}

// registered is the name under which somebody registered a host: two labels, three below the shared
// second levels of countries.
func registered(host string) string {
	labels := strings.Split(host, ".")
	if len(labels) == 4 && strings.Trim(host, "0123456789.") == "" || len(labels) < 3 {
		return host
	}
	keep := 2
	if last := labels[len(labels)-1]; utf8.RuneCountInString(last) == 2 {
		switch labels[len(labels)-2] {
		case "co", "com", "org", "net", "gov", "gob", "gouv", "edu", "ac", "mil", "or", "ne", "go", "nom", "sch", "ltd", "plc", "asso", "tm":
			keep = 3
		}
	}
	return strings.Join(labels[max(0, len(labels)-keep):], ".")
}
