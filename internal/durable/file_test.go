package durable

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"golang.org/x/sys/unix"
)

// names lists the folder, hidden files included.
func names(t *testing.T, dir string) string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, e := range entries {
		all = append(all, e.Name())
	}
	return strings.Join(all, " ")
}

func wantFile(t *testing.T, path, want string) {
	t.Helper()
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Errorf("%s holds %q, want %q", path, got, want)
	}
}

func put(t *testing.T, path, text string, perm fs.FileMode) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, perm); err != nil {
		t.Fatal(err)
	}
}

func TestCommitShowsTheWholeFileAtOnce(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "day.csv")
	put(t, path, "old", 0o644)
	f, err := Create(path, 0o644)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(f, "new"); err != nil {
		t.Fatal(err)
	}
	wantFile(t, path, "old")
	base := filepath.Base(f.Name())
	if filepath.Dir(f.Name()) != dir || !strings.HasPrefix(base, ".day.csv.") || !strings.HasSuffix(base, ".part") {
		t.Errorf("temporary name %s", f.Name())
	}
	if err := f.Commit(); err != nil {
		t.Fatal(err)
	}
	if err := f.Discard(); err != nil {
		t.Errorf("Discard after Commit: %v", err)
	}
	if err := f.Commit(); !errors.Is(err, fs.ErrClosed) {
		t.Errorf("second Commit: %v, want ErrClosed", err)
	}
	wantFile(t, path, "new")
	if got := names(t, dir); got != "day.csv" {
		t.Errorf("folder holds %s", got)
	}
}

func TestDiscardKeepsTheOldFile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "x")
	put(t, path, "old", 0o644)
	f, err := Create(path, 0o644)
	if err != nil {
		t.Fatal(err)
	}
	io.WriteString(f, "new")
	if err := errors.Join(f.Discard(), f.Discard()); err != nil {
		t.Fatal(err)
	}
	wantFile(t, path, "old")
	if got := names(t, dir); got != "x" {
		t.Errorf("folder holds %s", got)
	}
}

func TestModeAndOwner(t *testing.T) {
	defer unix.Umask(unix.Umask(0o022))
	cases := []struct {
		name      string
		old, perm fs.FileMode // old 0: no file before
		want      fs.FileMode
	}{
		{"new file gets perm less umask", 0, 0o666, 0o644},
		{"new secret", 0, 0o600, 0o600},
		{"old mode is kept", 0o640, 0o644, 0o640},
		{"old wide mode is kept", 0o664, 0o644, 0o664},
		{"a secret stays one over a readable file", 0o644, 0o600, 0o600},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "f")
			if c.old != 0 {
				put(t, path, "old", c.old)
			}
			if os.Geteuid() == 0 && c.old != 0 {
				if err := os.Chown(path, 12, 34); err != nil {
					t.Fatal(err)
				}
			}
			if err := WriteFile(path, []byte("new"), c.perm); err != nil {
				t.Fatal(err)
			}
			info, err := os.Stat(path)
			if err != nil {
				t.Fatal(err)
			}
			if info.Mode() != c.want {
				t.Errorf("mode %v, want %v", info.Mode(), c.want)
			}
			if uid, gid, _ := owner(info); os.Geteuid() == 0 && c.old != 0 && (uid != 12 || gid != 34) {
				t.Errorf("owner %d:%d, want 12:34", uid, gid)
			}
		})
	}
}

