package audit

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// roleVariable tells a copy of the test program what to do instead of the tests.
const roleVariable = "OPS_AUDIT_ROLE"

func TestMain(m *testing.M) {
	if role := os.Getenv(roleVariable); role != "" {
		if err := play(role, os.Args[1:]); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func play(role string, args []string) error {
	switch role {
	case "writer":
		return playWriter(args[0], args[1])
	case "full disk":
		return playFullDisk(args[0])
	case "stranger":
		return playStranger(args[0])
	}
	return errors.New("no such role")
}

func helper(t *testing.T, role string, args ...string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self, args...)
	cmd.Env = append(os.Environ(), roleVariable+"="+role)
	cmd.Stderr = os.Stderr
	return cmd
}

// inOwnMounts plays the role in a mount namespace of its own.
func inOwnMounts(t *testing.T, role string) {
	t.Helper()
	cmd := helper(t, role, t.TempDir())
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNS}
	if os.Geteuid() != 0 {
		cmd.SysProcAttr.Cloneflags |= syscall.CLONE_NEWUSER
		cmd.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Geteuid(), Size: 1}}
		cmd.SysProcAttr.GidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getegid(), Size: 1}}
	}
	if err := cmd.Run(); err != nil {
		t.Fatalf("%v\nThis test needs root, or a kernel that lets users have namespaces.", err)
	}
}

func mountTiny(dir string) error {
	if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
		return fmt.Errorf("make mounts private: %w", err)
	}
	if err := unix.Mount("tiny", dir, "tmpfs", 0, "size=64k,mode=755"); err != nil {
		return fmt.Errorf("mount tmpfs: %w", err)
	}
	return nil
}

func TestFileIsPrivate(t *testing.T) {
	for _, c := range []struct {
		name   string
		folder fs.FileMode
		want   fs.FileMode
	}{
		{"plain folder", 0o755, 0o600},
		{"folder of everybody", 0o777, 0o600},
		{"folder that passes on its group", 0o755 | fs.ModeSetgid, 0o640},
		{"folder whose group may write", 0o775 | fs.ModeSetgid, 0o660},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "log")
			if err := errors.Join(os.Mkdir(dir, 0o700), os.Chmod(dir, c.folder)); err != nil {
				t.Fatal(err)
			}
			path := filepath.Join(dir, "log")
			if err := open(t, Options{Required: true}, path).Write(full()); err != nil {
				t.Fatal(err)
			}
			if info, err := os.Stat(path); err != nil || info.Mode() != c.want {
				t.Errorf("mode %v, want %v, %v", info.Mode(), c.want, err)
			}
		})
	}
}

// A file that is there keeps its mode.
func TestFileKeepsItsMode(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	write(t, path, "")
	if err := os.Chmod(path, 0o622); err != nil {
		t.Fatal(err)
	}
	if err := open(t, Options{Required: true}, path).Write(full()); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode() != 0o622 {
		t.Errorf("mode %v %v", info.Mode(), err)
	}
}

