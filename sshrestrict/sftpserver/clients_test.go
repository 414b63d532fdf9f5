package sftpserver

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"ops/sshrestrict/rooted/rootedtest"
)

func aTree(t *testing.T, dir string) {
	t.Helper()
	rootedtest.FillTree(t, dir)
	rootedtest.Put(t, dir+"/.hidden", "dot")
	rootedtest.Put(t, dir+"/big", strings.Repeat("0123456789abcdef", 1<<16))
}

func (b *box) rclone(args ...string) (string, error) {
	remote := fmt.Sprintf(":sftp,host=127.0.0.1,port=%s,user=root,key_file=%s,known_hosts_file=%s,shell_type=unix,md5sum_command=md5sum,sha1sum_command=sha1sum:",
		b.Port, b.Key, filepath.Join(b.Dir, "known_hosts"))
	for i, arg := range args {
		args[i] = strings.ReplaceAll(arg, "REMOTE:", remote+b.Root)
	}
	return rootedtest.Try(b.t, "", "rclone", append([]string{"--config", "", "--retries", "1", "--low-level-retries", "1"}, args...)...)
}

func TestRclone(t *testing.T) {
	t.Parallel()
	b := newBox(t, `{"Mode":"read-write","Delete":true}`)
	aTree(t, b.Home)
	rootedtest.Must(t)(b.rclone("copy", b.Home, "REMOTE:"))
	rootedtest.SameTree(t, b.Home, b.Root)
	if out := rootedtest.Must(t)(b.rclone("check", "-v", b.Home, "REMOTE:")); !strings.Contains(out, "0 differences found") || strings.Contains(out, "hashes could not") {
		t.Errorf("check by checksum says\n%s", out)
	}
	want, _, _ := strings.Cut(rootedtest.Run(t, "sha1sum", b.Home+"/big"), " ")
	if out := rootedtest.Must(t)(b.rclone("hashsum", "sha1", "REMOTE:/big")); !strings.HasPrefix(out, want) {
		t.Errorf("sha1: %s, want %s", out, want)
	}
	os.Remove(b.Home + "/empty")
	rootedtest.Put(t, b.Home+"/two words", "changed")
	rootedtest.Must(t)(b.rclone("sync", b.Home, "REMOTE:"))
	rootedtest.SameTree(t, b.Home, b.Root)
	rootedtest.Must(t)(b.rclone("sync", "REMOTE:", b.Home+"2"))
	rootedtest.SameTree(t, b.Home+"2", b.Root)
	out := rootedtest.Must(t)(b.rclone("lsl", "REMOTE:"))
	if !strings.Contains(out, "a/b/c/deep") {
		t.Error(out)
	}
}

func TestRcloneModes(t *testing.T) {
	for mode, c := range map[string]struct{ first, again, overwrite, read, remove string }{
		"read":   {"permission denied", "permission denied", "permission denied", "", "permission denied"},
		"append": {"", "", "permission denied", "", "permission denied"},
		"write":  {"", "", "", "permission denied", "permission denied"},
	} {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			b := newBox(t, `{"Mode":"`+mode+`"}`)
			rootedtest.Put(t, b.Root+"/old", "old")
			rootedtest.Put(t, b.Home+"/up/new", "new")
			rootedtest.Put(t, b.Home+"/over/old", "something longer")
			for i, step := range []struct {
				want string
				args []string
			}{
				{c.first, []string{"copy", "--ignore-checksum", b.Home + "/up", "REMOTE:"}},
				{c.again, []string{"copy", "--ignore-checksum", b.Home + "/up", "REMOTE:"}},
				{c.overwrite, []string{"copy", "--ignore-checksum", b.Home + "/over", "REMOTE:"}},
				{c.read, []string{"copy", "REMOTE:/old", b.Home}},
				{c.remove, []string{"deletefile", "REMOTE:/old"}},
			} {
				out, err := b.rclone(step.args...)
				if step.want == "" && err != nil {
					t.Errorf("step %d: %v\n%s", i, err, out)
				} else if step.want != "" {
					rootedtest.MustFail(t, out, err, step.want)
				}
			}
			if _, err := os.Stat(b.Root + "/old"); err != nil {
				t.Error(err)
			}
		})
	}
}

func (b *box) lftp(commands string) (string, error) {
	return rootedtest.Try(b.t, "", "lftp", "--norc", "-c", fmt.Sprintf(
		"set cmd:fail-exit yes; set net:max-retries 1; set net:reconnect-interval-base 1; set net:timeout 20; set sftp:auto-confirm yes; "+
			"set sftp:connect-program 'ssh -a -x -F %s'; open -u root,none -p %s sftp://box; %s", b.Config, b.Port, commands))
}

