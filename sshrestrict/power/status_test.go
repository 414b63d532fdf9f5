package power

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"
	"golang.org/x/sys/unix"
)

// codes lists what the machine is busy with, each once.
func codes(reasons []Reason) string {
	var out []string
	for _, r := range reasons {
		if !slices.Contains(out, r.Code) {
			out = append(out, r.Code)
		}
	}
	return strings.Join(out, " ")
}

// fields lists what is not known.
func fields(unknown []Unknown) string {
	var out []string
	for _, u := range unknown {
		out = append(out, u.Field)
	}
	return strings.Join(out, " ")
}

const quietStatus = `{"schema":1,"time":"2027-01-15T12:00:00Z","hostname":"room12","boot_id":"6f2c0b9e-55a1-4a7b-9d6c-2f0f3f6b7a11",` +
	`"boot_time":"2027-01-15T05:13:20Z","uptime_s":24400,"load":[0.01,0.05,0.1],"going":"","scheduled":{"type":"","at":null},` +
	`"sessions":[],"idle":{"hint":true,"since":"2027-01-15T08:00:00Z"},"tty_idle_s":null,"inhibitors":[],"jobs":[],` +
	`"package_locks":[],"work":[],"ssh":[],"can":{"suspend":"yes","hibernate":"yes","poweroff":"yes","reboot":"yes"},` +
	`"wake_on_lan":[{"name":"eno1","mac":"52:54:00:12:34:56","supported":"pumbg","armed":"g","device_wakeup":"enabled"}],` +
	`"rtc":{"alarm":"2027-01-15T12:16:40Z","writable":true},"busy":[],"unknown":[]}` + "\n"

func TestQuietStatus(t *testing.T) {
	w := newWorld(t)
	w.put(t, "sys/class/net/eno1/type", "1\n")
	w.put(t, "sys/class/net/eno1/address", "52:54:00:12:34:56\n")
	w.put(t, "sys/class/net/eno1/device/power/wakeup", "enabled\n")
	w.put(t, "sys/class/net/br0/type", "1\n") // no device
	w.put(t, "sys/class/rtc/rtc0/wakealarm", "5000\n")
	w.put(t, "sys/class/rtc/rtc0/since_epoch", "4000\n") // a clock in a time of its own
	var out, talk bytes.Buffer
	if code := w.Serve(t.Context(), []string{"status"}, &out, &talk); code != 0 || talk.Len() > 0 {
		t.Errorf("exit %d, %s", code, talk.String())
	}
	if out.String() != quietStatus {
		t.Errorf("got\n%swant\n%s", out.String(), quietStatus)
	}
	if acted := w.fake.acted(); len(acted) > 0 {
		t.Errorf("a status did %q", acted)
	}
}

// The contract: every key of the status is in the example, so none goes away unnoticed.
func TestStatusReadsBack(t *testing.T) {
	var s Status
	d := json.NewDecoder(strings.NewReader(quietStatus))
	d.DisallowUnknownFields()
	if err := d.Decode(&s); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := write(&out, s); err != nil || out.String() != quietStatus {
		t.Errorf("%v %s", err, out.String())
	}
}

// statusCase is one thing that is not as on a quiet machine.
type statusCase struct {
	name    string
	set     func(*testing.T, *world)
	busy    string // codes
	unknown string // fields beside those that a quiet world lacks
}

