package durable

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// stageVariable tells a copy of the test program what to do instead of the tests.
const stageVariable = "OPS_DURABLE_STAGE"

func TestMain(m *testing.M) {
	if stage := os.Getenv(stageVariable); stage != "" {
		if err := play(stage, os.Args[1]); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// helper prepares this test program to play the stage on path in a process of its own.
func helper(t *testing.T, stage, path string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self, path)
	cmd.Env = append(os.Environ(), stageVariable+"="+stage)
	cmd.Stderr = os.Stderr
	return cmd
}

// killStages are the moments at which a process may die, in order.
func killStages() []string {
	return []string{"created", "half written", "written", "synced", "renamed", "folder synced"}
}

func play(stage, path string) error {
	switch stage {
	case "stdout":
		return WriteFile(path, []byte("new"), 0o644)
	case "full disk":
		return playFullDisk(path)
	case "read-only":
		return playReadOnly(path)
	case "stranger":
		return playStranger(path)
	}
	reached := func(now string) {
		if now == stage {
			_ = unix.Kill(os.Getpid(), unix.SIGKILL)
			select {} // the signal is on its way
		}
	}
	sys := realSystem()
	real := sys
	sys.sync = func(f *os.File) error { defer reached("synced"); return real.sync(f) }
	sys.rename = func(r *os.Root, from, to string) error { defer reached("renamed"); return real.rename(r, from, to) }
	sys.syncDir = func(r *os.Root) error { defer reached("folder synced"); return real.syncDir(r) }
	f, err := create(sys, path, 0o644)
	if err != nil {
		return err
	}
	reached("created")
	io.WriteString(f, "ne")
	reached("half written")
	io.WriteString(f, "w")
	reached("written")
	return f.Commit()
}

func TestKilledAtEveryStage(t *testing.T) {
	for _, before := range []string{"", "old"} {
		for _, stage := range killStages() {
			t.Run(fmt.Sprintf("%s over %q", stage, before), func(t *testing.T) {
				dir := t.TempDir()
				path := filepath.Join(dir, "state")
				if before != "" {
					put(t, path, before, 0o644)
				}
				err := helper(t, stage, path).Run()
				exit, ok := errors.AsType[*exec.ExitError](err)
				if !ok || exit.Sys().(syscall.WaitStatus).Signal() != syscall.SIGKILL {
					t.Fatalf("the helper was not killed: %v", err)
				}
				want := before
				if stage == "renamed" || stage == "folder synced" {
					want = "new"
				}
				if got, err := os.ReadFile(path); string(got) != want || (want == "" && !errors.Is(err, fs.ErrNotExist)) {
					t.Errorf("after the crash: %q %v, want %q", got, err, want)
				}
				if left := strings.Contains(names(t, dir), ".part"); left != (want != "new") {
					t.Errorf("after the crash: folder holds %s", names(t, dir))
				}
				if err := WriteFile(path, []byte("next"), 0o644); err != nil {
					t.Fatal(err)
				}
				wantFile(t, path, "next")
				if got := names(t, dir); got != "state" {
					t.Errorf("after the next run: folder holds %s", got)
				}
			})
		}
	}
}

// inOwnMounts plays the stage in a mount namespace of its own, where it may mount what it likes and leaves nothing.
func inOwnMounts(t *testing.T, stage string) {
	t.Helper()
	cmd := helper(t, stage, t.TempDir())
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

// mountTiny mounts a file system of 64 KiB on dir, seen by this process alone.
func mountTiny(dir string) error {
	if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
		return fmt.Errorf("make mounts private: %w", err)
	}
	if err := unix.Mount("tiny", dir, "tmpfs", 0, "size=64k,mode=755"); err != nil {
		return fmt.Errorf("mount tmpfs: %w", err)
	}
	return nil
}

func TestFullDisk(t *testing.T) { inOwnMounts(t, "full disk") }

func playFullDisk(dir string) error {
	if err := mountTiny(dir); err != nil {
		return err
	}
	path := filepath.Join(dir, "state")
	if err := WriteFile(path, []byte("old"), 0o644); err != nil {
		return err
	}
	err := WriteFile(path, make([]byte, 128<<10), 0o644)
	if !errors.Is(err, unix.ENOSPC) || !strings.Contains(err.Error(), path) {
		return fmt.Errorf("full disk: got %v, want ENOSPC and the path", err)
	}
	if got, err := os.ReadFile(path); string(got) != "old" {
		return fmt.Errorf("full disk: the old file holds %q %v", got, err)
	}
	if entries, err := os.ReadDir(dir); len(entries) != 1 {
		return fmt.Errorf("full disk: folder holds %v %v", entries, err)
	}
	// A child that fills the disk: our Commit cannot know, but a later Discard gives the room back.
	f, err := Create(path, 0o644)
	if err != nil {
		return err
	}
	if err := exec.Command("/bin/sh", "-c", `head -c 131072 /dev/zero >"$1"`, "sh", f.Name()).Run(); err == nil {
		return errors.New("the child did not notice the full disk")
	}
	if err := f.Discard(); err != nil {
		return err
	}
	return WriteFile(path, make([]byte, 16<<10), 0o644)
}

func TestReadOnlyFileSystem(t *testing.T) { inOwnMounts(t, "read-only") }

func playReadOnly(dir string) error {
	if err := mountTiny(dir); err != nil {
		return err
	}
	path := filepath.Join(dir, "state")
	if err := WriteFile(path, []byte("old"), 0o644); err != nil {
		return err
	}
	if err := unix.Mount("tiny", dir, "tmpfs", unix.MS_REMOUNT|unix.MS_RDONLY, "size=64k"); err != nil {
		return fmt.Errorf("remount: %w", err)
	}
	for _, name := range []string{"state", "new"} {
		err := WriteFile(filepath.Join(dir, name), []byte("x"), 0o644)
		if !errors.Is(err, unix.EROFS) || !strings.Contains(err.Error(), name) {
			return fmt.Errorf("read-only %s: %v, want EROFS and the path", name, err)
		}
	}
	if got, err := os.ReadFile(path); string(got) != "old" {
		return fmt.Errorf("read-only: the file holds %q %v", got, err)
	}
	return nil
}

// Root may do everything, so the permission cases are played as nobody. An ordinary user plays them as they are.
func TestPermissionsOfOrdinaryUser(t *testing.T) { inOwnMounts(t, "stranger") }

func playStranger(dir string) error {
	if err := mountTiny(dir); err != nil {
		return err
	}
	if err := os.Chdir(dir); err != nil { // the folders above are closed to nobody
		return err
	}
	const locked, shared = "locked", "shared"
	for path, mode := range map[string]fs.FileMode{locked: 0o555, shared: 0o777} {
		if err := errors.Join(os.Mkdir(path, 0o755), os.Chmod(path, mode)); err != nil {
			return err
		}
	}
	protected, open := filepath.Join(shared, "protected"), filepath.Join(shared, "open")
	for path, mode := range map[string]fs.FileMode{protected: 0o444, open: 0o666} {
		if err := errors.Join(os.WriteFile(path, []byte("old"), 0o600), os.Chmod(path, mode)); err != nil {
			return err
		}
	}
	const nobody = 65534
	if err := errors.Join(syscall.Setgroups(nil), syscall.Setresgid(nobody, nobody, nobody),
		syscall.Setresuid(nobody, nobody, nobody)); err != nil {
		// In a user namespace of one user there is no nobody; drop the rights of root instead.
		none := [2]unix.CapUserData{}
		header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
		if err := unix.Capset(&header, &none[0]); err != nil {
			return fmt.Errorf("give up rights: %w", err)
		}
	}
	if err := WriteFile(filepath.Join(locked, "f"), nil, 0o644); !errors.Is(err, fs.ErrPermission) ||
		!strings.Contains(err.Error(), "openat") {
		return fmt.Errorf("locked folder: %v, want a refusal", err)
	}
	if err := WriteFile(protected, nil, 0o644); !errors.Is(err, fs.ErrPermission) ||
		!strings.Contains(err.Error(), "existing file may not be written to") {
		return fmt.Errorf("write-protected file: %v, want a refusal", err)
	}
	if err := WriteFile(open, []byte("new"), 0o644); err != nil {
		return fmt.Errorf("somebody else's writable file: %w", err)
	}
	info, err := os.Stat(open)
	if err == nil && info.Mode() != 0o666 {
		err = fmt.Errorf("mode became %v", info.Mode())
	}
	return err
}