func TestLftp(t *testing.T) {
	t.Parallel()
	b := newBox(t, `{"Mode":"read-write","Delete":true}`)
	aTree(t, b.Home)
	rootedtest.Must(t)(b.lftp("mirror -R --parallel=2 " + b.Home + " " + b.Root + "/up"))
	rootedtest.SameTree(t, b.Home, b.Root+"/up")
	rootedtest.Must(t)(b.lftp("mirror --parallel=2 " + b.Root + "/up " + b.Home + "/down"))
	rootedtest.SameTree(t, b.Root+"/up", b.Home+"/down")
	rootedtest.Must(t)(b.lftp("cd " + b.Root + "; mv up/empty moved; rm -r up; mkdir -p x/y; chmod 600 moved; put -c " + b.Home + "/big; cls"))
	if _, err := os.Stat(b.Root + "/up"); err == nil {
		t.Error("rm -r left something")
	}
}

func TestLftpModes(t *testing.T) {
	for mode, c := range map[string]struct{ new, over, read, remove string }{
		"read":   {"denied", "denied", "", "denied"},
		"append": {"", "denied", "", "denied"},
		"write":  {"", "", "denied", "denied"},
	} {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			b := newBox(t, `{"Mode":"`+mode+`"}`)
			rootedtest.Put(t, b.Root+"/old", "old")
			rootedtest.Put(t, b.Home+"/new", "new")
			for _, step := range [][2]string{
				{c.new, "put -O " + b.Root + " " + b.Home + "/new"},
				{c.over, "put -O " + b.Root + " " + b.Home + "/new -o old"},
				{c.read, "get -O " + b.Home + " " + b.Root + "/old"}, // after a failed cat, lftp never ends
				{c.remove, "rm " + b.Root + "/old"},
				{"denied", "get -O " + b.Home + " /etc/passwd"},
			} {
				out, err := b.lftp(step[1])
				if step[0] == "" && err != nil {
					t.Errorf("%s: %v\n%s", step[1], err, out)
				} else if step[0] != "" {
					rootedtest.MustFail(t, out, err, step[0])
				}
			}
		})
	}
}

func (b *box) putty(program, batch string, args ...string) (string, error) {
	all := []string{"-batch", "-P", b.Port, "-l", "root", "-i", b.Putty, "-hostkey", b.HostKey}
	if program == "psftp" {
		script := filepath.Join(b.t.TempDir(), "script")
		rootedtest.Put(b.t, script, batch)
		all = append(all, "-b", script, "127.0.0.1")
	}
	return rootedtest.Try(b.t, "", program, append(all, args...)...)
}

func TestPutty(t *testing.T) {
	t.Parallel()
	b := newBox(t, `{"Mode":"read-write","Delete":true}`)
	aTree(t, b.Home+"/tree")
	rootedtest.Must(t)(b.putty("psftp", "lcd "+b.Home+"\nput -r tree\ncd tree\nmv empty void\nchmod 600 void\nmkdir x\nrmdir x\nrm void\ncd ..\nget -r tree back\nls\n"))
	os.Remove(b.Home + "/tree/empty")
	rootedtest.SameTree(t, b.Home+"/tree", b.Root+"/tree")
	rootedtest.SameTree(t, b.Home+"/back", b.Root+"/tree")
	os.Mkdir(b.Root+"/again", 0o755) // pscp does not make the target
	rootedtest.Must(t)(b.putty("pscp", "", "-sftp", "-p", "-r", b.Home+"/tree", "127.0.0.1:again"))
	rootedtest.SameTree(t, b.Home+"/tree", b.Root+"/again/tree")
	rootedtest.Must(t)(b.putty("pscp", "", "-sftp", "127.0.0.1:tree/many/00*", b.Home))
	if rootedtest.Get(t, b.Home+"/007") != "7" {
		t.Error("pscp did not fetch by pattern")
	}
}

func TestPuttyModes(t *testing.T) {
	for mode, c := range map[string]struct{ new, over, read, remove string }{
		"read":   {"denied", "denied", "", "denied"},
		"append": {"", "denied", "", "denied"},
		"write":  {"", "", "denied", "denied"},
	} {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			b := newBox(t, `{"Mode":"`+mode+`"}`)
			rootedtest.Put(t, b.Root+"/old", "old")
			rootedtest.Put(t, b.Home+"/new", "new")
			for _, step := range [][2]string{
				{c.new, "put " + b.Home + "/new"},
				{c.over, "put " + b.Home + "/new old"},
				{c.read, "get old " + b.Home + "/got"},
				{c.remove, "rm old"},
				{"denied", "get /etc/passwd " + b.Home + "/x"},
			} {
				out, err := b.putty("psftp", step[1]+"\n")
				if step[0] == "" && err != nil {
					t.Errorf("%s: %v\n%s", step[1], err, out)
				} else if step[0] != "" {
					rootedtest.MustFail(t, out, err, step[0])
				}
			}
		})
	}
}

