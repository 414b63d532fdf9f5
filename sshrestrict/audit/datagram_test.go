package audit

import (
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// daemon is a bound datagram socket.
type daemon struct {
	t    *testing.T
	path string
	fd   int
}

func listen(t *testing.T, path string) *daemon {
	t.Helper()
	fd, err := unix.Socket(unix.AF_UNIX, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	d := &daemon{t, path, fd}
	t.Cleanup(d.stop)
	if err := unix.Bind(fd, &unix.SockaddrUnix{Name: path}); err != nil {
		t.Fatal(err)
	}
	return d
}

func (d *daemon) stop() {
	if d.fd >= 0 {
		unix.Close(d.fd)
		os.Remove(d.path)
		d.fd = -1
	}
}

// receive returns the next datagram and what the descriptor that came with it holds, if there was one.
func (d *daemon) receive() (payload, file string) {
	d.t.Helper()
	buffer, control := make([]byte, 1<<20), make([]byte, 128)
	n, controls, _, _, err := unix.Recvmsg(d.fd, buffer, control, unix.MSG_DONTWAIT|unix.MSG_CMSG_CLOEXEC)
	if err != nil {
		d.t.Fatalf("nothing was received: %v", err)
	}
	if controls > 0 {
		messages, err := unix.ParseSocketControlMessage(control[:controls])
		if err != nil || len(messages) != 1 {
			d.t.Fatalf("%d control messages, %v", len(messages), err)
		}
		fds, err := unix.ParseUnixRights(&messages[0])
		if err != nil || len(fds) != 1 {
			d.t.Fatalf("%d descriptors, %v", len(fds), err)
		}
		seals, err := unix.FcntlInt(uintptr(fds[0]), unix.F_GET_SEALS, 0)
		if want := unix.F_SEAL_SHRINK | unix.F_SEAL_GROW | unix.F_SEAL_WRITE | unix.F_SEAL_SEAL; err != nil || seals != want {
			d.t.Errorf("seals %#x, want %#x, %v", seals, want, err)
		}
		memory := os.NewFile(uintptr(fds[0]), "memory")
		defer memory.Close()
		data, err := io.ReadAll(io.NewSectionReader(memory, 0, 1<<30))
		if err != nil {
			d.t.Fatal(err)
		}
		file = string(data)
	}
	return string(buffer[:n]), file
}

// entry decodes the journal's native protocol as far as it has one-line values; a name without = would start a binary one.
func entry(t *testing.T, payload string) map[string]string {
	t.Helper()
	fields := map[string]string{}
	for line := range strings.Lines(payload) {
		line, ended := strings.CutSuffix(line, "\n")
		name, value, text := strings.Cut(line, "=")
		_, twice := fields[name]
		if !ended || !text || twice || strings.Trim(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_") != "" {
			t.Errorf("a bad line in the entry: %q", line)
		}
		fields[name] = value
	}
	return fields
}

func TestJournal(t *testing.T) {
	d := listen(t, filepath.Join(t.TempDir(), "socket"))
	l := open(t, Options{Required: true, JournalSocket: d.path}, "journal")
	r := full()
	r.Decision, r.Key, r.Requested = Deny, "a\nOPS_DECISION=allow", new("x\nMESSAGE=forged\n\x1b[2J")
	r.Lost = 0 // is set by Write
	if err := l.Write(r); err != nil {
		t.Fatal(err)
	}
	payload, file := d.receive()
	got := entry(t, payload)
	for name, want := range map[string]string{
		"MESSAGE": `result deny ok policy backup rule allow[3] rsync key a\x0aOPS_DECISION=allow from 2001:db8::1 rename /srv/a: ` +
			`x\x0aMESSAGE=forged\x0a\x1b[2J`,
		"PRIORITY": "4", "SYSLOG_FACILITY": "4", "SYSLOG_IDENTIFIER": "ops-ssh-restrict", "OPS_ID": "00ff", "OPS_EVENT": "result",
		"OPS_DECISION": "deny", "OPS_CODE": "ok", "OPS_POLICY": "backup", "OPS_RULE": "allow[3] rsync",
		"OPS_KEY": `a\x0aOPS_DECISION=allow`, "OPS_FINGERPRINT": "SHA256:abc", "OPS_ACCOUNT": "backup",
		"OPS_ADDRESS": "2001:db8::1", "OPS_RECORD": strings.TrimSuffix(string(r.Append(nil)), "\n"),
	} {
		if got[name] != want {
			t.Errorf("%s = %q, want %q", name, got[name], want)
		}
	}
	if file != "" || len(got) != 15 {
		t.Errorf("%d fields, and a file of %d bytes", len(got), len(file))
	}
}

func TestJournalPriority(t *testing.T) {
	d := listen(t, filepath.Join(t.TempDir(), "socket"))
	l := open(t, Options{Required: true, JournalSocket: d.path}, "journal")
	for decision, want := range map[string]string{Allow: "6", Deny: "4", Later: "5", Broken: "3", "": "6"} {
		if err := l.Write(Record{Decision: decision}); err != nil {
			t.Fatal(err)
		}
		payload, _ := d.receive()
		if got := entry(t, payload)["PRIORITY"]; got != want {
			t.Errorf("%q has priority %s, want %s", decision, got, want)
		}
	}
}

// A record longer than a datagram can be goes as a sealed memory file.
func TestJournalLarge(t *testing.T) {
	d := listen(t, filepath.Join(t.TempDir(), "socket"))
	l := open(t, Options{Required: true, JournalSocket: d.path}, "journal")
	r := worst()
	if err := l.Write(r); err != nil {
		t.Fatal(err)
	}
	payload, file := d.receive()
	r.Lost = 0 // is set by Write
	if payload != "" || entry(t, file)["OPS_RECORD"] != strings.TrimSuffix(string(r.Append(nil)), "\n") {
		t.Errorf("%d bytes of payload and %d in the file", len(payload), len(file))
	}
}

func TestDaemonRestarts(t *testing.T) {
	path := filepath.Join(t.TempDir(), "socket")
	d := listen(t, path)
	l := open(t, Options{Required: true, JournalSocket: path}, "journal")
	if err := l.Write(full()); err != nil {
		t.Fatal(err)
	}
	d.stop()
	if err := l.Write(full()); err == nil {
		t.Error("no error while the daemon is away")
	}
	d = listen(t, path)
	if err := l.Write(full()); err != nil {
		t.Error(err)
	}
	if payload, _ := d.receive(); !strings.Contains(payload, `"lost":1}`) {
		t.Errorf("received %s", payload)
	}
	// Restarted between two records.
	d.stop()
	d = listen(t, path)
	if err := l.Write(full()); err != nil {
		t.Error(err)
	}
	d.receive()
}

// A daemon that hangs does not hang the session.
func TestDaemonHangs(t *testing.T) {
	d := listen(t, filepath.Join(t.TempDir(), "socket"))
	l := open(t, Options{Required: true, SyslogSocket: d.path, Wait: 10 * time.Millisecond}, "syslog")
	start := time.Now()
	for {
		if err := l.Write(full()); err != nil {
			if !strings.Contains(err.Error(), "nobody took the message") {
				t.Error(err)
			}
			break
		}
		if time.Since(start) > 10*time.Second {
			t.Fatal("the socket takes any number of messages")
		}
	}
}

func TestLongSocketPath(t *testing.T) {
	l := open(t, Options{Required: true, JournalSocket: "/" + strings.Repeat("x", 200)}, "journal")
	if err := l.Write(full()); err == nil || !strings.Contains(err.Error(), "longer than") {
		t.Errorf("got %v", err)
	}
}

func TestSyslog(t *testing.T) {
	d := listen(t, filepath.Join(t.TempDir(), "socket"))
	zone := time.FixedZone("", 2*3600)
	l := open(t, Options{Required: true, SyslogSocket: d.path, PID: 12, Zone: zone}, "syslog")
	r := full()
	r.Decision, r.Requested = Deny, new("x\n<0>Nov 24 00:00:00 host sshd[1]: forged")
	r.Lost = 0 // is set by Write
	if err := l.Write(r); err != nil {
		t.Fatal(err)
	}
	payload, _ := d.receive()
	want := "<36>Nov 24 02:02:03 ops-ssh-restrict[12]: @cee: " + strings.TrimSuffix(string(r.Append(nil)), "\n")
	if payload != want {
		t.Errorf("got  %s\nwant %s", payload, want)
	}

	// What is too long for a daemon is cut where it says so, not in the middle of the JSON.
	if err := l.Write(worst()); err != nil {
		t.Fatal(err)
	}
	payload, _ = d.receive()
	_, object, _ := strings.Cut(payload, ": @cee: ")
	var got map[string]any
	if err := json.Unmarshal([]byte(object), &got); err != nil || len(payload) > maxSyslog || strings.Contains(payload, "\n") {
		t.Errorf("%d bytes, %v", len(payload), err)
	}
	if got["requested_truncated"] == nil || got["argv_truncated"] == nil {
		t.Errorf("the record does not say that it is cut: %v", got)
	}
}
