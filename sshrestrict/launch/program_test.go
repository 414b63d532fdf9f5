package launch

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

const stranger = 65534 // an ordinary user who owns some of the files in these tests

// programCase is one way to a program. make builds it in a folder of root's and returns the path for the plan.
type programCase struct {
	name   string
	make   func(b *builder) string
	reason string // of *UnsafeProgram; "missing" for *MissingProgram, "" for a program that may be started
	at     string // the path at fault, below the folder; the program's own if empty
}

// builder makes files for one case; any fault ends the test.
type builder struct {
	t    *testing.T
	root string
}

func (b *builder) check(err error) {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
}

func (b *builder) path(name string) string { return filepath.Join(b.root, name) }

func (b *builder) dir(name string, mode uint32, uid int) string {
	b.check(os.MkdirAll(b.path(name), 0o755))
	b.check(os.Lchown(b.path(name), uid, -1))
	b.check(unix.Chmod(b.path(name), mode))
	return b.path(name)
}

func (b *builder) file(name, content string, mode uint32, uid int) string {
	write(b.t, b.path(name), content, 0o600)
	b.check(os.Lchown(b.path(name), uid, -1))
	b.check(unix.Chmod(b.path(name), mode))
	return b.path(name)
}

func (b *builder) link(name, target string, uid int) string {
	b.check(os.MkdirAll(filepath.Dir(b.path(name)), 0o755))
	b.check(os.Symlink(target, b.path(name)))
	b.check(os.Lchown(b.path(name), uid, -1))
	return b.path(name)
}

const script = "#!/bin/sh\necho started\n"

// good is a program that may be started.
func (b *builder) good(name string) string { return b.file(name, script, 0o755, 0) }