func statusCases() []statusCase {
	on := func(member string, r reply) func(*testing.T, *world) {
		return func(_ *testing.T, w *world) { w.fake.on(member, r) }
	}
	locked := func(what, mode string) func(*testing.T, *world) {
		return on("ListInhibitors", ok([]lock{{what, "app", "busy", mode, 1000, 5}}))
	}
	session := func(uid uint32, change ...any) func(*testing.T, *world) {
		return func(_ *testing.T, w *world) { w.fake.session("3", uid, sessionProperties(change...)) }
	}
	const gone = "org.freedesktop.DBus.Error.ServiceUnknown"
	const wholeManager = "going idle scheduled"
	type other struct{ Type string }
	return []statusCase{
		{"another user", session(1000), "session", ""},
		{"root", session(0), "session", ""},
		{"the same account once more", session(990), "session", ""},
		{"the same account, closing", session(990, "State", "closing"), "", ""},
		{"another user, closing", session(1000, "State", "closing"), "session", ""},
		{"another user, idle", session(1000, "IdleHint", true, "IdleSinceHint", uint64(1)), "session", ""},
		{"greeter", session(110, "Class", "greeter"), "", ""},
		{"lock screen", session(1000, "Class", "lock-screen"), "", ""},
		{"cron", session(1000, "Class", "background"), "", ""},
		{"manager", session(1000, "Class", "manager"), "", ""},
		{"class of the future", session(1000, "Class", "user-deluxe"), "session", ""},
		{"class user-light", session(1000, "Class", "user-light"), "session", ""},
		{"class without a name", session(1000, "Class", ""), "session", ""},
		{"class missing", session(1000, "Class", nil), "session unknown", "sessions"},
		{"class of another type", session(1000, "Class", uint32(7)), "session unknown", "sessions"},
		{"terminal of another type", session(1000, "TTY", true), "session unknown", "sessions"},
		{"session without an answer", func(_ *testing.T, w *world) { w.fake.session("3", 1000, never()) }, "session unknown", "sessions"},
		{"session that may not be read", func(_ *testing.T, w *world) {
			w.fake.session("3", 1000, fails("org.freedesktop.DBus.Error.AccessDenied", "no"))
		}, "session unknown", "sessions"},
		{"session that ended meanwhile", func(_ *testing.T, w *world) {
			w.fake.session("3", 1000, fails("org.freedesktop.DBus.Error.UnknownObject", "no"))
		}, "", ""},
		{"session of an odd shape", func(_ *testing.T, w *world) { w.fake.session("3", 1000, ok("hello")) }, "session unknown", "sessions"},
		{"own session", func(_ *testing.T, w *world) {
			w.fake.session("3", 990, sessionProperties())
			w.fake.on("GetSessionByPID", ok(dbus.ObjectPath("/org/freedesktop/login1/session/_3")))
		}, "", ""},
		{"own session of an odd shape", func(_ *testing.T, w *world) {
			w.fake.session("3", 990, sessionProperties())
			w.fake.on("GetSessionByPID", ok(uint32(3)))
		}, "session", ""},
		{"own session and another", func(_ *testing.T, w *world) {
			w.fake.session("3", 990, sessionProperties())
			w.fake.session("4", 1000, sessionProperties())
			w.fake.on("GetSessionByPID", ok(dbus.ObjectPath("/org/freedesktop/login1/session/_3")))
		}, "session", ""},
		{"sessions refused", on("ListSessions", fails("org.freedesktop.DBus.Error.AccessDenied", "no")), "unknown", "sessions"},
		{"sessions without an answer", on("ListSessions", never()), "unknown", "sessions"},
		{"sessions of an odd shape", on("ListSessions", ok("none at all")), "unknown", "sessions"},
		{"sessions with a field too few", on("ListSessions", ok([]other{{"3"}})), "unknown", "sessions"},
		{"sessions with nothing", on("ListSessions", ok()), "unknown", "sessions"},
		{"too many sessions", func(_ *testing.T, w *world) {
			many := make([]listed, maxList+1)
			for i := range many {
				many[i] = listed{"c1", 0, "x", "", "/org/freedesktop/login1/session/_3"}
			}
			w.fake.on("ListSessions", ok(many))
			w.fake.on("GetAll "+sessionInterface, sessionProperties("Class", "greeter"))
		}, "unknown", "sessions"},

		{"lock on shutdown", locked("shutdown", "block"), "inhibitor", ""},
		{"lock on sleep", locked("sleep", "block"), "inhibitor", ""},
		{"lock on idleness", locked("idle", "block"), "inhibitor", ""},
		{"lock among others", locked("handle-lid-switch:sleep", "block"), "inhibitor", ""},
		{"weak lock", locked("sleep", "block-weak"), "inhibitor", ""},
		{"lock in a mode of the future", locked("sleep", "queue"), "inhibitor", ""},
		{"lock without a mode", locked("sleep", ""), "inhibitor", ""},
		{"lock on nothing", locked("", "block"), "inhibitor", ""},
		{"lock with a blank part", locked("handle-lid-switch:", "block"), "inhibitor", ""},
		{"lock on something of the future", locked("hover", "block"), "inhibitor", ""},
		{"lock behind very many others", locked(strings.Repeat("handle-lid-switch:", 100)+"sleep", "block"), "inhibitor", ""},
		{"mode with a blank", locked("sleep", "delay "), "inhibitor", ""},
		{"lock that delays", locked("shutdown:sleep", "delay"), "", ""},
		{"lock on a key", locked("handle-power-key:handle-suspend-key", "block"), "", ""},
		{"locks refused", on("ListInhibitors", fails("org.freedesktop.DBus.Error.AccessDenied", "no")), "unknown", "inhibitors"},
		{"locks without an answer", on("ListInhibitors", never()), "unknown", "inhibitors"},
		{"locks of an odd shape", on("ListInhibitors", ok([]string{"sleep"})), "unknown", "inhibitors"},
		{"locks with numbers for words", on("ListInhibitors", ok([]struct{ A, B, C, D, E, F uint32 }{{}})), "unknown", "inhibitors"},
		{"no locks, said as nothing", on("ListInhibitors", ok()), "unknown", "inhibitors"},
		{"two answers in one", on("ListInhibitors", ok([]lock{}, []lock{})), "unknown", "inhibitors"},
		{"a huge list of locks", func(_ *testing.T, w *world) {
			many := make([]lock, 8192) // the most that logind gives out
			for i := range many {
				many[i] = lock{"handle-lid-switch", strings.Repeat("x", 300), "y", "block", 0, 1}
			}
			w.fake.on("ListInhibitors", ok(many))
		}, "unknown", "inhibitors"},

		{"job", on("ListJobs", ok([]queued{{9, "backup.service", "start", "running", "/j/9", "/u/b"}})), "job", ""},
		{"jobs refused", on("ListJobs", fails(gone, "no")), "unknown", "jobs"},
		{"jobs of an odd shape", on("ListJobs", ok(uint32(4))), "unknown", "jobs"},

		{"going down", on("GetAll "+managerInterface, managerProperties("PreparingForShutdown", true)), "going", ""},
		{"going to sleep", on("GetAll "+managerInterface, managerProperties("PreparingForSleep", true)), "going", ""},
		{"a later shutdown", on("GetAll "+managerInterface, managerProperties("ScheduledShutdown", struct {
			T string
			A uint64
		}{"poweroff", 1_800_010_000_000_000})), "", ""},
		{"a property is missing", on("GetAll "+managerInterface, managerProperties("PreparingForSleep", nil)), "unknown", wholeManager},
		{"a property is a word", on("GetAll "+managerInterface, managerProperties("PreparingForSleep", "no")), "unknown", wholeManager},
		{"a property is a number", on("GetAll "+managerInterface, managerProperties("PreparingForShutdown", uint32(0))), "unknown", wholeManager},
		{"the schedule is a word", on("GetAll "+managerInterface, managerProperties("ScheduledShutdown", "never")), "unknown", wholeManager},
		{"properties without an answer", on("GetAll "+managerInterface, never()), "unknown", wholeManager},
		{"a time past all years", on("GetAll "+managerInterface, managerProperties("IdleSinceHint", uint64(1)<<63)), "", ""},
		{"logind cannot say", on("CanSuspend", fails(gone, "no")), "", "can.suspend"},
		{"logind says a number", on("CanPowerOff", ok(uint32(1))), "", "can.poweroff"},

		{"rsync", func(t *testing.T, w *world) { w.process(t, 500, "rsync", 1, "rsync -a a b") }, "work", ""},
		{"daemon of rsync", func(t *testing.T, w *world) { w.process(t, 500, "rsync", 1, "/usr/bin/rsync --daemon --no-detach") }, "", ""},
		{"daemon of rsync at work", func(t *testing.T, w *world) {
			w.process(t, 500, "rsync", 1, "/usr/bin/rsync --daemon --no-detach")
			w.process(t, 501, "rsync", 500, "/usr/bin/rsync --daemon --no-detach")
		}, "work", ""},
		{"dead backup", func(t *testing.T, w *world) { w.put(t, "proc/500/stat", "500 (borg) Z 1 1 1\n") }, "", ""},
		{"name with parentheses", func(t *testing.T, w *world) { w.process(t, 500, "a) S 1 (borg", 1, "x") }, "", ""},
		{"hidden processes", func(t *testing.T, w *world) { os.RemoveAll(w.path("proc/1")) }, "unknown", "ssh work"},
		{"process without a name", func(t *testing.T, w *world) { w.put(t, "proc/500/stat", "500 borg S 1\n") }, "unknown", "ssh work"},
		{"process that ended", func(t *testing.T, w *world) { os.MkdirAll(w.path("proc/500"), 0o755) }, "", ""},
		{"process of an endless name", func(t *testing.T, w *world) {
			w.put(t, "proc/500/stat", "500 ("+strings.Repeat("x", maxFile)+") S 1\n")
		}, "unknown", "ssh work"},
		{"a circle of parents", func(t *testing.T, w *world) {
			w.process(t, 77, "ops-tools", 76, "x")
			w.process(t, 76, "sshd", 77, "sshd: x")
		}, "", ""},
		{"ssh without a session", func(t *testing.T, w *world) {
			w.process(t, 600, "sshd", 599, "sshd: ann@pts/3")
			w.process(t, 599, "sshd", 1, "sshd: ann [priv]")
		}, "ssh", ""},
		{"ssh beside a session that nobody opened", func(t *testing.T, w *world) {
			w.process(t, 600, "sshd", 0, "sshd: ann@pts/3")
			w.fake.session("3", 1000, sessionProperties("Class", "background", "Leader", uint32(0)))
		}, "ssh", ""},
		{"tunnel of a newer ssh", func(t *testing.T, w *world) { w.process(t, 600, "sshd-session", 1, "sshd-session: ann") }, "ssh", ""},
		{"ssh of a session that does not count", func(t *testing.T, w *world) {
			w.process(t, 600, "sshd", 4242, "sshd: ann@pts/3")
			w.fake.session("3", 1000, sessionProperties("Class", "background"))
		}, "", ""},
		{"somebody knocks at ssh", func(t *testing.T, w *world) {
			w.process(t, 600, "sshd", 1, "sshd: root [net]")
			w.process(t, 601, "sshd", 1, "sshd: [accepted]")
			w.process(t, 602, "sshd", 1, "sshd: /usr/sbin/sshd -D [listener] 0 of 10-100 startups")
		}, "", ""},

		{"dpkg at work", func(t *testing.T, w *world) { lockFile(t, w, "var/lib/dpkg/lock-frontend") }, "packages", ""},
		{"somebody waits for dpkg", func(t *testing.T, w *world) {
			id := lockID(t, w, "var/lib/dpkg/lock")
			w.put(t, "proc/locks", "1: -> POSIX  ADVISORY  WRITE 12 "+id+" 0 EOF\n")
		}, "", ""},
		{"another file is locked", func(t *testing.T, w *world) {
			lockID(t, w, "var/lib/dpkg/lock")
			w.put(t, "proc/locks", "1: FLOCK  ADVISORY  WRITE 12 fe:00:999999999 0 EOF\n")
		}, "", ""},
		{"locks of files are garbage", func(t *testing.T, w *world) {
			lockID(t, w, "var/lib/dpkg/lock")
			w.put(t, "proc/locks", "1: POSIX  ADVISORY  WRITE 12 zz:00:12 0 EOF\n")
		}, "unknown", "package_locks"},
		{"locks of files cannot be read", func(t *testing.T, w *world) {
			lockID(t, w, "var/lib/dpkg/lock")
			os.Remove(w.path("proc/locks"))
		}, "unknown", "package_locks"},

		{"load is not a number", func(t *testing.T, w *world) { w.put(t, "proc/loadavg", "NaN 0 0 1/2 3\n") }, "", "load"},
		{"load is without end", func(t *testing.T, w *world) { w.put(t, "proc/loadavg", "+Inf 0 0 1/2 3\n") }, "", "load"},
		{"load is short", func(t *testing.T, w *world) { w.put(t, "proc/loadavg", "0.1\n") }, "", "load"},
		{"uptime is below zero", func(t *testing.T, w *world) { w.put(t, "proc/uptime", "-1 0\n") }, "", "uptime_s"},
		{"no time of boot", func(t *testing.T, w *world) { w.put(t, "proc/stat", "cpu 1\n") }, "", "boot_time"},
		{"time of boot past all years", func(t *testing.T, w *world) { w.put(t, "proc/stat", "btime 1099511627775\n") }, "", "boot_time"},
		{"host name too long", func(t *testing.T, w *world) { w.put(t, "proc/sys/kernel/hostname", strings.Repeat("x", maxFile+1)) }, "", "hostname"},
		{"modes of a card are secret", func(t *testing.T, w *world) {
			w.put(t, "sys/class/net/eno1/type", "1\n")
			w.put(t, "sys/class/net/eno1/device/uevent", "")
			w.wakeModes = func(string) (uint32, uint32, error) { return 0, 0, errors.New("not permitted") }
		}, "", "wake_on_lan"},
		{"alarm is a word", func(t *testing.T, w *world) {
			w.put(t, "sys/class/rtc/rtc0/wakealarm", "soon\n")
			w.put(t, "sys/class/rtc/rtc0/since_epoch", "4000\n")
		}, "", "rtc"},
		{"alarm past all years", func(t *testing.T, w *world) {
			w.put(t, "sys/class/rtc/rtc0/wakealarm", "540000000000\n")
			w.put(t, "sys/class/rtc/rtc0/since_epoch", "4000\n")
		}, "", "rtc"},
	}
}

