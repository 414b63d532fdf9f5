package rootedtest

import (
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// Box makes a folder with a root in it, and a secret beside the root. In the root are files, a pipe, and links: to within,
// to nothing, to itself and out.
func Box(t testing.TB) (dir, root string) {
	t.Helper()
	dir = t.TempDir()
	root = filepath.Join(dir, "root")
	Put(t, filepath.Join(root, "file"), "content")
	Put(t, filepath.Join(root, "dir", "in"), "in")
	Put(t, filepath.Join(dir, "secret", "canary"), "the secret")
	for link, target := range map[string]string{
		"inner": "dir", "dir/up": "../file", "self": "self",
		"escape": "../secret", "absolute": dir + "/secret", "dangling": "../secret/new",
	} {
		if err := os.Symlink(target, filepath.Join(root, link)); err != nil {
			t.Fatal(err)
		}
	}
	if err := unix.Mkfifo(filepath.Join(root, "fifo"), 0o600); err != nil {
		t.Fatal(err)
	}
	return dir, root
}

// Put writes a file, with the folders that it needs.
func Put(t testing.TB, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// Get reads a file, which should be there.
func Get(t testing.TB, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Error(err)
	}
	return string(text)
}

// Opened returns a function that takes what opens something, and closes that at the end of the test.
func Opened[T io.Closer](t testing.TB) func(T, error) T {
	return func(opened T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { opened.Close() })
		return opened
	}
}

// Tell describes everything below a folder: names, modes, and the content of small files.
func Tell(t testing.TB, dir string) string { return tell(t, dir, false) }

// Outside describes all of a [Box] but what is in its root, also by times.
func Outside(t testing.TB, dir string) string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Error(err)
	}
	return fmt.Sprintln(entries) + tell(t, filepath.Join(dir, "secret"), true)
}

func tell(t testing.TB, dir string, times bool) string {
	t.Helper()
	var b strings.Builder
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		fmt.Fprint(&b, strings.TrimPrefix(path, dir), " ", info.Mode())
		if times {
			fmt.Fprint(&b, " ", info.ModTime())
		}
		const small = 100 // bytes
		if info.Mode().IsRegular() && info.Size() < small {
			text, err := os.ReadFile(path)
			fmt.Fprintf(&b, " %q %v", text, err)
		}
		fmt.Fprintln(&b)
		return nil
	})
	if err != nil {
		t.Error(err)
	}
	return b.String()
}

// Must returns a function that wants a call to succeed and passes on what it said.
func Must(t testing.TB) func(string, error) string {
	return func(out string, err error) string {
		t.Helper()
		if err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		return out
	}
}

// MustFail wants a failure with a text in the message, in whatever case.
func MustFail(t testing.TB, out string, err error, want string) {
	t.Helper()
	if err == nil || !strings.Contains(strings.ToLower(out), strings.ToLower(want)) {
		t.Errorf("%v, want a failure with %q\n%s", err, want, out)
	}
}

// SameTree wants two folders to hold the same files.
func SameTree(t testing.TB, a, b string) {
	t.Helper()
	if out, err := Try(t, "", "diff", "-r", "--no-dereference", a, b); err != nil {
		t.Errorf("%s and %s differ: %v\n%s", a, b, err, out)
	}
}

// FillTree fills a folder with what trees have.
func FillTree(t testing.TB, dir string) {
	t.Helper()
	Put(t, dir+"/empty", "")
	Put(t, dir+"/two words", "2")
	Put(t, dir+"/ünïcode ☃", "snow")
	Put(t, dir+"/a/b/c/deep", strings.Repeat("deep", 1000))
	for i := range 13 {
		Put(t, fmt.Sprintf("%s/many/%03d", dir, i), fmt.Sprint(i))
	}
}
