package power

import (
	"context"
	"os"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"
	"golang.org/x/sys/unix"

	"ops/sshrestrict/power/request"
)

// testInside runs where TestRealLogind put it. The parts follow each other on one machine.
func testInside(t *testing.T) {
	w := startReal(t)
	t.Run("status of an ordinary account", func(t *testing.T) {
		s := w.status(t, daemonUser)
		for _, u := range s.Unknown {
			if u.Field != "wake_on_lan" && u.Field != "rtc" {
				t.Errorf("%s is not known: %s", u.Field, u.Reason)
			}
		}
		if len(s.Busy) > 0 || s.Sessions == nil || s.Inhibitors == nil || s.Jobs == nil || s.Going == nil || s.Scheduled == nil {
			t.Errorf("%+v", s)
		}
		if *s.Can.PowerOff != "challenge" || *s.Can.Reboot != "challenge" {
			t.Errorf("without a rule: %s, %s", *s.Can.PowerOff, *s.Can.Reboot)
		}
		if s := w.status(t, 0); *s.Can.PowerOff != "yes" {
			t.Errorf("as root: %s", *s.Can.PowerOff)
		}
	})
	t.Run("no rule, no right", func(t *testing.T) {
		w.want(t, daemonUser, "poweroff", ExitDenied, CodeDenied)
		w.blind(t, daemonUser, "poweroff", CodeDenied)
		w.quiet(t)
	})
	t.Run("the rule gives what it names to whom it names", func(t *testing.T) {
		w.install(t, Grant{User: "daemon", Verbs: []request.Verb{request.PowerOff}})
		wait(t, "the rule", func() bool { return *w.status(t, daemonUser).Can.PowerOff == "yes" })
		w.want(t, daemonUser, "poweroff", ExitDone, "")
		w.told(t, "poweroff.target")
		w.want(t, daemonUser, "reboot", ExitDenied, CodeDenied)
		w.blind(t, daemonUser, "reboot", CodeDenied)
		w.want(t, nobodyUser, "poweroff", ExitDenied, CodeDenied)
		w.blind(t, nobodyUser, "poweroff", CodeDenied)
		w.quiet(t)
	})
	t.Run("what the machine cannot", func(t *testing.T) {
		if can := w.status(t, 0).Can; *can.Hibernate == "na" { // no swap here, as a rule
			w.want(t, daemonUser, "hibernate", ExitUnavailable, CodeUnavailable)
		}
	})
	t.Run("locks", func(t *testing.T) { insideLocks(t, w) })
	t.Run("the account's own lock", func(t *testing.T) { insideOwnLock(t, w) })
	t.Run("sessions", func(t *testing.T) { insideSessions(t, w) })
	t.Run("without logind", func(t *testing.T) {
		w.init.conn.Close() // without process 1 there is nobody who knows the jobs
		w.want(t, daemonUser, "poweroff", ExitLater, CodeUnknown)
	})
}

func insideLocks(t *testing.T, w *realWorld) {
	for _, what := range []string{"shutdown", "sleep", "idle", "shutdown:handle-lid-switch"} {
		release := w.inhibit(t, what, "block")
		w.want(t, daemonUser, "poweroff", ExitLater, CodeInhibitor)
		w.want(t, 0, "poweroff", ExitLater, CodeInhibitor)
		if strings.Contains(what, "shutdown") { // logind's own second look
			w.blind(t, daemonUser, "poweroff", CodeDenied)
		}
		s := w.status(t, nobodyUser)
		if len(s.Inhibitors) != 1 || s.Inhibitors[0].What != what || strings.ContainsAny(s.Inhibitors[0].Who+s.Inhibitors[0].Why, "\x1b\u202e") {
			t.Errorf("%+v", s.Inhibitors)
		}
		release()
		w.quiet(t)
	}
	release := w.inhibit(t, "shutdown", "delay")
	w.want(t, daemonUser, "poweroff", ExitDone, "") // begun, and waiting for the lock
	w.quiet(t)
	w.want(t, daemonUser, "poweroff", ExitLater, CodeGoing)
	release()
	w.told(t, "poweroff.target")
	release = w.inhibit(t, "handle-power-key:handle-lid-switch", "block")
	w.want(t, daemonUser, "poweroff", ExitDone, "")
	w.told(t, "poweroff.target")
	release()
}

