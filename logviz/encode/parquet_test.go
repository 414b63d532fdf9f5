package encode

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"runtime"
	"slices"
	"strings"
	"testing"

	"ops/logviz"
)

// readBack returns the events of a Parquet file.
func readBack(t testing.TB, file []byte) []*logviz.Event {
	t.Helper()
	r, err := OpenParquet(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if r.Schema() != "ecs" {
		t.Errorf("schema %q", r.Schema())
	}
	var all []*logviz.Event
	for {
		e := &logviz.Event{}
		err := r.Next(e)
		if errors.Is(err, io.EOF) {
			return all
		}
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, e)
	}
}

// printed returns the fields as JSON, in the order of their names.
func printed(e *logviz.Event) []string {
	var all []string
	for name, v := range e.All() {
		all = append(all, string(v.AppendJSON(append(logviz.AppendJSONString(nil, name), ':'))))
	}
	slices.Sort(all)
	return all
}

func wantSame(t testing.TB, got, want *logviz.Event) {
	t.Helper()
	if g, w := printed(got), printed(want); !slices.Equal(g, w) {
		t.Errorf("got  %.2000q\nwant %.2000q", g, w)
	}
	for _, c := range columns() {
		if w := want.Get(c.Name); w.Kind() == c.Kind && got.Get(c.Name).Kind() != c.Kind {
			t.Errorf("%s is of kind %d, was %d", c.Name, got.Get(c.Name).Kind(), w.Kind())
		}
	}
}

func TestParquetReadsBack(t *testing.T) {
	var events []*logviz.Event
	for _, text := range hostile() {
		events = append(events, sample(t, text))
	}
	nan := &logviz.Event{}
	nan.Set("x", logviz.FloatValue(math.NaN()))
	nan.Set("event.risk_score", logviz.FloatValue(math.Inf(1)))
	other := &logviz.Event{} // kinds that are not those of the columns
	other.Set("source.ip", logviz.StringValue("no address"))
	other.Set("user.name", logviz.IntegerValue(-1))
	other.Set("event.category", logviz.StringValue("text"))
	other.Set("x.big", logviz.IntegerValue(math.MinInt64))
	other.Set("x.float", logviz.FloatValue(1e300))
	events = append(events, &logviz.Event{}, nan, other)
	got := readBack(t, inParquet(t, events...))
	if len(got) != len(events) {
		t.Fatalf("%d events of %d", len(got), len(events))
	}
	for i := range events {
		wantSame(t, got[i], events[i])
	}
}

func TestParquetIsDeterministic(t *testing.T) {
	if !bytes.Equal(inParquet(t, sample(t, "a")), inParquet(t, sample(t, "a"))) {
		t.Error("the same event gives other bytes")
	}
}

func TestParquetOfNothing(t *testing.T) {
	if got := readBack(t, inParquet(t)); len(got) != 0 {
		t.Errorf("%d events", len(got))
	}
}

func TestParquetRefuses(t *testing.T) {
	for name, c := range map[string][]Column{
		"no kind": {{"a", 0}}, "twice": {{"a", logviz.String}, {"a", logviz.String}}, "ours": {{"fields", logviz.String}},
	} {
		if _, err := NewParquet(io.Discard, c, "ecs"); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	file := inParquet(t, sample(t, "a"))
	for name, file := range map[string][]byte{
		"empty": nil, "text": []byte("Dec 10 06:55:46 h sshd[1]: x"), "cut off": file[:len(file)-1], "half": file[:len(file)/2],
		"without notes": bytes.ReplaceAll(file, []byte("ops.kinds"), []byte("opz.kinds")),
		"other notes":   bytes.ReplaceAll(file, []byte(`"user.name":"string"`), []byte(`"user.name":"intege"`)),
	} {
		r, err := OpenParquet(bytes.NewReader(file), int64(len(file)))
		if err == nil {
			err = r.Next(&logviz.Event{})
		}
		if err == nil || !strings.Contains(err.Error(), "Parquet file") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// An index that claims more than there is takes no memory.
func TestParquetFooterIsChecked(t *testing.T) {
	tail := func(footer string, length uint32) []byte {
		file := append([]byte("PAR1"), footer...)
		return append(binary.LittleEndian.AppendUint32(file, length), "PAR1"...)
	}
	deep := strings.Repeat("\x1c", 1000) // structures in structures
	for name, file := range map[string][]byte{
		"too long":        tail("\x00", 1<<32-1),
		"a list too long": tail("\x29\xfc\xff\xff\xff\xff\x07\x00", 8),
		"a text too long": tail("\x18\xff\xff\xff\xff\x07\x00", 7),
		"a map":           tail("\x1b\x01\x88\x00\x00\x00", 6),
		"no end":          tail("\x15", 1),
		"too deep":        tail(deep, 1000),
		"encrypted":       append([]byte("PARE"), "xxxxxxxx\x00\x00\x00\x00PARE"...),
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := OpenParquet(bytes.NewReader(file), int64(len(file)))
		runtime.ReadMemStats(&after)
		if err == nil || !strings.Contains(err.Error(), "no Parquet file, or damaged: it") {
			t.Errorf("%s: %v", name, err)
		}
		if used := after.TotalAlloc - before.TotalAlloc; used > 1<<20 {
			t.Errorf("%s: took %d bytes", name, used)
		}
	}
}

// However many events come, the writer holds about a row group.
func TestParquetMemory(t *testing.T) {
	enc, err := NewParquet(io.Discard, columns(), "ecs")
	if err != nil {
		t.Fatal(err)
	}
	var before, now runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	var most uint64
	for i := range 60_000 { // about 60 MB
		e := sample(t, fmt.Sprintf("%d %s", i, strings.Repeat(fmt.Sprint(i), 30)))
		if err := enc.Encode(e); err != nil {
			t.Fatal(err)
		}
		if i%5000 == 0 {
			runtime.GC()
			runtime.ReadMemStats(&now)
			most = max(most, now.HeapAlloc-min(now.HeapAlloc, before.HeapAlloc))
		}
	}
	if err := enc.Close(); err != nil {
		t.Fatal(err)
	}
	if most > 24<<20 { // the row group twice, and the window
		t.Errorf("the writer held %d MiB", most>>20)
	}
	t.Logf("at most %d KiB", most>>10)
}

func FuzzParquetReadsBack(f *testing.F) {
	for i, text := range hostile() {
		f.Add("x", text, int64(i), float64(i))
	}
	f.Fuzz(func(t *testing.T, name, text string, n int64, x float64) {
		e := sample(t, text)
		e.Set(strings.ToValidUTF8(name, "?"), logviz.StringValue(text))
		e.Set("n", logviz.IntegerValue(n))
		e.Set("source.port", logviz.IntegerValue(n))
		e.Set("event.risk_score", logviz.FloatValue(x))
		e.Set("f", logviz.FloatValue(x))
		got := readBack(t, inParquet(t, e))
		if len(got) != 1 {
			t.Fatalf("%d events", len(got))
		}
		wantSame(t, got[0], e)
	})
}

// A damaged file is an error, never a panic.
func FuzzOpenParquet(f *testing.F) {
	file := inParquet(f, sample(f, "a"), sample(f, "b"))
	f.Add(file)
	f.Add(file[:len(file)/2])
	f.Fuzz(func(t *testing.T, file []byte) {
		r, err := OpenParquet(bytes.NewReader(file), int64(len(file)))
		if err != nil {
			return
		}
		defer r.Close()
		var e logviz.Event
		for range 1000 {
			if r.Next(&e) != nil {
				return
			}
		}
	})
}
