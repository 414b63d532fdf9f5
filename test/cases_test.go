package test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"ops/sshrestrict"
)

// The table of cases, through a real sshd: what is allowed is started, by echo in the place of each program, and what is
// denied is not. Cases that change the clock, the address or the policy are judged in sshrestrict's own tests.
func TestCasesThroughSSHD(t *testing.T) {
	s := startSSHD(t, buildPrograms(t))
	below := t.TempDir()
	elsewhere := func(text string) string {
		for _, place := range []string{"/srv/", "/var/log/app", "/mnt/backup"} {
			text = strings.ReplaceAll(text, place, below+place)
		}
		return text
	}
	furnish(t, below)
	table, err := os.ReadFile("../sshrestrict/testdata/cases.tsv")
	if err != nil {
		t.Fatal(err)
	}
	cases, err := sshrestrict.ReadCases("cases.tsv", strings.NewReader(elsewhere(string(table))))
	if err != nil {
		t.Fatal(err)
	}
	// Every program of the policies is one that says what it was given, and does nothing.
	program := regexp.MustCompile(`(run: +\[)/usr/bin/[a-z]+`)
	server := regexp.MustCompile(`- (mosh|borg|restic|rdiff-backup|unison|rsync|hg|svn|zfs|btrfs|docker): \{`)
	sockets := map[string]string{}
	tried := 0
	for _, c := range cases {
		if len(c.Modifiers) > 0 || c.Kind != sshrestrict.KindCommand || strings.HasPrefix(c.Command, "-") {
			continue
		}
		name := strings.ReplaceAll(strings.ToLower(c.Policy), "_", "-")
		if sockets[name] == "" {
			text, err := os.ReadFile("../sshrestrict/testdata/policies/" + name + ".yaml")
			if err != nil {
				t.Fatal(err)
			}
			policy := program.ReplaceAllString(elsewhere(string(text)), "${1}/usr/bin/echo")
			policy = server.ReplaceAllString(policy, "- $1: {program: /usr/bin/echo, ")
			sockets[name] = s.master(s.grant(name, policy))
		}
		cmd := exec.Command("ssh", "-F", "none", "-S", sockets[name], "root@127.0.0.1", c.Command)
		out, err := cmd.CombinedOutput()
		if _, exited := err.(*exec.ExitError); err != nil && !exited {
			t.Fatalf("line %d, %s: %v", c.Line, c.Name, err)
		}
		tried++
		code := cmd.ProcessState.ExitCode()
		// The login shell's own files may have said something before.
		refused := strings.Contains("\n"+string(out), "\nops ssh-restrict: denied (") && code == sshrestrict.ExitDenied
		if refused == c.Allowed || code == sshrestrict.ExitBroken || code == 255 {
			t.Errorf("line %d, %s: %q: exit code %d, %q", c.Line, c.Name, c.Command, code, out)
		}
	}
	if tried < 100 {
		t.Errorf("only %d cases were tried", tried)
	}
}

// furnish makes what the cases speak of.
func furnish(t *testing.T, below string) {
	t.Helper()
	for _, dir := range []string{
		"/srv/incoming", "/srv/backup/host1/prev", "/srv/backup/host1/cur", "/srv/backup/host2", "/srv/backup/host10", "/srv/git",
		"/srv/hg/proj", "/srv/svn", "/srv/borg/host1", "/srv/restic/host1", "/mnt/backup/host1", "/mnt/backup/host10", "/srv/rdiff/host1",
		"/srv/unison", "/srv/cvs", "/srv/bzr", "/srv/darcs/proj",
	} {
		if err := os.MkdirAll(below+dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for _, file := range []string{"pub.txt", "with space.txt", "a;b", "sub/x"} {
		makeFile(t, below+"/srv/data/"+file, "text\n")
	}
	makeFile(t, below+"/srv/database/secret", "secret\n")
	makeFile(t, below+"/var/log/app/app.log", "line\n")
	for _, repository := range []string{"proj", "secret", "it's", "a!b"} {
		run(t, "git", "init", "-q", "--bare", below+"/srv/git/"+repository+".git")
	}
	for link, target := range map[string]string{
		"/srv/data/link_in": "pub.txt", "/srv/data/link_out": "/etc/passwd", "/srv/data/dir_out": "/etc",
		"/srv/git/link-secret.git": "secret.git",
	} {
		if err := os.Symlink(target, below+link); err != nil {
			t.Fatal(err)
		}
	}
}

// master opens a connection that many sessions share, and returns its socket.
func (s *sshServer) master(key string) string {
	s.t.Helper()
	socket := filepath.Join(s.dir, "m-"+filepath.Base(key))
	args := append(s.options(key), "-S", socket, "-M", "-N", "-f", "root@127.0.0.1")
	run(s.t, "ssh", args...)
	s.t.Cleanup(func() { _ = exec.Command("ssh", "-F", "none", "-S", socket, "-O", "exit", "root@127.0.0.1").Run() })
	return socket
}