func TestSymlinks(t *testing.T) {
	for _, dangling := range []bool{false, true} {
		t.Run(fmt.Sprintf("dangling=%v", dangling), func(t *testing.T) {
			dir := t.TempDir()
			if err := os.MkdirAll(filepath.Join(dir, "real"), 0o755); err != nil {
				t.Fatal(err)
			}
			target := filepath.Join(dir, "real", "file")
			if !dangling {
				put(t, target, "old", 0o644)
			}
			// Two hops, one absolute and one that climbs.
			if err := os.Symlink(filepath.Join(dir, "second"), filepath.Join(dir, "first")); err != nil {
				t.Fatal(err)
			}
			if err := os.Symlink("real/../real/file", filepath.Join(dir, "second")); err != nil {
				t.Fatal(err)
			}
			if err := WriteFile(filepath.Join(dir, "first"), []byte("new"), 0o644); err != nil {
				t.Fatal(err)
			}
			wantFile(t, target, "new")
			if info, err := os.Lstat(filepath.Join(dir, "second")); err != nil || info.Mode()&fs.ModeSymlink == 0 {
				t.Errorf("the link is gone: %v %v", info, err)
			}
			if got := names(t, filepath.Join(dir, "real")); got != "file" {
				t.Errorf("folder holds %s", got)
			}
		})
	}
}

func TestRefusals(t *testing.T) {
	dir := t.TempDir()
	loop := filepath.Join(dir, "loop")
	if err := os.Symlink("loop", loop); err != nil {
		t.Fatal(err)
	}
	socket := filepath.Join(dir, "socket")
	if err := unix.Mknod(socket, unix.S_IFSOCK|0o600, 0); err != nil {
		t.Fatal(err)
	}
	cases := []struct{ name, path, want string }{
		{"folder", dir, "a folder"},
		{"link loop", loop, "too many levels"},
		{"socket", socket, "a socket"},
		{"no such folder", filepath.Join(dir, "no", "file"), "no such file"},
		{"slash at the end", filepath.Join(dir, "new") + "/", "no such file"},
		{"empty", "", "no such file"},
		{"a file as folder", "/proc/self/status/x", "not a directory"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			err := WriteFile(c.path, []byte("x"), 0o644)
			if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), "write "+c.path) {
				t.Errorf("got %v, want the path and %q", err, c.want)
			}
		})
	}
	if got := names(t, dir); got != "loop socket" {
		t.Errorf("folder holds %s", got)
	}
}

func TestWriteThroughFull(t *testing.T) {
	f, err := Create("/dev/full", 0o644)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Write([]byte("x")); !errors.Is(err, unix.ENOSPC) {
		t.Errorf("Write: %v, want ENOSPC", err)
	}
	if err := f.Commit(); !errors.Is(err, unix.ENOSPC) {
		t.Errorf("Commit: %v, want ENOSPC", err)
	}
	if info, err := os.Stat("/dev/full"); err != nil || info.Mode()&fs.ModeCharDevice == 0 {
		t.Fatalf("/dev/full was harmed: %v %v", info, err)
	}
}

func TestWriteThroughFIFO(t *testing.T) {
	path := filepath.Join(t.TempDir(), "fifo")
	if err := unix.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	got := make(chan []byte)
	go func() {
		data, _ := os.ReadFile(path)
		got <- data
	}()
	if err := WriteFile(path, []byte("through"), 0o644); err != nil {
		t.Fatal(err)
	}
	if data := <-got; string(data) != "through" {
		t.Errorf("reader got %q", data)
	}
	if info, err := os.Lstat(path); err != nil || info.Mode()&fs.ModeNamedPipe == 0 {
		t.Errorf("the FIFO was replaced: %v %v", info, err)
	}
}

