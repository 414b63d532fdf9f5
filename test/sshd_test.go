package test

import (
	"bytes"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// sshServer is a real sshd on loopback whose clients are restricted by our forced command.
type sshServer struct {
	t        *testing.T
	dir      string // holds keys, configuration and policies
	port     int
	policies string
	programs string // bin folder with ops and ops-tools
}

// startSSHD runs sshd(8) in the foreground until the test ends. SHLVL keeps bash, where it is the login shell, from reading
// ~/.bashrc, in which a machine's owner may have slow or talkative things. Policies are added by grant.
func startSSHD(t *testing.T, programs string, extra ...string) *sshServer {
	t.Helper()
	s := &sshServer{t: t, dir: t.TempDir(), programs: programs}
	s.policies = filepath.Join(s.dir, "policies")
	if err := os.Mkdir(s.policies, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll("/run/sshd", 0o755); err != nil { // the home of sshd's unprivileged child
		t.Fatal(err)
	}
	run(t, "ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", filepath.Join(s.dir, "host"))
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.port = listener.Addr().(*net.TCPAddr).Port
	listener.Close()
	config := fmt.Sprintf(`Port %d
ListenAddress 127.0.0.1
HostKey %s/host
PidFile none
UsePAM no
StrictModes no
PermitRootLogin yes
PasswordAuthentication no
ExposeAuthInfo yes
AcceptEnv LANG LC_* GIT_PROTOCOL
SetEnv SHLVL=1
AuthorizedKeysFile %s/authorized_keys
Subsystem sftp /usr/lib/openssh/sftp-server
MaxStartups 200
%s
`, s.port, s.dir, s.dir, strings.Join(extra, "\n"))
	s.write("sshd_config", config)
	s.write("authorized_keys", "")
	var log bytes.Buffer
	cmd := exec.Command("/usr/sbin/sshd", "-D", "-e", "-f", filepath.Join(s.dir, "sshd_config"))
	cmd.Stderr = &log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		if t.Failed() {
			t.Logf("sshd:\n%s", log.String())
		}
	})
	for deadline := time.Now().Add(10 * time.Second); ; {
		conn, err := net.Dial("tcp4", net.JoinHostPort("127.0.0.1", fmt.Sprint(s.port)))
		if err == nil {
			conn.Close()
			return s
		}
		if time.Now().After(deadline) {
			t.Fatalf("sshd does not listen: %v\n%s", err, log.String())
		}
		time.Sleep(20 * time.Millisecond)
	}
}

func (s *sshServer) write(name, text string) {
	s.t.Helper()
	if err := os.WriteFile(filepath.Join(s.dir, name), []byte(text), 0o600); err != nil {
		s.t.Fatal(err)
	}
}

// grant makes a key that is restricted to a policy of that name and text, and returns the file of the key.
func (s *sshServer) grant(name, policy string) string {
	s.t.Helper()
	if err := os.WriteFile(filepath.Join(s.policies, name+".yaml"), []byte(policy), 0o644); err != nil {
		s.t.Fatal(err)
	}
	key := filepath.Join(s.dir, "key-"+name)
	run(s.t, "ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key)
	public, err := os.ReadFile(key + ".pub")
	if err != nil {
		s.t.Fatal(err)
	}
	file, err := os.OpenFile(filepath.Join(s.dir, "authorized_keys"), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		s.t.Fatal(err)
	}
	defer file.Close()
	_, err = fmt.Fprintf(file, "restrict,pty,command=\"%s/ops ssh-restrict --policies %s --policy %s --key %s\" %s",
		s.programs, s.policies, name, name, public)
	if err != nil {
		s.t.Fatal(err)
	}
	return key
}

// options are those of ssh, scp and sftp for a key; without the port, whose letter differs.
func (s *sshServer) options(key string) []string {
	return []string{
		"-F", "none", "-o", "IdentityFile=" + key, "-o", "IdentitiesOnly=yes", "-o", "StrictHostKeyChecking=no",
		"-o", "UserKnownHostsFile=/dev/null", "-o", "LogLevel=ERROR", "-o", "BatchMode=yes", "-o", fmt.Sprintf("Port=%d", s.port),
	}
}

// shell is the remote shell of a key as one line, for programs that start ssh by themselves.
func (s *sshServer) shell(key string) string {
	return "ssh " + strings.Join(s.options(key), " ")
}

// ssh runs a client with a command line and returns what it printed and its exit code.
func (s *sshServer) ssh(key string, args ...string) (stdout, stderr string, code int) {
	s.t.Helper()
	return s.client("ssh", append(append(s.options(key), "root@127.0.0.1"), args...)...)
}

// client runs any client program.
func (s *sshServer) client(program string, args ...string) (stdout, stderr string, code int) {
	s.t.Helper()
	return s.clientWith(nil, "", program, args...)
}

// clientWith runs a client with variables and an input.
func (s *sshServer) clientWith(env []string, input, program string, args ...string) (stdout, stderr string, code int) {
	s.t.Helper()
	cmd := exec.Command(program, args...)
	var out, talk bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(input), &out, &talk
	cmd.Env = append(os.Environ(), env...)
	cmd.Dir = s.dir
	err := cmd.Run()
	if _, exited := err.(*exec.ExitError); err != nil && !exited {
		s.t.Fatalf("%s: %v", program, err)
	}
	return out.String(), talk.String(), cmd.ProcessState.ExitCode()
}

// run runs a program that has to succeed and returns what it printed.
func run(t *testing.T, program string, args ...string) string {
	t.Helper()
	out, err := exec.Command(program, args...).CombinedOutput()
	if err != nil {
		t.Fatalf("%s %q: %v\n%s", program, args, err, out)
	}
	return string(out)
}

// buildPrograms compiles ops and ops-tools into a folder of root's that nobody else can write to.
func buildPrograms(t testing.TB) string {
	t.Helper()
	dir := t.TempDir()
	cmd := exec.Command("go", "build", "-trimpath", "-o", dir+"/", "../cmd/ops", "../cmd/ops-tools")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	return dir
}
