package power

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"

	"ops/sshrestrict/power/request"
)

// serve runs one request and returns the exit code and the results.
func (w *world) serve(t *testing.T, words ...string) (int, []Result, string) {
	t.Helper()
	var out, talk bytes.Buffer
	code := w.Serve(t.Context(), words, &out, &talk)
	var results []Result
	for line := range strings.Lines(out.String()) {
		var r Result
		d := json.NewDecoder(strings.NewReader(line))
		d.DisallowUnknownFields()
		if err := d.Decode(&r); err != nil {
			t.Fatalf("%v in %q", err, line)
		}
		results = append(results, r)
	}
	return code, results, talk.String()
}

func outcomes(results []Result) string {
	var out []string
	for _, r := range results {
		out = append(out, string(r.Result))
	}
	return strings.Join(out, " ")
}

// On a quiet machine each verb calls its one method with its one flag, and nothing else.
func TestActs(t *testing.T) {
	for verb, call := range map[string]string{
		"suspend": "SuspendWithFlags 1", "hibernate": "HibernateWithFlags 1", "poweroff": "PowerOffWithFlags 1", "reboot": "RebootWithFlags 1",
	} {
		w := newWorld(t)
		code, results, talk := w.serve(t, verb)
		if code != 0 || outcomes(results) != "requested accepted" || talk != "" {
			t.Errorf("%s: exit %d, %+v, %q", verb, code, results, talk)
		}
		if got := strings.Join(w.fake.acted(), ", "); got != call {
			t.Errorf("%s called %s, want %s", verb, got, call)
		}
	}
}

func TestActIsOneLineEach(t *testing.T) {
	w := newWorld(t)
	var out bytes.Buffer
	w.Serve(t.Context(), []string{"suspend"}, &out, io.Discard)
	const want = `{"schema":1,"time":"2027-01-15T12:00:00Z","verb":"suspend","result":"requested","reasons":[],"wake_at":null}` + "\n" +
		`{"schema":1,"time":"2027-01-15T12:00:00Z","verb":"suspend","result":"accepted","reasons":[],"wake_at":null}` + "\n"
	if out.String() != want {
		t.Errorf("got\n%s", out.String())
	}
}

// Whatever keeps the machine busy, or is in doubt, keeps every verb from reaching logind.
func TestEveryReasonPreventsEveryVerb(t *testing.T) {
	for _, c := range statusCases() {
		if c.busy == "" {
			continue
		}
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			if strings.Contains(c.name, "without an answer") {
				w.Collect = 2 * time.Second
			}
			c.set(t, w)
			for _, verb := range request.Verbs() {
				if !verb.Acts() {
					continue
				}
				code, results, talk := w.serve(t, string(verb))
				if code != ExitLater || outcomes(results) != "refused" || codes(results[0].Reasons) != c.busy || !strings.Contains(talk, "refused") {
					t.Errorf("%s: exit %d, %+v, %s", verb, code, results, talk)
				}
				if strings.Contains(c.name, "without an answer") {
					break // each takes its time
				}
			}
			if acted := w.fake.acted(); len(acted) > 0 {
				t.Errorf("did %q", acted)
			}
		})
	}
}

