package logfile

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"reflect"
	"strings"
	"testing"
)

// field writes a field as journald does: in the plain form when the value allows it.
func field(name, value string) string {
	if !strings.ContainsFunc(value, func(c rune) bool { return c < ' ' && c != '\t' || c == 0xfffd }) {
		return name + "=" + value + "\n"
	}
	return binaryField(name, value)
}

func binaryField(name, value string) string {
	b := binary.LittleEndian.AppendUint64([]byte(name+"\n"), uint64(len(value)))
	return string(b) + value + "\n"
}

func TestExport(t *testing.T) {
	one := "__CURSOR=s=1;i=2\n" + field("MESSAGE", "Failed password")
	two := "__CURSOR=s=1;i=3\n" + binaryField("MESSAGE", "a\nb\x00=\n\n") + field("_PID", "7")
	big := "__CURSOR=s=1;i=4\n" + strings.Repeat(field("F", strings.Repeat("v", 90)), 4)
	huge := "__CURSOR=s=1;i=5\n" + binaryField("COREDUMP", strings.Repeat("\n\x00", 150_000)) + field("_PID", "8")
	wide := "__CURSOR=s=1;i=6\n" + field("MESSAGE", strings.Repeat("w", 600_000)) + field("_PID", "9")
	lines := func(s ...string) int64 { return int64(1 + strings.Count(strings.Join(s, "\n"), "\n") + 1) }
	for _, c := range []struct {
		name, in string
		want     []got
	}{
		{"two", one + "\n" + two + "\n", []got{{one, 1, Export, false}, {two, 4, Export, false}}},
		{"by time", "__REALTIME_TIMESTAMP=1\n\n", []got{{"__REALTIME_TIMESTAMP=1\n", 1, Export, false}}},
		{"no last empty line", one, []got{{one, 1, Export, false}}},
		{"more empty lines", one + "\n\n\n" + two, []got{{one, 1, Export, false}, {two, 6, Export, false}}},
		{"many fields too long", big + "\n" + one, []got{{big[:200], 1, Export, true}, {one, lines(big), Export, false}}},
		{"binary field too long", huge + "\n" + one, []got{{huge[:200], 1, Export, true}, {one, lines(huge), Export, false}}},
		{"text field too long", wide + "\n" + one, []got{{wide[:200], 1, Export, true}, {one, lines(wide), Export, false}}},
		{"too long at the end", one + "\n" + wide, []got{{one, 1, Export, false}, {wide[:200], 4, Export, true}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			for name, in := range chunkings(c.in) {
				all, err := readAll(in, 300)
				if err != nil || !reflect.DeepEqual(all, c.want) {
					t.Errorf("%s: got %+v, %v; want %+v", name, all, err, c.want)
				}
			}
		})
	}
}

func TestBadExport(t *testing.T) {
	one := "__CURSOR=s=1;i=2\nMESSAGE=x\n\n"
	for _, c := range []struct {
		name, in string
		kind     error
		part     string
	}{
		{"ends in a name", one + "MESS", ErrTruncated, "after line 3: journal export ends in the middle"},
		{"ends in a value", one + "MESSAGE=abc", ErrTruncated, "middle of an entry"},
		{"ends in a size", one + "MESSAGE\n\x03\x00", ErrTruncated, "middle of an entry"},
		{"ends in binary data", one + "MESSAGE\n\x09\x00\x00\x00\x00\x00\x00\x00abc", ErrTruncated, "middle of an entry"},
		{"ends before the LF of binary data", one + "MESSAGE\n\x03\x00\x00\x00\x00\x00\x00\x00abc", ErrTruncated, "middle of an entry"},
		{"ends in skipped binary data", one + "MESSAGE\n\x00\x00\x08\x00\x00\x00\x00\x00abc", ErrTruncated, "middle of an entry"},
		{"ends in a skipped value", one + "MESSAGE=" + strings.Repeat("v", 700_000), ErrTruncated, "middle of an entry"},
		{"size beyond reason", one + "MESSAGE\n\xff\xff\xff\xff\xff\xff\xff\xff", ErrCorrupt, "size of a binary field"},
		{"size too small", one + "MESSAGE\n\x02\x00\x00\x00\x00\x00\x00\x00abc\n", ErrCorrupt, "size of a binary field"},
		{"no name", one + "=abc\n", ErrCorrupt, "no field"},
		{"lower case", one + "message=abc\n", ErrCorrupt, "no field"},
		{"long name", one + strings.Repeat("N", 65) + "=abc\n", ErrCorrupt, "no field"},
		{"plain log behind", one + "Mar 14 06:25:01 bastion sshd[1]: x\n", ErrCorrupt, "no field"},
	} {
		t.Run(c.name, func(t *testing.T) {
			for name, in := range chunkings(c.in) {
				all, err := readAll(in, 1000)
				if len(all) != 1 {
					t.Errorf("%s: %d entries before the error", name, len(all))
				}
				wantDataError(t, err, c.kind, c.part)
			}
		})
	}
}