func programCases() []programCase {
	const (
		owner, group, world = "does not belong to root", "is writable by its group", "is writable by everybody"
		irregular           = "is not a regular file"
		planted             = "has several names and lies in a folder that others may write to"
		missing             = "missing"
	)
	return []programCase{
		{"plain", func(b *builder) string { return b.good("p") }, "", ""},
		{"not readable, only executable", func(b *builder) string { return b.file("p", script, 0o711, 0) }, "", ""},
		{"set-user-ID", func(b *builder) string { return b.file("p", script, 0o4755, 0) }, "", ""},
		{"link", func(b *builder) string { b.good("p"); return b.link("l", "p", 0) }, "", ""},
		{"absolute link", func(b *builder) string { return b.link("l", b.good("p"), 0) }, "", ""},
		{"links as of alternatives", func(b *builder) string {
			b.link("etc/alternatives/x", b.good("bin/x.real"), 0)
			return b.link("bin/x", b.path("etc/alternatives/x"), 0)
		}, "", ""},
		{"link upwards", func(b *builder) string { b.good("a/p"); return b.link("b/l", "../a/./p", 0) }, "", ""},
		{"link to a folder", func(b *builder) string { b.good("a/p"); return b.link("l", "a", 0) + "/p" }, "", ""},
		{"in a sticky folder", func(b *builder) string { b.dir("tmp", 0o1777, 0); return b.good("tmp/p") }, "", ""},
		{"below a sticky folder", func(b *builder) string { b.dir("tmp", 0o1777, 0); return b.good("tmp/d/p") }, "", ""},
		{"hard link in an ordinary folder", func(b *builder) string {
			b.check(os.Link(b.good("p"), b.path("q")))
			return b.path("q")
		}, "", ""},
		{"group is root and may read", func(b *builder) string { return b.file("p", script, 0o750, 0) }, "", ""},

		{"file of another user", func(b *builder) string { return b.file("p", script, 0o755, stranger) }, owner, ""},
		{"file writable by group", func(b *builder) string { return b.file("p", script, 0o775, 0) }, group, ""},
		{"file writable by everybody", func(b *builder) string { return b.file("p", script, 0o757, 0) }, world, ""},
		{"file writable by both", func(b *builder) string { return b.file("p", script, 0o777, 0) }, group, ""},
		{"sticky file writable by everybody", func(b *builder) string { return b.file("p", script, 0o1757, 0) }, world, ""},
		{"file in the group of another user", func(b *builder) string {
			p := b.file("p", script, 0o755, 0)
			b.check(os.Chown(p, 0, stranger))
			b.check(os.Chmod(p, 0o775))
			return p
		}, group, ""},
		{"file writable through an access list", func(b *builder) string {
			p := b.good("p")
			b.check(unix.Setxattr(p, "system.posix_acl_access", accessList(stranger), 0))
			return p
		}, group, ""},
		{"not executable", func(b *builder) string { return b.file("p", script, 0o644, 0) }, "is not executable", ""},
		{"folder of another user", func(b *builder) string { b.dir("d", 0o755, stranger); return b.good("d/p") }, owner, "d"},
		{"folder writable by group", func(b *builder) string { b.dir("d", 0o775, 0); return b.good("d/p") }, group, "d"},
		{"folder writable by everybody", func(b *builder) string { b.dir("d", 0o757, 0); return b.good("d/p") }, world, "d"},
		{"upper folder of another user", func(b *builder) string { b.dir("d", 0o755, stranger); return b.good("d/e/f/p") }, owner, "d"},
		{"upper folder writable by everybody", func(b *builder) string { b.dir("d", 0o757, 0); return b.good("d/e/f/p") }, world, "d"},
		{"middle folder writable by group", func(b *builder) string { p := b.good("d/e/f/p"); b.dir("d/e", 0o775, 0); return p }, group, "d/e"},
		{"sticky folder of another user", func(b *builder) string { b.dir("tmp", 0o1777, stranger); return b.good("tmp/p") }, owner, "tmp"},
		{"set-group-ID folder writable by group", func(b *builder) string { b.dir("d", 0o2775, 0); return b.good("d/p") }, group, "d"},
		{"file of another user in a sticky folder", func(b *builder) string {
			b.dir("tmp", 0o1777, 0)
			return b.file("tmp/p", script, 0o755, stranger)
		}, owner, ""},
		{"folder of another user in a sticky folder", func(b *builder) string {
			b.dir("tmp", 0o1777, 0)
			b.dir("tmp/d", 0o755, stranger)
			return b.good("tmp/d/p")
		}, owner, "tmp/d"},
		{"hard link in a sticky folder", func(b *builder) string {
			b.dir("tmp", 0o1777, 0)
			b.check(os.Link(b.good("p"), b.path("tmp/p")))
			return b.path("tmp/p")
		}, planted, ""},
		{"hard link to a link in a sticky folder", func(b *builder) string {
			b.dir("tmp", 0o1777, 0)
			b.good("p")
			b.check(os.Link(b.link("l", b.path("p"), 0), b.path("tmp/l")))
			return b.path("tmp/l")
		}, planted, ""},
		{"file system mounted in a sticky folder", func(b *builder) string {
			b.dir("tmp", 0o1777, 0)
			b.dir("tmp/d", 0o755, 0)
			b.check(unix.Mount("tmpfs", b.path("tmp/d"), "tmpfs", 0, "mode=755,size=64k"))
			b.t.Cleanup(func() { _ = unix.Unmount(b.path("tmp/d"), unix.MNT_DETACH) })
			return b.good("tmp/d/p")
		}, "is a mounted file system in a folder that others may write to", "tmp/d"},
		{"link of another user", func(b *builder) string { b.good("p"); return b.link("l", "p", stranger) }, owner, ""},
		{"link of another user in a sticky folder", func(b *builder) string {
			b.dir("tmp", 0o1777, 0)
			return b.link("tmp/l", b.good("p"), stranger)
		}, owner, ""},
		{"link to a file of another user", func(b *builder) string {
			b.file("p", script, 0o755, stranger)
			return b.link("l", "p", 0)
		}, owner, "p"},
		{"link to a file writable by group", func(b *builder) string { b.file("p", script, 0o775, 0); return b.link("l", "p", 0) }, group, "p"},
		{"link into a folder writable by everybody", func(b *builder) string {
			b.dir("d", 0o757, 0)
			b.good("d/p")
			return b.link("l", "d/p", 0)
		}, world, "d"},
		{"absolute link into a folder of another user", func(b *builder) string {
			b.dir("d", 0o755, stranger)
			return b.link("l", b.good("d/p"), 0)
		}, owner, "d"},
		{"link over a link of another user", func(b *builder) string {
			b.good("p")
			b.link("m", "p", stranger)
			return b.link("l", "m", 0)
		}, owner, "m"},
		{"link through a folder of another user and back", func(b *builder) string {
			b.dir("d", 0o755, stranger)
			b.good("p")
			return b.link("l", "d/../p", 0)
		}, owner, "d"},
		{"link to a folder of another user", func(b *builder) string {
			b.dir("d", 0o755, stranger)
			b.good("d/p")
			return b.link("l", "d", 0) + "/p"
		}, owner, "d"},
		{"link of another user to a folder", func(b *builder) string { b.good("d/p"); return b.link("l", "d", stranger) + "/p" }, owner, "l"},
		{"link to itself", func(b *builder) string { return b.link("l", "l", 0) }, "is a link in a circle or too long a chain of links", ""},
		{"links in a circle", func(b *builder) string {
			b.link("m", "l", 0)
			return b.link("l", "m", 0)
		}, "is a link in a circle or too long a chain of links", ""},
		{"long chain of links", func(b *builder) string {
			b.good("p")
			target := "p"
			for i := range maxLinks + 1 {
				name := fmt.Sprintf("l%d", i)
				b.link(name, target, 0)
				target = name
			}
			return b.path(target)
		}, "is a link in a circle or too long a chain of links", "l0"},
		{"folder", func(b *builder) string { return b.dir("d", 0o755, 0) }, irregular, ""},
		{"link to a folder at the end", func(b *builder) string { b.dir("d", 0o755, 0); return b.link("l", "d", 0) }, irregular, "d"},
		{"root folder", func(b *builder) string { return "/" }, irregular, "/"},
		{"fifo", func(b *builder) string { b.check(unix.Mkfifo(b.path("f"), 0o755)); return b.path("f") }, irregular, ""},
		{"device", func(b *builder) string { return "/dev/null" }, irregular, "/dev/null"},
		{"socket", func(b *builder) string {
			b.check(unix.Mknod(b.path("s"), unix.S_IFSOCK|0o755, 0))
			return b.path("s")
		}, irregular, ""},
		{"missing", func(b *builder) string { return b.path("none") }, missing, ""},
		{"missing folder", func(b *builder) string { return b.path("none/p") }, missing, "none"},
		{"link to nothing", func(b *builder) string { return b.link("l", "none", 0) }, missing, "none"},
		{"below a file", func(b *builder) string { return b.good("p") + "/q" }, missing, ""},
		{"interpreter is missing", func(b *builder) string { return b.file("p", "#!"+b.path("none")+" -x\n", 0o755, 0) }, missing, "none"},
		{"interpreter of another user", func(b *builder) string {
			i := b.file("i", script, 0o755, stranger)
			return b.file("p", "#! "+i+"\n", 0o755, 0)
		}, owner, "i"},
		{"interpreter in a folder writable by group", func(b *builder) string {
			b.dir("d", 0o775, 0)
			return b.file("p", "#!"+b.good("d/i")+"\n", 0o755, 0)
		}, group, "d"},
		{"interpreter of the interpreter writable by everybody", func(b *builder) string {
			b.file("j", script, 0o757, 0)
			return b.file("p", "#!"+b.file("i", "#!"+b.path("j")+"\n", 0o755, 0)+"\n", 0o755, 0)
		}, world, "j"},
		{"interpreter is the script", func(b *builder) string {
			return b.file("p", "#!"+b.path("p")+"\n", 0o755, 0)
		}, "is the end of too long a chain of interpreters", ""},
		{"program for env of another user", func(b *builder) string {
			b.file("bin/tool", script, 0o755, stranger)
			return b.file("p", "#!/usr/bin/env tool\n", 0o755, 0)
		}, owner, "bin/tool"},
		{"program for env in a folder writable by everybody", func(b *builder) string {
			b.good("bin/tool")
			b.dir("bin", 0o757, 0)
			return b.file("p", "#!/usr/bin/env -S tool -x\n", 0o755, 0)
		}, world, "bin"},
		{"loader of another user", func(b *builder) string {
			b.file("ld.so", script, 0o755, stranger)
			return b.file("p", withLoader(b.t, b.path("ld.so")), 0o755, 0)
		}, owner, "ld.so"},
		{"loader is missing", func(b *builder) string { return b.file("p", withLoader(b.t, b.path("none")), 0o755, 0) }, missing, "none"},
		{"deleted program through proc", func(b *builder) string {
			p := b.path("sleep")
			content, err := os.ReadFile("/bin/sleep")
			b.check(err)
			b.file("sleep", string(content), 0o755, 0)
			c := exec.Command(p, "100")
			b.check(c.Start())
			b.t.Cleanup(func() { _ = c.Process.Kill(); _ = c.Wait() })
			b.check(os.Remove(p))
			b.good("sleep") // something else under the same name
			b.good("sleep (deleted)")
			return fmt.Sprintf("/proc/%d/exe", c.Process.Pid)
		}, "is not what the kernel finds under the same name", "sleep (deleted)"},
		{"through another root folder", func(b *builder) string {
			return "/proc/self/root" + b.good("p")
		}, "", ""},
	}
}

