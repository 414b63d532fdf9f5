package rooted

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"ops/sshrestrict/rooted/rootedtest"
)

func open(t testing.TB, root string, o Options) *Tree {
	t.Helper()
	return rootedtest.Opened[*Tree](t)(Open(context.Background(), root, o))
}

// all opens with every right.
func all() Options { return Options{Mode: ReadWrite, Delete: true} }

// store writes a file through a handle.
func store(t *Tree, p, text string, flag int) error {
	f, err := t.OpenFile(p, os.O_WRONLY|flag, 0o644)
	if err != nil {
		return err
	}
	_, err = f.WriteAt([]byte(text), 0)
	return errors.Join(err, f.Close())
}

func load(t *Tree, p string) (string, error) {
	var b bytes.Buffer
	_, err := t.Get(context.Background(), p, &b)
	return b.String(), err
}

func second(_ any, err error) error { return err }

func TestPathStyles(t *testing.T) {
	_, root := rootedtest.Box(t)
	rootedtest.Put(t, root+root+"/trap", "") // the root's own path inside the root
	for _, c := range []struct {
		style PathStyle
		path  string
		real  string // with ROOT for the root; empty if refused
	}{
		{Absolute, ".", "ROOT"},
		{Absolute, "", "ROOT"},
		{Absolute, "file", "ROOT/file"},
		{Absolute, "ROOT/file", "ROOT/file"},
		{Absolute, "ROOT//dir/./../file/", "ROOT/file"},
		{Absolute, "ROOT", "ROOT"},
		{Absolute, "/", ""},
		{Absolute, "/etc/passwd", ""},
		{Absolute, "..", ""},
		{Absolute, "dir/../../secret", ""},
		{Absolute, "ROOTx/file", ""},
		{Absolute, "ROOT/../secret", ""},
		{Rooted, ".", "/"},
		{Rooted, "file", "/file"},
		{Rooted, "/file", "/file"},
		{Rooted, "..", "/"},
		{Rooted, "../../../etc/passwd", "/etc/passwd"},
		{Rooted, "ROOT/file", "ROOT/file"},
		{Both, ".", "/"},
		{Both, "/file", "/file"},
		{Both, "ROOT/file", "ROOT/file"},
		{Both, "/etc", "/etc"},
		{Both, "../x", "/x"},
	} {
		tree := open(t, root, Options{Paths: c.style})
		got, err := tree.RealPath(strings.ReplaceAll(c.path, "ROOT", root))
		if want := strings.ReplaceAll(c.real, "ROOT", root); got != want || (err != nil) != (want == "") {
			t.Errorf("%v %q: %q %v, want %q", c.style, c.path, got, err, want)
		}
		if c.real == "" && !errors.Is(err, fs.ErrPermission) {
			t.Errorf("%v %q: %v", c.style, c.path, err)
		}
	}
	if text, err := load(open(t, root, Options{Paths: Both}), root+"/file"); text != "content" || err != nil {
		t.Errorf("absolute does not win: %q %v", text, err)
	}
	for _, dir := range []string{"", "relative", root + "/", root + "/../x", "/none/such"} {
		if tree, err := Open(context.Background(), dir, Options{}); err == nil {
			t.Errorf("%q was opened", dir)
			tree.Close()
		}
	}
}