func ExampleFields() {
	entry := []byte("MESSAGE\n\x09\x00\x00\x00\x00\x00\x00\x00two\nlines\n_PID=7\n")
	for name, value := range Fields(entry) {
		fmt.Printf("%s: %q\n", name, value)
	}
	// Output:
	// MESSAGE: "two\nlines"
	// _PID: "7"
}

// FuzzExport: any bytes behind a first field are read without panic, the same however they come, and Fields sees every
// byte of every entry.
func FuzzExport(f *testing.F) {
	f.Add([]byte("MESSAGE=x\n\n__CURSOR=2\nA\n\x01\x00\x00\x00\x00\x00\x00\x00\n\n"), 100)
	f.Add([]byte("MESSAGE\n\xff\x00\x00\x00\x00\x00\x00\x00\n\n"), 10)
	f.Fuzz(func(t *testing.T, in []byte, limit int) {
		if limit < 1 || limit > 1<<16 {
			return
		}
		var first []got
		var firstErr string
		for i, text := range []string{"at once", "bytes", "halves", "with EOF", "bytes EOF"} {
			all, err := readAll(chunkings(markCursor + "1\n" + string(in))[text], limit)
			if i == 0 {
				first, firstErr = all, fmt.Sprint(err)
			} else if !reflect.DeepEqual(all, first) || fmt.Sprint(err) != firstErr {
				t.Fatalf("%s: got %+v, %v; want %+v, %s", text, all, err, first, firstErr)
			}
			for _, g := range all {
				var again []byte
				for name, value := range Fields([]byte(g.Text)) {
					again = append(again, name...)
					if g.Text[len(again)] == '=' {
						again = append(again, '=')
					} else {
						again = binary.LittleEndian.AppendUint64(append(again, '\n'), uint64(len(value)))
					}
					again = append(append(again, value...), '\n')
				}
				if !g.TooLong && string(again) != g.Text {
					t.Fatalf("Fields of %q gave %q", g.Text, again)
				}
			}
		}
	})
}

// FuzzExportRoundTrip: fields that were written come back.
func FuzzExportRoundTrip(f *testing.F) {
	f.Add("MESSAGE", []byte("hello"), "_PID", []byte("1\n2"))
	f.Fuzz(func(t *testing.T, name1 string, value1 []byte, name2 string, value2 []byte) {
		if !validName([]byte(name1)) || !validName([]byte(name2)) {
			return
		}
		entry := "__CURSOR=1\n" + field(name1, string(value1)) + binaryField(name2, string(value2))
		all, err := readAll(strings.NewReader(entry+"\n"+entry), 1<<20)
		if err != nil || len(all) != 2 {
			t.Fatalf("%+v, %v", all, err)
		}
		want := [][]byte{[]byte("__CURSOR"), []byte("1"), []byte(name1), value1, []byte(name2), value2}
		for _, g := range all {
			var back [][]byte
			for name, value := range Fields([]byte(g.Text)) {
				back = append(back, name, value)
			}
			if !bytes.Equal(bytes.Join(back, []byte("|")), bytes.Join(want, []byte("|"))) || len(back) != len(want) {
				t.Fatalf("got %q, want %q", back, want)
			}
		}
	})
}
