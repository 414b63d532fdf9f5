package sshrestrict

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"ops/sshrestrict/internal/passwd"
	"ops/sshrestrict/launch"
)

// server is a machine as clients of version control see it through ssh: a program called ssh, which takes the command as
// sshd would hand it over, decides and starts what was rendered in the sandbox, without a shell.
type server struct {
	t    *testing.T
	dir  string // clients work here
	env  []string
	file string // the policy
	log  string // the answers, one in each line
}

func newServer(t *testing.T, policy string) *server {
	t.Helper()
	dir := t.TempDir()
	s := &server{t: t, dir: dir + "/client", file: dir + "/policy.yaml", log: dir + "/log"}
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	ssh := "#!/bin/sh\nexec '" + program + "' -test.run='^TestActAsServer$' -- \"$@\"\n"
	err = errors.Join(
		os.MkdirAll(dir+"/bin", 0o755), os.MkdirAll(s.dir, 0o755), os.MkdirAll(dir+"/home", 0o755),
		os.WriteFile(dir+"/bin/ssh", []byte(ssh), 0o755), os.WriteFile(s.file, []byte(policy), 0o644),
		os.WriteFile(dir+"/home/.gitconfig", []byte("[user]\nname = Carol\nemail = carol@example.org\n[init]\ndefaultBranch = main\n"), 0o644),
	)
	if err != nil {
		t.Fatal(err)
	}
	s.env = []string{
		"PATH=" + dir + "/bin:/usr/bin:/bin", "HOME=" + dir + "/home", "USER=carol", "LOGNAME=carol", "HGUSER=carol",
		"LC_ALL=C.UTF-8", "OPS_TEST_POLICY=" + s.file, "OPS_TEST_LOG=" + s.log, "CVS_RSH=ssh", "GIT_TERMINAL_PROMPT=0",
	}
	return s
}

// policy changes what the server allows.
func (s *server) policy(text string) {
	s.t.Helper()
	if err := os.WriteFile(s.file, []byte(text), 0o644); err != nil {
		s.t.Fatal(err)
	}
}

// run runs a client in a folder below s.dir, which has to succeed, and returns what it printed.
func (s *server) run(dir string, argv ...string) string {
	s.t.Helper()
	return mustRun(s.t, s.env, filepath.Join(s.dir, dir), argv...)
}

// refused runs a client that has to fail because of the code.
func (s *server) refused(code, dir string, argv ...string) string {
	s.t.Helper()
	cmd := exec.Command(argv[0], argv[1:]...)
	cmd.Env, cmd.Dir = s.env, filepath.Join(s.dir, dir)
	out, err := cmd.CombinedOutput()
	if err == nil || !strings.Contains(string(out)+s.answers(), code) {
		s.t.Errorf("%q: %v, not refused with %q:\n%s%s", argv, err, code, out, s.answers())
	}
	return string(out)
}

// answers returns the server's answers since the last call.
func (s *server) answers() string {
	data, _ := os.ReadFile(s.log)
	os.Remove(s.log)
	return string(data)
}

// answered wants a line in the answers since the last call.
func (s *server) answered(want string) {
	s.t.Helper()
	if got := s.answers(); !strings.Contains(got, want) {
		s.t.Errorf("no %q in the server's answers:\n%s", want, got)
	}
}

func mustRun(t *testing.T, env []string, dir string, argv ...string) string {
	t.Helper()
	cmd := exec.Command(argv[0], argv[1:]...)
	cmd.Env, cmd.Dir = env, dir
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%q: %v\n%s", argv, err, out)
	}
	return string(out)
}

// TestActAsServer is the program called ssh of newServer, and nothing in a normal run of the tests.
func TestActAsServer(t *testing.T) {
	file := os.Getenv("OPS_TEST_POLICY")
	at := slices.Index(os.Args, "--")
	if file == "" || at < 0 {
		return
	}
	err := actAsServer(file, os.Args[at+1:])
	fmt.Fprintln(os.Stderr, "ops:", err)
	os.Exit(77)
}

func actAsServer(file string, args []string) error {
	host := ""
	for ; len(args) > 0 && (host == "" || strings.HasPrefix(args[0], "-")); args = args[1:] {
		switch args[0] {
		case "-G", "-O", "-V": // questions to ssh itself
			os.Exit(0)
		case "-o", "-S", "-p", "-l", "-e", "-F":
			args = args[1:]
		default:
			if !strings.HasPrefix(args[0], "-") {
				host = args[0]
			}
		}
	}
	data, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	p, err := Parse("test", file, data)
	if err != nil {
		return err
	}
	q := NewRequest(KindCommand, strings.Join(args, " "), MaxCommand)
	q.Env = os.Environ()
	q.Account = passwd.Account{Name: "carol", Home: "/nonexistent"}
	if uid := q.env("OPS_TEST_UID"); uid != "" {
		if q.Account.UID, err = strconv.Atoi(uid); err != nil {
			return err
		}
		if err := errors.Join(syscall.Setgid(q.Account.UID), syscall.Setuid(q.Account.UID)); err != nil {
			return err
		}
	}
	d := p.Decide(q)
	if log, err := os.OpenFile(q.env("OPS_TEST_LOG"), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o644); err == nil {
		fmt.Fprintf(log, "%s: %s %v\n", q.Text, outcome(d), d.Start)
	}
	if d.Verdict != Allow {
		return fmt.Errorf("denied (%s): %s", d.Code, d.Reason)
	}
	plan := p.plan(q, d.Start, "")
	plan.Confinement.Level = launch.LevelRequired
	return launch.Exec(plan)
}
