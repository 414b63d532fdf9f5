package sshrestrict

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// withCommit makes the repository team/proj.git below a new root with one commit, and returns the root.
func withCommit(t *testing.T, s *server) string {
	t.Helper()
	root := filepath.Join(s.dir, "..", "srv")
	if err := os.MkdirAll(root+"/team", 0o755); err != nil {
		t.Fatal(err)
	}
	s.run("../srv", "git", "init", "--quiet", "--bare", "team/proj.git")
	s.run("", "git", "init", "--quiet", "first")
	s.run("first", "git", "commit", "--quiet", "--allow-empty", "-m", "one")
	s.run("first", "git", "push", "--quiet", "../../srv/team/proj.git", "main")
	s.run("../srv/team/proj.git", "git", "config", "uploadpack.allowFilter", "true")
	return root
}

func TestGitThroughPolicy(t *testing.T) {
	t.Parallel()
	s := newServer(t, "")
	root := withCommit(t, s)
	url := "ssh://host" + root + "/team/proj.git"
	rule := "allow: [{git: {root: " + root + ", repositories: [team/*.git, checkout], mode: MODE, archive: true}}]"
	s.policy(strings.Replace(rule, "MODE", "read-write", 1))

	for _, version := range []string{"0", "1", "2"} {
		s.run("", "git", "-c", "protocol.version="+version, "clone", "--quiet", url, "clone"+version)
		s.answered("/usr/bin/git upload-pack --strict " + root + "/team/proj.git")
		trace := s.run("clone"+version, "env", "GIT_TRACE_PACKET=1", "git", "-c", "protocol.version="+version, "fetch")
		if strings.Contains(trace, "< version "+version) != (version != "0") {
			t.Errorf("the server did not speak version %s:\n%s", version, trace)
		}
		s.run("clone"+version, "git", "commit", "--quiet", "--allow-empty", "-m", "by "+version)
		s.run("clone"+version, "git", "-c", "protocol.version="+version, "push", "--quiet", "origin", "HEAD:refs/heads/by-"+version)
		s.answered("/usr/bin/git receive-pack " + root + "/team/proj.git")
	}
	if refs := s.run("", "git", "ls-remote", "ssh://host/~/team/proj.git"); strings.Count(refs, "refs/heads/by-") != 3 {
		t.Errorf("ls-remote: %s", refs)
	}
	s.run("", "git", "ls-remote", "host:team/proj.git")
	s.run("", "git", "clone", "--quiet", "--depth=1", url, "shallow")
	s.run("", "git", "clone", "--quiet", "--filter=blob:none", url, "partial")
	s.run("", "git", "archive", "--remote="+url, "--output=../archive.tar.gz", "main")
	s.answered("/usr/bin/git upload-archive " + root + "/team/proj.git")

	s.policy(strings.Replace(rule, "MODE", "read", 1))
	s.run("clone0", "git", "fetch", "--quiet")
	before := s.run("", "git", "ls-remote", url)
	s.refused("git-write", "clone0", "git", "push", "origin", "HEAD:main")
	if after := s.run("", "git", "ls-remote", url); after != before {
		t.Errorf("a refused push changed %s into %s", before, after)
	}
	s.run("../srv", "git", "clone", "--quiet", "team/proj.git", "checkout")
	s.run("", "git", "clone", "--quiet", "ssh://host"+root+"/checkout", "copy")
	s.run("../srv", "git", "init", "--quiet", "--bare", "secret.git")
	s.refused("repository", "", "git", "ls-remote", "ssh://host"+root+"/secret.git")
	s.refused("path-parent", "", "git", "ls-remote", "ssh://host"+root+"/team/proj.git/../../secret.git")
}

// Hooks run unless the policy says no, and git serves a repository of root to another account only because the policy
// names it.
func TestGitHooksAndOwner(t *testing.T) {
	t.Parallel()
	s := newServer(t, "")
	root := withCommit(t, s)
	url := "ssh://host" + root + "/team/proj.git"
	hook := root + "/team/proj.git/hooks/pre-receive"
	if err := os.WriteFile(hook, []byte("#!/bin/sh\necho no, says the hook >&2\nexit 1\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	s.policy("allow: [{git: {root: " + root + ", mode: read-write}}]")
	s.refused("receive-pack", "first", "git", "push", url, "main:refs/heads/other")
	s.policy("allow: [{git: {root: " + root + ", mode: read-write, hooks: false}}]")
	s.run("first", "git", "push", "--quiet", url, "main:refs/heads/other")

	for dir := root; dir != "/tmp" && dir != "/"; dir = filepath.Dir(dir) {
		if err := os.Chmod(dir, 0o755); err != nil { // for the other account
			t.Fatal(err)
		}
	}
	if err := errors.Join(os.WriteFile(s.log, nil, 0o666), os.Chmod(s.log, 0o666)); err != nil {
		t.Fatal(err)
	}
	s.env = append(s.env, "OPS_TEST_UID=65534")
	s.run("", "git", "ls-remote", url)
	if err := os.Chown(root+"/team/proj.git/config", 4321, 0); err != nil {
		t.Fatal(err)
	}
	s.refused("git-owner", "", "git", "ls-remote", url)
}

func TestGitAnnexThroughPolicy(t *testing.T) {
	t.Parallel()
	s := newServer(t, "")
	root := withCommit(t, s)
	rule := "allow: [{git: {root: " + root + ", mode: MODE, annex: true}}]"
	s.policy(strings.Replace(rule, "MODE", "read-write", 1))
	s.run("", "git", "clone", "--quiet", "ssh://host"+root+"/team/proj.git", "annex")
	s.run("annex", "git", "annex", "init", "--quiet", "laptop")
	if err := os.WriteFile(s.dir+"/annex/big", []byte(strings.Repeat("large ", 5000)), 0o644); err != nil {
		t.Fatal(err)
	}
	s.run("annex", "git", "annex", "add", "--quiet", "big")
	s.run("annex", "git", "commit", "--quiet", "-m", "big")
	s.run("annex", "git", "push", "--quiet", "origin", "main", "git-annex")
	s.run("annex", "git", "annex", "copy", "--quiet", "--to=origin", "big")
	s.answered("/usr/bin/git-annex-shell p2pstdio " + root + "/team/proj.git")
	s.run("annex", "git", "annex", "drop", "--quiet", "big")

	s.policy(strings.Replace(rule, "MODE", "read", 1))
	s.run("annex", "git", "annex", "get", "--quiet", "big")
	s.refused("git-annex-shell", "annex", "git", "annex", "drop", "--from=origin", "big")
	if keys, _ := filepath.Glob(root + "/team/proj.git/annex/objects/*/*/*/*"); len(keys) != 1 {
		t.Errorf("the server has the keys %q", keys)
	}
}
