package keys

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

func background() context.Context { return context.Background() }

func ours(policy, key string) string {
	return `restrict,command="/usr/bin/ops ssh-restrict --policy ` + policy + `" ` + key + "\n"
}

func content(t *testing.T, name string) string {
	t.Helper()
	got, err := os.ReadFile(name)
	must(t, err)
	return string(got)
}

// wantOwner checks owner, group and mode.
func wantOwner(t *testing.T, name string, uid, gid int, mode fs.FileMode) {
	t.Helper()
	info, err := os.Lstat(name)
	must(t, err)
	stat := info.Sys().(*syscall.Stat_t)
	if int(stat.Uid) != uid || int(stat.Gid) != gid || info.Mode().Perm() != mode {
		t.Errorf("%s: %d:%d %v, want %d:%d %v", name, stat.Uid, stat.Gid, info.Mode(), uid, gid, mode)
	}
}

func TestInstallIntoAnEmptyHome(t *testing.T) {
	a := home(t, "alice")
	line := ours("p", ed25519A)
	dry, err := Install(t.Context(), Target{Account: a}, []string{line}, InstallOptions{DryRun: true})
	must(t, err)
	if _, err := os.Stat(a.Home + "/.ssh"); !errors.Is(err, fs.ErrNotExist) {
		t.Error("a dry run made the folder")
	}
	got, err := Install(t.Context(), Target{Account: a}, []string{line}, InstallOptions{})
	must(t, err)
	name := a.Home + "/.ssh/authorized_keys"
	if got.Added != 1 || got.File != name || got.Diff != dry.Diff || !strings.Contains(got.Diff, "@@ -0,0 +1,1 @@\n+"+line) {
		t.Errorf("%+v\n%+v", got, dry)
	}
	if content(t, name) != line {
		t.Errorf("%q", content(t, name))
	}
	wantOwner(t, name, a.UID, a.GID, 0o600)
	wantOwner(t, a.Home+"/.ssh", a.UID, a.GID, 0o700)
	again, err := Install(t.Context(), Target{Account: a}, []string{strings.TrimSpace(line)}, InstallOptions{})
	if err != nil || again.Same != 1 || again.Added != 0 || again.Diff != "" {
		t.Errorf("again: %+v, %v", again, err)
	}
}

func TestInstallBesideOthers(t *testing.T) {
	line := ours("p", ed25519A)
	other := "# head\r\n\nnonsense\x00\n" + ed25519B + " b"
	cases := []struct {
		name, old string
		replace   bool
		want      string // of the file; "" if the key is refused
		reason    string
	}{
		{"behind others", other + "\n", false, other + "\n" + line, ""},
		{"behind a line without its end", other, false, other + "\n" + line, ""},
		{"unrestricted", other + "\n" + ed25519A + " me\n", false, "", ":5 has the key SHA256:"},
		{"unrestricted says so", ed25519A + "\n", false, "", "without restriction"},
		{"another policy", ours("q", ed25519A), false, "", "with other options"},
		{"ignored by sshd", "frobnicate " + ed25519A + "\n", false, "", "sshd ignores"},
		{"same and unrestricted", line + ed25519A + "\n", false, "", ":2 has the key"},
		{"same twice", line + line, false, line + line, ""},
		{"replace", ed25519A + " me\n" + other + "\n", true, line + other + "\n", ""},
		{"replace all", ed25519A + " me\n" + other + "\n" + ours("q", ed25519A) + "#end", true, line + other + "\n#end\n", ""},
		{"replace the last", other + "\n" + ed25519A, true, other + "\n" + line, ""},
		{"replace keeps the same", line + ed25519A + "\n", true, line, ""},
		{"authority of the same key", "cert-authority " + ed25519A + "\n", false, "cert-authority " + ed25519A + "\n" + line, ""},
		{"comment with the key", "#" + ed25519A + "\n", false, "#" + ed25519A + "\n" + line, ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			a := home(t, "alice")
			name := a.Home + "/.ssh/authorized_keys"
			putKeys(t, a, name, c.old)
			for _, dry := range []bool{true, false} {
				got, err := Install(t.Context(), Target{Account: a}, []string{line}, InstallOptions{Replace: c.replace, DryRun: dry})
				if c.want == "" {
					conflict, ok := errors.AsType[*Conflict](err)
					if !ok || !strings.Contains(err.Error(), c.reason) || !strings.Contains(err.Error(), "--replace") || conflict.File != name {
						t.Errorf("got %+v, %v", got, err)
					}
					if content(t, name) != c.old {
						t.Error("the file was changed")
					}
					continue
				}
				must(t, err)
				want := c.want
				if dry {
					want = c.old
				}
				if content(t, name) != want {
					t.Errorf("got %q\nwant %q", content(t, name), want)
				}
				if !dry {
					wantOwner(t, name, a.UID, a.GID, 0o600)
				}
			}
		})
	}
}

