package audit

import (
	"bytes"
	"reflect"
	"strings"
	"testing"
)

func TestOperationComesBack(t *testing.T) {
	for name, o := range map[string]Operation{
		"empty":  {},
		"denied": {Name: "remove", Path: "/srv/a", Denied: true, Code: "denied", Reason: "read-only", BytesIn: -1, BytesOut: -1},
		"bytes":  {Name: "close-write", Path: "a\nb\x00\xff", Code: "ok", BytesIn: 1 << 62, BytesOut: 0},
		"target": {Name: "rename", Path: strings.Repeat("x", maxPath), Target: "y", Code: "ok", BytesIn: -1, BytesOut: -1},
	} {
		got, err := DecodeOperation(o.Encode())
		if err != nil || !reflect.DeepEqual(got, o) {
			t.Errorf("%s: %+v, %v; want %+v", name, got, err, o)
		}
	}
}

func TestOperationIsCut(t *testing.T) {
	long := strings.Repeat("é", 1<<20)
	o := Operation{Name: long, Path: long, Target: long, Code: long, Reason: long, BytesIn: -5, BytesOut: -5}
	b := o.Encode()
	got, err := DecodeOperation(b)
	if err != nil || len(b) > MaxOperation || len(got.Path) > maxPath || !strings.HasSuffix(got.Path, "…") || got.BytesIn != -1 {
		t.Errorf("%d bytes, %v, %d", len(b), err, got.BytesIn)
	}
}

func TestBadOperations(t *testing.T) {
	good := (&Operation{Name: "remove", Path: "/a", Code: "ok", BytesIn: -1, BytesOut: -1}).Encode()
	for name, b := range map[string][]byte{
		"nothing":            {},
		"unknown flag":       append([]byte{2}, good[1:]...),
		"no numbers":         {0},
		"number below -1":    {0, 3, 1, 0, 0, 0, 0, 0},
		"endless number":     bytes.Repeat([]byte{0xff}, 40)[:40],
		"cut":                good[:len(good)-1],
		"more behind":        append(good[:len(good):len(good)], 0),
		"length beyond all":  {0, 1, 1, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1},
		"name above a limit": append([]byte{0, 1, 1, 65}, make([]byte, 70)...),
		"too long":           make([]byte, MaxOperation+1),
	} {
		if o, err := DecodeOperation(b); err == nil {
			t.Errorf("%s: read as %+v", name, o)
		}
	}
}

// What is read is what is written again, and nothing that is accepted is above a limit.
func FuzzDecodeOperation(f *testing.F) {
	f.Add((&Operation{Name: "rename", Path: "/a", Target: "/b", Code: "ok", BytesIn: -1, BytesOut: 7}).Encode())
	f.Fuzz(func(t *testing.T, b []byte) {
		o, err := DecodeOperation(b)
		if err != nil {
			return
		}
		again, err := DecodeOperation(o.Encode())
		if err != nil || !reflect.DeepEqual(o, again) {
			t.Errorf("%+v became %+v, %v", o, again, err)
		}
	})
}
