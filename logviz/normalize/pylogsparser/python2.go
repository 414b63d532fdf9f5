package pylogsparser

import (
	"errors"
	"fmt"
	"strings"

	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

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
