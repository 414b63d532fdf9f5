package scpserver

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"

	"ops/sshrestrict/rooted"
	"ops/sshrestrict/rooted/rootedtest"
)

func open(t testing.TB, root string, o rooted.Options) *rooted.Tree {
	t.Helper()
	return rootedtest.Opened[*rooted.Tree](t)(rooted.Open(context.Background(), root, o))
}

// What a hostile client sends to the sink. Nothing but what a case names may change below the root, and nothing outside.
func TestHostileSink(t *testing.T) {
	recursive := func(o *Options) { o.Recursive = true }
	times := "T1700000000 0 1700000000 0\n"
	for name, c := range map[string]struct {
		input  string
		want   string // in what the client is told, or in Serve's error
		adjust func(*Options)
		made   string // the one new name
	}{
		"name with a slash":           {input: "C0644 1 ../x\nX\x00", want: "not that of a file"},
		"absolute name":               {input: "C0644 1 /etc/x\nX\x00", want: "not that of a file"},
		"name of the parent":          {input: "C0644 1 ..\nX\x00", want: "not that of a file"},
		"name of the folder":          {input: "C0644 1 .\nX\x00", want: "not that of a file"},
		"empty name":                  {input: "C0644 1 \nX\x00", want: "not that of a file"},
		"no name":                     {input: "C0644 1\nX\x00", want: "is not like C0644"},
		"name with NUL":               {input: "C0644 1 a\x00b\nX\x00", want: "control character"},
		"name with an escape":         {input: "C0644 1 a\x1b[2Jb\nX\x00", want: "control character"},
		"name with a return":          {input: "C0644 1 a\rb\nX\x00", want: "control character"},
		"name with DEL":               {input: "C0644 1 a\x7fb\nX\x00", want: "control character"},
		"very long name":              {input: "C0644 1 " + strings.Repeat("n", 300) + "\nX\x00", want: "up to 255"},
		"very long line":              {input: "C0644 1 " + strings.Repeat("n", 1<<20), want: "more than 4096 bytes"},
		"folder named parent":         {input: "D0755 0 ..\nC0644 1 x\nX\x00E\n", want: "not that of a file", adjust: recursive},
		"folder with a slash":         {input: "D0755 0 a/../../secret\nE\n", want: "not that of a file", adjust: recursive},
		"folder without -r":           {input: "D0755 0 d\nE\n", want: "without -r"},
		"end of no folder":            {input: "E\n", want: "not begun", adjust: recursive},
		"end with a tail":             {input: "D0755 0 d\nEx\n", want: "not begun", adjust: recursive, made: "d"},
		"folder without its end":      {input: "D0755 0 d\n", want: "ended within a folder", adjust: recursive, made: "d"},
		"folders nested too deep":     {input: strings.Repeat("D0755 0 d\n", 200), want: "128 folders", adjust: recursive, made: "d"},
		"negative size":               {input: "C0644 -1 x\n", want: "the size"},
		"size with a sign":            {input: "C0644 +1 x\nX\x00", want: "the size"},
		"size beyond 64 bits":         {input: "C0644 99999999999999999999 x\n", want: "the size"},
		"size in another base":        {input: "C0644 0x10 x\n", want: "the size"},
		"no size":                     {input: "C0644  x\n", want: "the size"},
		"giant size, no data":         {input: "C0644 9223372036854775807 x\nabc", want: "bytes missing"},
		"size above the largest file": {input: "C0644 2000000 x\n", want: "too large"},
		"data cut short":              {input: "C0644 10 x\nabc", want: "7 bytes missing"},
		"no byte after the data":      {input: "C0644 3 x\nabc", want: "the client left"},
		"error after the data":        {input: "C0644 3 x\nabc\x01read error\n", want: "could not read all"},
		"fatal after the data":        {input: "C0644 3 x\nabc\x02gone\n", want: "gone"},
		"nonsense after the data":     {input: "C0644 3 x\nabcX", want: "byte 88"},
		"permissions not octal":       {input: "C0998 1 x\nX\x00", want: "permissions"},
		"permissions too short":       {input: "C644 1 x\nX\x00", want: "is not like C0644"},
		"permissions too long":        {input: "C000644 1 x\nX\x00", want: "is not like C0644"},
		"permissions with a sign":     {input: "C-644 1 x\nX\x00", want: "permissions"},
		"times without a file":        {input: times + "E\n", want: "not begun"},
		"times cut short":             {input: "T1700000000 0\n", want: "is not like T17"},
		"times with letters":          {input: "Tx 0 y 0\n", want: "is not like T17"},
		"times that are negative":     {input: "T-1 0 -1 0\n", want: "is not like T17"},
		"times far away":              {input: "T9999999999999999 0 1 0\n", want: "is not like T17"},
		"microseconds of a day":       {input: "T1 86400000000 1 0\n", want: "is not like T17"},
		"unknown message":             {input: "Xhello\n", want: "expected T, C, D or E"},
		"empty message":               {input: "\n", want: "an empty message"},
		"message cut short":           {input: "C0644 1", want: "within a message"},
		"fatal from the client":       {input: "\x02no\n", want: "no"},
		"over a folder":               {input: "C0644 1 dir\nX\x00", want: "directory"},
		"folder over a file":          {input: "D0755 0 file\nE\n", want: "there is a file", adjust: recursive},
		"over a pipe":                 {input: "C0644 1 fifo\nX\x00", want: "neither a file nor a folder"},
		"over a link that leads out":  {input: "C0644 1 dangling\nX\x00", want: "permission denied"},
		"folder through a link":       {input: "D0755 0 escape\n", want: "permission denied", adjust: recursive},
		"folder through absolute":     {input: "D0755 0 absolute\nE\n", want: "permission denied", adjust: recursive},
		"target outside":              {input: "C0644 1 x\nX\x00", want: "permission denied", adjust: func(o *Options) { o.Paths[0].Text = "../secret" }},
		"target is a link out":        {input: "C0644 1 x\nX\x00", want: "permission denied", adjust: func(o *Options) { o.Paths[0].Text = "escape" }},
		"target below a link out":     {input: "C0644 1 x\nX\x00", want: "permission denied", adjust: func(o *Options) { o.Paths[0].Text = "escape/x" }},
		"target with NUL":             {input: "C0644 1 x\nX\x00", want: "NUL", adjust: func(o *Options) { o.Paths[0].Text = "a\x00b" }},
		"target must be a folder":     {input: "C0644 1 x\nX\x00", want: "not a folder", adjust: func(o *Options) { o.Target = true; o.Paths[0].Text = "file" }},
		"target folder is missing":    {input: "C0644 1 x\nX\x00", want: "no such file", adjust: func(o *Options) { o.Target = true; o.Paths[0].Text = "none" }},
		"no target":                   {input: "C0644 1 x\nX\x00", want: "expected one target", adjust: func(o *Options) { o.Paths = nil }},
		"pattern as a target":         {input: "C0644 1 x\nX\x00", want: "expected one target", adjust: func(o *Options) { o.Paths[0].Pattern = true }},
		"setuid asked for":            {input: "C6755 1 x\nX\x00", made: "x"},
		"an honest file":              {input: times + "C0644 1 x\nX\x00", made: "x"},
	} {
		t.Run(name, func(t *testing.T) {
			dir, root := rootedtest.Box(t)
			before := rootedtest.Tell(t, dir)
			o := Options{
				Tree:     open(t, root, rooted.Options{Mode: rooted.ReadWrite, Delete: true, MaxFile: 1 << 20}),
				Preserve: true, Paths: []Path{{Text: "."}},
			}
			if strings.HasPrefix(name, "giant") {
				o.Tree = open(t, root, rooted.Options{Mode: rooted.ReadWrite})
			}
			if c.adjust != nil {
				c.adjust(&o)
			}
			var out bytes.Buffer
			exit, err := Serve(context.Background(), o, strings.NewReader(c.input), &out)
			said := fmt.Sprintf("%s %v", out.String(), err)
			if (c.want == "") != (exit == 0) || !strings.Contains(said, c.want) {
				t.Errorf("exit %d, %q; want %q", exit, said, c.want)
			}
			if c.made != "" {
				info, err := os.Stat(root + "/" + c.made)
				if err != nil || info.Mode()&^(os.ModeDir|0o777) != 0 {
					t.Errorf("%v %v", info, err)
				}
				os.RemoveAll(root + "/" + c.made)
			}
			if after := rootedtest.Tell(t, dir); after != before {
				t.Errorf("now there is\n%s\nwas\n%s", after, before)
			}
		})
	}
}

