package power

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"
	"golang.org/x/sys/unix"

	"ops/sshrestrict/power/request"
)

// Variables that tell a copy of the test program what to be.
const (
	insideVariable = "OPS_POWER_INSIDE" // the tests in namespaces of their own
	clientVariable = "OPS_POWER_CLIENT" // ops-tools session power; "blind" does not look before it asks
)

func TestMain(m *testing.M) {
	switch mode := os.Getenv(clientVariable); mode {
	case "":
		os.Exit(m.Run())
	case "blind":
		r, err := request.Parse(os.Args[1:])
		if err == nil {
			err = Local().request(context.Background(), r.Verb)
		}
		fmt.Println(explain(err).Code)
		os.Exit(0)
	default:
		os.Exit(Local().Serve(context.Background(), os.Args[1:], os.Stdout, os.Stderr))
	}
}

// With the real dbus-daemon, its configuration of the distribution, the real systemd-logind and the real polkitd. Only
// process 1 is a fake, which notes what it is told to start. All of it lives in namespaces that end with the test.
func TestRealLogind(t *testing.T) {
	if os.Getenv(insideVariable) != "" {
		testInside(t)
		return
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self, "-test.run=^TestRealLogind$", "-test.v", "-test.timeout=120s")
	cmd.Env = append(os.Environ(), insideVariable+"=1")
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: unix.CLONE_NEWNS | unix.CLONE_NEWPID | unix.CLONE_NEWIPC | unix.CLONE_NEWUTS}
	out, err := cmd.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "--- PASS: TestRealLogind/") {
		t.Fatalf("%v; this test needs root and the packages dbus, systemd and polkitd\n%s", err, out)
	}
}

// realWorld is a machine with a bus, a logind and a polkitd of its own.
type realWorld struct {
	init   *fake // process 1
	root   *dbus.Conn
	client string      // a copy of this program that everybody may run
	jobs   chan string // units that process 1 was told to start
	open   atomic.Bool // a session is open
}

func mount(t *testing.T, source, target, kind string, flags uintptr) {
	t.Helper()
	if err := unix.Mount(source, target, kind, flags, ""); err != nil {
		t.Fatalf("mount %s: %v", target, err)
	}
}

func startReal(t *testing.T) *realWorld {
	t.Helper()
	mount(t, "", "/", "", unix.MS_REC|unix.MS_PRIVATE)
	mount(t, "run", "/run", "tmpfs", 0)
	mount(t, "proc", "/proc", "proc", 0)
	for _, folder := range []string{"/run/systemd/system", "/run/dbus", "/run/rules"} {
		if err := os.MkdirAll(folder, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	mount(t, "/run/rules", "/etc/polkit-1/rules.d", "", unix.MS_BIND)
	users, err := os.ReadFile("/etc/passwd")
	if err != nil {
		t.Fatal(err)
	}
	put(t, "/run/passwd", string(users)) // that dbus-daemon, which is not root, may read, whatever this machine's is like
	mount(t, "/run/passwd", "/etc/passwd", "", unix.MS_BIND)
	put(t, "/run/rules/10-test.rules", `polkit.addRule(function(action, subject) { // an ordinary account may take a lock
    return subject.user === "daemon" && action.id === "org.freedesktop.login1.inhibit-block-shutdown" ?
        polkit.Result.YES : polkit.Result.NOT_HANDLED;
});
`)
	start(t, "dbus-daemon", "--config-file=/usr/share/dbus-1/system.conf", "--nofork", "--nopidfile")
	wait(t, "the bus", func() bool {
		c, err := dbus.Connect("unix:path=" + Local().Bus)
		if err == nil {
			c.Close()
		}
		return err == nil
	})
	w := &realWorld{client: "/run/client", jobs: make(chan string, 100)}
	w.startInit(t)
	start(t, "/usr/lib/polkit-1/polkitd", "--no-debug")
	start(t, "/lib/systemd/systemd-logind")
	if w.root, err = dbus.Connect("unix:path=" + Local().Bus); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"org.freedesktop.login1", "org.freedesktop.PolicyKit1"} {
		wait(t, name, func() bool {
			var there bool
			return w.root.BusObject().Call("org.freedesktop.DBus.NameHasOwner", 0, name).Store(&there) == nil && there
		})
	}
	self, err := os.ReadFile("/proc/self/exe")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(w.client, self, 0o755); err != nil {
		t.Fatal(err)
	}
	return w
}

// startInit plays systemd: it says yes to everything, and every job is done at once.
func (w *realWorld) startInit(t *testing.T) {
	t.Helper()
	conn, err := dbus.Connect("unix:path=" + Local().Bus)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := conn.RequestName(systemd().name, dbus.NameFlagDoNotQueue); err != nil || got != dbus.RequestNameReplyPrimaryOwner {
		t.Fatalf("%v %v", got, err)
	}
	f := &fake{conn: conn, answers: map[string]func(*dbus.Message) reply{}}
	number := uint32(0)
	startUnit := func(m *dbus.Message) reply {
		number++
		unit, id := m.Body[0].(string), number
		job := dbus.ObjectPath(fmt.Sprintf("/org/freedesktop/systemd1/job/%d", id))
		w.jobs <- unit
		go func() { // after the reply, for which logind waits
			time.Sleep(50 * time.Millisecond)
			conn.Emit(systemd().path, systemd().name+".Manager.JobRemoved", id, job, unit, "done")
		}()
		return ok(job)
	}
	f.onCall("StartUnit", startUnit)
	f.onCall("StartTransientUnit", startUnit)
	f.onCall("StopUnit", startUnit)
	f.on("Subscribe", ok())
	f.on("Abandon", ok())
	f.onCall("Get", func(m *dbus.Message) reply { // a property of a unit
		switch m.Body[1] {
		case "LoadState":
			return ok(dbus.MakeVariant("loaded"))
		case "ActiveState":
			if w.open.Load() { // the scope of the session
				return ok(dbus.MakeVariant("active"))
			}
			return ok(dbus.MakeVariant("inactive"))
		}
		return fails("org.freedesktop.DBus.Error.UnknownProperty", "none")
	})
	f.on("ListJobs", ok([]queued{}))
	messages := make(chan *dbus.Message, 1000)
	conn.Eavesdrop(messages)
	go func() {
		for m := range messages {
			f.serve(m)
		}
	}()
	w.init = f
}

func start(t *testing.T, name string, args ...string) {
	t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cmd.Process.Kill()
		cmd.Wait()
	})
}