func TestFileRefuses(t *testing.T) {
	dir := t.TempDir()
	target := filepath.Join(dir, "target")
	write(t, target, "old\n")
	link, dangling, twin := filepath.Join(dir, "link"), filepath.Join(dir, "dangling"), filepath.Join(dir, "twin")
	if err := errors.Join(os.Symlink(target, link), os.Symlink(dir+"/made", dangling)); err != nil {
		t.Fatal(err)
	}
	pair := filepath.Join(dir, "pair")
	write(t, pair, "old\n")
	if err := os.Link(pair, twin); err != nil {
		t.Fatal(err)
	}
	folder := filepath.Join(dir, "folder")
	if err := os.Mkdir(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct{ path, want string }{
		"symbolic link":            {link, "symbolic link"},
		"symbolic link to nothing": {dangling, "symbolic link"},
		"hard link":                {twin, "2 names"},
		"pipe":                     {fifo(t, dir), "no regular file"},
		"device":                   {"/dev/null", "no regular file"},
		"folder":                   {folder, "it is a folder"},
		"below a file":             {target + "/log", "not a directory"},
		"missing folder":           {dir + "/none/log", "create it for the accounts"},
	} {
		t.Run(name, func(t *testing.T) {
			err := open(t, Options{Required: true}, c.path).Write(full())
			if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), c.path) {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
	if read(t, target) != "old\n" || read(t, pair) != "old\n" {
		t.Error("something was written")
	}
	if _, err := os.Lstat(dir + "/made"); err == nil {
		t.Error("the target of the link was made")
	}
}

func TestFileIsRotated(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "log")
	l := open(t, Options{Required: true}, path)
	put := func(id string) {
		t.Helper()
		if err := l.Write(Record{ID: id}); err != nil {
			t.Fatal(err)
		}
	}
	put("one")
	if err := os.Rename(path, path+".1"); err != nil {
		t.Fatal(err)
	}
	put("two")
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	put("three")
	if err := os.Truncate(path, 0); err != nil { // as copytruncate of logrotate does
		t.Fatal(err)
	}
	put("four")
	write(t, path+".new", "")
	if err := os.Rename(path+".new", path); err != nil {
		t.Fatal(err)
	}
	put("five")
	if old, now := read(t, path+".1"), read(t, path); !strings.Contains(old, "one") || strings.Count(old, "\n") != 1 ||
		!strings.Contains(now, "five") || strings.Count(now, "\n") != 1 {
		t.Errorf("the old file has %q, the new one %q", old, now)
	}
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		if to, _ := os.Readlink("/proc/self/fd/" + entry.Name()); strings.HasPrefix(to, path+".1") || strings.HasSuffix(to, "(deleted)") && strings.HasPrefix(to, path) {
			t.Errorf("%s is still open", to)
		}
	}
}

// A line that lost its end in a crash costs only itself.
func TestFileHealsAHalfLine(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	write(t, path, `{"time":"2026-`)
	l := open(t, Options{Required: true}, path)
	for range 2 {
		if err := l.Write(full()); err != nil {
			t.Fatal(err)
		}
	}
	lines := strings.Split(read(t, path), "\n")
	if len(lines) != 4 || lines[0] != `{"time":"2026-` || !json.Valid([]byte(lines[1])) || !json.Valid([]byte(lines[2])) {
		t.Errorf("the file has %q", lines)
	}
}

func TestFileIsLockedByAnother(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	write(t, path, "")
	other, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	if err := unix.Flock(int(other.Fd()), unix.LOCK_SH); err != nil {
		t.Fatal(err)
	}
	l := open(t, Options{Required: true, Wait: 20 * time.Millisecond}, path)
	start := time.Now()
	if err := l.Write(full()); err == nil || !strings.Contains(err.Error(), "has held the lock for 20ms") || read(t, path) != "" {
		t.Errorf("got %v after %v", err, time.Since(start))
	}
	if err := unix.Flock(int(other.Fd()), unix.LOCK_UN); err != nil {
		t.Fatal(err)
	}
	if err := l.Write(full()); err != nil {
		t.Error(err)
	}
	if err := unix.Flock(int(other.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		t.Errorf("the lock was not given back: %v", err)
	}
}

const (
	writers = 20
	each    = 200
)

func playWriter(path, name string) error {
	l, err := Open([]string{path}, Options{Required: true, Wait: time.Minute})
	if err != nil {
		return err
	}
	for i := range each {
		r := Record{ID: name + " " + strconv.Itoa(i), Requested: new(strings.Repeat(name, i*20%5000))}
		if err := l.Write(r); err != nil {
			return err
		}
	}
	return nil
}

// Processes that write at once do not mix their lines and lose none, though the file is rotated meanwhile.
func TestManyWriters(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	running := make([]*exec.Cmd, writers)
	for i := range running {
		running[i] = helper(t, "writer", path, string(rune('a'+i)))
		if err := running[i].Start(); err != nil {
			t.Fatal(err)
		}
	}
	var parts []string
	for i, cmd := range running {
		if err := cmd.Wait(); err != nil {
			t.Error(err)
		}
		if i%5 == 0 {
			part := path + "." + strconv.Itoa(i)
			if err := os.Rename(path, part); err == nil {
				parts = append(parts, part)
			}
		}
	}
	if _, err := os.Stat(path); err == nil {
		parts = append(parts, path)
	}
	count, next := 0, map[string]int{}
	for _, part := range parts {
		for line := range strings.Lines(read(t, part)) {
			var r struct{ ID, Requested string }
			if err := json.Unmarshal([]byte(line), &r); err != nil {
				t.Fatalf("a mixed line: %.200q", line)
			}
			name, number, _ := strings.Cut(r.ID, " ")
			i, err := strconv.Atoi(number)
			if err != nil || strings.Trim(r.Requested, name) != "" || len(r.Requested) != i*20%5000 || next[name] != i {
				t.Fatalf("record %q: expected number %d, err %v", r.ID, next[name], err)
			}
			next[name]++
			count++
		}
	}
	if count != writers*each {
		t.Errorf("%d records of %d", count, writers*each)
	}
}

// On a full disk the record is refused and leaves no half line.
func TestFullDisk(t *testing.T) { inOwnMounts(t, "full disk") }

func playFullDisk(dir string) error {
	if err := mountTiny(dir); err != nil {
		return err
	}
	path := filepath.Join(dir, "log")
	l, err := Open([]string{path}, Options{Required: true})
	if err != nil {
		return err
	}
	written, refused := 0, 0
	for refused < 3 {
		err := l.Write(Record{ID: "x", Requested: new(strings.Repeat("a", 3000))})
		switch {
		case err == nil && refused == 0:
			written++
		case errors.Is(err, unix.ENOSPC) && strings.Contains(err.Error(), path):
			refused++
		default:
			return fmt.Errorf("after %d records: %w", written, err)
		}
	}
	check := func(lines int) error {
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if strings.Count(string(text), "\n") != lines || text[len(text)-1] != '\n' {
			return fmt.Errorf("%d lines of %d, ends in %q", strings.Count(string(text), "\n"), lines, text[len(text)-20:])
		}
		return nil
	}
	if err := check(written); err != nil || written < 15 {
		return fmt.Errorf("%d written, %w", written, err)
	}
	// A small record may still fit, and tells what was lost.
	if err := l.Write(Record{ID: "y"}); err != nil {
		return err
	}
	if err := check(written + 1); err != nil {
		return err
	}
	text, err := os.ReadFile(path)
	if err == nil && !strings.HasSuffix(string(text), `"lost":3}`+"\n") {
		err = fmt.Errorf("the last line is %q", text[len(text)-100:])
	}
	return err
}

// What an ordinary account may and may not do to a log.
func TestOrdinaryAccount(t *testing.T) { inOwnMounts(t, "stranger") }

func playStranger(string) error {
	const dir = "/mnt" // the folders above a test's own are closed to others
	if err := mountTiny(dir); err != nil {
		return err
	}
	const owner, stranger = 12345, 65534
	closed, blind := dir+"/closed", dir+"/blind"
	for path, mode := range map[string]fs.FileMode{closed: 0o600, blind: 0o622} {
		err := errors.Join(os.WriteFile(path, []byte("half"), 0o600), os.Chmod(path, mode), os.Chown(path, owner, owner))
		if errors.Is(err, unix.EINVAL) {
			return nil // in a user namespace of one user there are no others to try it with
		}
		if err != nil {
			return err
		}
	}
	if err := errors.Join(syscall.Setgroups(nil), syscall.Setresgid(stranger, stranger, stranger),
		syscall.Setresuid(stranger, stranger, stranger)); err != nil {
		return err
	}
	for path, want := range map[string]error{closed: fs.ErrPermission, blind: nil, dir + "/new": fs.ErrPermission} {
		l, err := Open([]string{path}, Options{Required: true})
		if err != nil {
			return err
		}
		if err := l.Write(full()); !errors.Is(err, want) {
			return fmt.Errorf("%s: %v, want %v", path, err, want)
		}
	}
	return nil
}
