package learn

import (
	"bytes"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// server is a real sshd on the loopback that logs to a file.
type server struct {
	t    *testing.T
	dir  string
	port string
	user string
}

func startSSHD(t *testing.T) *server {
	t.Helper()
	me, err := user.Current()
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_, port, _ := net.SplitHostPort(listener.Addr().String())
	listener.Close()
	s := &server{t, t.TempDir(), port, me.Username}
	for _, name := range []string{"host", "plain", "forced"} {
		s.run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", s.path(name))
	}
	public := func(name string) string {
		text, err := os.ReadFile(s.path(name + ".pub"))
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	s.write("keys", public("plain")+`command="/usr/bin/rrsync -ro /srv/data",restrict,pty `+public("forced"))
	s.write("config", fmt.Sprintf("Port %s\nListenAddress 127.0.0.1\nHostKey %s\nAuthorizedKeysFile %s\nStrictModes no\nUsePAM no\n"+
		"PidFile none\nLogLevel VERBOSE\nSubsystem sftp internal-sftp\nPermitRootLogin yes\n", port, s.path("host"), s.path("keys")))
	if err := os.MkdirAll("/run/sshd", 0o755); err != nil {
		t.Fatal(err)
	}
	sshd := exec.Command("/usr/sbin/sshd", "-D", "-f", s.path("config"), "-E", s.path("log"))
	if err := sshd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		sshd.Process.Kill()
		sshd.Wait()
	})
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		conn, err := net.Dial("tcp", "127.0.0.1:"+port)
		if err == nil {
			conn.Close()
			return s
		}
		if time.Now().After(deadline) {
			t.Fatalf("sshd does not come up: %v\n%s", err, s.log())
		}
	}
}

func (s *server) path(name string) string { return filepath.Join(s.dir, name) }

func (s *server) write(name, text string) {
	s.t.Helper()
	if err := os.WriteFile(s.path(name), []byte(text), 0o600); err != nil {
		s.t.Fatal(err)
	}
}

func (s *server) log() string {
	text, err := os.ReadFile(s.path("log"))
	if err != nil {
		s.t.Fatal(err)
	}
	return string(text)
}

// run runs a program to its end, whatever that is.
func (s *server) run(name string, args ...string) string {
	s.t.Helper()
	out, err := exec.Command(name, args...).CombinedOutput()
	if _, exited := err.(*exec.ExitError); err != nil && !exited {
		s.t.Fatal(err)
	}
	return string(out)
}

// client returns the options by which ssh and sftp reach the server with a key.
func (s *server) client(key string) []string {
	return []string{
		"-F", "none", "-i", s.path(key), "-o", "Port=" + s.port, "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null",
		"-o", "BatchMode=yes", "-o", "IdentitiesOnly=yes", "-o", "LogLevel=ERROR",
	}
}

func (s *server) ssh(key string, args ...string) {
	s.t.Helper()
	s.run("ssh", slices.Concat(s.client(key), []string{s.user + "@127.0.0.1"}, args)...)
}

// What a real sshd logs is read, with the key of each session, and it holds no command of a client.
func TestRealSSHD(t *testing.T) {
	s := startSSHD(t)
	s.ssh("plain", "echo the-secret-word")
	s.ssh("plain", "-tt", "exit 0")
	s.ssh("plain", "-s", "sftp") // ends with its empty input
	s.ssh("forced", "echo the-secret-word")
	s.ssh("forced", "-tt", "echo")
	prints := map[string]string{}
	for _, key := range []string{"plain", "forced"} {
		prints[key] = strings.Fields(s.run("ssh-keygen", "-l", "-f", s.path(key+".pub")))[1]
	}
	forced := Evidence{Kind: Forced, Text: "/usr/bin/rrsync -ro /srv/data", Account: s.user, Key: prints["forced"]}
	want := []Evidence{
		{Kind: Opaque, Account: s.user, Key: prints["plain"]},
		{Kind: Opaque, Account: s.user, Key: prints["plain"]},
		{Kind: Subsystem, Text: "sftp", Account: s.user, Key: prints["plain"]},
		forced, forced,
	}
	log := s.log()
	if got := evidence(t, log); !slices.Equal(got, want) {
		t.Errorf("got %+v\nwant %+v\nfrom\n%s", got, want, log)
	}
	if strings.Contains(log, "the-secret-word") {
		t.Error("sshd logs commands after all: learn from them")
	}
	all, err := ProposeEach(Read(strings.NewReader(log)), Options{Split: words})
	if err != nil || len(all) != 2 {
		t.Fatalf("%+v %v", all, err)
	}
	for _, p := range all {
		want := ""
		if p.Key == prints["forced"] {
			want = "rsync: {root: /srv/data, mode: read}"
		}
		if rules(p) != want {
			t.Errorf("%s: %s", p.Key, rules(p))
		}
	}
}

// What a real sftp-server logs is read.
func TestRealSFTPServer(t *testing.T) {
	dir := t.TempDir()
	inside := filepath.Join(dir, "in side")
	if err := os.Mkdir(inside, 0o755); err != nil {
		t.Fatal(err)
	}
	batch := filepath.Join(dir, "batch")
	steps := strings.NewReplacer("DIR", inside, "BATCH", batch).Replace(`put BATCH "DIR/a"
ls "DIR"
get "DIR/a" /dev/null
mkdir "DIR/sub"
rename "DIR/a" "DIR/sub/b"
ln "DIR/sub/b" "DIR/c"
chmod 600 "DIR/c"
rm "DIR/c"
rm "DIR/sub/b"
rmdir "DIR/sub"
`)
	if err := os.WriteFile(batch, []byte(steps), 0o600); err != nil {
		t.Fatal(err)
	}
	var out, log bytes.Buffer
	cmd := exec.Command("sftp", "-D", "/usr/lib/openssh/sftp-server -e -l INFO", "-b", batch)
	cmd.Stdout, cmd.Stderr = &out, &log
	if err := cmd.Run(); err != nil {
		t.Fatalf("%v\n%s\n%s", err, out.String(), log.String())
	}
	var lines strings.Builder
	for line := range strings.Lines(log.String()) {
		lines.WriteString("Nov 24 01:02:03 host sftp-server[7]: " + line)
	}
	var got []string
	for _, e := range evidence(t, lines.String()) {
		text := e.Operation + " " + strings.TrimPrefix(e.Path, inside)
		if e.Target != "" {
			text += " to " + strings.TrimPrefix(e.Target, inside)
		}
		if e.Writes {
			text += " w"
		}
		if e.Deletes {
			text += "d"
		}
		got = append(got, text)
		if e.Account == "" {
			t.Errorf("%s: no account", text)
		}
	}
	want := []string{
		"open /a w", "opendir /", "open /a", "mkdir /sub w", "posix-rename /a to /sub/b w", "hardlink /sub/b to /c w", "set /c w",
		"remove /c wd", "remove /sub/b wd", "rmdir /sub wd",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q\nwant %q\nfrom\n%s", got, want, lines.String())
	}
	p, err := Propose(Read(strings.NewReader(lines.String())), Options{Split: words})
	if err != nil || rules(p) != "sftp: {root: '"+inside+"', mode: read-write, delete: true}" {
		t.Errorf("%s %v %v", rules(p), p.Refused, err)
	}
}
