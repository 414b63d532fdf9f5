package sshrestrict

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"ops/internal/strictyaml"
	"ops/sshrestrict/internal/passwd"
)

// policyTree makes a/b/c/p.yaml below a folder of root's and returns the folder above a.
func policyTree(t *testing.T) string {
	t.Helper()
	top := t.TempDir()
	err := errors.Join(os.MkdirAll(top+"/a/b/c", 0o755), os.WriteFile(top+"/a/b/c/p.yaml", []byte("allow: []\n"), 0o644))
	if err != nil {
		t.Fatal(err)
	}
	return top
}

// Each way in which somebody else than root could have decided what is read, or in which there is nothing to read.
func TestLoadRefuses(t *testing.T) {
	const file = "/a/b/c/p.yaml"
	replace := func(by func(path string) error) func(string) error {
		return func(top string) error { return errors.Join(os.Remove(top+file), by(top+file)) }
	}
	content := func(text string) func(string) error {
		return func(top string) error { return os.WriteFile(top+file, []byte(text), 0o644) }
	}
	link := func(place string) func(string) error {
		return func(top string) error {
			return errors.Join(os.Rename(top+place, top+"/real"), os.Symlink(top+"/real", top+place))
		}
	}
	for _, c := range []struct {
		name, code, message string
		spoil               func(top string) error
	}{
		{"missing", "policy-missing", "no such file", func(top string) error { return os.Remove(top + file) }},
		{"missing folder", "policy-missing", "/a/b: no such file", func(top string) error { return os.RemoveAll(top + "/a/b") }},
		{"link to the file", "policy-unsafe", "symbolic link", link(file)},
		{"link to the last folder", "policy-unsafe", "/a/b/c: it is a symbolic link", link("/a/b/c")},
		{"link to a folder between", "policy-unsafe", "/a/b: it is a symbolic link", link("/a/b")},
		{"link to the first folder", "policy-unsafe", "/a: it is a symbolic link", link("/a")},
		{"link to nothing", "policy-unsafe", "symbolic link", replace(func(p string) error { return os.Symlink("/no/such", p) })},
		{"file of another", "policy-unsafe", "belongs to user 65534", func(top string) error { return os.Chown(top+file, 65534, 0) }},
		{"last folder of another", "policy-unsafe", "/a/b/c: it belongs", func(top string) error { return os.Chown(top+"/a/b/c", 65534, 0) }},
		{"first folder of another", "policy-unsafe", "/a: it belongs", func(top string) error { return os.Chown(top+"/a", 65534, 0) }},
		{"file for the group", "policy-unsafe", "chmod go-w", func(top string) error { return os.Chmod(top+file, 0o664) }},
		{"file for everybody", "policy-unsafe", "others may write", func(top string) error { return os.Chmod(top+file, 0o646) }},
		{"sticky file for everybody", "policy-unsafe", "others may write", func(top string) error { return os.Chmod(top+file, 0o646|fs.ModeSticky) }},
		{"folder for the group", "policy-unsafe", "/a/b: others may write", func(top string) error { return os.Chmod(top+"/a/b", 0o775) }},
		{"folder for everybody", "policy-unsafe", "/a: others may write", func(top string) error { return os.Chmod(top+"/a", 0o757) }},
		{"directly in a sticky folder", "policy-unsafe", "/a/b/c: others may write", func(top string) error { return os.Chmod(top+"/a/b/c", 0o777|fs.ModeSticky) }},
		{"folder", "policy-unsafe", "of another type", replace(func(p string) error { return os.Mkdir(p, 0o755) })},
		{"pipe", "policy-unsafe", "of another type", replace(func(p string) error { return unix.Mkfifo(p, 0o644) })},
		{"socket", "policy", "no such device", replace(func(p string) error {
			listener, err := net.ListenUnix("unix", &net.UnixAddr{Name: p})
			if err != nil {
				return err
			}
			listener.SetUnlinkOnClose(false)
			return listener.Close()
		})},
		{"file in the place of a folder", "policy-unsafe", "/a/b: it is of another type", func(top string) error {
			return errors.Join(os.RemoveAll(top+"/a/b"), os.WriteFile(top+"/a/b", nil, 0o644))
		}},
		{"huge", "policy-broken", "more than 1048576 bytes", content("#" + strings.Repeat("x", maxPolicy))},
		{"huge and sparse", "policy-broken", "more than 1048576 bytes", func(top string) error { return os.Truncate(top+file, 1<<40) }},
		{"not UTF-8", "policy-broken", "1:15", content("description: a\xffb\n")},
		{"a NUL", "policy-broken", "1:15", content("description: a\x00b\n")},
		{"UTF-16", "policy-broken", "p.yaml:1:", content("\xff\xfea\x00l\x00l\x00")},
		{"empty", "policy-broken", "the file is empty", content("")},
		{"mistake", "policy-broken", "p.yaml:2:3", content("allow:\n  rsync: {root: /srv}\n")},
		{"cut off", "policy-broken", "p.yaml:", content("allow:\n  - rsync: {root: /srv/da")},
	} {
		t.Run(c.name, func(t *testing.T) {
			top := policyTree(t)
			if err := c.spoil(top); err != nil {
				t.Fatal(err)
			}
			p, err := Load(top+"/a/b/c", "p", -1)
			if err == nil || p != nil || brokenCode(err) != c.code || !strings.Contains(err.Error(), c.message) {
				t.Errorf("%v, code %s; want %s and %q", err, brokenCode(err), c.code, c.message)
			}
		})
	}
	if _, err := LoadFile("/dev/zero", -1); brokenCode(err) != "policy-unsafe" {
		t.Errorf("a device: %v", err)
	}
}