// The difference is one that patch(1) applies.
func TestInstallDiff(t *testing.T) {
	a := home(t, "alice")
	name := a.Home + "/.ssh/authorized_keys"
	old := "# 1\n" + ed25519A + " x\n# 3\n" + ours("q", ed25519A) + "# 5\n"
	putKeys(t, a, name, old)
	lines := []string{ours("p", ed25519A), ours("p", ed25519B)}
	dry, err := Install(t.Context(), Target{Account: a}, lines, InstallOptions{Replace: true, DryRun: true})
	must(t, err)
	copied := t.TempDir() + "/copy"
	must(t, os.WriteFile(copied, []byte(old), 0o600))
	patch := exec.Command("patch", "--quiet", copied)
	patch.Stdin = strings.NewReader(dry.Diff)
	if out, err := patch.CombinedOutput(); err != nil {
		t.Fatalf("%v %s\n%s", err, out, dry.Diff)
	}
	got, err := Install(t.Context(), Target{Account: a}, lines, InstallOptions{Replace: true})
	must(t, err)
	if content(t, copied) != content(t, name) || got.Replaced != 1 || got.Removed != 1 || got.Added != 1 {
		t.Errorf("%+v\n%s\n%q\n%q", got, dry.Diff, content(t, copied), content(t, name))
	}
}

// What somebody may have prepared in a home for the day that root installs a key.
func TestInstallIsNotLedAstray(t *testing.T) {
	line := ours("p", ed25519A)
	secret := "/home/secret"
	cases := []struct {
		name    string
		prepare func(a Account, file string) error
		reason  string
	}{
		{"file is a link", func(a Account, file string) error { return os.Symlink(secret, file) }, "symbolic link"},
		{"file is a link to nothing", func(a Account, file string) error { return os.Symlink("/home/new", file) }, "symbolic link"},
		{"file is a hard link", func(a Account, file string) error { return os.Link(secret, file) }, "hard link"},
		{"file is a FIFO", func(a Account, file string) error { return syscall.Mkfifo(file, 0o666) }, "plain file"},
		{"file is a folder", func(a Account, file string) error { return os.Mkdir(file, 0o700) }, "plain file"},
		{"file of somebody else", func(a Account, file string) error {
			return errors.Join(os.WriteFile(file, nil, 0o600), os.Chown(file, 61002, 61002))
		}, "user id 61002"},
		{"folder is a link", func(a Account, file string) error {
			return errors.Join(os.Remove(a.Home+"/.ssh"), os.Symlink("/home/trap", a.Home+"/.ssh"))
		}, "a link or a file"},
		{"folder is a link to nothing", func(a Account, file string) error {
			return errors.Join(os.Remove(a.Home+"/.ssh"), os.Symlink("/home/new", a.Home+"/.ssh"))
		}, "a link or a file"},
		{"folder is a file", func(a Account, file string) error {
			return errors.Join(os.Remove(a.Home+"/.ssh"), os.WriteFile(a.Home+"/.ssh", nil, 0o600))
		}, "a link or a file"},
		{"folder of somebody else", func(a Account, file string) error { return os.Chown(a.Home+"/.ssh", 61002, 61002) }, "user id 61002"},
		{"folder for all", func(a Account, file string) error { return os.Chmod(a.Home+"/.ssh", 0o777) }, "chmod go-w"},
		{"home for all", func(a Account, file string) error { return os.Chmod(a.Home, 0o777) }, "chmod go-w"},
		{"home of somebody else", func(a Account, file string) error { return os.Chown(a.Home, 61002, 61002) }, "user id 61002"},
		{"no home", func(a Account, file string) error { return os.RemoveAll(a.Home) }, "no such file"},
		{"home below somebody else's", func(a Account, file string) error { return os.Chown("/home", 61002, 0) }, "user id 61002"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			a := home(t, "alice")
			file := a.Home + "/.ssh/authorized_keys"
			must(t, os.Mkdir(a.Home+"/.ssh", 0o700))
			must(t, os.Chown(a.Home+"/.ssh", a.UID, a.GID))
			must(t, os.WriteFile(secret, []byte("secret\n"), 0o600))
			must(t, os.Mkdir("/home/trap", 0o700))
			defer os.RemoveAll("/home/trap")
			defer os.Remove(secret)
			defer os.Chown("/home", 0, 0)
			must(t, c.prepare(a, file))
			for _, dry := range []bool{true, false} {
				got, err := Install(t.Context(), Target{Account: a}, []string{line}, InstallOptions{Replace: true, DryRun: dry})
				if err == nil || !strings.Contains(err.Error(), c.reason) {
					t.Errorf("dry run %v: got %+v, %v", dry, got, err)
				}
			}
			if content(t, secret) != "secret\n" {
				t.Error("the secret was written to")
			}
			if entries, _ := os.ReadDir("/home/trap"); len(entries) > 0 {
				t.Error("the trap was written to")
			}
			if _, err := os.Lstat("/home/new"); err == nil {
				t.Error("a new file appeared")
			}
		})
	}
}

