package test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// What a policy demands beside its rules, through a real sshd.
func TestGates(t *testing.T) {
	s := startSSHD(t, buildPrograms(t))
	log := filepath.Join(s.dir, "audit.jsonl")
	hello := "allow: [{command: [hello], run: [/usr/bin/echo, hello]}]\naudit: {to: [" + log + "]}\n"
	date := func(days int) string { return time.Now().AddDate(0, 0, days).Format(time.DateOnly) }
	day := func(days int) string { return strings.ToLower(time.Now().AddDate(0, 0, days).Format("Mon")) }
	for _, c := range []struct{ name, policy, code string }{
		{"expired", "expires: " + date(-1), "expired"},
		{"expires-today", "expires: " + date(0), "expired"},
		{"expires-later", "expires: " + date(2), ""},
		{"other-day", "hours: {days: " + day(3) + "}", "hours"},
		{"this-day", "hours: {days: '" + day(-1) + "," + day(0) + "," + day(1) + "'}", ""},
		{"other-address", "from: [10.0.0.0/8, \"2001:db8::/32\"]", "from"},
		{"this-address", "from: [10.0.0.0/8, 127.0.0.1]", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := s.in(t)
			out, talk, code := s.ssh(s.grant(c.name, c.policy+"\n"+hello), "hello")
			want, exit := "ops ssh-restrict: denied ("+c.code+")\n", 77
			if c.code == "" {
				want, exit = "hello\n", 0
			}
			if out+talk != want || code != exit {
				t.Errorf("%q, %d; want %q, %d", out+talk, code, want, exit)
			}
		})
	}

	t.Run("expiry-time of the key", func(t *testing.T) {
		s := s.in(t)
		key := s.grant("key-expiry", hello)
		file := filepath.Join(s.dir, "authorized_keys")
		lines, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		changed := strings.Replace(string(lines), "restrict,pty,command=\""+s.programs+"/ops ssh-restrict --policies "+s.policies+" --policy key-expiry",
			"expiry-time=\"20200101Z\",restrict,command=\""+s.programs+"/ops ssh-restrict --policies "+s.policies+" --policy key-expiry", 1)
		if changed == string(lines) {
			t.Fatal("the line was not found")
		}
		s.write("authorized_keys", changed)
		if out, _, code := s.ssh(key, "hello"); code != 255 || out != "" {
			t.Errorf("an expired key: %q, %d", out, code)
		}
	})

	t.Run("rate", func(t *testing.T) {
		s := s.in(t)
		name := uniquePolicy(t, "rate")
		key := s.grant(name, "rate: 2/h\n"+hello)
		for i, want := range []int{0, 0, 75, 75} {
			if _, talk, code := s.ssh(key, "hello"); code != want || want == 75 && talk != "ops ssh-restrict: try again later (rate)\n" {
				t.Errorf("connection %d: %q, %d", i+1, talk, code)
			}
		}
		if _, talk, code := s.ssh(key, "other"); code != 77 { // what is denied anyway is not counted
			t.Errorf("%q, %d", talk, code)
		}
	})

	t.Run("what is wrong with the policy", func(t *testing.T) {
		s := s.in(t)
		socket := s.master(s.grant("spoiled", hello))
		file := filepath.Join(s.policies, "spoiled.yaml")
		for _, c := range []struct {
			code  string
			spoil func() error
		}{
			{"policy-broken", func() error { return os.WriteFile(file, []byte("alow: []\n"), 0o644) }},
			{"policy-unsafe", func() error { return os.Chmod(file, 0o666) }},
			{"policy-missing", func() error { return os.Remove(file) }},
		} {
			if err := c.spoil(); err != nil {
				t.Fatal(err)
			}
			for _, command := range [][]string{{"hello"}, nil} {
				out, talk, code := s.client("ssh", append([]string{"-T", "-F", "none", "-S", socket, "root@127.0.0.1"}, command...)...)
				if code != 78 || out != "" || talk != "ops ssh-restrict: not possible, the server's log says why ("+c.code+")\n" {
					t.Errorf("%s: %q, %q, %d", c.code, out, talk, code)
				}
			}
		}
	})

	t.Run("exit codes", func(t *testing.T) {
		s := s.in(t)
		rules := `allow:
  - command: [exit, "{n}"]
    run:     [/bin/sh, -c, 'exit "$0"', "{n}"]
    where:   {n: {integer: 0-255}}
  - command: [kill, "{n}"]
    run:     [/bin/sh, -c, 'kill -"$0" $$', "{n}"]
    where:   {n: {integer: 1-31}}
  - command: [missing]
    run:     [/usr/bin/no-such-program]
`
		for name, rest := range map[string]string{"codes": "", "codes-and-result": "audit: {to: [" + log + "], result: true}\n"} {
			socket := s.master(s.grant(name, rules+rest))
			for _, n := range []int{0, 1, 2, 64, 77, 126, 254} {
				if _, talk, code := s.client("ssh", "-F", "none", "-S", socket, "root@127.0.0.1", "exit "+strconv.Itoa(n)); code != n {
					t.Errorf("%s: exit %d is told as %d, %q", name, n, code, talk)
				}
			}
			if _, _, code := s.client("ssh", "-F", "none", "-S", socket, "root@127.0.0.1", "missing"); code != 127 {
				t.Errorf("%s: a missing program is told as %d", name, code)
			}
			if rest == "" {
				continue // sshd itself tells the client of the signal then
			}
			for _, signal := range []syscall.Signal{unix.SIGTERM, unix.SIGKILL, unix.SIGSEGV, unix.SIGHUP} {
				_, _, code := s.client("ssh", "-F", "none", "-S", socket, "root@127.0.0.1", fmt.Sprintf("kill %d", signal))
				if code != 128+int(signal) {
					t.Errorf("%s: %v is told as %d", name, signal, code)
				}
			}
		}
	})

	t.Run("fingerprint", func(t *testing.T) {
		s := s.in(t)
		key := s.grant("fingerprint", hello)
		s.ssh(key, "hello")
		want := strings.Fields(run(t, "ssh-keygen", "-l", "-f", key+".pub"))[1]
		if r := lastRecord(t, log, "fingerprint"); r.Fingerprint != want || r.Key != "fingerprint" || r.Address != "127.0.0.1" {
			t.Errorf("%+v, want %s", r, want)
		}
	})

	t.Run("time limit", func(t *testing.T) {
		s := s.in(t)
		key := s.grant("time-limit", `allow:
  - command: [stay]
    run:     [/bin/sh, -c, 'setsid sleep 300 & sleep 300 & trap "" TERM HUP; ps -o pid= --ppid $$; echo $$; cat; sleep 300']
limits: {time: 1s}
audit:  {to: [`+log+`]}
`)
		stay := s.hold(key, "stay")
		var pids []int
		out, _ := io.ReadAll(stay.out)
		for word := range strings.FieldsSeq(string(out)) {
			if pid, err := strconv.Atoi(word); err == nil {
				pids = append(pids, pid)
			}
		}
		code := stay.wait()
		if code != 128+int(unix.SIGKILL) || len(pids) < 3 {
			t.Errorf("exit code %d, %q", code, out)
		}
		for _, pid := range pids {
			until(t, fmt.Sprintf("process %d ends", pid), func() bool { return gone(pid) })
		}
		if r := lastRecord(t, log, "time-limit"); r.Event != "result" || r.Code != "time-limit" {
			t.Errorf("%+v", r)
		}
	})

	t.Run("memory", func(t *testing.T) {
		s := s.in(t)
		key := s.grant("memory", `allow:
  - command: [much]
    run:     [/usr/bin/python3, -c, "x = bytearray(1 << 30)"]
  - command: [little]
    run:     [/usr/bin/python3, -c, "x = bytearray(1 << 20)"]
limits: {memory: 300M}
`)
		if _, talk, code := s.ssh(key, "much"); code != 1 || !strings.Contains(talk, "MemoryError") {
			t.Errorf("%q, %d", talk, code)
		}
		if _, talk, code := s.ssh(key, "little"); code != 0 {
			t.Errorf("%q, %d", talk, code)
		}
	})

	t.Run("certificate", func(t *testing.T) {
		s := s.in(t)
		if err := os.WriteFile(filepath.Join(s.policies, "cert.yaml"), []byte(hello), 0o644); err != nil {
			t.Fatal(err)
		}
		authority, key := filepath.Join(s.dir, "authority"), filepath.Join(s.dir, "certified")
		for _, file := range []string{authority, key} {
			run(t, "ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", file)
		}
		run(t, "ssh-keygen", "-q", "-s", authority, "-I", "certified", "-n", "root", "-O", "clear",
			"-O", "force-command="+s.programs+"/ops ssh-restrict --policies "+s.policies+" --policy cert", key+".pub")
		certified := startSSHD(t, s.programs, "TrustedUserCAKeys "+authority+".pub")
		if out, talk, code := certified.ssh(key, "hello"); out != "hello\n" || code != 0 {
			t.Errorf("%q, %q, %d", out, talk, code)
		}
		if _, talk, code := certified.ssh(key, "id"); code != 77 || talk != "ops ssh-restrict: denied (command-unknown)\n" {
			t.Errorf("%q, %d", talk, code)
		}
		want := strings.Fields(run(t, "ssh-keygen", "-l", "-f", key+".pub"))[1]
		if r := lastRecord(t, log, "cert"); r.Fingerprint != want || r.Key != "" {
			t.Errorf("%+v, want %s", r, want)
		}
	})

	t.Run("account by Match", func(t *testing.T) {
		s := s.in(t)
		if err := os.WriteFile(filepath.Join(s.policies, "root.yaml"), []byte(hello), 0o644); err != nil {
			t.Fatal(err)
		}
		other := startSSHD(t, s.programs, "Match User root", "ForceCommand "+s.programs+"/ops ssh-restrict --policies "+s.policies+" --user %u")
		key := other.grant("any", "allow: []\n")
		if out, talk, code := other.ssh(key, "hello"); out != "hello\n" || code != 0 {
			t.Errorf("%q, %q, %d", out, talk, code)
		}
	})
}

