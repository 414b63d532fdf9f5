package pylogsparser

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"time"

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
