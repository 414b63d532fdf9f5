// Package rootedtest puts a server of a rooted tree behind a real sshd on the loopback interface, for tests with real
// clients. The test program itself is the forced command: call [Main] from TestMain, and [Start] in a test.
package rootedtest

import (
	"bufio"
	"bytes"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ops/internal/terminal"
)

// variable tells a copy of the test program to serve.
const variable = "OPS_ROOTED_SERVE"

// Main runs the tests, or serve in the process that sshd started, with the arguments given to [Start]. It returns the exit
// code.
func Main(m *testing.M, serve func(args []string) int) int {
	if os.Getenv(variable) != "" {
		return serve(os.Args[1:])
	}
	return m.Run()
}

// Server is a running sshd.
type Server struct {
	Dir     string // of keys and configuration
	Port    string
	Config  string // for ssh -F, with the host "box"
	Key     string // private key file, in OpenSSH's format
	Putty   string // the same in PuTTY's format
	HostKey string // the host key's fingerprint: "SHA256:…"
}

// Start starts an sshd whose forced command is this test program with args. It ends with the test.
func Start(t testing.TB, args ...string) *Server {
	t.Helper()
	s := &Server{Dir: t.TempDir()}
	host := filepath.Join(s.Dir, "host")
	s.Key, s.Config, s.Putty = filepath.Join(s.Dir, "key"), filepath.Join(s.Dir, "ssh_config"), filepath.Join(s.Dir, "key.ppk")
	Run(t, "ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", host)
	Run(t, "ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", s.Key)
	s.HostKey = strings.Fields(Run(t, "ssh-keygen", "-l", "-f", host))[1]
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	var command strings.Builder
	command.WriteString(variable + "=1 " + shellWord(self))
	for _, arg := range args {
		command.WriteString(" " + shellWord(arg))
	}
	for range 5 { // another program may take the port first
		s.Port = freePort(t)
		write(t, filepath.Join(s.Dir, "sshd_config"), fmt.Sprintf(`ListenAddress 127.0.0.1:%s
HostKey %s
AuthorizedKeysFile %s.pub
StrictModes no
UsePAM no
PidFile none
PasswordAuthentication no
PermitRootLogin yes
MaxStartups 100
Subsystem sftp internal-sftp
ForceCommand %s
`, s.Port, host, s.Key, command.String()))
		if s.listen(t) {
			s.configure(t, host)
			return s
		}
	}
	t.Fatal("sshd did not start, see above")
	return nil
}

func (s *Server) listen(t testing.TB) bool {
	if os.Geteuid() == 0 {
		if err := os.MkdirAll("/run/sshd", 0o755); err != nil { // where sshd drops its privileges
			t.Fatal(err)
		}
	}
	cmd := exec.Command("/usr/sbin/sshd", "-D", "-e", "-f", filepath.Join(s.Dir, "sshd_config"))
	stderr, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ready, ended := make(chan bool, 1), make(chan struct{})
	var log bytes.Buffer
	go func() {
		defer close(ended)
		lines := bufio.NewScanner(stderr)
		for lines.Scan() {
			fmt.Fprintln(&log, lines.Text())
			if strings.Contains(lines.Text(), "Server listening") {
				ready <- true
			}
		}
		close(ready)
	}()
	t.Cleanup(func() {
		cmd.Process.Kill()
		<-ended
		cmd.Wait()
		if t.Failed() {
			t.Logf("sshd said:\n%s", log.String())
		}
	})
	select {
	case ok := <-ready:
		return ok
	case <-time.After(20 * time.Second):
		return false
	}
}

func (s *Server) configure(t testing.TB, host string) {
	public, err := os.ReadFile(host + ".pub")
	if err != nil {
		t.Fatal(err)
	}
	known := filepath.Join(s.Dir, "known_hosts")
	write(t, known, fmt.Sprintf("[127.0.0.1]:%s %s", s.Port, public))
	write(t, s.Config, fmt.Sprintf(`Host box
  HostName 127.0.0.1
Host *
  Port %s
  IdentityFile %s
  IdentitiesOnly yes
  UserKnownHostsFile %s
  StrictHostKeyChecking yes
  BatchMode yes
  LogLevel ERROR
`, s.Port, s.Key, known))
	Run(t, "puttygen", s.Key, "-O", "private", "-o", s.Putty)
}

func freePort(t testing.TB) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	_, port, err := net.SplitHostPort(l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	return port
}

// Run runs a program that must succeed and returns what it printed.
func Run(t testing.TB, name string, args ...string) string {
	t.Helper()
	out, err := Try(t, "", name, args...)
	if err != nil {
		t.Fatalf("%s %q: %v\n%s", name, args, err, out)
	}
	return out
}

// Try runs a program with an input and returns all that it printed and how it ended. After a minute it is killed.
func Try(t testing.TB, input, name string, args ...string) (string, error) {
	t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Stdin = strings.NewReader(input)
	cmd.Env = append(os.Environ(), "HOME="+t.TempDir(), "LC_ALL=C.UTF-8")
	cmd.WaitDelay = time.Second
	timer := time.AfterFunc(time.Minute, func() { cmd.Process.Kill() })
	defer timer.Stop()
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	err := cmd.Run()
	var text strings.Builder
	for line := range strings.Lines(out.String()) {
		text.WriteString(terminal.Printable(strings.TrimSuffix(line, "\n")) + "\n")
	}
	return text.String(), err
}

func write(t testing.TB, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// shellWord is the argument for the login shell that sshd puts before the forced command.
func shellWord(arg string) string { return "'" + strings.ReplaceAll(arg, "'", `'\''`) + "'" }
