package launch

import (
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

const denied = "permission denied"

// reach is one thing that a confined program tries.
type reach struct {
	name  string
	c     Confinement
	words []string
	want  string // begin of the answer: "ok" or "error: permission denied"
}

// trees makes a folder "in" that may be written, one "read" that may be read, and one "out" that is not mentioned.
func trees(t *testing.T) (root string) {
	root = folder(t)
	for _, tree := range []string{"in", "read", "out"} {
		write(t, root+"/"+tree+"/file", "content of "+tree, 0o666)
		write(t, root+"/"+tree+"/sub/file", "deep in "+tree, 0o666)
		for _, dir := range []string{tree, tree + "/sub"} {
			if err := os.Chmod(filepath.Join(root, dir), 0o777); err != nil {
				t.Fatal(err)
			}
		}
	}
	for name, target := range map[string]string{
		"in/to-out": root + "/out/file", "in/to-out-dir": root + "/out", "in/to-passwd": "/etc/passwd", "in/up": "../out/file",
		"out/to-in": root + "/in/file", "read/to-in": "../in/file",
	} {
		if err := os.Symlink(target, filepath.Join(root, name)); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

func reaches(root string) []reach {
	c := Confinement{Read: []string{root + "/read"}, Write: []string{root + "/in"}}
	in, read, out := root+"/in", root+"/read", root+"/out"
	probe := func(words ...string) []string { return append([]string{"probe"}, words...) }
	return []reach{
		{"read inside", c, probe("read", in+"/file"), "ok content of in"},
		{"read in the read tree", c, probe("read", read+"/sub/file"), "ok deep in read"},
		{"read outside", c, probe("read", out+"/file"), denied},
		{"read outside through ..", c, probe("read", in+"/../out/file"), denied},
		{"read outside through a link", c, probe("read", in+"/to-out"), denied},
		{"read outside through a relative link", c, probe("read", in+"/up"), denied},
		{"read outside through a link to a folder", c, probe("read", in+"/to-out-dir/file"), denied},
		{"read inside through a link outside", c, probe("read", out+"/to-in"), "ok content of in"},
		{"read inside through a link in the read tree", c, probe("read", read+"/to-in"), "ok content of in"},
		{"list inside", c, probe("list", in+"/sub"), "ok 1"},
		{"list outside", c, probe("list", out), denied},
		{"list through a link", c, probe("list", in+"/to-out-dir"), denied},
		{"list the root", c, probe("list", "/"), denied},
		{"passwd", c, probe("read", "/etc/passwd"), denied},
		{"passwd through a link", c, probe("read", in+"/to-passwd"), denied},
		{"shadow", c, probe("read", "/etc/shadow"), denied},
		{"folder etc", c, probe("list", "/etc"), denied},
		{"proc", c, probe("list", "/proc"), denied},
		{"own status", c, probe("read", "/proc/self/status"), denied},
		{"environment of another process", c, probe("read", "/proc/1/environ"), denied},
		{"home of root", c, probe("list", "/root"), denied},
		{"raw disk", c, probe("list", "/dev"), denied},
		{"zones", c, probe("list", "/usr/share/zoneinfo"), "ok"},
		{"local time", c, probe("read", "/usr/share/zoneinfo/UTC"), "ok"},
		{"random numbers", c, probe("append", "/dev/null"), "ok"},
		{"random numbers are not written", c, probe("append", "/dev/urandom"), denied},
		{"create inside", c, probe("create", in+"/new"), "ok"},
		{"create in the read tree", c, probe("create", read+"/new"), denied},
		{"create outside", c, probe("create", out+"/new"), denied},
		{"create outside through a link", c, probe("create", in+"/to-out-dir/new"), denied},
		{"overwrite outside through a link", c, probe("create", in+"/to-out"), denied},
		{"overwrite in the read tree", c, probe("create", read+"/file"), denied},
		{"append in the read tree", c, probe("append", read+"/file"), denied},
		{"append inside", c, probe("append", in+"/file"), "ok"},
		{"truncate inside", c, probe("truncate", in+"/file"), "ok"},
		{"truncate in the read tree", c, probe("truncate", read+"/file"), denied},
		{"truncate outside", c, probe("truncate", out+"/file"), denied},
		{"make folder inside", c, probe("mkdir", in+"/sub/new"), "ok"},
		{"make folder outside", c, probe("mkdir", out+"/new"), denied},
		{"remove folder inside", c, probe("rmdir", in+"/empty"), "ok"},
		{"remove folder outside", c, probe("rmdir", out+"/empty"), denied},
		{"remove the tree itself", c, probe("rmdir", in), denied},
		{"unlink inside", c, probe("unlink", in+"/sub/file"), "ok"},
		{"unlink in the read tree", c, probe("unlink", read+"/file"), denied},
		{"unlink outside", c, probe("unlink", out+"/file"), denied},
		{"rename across folders inside", c, probe("rename", in+"/file", in+"/sub/moved"), "ok"},
		{"rename out of the tree", c, probe("rename", in+"/file", out+"/moved"), denied},
		{"rename into the tree", c, probe("rename", out+"/file", in+"/moved"), denied},
		{"rename from the read tree", c, probe("rename", read+"/file", in+"/moved"), denied},
		{"link across folders inside", c, probe("link", in+"/file", in+"/sub/linked"), "ok"},
		{"link from outside", c, probe("link", out+"/file", in+"/linked"), "error: invalid cross-device link"},
		{"link from the read tree", c, probe("link", read+"/file", in+"/linked"), "error: invalid cross-device link"},
		{"link to outside", c, probe("link", in+"/file", out+"/linked"), "error: "},
		{"make link inside", c, probe("symlink", "/etc/passwd", in+"/new-link"), "ok"},
		{"make link outside", c, probe("symlink", "/etc/passwd", out+"/new-link"), denied},
		{"make fifo inside", c, probe("fifo", in+"/fifo"), "ok"},
		{"make device inside", c, probe("device", in+"/null"), "error: "},
		{"execute a shell", c, probe("exec", "/bin/sh", "-c", "echo escaped"), denied},
		{"execute a shell through env", c, []string{"env", "/bin/sh", "-c", "echo escaped"}, ""},
		{"execute something readable", c, probe("exec", "/usr/lib/openssh/sftp-server"), denied},
		{"execute in the write tree", c, probe("exec", in+"/program"), denied},
		{"execute in the read tree", c, probe("exec", read+"/program"), denied},
		{"execute itself again", c, probe("run", program("probe"), "args"), "ok"},
		{
			"execute what the plan allows",
			Confinement{Execute: []string{program("empty")}},
			probe("run", program("empty")), "ok",
		},
		{"execute with shared libraries", Confinement{Execute: []string{"/usr/bin/true"}}, probe("run", "/usr/bin/true"), "ok"},
		{"execute in a tree", Confinement{Execute: []string{"/usr/bin"}}, probe("run", "/usr/bin/true"), "ok"},
		{"a tree to execute is read", Confinement{Execute: []string{root + "/read"}}, probe("read", read+"/file"), "ok"},
		{"a tree to execute is not written", Confinement{Execute: []string{root + "/read"}}, probe("append", read+"/file"), denied},
		{"file to read", Confinement{Read: []string{out + "/file"}}, probe("read", out+"/file"), "ok"},
		{"file beside a file to read", Confinement{Read: []string{out + "/file"}}, probe("read", out+"/sub/file"), denied},
		{"file to write", Confinement{Write: []string{out + "/file"}}, probe("append", out+"/file"), "ok"},
		{"truncate a file to write", Confinement{Write: []string{out + "/file"}}, probe("truncate", out+"/file"), "ok"},
		{"file to write cannot be replaced", Confinement{Write: []string{out + "/file"}}, probe("unlink", out+"/file"), denied},
		{
			"written beats read",
			Confinement{Read: []string{out, out}, Write: []string{out + "/sub", out + "/sub"}},
			probe("create", out+"/sub/new"), "ok",
		},
		{
			"read around written",
			Confinement{Read: []string{out}, Write: []string{out + "/sub"}},
			probe("create", out+"/new"), denied,
		},
		{
			"written around read",
			Confinement{Read: []string{out + "/sub"}, Write: []string{out}},
			probe("create", out+"/sub/new"), "ok",
		},
		{
			"missing paths",
			Confinement{Read: []string{"/none", out + "/file/below", out}, Write: []string{"/none"}, Execute: []string{"/none"}},
			probe("read", out+"/file"), "ok",
		},
		{"link as a tree", Confinement{Read: []string{in + "/to-out-dir"}}, probe("read", out+"/file"), "ok"},
		{"everything to read", Confinement{Read: []string{"/"}}, probe("read", out+"/file"), "ok"},
		{"everything to read is not written", Confinement{Read: []string{"/"}}, probe("create", out+"/new"), denied},
	}
}

// Everything that the table says is tried as root in place, and as an ordinary user below a parent: the two ways differ in
// how the plan gets to the thread that confines itself, and the two users in who may do so without no_new_privs.
func TestReach(t *testing.T) {
	for _, mode := range []struct {
		name, stage string
		uid         uint32
	}{{"exec as root", "exec", 0}, {"run as user", "run", stranger}} {
		t.Run(mode.name, func(t *testing.T) {
			for _, r := range reaches("ROOT") {
				t.Run(r.name, func(t *testing.T) { tryReach(t, mode.stage, mode.uid, r.name) })
			}
		})
	}
}

// tryReach tries one entry of the table on fresh trees.
func tryReach(t *testing.T, stage string, uid uint32, name string) {
	root := trees(t)
	for _, tree := range []string{"in", "out"} {
		if err := os.Mkdir(root+"/"+tree+"/empty", 0o777); err != nil {
			t.Fatal(err)
		}
	}
	content, err := os.ReadFile(program("empty"))
	if err != nil {
		t.Fatal(err)
	}
	write(t, root+"/in/program", string(content), 0o755)
	write(t, root+"/read/program", string(content), 0o755)
	if uid != 0 {
		chownTree(t, root, int(uid))
	}
	var r reach
	for _, one := range reaches(root) {
		if one.name == name {
			r = one
		}
	}
	p := confined(r.c, r.words...)
	c := prepare(t, stage, p)
	var out strings.Builder
	c.Stdout, c.Stderr = &out, &out
	if uid != 0 {
		c.SysProcAttr.Credential = &syscall.Credential{Uid: uid, Gid: uid}
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := c.outcome(t); err != nil {
		t.Fatal(err)
	}
	_ = c.Wait()
	want := r.want
	if want == denied {
		want = "error: " + denied
	}
	if !strings.HasPrefix(out.String(), want) || strings.Contains(out.String(), "escaped") || want == "" && !strings.Contains(out.String(), "Permission denied") {
		t.Errorf("got %q, want %q", out.String(), want)
	}
}

func chownTree(t *testing.T, root string, uid int) {
	t.Helper()
	err := filepath.WalkDir(root, func(path string, _ os.DirEntry, err error) error {
		return errors.Join(err, os.Lchown(path, uid, uid))
	})
	if err != nil {
		t.Fatal(err)
	}
}

// The same attempts succeed without a sandbox: the table tests the sandbox and not the machine.
func TestReachIsPossibleWithoutSandbox(t *testing.T) {
	root := trees(t)
	for _, words := range [][]string{
		{"probe", "read", "/etc/shadow"},
		{"probe", "read", root + "/in/to-out"},
		{"probe", "create", root + "/out/new"},
		{"probe", "truncate", root + "/out/file"},
		{"probe", "rename", root + "/out/file", root + "/in/moved"},
		{"probe", "link", root + "/read/file", root + "/in/linked"},
		{"probe", "device", root + "/in/null"},
		{"probe", "run", "/bin/sh", "-c", "echo escaped"},
		{"probe", "read", "/proc/self/status"},
	} {
		p := confined(Confinement{}, words...)
		p.Confinement.Level = LevelOff
		if out, _, err := perform(t, "exec", p, ""); err != nil || !strings.HasPrefix(out, "ok") {
			t.Errorf("%q: got %q, %v", words, out, err)
		}
	}
}

func TestNetwork(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	go func() {
		for {
			c, err := listener.Accept()
			if err != nil {
				return
			}
			c.Close()
		}
	}()
	address := listener.Addr().String()
	for _, words := range [][]string{
		{"probe", "dial", "tcp", address},
		{"probe", "dial", "udp", address},
		{"probe", "dial", "udp6", "[::1]:53"},
		{"probe", "dial", "mptcp", address},
		{"probe", "listen", "tcp", "127.0.0.1:0"},
		{"probe", "listen", "mptcp", "127.0.0.1:0"},
		{"probe", "socket", "packet"},
		{"probe", "socket", "x32"},
		{"probe", "ring"},
	} {
		t.Run(strings.Join(words[1:], " "), func(t *testing.T) {
			for _, network := range []bool{false, true} {
				out, _, err := perform(t, "exec", confined(Confinement{Network: network}, words...), "")
				if err != nil || strings.HasPrefix(out, "ok") != network && words[2] != "x32" || strings.HasPrefix(out, "ok") && !network {
					t.Errorf("network %v: got %q, %v", network, out, err)
				}
			}
		})
	}
	for _, kind := range []string{"unix", "netlink"} {
		out, _, err := perform(t, "exec", confined(Confinement{}, "probe", "socket", kind), "")
		if err != nil || !strings.HasPrefix(out, "ok") {
			t.Errorf("%s: got %q, %v", kind, out, err)
		}
	}
}

// Each of the two walls denies TCP alone.
func TestNetworkWithOneWall(t *testing.T) {
	for _, variable := range []string{abiVariable + "=3", filterVariable + "=0"} {
		out, _, err := perform(t, "exec", confined(Confinement{}, "probe", "dial", "tcp", "127.0.0.1:1"), "", variable)
		if err != nil || !strings.HasPrefix(out, "error: "+denied) {
			t.Errorf("%s: got %q, %v", variable, out, err)
		}
	}
	out, _, err := perform(t, "exec", confined(Confinement{}, "probe", "dial", "tcp", "127.0.0.1:1"), "", abiVariable+"=3", filterVariable+"=0")
	if err != nil || !strings.HasPrefix(out, "error: connection refused") {
		t.Errorf("without both: got %q, %v", out, err)
	}
}

// The program of the filter answers as it should for each architecture, also those that this machine cannot run.
func TestNetworkFilter(t *testing.T) {
	all := []callNumbers{{arch: 1, socket: 41, strict: true}, {arch: 2, socket: 359, muxed: 102}}
	const allow, hidden, refused = uint32(unix.SECCOMP_RET_ALLOW), uint32(unix.SECCOMP_RET_ERRNO | uint32(unix.ENOSYS)),
		uint32(unix.SECCOMP_RET_ERRNO | uint32(unix.EACCES))
	for _, c := range []struct {
		arch, call, first, want uint32
	}{
		{1, 0, 0, allow},
		{1, 41, unix.AF_UNIX, allow},
		{1, 41, unix.AF_NETLINK, allow},
		{1, 41, unix.AF_INET, refused},
		{1, 41, unix.AF_INET6, refused},
		{1, 41, unix.AF_UNSPEC, refused},
		{1, 41, unix.AF_VSOCK, refused},
		{1, 41, 0xffffffff, refused},
		{1, 425, 0, hidden},
		{1, 102, unix.AF_INET, allow}, // another call there
		{1, 359, unix.AF_INET, allow},
		{1, foreignABI | 41, unix.AF_UNIX, hidden},
		{1, foreignABI, 0, hidden},
		{1, 0xffffffff, 0, hidden},
		{2, 359, unix.AF_INET, refused},
		{2, 359, unix.AF_UNIX, allow},
		{2, 102, 1, refused},
		{2, 425, 0, hidden},
		{2, 41, unix.AF_INET, allow},
		{3, 0, 0, hidden},
	} {
		if got := interpret(networkFilter(all), c.arch, c.call, c.first); got != c.want {
			t.Errorf("architecture %d, call %d, argument %d: got %#x, want %#x", c.arch, c.call, c.first, got, c.want)
		}
	}
}

// interpret runs a program of the few instructions that networkFilter uses.
func interpret(program []unix.SockFilter, arch, call, first uint32) uint32 {
	data := map[uint32]uint32{dataCall: call, dataArch: arch, dataFirst: first}
	accumulator := uint32(0)
	for at := 0; ; at++ {
		i := program[at]
		jump := false
		switch i.Code {
		case unix.BPF_LD | unix.BPF_W | unix.BPF_ABS:
			accumulator = data[i.K]
			continue
		case unix.BPF_RET | unix.BPF_K:
			return i.K
		case unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K:
			jump = accumulator == i.K
		case unix.BPF_JMP | unix.BPF_JGE | unix.BPF_K:
			jump = accumulator >= i.K
		}
		if jump {
			at += int(i.Jt)
		} else {
			at += int(i.Jf)
		}
	}
}

func TestScopes(t *testing.T) {
	name := fmt.Sprintf("@ops-launch-test-%d", os.Getpid())
	listener, err := net.Listen("unix", name)
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	for _, words := range [][]string{
		{"probe", "dial-unix", name},
		{"probe", "kill", fmt.Sprint(os.Getpid())},
		{"probe", "kill", "1"},
	} {
		const want = "error: operation not permitted"
		if out, _, err := perform(t, "exec", confined(Confinement{}, words...), ""); err != nil || !strings.HasPrefix(out, want) {
			t.Errorf("%q: got %q, %v", words, out, err)
		}
		p := confined(Confinement{}, words...)
		p.Confinement.Level = LevelOff
		if out, _, err := perform(t, "exec", p, ""); err != nil || !strings.HasPrefix(out, "ok") {
			t.Errorf("%q without sandbox: got %q, %v", words, out, err)
		}
	}
}

func TestAchieved(t *testing.T) {
	real, err := Achieved(Confinement{Level: LevelRequired})
	if err != nil || real.ABI != newestABI && real.ABI != landlockABI() || len(real.Gaps) > 0 {
		t.Fatalf("this machine: got %+v, %v; the tests want a kernel with Landlock of version 6 or newer", real, err)
	}
	cases := []struct {
		abi     int
		level   Level
		network bool
		filters bool
		want    string // the level and the gaps
		refused bool
	}{
		{0, LevelBest, false, false, "none files truncate network devices signals", false},
		{0, LevelBest, false, true, "none files truncate devices signals", false},
		{0, LevelRequired, false, false, "none files truncate network devices signals", true},
		{-1, LevelRequired, true, true, "none files truncate devices signals", true},
		{0, LevelOff, false, false, "none", false},
		{7, LevelOff, false, false, "none", false},
		{1, LevelRequired, false, true, "landlock-1 truncate devices signals", false},
		{2, LevelBest, false, false, "landlock-2 truncate network devices signals", false},
		{3, LevelBest, false, true, "landlock-3 devices signals", false},
		{3, LevelBest, true, false, "landlock-3 devices signals", false},
		{4, LevelBest, false, false, "landlock-4 network devices signals", false}, // Multipath TCP
		{5, LevelBest, false, true, "landlock-5 signals", false},
		{6, LevelBest, false, true, "landlock-6", false},
		{7, LevelRequired, false, true, "landlock-7", false},
		{7, LevelRequired, true, false, "landlock-7", false},
		{99, LevelRequired, false, true, "landlock-7", false},
	}
	for _, c := range cases {
		s, err := achieved(Confinement{Level: c.level, Network: c.network}, kernel{abi: func() int { return c.abi }, filters: func() bool { return c.filters }})
		got := strings.Join(append([]string{s.String()}, s.Gaps...), " ")
		if _, refused := errors.AsType[*NoSandbox](err); got != c.want || refused != c.refused {
			t.Errorf("version %d, level %d: got %q, %v, want %q", c.abi, c.level, got, err, c.want)
		}
	}
}

// A ruleset of each older version is one that the kernel takes, with only the rights of that version in its rules.
func TestOlderVersions(t *testing.T) {
	for abi := 1; abi <= newestABI; abi++ {
		for _, stage := range []string{"exec"} {
			out, _, err := perform(t, stage, confined(Confinement{}, "probe", "read", "/etc/passwd"), "", fmt.Sprintf("%s=%d", abiVariable, abi))
			if err != nil || !strings.HasPrefix(out, "error: "+denied) {
				t.Errorf("version %d: got %q, %v", abi, out, err)
			}
		}
	}
}

func TestRequiredIsRefusedWithoutLandlock(t *testing.T) {
	for _, stage := range []string{"exec", "run"} {
		out, _, err := perform(t, stage, confined(Confinement{}, "probe", "args"), "", abiVariable+"=0")
		if _, ok := errors.AsType[*NoSandbox](err); !ok || out != "" {
			t.Errorf("%s: got %q, %v", stage, out, err)
		}
		best := confined(Confinement{}, "probe", "args")
		best.Confinement.Level = LevelBest
		if out, _, err := perform(t, stage, best, "", abiVariable+"=0"); err != nil || !strings.HasPrefix(out, "ok") {
			t.Errorf("%s, best: got %q, %v", stage, out, err)
		}
	}
}

// A kernel that promised a sandbox and then cannot raise it starts nothing, whatever the level.
func TestPromiseIsKept(t *testing.T) {
	fault := errors.New("out of layers")
	cases := []struct {
		name  string
		spoil func(k *kernel)
	}{
		{"ruleset", func(k *kernel) { k.create = func(*unix.LandlockRulesetAttr) (int, error) { return -1, fault } }},
		{"rule", func(k *kernel) { k.allow = func(int, *unix.LandlockPathBeneathAttr) error { return fault } }},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			k := realKernel()
			c.spoil(&k)
			k.restrict = func(int) error { t.Error("confined after a fault"); return fault }
			programs, err := openAll(&Command{Program: program("probe")})
			if err != nil {
				t.Fatal(err)
			}
			defer closeAll(programs)
			_, err = newRules(k, Sandbox{ABI: newestABI}, Confinement{Level: LevelBest}, programs)
			if _, ok := errors.AsType[*NoSandbox](err); !ok || !errors.Is(err, fault) {
				t.Errorf("got %v", err)
			}
		})
	}
}