// What logind says in advance, and what it says in the end.
func TestLogindSaysNo(t *testing.T) {
	const asked = "requested refused"
	for _, c := range []struct {
		name, member string
		answer       reply
		code         int
		reason, out  string
	}{
		{"cannot", "CanSuspend", ok("na"), ExitUnavailable, CodeUnavailable, "refused"},
		{"may not", "CanSuspend", ok("no"), ExitDenied, CodeDenied, "refused"},
		{"with a password", "CanSuspend", ok("challenge"), ExitDenied, CodeDenied, "refused"},
		{"inhibited", "CanSuspend", ok("inhibited"), ExitLater, CodeInhibitor, "refused"},
		{"inhibited in newer words", "CanSuspend", ok("challenge-inhibitor-blocked"), ExitLater, CodeInhibitor, "refused"},
		{"yes in another case", "CanSuspend", ok("Yes"), ExitLater, CodeUnknown, "refused"},
		{"yes with a blank", "CanSuspend", ok("yes "), ExitLater, CodeUnknown, "refused"},
		{"empty", "CanSuspend", ok(""), ExitLater, CodeUnknown, "refused"},
		{"true", "CanSuspend", ok(true), ExitLater, CodeUnknown, "refused"},
		{"yes as a list", "CanSuspend", ok([]string{"yes"}), ExitLater, CodeUnknown, "refused"},
		{"yes twice", "CanSuspend", ok("yes", "yes"), ExitLater, CodeUnknown, "refused"},
		{"letters as numbers", "CanSuspend", ok([]byte("yes")), ExitLater, CodeUnknown, "refused"},
		{"unknown method", "CanSuspend", fails("org.freedesktop.DBus.Error.UnknownMethod", "x"), ExitLater, CodeUnknown, "refused"},

		{"access denied", "SuspendWithFlags", fails("org.freedesktop.DBus.Error.AccessDenied", "x"), ExitDenied, CodeDenied, asked},
		{"wants a password", "SuspendWithFlags", fails("org.freedesktop.DBus.Error.InteractiveAuthorizationRequired", "x"), ExitDenied, CodeDenied, asked},
		{"lock of the last moment", "SuspendWithFlags", fails("org.freedesktop.login1.BlockedByInhibitorLock", "x"), ExitLater, CodeInhibitor, asked},
		{"on its way", "SuspendWithFlags", fails("org.freedesktop.login1.OperationInProgress", "x"), ExitLater, CodeGoing, asked},
		{"not supported", "SuspendWithFlags", fails("org.freedesktop.login1.SleepVerbNotSupported", "x"), ExitUnavailable, CodeUnavailable, asked},
		{"too old", "SuspendWithFlags", fails("org.freedesktop.DBus.Error.UnknownMethod", "x"), ExitUnavailable, CodeUnavailable, asked},
		{"gone", "SuspendWithFlags", fails("org.freedesktop.DBus.Error.ServiceUnknown", "x"), ExitLater, CodeLogind, asked},
		{"failed", "SuspendWithFlags", fails("org.freedesktop.DBus.Error.Failed", "x"), ExitLater, CodeLogind, asked},
		{"error without a text", "SuspendWithFlags", fails("org.freedesktop.DBus.Error.Failed", ""), ExitLater, CodeLogind, asked},
		{"no answer", "SuspendWithFlags", never(), ExitLater, CodeNoAnswer, "requested unsure"},
		{"bus gave up", "SuspendWithFlags", fails("org.freedesktop.DBus.Error.NoReply", "x"), ExitLater, CodeNoAnswer, "requested unsure"},
		{"an answer too much", "SuspendWithFlags", ok("done"), ExitLater, CodeNoAnswer, "requested unsure"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.fake.on(c.member, c.answer)
			if c.answer.never {
				w.Act = 500 * time.Millisecond
			}
			code, results, talk := w.serve(t, "suspend")
			if code != c.code || outcomes(results) != c.out || codes(results[len(results)-1].Reasons) != c.reason {
				t.Errorf("exit %d, %+v, %s", code, results, talk)
			}
			if c.reason == CodeDenied && !strings.Contains(talk, "ops ssh-restrict power install") {
				t.Errorf("no remedy in %q", talk)
			}
			if acted := w.fake.acted(); len(acted) > 1 || (c.out == "refused") != (len(acted) == 0) {
				t.Errorf("did %q", acted)
			}
			// Another verb is not touched by that.
			if code, _, talk := w.serve(t, "poweroff"); code != 0 {
				t.Errorf("poweroff: exit %d, %s", code, talk)
			}
		})
	}
}