func TestInstallElsewhere(t *testing.T) {
	a := home(t, "alice")
	must(t, os.MkdirAll("/home/keys", 0o755))
	must(t, os.Symlink("keys", "/home/link"))
	t.Cleanup(func() { os.RemoveAll("/home/keys"); os.Remove("/home/link") })
	line := ours("p", ed25519A)
	_, err := Install(t.Context(), Target{Account: a, File: "/home/link/alice"}, []string{line}, InstallOptions{})
	must(t, err)
	wantOwner(t, "/home/keys/alice", 0, 0, 0o644)
	if _, err := Install(t.Context(), Target{Account: a, File: "/home/none/alice"}, []string{line}, InstallOptions{}); err == nil {
		t.Error("a folder outside of the home was made")
	}
	_, err = Install(t.Context(), Target{Account: a, Others: []string{"/home/keys/alice", "/home/none"}}, []string{ours("q", ed25519A)}, InstallOptions{Replace: true})
	if conflict, ok := errors.AsType[*Conflict](err); !ok || !conflict.Elsewhere || conflict.File != "/home/keys/alice" {
		t.Errorf("the key in the other file: %v", err)
	}
	_, err = Install(t.Context(), Target{Account: a, Others: []string{"/home/keys/alice"}}, []string{line}, InstallOptions{})
	must(t, err)
}

func TestInstallKeepsAndTightens(t *testing.T) {
	a := home(t, "alice")
	name := a.Home + "/.ssh/authorized_keys"
	putKeys(t, a, name, "# x\n")
	must(t, os.Chmod(name, 0o664))
	must(t, os.Chown(name, 0, a.GID))
	must(t, os.Chmod(a.Home+"/.ssh", 0o755))
	got, err := Install(t.Context(), Target{Account: a}, []string{ours("p", ed25519A)}, InstallOptions{})
	must(t, err)
	wantOwner(t, name, 0, a.GID, 0o644)
	wantOwner(t, a.Home+"/.ssh", a.UID, a.GID, 0o700)
	if len(got.Notes) != 1 || !strings.Contains(got.Notes[0], "0755") {
		t.Errorf("notes %q", got.Notes)
	}
}