// A stream that the shell redirected to a file keeps its position: what came before must not be overwritten.
func TestWriteThroughOpenStream(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	stream, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer stream.Close()
	io.WriteString(stream, "before ")
	for _, name := range []string{"/dev/fd/%d", "/proc/self/fd/%d"} {
		if err := WriteFile(fmt.Sprintf(name, stream.Fd()), []byte("within "), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	io.WriteString(stream, "after")
	wantFile(t, path, "before within within after")
}

func TestDevStdoutOfAChild(t *testing.T) {
	out := new(bytes.Buffer)
	cmd := helper(t, "stdout", "/dev/stdout")
	cmd.Stdout = out
	if err := cmd.Run(); err != nil {
		t.Fatal(err)
	}
	if out.String() != "new" {
		t.Errorf("stdout got %q", out)
	}
}

// Children write by name in three ways; each must end in the new content and one file.
func TestChildWritesByName(t *testing.T) {
	scripts := map[string]string{
		"appends":   `printf new >>"$1"`,
		"truncates": `printf longer-than-new >"$1"; printf new >"$1"`,
		"replaces":  `printf new >"$1.tmp"; mv "$1.tmp" "$1"`,
		"recreates": `rm "$1"; printf new >"$1"`,
	}
	for name, script := range scripts {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			path := filepath.Join(dir, "film.mp4")
			put(t, path, "old", 0o640)
			f, err := Create(path, 0o644)
			if err != nil {
				t.Fatal(err)
			}
			defer f.Discard()
			var synced fs.FileInfo
			f.sys.sync = func(file *os.File) error {
				synced, _ = file.Stat()
				return file.Sync()
			}
			if out, err := exec.Command("/bin/sh", "-euc", script, "sh", f.Name()).CombinedOutput(); err != nil {
				t.Fatalf("%v: %s", err, out)
			}
			if err := f.Commit(); err != nil {
				t.Fatal(err)
			}
			wantFile(t, path, "new")
			info, err := os.Stat(path)
			if err != nil {
				t.Fatal(err)
			}
			if !os.SameFile(info, synced) {
				t.Error("another file was synced than the one that is in place now")
			}
			if info.Mode() != 0o640 {
				t.Errorf("mode %v, want 0640", info.Mode())
			}
			if got := names(t, dir); got != "film.mp4" {
				t.Errorf("folder holds %s", got)
			}
		})
	}
}

func TestChildSpoilsTheTemporaryFile(t *testing.T) {
	cases := []struct{ name, script, want string }{
		{"removed", `rm "$1"`, "taken away"},
		{"link", `ln -sf /etc/passwd "$1"`, "taken away"},
		{"fifo", `rm "$1"; mkfifo "$1"`, "a FIFO"},
		{"folder", `rm "$1"; mkdir "$1"`, "a folder"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "film.mp4")
			put(t, path, "old", 0o644)
			f, err := Create(path, 0o644)
			if err != nil {
				t.Fatal(err)
			}
			if out, err := exec.Command("/bin/sh", "-euc", c.script, "sh", f.Name()).CombinedOutput(); err != nil {
				t.Fatalf("%v: %s", err, out)
			}
			if err := f.Commit(); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("Commit: %v, want %q", err, c.want)
			}
			wantFile(t, path, "old")
		})
	}
}

func TestEachStepFails(t *testing.T) {
	broken := errors.New("broken")
	real := realSystem()
	cases := []struct {
		name string
		sys  system
		want string // content afterwards
	}{
		{"sync", system{func(*os.File) error { return broken }, real.rename, real.syncDir}, "old"},
		{"rename", system{real.sync, func(*os.Root, string, string) error { return broken }, real.syncDir}, "old"},
		{"sync of the folder", system{real.sync, real.rename, func(*os.Root) error { return broken }}, "new"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			path := filepath.Join(dir, "f")
			put(t, path, "old", 0o644)
			f, err := create(c.sys, path, 0o644)
			if err != nil {
				t.Fatal(err)
			}
			defer f.Discard()
			io.WriteString(f, "new")
			if err := f.Commit(); !errors.Is(err, broken) || !strings.Contains(err.Error(), path) {
				t.Errorf("Commit: %v, want the cause and the path", err)
			}
			wantFile(t, path, c.want)
			if got := names(t, dir); got != "f" {
				t.Errorf("folder holds %s", got)
			}
		})
	}
}