// Between our look and logind's own, somebody takes a lock: the refusal names the lock and asks for patience.
func TestLockTakenInBetween(t *testing.T) {
	w := newWorld(t)
	w.fake.onCall("PowerOffWithFlags", func(*dbus.Message) reply {
		w.fake.on("ListInhibitors", ok([]lock{{"shutdown", "apt", "upgrade", "block", 0, 9}}))
		return fails("org.freedesktop.DBus.Error.AccessDenied", "no")
	})
	code, results, _ := w.serve(t, "poweroff")
	if code != ExitLater || outcomes(results) != "requested refused" || codes(results[1].Reasons) != CodeInhibitor {
		t.Errorf("exit %d, %+v", code, results)
	}
}

// The bus goes away while logind thinks.
func TestBusBreaksInTheMiddle(t *testing.T) {
	w := newWorld(t)
	w.fake.onCall("PowerOffWithFlags", func(*dbus.Message) reply {
		w.fake.conn.Close()
		return never()
	})
	code, results, _ := w.serve(t, "poweroff")
	if last := results[len(results)-1]; code != ExitLater || last.Result == Accepted || len(last.Reasons) == 0 {
		t.Errorf("exit %d, %+v", code, results)
	}
}

// brokenPipe is the answer to a client who left.
type brokenPipe struct{ after int }

func (b *brokenPipe) Write(p []byte) (int, error) {
	if b.after--; b.after < 0 {
		return 0, errors.New("broken pipe")
	}
	return len(p), nil
}

// Nobody to tell, nothing done; and if the client leaves later, the exit code says that the answer is lost.
func TestClientLeaves(t *testing.T) {
	w := newWorld(t)
	if code := w.Serve(t.Context(), []string{"poweroff"}, &brokenPipe{0}, io.Discard); code != ExitLater || len(w.fake.acted()) > 0 {
		t.Errorf("exit %d, did %q", code, w.fake.acted())
	}
	if code := w.Serve(t.Context(), []string{"poweroff"}, &brokenPipe{1}, io.Discard); code != ExitFailed || len(w.fake.acted()) != 1 {
		t.Errorf("exit %d, did %q", code, w.fake.acted())
	}
	if code := w.Serve(t.Context(), []string{"status"}, &brokenPipe{0}, io.Discard); code != ExitFailed {
		t.Errorf("status: exit %d", code)
	}
}

func TestNotARequest(t *testing.T) {
	w := newWorld(t)
	for _, words := range [][]string{nil, {"halt"}, {"poweroff", "--force"}, {"suspend", "--wake-at=+1"}, {"status", "x"}, {"\x1b[2J"}} {
		code, results, talk := w.serve(t, words...)
		if code != ExitUsage || len(results) > 0 || !strings.HasPrefix(talk, "power") || strings.ContainsRune(talk, 0x1b) {
			t.Errorf("%q: exit %d, %+v, %q", words, code, results, talk)
		}
	}
	if acted := w.fake.acted(); len(acted) > 0 {
		t.Errorf("did %q", acted)
	}
}

// One reason that asks for patience makes the code 75: what is denied or impossible now may be so because of it.
func TestExitCodes(t *testing.T) {
	reasons := func(codes ...string) Result {
		var r Result
		for _, c := range codes {
			r.Reasons = append(r.Reasons, Reason{c, ""})
		}
		return r
	}
	for _, c := range []struct {
		r    Result
		want int
	}{
		{reasons(), ExitLater},
		{reasons(CodeDenied), ExitDenied},
		{reasons(CodeUnavailable), ExitUnavailable},
		{reasons(CodeDenied, CodeSession), ExitLater},
		{reasons(CodeSession, CodeDenied), ExitLater},
		{reasons("new"), ExitLater},
	} {
		if got := c.r.exit(); got != c.want {
			t.Errorf("%v: %d, want %d", c.r.Reasons, got, c.want)
		}
	}
	all := []int{ExitDone, ExitUsage, ExitUnavailable, ExitFailed, ExitLater, ExitDenied}
	if slices.Contains(all, 255) || !slices.IsSorted(all) {
		t.Errorf("codes %v", all)
	}
}
