package blob

import (
	"bytes"
	"reflect"
	"strings"
	"testing"
	"time"
)

func sample() *Data {
	return &Data{
		Date: time.Date(2026, 6, 25, 4, 33, 59, 0, time.UTC), Source: "source", Licence: "licence",
		Codes: []string{"AU", "CN"},
		V4:    List[uint32]{Starts: []uint32{0, 1 << 24, 1<<32 - 1}, Country: []uint8{0, 1, 2}},
		V6:    List[uint64]{Starts: []uint64{0, 0x2001 << 48, 1<<64 - 1}, Country: []uint8{0, 2, 1}},
	}
}

func TestRoundTrip(t *testing.T) {
	file, err := Encode(sample())
	if err != nil {
		t.Fatal(err)
	}
	got, err := Decode(file)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got, sample()) {
		t.Errorf("decoded %+v, want %+v", got, sample())
	}
	again, err := Encode(got)
	if err != nil || !bytes.Equal(again, file) {
		t.Errorf("encoding the same data gave other bytes (%v)", err)
	}
}

// Each case breaks one rule of Data. Encode refuses it, and so does Decode when the bytes are sealed all the same.
func TestRules(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*Data)
		want   string
	}{
		"no date":            {func(d *Data) { d.Date = time.Unix(0, 0) }, "not after 1970"},
		"small code":         {func(d *Data) { d.Codes[0] = "au" }, "capital"},
		"codes out of order": {func(d *Data) { d.Codes[0] = "ZW" }, "out of order"},
		"empty list":         {func(d *Data) { d.V4 = List[uint32]{} }, "begin at address 0"},
		"no start at zero":   {func(d *Data) { d.V6.Starts[0] = 1 }, "begin at address 0"},
		"start twice":        {func(d *Data) { d.V4.Starts[2] = d.V4.Starts[1] }, "out of order"},
		"unknown country":    {func(d *Data) { d.V6.Country[1] = 3 }, "country 3 of 2"},
	} {
		d := sample()
		c.change(d)
		if _, err := Encode(d); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: encode says %v, want %q", name, err, c.want)
		}
		file, err := seal(body(d))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := Decode(file); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: decode says %v, want %q", name, err, c.want)
		}
	}

	d := sample()
	d.V4.Country = d.V4.Country[:2]
	if _, err := Encode(d); err == nil {
		t.Error("encode took lists of unequal length")
	}
	d = sample()
	d.Source = strings.Repeat("x", maxText+1)
	if _, err := Encode(d); err == nil {
		t.Error("encode took a long text")
	}
}

func TestDamage(t *testing.T) {
	file, err := Encode(sample())
	if err != nil {
		t.Fatal(err)
	}
	for n := range file {
		if _, err := Decode(file[:n]); err == nil {
			t.Errorf("cut to %d of %d bytes: no error", n, len(file))
		}
		flipped := bytes.Clone(file)
		flipped[n] ^= 0x10
		if _, err := Decode(flipped); err == nil {
			t.Errorf("byte %d flipped: no error", n)
		}
	}
	// The same inside of an intact seal.
	whole := body(sample())
	for n := range whole {
		inner, err := seal(whole[:n])
		if err != nil {
			t.Fatal(err)
		}
		if _, err := Decode(inner); err == nil {
			t.Errorf("body cut to %d of %d bytes: no error", n, len(whole))
		}
	}
	inner, err := seal(append(whole, 0))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Decode(inner); err == nil {
		t.Error("a byte after the last list: no error")
	}
}

func TestInflateLimit(t *testing.T) {
	file, err := seal(make([]byte, maxInflated+1))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Decode(file); err == nil || !strings.Contains(err.Error(), "more than 16 MiB") {
		t.Errorf("a bomb of %d bytes says %v", len(file), err)
	}
}

// FuzzDecode: any body in an intact seal is an error, or data that follow the rules and have this one form.
func FuzzDecode(f *testing.F) {
	f.Add(body(sample()))
	f.Add([]byte{})
	f.Add([]byte{1, 0, 0, 0, 1, 0, 0, 1, 0, 0})
	f.Fuzz(func(t *testing.T, in []byte) {
		d, err := parse(in)
		if err != nil {
			return
		}
		if err := d.check(); err != nil {
			t.Fatalf("decoded data break a rule: %v", err)
		}
		if !bytes.Equal(body(d), in) {
			t.Fatalf("%x decodes, but its data are written as %x", in, body(d))
		}
	})
}