// A write that failed must not be committed, even when a later one went well.
func TestShortWriteIsNotCommitted(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f")
	put(t, path, "old", 0o644)
	f, err := Create(path, 0o644)
	if err != nil {
		t.Fatal(err)
	}
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	good := f.file
	f.file = full
	if _, err := io.WriteString(f, "lost"); !errors.Is(err, unix.ENOSPC) {
		t.Fatalf("Write: %v", err)
	}
	full.Close()
	f.file = good
	io.WriteString(f, "kept")
	if err := f.Commit(); !errors.Is(err, unix.ENOSPC) {
		t.Errorf("Commit: %v, want ENOSPC", err)
	}
	wantFile(t, path, "old")
}

func TestTargetBecomesAFolder(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "f")
	f, err := Create(path, 0o644)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(path, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := f.Commit(); err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("Commit: %v", err)
	}
	if got := names(t, dir); got != "f" {
		t.Errorf("folder holds %s", got)
	}
}

func TestConcurrentWritersLeaveOneWholeFile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "f")
	const size = 64 << 10
	var writers sync.WaitGroup
	errs := make(chan error, 64)
	for i := range 8 {
		writers.Go(func() {
			for range 8 {
				errs <- WriteFile(path, bytes.Repeat([]byte{byte('a' + i)}, size), 0o644)
			}
		})
	}
	writers.Wait()
	close(errs)
	for err := range errs {
		if err != nil {
			t.Error(err)
		}
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if len(data) != size || len(bytes.Trim(data, string(data[:1]))) != 0 {
		t.Errorf("%d bytes, mixed", len(data))
	}
	if got := names(t, dir); got != "f" {
		t.Errorf("folder holds %s", got)
	}
}

func TestSweepTakesOnlyLeftoversOfItsOwnTarget(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "f")
	living, err := Create(path, 0o644)
	if err != nil {
		t.Fatal(err)
	}
	defer living.Discard()
	const random = "ABCDEFGHIJKLM"
	keep := []string{tempName("other", random), ".f.short.part", ".f.abcdefghijklm.part", "f.part", ".f." + random, "f"}
	for _, name := range keep {
		put(t, filepath.Join(dir, name), "", 0o644)
	}
	dead := filepath.Join(dir, tempName("f", random))
	put(t, dead, "half", 0o000)
	// A thing that looks like a leftover and is none must not block.
	if err := unix.Mkfifo(filepath.Join(dir, tempName("f", "NNNNNNNNNNNNN")), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(dir, tempName("f", "OOOOOOOOOOOOO")), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := WriteFile(path, []byte("new"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Lstat(dead); os.Geteuid() == 0 && !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the leftover is still there: %v", err)
	}
	for _, name := range append(keep, filepath.Base(living.Name())) {
		if _, err := os.Lstat(filepath.Join(dir, name)); err != nil {
			t.Error(err)
		}
	}
	wantFile(t, path, "new")
}

func TestLongNames(t *testing.T) {
	for _, base := range []string{strings.Repeat("a", 255), strings.Repeat("é", 127)} {
		dir := t.TempDir()
		if err := WriteFile(filepath.Join(dir, base), []byte("x"), 0o644); err != nil {
			t.Error(err)
		}
		if got := names(t, dir); got != base {
			t.Errorf("folder holds %s", got)
		}
	}
}

func TestRelativePath(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := WriteFile("f", []byte("x"), 0o644); err != nil {
		t.Fatal(err)
	}
	wantFile(t, "f", "x")
}

func ExampleCreate() {
	dir, err := os.MkdirTemp("", "durable")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)

	f, err := Create(filepath.Join(dir, "report.csv"), 0o644)
	if err != nil {
		panic(err)
	}
	defer f.Discard() // does nothing once Commit is called
	fmt.Fprintln(f, "country,attempts")
	if err := f.Commit(); err != nil {
		panic(err)
	}
	data, err := os.ReadFile(filepath.Join(dir, "report.csv"))
	fmt.Print(string(data), err)
	// Output:
	// country,attempts
	// <nil>
}
