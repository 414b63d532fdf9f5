package test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// must runs a client that has to succeed.
func (s *sshServer) must(env []string, program string, args ...string) string {
	s.t.Helper()
	out, talk, code := s.clientWith(env, "", program, args...)
	if code != 0 {
		s.t.Fatalf("%s %q: exit code %d\n%s%s", program, args, code, out, talk)
	}
	return out + talk
}

// refused runs a client that has to fail with our line on its error stream.
func (s *sshServer) refused(env []string, code, program string, args ...string) {
	s.t.Helper()
	out, talk, exit := s.clientWith(env, "", program, args...)
	if exit == 0 || !strings.Contains(talk, "ops ssh-restrict: denied ("+code+")") {
		s.t.Errorf("%s %q: exit code %d, want a denial with %s\n%s%s", program, args, exit, code, out, talk)
	}
}

// in is the server for a subtest.
func (s *sshServer) in(t *testing.T) *sshServer {
	sub := *s
	sub.t = t
	return &sub
}

// The real clients, each restricted by a policy whose sandbox is required.
func TestClients(t *testing.T) {
	s := startSSHD(t, buildPrograms(t))
	root := t.TempDir()
	host := "root@127.0.0.1:"
	policy := func(rule string) string { return "allow:\n  - " + rule + "\nsandbox: {level: required}\n" }
	local := t.TempDir()

	t.Run("rsync", func(t *testing.T) {
		s := s.in(t)
		served := filepath.Join(root, "rsync")
		makeFile(t, served+"/a/with space.txt", "text\n")
		makeFile(t, filepath.Join(root, "outside"), "secret\n")
		read := s.shell(s.grant("rsync-read", policy("rsync: {root: "+served+", mode: read}")))
		s.must(nil, "rsync", "-a", "-e", read, host+served+"/", local+"/pulled/")
		if text, err := os.ReadFile(local + "/pulled/a/with space.txt"); err != nil || string(text) != "text\n" {
			t.Errorf("pulled: %q, %v", text, err)
		}
		s.refused(nil, "path-outside", "rsync", "-a", "-e", read, host+root+"/outside", local)
		s.refused(nil, "rsync-write", "rsync", "-a", "-e", read, local+"/pulled/", host+served+"/")
		s.refused(nil, "rsync-secluded", "rsync", "-a", "-s", "-e", read, host+served+"/", local+"/pulled/")
		write := s.shell(s.grant("rsync-write", policy("rsync: {root: "+served+", mode: write, secluded: proxy}")))
		makeFile(t, local+"/new/b", "b\n")
		s.must(nil, "rsync", "-a", "-e", write, local+"/new/", host+served+"/new/")
		s.must(nil, "rsync", "-a", "-s", "-e", write, local+"/new/", host+served+"/name with space/")
		if text, err := os.ReadFile(served + "/name with space/b"); err != nil || string(text) != "b\n" {
			t.Errorf("pushed: %q, %v", text, err)
		}
		s.refused(nil, "rsync-delete", "rsync", "-a", "--delete", "-e", write, local+"/new/", host+served+"/")
	})

	t.Run("sftp and scp", func(t *testing.T) {
		s := s.in(t)
		served := filepath.Join(root, "files")
		makeFile(t, served+"/there", "there\n")
		makeFile(t, filepath.Join(s.dir, "up"), "up\n")
		both := "sftp: {root: " + served + ", mode: append}\n  - scp: {root: " + served + ", mode: append}"
		key := s.grant("append", policy(both))
		s.must(nil, "scp", append(s.options(key), "up", host+served+"/by-sftp")...)
		s.must(nil, "scp", append(append([]string{"-O"}, s.options(key)...), "up", host+served+"/by-scp")...)
		for _, name := range []string{"by-sftp", "by-scp"} {
			if text, err := os.ReadFile(filepath.Join(served, name)); err != nil || string(text) != "up\n" {
				t.Errorf("%s: %q, %v", name, text, err)
			}
		}
		for _, how := range [][]string{{}, {"-O"}} {
			_, _, code := s.client("scp", append(append(how, s.options(key)...), "up", host+served+"/there")...)
			if text, _ := os.ReadFile(served + "/there"); code == 0 || string(text) != "there\n" {
				t.Errorf("append mode replaced a file: %d, %q", code, text)
			}
		}
	})

	t.Run("git", func(t *testing.T) {
		s := s.in(t)
		served := filepath.Join(root, "git")
		run(t, "git", "init", "-q", "--bare", served+"/team/p.git")
		run(t, "git", "init", "-q", "--bare", served+"/secret.git")
		write := s.grant("git-write", policy(`git: {root: `+served+`, repositories: ["team/*.git"], mode: read-write}`))
		read := s.grant("git-read", policy(`git: {root: `+served+`, repositories: ["team/*.git"], mode: read}`))
		with := func(key string) []string {
			return []string{
				"GIT_SSH_COMMAND=" + s.shell(key), "GIT_AUTHOR_NAME=a", "GIT_AUTHOR_EMAIL=a@b", "GIT_COMMITTER_NAME=a",
				"GIT_COMMITTER_EMAIL=a@b", "GIT_CONFIG_GLOBAL=/dev/null",
			}
		}
		work := local + "/checkout"
		s.must(with(write), "git", "clone", "-q", host+served+"/team/p.git", work)
		s.must(with(write), "git", "-C", work, "commit", "-q", "--allow-empty", "-m", "first")
		s.must(with(write), "git", "-C", work, "push", "-q", "origin", "HEAD:main")
		s.must(with(read), "git", "clone", "-q", host+served+"/team/p.git", local+"/again")
		s.refused(with(read), "git-write", "git", "-C", work, "push", "-q", "origin", "HEAD:other")
		s.refused(with(read), "repository", "git", "clone", "-q", host+served+"/secret.git", local+"/secret")
	})

	t.Run("borg", func(t *testing.T) {
		s := s.in(t)
		served := filepath.Join(root, "borg")
		if err := os.MkdirAll(served, 0o700); err != nil {
			t.Fatal(err)
		}
		key := s.grant("borg", policy("borg: {repository: "+served+"/r, append-only: true}"))
		env := []string{
			"BORG_RSH=" + s.shell(key), "BORG_REPO=ssh://root@127.0.0.1" + served + "/r", "BORG_BASE_DIR=" + local + "/borg",
			"BORG_UNKNOWN_UNENCRYPTED_REPO_ACCESS_IS_OK=yes",
		}
		s.must(env, "borg", "init", "--encryption=none")
		s.must(env, "borg", "create", "::first", "up")
		if out := s.must(env, "borg", "list", "--short"); !strings.Contains(out, "first") {
			t.Errorf("borg list: %s", out)
		}
	})

	t.Run("restic", func(t *testing.T) {
		s := s.in(t)
		served := filepath.Join(root, "restic")
		if err := os.MkdirAll(served, 0o700); err != nil {
			t.Fatal(err)
		}
		key := s.grant("restic", policy("restic: {repository: "+served+", append-only: true}"))
		rclone := "rclone.program=" + s.shell(key) + " root@127.0.0.1 rclone"
		env := []string{"RESTIC_PASSWORD=secret", "RESTIC_REPOSITORY=rclone:", "RESTIC_CACHE_DIR=" + local + "/restic"}
		s.must(env, "restic", "-o", rclone, "init")
		s.must(env, "restic", "-o", rclone, "backup", "up")
		if out := s.must(env, "restic", "-o", rclone, "snapshots"); !strings.Contains(out, "1 snapshots") {
			t.Errorf("restic snapshots: %s", out)
		}
	})

	t.Run("hg", func(t *testing.T) {
		s := s.in(t)
		served := filepath.Join(root, "hg")
		run(t, "hg", "init", served)
		shell := s.shell(s.grant("hg", policy("hg: {repository: "+served+", mode: read-write}")))
		s.must(nil, "hg", "clone", "-q", "--ssh", shell, "ssh://root@127.0.0.1/"+served, local+"/hg")
		makeFile(t, local+"/hg/f", "f\n")
		s.must(nil, "hg", "-R", local+"/hg", "commit", "-q", "-A", "-u", "a", "-m", "first")
		s.must(nil, "hg", "-R", local+"/hg", "push", "-q", "--ssh", shell)
	})

	t.Run("svn", func(t *testing.T) {
		s := s.in(t)
		served := filepath.Join(root, "svn")
		run(t, "svnadmin", "create", served)
		key := s.grant("svn", policy("svn: {root: "+served+", mode: read-write}"))
		env := []string{"SVN_SSH=" + s.shell(key)}
		s.must(env, "svn", "checkout", "-q", "svn+ssh://root@127.0.0.1/@", local+"/svn")
		makeFile(t, local+"/svn/f", "f\n")
		s.must(env, "svn", "add", "-q", local+"/svn/f")
		s.must(env, "svn", "commit", "-q", "-m", "first", local+"/svn")
	})

	t.Run("rdiff-backup", func(t *testing.T) {
		s := s.in(t)
		served := filepath.Join(root, "rdiff")
		if err := os.MkdirAll(served, 0o700); err != nil {
			t.Fatal(err)
		}
		makeFile(t, local+"/source/f", "f\n")
		schema := s.shell(s.grant("rdiff", policy("rdiff-backup: {root: "+served+", mode: read-write}"))) + " %s rdiff-backup --server"
		s.must(nil, "rdiff-backup", "--remote-schema", schema, local+"/source", "root@127.0.0.1::"+served)
		if text, err := os.ReadFile(served + "/f"); err != nil || string(text) != "f\n" {
			t.Errorf("backed up: %q, %v", text, err)
		}
	})
}