// accessList is an access control list that lets uid write, see acl(5) and linux/posix_acl_xattr.h.
func accessList(uid uint32) []byte {
	entry := func(tag, perm uint16, id uint32) []byte {
		return []byte{byte(tag), byte(tag >> 8), byte(perm), byte(perm >> 8), byte(id), byte(id >> 8), byte(id >> 16), byte(id >> 24)}
	}
	const none = ^uint32(0)
	list := []byte{2, 0, 0, 0}
	for _, e := range [][]byte{entry(1, 7, none), entry(2, 7, uid), entry(4, 5, none), entry(16, 7, none), entry(32, 5, none)} {
		list = append(list, e...)
	}
	return list
}

// withLoader returns a dynamic program whose loader is another one.
func withLoader(t *testing.T, loader string) string {
	t.Helper()
	content, err := os.ReadFile("/bin/true")
	if err != nil {
		t.Fatal(err)
	}
	old := elfLoader(content[:headSize])
	if old == "" || strings.Count(string(content), old) != 1 {
		t.Fatalf("/bin/true has the loader %q", old)
	}
	// A longer path goes behind the end of the table, where the head is all that is looked at: the program never runs.
	at := strings.Index(string(content), old)
	changed := append([]byte(nil), content...)
	copy(changed[at:], loader+"\x00")
	order := changed[32] // the table of program headers, in its usual place
	for i := int(order); ; i += 56 {
		if changed[i] == 3 { // PT_INTERP
			changed[i+32] = byte(len(loader) + 1)
			changed[i+33] = byte((len(loader) + 1) >> 8)
			return string(changed)
		}
	}
}