// wait looks again and again until something of another process has come about.
func wait(t *testing.T, what string, there func() bool) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); !there(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%s did not come", what)
		}
	}
}

// run is the client as another user. It returns the exit code and the last line.
func (w *realWorld) run(t *testing.T, mode string, uid uint32, words ...string) (int, string) {
	t.Helper()
	cmd := exec.Command(w.client, words...)
	cmd.Dir, cmd.Env = "/", []string{clientVariable + "=" + mode, "DBUS_SYSTEM_BUS_ADDRESS=unix:path=/nowhere"}
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uid, Gid: uid}}
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, io.Discard
	_ = cmd.Run()
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	return cmd.ProcessState.ExitCode(), lines[len(lines)-1]
}

func (w *realWorld) status(t *testing.T, uid uint32) Status {
	t.Helper()
	code, line := w.run(t, "1", uid, "status")
	var s Status
	if err := json.Unmarshal([]byte(line), &s); err != nil || code != 0 {
		t.Fatalf("exit %d, %v: %s", code, err, line)
	}
	return s
}

// want runs a verb and compares the exit code and the codes of the reasons.
func (w *realWorld) want(t *testing.T, uid uint32, verb string, code int, reasons string) {
	t.Helper()
	got, line := w.run(t, "1", uid, verb)
	var r Result
	if err := json.Unmarshal([]byte(line), &r); err != nil || got != code || codes(r.Reasons) != reasons {
		t.Errorf("%s by %d: exit %d, %s; want %d %q", verb, uid, got, line, code, reasons)
	}
}

// blind asks logind without looking first, as if all had changed since the look.
func (w *realWorld) blind(t *testing.T, uid uint32, verb, want string) {
	t.Helper()
	if _, got := w.run(t, "blind", uid, verb); got != want {
		t.Errorf("logind itself, asked for %s by %d: %q, want %q", verb, uid, got, want)
	}
}

// told waits for process 1 to be told to start a unit, and for logind to have done with it.
func (w *realWorld) told(t *testing.T, unit string) {
	t.Helper()
	select {
	case got := <-w.jobs:
		if got != unit {
			t.Fatalf("process 1 was told to start %s, want %s", got, unit)
		}
	case <-time.After(20 * time.Second):
		t.Fatalf("process 1 was not told to start %s", unit)
	}
	wait(t, "the end of the job", func() bool { s := w.status(t, 0); return s.Going != nil && *s.Going == "" })
}

func (w *realWorld) quiet(t *testing.T) {
	t.Helper()
	select {
	case got := <-w.jobs:
		t.Errorf("process 1 was told to start %s", got)
	default:
	}
}

// inhibit takes a real lock as root and returns how to let it go.
func (w *realWorld) inhibit(t *testing.T, what, mode string) func() {
	t.Helper()
	var fd dbus.UnixFD
	err := w.root.Object(login().name, login().path).Call(managerInterface+".Inhibit", 0, what, "test\x1b[2J", "because \u202e", mode).Store(&fd)
	if err != nil {
		t.Fatal(err)
	}
	return func() {
		unix.Close(int(fd))
		wait(t, "the end of the lock", func() bool { return len(w.status(t, 0).Inhibitors) == 0 })
	}
}

func (w *realWorld) install(t *testing.T, g Grant) {
	t.Helper()
	rule, err := Rule(g)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Install(RulePath, rule, false); err != nil {
		t.Fatal(err)
	}
}

const (
	daemonUser = 1 // of every Debian
	nobodyUser = 65534
)
