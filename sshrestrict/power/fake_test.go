package power

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"
)

// startBus runs a real dbus-daemon in folder, with more lines for its configuration, and returns its socket.
func startBus(t *testing.T, folder, policy string) string {
	t.Helper()
	socket := filepath.Join(folder, "bus") // of letters that need no escape in an address
	config := filepath.Join(folder, "bus.conf")
	text := `<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>system</type><listen>unix:path=` + socket + `</listen><auth>EXTERNAL</auth>` + policy + `</busconfig>`
	put(t, config, text)
	daemon := exec.Command("dbus-daemon", "--config-file="+config, "--nofork", "--nopidfile", "--print-address=1")
	out, err := daemon.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := daemon.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		daemon.Process.Kill()
		daemon.Wait()
	})
	if _, err := bufio.NewReader(out).ReadString('\n'); err != nil { // the address: it listens now
		t.Fatalf("dbus-daemon: %v", err)
	}
	return socket
}

// busFolder is a folder with a short and plain name; that of t.TempDir follows the name of the test.
func busFolder(t *testing.T) string {
	t.Helper()
	folder, err := os.MkdirTemp("", "bus")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(folder) })
	return folder
}

const openPolicy = `<policy context="default"><allow user="*"/><allow own="*"/><allow send_destination="*"/>
<allow receive_sender="*"/><allow receive_type="method_call"/><allow receive_type="method_return"/><allow receive_type="error"/>
<allow receive_type="signal"/></policy>`

// reply is what a fake service answers: a body, an error, or nothing at all.
type reply struct {
	body  []any
	err   string
	text  string
	never bool
}

func ok(body ...any) reply             { return reply{body: body} }
func fails(name, text string) reply    { return reply{err: name, text: text} }
func never() reply                     { return reply{never: true} }
func (r reply) to(*dbus.Message) reply { return r }

// fake plays logind and systemd on a bus. It is for what the real ones do not do on demand.
type fake struct {
	conn    *dbus.Conn
	mu      sync.Mutex
	answers map[string]func(*dbus.Message) reply // by member, and for GetAll by member and interface and path
	calls   []string                             // members with arguments, in the order they came
}

// startFake joins the bus as a machine where nobody is at work.
func startFake(t *testing.T, socket string) *fake {
	t.Helper()
	conn, err := dbus.Connect("unix:path=" + socket)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{login().name, systemd().name} {
		if got, err := conn.RequestName(name, dbus.NameFlagDoNotQueue); err != nil || got != dbus.RequestNameReplyPrimaryOwner {
			t.Fatalf("own %s: %v %v", name, got, err)
		}
	}
	f := &fake{conn: conn, answers: map[string]func(*dbus.Message) reply{}}
	f.quiet()
	messages := make(chan *dbus.Message, 10000)
	conn.Eavesdrop(messages)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for m := range messages {
			f.serve(m)
		}
	}()
	t.Cleanup(func() {
		conn.Close()
		<-done
	})
	return f
}

func managerProperties(change ...any) reply {
	all := map[string]dbus.Variant{
		"IdleHint": dbus.MakeVariant(true), "IdleSinceHint": dbus.MakeVariant(uint64(1_800_000_000_000_000)),
		"PreparingForShutdown": dbus.MakeVariant(false), "PreparingForSleep": dbus.MakeVariant(false),
		"ScheduledShutdown": dbus.MakeVariant(struct {
			Type string
			At   uint64
		}{"", 18446744073709551615}),
	}
	return ok(changed(all, change))
}

// changed sets the properties named at even places to the values behind them; nil takes one away.
func changed(all map[string]dbus.Variant, change []any) map[string]dbus.Variant {
	for i := 0; i+1 < len(change); i += 2 {
		name := change[i].(string)
		if change[i+1] == nil {
			delete(all, name)
			continue
		}
		all[name] = dbus.MakeVariant(change[i+1])
	}
	return all
}

type listed struct {
	ID   string
	UID  uint32
	User string
	Seat string
	Path dbus.ObjectPath
}

type lock struct {
	What, Who, Why, Mode string
	UID, PID             uint32
}

type queued struct {
	ID                uint32
	Unit, Type, State string
	Job, Object       dbus.ObjectPath
}

func sessionProperties(change ...any) reply {
	all := map[string]dbus.Variant{
		"TTY": dbus.MakeVariant("pts/9"), "Remote": dbus.MakeVariant(true), "Service": dbus.MakeVariant("sshd"),
		"Type": dbus.MakeVariant("tty"), "Class": dbus.MakeVariant("user"), "State": dbus.MakeVariant("active"),
		"IdleHint": dbus.MakeVariant(false), "IdleSinceHint": dbus.MakeVariant(uint64(0)), "Leader": dbus.MakeVariant(uint32(4242)),
	}
	return ok(changed(all, change))
}

func (f *fake) quiet() {
	f.on("GetAll "+managerInterface, managerProperties())
	f.on("GetAll "+sessionInterface, sessionProperties())
	f.on("ListSessions", ok([]listed{}))
	f.on("GetSessionByPID", fails("org.freedesktop.login1.NoSessionForPID", "none"))
	f.on("ListInhibitors", ok([]lock{}))
	f.on("ListJobs", ok([]queued{}))
	for _, verb := range []string{"Suspend", "Hibernate", "PowerOff", "Reboot"} {
		f.on("Can"+verb, ok("yes"))
		f.on(verb+"WithFlags", ok())
	}
}

