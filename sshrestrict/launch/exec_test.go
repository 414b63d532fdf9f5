package launch

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// both runs the test in place and below a parent: one way for both.
func both(t *testing.T, test func(t *testing.T, stage string)) {
	for _, stage := range []string{"exec", "run"} {
		t.Run(stage, func(t *testing.T) { test(t, stage) })
	}
}

func TestEnvironmentIsExact(t *testing.T) {
	both(t, func(t *testing.T, stage string) {
		p := confined(Confinement{}, "probe", "env")
		p.Stages[0].Env = []string{"A=1", "EMPTY=", "B=x=y"}
		if out, _, err := perform(t, stage, p, "", "SECRET=1"); err != nil || out != "ok A=1\nEMPTY=\nB=x=y\n" {
			t.Errorf("got %q, %v", out, err)
		}
		p.Stages[0].Env = nil
		if out, _, err := perform(t, stage, p, "", "SECRET=1"); err != nil || out != "ok \n" {
			t.Errorf("empty: got %q, %v", out, err)
		}
	})
}

func TestArgumentsAreExact(t *testing.T) {
	both(t, func(t *testing.T, stage string) {
		p := confined(Confinement{}, "probe", "args", "", "a b", "$HOME;`id`", "\x01\xff", "--", "-x")
		p.Stages[0].Args[0] = "other name"
		want := fmt.Sprintf("ok %q\n", p.Stages[0].Args)
		if out, _, err := perform(t, stage, p, ""); err != nil || out != want {
			t.Errorf("got %q, want %q, %v", out, want, err)
		}
	})
}

func TestFolderAndUmask(t *testing.T) {
	both(t, func(t *testing.T, stage string) {
		root := folder(t)
		p := confined(Confinement{}, "probe", "dir")
		p.Stages[0].Dir = root
		if out, _, err := perform(t, stage, p, ""); err != nil || out != "ok "+root+"\n" {
			t.Errorf("got %q, %v", out, err)
		}
		p.Stages[0].Dir = root + "/none"
		if out, _, err := perform(t, stage, p, ""); out != "" || err == nil || !strings.Contains(err.Error(), root+"/none") {
			t.Errorf("missing folder: got %q, %v", out, err)
		}
		p = confined(Confinement{}, "probe", "umask")
		for _, mask := range []int{0o077, 0, 0o777} {
			p.Umask = mask
			if out, _, err := perform(t, stage, p, ""); err != nil || out != fmt.Sprintf("ok %#o\n", mask) {
				t.Errorf("umask %#o: got %q, %v", mask, out, err)
			}
		}
	})
}

func TestDescriptorsAreClosed(t *testing.T) {
	both(t, func(t *testing.T, stage string) {
		for _, c := range []struct {
			keep []int
			want string
		}{
			{nil, "ok 0 1 2\n"},
			{[]int{7}, "ok 0 1 2 7\n"},
			{[]int{5}, "ok 0 1 2 5\n"},
			{[]int{7, 5, 6}, "ok 0 1 2 5 6 7\n"},
		} {
			p := confined(Confinement{}, "probe", "descriptors")
			p.Keep = c.keep
			co := prepare(t, stage, p)
			for range 5 { // 5 to 9, open in the forced command without close-on-exec
				null, err := os.Open("/dev/null")
				if err != nil {
					t.Fatal(err)
				}
				co.ExtraFiles = append(co.ExtraFiles, null)
			}
			var out strings.Builder
			co.Stdout = &out
			if err := co.Start(); err != nil {
				t.Fatal(err)
			}
			_, err := co.outcome(t)
			_ = co.Wait()
			if err != nil || out.String() != c.want {
				t.Errorf("keep %v: got %q, want %q, %v", c.keep, out.String(), c.want, err)
			}
		}
		p := confined(Confinement{}, "probe", "descriptors")
		p.Keep = []int{900}
		if _, _, err := perform(t, stage, p, ""); err == nil {
			t.Error("a descriptor to keep that is not open is no error")
		}
	})
}

