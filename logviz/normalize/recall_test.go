package normalize

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
)

// pair is two streams, one of which remembers nothing.
func pair(t testing.TB, e *Engine) (remembers, plain *Stream) {
	t.Helper()
	o := Options{Zone: time.UTC, Reference: time.Date(2026, 12, 31, 0, 0, 0, 0, time.UTC)}
	remembers, plain = e.NewStream(o), e.NewStream(o)
	plain.recall.resting = math.MaxInt
	return remembers, plain
}

// readBoth reads a line with both and compares all that is to be known.
func readBoth(t testing.TB, remembers, plain *Stream, line string) {
	t.Helper()
	remembers.recall.resting = 0
	var got, want Record
	err, wanted := remembers.Read(line, &got), plain.Read(line, &want)
	a, b := string(got.AppendJSON(nil)), string(want.AppendJSON(nil))
	if err != wanted || a != b || strings.Join(got.Rules(), " ") != strings.Join(want.Rules(), " ") || !got.time.Equal(want.time) {
		t.Fatalf("%q\nremembered: %s %v %v\n   instead: %s %v %v", line, a, got.Rules(), err, b, want.Rules(), wanted)
	}
}

// scatter changes some digits of a line.
func scatter(random *rand.Rand, line string) string {
	b := []byte(line)
	rate := random.IntN(10) + 1
	for i, c := range b {
		if isDigit(c) && random.IntN(rate) == 0 {
			b[i] = '0' + byte(random.IntN(10))
		}
	}
	return string(b)
}

// A line of a shape that came before becomes what it would have become without.
func TestRecall(t *testing.T) {
	defs, err := Builtin()
	if err != nil {
		t.Fatal(err)
	}
	engine, err := New(defs...)
	if err != nil {
		t.Fatal(err)
	}
	remembers, plain := pair(t, engine)
	random := rand.New(rand.NewPCG(7, 7))
	known := 0
	for _, d := range defs {
		for _, line := range d.Records() {
			readBoth(t, remembers, plain, line)
			for range 12 {
				readBoth(t, remembers, plain, scatter(random, line))
				known += remembers.recall.known
				remembers.recall.known = 0
			}
		}
	}
	if known < 2000 {
		t.Errorf("only %d lines were of a known shape", known)
	}
}

// What asks for digits is asked again.
func TestRecallAsksForDigits(t *testing.T) {
	def, err := Parse("t.yaml", []byte(`
kind: normalizer/v1
name: t
stage: header
patterns:
  - {name: seven, pattern: "a 7%{x.n:int}"}
  - {name: choice, pattern: "b (12|3) %{x.n:int}"}
  - {name: port, pattern: "c %{x.port:port}"}
  - {name: not-a-port, pattern: "c %{x.n:int}"}
  - {name: layout, pattern: "d %{x.at:strftime(%s)}"}
  - {name: not-a-time, pattern: "d %{x.text:word}"}
  - {name: tail, pattern: "e %{x.text:text}1%{x.n:word}"}
  - {name: expression, pattern: "re:^f (?:[1-4]+)$"}
  - {name: optional, pattern: "g [[5]]%{x.n:word}"}
  - {name: any, pattern: "%{x.any:text}"}
`))
	if err != nil {
		t.Fatal(err)
	}
	engine, err := New(def)
	if err != nil {
		t.Fatal(err)
	}
	remembers, plain := pair(t, engine)
	for line := range strings.SplitSeq("a 71,a 72,a 73,a 81,a 74,b 12 1,b 12 2,b 12 3,b 13 4,b 3 1,b 3 2,b 3 3,b 4 4,c 65535,c 65534,c 65533,c 65536,c 99999,"+
		"d 1000000000,d 1111111111,d 1212121212,d 9999999999999,d 1,d 2,d 3,e 9912,e 9912,e 9912,e 9192,e 1199,e 1111,f 12,f 12,f 13,f 15,f 44,g 55,g 55,g 56,g 65,g 66,z 9,z 8,z 7,é 1,é 2,é 3", ",") {
		readBoth(t, remembers, plain, line)
	}
}

func FuzzRecall(f *testing.F) {
	defs, err := Builtin()
	if err != nil {
		f.Fatal(err)
	}
	engine, err := New(defs...)
	if err != nil {
		f.Fatal(err)
	}
	for _, d := range defs {
		if records := d.Records(); len(records) > 0 {
			f.Add(records[0], uint64(1))
		}
	}
	f.Fuzz(func(t *testing.T, line string, seed uint64) {
		remembers, plain := pair(t, engine)
		random := rand.New(rand.NewPCG(seed, 1))
		readBoth(t, remembers, plain, line)
		for range 6 {
			readBoth(t, remembers, plain, scatter(random, line))
		}
	})
}

func TestShape(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 3))
	for range 20_000 {
		b := make([]byte, random.IntN(40))
		for i := range b {
			b[i] = byte(random.Uint32())
			if random.IntN(3) == 0 {
				b[i] = '0' - 2 + byte(random.IntN(14))
			}
		}
		var want strings.Builder
		for _, c := range b {
			if isDigit(c) {
				c = '0'
			}
			want.WriteString(string([]byte{c}))
		}
		got, hash := appendShape(nil, string(b))
		if string(got) != want.String() {
			t.Fatalf("%q: %q", b, got)
		}
		if _, same := appendShape(nil, want.String()); same != hash {
			t.Fatalf("%q has another hash than its shape", b)
		}
	}
}
