package sshrestrict

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func (s *server) write(name, text string) {
	s.t.Helper()
	if err := os.WriteFile(filepath.Join(s.dir, name), []byte(text), 0o644); err != nil {
		s.t.Fatal(err)
	}
}

func TestHgThroughPolicy(t *testing.T) {
	t.Parallel()
	s := newServer(t, "")
	root := filepath.Join(s.dir, "..", "srv")
	s.run("", "hg", "init", root+"/proj")
	rule := "allow: [{hg: {root: " + root + ", except: [secret], MODE}}]"
	url := "ssh://host/" + root + "/proj"

	s.policy(strings.Replace(rule, "MODE", "mode: read-write, create: true", 1))
	s.run("", "hg", "clone", "--quiet", url, "a")
	s.answered("/usr/bin/hg -R " + root + "/proj serve --stdio")
	s.write("a/x", "x")
	s.run("a", "hg", "commit", "--quiet", "--addremove", "-m", "one")
	s.run("a", "hg", "push", "--quiet")
	s.run("a", "hg", "init", "ssh://host/new")
	s.answered("/usr/bin/hg init -- " + root + "/new")

	s.policy(strings.Replace(rule, "MODE", "mode: read", 1))
	s.run("", "hg", "clone", "--quiet", url, "b")
	s.answered("/usr/bin/hg-ssh --read-only " + root + "/proj")
	if text, _ := os.ReadFile(s.dir + "/b/x"); string(text) != "x" {
		t.Errorf("cloned %q", text)
	}
	s.write("b/x", "y")
	s.run("b", "hg", "commit", "--quiet", "-m", "two")
	s.refused("hg-ssh", "b", "hg", "push")
	if log := s.run("../srv/proj", "hg", "log", "--template", "{desc} "); log != "one " {
		t.Errorf("after refused pushes: %s", log)
	}
	s.refused("repository", "", "hg", "clone", "ssh://host/secret", "c")
}

// The hooks of a repository run as those of hg itself do; with hooks: false nothing of its configuration counts.
func TestHgHooks(t *testing.T) {
	t.Parallel()
	s := newServer(t, "")
	root := filepath.Join(s.dir, "..", "srv")
	s.run("", "hg", "init", root+"/proj")
	s.run("", "hg", "clone", "--quiet", root+"/proj", "a")
	s.write("a/x", "x")
	s.run("a", "hg", "commit", "--quiet", "--addremove", "-m", "one")
	s.write("../srv/proj/.hg/hgrc", "[hooks]\npretxnchangegroup.no = false\n")
	s.policy("allow: [{hg: {root: " + root + ", mode: read-write}}]")
	s.refused("hg -R", "a", "hg", "push", "ssh://host/proj")
	s.policy("allow: [{hg: {root: " + root + ", mode: read-write, hooks: false}}]")
	s.run("a", "hg", "push", "--quiet", "ssh://host/proj")
}

func TestSvnThroughPolicy(t *testing.T) {
	t.Parallel()
	s := newServer(t, "")
	s.env = append(s.env, "SVN_SSH=ssh -q")
	root := filepath.Join(s.dir, "..", "srv")
	s.run("", "mkdir", root)
	s.run("", "svnadmin", "create", root+"/proj")
	url := "svn+ssh://host/proj"

	s.policy("allow: [{svn: {root: " + root + ", mode: read-write, user: key-of-carol}}]")
	s.run("", "svn", "checkout", "--quiet", url, "a")
	s.answered("svnserve -t -r " + root + " --tunnel-user key-of-carol")
	s.write("a/x", "x")
	s.run("a", "svn", "add", "--quiet", "x")
	s.run("a", "svn", "commit", "--quiet", "-m", "one")
	if log := s.run("", "svn", "log", url); !strings.Contains(log, "r1 | key-of-carol") {
		t.Errorf("the log: %s", log)
	}
	s.policy("allow: [{svn: {root: " + root + "}}]")
	s.run("", "svn", "checkout", "--quiet", url, "b")
	s.write("b/x", "y")
	s.refused("svnserve", "b", "svn", "commit", "-m", "two")
	if log := s.run("", "svn", "log", "--quiet", url); strings.Contains(log, "r2") {
		t.Errorf("after a refused commit: %s", log)
	}
	// Paths are relative to the root.
	s.refused("svnserve", "", "svn", "info", "svn+ssh://host"+root+"/proj")
}

func TestCvsThroughPolicy(t *testing.T) {
	t.Parallel()
	s := newServer(t, "")
	root := filepath.Join(s.dir, "..", "srv")
	temporary := filepath.Join(s.dir, "..", "tmp")
	s.run("", "mkdir", root, temporary)
	for _, name := range []string{"/repo", "/other"} {
		s.run("", "cvs", "-d", root+name, "init")
		s.run("", "mkdir", root+name+"/mod")
	}
	rule := "allow: [{cvs: {repository: " + root + "/repo, temporary: " + temporary + ", mode: MODE}}]"

	s.policy(strings.Replace(rule, "MODE", "read-write", 1))
	s.run("", "cvs", "-Q", "-d", ":ext:host:"+root+"/repo", "checkout", "-d", "a", "mod")
	s.write("a/x", "x\n")
	s.run("a", "cvs", "-Q", "add", "x")
	s.run("a", "cvs", "-Q", "commit", "-m", "one")
	s.answered("--allow-root=" + root + "/repo server")
	s.policy(strings.Replace(rule, "MODE", "read", 1))
	s.run("", "cvs", "-Q", "-d", ":ext:host:"+root+"/repo", "checkout", "-d", "b", "mod")
	s.write("b/x", "y\n")
	s.refused("cvs server", "b", "cvs", "-Q", "commit", "-m", "two")
	if log := s.run("b", "cvs", "log", "x"); !strings.Contains(log, "head: 1.1") {
		t.Errorf("after a refused commit: %s", log)
	}
	s.refused("cvs server", "", "cvs", "-d", ":ext:host:"+root+"/other", "checkout", "-d", "c", "mod")
}
