package normalize

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"go.starlark.net/starlark"
	"go.starlark.net/syntax"

	"ops/internal/strictyaml"
	"ops/logviz"
)

// A script is for what the other transforms cannot say: Starlark that changes the dict "event", whose keys are field
// names. It sees nothing else: no files, no network, no clock, no load, and nothing of the events before. A script that
// runs too long fails. It is slow beside the other transforms, so it is the last resort.

// maxScriptSteps bounds a script, in steps of Starlark's machine. Memory is not bounded: a script must
// not multiply a text by a number that comes from a log.
const maxScriptSteps = 100_000

// scriptError names the place in the file itself.
type scriptError struct{ error }

func compileScript(file string, script *strictyaml.Located[string]) (transform, error) {
	options := &syntax.FileOptions{TopLevelControl: true, GlobalReassign: true}
	source := syntax.FilePortion{Content: []byte(script.Value), FirstLine: int32(script.Line), FirstCol: 1}
	if strings.Contains(script.Value, "\n") { // behind the line of its |
		source.FirstLine++
	}
	_, program, err := starlark.SourceProgramOptions(options, file, source, func(name string) bool { return name == "event" })
	if err != nil {
		return nil, scriptError{fmt.Errorf("%w, in the script of a transform", err)}
	}
	return func(t *turn) error {
		event := starlark.NewDict(t.event.Len())
		for name, v := range t.event.All() {
			if err := event.SetKey(starlark.String(name), toScript(v)); err != nil {
				return err
			}
		}
		thread := &starlark.Thread{Name: file, Print: func(*starlark.Thread, string) {}}
		thread.SetMaxExecutionSteps(maxScriptSteps)
		if _, err := program.Init(thread, starlark.StringDict{"event": event}); err != nil {
			return fmt.Errorf("%s: script: %w", whereFailed(err, file), err)
		}
		return t.fromScript(event)
	}, nil
}

// whereFailed returns the script's own place that led to an error.
func whereFailed(err error, file string) string {
	var failed *starlark.EvalError
	if errors.As(err, &failed) {
		for _, frame := range slices.Backward(failed.CallStack) {
			if frame.Pos.Filename() == file {
				return frame.Pos.String()
			}
		}
	}
	return file
}

func toScript(v logviz.Value) starlark.Value {
	switch v.Kind() {
	case logviz.Integer, logviz.Bytes, logviz.Duration:
		return starlark.MakeInt64(v.Int())
	case logviz.Float:
		return starlark.Float(v.Float())
	case logviz.Bool:
		return starlark.Bool(v.Int() != 0)
	case logviz.List:
		list := make([]starlark.Value, len(v.List()))
		for i, s := range v.List() {
			list[i] = starlark.String(s)
		}
		return starlark.NewList(list)
	}
	return starlark.String(v.String())
}

// fromScript says what a script changed: fields that it removed, changed and added.
func (t *turn) fromScript(event *starlark.Dict) error {
	for name := range t.event.All() {
		if _, ok, _ := event.Get(starlark.String(name)); !ok {
			t.set(name, logviz.Value{})
		}
	}
	for _, item := range event.Items() {
		name, ok := starlark.AsString(item[0])
		if !ok || !isFieldName(name) {
			return fmt.Errorf("script: key %s is no field name", item[0])
		}
		before := t.event.Get(name)
		if before.Kind() != 0 {
			if same, err := starlark.Equal(toScript(before), item[1]); err == nil && same {
				continue
			}
		}
		v, err := fromScript(name, before, item[1])
		if err != nil {
			return fmt.Errorf("script: field %s: %w", name, err)
		}
		t.set(name, v)
	}
	return nil
}

// fromScript converts a value of a script. A text becomes an address or a moment where the field is one.
func fromScript(name string, before logviz.Value, x starlark.Value) (logviz.Value, error) {
	switch x := x.(type) {
	case starlark.NoneType:
		return logviz.Value{}, nil
	case starlark.Bool:
		return logviz.BoolValue(bool(x)), nil
	case starlark.Int:
		if n, ok := x.Int64(); ok {
			return logviz.IntegerValue(n), nil
		}
		return logviz.Value{}, fmt.Errorf("%s does not fit into 64 bits", x)
	case starlark.Float:
		return logviz.FloatValue(float64(x)), nil
	case starlark.String:
		return fromScriptText(name, before, string(x))
	case starlark.Iterable:
		var list []string
		for y := range starlark.Elements(x) {
			s, ok := starlark.AsString(y)
			if !ok {
				return logviz.Value{}, fmt.Errorf("a list holds strings, not %s", y.Type())
			}
			list = append(list, s)
		}
		return logviz.ListValue(list...), nil
	}
	return logviz.Value{}, fmt.Errorf("a %s is no value of a field", x.Type())
}

func fromScriptText(name string, before logviz.Value, text string) (logviz.Value, error) {
	switch {
	case before.Kind() == logviz.IP || strings.HasSuffix(name, ".ip"):
		ip, err := netip.ParseAddr(text)
		return logviz.IPValue(ip), err
	case before.Kind() == logviz.Timestamp || name == logviz.FieldTimestamp:
		t, n := readISO(text)
		if n != len(text) || !t.zone {
			return logviz.Value{}, fmt.Errorf("%.60q is no moment of RFC 3339", text)
		}
		if v, ok := t.value(&clock{}); ok {
			return v, nil
		}
		return logviz.Value{}, fmt.Errorf("%.60q is out of range", text)
	}
	return logviz.StringValue(text), nil
}