// The zone that a client sends is not that of the policy's hours.
func TestZoneOfTheClient(t *testing.T) {
	f := newForced(t)
	now := time.Now().UTC()
	f.policy("zone", fmt.Sprintf("hours: {between: '%02d:%02d-%02d:%02d'}\n", now.Add(5*time.Hour).Hour(), 0, now.Add(8*time.Hour).Hour(), 0)+
		"allow: [{command: [hello], run: [/usr/bin/echo, hello]}]\n")
	local := time.Now().Local()
	if _, offset := local.Zone(); offset != 0 {
		t.Logf("the machine's zone is %s", local.Location())
	}
	for _, zone := range []string{"UTC", "UTC-6", "Etc/GMT-6", "Asia/Dhaka"} {
		out, talk, code := f.run("zone", "hello", "TZ="+zone)
		if want, _, _ := f.run("zone", "hello"); out != want {
			t.Errorf("TZ=%s changes the answer: %q, %q, %d", zone, out, talk, code)
		}
	}
}

// A broken policy cannot say where its record goes: to the journal.
func TestBrokenPolicyIsRecorded(t *testing.T) {
	f := newForced(t)
	ownMounts(t, map[string]string{"/run": "mode=755"})
	if err := os.MkdirAll("/run/systemd/journal", 0o755); err != nil {
		t.Fatal(err)
	}
	journal, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: "/run/systemd/journal/socket", Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	defer journal.Close()
	f.policy("broken", "allow:\n  - rsnc: {root: /srv}\n")
	for policy, want := range map[string][]string{
		"broken":  {"OPS_DECISION=broken", "OPS_CODE=policy-broken", "broken.yaml:2:5", "unknown kind of rule"},
		"missing": {"OPS_DECISION=broken", "OPS_CODE=policy-missing", "OPS_ADDRESS=192.0.2.7", "rm -rf"},
	} {
		if _, talk, code := f.run(policy, "rm -rf /", "SSH_CONNECTION=192.0.2.7 50000 192.0.2.1 22"); code != 78 {
			t.Errorf("%s: %q, %d", policy, talk, code)
		}
		entry := make([]byte, 64<<10)
		if err := journal.SetReadDeadline(time.Now().Add(30 * time.Second)); err != nil {
			t.Fatal(err)
		}
		n, err := journal.Read(entry)
		if err != nil {
			t.Fatal(err)
		}
		for _, text := range want {
			if !strings.Contains(string(entry[:n]), text) {
				t.Errorf("%s: no %q in %s", policy, text, entry[:n])
			}
		}
	}
}