func TestInstallRefusesLines(t *testing.T) {
	a := home(t, "alice")
	for name, lines := range map[string][]string{
		"none": nil, "two in one": {ours("p", ed25519A) + ours("p", ed25519B)}, "no key": {"restrict"}, "comment": {"# x"}, "blank": {""},
		"unknown option": {"frob " + ed25519A}, "NUL": {ed25519A + " \x00"}, "twice": {ours("p", ed25519A), ours("q", ed25519A)},
	} {
		if _, err := Install(t.Context(), Target{Account: a}, lines, InstallOptions{}); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	if _, err := os.Stat(a.Home + "/.ssh"); err == nil {
		t.Error("the folder was made")
	}
}

func TestInstallSeesAnEditor(t *testing.T) {
	a := home(t, "alice")
	name := a.Home + "/.ssh/authorized_keys"
	putKeys(t, a, name, "# old\n")
	sys, real := realSystem(), realSystem()
	sys.write = func(f *os.File, s string) error {
		must(t, os.WriteFile(name, []byte("# edited meanwhile\n"), 0o600))
		return real.write(f, s)
	}
	_, err := install(t.Context(), sys, Target{Account: a}, []string{ours("p", ed25519A)}, InstallOptions{})
	if err == nil || !strings.Contains(err.Error(), "meanwhile") || content(t, name) != "# edited meanwhile\n" {
		t.Errorf("got %v, %q", err, content(t, name))
	}
}

func TestInstallFaults(t *testing.T) {
	fault := errors.New("fault")
	for step, change := range map[string]func(*system){
		"write":  func(s *system) { s.write = func(*os.File, string) error { return fault } },
		"sync":   func(s *system) { s.sync = func(*os.File) error { return fault } },
		"rename": func(s *system) { s.rename = func(int, string, string) error { return fault } },
	} {
		a := home(t, "alice")
		name := a.Home + "/.ssh/authorized_keys"
		putKeys(t, a, name, "# old\n")
		sys := realSystem()
		change(&sys)
		_, err := install(t.Context(), sys, Target{Account: a}, []string{ours("p", ed25519A)}, InstallOptions{})
		entries, _ := os.ReadDir(a.Home + "/.ssh")
		if !errors.Is(err, fault) || content(t, name) != "# old\n" || len(entries) != 1 {
			t.Errorf("%s: %v, %q, %v", step, err, content(t, name), entries)
		}
	}
}

func TestInstallGivesUpOnALock(t *testing.T) {
	a := home(t, "alice")
	must(t, os.Mkdir(a.Home+"/.ssh", 0o700))
	must(t, os.Chown(a.Home+"/.ssh", a.UID, a.GID))
	dir, err := os.Open(a.Home + "/.ssh")
	must(t, err)
	defer dir.Close()
	must(t, syscall.Flock(int(dir.Fd()), syscall.LOCK_EX))
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if _, err := Install(ctx, Target{Account: a}, []string{ours("p", ed25519A)}, InstallOptions{}); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
}

// part starts this test program on a piece of work.
func part(t *testing.T, stage string, args ...string) *exec.Cmd {
	t.Helper()
	cmd := exec.Command("/proc/self/exe", args...) // by its path it may not be found in a chroot
	cmd.Env = append(os.Environ(), stageVariable+"="+stage)
	cmd.Stderr = os.Stderr
	return cmd
}

// Many at once, in goroutines and in processes: every line is there in the end.
func TestInstallConcurrently(t *testing.T) {
	const goroutines, processes = 24, 8
	a := home(t, "alice")
	var lines []string
	var running sync.WaitGroup
	failed := make(chan error, goroutines+processes)
	for i := range goroutines + processes {
		wire := appendBytes(appendBytes(nil, "ssh-ed25519"), fmt.Sprintf("%032d", i))
		key, err := ParseBlob(wire)
		must(t, err)
		line := ours(fmt.Sprint("p", i), key.String())
		lines = append(lines, line)
		running.Go(func() {
			if i < goroutines {
				_, err := Install(t.Context(), Target{Account: a}, []string{line}, InstallOptions{})
				failed <- err
				return
			}
			failed <- part(t, "install", a.Home, line).Run()
		})
	}
	running.Wait()
	close(failed)
	for err := range failed {
		if err != nil {
			t.Error(err)
		}
	}
	got := content(t, a.Home+"/.ssh/authorized_keys")
	for _, line := range lines {
		if strings.Count(got, line) != 1 {
			t.Errorf("%d times %q", strings.Count(got, line), line)
		}
	}
	if len(got) != len(strings.Join(lines, "")) {
		t.Error("there is more in the file")
	}
}

func TestInstallKilledAtEveryStage(t *testing.T) {
	old, line := "# old\n"+ed25519A+"\n", ours("p", ed25519A)
	for _, stage := range []string{"created", "half written", "synced", "renamed", "folder synced"} {
		a := home(t, "alice")
		name := a.Home + "/.ssh/authorized_keys"
		putKeys(t, a, name, old)
		err := part(t, stage, a.Home, line).Run()
		exit, ok := errors.AsType[*exec.ExitError](err)
		if !ok || exit.Sys().(syscall.WaitStatus).Signal() != syscall.SIGKILL {
			t.Fatalf("%s: it was not killed: %v", stage, err)
		}
		want := old
		if stage == "renamed" || stage == "folder synced" {
			want = "# old\n" + line
			wantOwner(t, name, a.UID, a.GID, 0o600)
		}
		if content(t, name) != want {
			t.Errorf("%s: %q", stage, content(t, name))
		}
		_, err = Install(t.Context(), Target{Account: a}, []string{line, ours("p", ed25519B)}, InstallOptions{Replace: true})
		must(t, err)
		if entries, _ := os.ReadDir(a.Home + "/.ssh"); len(entries) != 1 {
			t.Errorf("%s: the next run left %v", stage, entries)
		}
	}
}

// Killed at random moments, the file is one of the two that the process writes in turn, and safe to use.
func TestInstallKilledAtRandom(t *testing.T) {
	a := home(t, "alice")
	name := a.Home + "/.ssh/authorized_keys"
	filler := strings.Repeat("# "+strings.Repeat("x", 200)+"\n", 200)
	one, two := ours("one", ed25519A), ours("two", ed25519A)
	putKeys(t, a, name, filler+one)
	random := rand.New(rand.NewPCG(5, 6))
	seen := map[string]int{}
	for range 40 {
		cmd := part(t, "endless", a.Home, one, two)
		must(t, cmd.Start())
		time.Sleep(time.Duration(5+random.IntN(60)) * time.Millisecond) // the moment is the point
		must(t, cmd.Process.Kill())
		if err := cmd.Wait(); err == nil || !strings.Contains(err.Error(), "killed") {
			t.Fatalf("it ended by itself: %v", err)
		}
		got := content(t, name)
		if got != filler+one && got != filler+two {
			t.Fatalf("the file is neither: %d bytes", len(got))
		}
		wantOwner(t, name, a.UID, a.GID, 0o600)
		seen[got]++
	}
	if len(seen) != 2 {
		t.Errorf("only one of the two was ever seen")
	}
}

func TestInstallFullDisk(t *testing.T) {
	a := home(t, "alice")
	cmd := part(t, "full disk", a.Home)
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNS}
	must(t, cmd.Run())
}