// The table in the package comment, tried.
func TestModes(t *testing.T) {
	ops := map[string]func(*Tree) error{
		"list":          func(t *Tree) error { return second(t.List("dir", 10)) },
		"stat":          func(t *Tree) error { return second(t.Stat("file")) },
		"readlink":      func(t *Tree) error { return second(t.Readlink("inner")) },
		"read":          func(t *Tree) error { return second(load(t, "file")) },
		"sum":           func(t *Tree) error { return second(t.Sum(context.Background(), "md5", "file")) },
		"new":           func(t *Tree) error { return store(t, "new", "x", os.O_CREATE) },
		"put new":       func(t *Tree) error { return second(t.Put(context.Background(), "new", strings.NewReader("x"))) },
		"mkdir":         func(t *Tree) error { return t.Mkdir("new", 0o755) },
		"overwrite":     func(t *Tree) error { return store(t, "file", "x", 0) },
		"create over":   func(t *Tree) error { return store(t, "file", "x", os.O_CREATE|os.O_TRUNC) },
		"create in":     func(t *Tree) error { return store(t, "file", "x", os.O_CREATE) },
		"append":        func(t *Tree) error { return store(t, "file", "x", os.O_APPEND) },
		"truncate":      func(t *Tree) error { return store(t, "file", "", os.O_TRUNC) },
		"resize":        func(t *Tree) error { return t.Apply("file", Change{Size: new(int64)}) },
		"put over":      func(t *Tree) error { return second(t.Put(context.Background(), "file", strings.NewReader("x"))) },
		"chmod":         func(t *Tree) error { return t.Apply("file", Change{Mode: new(fs.FileMode(0o600))}) },
		"times":         func(t *Tree) error { return t.Apply("dir", Change{Times: &Times{}}) },
		"link times":    func(t *Tree) error { return t.ApplyLink("inner", Change{Times: &Times{}}) },
		"rename":        func(t *Tree) error { return t.Rename("file", "new", false) },
		"rename over":   func(t *Tree) error { return t.Rename("file", "dir/in", true) },
		"rename folder": func(t *Tree) error { return t.Rename("dir", "new", false) },
		"remove":        func(t *Tree) error { return t.Remove("file") },
		"rmdir":         func(t *Tree) error { return errors.Join(os.Mkdir(t.dir+"/e", 0o755), t.Rmdir("e")) },
		"symlink":       func(t *Tree) error { return t.Symlink("file", "new") },
		"link":          func(t *Tree) error { return t.Link("file", "new") },
		"own chmod": func(t *Tree) error {
			return errors.Join(store(t, "o", "x", os.O_CREATE), t.Apply("o", Change{Mode: new(fs.FileMode(0o600))}))
		},
		"own times":       func(t *Tree) error { return errors.Join(t.Mkdir("o", 0o755), t.Apply("o", Change{Times: &Times{}})) },
		"own rename":      func(t *Tree) error { return errors.Join(store(t, "o", "x", os.O_CREATE), t.Rename("o", "new", false)) },
		"own rename over": func(t *Tree) error { return errors.Join(store(t, "o", "x", os.O_CREATE), t.Rename("o", "file", true)) },
		"own remove":      func(t *Tree) error { return errors.Join(store(t, "o", "x", os.O_CREATE), t.Remove("o")) },
		"own again":       func(t *Tree) error { return errors.Join(store(t, "o", "x", os.O_CREATE), store(t, "o", "y", 0)) },
	}
	var everything strings.Builder
	for name := range ops {
		everything.WriteString(name + ", ")
	}
	const look, fresh = "list, stat, readlink, ", "new, put new, mkdir, own chmod, own times, own rename, "
	const over = "overwrite, create over, create in, append, truncate, resize, put over, own rename over, own again, "
	for name, c := range map[string]struct {
		options Options
		allowed string
	}{
		"read":           {Options{Mode: Read}, look + "read, sum, "},
		"read, delete":   {Options{Mode: Read, Delete: true}, look + "read, sum, "},
		"append":         {Options{Mode: Append}, look + "read, sum, " + fresh},
		"append, delete": {Options{Mode: Append, Delete: true}, look + "read, sum, " + fresh},
		"append, closed": {Options{Mode: Append, NoRead: true}, look + fresh},
		"rw, closed":     {Options{Mode: ReadWrite, NoRead: true}, look + fresh + over + "chmod, times, link times, symlink, link, "},
		"write":          {Options{Mode: Write}, look + fresh + over},
		"write, delete":  {Options{Mode: Write, Delete: true}, look + fresh + over + "remove, rmdir, rename, rename over, rename folder, own remove, "},
		"rw":             {Options{Mode: ReadWrite}, look + "read, sum, " + fresh + over + "chmod, times, link times, symlink, link, "},
		"rw, delete":     {all(), everything.String()},
	} {
		for op := range strings.SplitSeq(strings.TrimSuffix(c.allowed, ", "), ", ") {
			if ops[op] == nil {
				t.Errorf("nothing is called %q", op)
			}
		}
		for op, do := range ops {
			t.Run(name+"/"+op, func(t *testing.T) {
				_, root := rootedtest.Box(t)
				err := do(open(t, root, c.options))
				if allowed := strings.Contains(", "+c.allowed, ", "+op+", "); allowed != (err == nil) {
					t.Errorf("allowed %v: %v", allowed, err)
				} else if !allowed && !errors.Is(err, fs.ErrPermission) {
					t.Errorf("refused as %v", err)
				}
			})
		}
	}
}

