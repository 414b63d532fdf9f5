package rooted

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"ops/sshrestrict/rooted/rootedtest"
)

// A link that is moved, alone or within a folder, does not come to lead out, also where the depth of a path is not what
// its text says, because it goes through another link.
func TestMovedLinksStayInside(t *testing.T) {
	for name, c := range map[string]struct {
		links    map[string]string // below the root
		from, to string
		refused  bool
	}{
		"up a level":                        {links: map[string]string{"a/b/link": "../../x"}, from: "a/b/link", to: "a/link", refused: true},
		"folder up a level":                 {links: map[string]string{"a/b/link": "../../x"}, from: "a/b", to: "b", refused: true},
		"to a place that only looks deep":   {links: map[string]string{"a/link": "../x", "p/q/r/top": "../../.."}, from: "a/link", to: "p/q/r/top/link", refused: true},
		"folder to such a place":            {links: map[string]string{"a/b/link": "../../x", "p/q/top": "../.."}, from: "a/b", to: "p/q/top/b", refused: true},
		"folder from where it looks higher": {links: map[string]string{"p/q/b/link": "../../../x", "short": "p/q"}, from: "short/b", to: "a/c", refused: true},
		"link from where it looks higher":   {links: map[string]string{"p/q/link": "../../x", "short": "p/q"}, from: "short/link", to: "a/link", refused: true},
		"down":                              {links: map[string]string{"link": "x"}, from: "link", to: "a/link"},
		"beside":                            {links: map[string]string{"a/b/link": "../../x"}, from: "a/b", to: "a/c"},
		"folder through a link":             {links: map[string]string{"p/q/b/link": "sub/x", "short": "p/q"}, from: "short/b", to: "short/c"},
		"folder with a link of root's":      {links: map[string]string{"a/b/link": "/etc/hostname"}, from: "a/b", to: "b"},
		"folder with one that leads out":    {links: map[string]string{"a/b/link": "../../../x"}, from: "a/b", to: "b"},
	} {
		t.Run(name, func(t *testing.T) {
			root := t.TempDir()
			for _, dir := range []string{"a/b", "p/q/r", "p/q/b"} {
				if err := os.MkdirAll(filepath.Join(root, dir), 0o755); err != nil {
					t.Fatal(err)
				}
			}
			for link, target := range c.links {
				if err := os.Symlink(target, filepath.Join(root, link)); err != nil {
					t.Fatal(err)
				}
			}
			err := open(t, root, all()).Rename(c.from, c.to, false)
			if c.refused && !errors.Is(err, fs.ErrPermission) || !c.refused && err != nil {
				t.Errorf("%v", err)
			}
		})
	}
}

// Without a right to delete, a link, a pipe or a folder is not lost to a file that takes its name.
func TestRenameOverOtherKinds(t *testing.T) {
	for _, o := range []Options{{Mode: Write}, {Mode: ReadWrite}} {
		_, root := rootedtest.Box(t)
		tree := open(t, root, o)
		for _, name := range []string{"inner", "escape", "dangling", "fifo", "dir"} {
			before, _ := os.Lstat(filepath.Join(root, name))
			if err := errors.Join(store(tree, "own", "x", os.O_CREATE), tree.Rename("own", name, true)); err == nil {
				t.Errorf("%v: %s was written over", o.Mode, name)
			}
			if after, err := os.Lstat(filepath.Join(root, name)); err != nil || !os.SameFile(before, after) {
				t.Errorf("%v: %s is gone", o.Mode, name)
			}
		}
	}
}

// The attributes of pipes, sockets and devices are left alone, also of those that the account may not open.
func TestSpecialFilesKeepTheirModes(t *testing.T) {
	_, root := rootedtest.Box(t)
	if err := unix.Mknod(root+"/null", unix.S_IFCHR|0o600, int(unix.Mkdev(1, 3))); err != nil {
		t.Fatal(err)
	}
	tree := open(t, root, all())
	for _, name := range []string{"fifo", "null"} {
		if err := tree.Apply(name, Change{Mode: new(fs.FileMode(0o777))}); !errors.Is(err, fs.ErrPermission) {
			t.Errorf("chmod %s: %v", name, err)
		}
		if err := tree.Apply(name, Change{Times: &Times{}}); !errors.Is(err, fs.ErrPermission) {
			t.Errorf("times of %s: %v", name, err)
		}
		if info, err := os.Stat(filepath.Join(root, name)); err != nil || info.Mode().Perm() != 0o600 || info.ModTime().IsZero() {
			t.Errorf("%s: %v %v", name, info.Mode(), err)
		}
	}
}

