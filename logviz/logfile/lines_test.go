package logfile

import (
	"bytes"
	"errors"
	"io"
	"reflect"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"
)

func TestLines(t *testing.T) {
	long := strings.Repeat("x", 300)
	for _, c := range []struct {
		name, in string
		want     []got
	}{
		{"empty", "", nil},
		{"one", "a\n", []got{{"a", 1, Line, false}}},
		{"no last LF", "a\nb", []got{{"a", 1, Line, false}, {"b", 2, Line, false}}},
		{"CRLF", "a\r\nb\r", []got{{"a", 1, Line, false}, {"b", 2, Line, false}}},
		{"CR inside", "a\rb\r\r\n", []got{{"a\rb\r", 1, Line, false}}},
		{"empty lines count", "\n\na\n", []got{{"", 1, Line, false}, {"", 2, Line, false}, {"a", 3, Line, false}}},
		{"BOM", "\xef\xbb\xbfa\n", []got{{"a", 1, Line, false}}},
		{"BOM alone", "\xef\xbb\xbf", nil},
		{"BOM later stays", "a\n\xef\xbb\xbfb\n", []got{{"a", 1, Line, false}, {"\xef\xbb\xbfb", 2, Line, false}}},
		{"Latin-1", "caf\xe9\n", []got{{"caf\xe9", 1, Line, false}}},
		{"longest", strings.Repeat("y", 250) + "\r\nb", []got{{strings.Repeat("y", 250), 1, Line, false}, {"b", 2, Line, false}}},
		{"too long", long + "\nb\n", []got{{long[:200], 1, Line, true}, {"b", 2, Line, false}}},
		{"too long by one", long[:251] + "\r\nb\n", []got{{long[:200], 1, Line, true}, {"b", 2, Line, false}}},
		{"too long without LF", "a\n" + long, []got{{"a", 1, Line, false}, {long[:200], 2, Line, true}}},
		{"JSON", `{"MESSAGE":"x"}` + "\n", []got{{`{"MESSAGE":"x"}`, 1, Line, false}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			for name, in := range chunkings(c.in) {
				all, err := readAll(in, 250)
				if err != nil || !reflect.DeepEqual(all, c.want) {
					t.Errorf("%s: got %+v, %v; want %+v", name, all, err, c.want)
				}
			}
		})
	}
}

// chunkings gives the same bytes in every way that a reader may.
func chunkings(s string) map[string]io.Reader {
	return map[string]io.Reader{
		"at once":   strings.NewReader(s),
		"bytes":     iotest.OneByteReader(strings.NewReader(s)),
		"halves":    iotest.HalfReader(strings.NewReader(s)),
		"with EOF":  iotest.DataErrReader(strings.NewReader(s)),
		"bytes EOF": iotest.DataErrReader(iotest.OneByteReader(strings.NewReader(s))),
	}
}

func TestNotText(t *testing.T) {
	for _, c := range []struct{ name, in, part string }{
		{"program", "\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x03\x00\x3e\x00\x01\x00\x00\x00\xe0\x23\x00\x00\x00\x00\x00\x00\x40\x00\x00\x00", "NUL at"},
		{"controls", strings.Repeat("\x01\x02abc", 20), "control characters in"},
		{"UTF-16LE", "\xff\xfea\x00", "UTF-16"},
		{"UTF-16BE", "\xfe\xff\x00a", "UTF-16"},
		{"journal", "LPKSHHRH\x00\x00", "journalctl -o export --file"},
		{"bzip2", "BZh91AY&SY", "bzcat"},
		{"zip", "PK\x03\x04\x14\x00", "zip"},
		{"lz4", "\x04\x22\x4d\x18\x64\x40", "lz4cat"},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, in := range chunkings(c.in) {
				_, err := readAll(in, 0)
				wantDataError(t, err, ErrNotText, c.part)
			}
			_, err := Open(write(t, "x.log", []byte(c.in)), Options{})
			wantDataError(t, err, ErrNotText, c.part)
		})
	}
	for name, hole := range map[string]string{
		"a name with a NUL":             "a line of a\x00b\n",
		"a hole that a crash left":      strings.Repeat("\x00", 4096) + "a line\n",
		"a NUL in every line of a log":  strings.Repeat("Failed password for a\x00b from 192.0.2.1 port 1 ssh2\n", 300),
		"a NUL at the end of each line": strings.Repeat("Failed password for root from 192.0.2.1 port 1 ssh2\x00\n", 300),
	} {
		if all, err := readAll(strings.NewReader("a line\n"+hole+"another\n"), 0); err != nil || len(all) < 3 {
			t.Errorf("%s: %d lines, %v", name, len(all), err)
		}
	}
	t.Run("NUL after 8 KiB is a blemish, not a binary", func(t *testing.T) {
		if all, err := readAll(strings.NewReader(strings.Repeat("a line\n", 1200)+"\x00\n"), 0); err != nil || len(all) != 1201 {
			t.Errorf("%d lines, %v", len(all), err)
		}
	})
}

