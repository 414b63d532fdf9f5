package keys

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// server is a real sshd on loopback.
type server struct {
	config string
	port   string
	log    *logged
}

// logged collects what sshd says.
type logged struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *logged) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *logged) size() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Len()
}

func (l *logged) from(at int) string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return string(l.text.Bytes()[at:])
}

// startSshd runs sshd with lines put before its configuration, so that they win.
func startSshd(t *testing.T, lines string, env ...string) *server {
	t.Helper()
	dir, err := os.MkdirTemp("/home", "sshd")
	must(t, err)
	t.Cleanup(func() { os.RemoveAll(dir) })
	hostKey := filepath.Join(dir, "host")
	run(t, "ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", hostKey)
	free, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	_, port, _ := net.SplitHostPort(free.Addr().String())
	free.Close()
	s := &server{config: filepath.Join(dir, "config"), port: port, log: new(logged)}
	base := fmt.Sprintf(`
Port %s
ListenAddress 127.0.0.1
HostKey %s
PidFile none
UsePAM no
PasswordAuthentication no
KbdInteractiveAuthentication no
LogLevel DEBUG3
MaxStartups 100
Subsystem sftp internal-sftp
`, port, hostKey)
	global, matches, _ := strings.Cut(lines, "Match ")
	if matches != "" {
		matches = "Match " + matches
	}
	must(t, os.WriteFile(s.config, []byte(global+base+matches), 0o600))
	cmd := exec.Command("/usr/sbin/sshd", "-D", "-e", "-f", s.config)
	cmd.Env = append(os.Environ(), env...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	talk, err := cmd.StderrPipe()
	must(t, err)
	ready := make(chan bool, 1)
	started, ended := make(chan error), make(chan error, 1)
	go func() {
		// Pdeathsig is about the thread, and openAs ends threads: this one stays as long as sshd.
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := cmd.Start()
		started <- err
		if err == nil {
			_, err := cmd.Process.Wait()
			ended <- err
		}
	}()
	must(t, <-started)
	var copying sync.WaitGroup
	copying.Go(func() {
		in := bufio.NewReader(talk)
		for {
			line, err := in.ReadString('\n')
			io.WriteString(s.log, line)
			if strings.Contains(line, "Server listening") {
				ready <- true
			}
			if err != nil {
				close(ready)
				return
			}
		}
	})
	t.Cleanup(func() {
		cmd.Process.Signal(syscall.SIGTERM)
		<-ended
		copying.Wait()
		talk.Close()
	})
	if !<-ready {
		t.Fatalf("sshd did not start:\n%s", s.log.from(0))
	}
	return s
}

func (s *server) sshd() Sshd { return Sshd{Program: "/usr/sbin/sshd", Config: s.config} }

// session is what came of a login.
type session struct {
	in      bool
	out     string
	place   string // "file:line" of the accepting line
	options string // that sshd found there
	log     string
}

// login connects with the identity in the file key, and the certificate beside it if there is one.
func (s *server) login(t *testing.T, user, key, from string, args ...string) session {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	mark := s.log.size()
	line := []string{
		"-F", "none", "-i", key, "-p", s.port, "-b", from, "-o", "IdentitiesOnly=yes", "-o", "BatchMode=yes",
		"-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", "-o", "GlobalKnownHostsFile=/dev/null",
		"-o", "LogLevel=ERROR", "-o", "PreferredAuthentications=publickey", "-o", "IdentityAgent=none",
	}
	line = append(append(line, args...), user+"@127.0.0.1", "what the client wants")
	cmd := exec.CommandContext(ctx, "ssh", line...)
	var out, talk bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &talk
	err := cmd.Run()
	if ctx.Err() != nil {
		t.Fatalf("ssh hangs: %v\n%s", err, s.log.from(mark))
	}
	ended := func() bool {
		log := s.log.from(mark)
		return slices.ContainsFunc([]string{"Disconnected from ", "Connection closed by ", "Connection reset by ", "Killing privsep child "},
			func(last string) bool { return strings.Contains(log, last) })
	}
	for deadline := time.Now().Add(10 * time.Second); !ended(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("sshd does not say that the connection ended; ssh: %v %s\n%s", err, talk.String(), s.log.from(mark))
		}
	}
	got := session{in: strings.Contains(out.String(), "command=["), out: strings.TrimSpace(out.String()), log: s.log.from(mark)}
	for entry := range strings.Lines(got.log) {
		entry = strings.TrimSpace(entry)
		if _, at, ok := strings.Cut(entry, " found at "); ok {
			got.place = at
		}
		if _, at, ok := strings.Cut(entry, "key options:"); ok && !strings.Contains(entry, "cert: ") {
			got.options = strings.TrimSpace(at)
		}
	}
	if !got.in {
		got.place = ""
	}
	return got
}

func run(t *testing.T, name string, args ...string) string {
	t.Helper()
	out, err := exec.Command(name, args...).CombinedOutput()
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
	return string(out)
}

// newKey makes a key pair and returns the path of the private key and the text of the public one, without a comment.
func newKey(t *testing.T, kind string, more ...string) (path, public string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "id")
	run(t, "ssh-keygen", append([]string{"-q", "-t", kind, "-N", "", "-C", "", "-f", path}, more...)...)
	text, err := os.ReadFile(path + ".pub")
	must(t, err)
	return path, strings.TrimSpace(string(text))
}
