package pylogsparser

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"go.starlark.net/starlark"
	"go.starlark.net/starlarkstruct"
)

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