func TestLoadAccepts(t *testing.T) {
	for name, change := range map[string]func(top string) error{
		"as it is":      func(string) error { return nil },
		"sticky above":  func(top string) error { return os.Chmod(top+"/a", 0o777|fs.ModeSticky) },
		"read-only":     func(top string) error { return os.Chmod(top+"/a/b/c/p.yaml", 0o400) },
		"of the owner":  func(top string) error { return os.Chown(top+"/a/b/c/p.yaml", 1234, 0) },
		"a second name": func(top string) error { return os.Link(top+"/a/b/c/p.yaml", top+"/copy") },
		"as large as can": func(top string) error {
			return os.WriteFile(top+"/a/b/c/p.yaml", []byte("allow: []\n#"+strings.Repeat("x", maxPolicy-11)), 0o644)
		},
	} {
		t.Run(name, func(t *testing.T) {
			top := policyTree(t)
			if err := change(top); err != nil {
				t.Fatal(err)
			}
			p, err := Load(top+"/a/b/c", "p", 1234)
			if err != nil {
				t.Fatal(err)
			}
			if d := p.Decide(NewRequest(KindCommand, "id", MaxCommand)); p.Name != "p" || d.Verdict != Deny {
				t.Errorf("%s: %s", p.Name, d.Verdict)
			}
		})
	}
}

func TestLoadNames(t *testing.T) {
	top := policyTree(t)
	for _, name := range []string{
		"", ".", "..", "../c/p", "/etc/passwd", "p/", "./p", ".p", "-p", "p q", "p\n", "p\x00", "é", "p*", strings.Repeat("x", 65),
	} {
		if _, err := Load(top+"/a/b/c", name, -1); err == nil || !strings.Contains(err.Error(), "the policy's name") {
			t.Errorf("%q: %v", name, err)
		}
	}
	for _, file := range []string{"p.yaml", "", top + "/a/b/c/", top + "/a/b/../b/c/p.yaml", top + "//a/b/c/p.yaml"} {
		if _, err := LoadFile(file, -1); err == nil || !strings.Contains(err.Error(), "not absolute and clean") {
			t.Errorf("%q: %v", file, err)
		}
	}
}