// lockFile holds a lock on a file of the world, as dpkg does, until the end of the test, and shows it the real /proc/locks.
func lockFile(t *testing.T, w *world, name string) {
	t.Helper()
	lockID(t, w, name)
	f, err := os.OpenFile(w.path(name), os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	if err := unix.FcntlFlock(f.Fd(), unix.F_SETLK, &unix.Flock_t{Type: unix.F_WRLCK}); err != nil {
		t.Fatal(err)
	}
	os.Remove(w.path("proc/locks"))
	if err := os.Symlink("/proc/locks", w.path("proc/locks")); err != nil {
		t.Fatal(err)
	}
}

// lockID makes a file and returns it as /proc/locks would name it.
func lockID(t *testing.T, w *world, name string) string {
	t.Helper()
	w.put(t, name, "")
	var st unix.Stat_t
	if err := unix.Stat(w.path(name), &st); err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("%02x:%02x:%d", unix.Major(st.Dev), unix.Minor(st.Dev), st.Ino)
}

// Each case alone, on a machine that is quiet but for it. What is unknown is also null, unless it is a list in part.
func TestStatusCases(t *testing.T) {
	for _, c := range statusCases() {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			c.set(t, w)
			if strings.Contains(c.name, "without an answer") {
				w.Collect = 2 * time.Second
			}
			var out bytes.Buffer
			start := time.Now()
			code := w.Serve(t.Context(), []string{"status"}, &out, &out)
			if took := time.Since(start); code != 0 || took > w.Collect+5*time.Second {
				t.Errorf("exit %d after %v", code, took)
			}
			var s Status
			if err := json.Unmarshal(out.Bytes(), &s); err != nil {
				t.Fatalf("%v\n%s", err, out.String())
			}
			if got := codes(s.Busy); got != c.busy {
				t.Errorf("busy %q, want %q: %v", got, c.busy, s.Busy)
			}
			unknown := slices.DeleteFunc(strings.Fields(fields(s.Unknown)), func(f string) bool {
				return f == "rtc" && !strings.HasPrefix(c.name, "alarm")
			})
			if got := strings.Join(unknown, " "); got != c.unknown {
				t.Errorf("unknown %q, want %q: %v", got, c.unknown, s.Unknown)
			}
			var raw map[string]any
			if err := json.Unmarshal(out.Bytes(), &raw); err != nil {
				t.Fatal(err)
			}
			for _, u := range s.Unknown {
				value := raw[u.Field]
				if can, isCan := strings.CutPrefix(u.Field, "can."); isCan {
					value = raw["can"].(map[string]any)[can]
				}
				if _, list := value.([]any); value != nil && !list {
					t.Errorf("%s is unknown and %v", u.Field, value)
				}
				if u.Reason == "" {
					t.Errorf("%s is unknown without a reason", u.Field)
				}
			}
		})
	}
	if n := len(statusCases()); n < 40 {
		t.Errorf("only %d cases", n)
	}
}