// audit: required with a full disk denies new sessions, and lets run what runs.
func TestFullDiskOfTheAudit(t *testing.T) {
	f := newForced(t)
	dir := t.TempDir()
	ownMounts(t, map[string]string{dir: "size=64k,mode=700"})
	rules := "allow:\n  - {command: [hello], run: [/usr/bin/echo, hello]}\n  - {command: [hold], run: [/usr/bin/cat]}\n"
	f.policy("required", rules+"audit: {to: ["+dir+"/log], required: true, result: true}\n")
	f.policy("optional", rules+"audit: {to: ["+dir+"/log], result: true}\n")
	if out, talk, code := f.run("required", "hello"); out != "hello\n" || code != 0 {
		t.Fatalf("with room: %q, %q, %d", out, talk, code)
	}
	held := f.start("required", "hold")
	held.say("before\n")
	fill, err := os.Create(dir + "/fill")
	for err == nil {
		_, err = fill.Write(make([]byte, 512))
	}
	if fill.Close(); !errors.Is(err, unix.ENOSPC) {
		t.Fatal(err)
	}
	padding := strings.Repeat("x", 4000) // the log's own page may have room
	for range 3 {
		_, _, _ = f.run("optional", "hello "+padding)
	}
	if out, talk, code := f.run("required", "hello "+padding); code != 77 || out != "" {
		t.Errorf("what is denied anyway: %q, %d", talk, code)
	}
	until(t, "the disk is full for records", func() bool {
		_, talk, code := f.run("required", "hello")
		return code == 77 && talk == "ops ssh-restrict: denied (audit)\n"
	})
	if out, talk, code := f.run("optional", "hello"); out != "hello\n" || code != 0 {
		t.Errorf("not required: %q, %q, %d", out, talk, code)
	}
	held.say("still\n")
	held.in.Close()
	if code := held.wait(); code != 0 {
		t.Errorf("the session that was there: %d", code)
	}
	if err := os.Remove(dir + "/fill"); err != nil {
		t.Fatal(err)
	}
	if out, talk, code := f.run("required", "hello"); out != "hello\n" || code != 0 {
		t.Errorf("with room again: %q, %q, %d", out, talk, code)
	}
	data, err := os.ReadFile(dir + "/log")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.SplitSeq(strings.TrimSpace(string(data)), "\n") {
		if !json.Valid([]byte(line)) {
			t.Errorf("half a record: %q", line)
		}
	}
}