func TestProgram(t *testing.T) {
	hostile := 0
	for _, c := range programCases() {
		if c.reason != "" {
			hostile++
		}
		t.Run(c.name, func(t *testing.T) {
			b := &builder{t, folder(t)}
			path := c.make(b)
			command := Command{Program: path, Env: []string{"PATH=none:" + b.path("bin") + ":/usr/bin:/bin"}}
			programs, err := openAll(&command)
			closeAll(programs)
			at := path
			if strings.HasPrefix(c.at, "/") {
				at = c.at
			} else if c.at != "" {
				at = b.path(c.at)
			}
			missing, isMissing := errors.AsType[*MissingProgram](err)
			unsafe, isUnsafe := errors.AsType[*UnsafeProgram](err)
			switch {
			case c.reason == "" && err == nil:
			case c.reason == "missing" && isMissing && missing.Program == path && missing.Path == at:
			case c.reason != "" && isUnsafe && unsafe.Program == path && unsafe.Path == at && unsafe.Reason == c.reason:
			default:
				t.Errorf("got %v, want %q at %s", err, c.reason, at)
			}
		})
	}
	const fewest = 40
	if hostile < fewest {
		t.Errorf("%d hostile cases, want at least %d", hostile, fewest)
	}
}

// What the table refuses is refused by both ways to start, before anything runs, and what it allows runs.
func TestProgramCasesAreStartedOrNot(t *testing.T) {
	both(t, func(t *testing.T, stage string) {
		for _, c := range programCases() {
			b := &builder{t, folder(t)}
			path := c.make(b)
			p := confined(Confinement{}, path)
			p.Stages[0].Env = []string{"PATH=none:" + b.path("bin") + ":/usr/bin:/bin"}
			out, r, err := perform(t, stage, p, "")
			_, isMissing := errors.AsType[*MissingProgram](err)
			_, isUnsafe := errors.AsType[*UnsafeProgram](err)
			switch {
			case c.reason == "" && err == nil && out == "started\n":
			case c.reason == "missing" && isMissing && out == "" && (stage == "run" || r.ExitCode == ExitMissing):
			case c.reason != "" && isUnsafe && out == "" && (stage == "run" || r.ExitCode == ExitConfig):
			default:
				t.Errorf("%s: got %q, %v, want %q", c.name, out, err, c.reason)
			}
		}
	})
}