// Nothing a user writes into a lock, a session or a process gets out as it is.
func TestHostileText(t *testing.T) {
	evil := "\x1b]0;owned\x07\u202egnp.exe\n{\"result\":\"accepted\"}\x00"[:len("\x1b]0;owned\x07\u202egnp.exe\n{\"result\":\"accepted\"}")]
	long := strings.Repeat("\u200b", 5000)
	w := newWorld(t)
	w.fake.on("ListInhibitors", ok([]lock{{"sleep", evil, long, evil, 0, 1}}))
	w.fake.on("ListJobs", ok([]queued{{1, evil, long, evil, "/", "/"}}))
	w.fake.session("3", 1000, sessionProperties("TTY", evil, "Service", evil, "Type", long, "State", evil))
	w.fake.on("CanSuspend", ok(evil))
	w.fake.on("CanReboot", fails("org.example.Bad", evil+long))
	w.put(t, "proc/sys/kernel/hostname", evil+"\xff\xfe")
	w.process(t, 600, "sshd", 1, "sshd: "+evil)
	w.process(t, 601, "borg", 1, evil)
	for _, verb := range []string{"status", "suspend"} {
		var out, talk bytes.Buffer
		w.Serve(t.Context(), []string{verb}, &out, &talk)
		for _, text := range []string{out.String(), talk.String()} {
			if strings.Count(text, "\n") > 1 || strings.ContainsFunc(text, func(r rune) bool {
				return r != '\n' && (r < ' ' || r >= 0x7f && r < 0xa0 || r == 0x202e || r == 0x200b || r == 0xfffd)
			}) {
				t.Errorf("%s: %q", verb, text)
			}
			if len(text) > 64<<10 {
				t.Errorf("%s: %d bytes", verb, len(text))
			}
		}
	}
	if acted := w.fake.acted(); len(acted) > 0 {
		t.Errorf("did %q", acted)
	}
}

