package launch

import (
	"bytes"
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"
)

func samplePlan() *Plan {
	return &Plan{
		Stages: []Command{
			{Program: "/bin/a", Args: []string{"a", "", "\xff"}, Env: []string{"A=1", "B="}, Dir: "/", Stderr: StderrStdout},
			{Program: "/bin/b", Args: []string{"b"}, Dir: "/srv/ä"},
		},
		Confinement: Confinement{
			Level: LevelRequired, Read: []string{"/r"}, Write: []string{"/w", "/w"}, Execute: []string{"/x"}, Network: true, NoNewPrivileges: true,
		},
		Limits: Limits{Time: time.Hour, CPU: time.Second, Memory: 1 << 40, Processes: 1, OpenFiles: 2, FileSize: 3, Nice: 19},
		Umask:  -1, Result: true, Record: "/var/log/x", Keep: []int{3, 1023},
	}
}

func TestWire(t *testing.T) {
	want := samplePlan()
	got, err := decode(encode(want))
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, %v, want %+v", got, err, want)
	}
	data := encode(want)
	for n := range data {
		if _, err := decode(data[:n]); err == nil {
			t.Errorf("the first %d of %d bytes are a plan", n, len(data))
		}
	}
	if _, err := decode(append(bytes.Clone(data), 0)); err == nil {
		t.Error("a byte behind the end passes")
	}
}

// The plan has no field that the wire forgets: every one of a filled plan has a value.
func TestSampleFillsEveryField(t *testing.T) {
	var empty func(name string, v reflect.Value)
	empty = func(name string, v reflect.Value) {
		if v.Kind() == reflect.Struct {
			for i := range v.NumField() {
				empty(name+"."+v.Type().Field(i).Name, v.Field(i))
			}
			return
		}
		if v.IsZero() {
			t.Errorf("%s is empty in the sample", name)
		}
	}
	p := samplePlan()
	empty("Plan", reflect.ValueOf(*p))
	empty("Command", reflect.ValueOf(p.Stages[0]))
}

func FuzzPlan(f *testing.F) {
	f.Add(encode(samplePlan()))
	f.Add(encode(confined(Confinement{}, "/bin/true")))
	f.Add([]byte(magic))
	f.Add([]byte(magic + "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"))
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := decode(data)
		if err != nil {
			return
		}
		if err := p.validate(); err != nil {
			t.Fatalf("decoded and not valid: %v", err)
		}
		if again := encode(p); !bytes.Equal(again, data) {
			t.Errorf("%q is written as %q", data, again)
		}
	})
}

// Any strings make the way there and back, or are refused on both ends.
func FuzzPlanText(f *testing.F) {
	f.Add("/bin/a", "x", "A=1", "/", "/srv", "", int64(0), 5)
	f.Fuzz(func(t *testing.T, program, arg, env, dir, tree, record string, limit int64, keep int) {
		p := &Plan{
			Stages:      []Command{{Program: program, Args: []string{arg}, Env: []string{env}, Dir: dir}},
			Confinement: Confinement{Read: []string{tree}}, Limits: Limits{Memory: limit}, Record: record, Keep: []int{keep},
		}
		got, err := decode(encode(p))
		if valid := p.validate(); (valid == nil) != (err == nil) {
			t.Fatalf("valid: %v, decoded: %v", valid, err)
		}
		if err == nil && !reflect.DeepEqual(got, p) {
			t.Errorf("got %+v, want %+v", got, p)
		}
	})
}

func TestFailures(t *testing.T) {
	for _, err := range []error{
		&MissingProgram{Program: "/a", Path: "/b"}, &UnsafeProgram{Program: "/a", Path: "/b", Reason: "c"},
		&NoSandbox{}, &NoSandbox{Cause: errors.New("x")}, errors.New("other"), errors.New(""),
	} {
		got := listenTo(encodeFailure(err))
		if got == nil || reflect.TypeOf(got) != reflect.TypeOf(err) || got.Error() != err.Error() {
			t.Errorf("got %v, want %v", got, err)
		}
	}
	if err := listenTo(nil); err != nil {
		t.Errorf("no word: %v", err)
	}
	if err := listenTo([]byte(strings.Repeat("\x02", 100))); err == nil {
		t.Error("nonsense is no failure")
	}
}

func listenTo(data []byte) error { return listen(bytes.NewReader(data)) }

func FuzzFailure(f *testing.F) {
	f.Add(encodeFailure(&UnsafeProgram{Program: "/a", Path: "/b", Reason: "c"}))
	f.Add(encodeFailure(&NoSandbox{}))
	f.Fuzz(func(t *testing.T, data []byte) {
		err := decodeFailure(data)
		if (err == nil) != (len(data) == 0) {
			t.Fatalf("%q gives %v", data, err)
		}
		if err != nil && decodeFailure(encodeFailure(err)).Error() != err.Error() {
			t.Errorf("%q gives %v, and that something else", data, err)
		}
	})
}

// Whatever a program's file begins with, the search for its interpreter ends, within the file, at an absolute path.
func FuzzInterpreters(f *testing.F) {
	f.Add([]byte("#!/bin/sh -e\n"))
	f.Add([]byte("#!/usr/bin/env -S A=1 python3 -x\n"))
	f.Add([]byte("\x7fELF\x02\x01\x01" + strings.Repeat("\x00", 100)))
	f.Add([]byte("\x7fELF\x01\x02\x01" + strings.Repeat("\xff", 100)))
	f.Fuzz(func(t *testing.T, head []byte) {
		if line, ok := bytes.CutPrefix(head, []byte("#!")); ok {
			for _, path := range scriptInterpreters(line, []string{"PATH=/usr/bin:relative"}) {
				if err := validPath(path); err != nil && !strings.Contains(path, "\x00") {
					t.Error(err)
				}
			}
		}
		if loader := elfLoader(head); loader != "" && (validPath(loader) != nil || !bytes.Contains(head, []byte(loader))) {
			t.Errorf("loader %q", loader)
		}
	})
}
