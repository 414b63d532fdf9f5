package atlas

import (
	"bytes"
	"encoding/binary"
	"os"
	"reflect"
	"strings"
	"testing"
)

// twoSquares is two countries side by side; the second has a hole, and a third is only a point.
func twoSquares() *Atlas {
	return &Atlas{
		Scale: 10,
		Arcs: [][]Point{
			{{10, 0}, {10, 10}},                                          // the border, northwards
			{{10, 10}, {0, 10}, {0, 0}, {10, 0}},                         // around the west
			{{10, 0}, {20, 0}, {20, 10}, {10, 10}},                       // around the east
			{{13, 3}, {13, 6}, {16, 6}, {16, 3}, {13, 3}},                // a hole
			{{-1800, -900}, {-1800, -890}, {-1790, -900}, {-1800, -900}}, // the corner of the world
		},
		Countries: []Country{
			{Code: "AA", Label: Point{5, 5}, Parts: [][]Ring{{{0, 1}}}},
			{Code: "BB", Label: Point{12, 2}, Parts: [][]Ring{{{2, ^0}, {3}}, {{^4}}}},
			{Code: "CC", Label: Point{-1800, 900}},
		},
	}
}

func encode(t testing.TB, a *Atlas) []byte {
	t.Helper()
	blob, err := Encode(a)
	if err != nil {
		t.Fatal(err)
	}
	return blob
}

func TestRoundTrip(t *testing.T) {
	blob := encode(t, twoSquares())
	got, err := Decode(blob)
	if err != nil {
		t.Fatal(err)
	}
	got.Countries[2].Parts = nil // no parts and an empty list of parts are the same
	if want := twoSquares(); !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if !bytes.Equal(blob, encode(t, got)) {
		t.Error("the same atlas gave other bytes")
	}
}

func TestPoints(t *testing.T) {
	a := twoSquares()
	var got []Point
	a.Points(a.Countries[1].Parts[0][0], func(p Point) { got = append(got, p) })
	want := []Point{{10, 0}, {20, 0}, {20, 10}, {10, 10}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestEncodeRefuses(t *testing.T) {
	for _, tt := range []struct {
		name   string
		change func(*Atlas)
		want   string
	}{
		{"scale", func(a *Atlas) { a.Scale = 0 }, "scale 0"},
		{"short arc", func(a *Atlas) { a.Arcs[0] = a.Arcs[0][:1] }, "arc 0 has 1 points"},
		{"arc off the earth", func(a *Atlas) { a.Arcs[1][1].Y = 901 }, "arc 1 leaves the earth"},
		{"label off the earth", func(a *Atlas) { a.Countries[0].Label.X = 1801 }, "label of AA"},
		{"code", func(a *Atlas) { a.Countries[0].Code = "Aa" }, `code "Aa"`},
		{"order", func(a *Atlas) { a.Countries[1].Code = "AA" }, "AA is out of order"},
		{"no such arc", func(a *Atlas) { a.Countries[0].Parts[0][0][1] = 5 }, "arc 5 of 5"},
		{"no such arc backwards", func(a *Atlas) { a.Countries[0].Parts[0][0][1] = ^5 }, "arc 5 of 5"},
		{"open ring", func(a *Atlas) { a.Countries[0].Parts[0][0][1] = 2 }, "not closed"},
		{"empty ring", func(a *Atlas) { a.Countries[0].Parts[0][0] = nil }, "ring without an arc"},
		{"empty part", func(a *Atlas) { a.Countries[0].Parts[0] = nil }, "part without a ring"},
		{"flat ring", func(a *Atlas) { a.Countries[0].Parts[0][0] = Ring{0, ^0} }, "ring of 2 points"},
	} {
		a := twoSquares()
		tt.change(a)
		if _, err := Encode(a); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: error %v, want %q", tt.name, err, tt.want)
		}
	}
}

func TestDecodeDamage(t *testing.T) {
	blob, err := os.ReadFile("../../data/world.atlas")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Decode(blob); err != nil {
		t.Fatal(err)
	}
	for n := 0; n < len(blob); n += 1 + n/3 {
		if _, err := Decode(blob[:n]); err == nil {
			t.Errorf("decoded the first %d of %d bytes", n, len(blob))
		}
	}
	if _, err := Decode(append(bytes.Clone(blob), 0)); err == nil {
		t.Error("decoded a blob with a byte too many")
	}
	for i := 0; i < len(blob); i += 1 + i/5 {
		for bit := range 8 {
			bad := bytes.Clone(blob)
			bad[i] ^= 1 << bit
			if _, err := Decode(bad); err == nil {
				t.Errorf("decoded with bit %d of byte %d turned", bit, i)
			}
		}
	}
}

// reseal gives a body the header it needs to be read at all.
func reseal(t testing.TB, raw []byte) []byte {
	t.Helper()
	b := body{raw: raw}
	blob, err := b.seal()
	if err != nil {
		t.Fatal(err)
	}
	return blob
}

// What a wrong body with a right checksum can do: nothing but an error.
func TestDecodeLies(t *testing.T) {
	huge := binary.AppendUvarint(nil, 1<<62)
	for _, tt := range []struct {
		name string
		raw  []byte
		want string
	}{
		{"empty", nil, "bad number"},
		{"scale", []byte{0}, "bad number"},
		{"more arcs than bytes", append([]byte{10}, huge...), "bad number"},
		{"number that never ends", append([]byte{10}, bytes.Repeat([]byte{0xff}, 20)...), "bad number"},
		{"rest", []byte{10, 0, 0, 7}, "1 bytes after the last country"},
		{"code", []byte{10, 0, 1, 'A'}, "bad number"},
		{"arc of one point", []byte{10, 1, 1, 0, 0, 0}, "arc 0 has 1 points"},
	} {
		_, err := Decode(reseal(t, tt.raw))
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: error %v, want %q", tt.name, err, tt.want)
		}
	}
}

// FuzzDecode reads arbitrary bodies: what is accepted can be written and read again and is the same.
func FuzzDecode(f *testing.F) {
	blob := encode(f, twoSquares())
	f.Add(blob, false)
	f.Add([]byte{10, 0, 0}, true)
	f.Add([]byte{10, 1, 4, 0, 2, 0, 1, 0, 0, 2, 1, 1, 'A', 'A', 0, 0, 1, 1, 1, 0}, true)
	f.Fuzz(func(t *testing.T, data []byte, isBody bool) {
		if isBody {
			data = reseal(t, data)
		}
		a, err := Decode(data)
		if err != nil {
			if a != nil {
				t.Fatal("an atlas and an error")
			}
			return
		}
		again, err := Decode(encode(t, a))
		if err != nil || !reflect.DeepEqual(a, again) {
			t.Fatalf("round trip: %v", err)
		}
	})
}