// A session that logind calls idle for long enough does not count where the policy says so, if its terminal agrees.
func TestIdleSessions(t *testing.T) {
	hour := uint64(noon().Add(-time.Hour).UnixMicro())
	for name, c := range map[string]struct {
		limit  time.Duration
		tty    string
		change []any
		busy   string
	}{
		"idle for long":           {time.Hour, "", []any{"IdleHint", true, "IdleSinceHint", hour}, ""},
		"not long enough":         {time.Hour + time.Second, "", []any{"IdleHint", true, "IdleSinceHint", hour}, "session"},
		"no such policy":          {0, "", []any{"IdleHint", true, "IdleSinceHint", hour}, "session"},
		"not idle":                {time.Hour, "", []any{"IdleHint", false, "IdleSinceHint", hour}, "session"},
		"idle since when":         {time.Hour, "", []any{"IdleHint", true, "IdleSinceHint", uint64(0)}, "session"},
		"idle since the future":   {time.Hour, "", []any{"IdleHint", true, "IdleSinceHint", uint64(noon().Add(time.Hour).UnixMicro())}, "session"},
		"terminal agrees":         {time.Hour, "tty7", []any{"IdleHint", true, "IdleSinceHint", hour}, ""},
		"terminal in use":         {time.Hour, "tty8", []any{"IdleHint", true, "IdleSinceHint", hour}, "session"},
		"terminal away":           {time.Hour, "pts/77", []any{"IdleHint", true, "IdleSinceHint", hour}, "session"},
		"terminal is a file":      {time.Hour, "tty9", []any{"IdleHint", true, "IdleSinceHint", hour}, "session"},
		"terminal somewhere else": {time.Hour, "tty/../../etc/x", []any{"IdleHint", true, "IdleSinceHint", hour}, "session"},
		"display":                 {time.Hour, ":0", []any{"IdleHint", true, "IdleSinceHint", hour}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.IdleSessions = c.limit
			w.put(t, "dev/tty9", "")
			terminalAt(t, w, "dev/tty7", noon().Add(-time.Hour))
			terminalAt(t, w, "dev/tty8", noon().Add(-time.Minute))
			w.fake.session("3", 1000, sessionProperties(append(c.change, "TTY", c.tty)...))
			s := w.Status(t.Context())
			if got := codes(s.Busy); got != c.busy {
				t.Errorf("busy %q, want %q: %v", got, c.busy, s.Busy)
			}
			if s.TTYIdleS == nil || *s.TTYIdleS != 60 {
				t.Errorf("terminals are idle for %v", s.TTYIdleS)
			}
		})
	}
}

// terminalAt makes a character device that was last read at this time.
func terminalAt(t *testing.T, w *world, name string, at time.Time) {
	t.Helper()
	if err := unix.Mknod(w.path(name), unix.S_IFCHR|0o600, int(unix.Mkdev(1, 3))); err != nil {
		t.Fatalf("make a device, which needs root: %v", err)
	}
	if err := os.Chtimes(w.path(name), at, at); err != nil {
		t.Fatal(err)
	}
}
