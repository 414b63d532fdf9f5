package pylogsparser

import (
	"errors"
	"fmt"
	"math"

	"go.starlark.net/starlark"
	"go.starlark.net/starlarkstruct"
)

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