func TestReadErrorKeepsItsNature(t *testing.T) {
	broken := errors.New("input/output error")
	for _, format := range []string{"", "gzip", "xz", "zstd"} {
		in := []byte(sample(20_000))
		if format != "" {
			in = pack(t, format, string(in))
		}
		all, err := readAll(io.MultiReader(bytes.NewReader(in[:len(in)*3/4]), iotest.ErrReader(broken)), 0)
		var de *DataError
		if !errors.Is(err, broken) || errors.As(err, &de) || len(all) == 0 {
			t.Errorf("%q: %d lines, %v", format, len(all), err)
		}
	}
}

// endless gives n bytes without a line end.
type endless struct{ n int }

func (e *endless) Read(p []byte) (int, error) {
	if e.n == 0 {
		return 0, io.EOF
	}
	p = p[:min(len(p), e.n)]
	for i := range p {
		p[i] = 'x'
	}
	e.n -= len(p)
	return len(p), nil
}

func TestHugeLineInBoundedMemory(t *testing.T) {
	in := io.MultiReader(strings.NewReader("a\n"), &endless{100 << 20}, strings.NewReader("\nb\n"))
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	all, err := readAll(in, 0)
	runtime.ReadMemStats(&after)
	if err != nil || len(all) != 3 || !all[1].TooLong || all[2].Text != "b" || all[2].Line != 3 {
		t.Errorf("%v %v", all, err)
	}
	if used := after.TotalAlloc - before.TotalAlloc; used > 1<<20 {
		t.Errorf("%d bytes allocated", used)
	}
}

func TestNoAllocationPerRecord(t *testing.T) {
	for name, in := range map[string]string{
		"lines":  strings.Repeat("Failed password for root\n", 100_000),
		"export": strings.Repeat("__CURSOR=s=1\nMESSAGE\n\x03\x00\x00\x00\x00\x00\x00\x00a\nb\nPRIORITY=6\n\n", 20_000),
	} {
		r, err := Open("-", Options{Stdin: strings.NewReader(in)})
		if err != nil {
			t.Fatal(err)
		}
		n := testing.AllocsPerRun(10_000, func() {
			rec, err := r.Next()
			if err != nil {
				t.Fatal(err)
			}
			for name, value := range Fields(rec.Bytes) {
				if string(name) == "MESSAGE" && len(value) != 3 {
					t.Fatal(value)
				}
			}
		})
		if n != 0 {
			t.Errorf("%s: %v allocations", name, n)
		}
	}
}

func FuzzLines(f *testing.F) {
	f.Add([]byte{}, 1)
	f.Add([]byte("a\r\n\nbb\n\xef\xbb\xbfccc"), 3)
	f.Add([]byte("\xef\xbb\xbf\r\nthis line is longer than the limit\r\r\n"), 20)
	f.Fuzz(func(t *testing.T, in []byte, limit int) {
		if limit < 1 || limit > 1<<16 {
			return
		}
		text := bytes.TrimPrefix(in, []byte("\xef\xbb\xbf"))
		var want []got
		for i, line := range bytes.Split(text, []byte("\n")) {
			line = bytes.TrimSuffix(line, []byte("\r"))
			g := got{Text: string(line), Line: int64(i + 1)}
			if len(line) > limit {
				g.Text, g.TooLong = g.Text[:min(200, limit)], true
			}
			want = append(want, g)
		}
		if len(text) == 0 || text[len(text)-1] == '\n' {
			want = want[:len(want)-1]
		}
		for name, r := range chunkings(string(in)) {
			all, err := readAll(r, limit)
			var de *DataError
			if errors.As(err, &de) || len(all) > 0 && all[0].Kind == Export {
				return // packed, binary or a journal
			}
			if err != nil || len(all) != len(want) || len(all) > 0 && !reflect.DeepEqual(all, want) {
				t.Fatalf("%s: got %+v, %v; want %+v", name, all, err, want)
			}
		}
	})
}