// The kernel counts processes for other accounts than root only.
func TestProcessesLimit(t *testing.T) {
	f := newForced(t)
	const fork = `
import os, signal
n, children = 0, []
try:
    while n < 50:
        child = os.fork()
        if child == 0:
            signal.pause()
        children.append(child)
        n += 1
except OSError:
    pass
for child in children:
    os.kill(child, 9)
print(n)`
	makeFile(t, f.policies+"/fork.py", fork)
	f.policy("processes", "allow: [{command: [fork], run: [/usr/bin/python3, "+f.policies+"/fork.py]}]\n"+
		"limits: {processes: 6}\naudit: {to: [journal]}\n")
	if err := os.Chmod(filepath.Dir(f.programs), 0o755); err != nil { // for another account
		t.Fatal(err)
	}
	if err := os.Chmod(filepath.Dir(f.policies), 0o755); err != nil {
		t.Fatal(err)
	}
	cmd := f.command("processes", "fork")
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 1, Gid: 1}} // daemon
	out, err := cmd.CombinedOutput()
	if n, _ := strconv.Atoi(strings.TrimSpace(string(out))); err != nil || n < 1 || n > 5 {
		t.Errorf("%q, %v", out, err)
	}
}

// forced starts the forced command without sshd, as its login shell would.
type forced struct {
	t                  *testing.T
	programs, policies string
}

func newForced(t *testing.T) *forced {
	t.Helper()
	return &forced{t, buildPrograms(t), t.TempDir()}
}

func (f *forced) policy(name, text string) {
	f.t.Helper()
	if err := os.WriteFile(filepath.Join(f.policies, name+".yaml"), []byte(text), 0o644); err != nil {
		f.t.Fatal(err)
	}
}

func (f *forced) command(policy, command string, env ...string) *exec.Cmd {
	cmd := exec.Command(f.programs+"/ops", "ssh-restrict", "--policies", f.policies, "--policy", policy)
	cmd.Env = append([]string{"SSH_ORIGINAL_COMMAND=" + command}, env...)
	return cmd
}