// on sets the answer to a member.
func (f *fake) on(member string, r reply) { f.onCall(member, r.to) }

func (f *fake) onCall(member string, answer func(*dbus.Message) reply) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.answers[member] = answer
}

// session adds a session with these properties.
func (f *fake) session(id string, uid uint32, properties reply) {
	path := dbus.ObjectPath("/org/freedesktop/login1/session/_" + id)
	f.onCall("GetAll "+sessionInterface+" "+string(path), properties.to)
	f.mu.Lock()
	before := f.answers["ListSessions"](nil).body[0].([]listed)
	f.mu.Unlock()
	f.on("ListSessions", ok(append(slices.Clone(before), listed{id, uid, fmt.Sprintf("user%d", uid), "", path})))
}

func (f *fake) serve(m *dbus.Message) {
	member, _ := m.Headers[dbus.FieldMember].Value().(string)
	if m.Type != dbus.TypeMethodCall {
		return
	}
	key := member
	if member == "GetAll" && len(m.Body) == 1 {
		key = fmt.Sprintf("GetAll %v", m.Body[0])
	}
	f.mu.Lock()
	path, _ := m.Headers[dbus.FieldPath].Value().(dbus.ObjectPath)
	answer, found := f.answers[key+" "+string(path)]
	if !found {
		answer, found = f.answers[key]
	}
	f.calls = append(f.calls, strings.TrimSuffix(fmt.Sprintln(append([]any{member}, m.Body...)...), "\n"))
	f.mu.Unlock()
	r := fails("org.freedesktop.DBus.Error.UnknownMethod", "no "+key)
	if found {
		r = answer(m)
	}
	if r.never {
		return
	}
	out := &dbus.Message{Type: dbus.TypeMethodReply, Body: r.body, Headers: map[dbus.HeaderField]dbus.Variant{
		dbus.FieldDestination: m.Headers[dbus.FieldSender], dbus.FieldReplySerial: dbus.MakeVariant(m.Serial()),
	}}
	if r.err != "" {
		out.Type, out.Body = dbus.TypeError, []any{r.text}
		out.Headers[dbus.FieldErrorName] = dbus.MakeVariant(r.err)
	}
	if len(out.Body) > 0 {
		out.Headers[dbus.FieldSignature] = dbus.MakeVariant(dbus.SignatureOf(out.Body...))
	}
	f.conn.Send(out, nil)
}

// acted lists the calls that would have changed something.
func (f *fake) acted() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(f.calls), func(call string) bool {
		return strings.HasPrefix(call, "Get") || strings.HasPrefix(call, "List") || strings.HasPrefix(call, "Can")
	})
}

// world is a machine whose files are made up and whose bus is real.
type world struct {
	Machine
	fake *fake
	root string
}

func noon() time.Time { return time.Date(2027, 1, 15, 12, 0, 0, 0, time.UTC) }

// newWorld is a quiet machine: its logind is a fake, its files lie in a folder.
func newWorld(t *testing.T) *world {
	t.Helper()
	root := t.TempDir()
	w := &world{root: root}
	w.put(t, "proc/sys/kernel/hostname", "room12\n")
	w.put(t, "proc/sys/kernel/random/boot_id", "6f2c0b9e-55a1-4a7b-9d6c-2f0f3f6b7a11\n")
	w.put(t, "proc/stat", "cpu  1 2 3\nintr 1 2\nbtime 1799990000\nprocesses 12\n")
	w.put(t, "proc/uptime", "24400.12 90000.00\n")
	w.put(t, "proc/loadavg", "0.01 0.05 0.10 1/200 4711\n")
	w.put(t, "proc/locks", "")
	w.process(t, 1, "systemd", 0, "/sbin/init")
	w.process(t, 77, "ops-tools", 76, "ops-tools")
	w.process(t, 76, "sshd", 75, "sshd: opspower@notty")
	w.process(t, 75, "sshd", 1, "sshd: opspower [priv]")
	w.put(t, "sys/class/net/lo/type", "772\n")
	socket := startBus(t, busFolder(t), openPolicy)
	w.fake = startFake(t, socket)
	w.Machine = Machine{
		Root: root, Bus: socket, Now: noon, PID: 77, UID: 990, Collect: time.Minute, Act: time.Minute, // for slow days
		wakeModes: func(string) (uint32, uint32, error) { return 0x2f, 0x20, nil },
		alarm:     sysfsAlarm(filepath.Join(root, "sys/class/rtc/rtc0")),
	}
	return w
}

func (w *world) put(t *testing.T, name, text string) {
	t.Helper()
	put(t, filepath.Join(w.root, name), text)
}

func (w *world) process(t *testing.T, pid int, name string, parent int, title string) {
	t.Helper()
	folder := fmt.Sprintf("proc/%d/", pid)
	w.put(t, folder+"stat", fmt.Sprintf("%d (%s) S %d 1 1 0 -1\n", pid, name, parent))
	w.put(t, folder+"cmdline", strings.ReplaceAll(title, " ", "\x00")+"\x00")
}

func put(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}