// insideOwnLock holds a lock of the very account that asks. Before version 257 logind passes over it, so the look before
// is all there is.
func insideOwnLock(t *testing.T, w *realWorld) {
	holder := exec.Command("systemd-inhibit", "--what=shutdown", "--mode=block", "--who=daemon", "--why=test", "sleep", "100")
	holder.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: daemonUser, Gid: daemonUser}}
	if err := holder.Start(); err != nil {
		t.Fatal(err)
	}
	wait(t, "the lock", func() bool { return len(w.status(t, 0).Inhibitors) == 1 })
	w.want(t, daemonUser, "poweroff", ExitLater, CodeInhibitor)
	w.want(t, 0, "poweroff", ExitLater, CodeInhibitor)
	w.blind(t, 0, "poweroff", CodeDenied) // the flag holds root
	w.quiet(t)
	holder.Process.Kill()
	holder.Wait()
	wait(t, "the end of the lock", func() bool { return len(w.status(t, 0).Inhibitors) == 0 })
}

// openSession lets logind open a session, as PAM does at a login.
func (w *realWorld) openSession(t *testing.T, uid uint32, class string) (end func()) {
	t.Helper()
	leader := exec.Command("sleep", "100")
	if err := leader.Start(); err != nil {
		t.Fatal(err)
	}
	w.open.Store(true)
	done := make(chan struct{})
	go func() { // units of the session are started meanwhile
		for {
			select {
			case <-w.jobs:
			case <-done:
				return
			}
		}
	}()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	call := w.root.Object(login().name, login().path).CallWithContext(ctx, managerInterface+".CreateSession", 0, uid, uint32(leader.Process.Pid),
		"sshd", "tty", class, "", "", uint32(0), "pts/7", "", true, "", "203.0.113.9", []struct {
			Name  string
			Value dbus.Variant
		}{})
	close(done)
	if call.Err != nil {
		t.Fatalf("CreateSession: %v", call.Err)
	}
	id, line := call.Body[0].(string), call.Body[3].(dbus.UnixFD)
	return func() {
		w.open.Store(false)
		unix.Close(int(line))
		w.root.Object(login().name, login().path).Call(managerInterface+".ReleaseSession", 0, id)
		leader.Process.Kill()
		leader.Wait()
		w.init.conn.Emit(systemd().path, systemd().name+".Manager.UnitRemoved", "session-"+id+".scope",
			dbus.ObjectPath("/org/freedesktop/systemd1/unit/session_2d"+id+"_2escope"))
	}
}

func insideSessions(t *testing.T, w *realWorld) {
	end := w.openSession(t, 2, "greeter")
	if s := w.status(t, daemonUser); len(s.Sessions) != 1 || len(s.Busy) > 0 {
		t.Errorf("a greeter: %+v %v", s.Sessions, s.Busy)
	}
	end()
	wait(t, "the end of the greeter", func() bool { return len(w.status(t, 0).Sessions) == 0 })
	end = w.openSession(t, nobodyUser, "user")
	s := w.status(t, daemonUser)
	want := Session{
		ID: s.Sessions[0].ID, UID: nobodyUser, User: "nobody", TTY: "pts/7", Remote: true, Service: "sshd", Type: "tty",
		Class: "user", State: s.Sessions[0].State, Idle: s.Sessions[0].Idle, IdleSince: s.Sessions[0].IdleSince,
	}
	if len(s.Sessions) != 1 || s.Sessions[0] != want || codes(s.Busy) != CodeSession {
		t.Errorf("%+v %v", s.Sessions, s.Busy)
	}
	w.want(t, daemonUser, "poweroff", ExitLater, CodeSession)
	w.want(t, 0, "poweroff", ExitLater, CodeSession)
	w.blind(t, daemonUser, "poweroff", CodeDenied) // logind's own second look
	w.quiet(t)
	// With the wider grant logind would; our own look still would not.
	w.install(t, Grant{User: "daemon", Verbs: []request.Verb{request.PowerOff}, Sessions: true})
	wait(t, "the wider rule", func() bool { return *w.status(t, daemonUser).Can.PowerOff == "yes" })
	w.want(t, daemonUser, "poweroff", ExitLater, CodeSession)
	w.quiet(t)
	w.blind(t, daemonUser, "poweroff", "")
	w.told(t, "poweroff.target")
	end()
	wait(t, "the end of the session", func() bool {
		return !slices.ContainsFunc(w.status(t, 0).Sessions, func(s Session) bool { return s.UID == nobodyUser })
	})
	if err := os.Remove(RulePath); err != nil {
		t.Error(err)
	}
	wait(t, "the end of the rule", func() bool { return *w.status(t, daemonUser).Can.PowerOff != "yes" })
	w.want(t, daemonUser, "poweroff", ExitDenied, CodeDenied)
}