func (f *forced) run(policy, command string, env ...string) (out, talk string, code int) {
	f.t.Helper()
	cmd := f.command(policy, command, env...)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	if _, exited := errors.AsType[*exec.ExitError](err); err != nil && !exited {
		f.t.Fatal(err)
	}
	return stdout.String(), stderr.String(), cmd.ProcessState.ExitCode()
}

// held is a session that stays open.
type held struct {
	t   *testing.T
	cmd *exec.Cmd
	in  io.WriteCloser
	out io.Reader
}

func (f *forced) start(policy, command string) *held { return hold(f.t, f.command(policy, command)) }

// hold opens a session by ssh.
func (s *sshServer) hold(key, command string) *held {
	return hold(s.t, exec.Command("ssh", append(s.options(key), "root@127.0.0.1", command)...))
}

func hold(t *testing.T, cmd *exec.Cmd) *held {
	t.Helper()
	h := &held{t: t, cmd: cmd}
	var err, errOut error
	h.in, err = cmd.StdinPipe()
	h.out, errOut = cmd.StdoutPipe()
	if err := errors.Join(err, errOut, cmd.Start()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	return h
}

// say wants back what it sent.
func (h *held) say(line string) {
	h.t.Helper()
	if _, err := io.WriteString(h.in, line); err != nil {
		h.t.Fatal(err)
	}
	if got := h.line(); got != line {
		h.t.Fatalf("%q came back as %q", line, got)
	}
}

// line reads one line, byte by byte so that nothing behind it is taken.
func (h *held) line() string {
	h.t.Helper()
	var line []byte
	for one := make([]byte, 1); !bytes.HasSuffix(line, []byte("\n")); line = append(line, one...) {
		if _, err := io.ReadFull(h.out, one); err != nil {
			h.t.Fatalf("after %q: %v", line, err)
		}
	}
	return string(line)
}

func (h *held) wait() int {
	_ = h.cmd.Wait()
	return h.cmd.ProcessState.ExitCode()
}

// ownMounts gives the test's thread, and what is started from it, file systems of its own.
func ownMounts(t *testing.T, mounts map[string]string) {
	t.Helper()
	runtime.LockOSThread() // never unlocked: the thread ends with the test
	if err := unix.Unshare(unix.CLONE_NEWNS); err != nil {
		t.Fatalf("a mount namespace needs root: %v", err)
	}
	err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, "")
	for dir, options := range mounts {
		err = errors.Join(err, unix.Mount("test", dir, "tmpfs", 0, options))
		t.Cleanup(func() { _ = unix.Unmount(dir, unix.MNT_DETACH) })
	}
	if err != nil {
		t.Fatal(err)
	}
}

// uniquePolicy makes a name whose sessions nobody has counted yet.
func uniquePolicy(t *testing.T, prefix string) string {
	t.Helper()
	name := fmt.Sprintf("%s-%d-%d", prefix, os.Getpid(), time.Now().UnixNano())
	t.Cleanup(func() {
		counters, _ := filepath.Glob("/run/ops/ssh-restrict/" + name + ".*")
		for _, file := range counters {
			_ = os.Remove(file)
		}
	})
	return name
}

type record struct {
	ID, Event, Decision, Code, Policy, Key, Fingerprint, Address, Rule string

	PolicyHash string `json:"policy_hash"`
}

// lastRecord returns the last record of a policy.
func lastRecord(t *testing.T, log, policy string) record {
	t.Helper()
	data, err := os.ReadFile(log)
	if err != nil {
		t.Fatal(err)
	}
	var last record
	for line := range strings.Lines(string(data)) {
		var r record
		if err := json.Unmarshal([]byte(line), &r); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		if r.Policy == policy {
			last = r
		}
	}
	return last
}

// until waits for something that happens soon, and fails where it does not.
func until(t *testing.T, what string, happened func() bool) {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); !happened(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("it is never so that %s", what)
		}
	}
}

// gone is true for a process that has ended, whether or not somebody has waited for it.
func gone(pid int) bool {
	stat, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return true
	}
	return bytes.HasPrefix(stat[bytes.LastIndexByte(stat, ')')+1:], []byte(" Z"))
}