// A kept lock is held by the program, and its number stays.
func TestKeptLock(t *testing.T) {
	both(t, func(t *testing.T, stage string) {
		lock, err := os.OpenFile(folder(t)+"/lock", os.O_CREATE|os.O_RDWR, 0o600)
		if err != nil {
			t.Fatal(err)
		}
		if err := unix.Flock(int(lock.Fd()), unix.LOCK_EX); err != nil {
			t.Fatal(err)
		}
		p := confined(Confinement{}, "cat")
		p.Keep = []int{5}
		c := prepare(t, stage, p)
		c.ExtraFiles = append(c.ExtraFiles, lock)
		in, err := c.StdinPipe()
		if err != nil {
			t.Fatal(err)
		}
		out, err := c.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		for _, f := range c.ExtraFiles {
			f.Close()
		}
		again, err := os.Open(lock.Name())
		if err != nil {
			t.Fatal(err)
		}
		defer again.Close()
		fmt.Fprintln(in, "x") // comes back when cat runs
		_, _ = out.Read(make([]byte, 2))
		if err := unix.Flock(int(again.Fd()), unix.LOCK_EX|unix.LOCK_NB); err == nil {
			t.Error("the lock is free although the program runs")
		}
		in.Close()
		if err := c.Wait(); err != nil {
			t.Error(err)
		}
		if err := unix.Flock(int(again.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
			t.Errorf("after the end: %v", err)
		}
	})
}

// status returns a field of /proc/self/status of a program in the plan.
func status(t *testing.T, stage string, p *Plan, uid uint32, field string) string {
	t.Helper()
	c := prepare(t, stage, p)
	var out strings.Builder
	c.Stdout = &out
	if uid != 0 {
		c.SysProcAttr.Credential = &syscall.Credential{Uid: uid, Gid: uid}
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := c.outcome(t); err != nil {
		t.Fatal(err)
	}
	if err := c.Wait(); err != nil {
		t.Fatal(err)
	}
	_, after, _ := strings.Cut(out.String(), field+":")
	line, _, _ := strings.Cut(after, "\n")
	return strings.TrimSpace(line)
}

func TestNoNewPrivileges(t *testing.T) {
	both(t, func(t *testing.T, stage string) {
		for _, c := range []struct {
			asked bool
			level Level
			uid   uint32
			want  string
		}{
			{true, LevelRequired, 0, "1"},
			{true, LevelOff, 0, "1"},
			{true, LevelOff, 65534, "1"},
			{false, LevelRequired, 0, "0"},     // root needs it not
			{false, LevelRequired, 65534, "1"}, // Landlock wants it
			{false, LevelOff, 65534, "0"},
		} {
			p := confined(Confinement{Read: []string{"/proc"}, NoNewPrivileges: c.asked}, "cat", "/proc/self/status")
			p.Confinement.Level = c.level
			if got := status(t, stage, p, c.uid, "NoNewPrivs"); got != c.want {
				t.Errorf("asked %v, level %d, uid %d: got %q, want %q", c.asked, c.level, c.uid, got, c.want)
			}
		}
	})
}

func TestLimits(t *testing.T) {
	both(t, func(t *testing.T, stage string) {
		p := confined(Confinement{Read: []string{"/proc"}}, "cat", "/proc/self/limits")
		p.Limits = Limits{CPU: 1500 * time.Millisecond, Memory: 64 << 20, Processes: 321, OpenFiles: 99, FileSize: 12345, Nice: 7}
		out, _, err := perform(t, stage, p, "")
		if err != nil {
			t.Fatal(err)
		}
		for name, want := range map[string]string{
			"Max cpu time": "2 7", "Max address space": "67108864 67108864", "Max processes": "321 321",
			"Max open files": "99 99", "Max file size": "12345 12345", "Max core file size": "0 0",
		} {
			_, after, _ := strings.Cut(out, name)
			fields := strings.Fields(after)
			if len(fields) < 2 || fields[0]+" "+fields[1] != want {
				t.Errorf("%s: got %q, want %s", name, fields[:min(2, len(fields))], want)
			}
		}
		p.Stages[0] = command("cat", "/proc/self/stat")
		out, _, err = perform(t, stage, p, "")
		if fields := strings.Fields(out[strings.LastIndex(out, ")")+1:]); err != nil || fields[16] != "7" {
			t.Errorf("niceness: got %q, %v", fields[16], err)
		}
	})
}

// A limit never gives more than an administrator left, and the soft limit of open files is the one from before Go raised it.
func TestLimitsStayBelowOlderOnes(t *testing.T) {
	both(t, func(t *testing.T, stage string) {
		shell := func(c *copied) {
			self := c.Path
			c.Path, c.Args = "/bin/sh", []string{"sh", "-c", "ulimit -S -n 77; ulimit -H -n 88; exec " + self}
		}
		for _, want := range []struct {
			files, memory int64
			limit         string
		}{{0, 0, "77 88"}, {100, 0, "88 88"}, {50, 0, "50 50"}, {0, 64 << 20, "77 88"}, {50, 64 << 20, "50 50"}} {
			p := confined(Confinement{Read: []string{"/proc"}}, "cat", "/proc/self/limits")
			p.Limits.OpenFiles, p.Limits.Memory = want.files, want.memory
			c := prepare(t, stage, p)
			self, err := os.Executable()
			if err != nil {
				t.Fatal(err)
			}
			c.Path = self
			shell(c)
			var out strings.Builder
			c.Stdout = &out
			if err := c.Start(); err != nil {
				t.Fatal(err)
			}
			_, err = c.outcome(t)
			_ = c.Wait()
			_, after, _ := strings.Cut(out.String(), "Max open files")
			if fields := strings.Fields(after); err != nil || len(fields) < 2 || fields[0]+" "+fields[1] != want.limit {
				t.Errorf("%d: got %q, want %s, %v", want.files, fields, want.limit, err)
			}
		}
	})
}

// The last allocations before execve succeed with large arguments under a small limit of memory.
func TestLargeArgumentsUnderSmallMemory(t *testing.T) {
	p := confined(Confinement{}, "echo", strings.Repeat("a", 100<<10), strings.Repeat("b", 100<<10))
	p.Limits.Memory = 32 << 20
	for range 20 {
		if out, _, err := perform(t, "exec", p, ""); err != nil || len(out) != 200<<10+2 {
			t.Fatalf("got %d bytes, %v", len(out), err)
		}
	}
}

func TestErrorStreams(t *testing.T) {
	both(t, func(t *testing.T, stage string) {
		for _, c := range []struct {
			kind     Stderr
			out, err string
		}{{StderrInherit, "o\n", "e\n"}, {StderrNull, "o\n", ""}, {StderrStdout, "o\ne\n", ""}} {
			p := confined(Confinement{}, "/bin/sh", "-c", "echo o; echo e >&2")
			p.Stages[0].Stderr = c.kind
			co := prepare(t, stage, p)
			var out, errors strings.Builder
			co.Stdout, co.Stderr = &out, &errors
			if err := co.Start(); err != nil {
				t.Fatal(err)
			}
			_, err := co.outcome(t)
			_ = co.Wait()
			if err != nil || out.String() != c.out || errors.String() != c.err {
				t.Errorf("%d: got %q and %q, %v", c.kind, out.String(), errors.String(), err)
			}
		}
	})
}

func TestExecRefusesWhatNeedsAParent(t *testing.T) {
	for name, change := range map[string]func(p *Plan){
		"result":     func(p *Plan) { p.Result = true },
		"recording":  func(p *Plan) { p.Record = "/tmp/x" },
		"time limit": func(p *Plan) { p.Limits.Time = time.Second },
		"pipe":       func(p *Plan) { p.Stages = append(p.Stages, p.Stages[0]) },
		"no program": func(p *Plan) { p.Stages = nil },
	} {
		p := confined(Confinement{}, "probe", "args")
		change(p)
		if err := Exec(p); err == nil || p.Stages != nil && !p.Stays() {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func TestExitCode(t *testing.T) {
	for _, c := range []struct {
		err  error
		want int
	}{
		{nil, 0},
		{&MissingProgram{Program: "/x", Path: "/x"}, 127},
		{fmt.Errorf("run: %w", &MissingProgram{Program: "/x", Path: "/y"}), 127},
		{&UnsafeProgram{}, 78},
		{&NoSandbox{}, 78},
		{errors.New("other"), 78},
	} {
		if got := ExitCode(c.err); got != c.want {
			t.Errorf("%v: got %d, want %d", c.err, got, c.want)
		}
	}
}

func TestValidate(t *testing.T) {
	good := func() *Plan { return confined(Confinement{Read: []string{"/usr"}}, "/bin/true") }
	if err := good().validate(); err != nil {
		t.Fatal(err)
	}
	long := strings.Repeat("x", maxPath)
	for name, change := range map[string]func(p *Plan){
		"no stage":                 func(p *Plan) { p.Stages = nil },
		"too many stages":          func(p *Plan) { p.Stages = make([]Command, maxStages+1) },
		"relative program":         func(p *Plan) { p.Stages[0].Program = "bin/true" },
		"empty program":            func(p *Plan) { p.Stages[0].Program = "" },
		"program with ..":          func(p *Plan) { p.Stages[0].Program = "/bin/../bin/true" },
		"program with two slashes": func(p *Plan) { p.Stages[0].Program = "//bin/true" },
		"program with slash":       func(p *Plan) { p.Stages[0].Program = "/bin/true/" },
		"program with NUL":         func(p *Plan) { p.Stages[0].Program = "/bin/true\x00" },
		"long program":             func(p *Plan) { p.Stages[0].Program = "/" + long },
		"no arguments":             func(p *Plan) { p.Stages[0].Args = nil },
		"argument with NUL":        func(p *Plan) { p.Stages[0].Args = []string{"a\x00b"} },
		"large arguments":          func(p *Plan) { p.Stages[0].Args = []string{strings.Repeat("x", maxStrings)} },
		"many arguments":           func(p *Plan) { p.Stages[0].Args = make([]string, maxWords+1) },
		"variable without =":       func(p *Plan) { p.Stages[0].Env = []string{"A"} },
		"variable without name":    func(p *Plan) { p.Stages[0].Env = []string{"=1"} },
		"variable with NUL":        func(p *Plan) { p.Stages[0].Env = []string{"A=\x00"} },
		"variable twice":           func(p *Plan) { p.Stages[0].Env = []string{"A=1", "B=1", "A=2"} },
		"relative folder":          func(p *Plan) { p.Stages[0].Dir = "." },
		"empty folder":             func(p *Plan) { p.Stages[0].Dir = "" },
		"error stream":             func(p *Plan) { p.Stages[0].Stderr = 3 },
		"level":                    func(p *Plan) { p.Confinement.Level = 3 },
		"negative level":           func(p *Plan) { p.Confinement.Level = -1 },
		"relative tree":            func(p *Plan) { p.Confinement.Write = []string{"srv"} },
		"empty tree":               func(p *Plan) { p.Confinement.Execute = []string{""} },
		"many trees":               func(p *Plan) { p.Confinement.Read = make([]string, maxPaths+1) },
		"negative memory":          func(p *Plan) { p.Limits.Memory = -1 },
		"negative time":            func(p *Plan) { p.Limits.Time = -1 },
		"niceness":                 func(p *Plan) { p.Limits.Nice = 20 },
		"umask":                    func(p *Plan) { p.Umask = 0o1000 },
		"negative umask":           func(p *Plan) { p.Umask = -2 },
		"relative recording":       func(p *Plan) { p.Record = "x" },
		"keep standard stream":     func(p *Plan) { p.Keep = []int{2} },
		"keep twice":               func(p *Plan) { p.Keep = []int{4, 4} },
		"keep high":                func(p *Plan) { p.Keep = []int{maxKeep + 1} },
	} {
		p := good()
		change(p)
		if err := p.validate(); err == nil {
			t.Errorf("%s: no error", name)
		}
		if _, err := decode(encode(p)); err == nil {
			t.Errorf("%s: passes through the wire", name)
		}
	}
}