// The kernel takes set-user-ID off a file that is written to, but not if root writes.
func TestWritingTakesSetuidOff(t *testing.T) {
	_, root := rootedtest.Box(t)
	tree := open(t, root, all())
	for name, write := range map[string]func() error{
		"write":    func() error { return store(tree, "file", "new", 0) },
		"truncate": func() error { return store(tree, "file", "", os.O_TRUNC) },
		"resize":   func() error { return tree.Apply("file", Change{Size: new(int64(1))}) },
	} {
		if err := os.Chmod(root+"/file", 0o755|fs.ModeSetuid|fs.ModeSetgid); err != nil {
			t.Fatal(err)
		}
		if err := write(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if info, _ := os.Stat(root + "/file"); info.Mode() != 0o755 {
			t.Errorf("%s: %v", name, info.Mode())
		}
	}
}

// A new file that takes the place of a private one is never open to others, not even while it is empty: who opened it then
// could read what comes.
func TestReplacementIsPrivateFromTheStart(t *testing.T) {
	_, root := rootedtest.Box(t)
	if err := os.Chmod(root+"/file", 0o600); err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(root, "seen")
	tree := open(t, root, all())
	tree.options.Umask = 0
	u := &Upload{base: "file", temp: "seen"}
	u.File = &File{tree: tree, path: "file", name: "seen", write: true, made: true}
	dir, _, err := tree.parent("file")
	if err != nil {
		t.Fatal(err)
	}
	u.dir = dir
	old, err := look(int(dir.Fd()), "file")
	if err != nil {
		t.Fatal(err)
	}
	if err := u.make(old, 0o666); err != nil {
		t.Fatal(err)
	}
	defer u.file.Close()
	if info, err := os.Stat(name); err != nil || info.Mode().Perm()&^0o600 != 0 {
		t.Errorf("%v %v", info.Mode(), err)
	}
}

// After a write that did not fit, a file that is appended to takes nothing more either: a hole in a log would not be seen.
func TestAppendingEndsWithTheQuota(t *testing.T) {
	_, root := rootedtest.Box(t)
	tree := open(t, root, Options{Mode: Write, Quota: 20}) // 9 are used
	f, err := tree.OpenFile("log", os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteAt([]byte(strings.Repeat("x", 12)), 0); !errors.Is(err, ErrQuota) {
		t.Errorf("%v", err)
	}
	if n, err := f.WriteAt([]byte("y"), 0); n != 0 || !errors.Is(err, ErrQuota) {
		t.Errorf("%d %v", n, err)
	}
	if err := f.Close(); !errors.Is(err, ErrQuota) {
		t.Errorf("%v", err)
	}
}

// A file that is removed while it is read takes its room until it is closed, like one that is written.
func TestQuotaOfRemovedFilesBeingRead(t *testing.T) {
	_, root := rootedtest.Box(t)
	tree := open(t, root, Options{Mode: ReadWrite, Delete: true, Quota: 20}) // 9 are used
	f, err := tree.OpenFile("file", os.O_RDONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if err := tree.Remove("file"); err != nil {
		t.Fatal(err)
	}
	if err := tree.Room(12); !errors.Is(err, ErrQuota) {
		t.Errorf("room for what a handle still holds: %v", err)
	}
	if err := errors.Join(f.Close(), tree.Room(18)); err != nil {
		t.Error(err)
	}
	if _, err := tree.Put(context.Background(), "new", strings.NewReader("0123456789abcdefgh")); err != nil {
		t.Error(err)
	}
}

// A finished upload may be renamed while this session reads it.
func TestRenameOfAnUploadBeingRead(t *testing.T) {
	_, root := rootedtest.Box(t)
	tree := open(t, root, Options{Mode: ReadWrite, Quota: 1 << 20})
	if err := store(tree, "up", "x", os.O_CREATE); err != nil {
		t.Fatal(err)
	}
	f, err := tree.OpenFile("up", os.O_RDONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(tree.Rename("up", "there", false), f.Close()); err != nil {
		t.Error(err)
	}
}