// Every way to reach the outside, in the widest mode.
func TestEscapes(t *testing.T) {
	ctx := context.Background()
	ops := map[string]func(t *Tree, p string) error{
		"open":     func(t *Tree, p string) error { return second(load(t, p+"/canary")) },
		"write":    func(t *Tree, p string) error { return store(t, p+"/canary", "x", os.O_TRUNC) },
		"make":     func(t *Tree, p string) error { return store(t, p+"/new", "x", os.O_CREATE) },
		"put":      func(t *Tree, p string) error { return second(t.Put(ctx, p+"/canary", strings.NewReader("x"))) },
		"list":     func(t *Tree, p string) error { return second(t.List(p, 10)) },
		"stat":     func(t *Tree, p string) error { return second(t.Stat(p + "/canary")) },
		"lstat":    func(t *Tree, p string) error { return second(t.Lstat(p + "/canary")) },
		"readlink": func(t *Tree, p string) error { return second(t.Readlink(p + "/canary")) },
		"space":    func(t *Tree, p string) error { return second(t.Space(p)) },
		"chmod":    func(t *Tree, p string) error { return t.Apply(p+"/canary", Change{Mode: new(fs.FileMode(0o777))}) },
		"chmod it": func(t *Tree, p string) error { return t.Apply(p, Change{Mode: new(fs.FileMode(0o777))}) },
		"times":    func(t *Tree, p string) error { return t.ApplyLink(p+"/canary", Change{Times: &Times{}}) },
		"remove":   func(t *Tree, p string) error { return t.Remove(p + "/canary") },
		"rmdir":    func(t *Tree, p string) error { return t.Rmdir(p + "/canary") },
		"mkdir":    func(t *Tree, p string) error { return t.Mkdir(p+"/new", 0o755) },
		"out":      func(t *Tree, p string) error { return t.Rename("file", p+"/canary", true) },
		"in":       func(t *Tree, p string) error { return t.Rename(p+"/canary", "taken", false) },
		"link in":  func(t *Tree, p string) error { return t.Link(p+"/canary", "taken") },
		"link out": func(t *Tree, p string) error { return t.Link("file", p+"/new") },
		"symlink":  func(t *Tree, p string) error { return t.Symlink("x", p+"/new") },
		"sum":      func(t *Tree, p string) error { return second(t.Sum(ctx, "sha256", p+"/canary")) },
	}
	for _, way := range []string{"escape", "absolute", "..", "../secret", "dir/../../secret", "inner/../../secret", "/etc", "inner/up/../../.."} {
		for name, do := range ops {
			t.Run(way+"/"+name, func(t *testing.T) {
				dir, root := rootedtest.Box(t)
				err := do(open(t, root, all()), way)
				if !errors.Is(err, fs.ErrPermission) && !errors.Is(err, syscall.ENOTDIR) {
					t.Errorf("%v", err)
				}
				if entries, _ := os.ReadDir(dir + "/secret"); len(entries) != 1 || rootedtest.Get(t, dir+"/secret/canary") != "the secret" {
					t.Error("the outside has changed")
				}
				if err != nil && strings.Contains(err.Error(), dir+"/secret/") {
					t.Errorf("the message tells a path: %v", err)
				}
			})
		}
	}
}

