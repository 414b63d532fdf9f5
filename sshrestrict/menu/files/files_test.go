package files

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"golang.org/x/sys/unix"

	"ops/internal/terminal"
	"ops/sshrestrict/menu/keyboard"
	"ops/sshrestrict/rooted"
)

func open(t *testing.T, dir string, mode rooted.Mode) *rooted.Tree {
	t.Helper()
	tree, err := rooted.Open(t.Context(), dir, rooted.Options{Mode: mode, Paths: rooted.Rooted, Quota: 1 << 20})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { tree.Close() })
	return tree
}

// done runs a request and returns what it printed.
func done(t *testing.T, tree *rooted.Tree, r Request, input string) (string, error) {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(dir+"/in", []byte(input), 0o600); err != nil {
		t.Fatal(err)
	}
	var err error
	if r.In, err = os.Open(dir + "/in"); err != nil {
		t.Fatal(err)
	}
	defer r.In.Close()
	if r.Out, err = os.Create(dir + "/out"); err != nil {
		t.Fatal(err)
	}
	defer r.Out.Close()
	r.Zone = time.UTC
	failed := Run(t.Context(), tree, r)
	out, err := os.ReadFile(dir + "/out")
	if err != nil {
		t.Fatal(err)
	}
	return string(out), failed
}

