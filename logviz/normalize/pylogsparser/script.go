package pylogsparser

import (
	"fmt"
	"strings"

	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// maxSteps bounds what one call of a callback may do. A callback of hundreds of lines over a line of
// 64 KiB stays below a tenth of it.
const maxSteps = 400_000

// script is a callback that was compiled once. It is frozen, so that any number of streams may run it.
type script struct {
	run starlark.Callable
}

// compileScript rewrites and compiles the body of a callback.
func compileScript(name, body string) (s *script, err error) {
	defer func() {
		if r := recover(); r != nil { // the compiler of Starlark is not made for whatever a file may hold
			s, err = nil, fmt.Errorf("callback %s: not compiled: %v", name, r)
		}
	}()
	text, err := rewrite(body)
	if err != nil {
		return nil, fmt.Errorf("callback %s: %w", name, err)
	}
	options := &syntax.FileOptions{Set: true, While: true, Recursion: true}
	file, err := options.Parse(name, text, 0)
	if err != nil {
		return nil, fmt.Errorf("callback %s: beyond the Python that runs here: %w", name, unplaced(err))
	}
	keepMeaning(file)
	host := predeclared()
	program, err := starlark.FileProgram(file, host.Has)
	if err != nil {
		return nil, fmt.Errorf("callback %s: beyond the Python that runs here: %w", name, unplaced(err))
	}
	thread := &starlark.Thread{Name: name}
	thread.SetMaxExecutionSteps(maxSteps)
	globals, err := program.Init(thread, host)
	if err != nil {
		return nil, fmt.Errorf("callback %s: %w", name, err)
	}
	globals.Freeze()
	run, ok := globals[entry].(starlark.Callable)
	if !ok {
		return nil, fmt.Errorf("callback %s: it is no function", name)
	}
	return &script{run}, nil
}

// unplaced drops the position from an error: it counts lines of the rewritten text.
func unplaced(err error) error {
	text := err.Error()
	if i := strings.Index(text, ": "); i >= 0 {
		text = text[i+2:]
	}
	return fmt.Errorf("%s", text)
}

// keepMeaning changes what Starlark reads, but means otherwise: / between integers, % with a width, has_key,
// and loops that change what they run over.
func keepMeaning(file *syntax.File) {
	call := func(name string, args ...syntax.Expr) *syntax.CallExpr {
		return &syntax.CallExpr{Fn: &syntax.Ident{Name: name}, Args: args}
	}
	syntax.Walk(file, func(n syntax.Node) bool {
		switch n := n.(type) {
		case *syntax.BinaryExpr:
			if n.Op == syntax.SLASH || n.Op == syntax.PERCENT {
				n.X = call("_left", n.X)
			}
		case *syntax.AssignStmt:
			if n.Op == syntax.SLASH_EQ {
				n.Op = syntax.EQ
				n.RHS = &syntax.BinaryExpr{X: n.LHS, Op: syntax.SLASH, Y: n.RHS}
			}
		case *syntax.ForStmt:
			n.X = call("_each", n.X)
		case *syntax.ForClause:
			n.X = call("_each", n.X)
		case *syntax.CallExpr:
			if dot, ok := n.Fn.(*syntax.DotExpr); ok {
				switch dot.Name.Name {
				case "has_key":
					n.Fn, n.Args = &syntax.Ident{Name: "_has"}, append([]syntax.Expr{dot.X}, n.Args...)
				case "iteritems", "iterkeys", "itervalues":
					dot.Name.Name = strings.TrimPrefix(dot.Name.Name, "iter")
				}
			}
		}
		return true
	})
}

// call runs the callback on a value and the tags of an event, as one stream sees the world.
func (s *script) call(w *world, value starlark.Value, log *starlark.Dict) (err error) {
	defer func() {
		if r := recover(); r != nil { // one event's callback must not end the stream
			err = fmt.Errorf("the interpreter gave up: %v", r)
		}
	}()
	thread := &starlark.Thread{Name: "callback"}
	thread.SetLocal(worldKey, w)
	thread.SetMaxExecutionSteps(maxSteps)
	_, err = starlark.Call(thread, s.run, starlark.Tuple{value, log}, nil)
	return err
}