// Whoever replaces a policy by renaming never has half of it read.
func TestLoadWhileReplaced(t *testing.T) {
	top := policyTree(t)
	file := top + "/a/b/c/p.yaml"
	texts := [2]string{}
	hashes := map[string]int{}
	for i := range texts {
		texts[i] = fmt.Sprintf("description: v%d\nallow: []\n%s", i, strings.Repeat(fmt.Sprintf("# %d\n", i), 10_000*(i+1)))
		p, err := Parse("p", file, []byte(texts[i]))
		if err != nil {
			t.Fatal(err)
		}
		hashes[p.Hash] = 0
	}
	done := make(chan error)
	stop := make(chan struct{})
	go func() {
		for i := 0; ; i++ {
			select {
			case <-stop:
				done <- nil
				return
			default:
			}
			if err := errors.Join(os.WriteFile(file+".new", []byte(texts[i%2]), 0o644), os.Rename(file+".new", file)); err != nil {
				done <- err
				return
			}
		}
	}()
	for read := 0; read < 300 || hashes[firstUnseen(hashes)] == 0 && read < 100_000; read++ {
		p, err := Load(top+"/a/b/c", "p", -1)
		if err != nil {
			t.Errorf("read %d: %v", read, err)
			break
		}
		if _, whole := hashes[p.Hash]; !whole && p.Description != "" {
			t.Errorf("read %d: a mixture", read)
			break
		}
		hashes[p.Hash]++
	}
	close(stop)
	if err := <-done; err != nil {
		t.Error(err)
	}
	if unseen := firstUnseen(hashes); hashes[unseen] == 0 {
		t.Errorf("never read: %s", unseen)
	}
}

// firstUnseen returns a key whose value is 0, or any.
func firstUnseen(counts map[string]int) string {
	last := ""
	for key, count := range counts {
		if last = key; count == 0 {
			return key
		}
	}
	return last
}

// An account's own policies are taken from the folder that root has made for it, and from nowhere else.
func TestOwnPolicies(t *testing.T) {
	tmpfs(t, "/etc", "mode=755")
	alice := passwd.Account{Name: "alice", UID: 61001}
	place := func(folder string, uid int) string {
		err := errors.Join(os.MkdirAll(folder, 0o755), os.WriteFile(folder+"/p.yaml", []byte("allow: []\n"), 0o644),
			os.Chown(folder, uid, 0), os.Chown(folder+"/p.yaml", uid, 0))
		if err != nil {
			t.Fatal(err)
		}
		return folder
	}
	for _, c := range []struct {
		folder string
		uid    int
		want   string // code, empty if it is read
	}{
		{ownFolder + "/alice", 61001, ""},
		{ownFolder + "/alice", 0, ""},
		{ownFolder + "/alice", 61002, "policy-unsafe"},
		{ownFolder + "/bob", 61001, "policy-unsafe"},
		{ownFolder + "/alice/more", 61001, "policy-unsafe"},
		{Folder, 61001, "policy-unsafe"},
		{"/etc/home/alice", 61001, "policy-unsafe"},
	} {
		if err := os.RemoveAll("/etc/ops"); err != nil {
			t.Fatal(err)
		}
		folder := place(c.folder, c.uid)
		_, err := Load(folder, "p", ownerOf(folder, alice))
		if (err == nil) != (c.want == "") || err != nil && brokenCode(err) != c.want {
			t.Errorf("%s of %d: %v, want %q", c.folder, c.uid, err, c.want)
		}
	}
	for _, name := range []string{"", ".", "..", "../x"} {
		if owner := ownerOf(filepath.Join(ownFolder, name), passwd.Account{Name: name, UID: 61001}); owner != -1 {
			t.Errorf("for an account called %q: %d", name, owner)
		}
	}
}

func TestBrokenCode(t *testing.T) {
	for _, c := range []struct {
		err  error
		want string
	}{
		{&UnsafeFile{}, "policy-unsafe"},
		{fmt.Errorf("x: %w", &UnsafeFile{}), "policy-unsafe"},
		{&strictyaml.Error{}, "policy-broken"},
		{fs.ErrNotExist, "policy-missing"},
		{fs.ErrPermission, "policy"},
	} {
		if got := brokenCode(c.err); got != c.want {
			t.Errorf("%v: %s, want %s", c.err, got, c.want)
		}
	}
}