// mount mounts the box by sshfs and returns the folder.
func (b *box) mount(options ...string) string {
	b.t.Helper()
	dir := filepath.Join(filepath.Dir(b.Root), "mount")
	if err := os.Mkdir(dir, 0o755); err != nil {
		b.t.Fatal(err)
	}
	cmd := exec.Command("sshfs", append([]string{"-f", "-F", b.Config, "box:" + b.Root, dir}, options...)...)
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		b.t.Fatal(err)
	}
	b.t.Cleanup(func() {
		if out, err := exec.Command("fusermount3", "-u", dir).CombinedOutput(); err != nil {
			b.t.Logf("fusermount3: %v %s", err, out)
			cmd.Process.Kill()
		}
		cmd.Wait()
	})
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		var st unix.Statfs_t
		if unix.Statfs(dir, &st) == nil && st.Type == unix.FUSE_SUPER_MAGIC {
			return dir
		}
		if time.Now().After(deadline) {
			b.t.Fatal("sshfs did not mount; is /dev/fuse there?")
		}
	}
}

func TestSshfs(t *testing.T) {
	t.Parallel()
	b := newBox(t, `{"Mode":"read-write","Delete":true}`)
	m := b.mount()
	aTree(t, b.Home)
	rootedtest.Run(t, "cp", "-a", b.Home+"/.", m+"/copy")
	rootedtest.SameTree(t, b.Home, m+"/copy")
	rootedtest.SameTree(t, b.Home, b.Root+"/copy")
	for name, do := range map[string]func() error{
		"1 rename over": func() error { return os.Rename(m+"/copy/empty", m+"/copy/two words") },
		"2 symlink":     func() error { return os.Symlink("copy/.hidden", m+"/link") },
		"3 chmod":       func() error { return os.Chmod(m+"/copy/big", 0o600) },
		"4 truncate":    func() error { return os.Truncate(m+"/copy/big", 10) },
		"5 chtimes":     func() error { return os.Chtimes(m+"/copy/big", time.Unix(1e9, 0), time.Unix(1e9, 0)) },
		"6 hard link":   func() error { return os.Link(m+"/copy/big", m+"/hard") },
		"7 remove all":  func() error { return os.RemoveAll(m + "/copy/many") },
		"8 mkdir":       func() error { return os.Mkdir(m+"/dir", 0o700) },
		"9 append": func() error {
			f, err := os.OpenFile(m+"/copy/.hidden", os.O_APPEND|os.O_WRONLY, 0)
			fmt.Fprint(f, "+")
			f.Close()
			return err
		},
	} {
		if err := do(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if got := rootedtest.Get(t, m+"/link"); got != "dot+" {
		t.Errorf("through the link: %q", got)
	}
	if err := os.Symlink("/etc/passwd", m+"/bad"); err == nil {
		t.Error("an absolute link could be made")
	}
	rootedtest.Run(t, "df", m)
}

func TestSshfsModes(t *testing.T) {
	for mode, c := range map[string]struct{ new, over, read, remove bool }{
		"read": {read: true}, "append": {new: true, read: true}, "write": {new: true, over: true},
	} {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			b := newBox(t, `{"Mode":"`+mode+`"}`)
			rootedtest.Put(t, b.Root+"/old", "old")
			os.Symlink("../secret", b.Root+"/escape")
			m := b.mount("-o", "direct_io")
			write := func(name string, flag int) error {
				f, err := os.OpenFile(name, flag, 0o644)
				if err != nil {
					return err
				}
				if _, err = f.WriteString("new"); err != nil {
					f.Close()
					return err
				}
				return f.Close()
			}
			read := func(name string) error { _, err := os.ReadFile(name); return err }
			for _, step := range []struct {
				name string
				ok   bool
				err  error
			}{
				{"new", c.new, write(m+"/new", os.O_WRONLY|os.O_CREATE|os.O_EXCL)},
				{"over", c.over, write(m+"/old", os.O_WRONLY|os.O_TRUNC)},
				{"read", c.read, read(m + "/old")},
				{"remove", c.remove, os.Remove(m + "/old")},
				{"rename", c.remove, os.Rename(m+"/old", m+"/older")},
				{"escape", false, read(m + "/escape/canary")},
			} {
				if (step.err == nil) != step.ok {
					t.Errorf("%s: %v", step.name, step.err)
				}
			}
		})
	}
}