func TestSpecialFilesAreNotOpened(t *testing.T) {
	_, root := rootedtest.Box(t)
	if err := unix.Mknod(root+"/null", unix.S_IFCHR|0o666, int(unix.Mkdev(1, 3))); err != nil {
		t.Fatal(err)
	}
	fd, err := unix.Socket(unix.AF_UNIX, unix.SOCK_STREAM, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(fd)
	if err := unix.Bind(fd, &unix.SockaddrUnix{Name: root + "/s"}); err != nil {
		t.Fatal(err)
	}
	tree := open(t, root, all())
	for _, name := range []string{"fifo", "null", "s"} {
		for _, flag := range []int{os.O_RDONLY, os.O_WRONLY, os.O_RDWR | os.O_CREATE, os.O_WRONLY | os.O_TRUNC} {
			if f, err := tree.OpenFile(name, flag, 0o644); !errors.Is(err, fs.ErrPermission) {
				t.Errorf("%s: %v %v", name, f, err)
			}
		}
		if _, err := tree.Put(context.Background(), name, strings.NewReader("x")); !errors.Is(err, fs.ErrPermission) {
			t.Errorf("put %s: %v", name, err)
		}
		if err := tree.Apply(name, Change{Mode: new(fs.FileMode(0o777))}); err != nil {
			continue // may be refused; may not hang
		}
	}
}

func TestQuota(t *testing.T) {
	_, root := rootedtest.Box(t) // 9 bytes
	tree := open(t, root, Options{Mode: ReadWrite, Delete: true, Quota: 100})
	free := func() int64 {
		t.Helper()
		n := int64(0)
		for tree.Room(n+1) == nil {
			n++
		}
		return n
	}
	want := func(n int64) {
		t.Helper()
		if got := free(); got != n {
			t.Errorf("%d bytes are free, want %d", got, n)
		}
	}
	ok := func(err error) {
		t.Helper()
		if err != nil {
			t.Error(err)
		}
	}
	want(91)
	ok(store(tree, "a", strings.Repeat("a", 50), os.O_CREATE))
	want(41)
	if err := store(tree, "b", strings.Repeat("b", 42), os.O_CREATE); !errors.Is(err, ErrQuota) || !strings.Contains(err.Error(), "quota exceeded") {
		t.Errorf("%v", err)
	}
	if _, err := os.Stat(root + "/b"); err == nil {
		t.Error("a file above the quota stays")
	}
	want(41)
	if err := store(tree, "a", strings.Repeat("a", 100), 0); !errors.Is(err, ErrQuota) {
		t.Errorf("%v", err)
	}
	want(41) // what was there before and not emptied stays
	ok(store(tree, "a", "aa", os.O_TRUNC))
	want(89)
	ok(tree.Link("a", "hard"))
	ok(tree.Remove("a"))
	want(89)
	ok(tree.Remove("hard"))
	want(91)
	ok(second(tree.Put(context.Background(), "file", strings.NewReader("0123456789"))))
	want(88)
	if _, err := tree.Put(context.Background(), "big", strings.NewReader(strings.Repeat("x", 200))); !errors.Is(err, ErrQuota) {
		t.Errorf("%v", err)
	}
	want(88)
	ok(tree.Rename("file", "dir/in", true))
	want(90)
	if err := tree.Apply("dir/in", Change{Size: new(int64(1000))}); !errors.Is(err, ErrQuota) {
		t.Errorf("%v", err)
	}
	ok(tree.Apply("dir/in", Change{Size: new(int64(100))}))
	want(0)
	ok(tree.Apply("dir/in", Change{Size: new(int64(0))}))
	want(100)

	// A file that is removed while it is open takes its room until it is closed.
	f, err := tree.OpenFile("open", os.O_RDWR|os.O_CREATE, 0o600)
	ok(err)
	ok(second(f.WriteAt(make([]byte, 60), 0)))
	ok(tree.Remove("open"))
	want(40)
	ok(second(f.WriteAt(make([]byte, 20), 60)))
	want(20)
	ok(f.Close())
	want(100)
	space, err := tree.Space(".")
	if err != nil || space.Total != 0 || space.Available != 0 { // in whole blocks
		t.Errorf("%+v %v", space, err)
	}
	if entries, _ := filepath.Glob(root + "/.*.part"); len(entries) > 0 {
		t.Errorf("unfinished files: %q", entries)
	}
}

// The count at the start sees each file once, and gives up on time.
func TestCount(t *testing.T) {
	_, root := rootedtest.Box(t)
	for i := range 1000 {
		rootedtest.Put(t, fmt.Sprintf("%s/many/%d/f", root, i), "12345")
	}
	if err := os.Link(root+"/file", root+"/file2"); err != nil {
		t.Fatal(err)
	}
	tree := open(t, root, Options{Quota: 1 << 20})
	if tree.used != 5009 {
		t.Errorf("%d bytes", tree.used)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if tree, err := Open(ctx, root, Options{Quota: 1}); !errors.Is(err, context.Canceled) {
		t.Errorf("%v %v", tree, err)
	}
}

func TestMaxFile(t *testing.T) {
	_, root := rootedtest.Box(t)
	tree := open(t, root, Options{Mode: Write, MaxFile: 10})
	for name, write := range map[string]func() error{
		"write": func() error { return store(tree, "new", "0123456789x", os.O_CREATE) },
		"sparse": func() error {
			f, _ := tree.OpenFile("new", os.O_WRONLY|os.O_CREATE, 0o600)
			_, err := f.WriteAt([]byte("x"), 10)
			return errors.Join(err, f.Close())
		},
		"put":    func() error { return second(tree.Put(context.Background(), "new", strings.NewReader("0123456789x"))) },
		"resize": func() error { return tree.Apply("file", Change{Size: new(int64(11))}) },
		"far": func() error {
			f, _ := tree.OpenFile("new", os.O_WRONLY|os.O_CREATE, 0o600)
			_, err := f.WriteAt([]byte("x"), 1<<62)
			return errors.Join(err, f.Close())
		},
	} {
		if err := write(); !errors.Is(err, ErrTooLarge) {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := os.Stat(root + "/new"); err == nil {
			t.Errorf("%s: the file stays", name)
		}
	}
}

// Put leaves what was there when anything goes wrong, and keeps permissions when it replaces.
func TestPut(t *testing.T) {
	_, root := rootedtest.Box(t)
	tree := open(t, root, all())
	ctx := context.Background()
	os.Chmod(root+"/file", 0o4640)
	broken := errors.New("the line is down")
	if _, err := tree.Put(ctx, "file", &failing{text: "half", err: broken}); !errors.Is(err, broken) {
		t.Errorf("%v", err)
	}
	if rootedtest.Get(t, root+"/file") != "content" {
		t.Error("the old file has changed")
	}
	if n, err := tree.Put(ctx, "file", strings.NewReader("new")); n != 3 || err != nil || rootedtest.Get(t, root+"/file") != "new" {
		t.Errorf("%d %v", n, err)
	}
	if info, _ := os.Stat(root + "/file"); info.Mode() != 0o640 {
		t.Errorf("%v", info.Mode())
	}
	// Through a link that stays inside, the file is replaced and the link stays.
	if _, err := tree.Put(ctx, "dir/up", strings.NewReader("through")); err != nil || rootedtest.Get(t, root+"/file") != "through" {
		t.Errorf("%v", err)
	}
	if target, err := os.Readlink(root + "/dir/up"); target != "../file" {
		t.Errorf("%q %v", target, err)
	}
	for _, p := range []string{"dangling", "dir", ".", "fifo", "none/x", "escape", "dir/up/x"} {
		if _, err := tree.Put(ctx, p, strings.NewReader("x")); err == nil {
			t.Errorf("%s was written", p)
		}
	}
	cancelled, cancel := context.WithCancel(ctx)
	cancel()
	if _, err := tree.Put(cancelled, "late", strings.NewReader("x")); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	if left, _ := filepath.Glob(root + "/.*"); len(left) > 0 {
		t.Errorf("left: %q", left)
	}
}

type failing struct {
	text string
	err  error
}

func (f *failing) Read(b []byte) (int, error) {
	n := copy(b, f.text)
	if f.text = f.text[n:]; n > 0 {
		return n, nil
	}
	return 0, f.err
}

func TestGlob(t *testing.T) {
	_, root := rootedtest.Box(t)
	for _, name := range []string{"a1", "a2", "b1", ".hidden", "star*", "x/a1", "x/y/a3", "[br]"} {
		rootedtest.Put(t, root+"/g/"+name, "")
	}
	for _, c := range []struct {
		style   PathStyle
		pattern string
		want    string
	}{
		{Absolute, "g/a*", "g/a1 g/a2"},
		{Absolute, "g/[!a.x]*", "g/[br] g/b1 g/star*"},
		{Absolute, "g/[^a]1", "g/b1"},
		{Absolute, "g/*/*3", ""},
		{Absolute, "g/*/*/a?", "g/x/y/a3"},
		{Absolute, "g/.*", "g/.hidden"},
		{Absolute, `g/star\*`, "g/star*"},
		{Absolute, `g/\[br]`, "g/[br]"},
		{Absolute, "none*", ""},
		{Absolute, "*/canary", ""},
		{Absolute, "ROOT/g/b?", "ROOT/g/b1"},
		{Rooted, "/g/b?", "/g/b1"},
		{Both, "/g/b?", "/g/b1"},
		{Both, "ROOT/g/b?", "ROOT/g/b1"},
		{Absolute, "inn?r/in", "inner/in"},
		{Absolute, "file", "file"},
	} {
		got, err := open(t, root, Options{Paths: c.style}).Glob(strings.ReplaceAll(c.pattern, "ROOT", root))
		if want := strings.ReplaceAll(c.want, "ROOT", root); strings.Join(got, " ") != want || err != nil {
			t.Errorf("%s: %q %v, want %s", c.pattern, got, err, want)
		}
	}
	for _, pattern := range []string{"../*", "/etc/*", "g/[a", "a\x00*", strings.Repeat("*/", 300)} {
		if got, err := open(t, root, Options{}).Glob(pattern); err == nil {
			t.Errorf("%q: %q", pattern, got)
		}
	}
}

func TestListIsBounded(t *testing.T) {
	_, root := rootedtest.Box(t)
	for i := range 300 {
		rootedtest.Put(t, fmt.Sprintf("%s/many/%03d", root, i), "")
	}
	tree := open(t, root, Options{})
	if infos, err := tree.List("many", 300); len(infos) != 300 || err != nil || infos[7].Name() != "007" {
		t.Errorf("%d %v", len(infos), err)
	}
	if infos, err := tree.List("many", 100); len(infos) != 100 || !errors.Is(err, ErrTooLarge) {
		t.Errorf("%d %v", len(infos), err)
	}
	if infos, err := tree.List("file", 1); len(infos) != 1 || err != nil {
		t.Errorf("%v %v", infos, err)
	}
}

func TestSum(t *testing.T) {
	_, root := rootedtest.Box(t)
	tree := open(t, root, Options{})
	for algorithm, want := range map[string]string{
		"md5":    "9a0364b9e99bb480dd25e1f0284c8555",
		"sha1":   "040f06fd774092478d450774f5ba30c5da78acc8",
		"sha256": "ed7002b439e9ac845f22357d822bac1444730fbdb6016d3ec9432297b9ec9f73",
	} {
		if got, err := tree.Sum(context.Background(), algorithm, "file"); got != want || err != nil {
			t.Errorf("%s: %s %v", algorithm, got, err)
		}
	}
	if _, err := tree.Sum(context.Background(), "md5; id", "file"); err == nil {
		t.Error("an unknown checksum")
	}
}

func TestModeMaskAndUmask(t *testing.T) {
	_, root := rootedtest.Box(t)
	tree := open(t, root, Options{Mode: ReadWrite, Umask: 0o027, ModeMask: 0o770})
	if err := errors.Join(store(tree, "new", "", os.O_CREATE), tree.Mkdir("folder", 0o7777), tree.Apply("file", Change{Mode: new(fs.FileMode(0o4777) | fs.ModeSetuid)})); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]fs.FileMode{"new": 0o640, "folder": fs.ModeDir | 0o750, "file": 0o770} {
		if info, err := os.Stat(filepath.Join(root, name)); err != nil || info.Mode() != want {
			t.Errorf("%s: %v %v, want %v", name, info.Mode(), err, want)
		}
	}
}

// A file that another one puts in the place of an unfinished upload is not removed in its place.
func TestUnfinishedFileReplaced(t *testing.T) {
	_, root := rootedtest.Box(t)
	tree := open(t, root, Options{Mode: Append})
	f, err := tree.OpenFile("up", os.O_WRONLY|os.O_CREATE, 0o644)
	if err != nil {
		t.Fatal(err)
	}
	os.Remove(root + "/up")
	rootedtest.Put(t, root+"/up", "of another")
	if err := f.Abandon(); err != nil || rootedtest.Get(t, root+"/up") != "of another" {
		t.Errorf("%v", err)
	}
	u, err := tree.Create("put", 0o644)
	if err != nil {
		t.Fatal(err)
	}
	temp, _ := filepath.Glob(root + "/.put.*.part")
	os.Remove(temp[0])
	rootedtest.Put(t, temp[0], "of another")
	if err := u.Commit(false); !errors.Is(err, fs.ErrPermission) || rootedtest.Get(t, temp[0]) != "of another" {
		t.Errorf("%v", err)
	}
	// Nor is it taken for this session's own.
	if err := tree.Rename("up", "mine", false); !errors.Is(err, fs.ErrPermission) {
		t.Errorf("%v", err)
	}
	if err := tree.Apply("up", Change{Times: &Times{Access: time.Now(), Modified: time.Now()}}); !errors.Is(err, fs.ErrPermission) {
		t.Errorf("%v", err)
	}
}

// An upload can be renamed only when it is finished.
func TestRenameOfAnOpenUpload(t *testing.T) {
	_, root := rootedtest.Box(t)
	tree := open(t, root, Options{Mode: Append})
	f, err := tree.OpenFile("up.part", os.O_WRONLY|os.O_CREATE, 0o644)
	if err != nil {
		t.Fatal(err)
	}
	if err := tree.Rename("up.part", "up", false); !errors.Is(err, fs.ErrPermission) {
		t.Errorf("%v", err)
	}
	if err := errors.Join(f.Close(), tree.Rename("up.part", "up", false)); err != nil {
		t.Error(err)
	}
}

// Nobody who makes the new name in the last instant is written over.
func TestRenameNew(t *testing.T) {
	_, root := rootedtest.Box(t)
	tree := open(t, root, all())
	err := tree.pair("file", "dir/in", func(fromDir int, from string, toDir int, to string) error {
		n, err := look(fromDir, from)
		return errors.Join(err, renameNew(fromDir, from, toDir, to, n))
	})
	if !errors.Is(err, fs.ErrExist) || rootedtest.Get(t, root+"/dir/in") != "in" {
		t.Errorf("%v", err)
	}
}

// The ledger forgets the oldest.
func TestLedgerIsBounded(t *testing.T) {
	var l ledger
	for i := range uint64(3 * ledgerSize) {
		l.add(identity{inode: i}, true)
		l.add(identity{inode: i}, false)
	}
	if len(l.made) != ledgerSize || l.made[identity{inode: 1}] || !l.made[identity{inode: 3*ledgerSize - 1}] {
		t.Errorf("%d entries", len(l.made))
	}
}

// FuzzNames: whatever a path or a link's target looks like, what it means stays inside.
func FuzzNames(f *testing.F) {
	dir, root := rootedtest.Box(f)
	for _, p := range []string{"file", "../secret/canary", "escape/canary", "/etc", root + "/../secret", "a/../../b", "inner/up", "x\x00", "\\..\\"} {
		f.Add(p, p, byte(0))
		f.Add("new", p, byte(1))
	}
	f.Fuzz(func(t *testing.T, p, target string, style byte) {
		tree := open(t, root, Options{Mode: ReadWrite, Delete: true, Paths: PathStyle(style % 3)})
		if name, err := tree.name("test", p); err == nil && (!filepath.IsLocal(name) || filepath.Clean(name) != name) {
			t.Errorf("%q means %q", p, name)
		}
		if text, err := load(tree, p); err == nil && text == "the secret" {
			t.Errorf("%q is the canary", p)
		}
		if tree.Symlink(target, "dir/fuzz") == nil {
			if real, err := filepath.EvalSymlinks(root + "/dir/fuzz"); err == nil && real != root && !strings.HasPrefix(real, root+"/") && !strings.Contains(target, "escape") && !strings.Contains(target, "absolute") {
				t.Errorf("a link to %q leads to %s", target, real)
			}
			os.Remove(root + "/dir/fuzz")
		}
		if matches, err := tree.Glob(p); err == nil {
			for _, match := range matches {
				if _, err := tree.name("test", match); err != nil {
					t.Errorf("%q matches %q: %v", p, match, err)
				}
			}
		}
		if rootedtest.Get(t, dir+"/secret/canary") != "the secret" {
			t.Error("the outside has changed")
		}
	})
}