// While root installs, the account swaps its folder for a link, again and again. Nothing is ever written outside.
func TestInstallRacesWithTheAccount(t *testing.T) {
	a := home(t, "alice")
	must(t, os.Mkdir("/home/trap", 0o755))
	must(t, os.Chown("/home/trap", 0, 0))
	t.Cleanup(func() { os.RemoveAll("/home/trap") })
	must(t, os.Mkdir(a.Home+"/.ssh", 0o700))
	must(t, os.Chown(a.Home+"/.ssh", a.UID, a.GID))
	must(t, os.Symlink("/home/trap", a.Home+"/link"))
	stop := make(chan bool)
	var swapping sync.WaitGroup
	swapping.Go(func() {
		for {
			select {
			case <-stop:
				return
			default:
			}
			unix.Renameat2(unix.AT_FDCWD, a.Home+"/.ssh", unix.AT_FDCWD, a.Home+"/link", unix.RENAME_EXCHANGE)
		}
	})
	done, refused := 0, 0
	for i := range 10_000 {
		_, err := Install(t.Context(), Target{Account: a}, []string{ours(fmt.Sprint("p", i), ed25519A)}, InstallOptions{Replace: true})
		if err == nil {
			done++
		} else {
			refused++
		}
	}
	close(stop)
	swapping.Wait()
	if entries, err := os.ReadDir("/home/trap"); err != nil || len(entries) > 0 {
		t.Errorf("the trap holds %v, %v", entries, err)
	}
	if done == 0 || refused == 0 {
		t.Errorf("%d installs and %d refusals: the race was never tight", done, refused)
	}
}