// A walk leaves no descriptor open, however it ends.
func TestProgramLeavesNothingOpen(t *testing.T) {
	for _, c := range programCases() {
		b := &builder{t, folder(t)}
		path := c.make(b)
		before := openDescriptors(t)
		programs, _ := openAll(&Command{Program: path})
		closeAll(programs)
		if after := openDescriptors(t); after != before {
			t.Errorf("%s: %d descriptors before, %d after", c.name, before, after)
		}
	}
}

func openDescriptors(t *testing.T) int {
	t.Helper()
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	return len(entries)
}

// Real programs of the kinds that forced commands start: shared libraries, scripts, an interpreter found by env.
func TestRealPrograms(t *testing.T) {
	tool := write(t, folder(t)+"/tool", "#!/usr/bin/env python3\nprint('started')\n", 0o755)
	for _, words := range [][]string{
		{"/usr/bin/rsync", "--version"},
		{"/usr/bin/git", "--version"},
		{"/usr/bin/borg", "--version"},
		{"/usr/bin/hg", "--version", "--quiet"},
		{"/usr/bin/rdiff-backup", "--version"},
		{"/usr/bin/python3", "-c", "import hashlib, ssl, locale; print('version')"},
		{"/bin/sh", "-c", "echo version"},
		{"/usr/bin/awk", "BEGIN { print \"version\" }"}, // over /etc/alternatives
		{tool},
	} {
		for _, uid := range []uint32{0, stranger} {
			p := confined(Confinement{Execute: []string{"/sbin/ldconfig"}}, words...)
			p.Stages[0].Env = append(p.Stages[0].Env, "HOME=/nonexistent", "HGRCPATH=", "GIT_CONFIG_NOSYSTEM=1")
			c := prepare(t, "exec", p)
			var out, complaints strings.Builder
			c.Stdout, c.Stderr = &out, &complaints
			c.SysProcAttr.Credential = &syscall.Credential{Uid: uid, Gid: uid}
			if err := c.Start(); err != nil {
				t.Fatal(err)
			}
			if _, err := c.outcome(t); err != nil {
				t.Errorf("%q: %v", words, err)
			}
			if err := c.Wait(); err != nil || out.Len() == 0 || complaints.Len() > 0 {
				t.Errorf("%q as %d: %v, output %q, errors %q", words, uid, err, out.String(), complaints.String())
			}
		}
	}
}
