package launch

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

// recording is a parsed asciicast.
type recording struct {
	header struct {
		Version, Width, Height int
		Timestamp              int64
		Env                    map[string]string
	}
	output string   // of all events "o"
	sizes  []string // of all events "r"
	times  []float64
}

func parseCast(t testing.TB, data []byte) recording {
	t.Helper()
	var r recording
	lines := bytes.Split(bytes.TrimSuffix(data, []byte("\n")), []byte("\n"))
	if err := json.Unmarshal(lines[0], &r.header); err != nil {
		t.Fatalf("header %q: %v", lines[0], err)
	}
	for _, line := range lines[1:] {
		var event []any
		if err := json.Unmarshal(line, &event); err != nil || len(event) != 3 {
			t.Fatalf("event %q: %v", line, err)
		}
		r.times = append(r.times, event[0].(float64))
		switch event[1] {
		case "o":
			r.output += event[2].(string)
		case "r":
			r.sizes = append(r.sizes, event[2].(string))
		default:
			t.Fatalf("event %q", line)
		}
	}
	return r
}

func TestCast(t *testing.T) {
	var b strings.Builder
	now := 0 * time.Second
	begin := time.Unix(1_700_000_000, 0)
	c := newCast(&b, 100, 40, begin, `x"\term`, func() time.Duration { now += 1500 * time.Millisecond; return now })
	for _, piece := range []string{"a\x1b[1m\r\n", "\"\\\x00\x7f", "\xe2", "\x82", "\xac\xff", "\xf0\x9f", "x", "end\xe2\x82"} {
		if err := c.output([]byte(piece)); err != nil {
			t.Fatal(err)
		}
	}
	c.resize(80, 25)
	if err := c.finish(); err != nil {
		t.Fatal(err)
	}
	const want = `{"version": 2, "width": 100, "height": 40, "timestamp": 1700000000, "env": {"TERM": "x\"\\term"}}
[1.500000, "o", "a\u001b[1m\u000d\u000a"]
[3.000000, "o", "\"\\\u0000\u007f"]
[4.500000, "o", "€�"]
[6.000000, "o", "��x"]
[7.500000, "o", "end"]
[9.000000, "r", "80x25"]
[10.500000, "o", "��"]
`
	if b.String() != want {
		t.Errorf("got\n%s\nwant\n%s", b.String(), want)
	}
	parseCast(t, []byte(b.String()))
}

func TestCastWithoutTerminal(t *testing.T) {
	var b strings.Builder
	newCast(&b, 0, 0, time.Unix(1, 0), "", nil)
	if b.String() != "{\"version\": 2, \"width\": 80, \"height\": 24, \"timestamp\": 1}\n" {
		t.Errorf("got %q", b.String())
	}
}

type failing struct{ after int }

func (f *failing) Write(p []byte) (int, error) {
	if f.after--; f.after < 0 {
		return 0, errors.New("disk is full")
	}
	return len(p), nil
}

func TestCastKeepsTheFirstError(t *testing.T) {
	c := newCast(&failing{after: 2}, 1, 1, time.Unix(1, 0), "", func() time.Duration { return 0 })
	if err := c.output([]byte("a")); err != nil {
		t.Error(err)
	}
	for range 2 {
		if err := c.output([]byte("b")); err == nil || !strings.Contains(err.Error(), "disk is full") {
			t.Errorf("got %v", err)
		}
	}
	if err := c.finish(); err == nil {
		t.Error("the error is forgotten at the end")
	}
}

// However the output is cut into pieces, the recording says the same, and that is the output with U+FFFD for what is none.
func FuzzCast(f *testing.F) {
	f.Add([]byte("a€\xff\xf0\x9f\x98\x80\x1b[0m\"\\"), 3)
	f.Add([]byte("\xe2\x82"), 1)
	f.Fuzz(func(t *testing.T, data []byte, size int) {
		var b bytes.Buffer
		c := newCast(&b, 1, 1, time.Unix(1, 0), string(data), func() time.Duration { return 0 })
		size = max(1, min(size, 100))
		for rest := data; len(rest) > 0; rest = rest[min(size, len(rest)):] {
			_ = c.output(rest[:min(size, len(rest))])
		}
		_ = c.finish()
		got := parseCast(t, b.Bytes())
		var want []rune
		for rest := data; len(rest) > 0; {
			char, n := utf8.DecodeRune(rest)
			want = append(want, char)
			rest = rest[n:]
		}
		if got.output != string(want) {
			t.Errorf("%q in pieces of %d: got %q", data, size, got.output)
		}
	})
}

func TestCreateRecording(t *testing.T) {
	root := folder(t)
	f, err := createRecording(root + "/new")
	if err != nil {
		t.Fatal(err)
	}
	info, err := f.Stat()
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("got mode %v, %v", info.Mode(), err)
	}
	f.Close()
	write(t, root+"/target", "old", 0o600)
	for name, target := range map[string]string{"link": "target", "dangling": "none", "circle": "circle"} {
		if err := os.Symlink(target, filepath.Join(root, name)); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"new", "link", "dangling", "circle", "none/x", "."} {
		if f, err := createRecording(filepath.Join(root, name)); err == nil {
			f.Close()
			t.Errorf("%s: no error", name)
		}
	}
	if _, err := os.Lstat(root + "/none"); err == nil {
		t.Error("a link was followed")
	}
}