// What a hostile client asks of the source, or answers to it.
func TestHostileSource(t *testing.T) {
	for name, c := range map[string]struct {
		paths   []Path
		answers string
		want    string
	}{
		"parent":                   {[]Path{{Text: "../secret/canary"}}, "\x00", "permission denied"},
		"absolute":                 {[]Path{{Text: "/etc/passwd"}}, "\x00", "permission denied"},
		"through a link":           {[]Path{{Text: "escape/canary"}}, "\x00", "permission denied"},
		"through an absolute link": {[]Path{{Text: "absolute/canary"}}, "\x00", "permission denied"},
		"a link to nothing":        {[]Path{{Text: "dangling"}}, "\x00", "permission denied"},
		"a pipe":                   {[]Path{{Text: "fifo"}}, "\x00", "neither a file nor a folder"},
		"NUL":                      {[]Path{{Text: "fi\x00le"}}, "\x00", "NUL"},
		"too long":                 {[]Path{{Text: strings.Repeat("x/", 5000)}}, "\x00", "name too long"},
		"pattern of the parent":    {[]Path{{Text: "../*/canary", Pattern: true}}, "\x00", "a .. in a pattern"},
		"pattern outside":          {[]Path{{Text: "/etc/*", Pattern: true}}, "\x00", "outside of"},
		"pattern through a link":   {[]Path{{Text: "*/canary", Pattern: true}}, "\x00", "no such file"},
		"pattern without its end":  {[]Path{{Text: "f[il", Pattern: true}}, "\x00", "without its end"},
		"pattern ends in escape":   {[]Path{{Text: `*\`, Pattern: true}}, "\x00", "without its end"},
		"pattern with NUL":         {[]Path{{Text: "*\x00", Pattern: true}}, "\x00", "NUL"},
		"name with a line's end":   {[]Path{{Text: "l*", Pattern: true}}, "\x00", "control characters cannot be sent"},
		"pattern of hidden":        {[]Path{{Text: "*idden", Pattern: true}}, "\x00", "no such file"},
		"escaped pattern":          {[]Path{{Text: `\*`, Pattern: true}}, "\x00", "no such file"},
		"no first answer":          {[]Path{{Text: "file"}}, "", "the client left"},
		"first answer is no":       {[]Path{{Text: "file"}}, "\x02no\n", "no"},
		"unknown answer":           {[]Path{{Text: "file"}}, "\x07", "byte 7"},
		"answer without its end":   {[]Path{{Text: "file"}}, "\x00\x01nnn", "within a message"},
		"answer of a megabyte":     {[]Path{{Text: "file"}}, "\x00\x01" + strings.Repeat("n", 1<<20), "more than 4096"},
		"gone before the content":  {[]Path{{Text: "file"}}, "\x00", "the client left"},
		"gone after the content":   {[]Path{{Text: "file"}}, "\x00\x00", "the client left"},
		"refuses the file":         {[]Path{{Text: "file"}}, "\x00\x01no room\n", ""},
		"refuses the folder":       {[]Path{{Text: "dir"}}, "\x00\x01no room\n", ""},
		"fatal in a folder":        {[]Path{{Text: "dir"}}, "\x00\x00\x02stop\n", "stop"},
		"a second after a denied":  {[]Path{{Text: "escape"}, {Text: "file"}}, "\x00\x00\x00", "C0644 7 file\ncontent\x00"},
	} {
		t.Run(name, func(t *testing.T) {
			dir, root := rootedtest.Box(t)
			rootedtest.Put(t, root+"/.hidden", "")
			rootedtest.Put(t, root+"/l\nC0644 1 x", "")
			before := rootedtest.Tell(t, dir)
			var out bytes.Buffer
			o := Options{Tree: open(t, root, rooted.Options{}), Source: true, Recursive: true, Paths: c.paths}
			exit, err := Serve(context.Background(), o, strings.NewReader(c.answers), &out)
			said := fmt.Sprintf("%s %v", out.String(), err)
			if exit != 1 || !strings.Contains(said, c.want) || strings.Contains(said, "the secret") {
				t.Errorf("exit %d, %q; want %q", exit, said, c.want)
			}
			if after := rootedtest.Tell(t, dir); after != before {
				t.Errorf("now there is\n%s\nwas\n%s", after, before)
			}
		})
	}
}

// A file that becomes shorter while it is sent is padded, and said to be wrong.
func TestFileShrinks(t *testing.T) {
	_, root := rootedtest.Box(t)
	rootedtest.Put(t, root+"/file", strings.Repeat("x", 1000))
	in, answers := io.Pipe()
	out, said := io.Pipe()
	ended := make(chan int)
	go func() {
		o := Options{Tree: open(t, root, rooted.Options{}), Source: true, Paths: []Path{{Text: "file"}}}
		exit, _ := Serve(context.Background(), o, in, said)
		said.Close()
		ended <- exit
	}()
	answers.Write([]byte{0})
	line := make([]byte, len("C0644 1000 file\n"))
	io.ReadFull(out, line)
	os.Truncate(root+"/file", 10)
	go answers.Write([]byte{0, 0})
	rest, _ := io.ReadAll(out)
	if exit := <-ended; exit != 1 || !bytes.HasPrefix(rest[10:], make([]byte, 990)) || !bytes.Contains(rest[1000:], []byte("\x01scp: send file: the file became shorter")) {
		t.Errorf("exit %d, %q", exit, rest[min(len(rest), 990):])
	}
	in.Close()
}

// A folder that holds a link to itself ends.
func TestLoopOfLinks(t *testing.T) {
	_, root := rootedtest.Box(t)
	os.RemoveAll(root + "/dir")
	os.Mkdir(root+"/dir", 0o755)
	os.Symlink(".", root+"/dir/loop")
	var out bytes.Buffer
	o := Options{Tree: open(t, root, rooted.Options{}), Source: true, Recursive: true, Paths: []Path{{Text: "dir"}}}
	exit, err := Serve(context.Background(), o, bytes.NewReader(make([]byte, 1000)), &out)
	if exit != 1 || err != nil || !strings.Contains(out.String(), "scp: stat dir/loop/loop") {
		t.Errorf("exit %d %v %q", exit, err, out.String())
	}
}

// FuzzSink: whatever a client sends, nothing outside of the root changes, no unfinished file stays, and the session ends.
func FuzzSink(f *testing.F) {
	dir, root := rootedtest.Box(f)
	secret := rootedtest.Outside(f, dir)
	f.Add(byte(7), ".", []byte("T1 0 1 0\nD0755 0 escape\nC0644 1 x\nX\x00E\n"))
	f.Add(byte(15), "new", []byte("D0755 0 d\nC0644 3 x\nabc\x00E\n"))
	f.Add(byte(15), "inner", []byte("C0644 3 dangling\nabc\x00C0644 0 ..\n\x00"))
	f.Fuzz(func(t *testing.T, flags byte, target string, input []byte) {
		tree := open(t, root, rooted.Options{
			Mode: rooted.Mode(flags>>3) % 4, Delete: true, MaxFile: 1 << 16, Paths: rooted.PathStyle(flags>>5) % 3,
		})
		o := Options{Tree: tree, Target: flags&1 != 0, Recursive: flags&2 != 0, Preserve: flags&4 != 0, Paths: []Path{{Text: target}}}
		Serve(context.Background(), o, bytes.NewReader(input), io.Discard)
		if after := rootedtest.Outside(t, dir); after != secret {
			t.Errorf("outside:\n%s\nwas\n%s", after, secret)
		}
		entries, err := os.ReadDir(dir)
		if err != nil || len(entries) != 2 {
			t.Errorf("beside the root: %v %v", entries, err)
		}
		if text := rootedtest.Tell(t, root); strings.Contains(text, ".part ") && !strings.Contains(string(input)+target, ".part") {
			t.Errorf("an unfinished file stays:\n%s", text)
		}
	})
}

// FuzzSource: whatever a client asks for and answers, the canary does not come, nothing changes and the session ends.
func FuzzSource(f *testing.F) {
	dir, root := rootedtest.Box(f)
	before := rootedtest.Tell(f, dir)
	f.Add(byte(0), "escape/canary", []byte{0, 0, 0, 0})
	f.Add(byte(3), "*/c*", []byte{0, 0, 0, 0, 0, 0})
	f.Add(byte(7), dir+"/root/[a-f]*", bytes.Repeat([]byte{0}, 64))
	f.Fuzz(func(t *testing.T, flags byte, path string, answers []byte) {
		tree := open(t, root, rooted.Options{Mode: rooted.Mode(flags>>3) % 4, Paths: rooted.PathStyle(flags>>5) % 3})
		o := Options{Tree: tree, Source: true, Recursive: flags&2 != 0, Preserve: flags&4 != 0, Paths: []Path{{Text: path, Pattern: flags&1 != 0}}}
		var out bytes.Buffer
		Serve(context.Background(), o, bytes.NewReader(answers), &out)
		if bytes.Contains(out.Bytes(), []byte("the secret")) {
			t.Error("the canary came")
		}
		if after := rootedtest.Tell(t, dir); after != before {
			t.Errorf("now there is\n%s\nwas\n%s", after, before)
		}
	})
}