// Everything in a folder that is no plain file inside it is refused, whatever the command, and what is shown is harmless.
func TestHostileFolders(t *testing.T) {
	dir := t.TempDir()
	root := filepath.Join(dir, "root")
	for _, err := range []error{
		os.MkdirAll(root+"/folder", 0o755), os.WriteFile(dir+"/secret", []byte("secret"), 0o644), os.Symlink("../secret", root+"/link"),
		os.Symlink(dir+"/secret", root+"/absolute"), os.Symlink("loop", root+"/loop"), os.Symlink("..", root+"/up"),
		os.Symlink("/proc/self/root", root+"/proc"), unix.Mkfifo(root+"/pipe", 0o644), os.WriteFile(root+"/\x1b]0;title\x07\n", []byte("x"), 0o644),
		unix.Mknod(root+"/device", unix.S_IFCHR|0o666, int(unix.Mkdev(1, 5))), os.WriteFile(root+"/\xff\u202e", []byte("x"), 0o644),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	tree := open(t, root, rooted.ReadWrite)
	for _, name := range []string{"/link", "/absolute", "/loop", "/up/secret", "/up/../secret", "/proc/etc/passwd", "/pipe", "/device", "/folder", "/nothing", "/folder/x/y", "/\x00"} {
		for _, verb := range []string{"cat", "less", "get"} {
			var events []Event
			out, err := done(t, tree, Request{Verb: verb, Path: name, Place: "p", Log: func(e Event) { events = append(events, e) }}, "")
			if err == nil || out != "" || terminal.Printable(err.Error()) != err.Error() || !strings.Contains(err.Error(), "/p/") {
				t.Errorf("%s %q: %q, %v", verb, name, out, err)
			}
			if len(events) != 1 || events[0].Err == nil {
				t.Errorf("%s %q: events %v", verb, name, events)
			}
		}
	}
	for _, name := range []string{"/link", "/absolute", "/loop", "/up/new", "/proc/tmp/new", "/pipe", "/device", "/folder", "/folder/x/y", "/\x00", "/"} {
		if _, err := done(t, tree, Request{Verb: "put", Path: name}, "x"); err == nil {
			t.Errorf("put %q was done", name)
		}
	}
	if secret, err := os.ReadFile(dir + "/secret"); err != nil || string(secret) != "secret" {
		t.Errorf("%q, %v", secret, err)
	}
	for _, long := range []bool{true, false} {
		out, err := done(t, tree, Request{Verb: "ls", Path: "/", Long: long}, "")
		for line := range strings.Lines(out) {
			if line = strings.TrimSuffix(line, "\n"); terminal.Printable(line) != line {
				t.Errorf("listed %q", line)
			}
		}
		if err != nil || !strings.Contains(out, `\x1b]0;title\x07\n`) || !strings.Contains(out, `\xff\u202e`) {
			t.Errorf("%v, %s", err, out)
		}
	}
}

func TestHugeFolder(t *testing.T) {
	root := t.TempDir()
	for i := range maxEntries + 1 {
		if err := os.WriteFile(fmt.Sprintf("%s/%05d", root, i), nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	out, err := done(t, open(t, root, rooted.Read), Request{Verb: "ls", Path: "/"}, "")
	if !errors.Is(err, rooted.ErrTooLarge) || strings.Count(out, "\n") != maxEntries {
		t.Errorf("%v, %d lines", err, strings.Count(out, "\n"))
	}
}

func TestVisible(t *testing.T) {
	for in, want := range map[string]string{
		"": "", "a\tb\n": "a\tb\n", "a": "a\n", "\x1b[2J\n": `\x1b[2J` + "\n", "é漢\n": "é漢\n", "\xe6\xbc": `\xe6\xbc` + "\n", "\xe6\xbcx": `\xe6\xbcx` + "\n",
		"a\r\n": `a\r` + "\n", "\u009b1m\n": `\u009b1m` + "\n", "\xf0\x9f\x98\x80\n": "\U0001f600\n",
	} {
		for name, each := range map[string]func(io.Reader) io.Reader{"whole": func(r io.Reader) io.Reader { return r }, "bytes": iotest.OneByteReader} {
			var b bytes.Buffer
			v := &visible{w: &b}
			if _, err := io.Copy(v, struct{ io.Reader }{each(strings.NewReader(in))}); err != nil {
				t.Fatal(err)
			}
			v.end()
			if b.String() != want {
				t.Errorf("%q, %s: %q, want %q", in, name, b.String(), want)
			}
		}
	}
}

// Whatever a file holds and however it arrives in pieces, a terminal gets nothing but lines, tabs and what prints.
func FuzzVisible(f *testing.F) {
	f.Add([]byte("a\x1b[31m\xe6\xbc\xa2\t\u202e\n"), byte(3))
	f.Fuzz(func(t *testing.T, content []byte, piece byte) {
		var b bytes.Buffer
		v := &visible{w: &b}
		for rest := content; len(rest) > 0; {
			n := min(len(rest), int(piece)%7+1)
			v.Write(rest[:n])
			rest = rest[n:]
		}
		v.end()
		for part := range strings.FieldsFuncSeq(b.String(), func(r rune) bool { return r == '\n' || r == '\t' }) {
			if strings.ContainsFunc(part, func(r rune) bool { return r < ' ' || r == 0x7f || terminal.Printable(string(r)) != string(r) }) {
				t.Errorf("%q became %q", content, part)
			}
		}
	})
}

// What get prints, put takes; what else is typed is an error, and is taken to its end.
func TestTyped(t *testing.T) {
	hello := base64.StdEncoding.EncodeToString([]byte("hello"))
	for name, c := range map[string]struct{ typed, want, rest, fails string }{
		"plain":            {hello + "\r.\rnext", "hello", "\rnext", ""},
		"ctrl-d":           {hello + "\x04next", "hello", "next", ""},
		"marks":            {"-----BEGIN FILE x.y-----\r\n" + hello + "\r\n-----END FILE-----\r\n.", "hello", "", ""},
		"blanks":           {" aGVs \t bG8= \n.", "hello", "", ""},
		"nothing":          {".", "", "", ""},
		"given up":         {hello + "\x03next", "", "next", "given up"},
		"the terminal end": {hello, "", "", "ended early"},
		"no base64":        {"aGV!\rexit\r.next", "", "next", "no base64 at character"},
		"escape":           {"aGVs\x1b[AA.next", "", "next", "no base64"},
		"cut":              {"aGVsb.next", "", "next", "cut off"},
		"behind the end":   {hello + "aGVs.", "", "", "no base64"},
		"too much":         {base64.StdEncoding.EncodeToString(make([]byte, maxTyped+1)) + ".next", "", "next", "too large"},
	} {
		t.Run(name, func(t *testing.T) {
			keys := strings.NewReader(c.typed)
			typed := &typed{keys: keys.ReadByte, begin: func() {}}
			got, err := io.ReadAll(&bounded{r: base64.NewDecoder(base64.StdEncoding, typed)})
			typed.drain()
			rest, _ := io.ReadAll(keys)
			if c.fails == "" && (err != nil || string(got) != c.want) || c.fails != "" && (err == nil || !strings.Contains(err.Error(), c.fails)) || string(rest) != c.rest {
				t.Errorf("%q, %v, and %q is left", got, err, rest)
			}
		})
	}
}

// pages drives the pager with keys and returns the last window.
func pages(t *testing.T, content, keys string, width, height int) []string {
	t.Helper()
	root := t.TempDir()
	if err := os.WriteFile(root+"/f", []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
	f, err := open(t, root, rooted.Read).OpenFile("/f", os.O_RDONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var typed []keyboard.Key
	for key := range keyboard.Decode(keys) {
		typed = append(typed, key)
	}
	var out bytes.Buffer
	p := &pager{file: f, out: &out, name: "f", size: func() (int, int) { return width, height }, pending: func() bool { return false }}
	p.keys = func() (keyboard.Key, error) {
		if len(typed) == 0 {
			return keyboard.Key{}, io.EOF
		}
		key := typed[0]
		typed = typed[1:]
		return key, nil
	}
	if err := p.run(); err != nil {
		t.Fatal(err)
	}
	all := out.String()
	for _, own := range []string{"\x1b[H\x1b[2J", "\x1b[7m", "\x1b[m", "\r\x1b[K", "\n"} {
		all = strings.ReplaceAll(all, own, "")
	}
	if terminal.Printable(all) != all {
		t.Errorf("the terminal got %q", all)
	}
	windows := strings.Split(out.String(), "\x1b[H\x1b[2J")
	rows := strings.Split(windows[len(windows)-1], "\n")
	for _, row := range rows[:len(rows)-1] {
		if terminal.Columns(row) > width {
			t.Errorf("a row of %d columns in %d: %q", terminal.Columns(row), width, row)
		}
	}
	if len(rows) != height {
		t.Errorf("%d rows in %d", len(rows), height)
	}
	return rows
}

func TestPager(t *testing.T) {
	var b strings.Builder
	for i := range 100 {
		fmt.Fprintf(&b, "row %d\n", i)
	}
	rows := b.String()
	for name, c := range map[string]struct{ content, keys, first, second string }{
		"begin":            {rows, "", "row 0", "row 1"},
		"page":             {rows, " ", "row 4", "row 5"},
		"page and back":    {rows, "  b", "row 4", "row 5"},
		"rows":             {rows, "jjjk", "row 2", "row 3"},
		"end":              {rows, "G", "row 96", "row 97"},
		"end and begin":    {rows, "Gg", "row 0", "row 1"},
		"beyond the end":   {rows, strings.Repeat(" ", 200), "row 99", "~"},
		"before the begin": {rows, "bbb", "row 0", "row 1"},
		"search":           {rows, "/row 50\r", "row 50", "row 51"},
		"search again":     {rows, "/9\rnn", "row 29", "row 30"},
		"search for none":  {rows, "/x\r", "row 0", "row 1"},
		"search, dropped":  {rows, "/row 50\x03", "row 0", "row 1"},
		"search, edited":   {rows, "/row 60\x7f\x7f50\r", "row 50", "row 51"},
		"no pattern":       {rows, "/row .0\r", "row 0", "row 1"},
		"no shell":         {rows, "!sh\r", "row 1", "row 2"},
		"no editor":        {rows, "v:ex\r", "row 1", "row 2"},
		"no pipe":          {rows, "|", "row 0", "row 1"},
		"empty":            {"", " bG/x\r", "~", "~"},
		"no end":           {"abc", "", "abc", "~"},
		"long line":        {strings.Repeat("abcdefghij", 10), "j", "abcdefghij", "abcdefghij"},
		"back in one":      {strings.Repeat("0123456789", 20), " k", "0123456789", "0123456789"},
		"hostile":          {"\x1b[2J\x9b\n\u202e", "", `\x1b[2J`, `\x9b`},
		"tab":              {"a\tb\n", "", "a       b", "~"},
		"wide":             {"漢字漢字漢字漢字\n", "", "漢字漢字漢", "字漢字"},
		"binary":           {strings.Repeat("\x00\xff\n", 3000), "G", `\x00\xff`, `\x00\xff`},
		"one endless line": {strings.Repeat("x", 300_000), "Gk", "xxxxxxxxxx", "xxxxxxxxxx"},
	} {
		t.Run(name, func(t *testing.T) {
			got := pages(t, c.content, c.keys, 10, 5)
			if got[0] != c.first || got[1] != c.second {
				t.Errorf("%q, want %q and %q", got, c.first, c.second)
			}
		})
	}
}
