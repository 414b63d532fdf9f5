package sshrestrict

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// gitTree makes the repositories that the cases name.
func gitTree(t *testing.T) string {
	t.Helper()
	root := t.TempDir()
	for _, name := range []string{"proj.git", "secret.git", "it's.git", "a!b.git", "with space.git", "team/deep.git", "both.git"} {
		mustRun(t, nil, root, "git", "init", "--quiet", "--bare", "--template=", name)
	}
	for _, name := range []string{"checkout", "other"} {
		mustRun(t, nil, root, "git", "init", "--quiet", "--template=", name)
	}
	for _, dir := range []string{"worktree/.git/objects", "worktree/.git/refs", "half/objects"} {
		if err := os.MkdirAll(root+"/"+dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	mustRun(t, nil, root, "git", "init", "--quiet", "--bare", "--template=", "common.git")
	mustRun(t, nil, root, "git", "init", "--quiet", "--bare", "--template=", "half.git")
	for _, file := range []string{"worktree/.git/commondir", "common.git/commondir"} {
		if err := os.WriteFile(root+"/"+file, []byte("../secret.git\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	err := errors.Join(
		os.WriteFile(root+"/worktree/.git/HEAD", []byte("ref: refs/heads/main\n"), 0o644), os.WriteFile(root+"/half/HEAD", []byte("ref: refs/heads/main\n"), 0o644),
		os.Symlink("secret.git", root+"/link-secret.git"), os.Symlink("proj.git", root+"/link.git"), os.Symlink("/etc", root+"/out.git"),
		os.Mkdir(root+"/both.git/.git", 0o755), os.Mkdir(root+"/plain", 0o755), os.Mkdir(root+"/filed", 0o755),
		os.Mkdir(root+"/linked", 0o755), os.Symlink("../secret.git", root+"/linked/.git"), os.Mkdir(root+"/*", 0o755),
		os.WriteFile(root+"/filed/.git", []byte("gitdir: ../secret.git\n"), 0o644),
		os.WriteFile(root+"/gitfile.git", []byte("gitdir: secret.git\n"), 0o644),
		os.RemoveAll(root+"/other/.git/objects"), os.WriteFile(root+"/other/.git/config", nil, 0o666), os.Chmod(root+"/other/.git/config", 0o666),
	)
	if err != nil {
		t.Fatal(err)
	}
	return root
}

const uuid = "0ac59cdc-88f1-4ee6-b411-ac9f93863613"

func TestGitClients(t *testing.T) {
	root := gitTree(t)
	read := mustParse(t, "allow: [{git: {root: "+root+", except: [secret.git], lfs: true, annex: true}}]")
	write := mustParse(t, "allow: [{git: {root: "+root+", except: [secret.git], mode: write, archive: true, lfs: true, annex: true}}]")
	rooted := mustParse(t, "allow: [{git: {root: "+root+", repositories: ['*.git', 'team/*.git'], paths: both}}]")
	plain := mustParse(t, "allow: [{git: {root: "+root+", mode: read-write}}]")
	const upload = "/usr/bin/git upload-pack --strict ROOT/"

	checkVCS(t, read, root, []vcsCase{
		{"clone", "git-upload-pack 'ROOT/proj.git'", upload + "proj.git"},
		{"clone with a space", "git upload-pack 'ROOT/proj.git'", upload + "proj.git"},
		{"clone with the program's folder", "/usr/bin/git-upload-pack 'ROOT/proj.git'", upload + "proj.git"},
		{"clone without quotes", "git-upload-pack ROOT/proj.git", upload + "proj.git"},
		{"an apostrophe", `git-upload-pack 'ROOT/it'\''s.git'`, "/usr/bin/git upload-pack --strict 'ROOT/it'\\''s.git'"},
		{"an exclamation mark", `git-upload-pack 'ROOT/a'\!'b.git'`, "/usr/bin/git upload-pack --strict 'ROOT/a!b.git'"},
		{"a blank", "git-upload-pack 'ROOT/with space.git'", "/usr/bin/git upload-pack --strict 'ROOT/with space.git'"},
		{"a slash at the end", "git-upload-pack 'ROOT/proj.git/'", upload + "proj.git"},
		{"the home", "git-upload-pack '~/proj.git'", upload + "proj.git"},
		{"the home without quotes", "git-upload-pack ~/proj.git", upload + "proj.git"},
		{"relative", "git-upload-pack 'proj.git'", upload + "proj.git"},
		{"a folder", "git-upload-pack 'ROOT/team/deep.git'", upload + "team/deep.git"},
		{"a link", "git-upload-pack 'ROOT/link.git'", upload + "proj.git"},
		{"a working copy", "git-upload-pack 'ROOT/checkout'", upload + "checkout/.git"},
		{"git's files of a working copy", "git-upload-pack 'ROOT/checkout/.git'", upload + "checkout/.git"},
		{"what does not exist", "git-upload-pack 'ROOT/none.git'", upload + "none.git"},
		{"lfs", "git-lfs-authenticate ROOT/proj.git download", "/usr/bin/git-lfs-authenticate ROOT/proj.git download"},
		{"old lfs", "git-lfs-authenticate ROOT/proj.git download " + strings.Repeat("0a", 32), "/usr/bin/git-lfs-authenticate ROOT/proj.git download"},
		{"lfs 2, which takes the slash off", "git-lfs-authenticate " + root[1:] + "/proj.git download", "/usr/bin/git-lfs-authenticate ROOT/proj.git download"},
		{"lfs of a relative name", "git-lfs-authenticate proj.git download", "/usr/bin/git-lfs-authenticate ROOT/proj.git download"},
		{"lfs over ssh", "git-lfs-transfer ROOT/proj.git download", "/usr/bin/git-lfs-transfer ROOT/proj.git download"},
		{"annex", "git-annex-shell 'configlist' 'ROOT/proj.git'", "/usr/bin/git-annex-shell configlist ROOT/proj.git"},
		{"annex with a field", "git-annex-shell 'configlist' 'ROOT/proj.git' '--' 'autoinit=1' '--'", "/usr/bin/git-annex-shell configlist ROOT/proj.git"},
		{"annex in the home", "git-annex-shell 'configlist' '/~/proj.git'", "/usr/bin/git-annex-shell configlist ROOT/proj.git"},
		{
			"annex's protocol", "git-annex-shell 'p2pstdio' 'ROOT/checkout' '--debug' '" + uuid + "' --uuid " + uuid,
			"/usr/bin/git-annex-shell p2pstdio ROOT/checkout " + uuid + " --debug --uuid " + uuid,
		},
		{"a key is there", "git-annex-shell 'inannex' 'ROOT/proj.git' 'SHA256E-s5--0a.txt'", "/usr/bin/git-annex-shell inannex ROOT/proj.git SHA256E-s5--0a.txt"},
		{
			"a key is sent",
			"git-annex-shell 'sendkey' 'ROOT/proj.git' 'WORM-s5-m1--x' '--' 'remoteuuid=" + uuid + "' 'associatedfile=a/b' '--' dummy rsync --server --sender -vtpe.Lsfx . ''",
			"/usr/bin/git-annex-shell sendkey ROOT/proj.git WORM-s5-m1--x",
		},
		{"push", "git-receive-pack 'ROOT/proj.git'", "git-write"},
		{"archive", "git-upload-archive 'ROOT/proj.git'", "git-archive"},
		{"lfs upload", "git-lfs-authenticate ROOT/proj.git upload", "git-write"},
		{"lfs upload over ssh", "git-lfs-transfer ROOT/proj.git upload", "git-write"},
		{"a key to receive", "git-annex-shell 'recvkey' 'ROOT/proj.git' 'WORM--x'", "git-write"},
		{"a key to drop", "git-annex-shell 'dropkey' 'ROOT/proj.git' '--quiet' '--force' 'WORM--x'", "git-write"},
	})
	checkVCS(t, write, root, []vcsCase{
		{"clone", "git-upload-pack 'ROOT/proj.git'", upload + "proj.git"},
		{"push", "git-receive-pack 'ROOT/proj.git'", "/usr/bin/git receive-pack ROOT/proj.git"},
		{"push with a space", "git receive-pack 'ROOT/checkout'", "/usr/bin/git receive-pack ROOT/checkout/.git"},
		{"archive", "git-upload-archive 'ROOT/proj.git'", "/usr/bin/git upload-archive ROOT/proj.git"},
		{"lfs", "git-lfs-authenticate ROOT/proj.git upload", "/usr/bin/git-lfs-authenticate ROOT/proj.git upload"},
		{"annex", "git-annex-shell 'configlist' 'ROOT/proj.git' '--' 'autoinit=1' '--'", "/usr/bin/git-annex-shell configlist ROOT/proj.git -- autoinit=1 --"},
		{
			"a key to receive", "git-annex-shell 'recvkey' 'ROOT/proj.git' 'WORM--x' --uuid=" + uuid + " '--' 'remoteuuid=" + uuid + "' '--' dummy rsync --server -vt . ''",
			"/usr/bin/git-annex-shell recvkey ROOT/proj.git WORM--x --uuid " + uuid + " -- remoteuuid=" + uuid + " --",
		},
		{"a key to drop", "git-annex-shell 'dropkey' 'ROOT/proj.git' '--quiet' '--force' 'WORM--x'", "/usr/bin/git-annex-shell dropkey ROOT/proj.git WORM--x --quiet --force"},
		{"changes", "git-annex-shell 'notifychanges' 'ROOT/proj.git'", "/usr/bin/git-annex-shell notifychanges ROOT/proj.git"},
	})
	checkVCS(t, rooted, root, []vcsCase{
		{"below the root", "git-upload-pack '/proj.git'", upload + "proj.git"},
		{"absolute", "git-upload-pack 'ROOT/team/deep.git'", upload + "team/deep.git"},
		{"in the home", "git-upload-pack '~/team/deep.git'", upload + "team/deep.git"},
		{"not named", "git-upload-pack '/checkout'", "repository"},
		{"too deep", "git-upload-pack '/team/deep.git/x.git'", "repository"},
		{"another folder", "git-upload-pack '/other/deep.git'", "repository"},
	})
	checkVCS(t, plain, root, []vcsCase{
		{"archive", "git-upload-archive 'ROOT/proj.git'", "git-archive"},
		{"lfs", "git-lfs-authenticate ROOT/proj.git download", "git-lfs"},
		{"annex", "git-annex-shell 'configlist' 'ROOT/proj.git'", "git-annex"},
	})
}

func TestGitEnvironment(t *testing.T) {
	root := gitTree(t)
	p := mustParse(t, "allow: [{git: {root: "+root+", mode: read-write, hooks: false}}]")
	for _, c := range []struct{ given, want string }{
		{"GIT_PROTOCOL=version=2", "GIT_PROTOCOL=version=2"},
		{"GIT_PROTOCOL=version=0", "GIT_PROTOCOL=version=0"},
		{"GIT_PROTOCOL=version=3", ""},
		{"GIT_PROTOCOL=version=2:x=$(id)", ""},
		{"GIT_PROTOCOL=version=22", ""},
		{"GIT_PROTOCOL=", ""},
		{"GIT_DIR=/etc", ""},
	} {
		q := NewRequest(KindCommand, "git-receive-pack '"+root+"/proj.git'", MaxCommand)
		q.Env = []string{c.given}
		d := p.Decide(q)
		if d.Verdict != Allow {
			t.Fatal(d.Code, d.Reason)
		}
		got := ""
		for _, entry := range d.Start.Env {
			if strings.HasPrefix(entry, "GIT_PROTOCOL") || strings.HasPrefix(entry, "GIT_DIR") {
				got = entry
			}
		}
		if got != c.want {
			t.Errorf("%s: %q, want %q", c.given, got, c.want)
		}
		for _, want := range []string{
			"GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_COUNT=3", "GIT_CONFIG_KEY_0=safe.directory",
			"GIT_CONFIG_VALUE_0=" + root + "/proj.git", "GIT_CONFIG_KEY_2=core.hooksPath", "GIT_CONFIG_VALUE_2=/dev/null",
		} {
			if !slices.Contains(d.Start.Env, want) {
				t.Errorf("%s is not in %q", want, d.Start.Env)
			}
		}
	}
}

// The sandbox is opened for one repository, for writing only where the client writes, and for shells only where the
// repository has hooks that run.
func TestGitSandbox(t *testing.T) {
	root := gitTree(t)
	hook := root + "/team/deep.git/hooks/update"
	if err := errors.Join(os.MkdirAll(filepath.Dir(hook), 0o755), os.WriteFile(hook, []byte("#!/bin/sh\n"), 0o755)); err != nil {
		t.Fatal(err)
	}
	with := mustParse(t, "allow: [{git: {root: "+root+", mode: read-write}}]")
	without := mustParse(t, "allow: [{git: {root: "+root+", mode: read-write, hooks: false}}]")
	for _, c := range []struct {
		name, command string
		policy        *Policy
		write, shell  bool
	}{
		{"read", "git-upload-pack 'team/deep.git'", with, false, false},
		{"push with hooks", "git-receive-pack 'team/deep.git'", with, true, true},
		{"push to a repository without hooks", "git-receive-pack 'proj.git'", with, true, false},
		{"push, hooks off", "git-receive-pack 'team/deep.git'", without, true, false},
	} {
		s := judgeVCS(c.policy, c.command).Start
		dir := s.Stages[0].Args[len(s.Stages[0].Args)-1]
		if !slices.Contains(s.Read, dir) || slices.Contains(s.Read, root) || slices.Contains(s.Write, root) {
			t.Errorf("%s: read %q, write %q", c.name, s.Read, s.Write)
		}
		if slices.Contains(s.Write, dir) != c.write {
			t.Errorf("%s: write %q", c.name, s.Write)
		}
		if slices.Contains(s.Execute, "/bin") != c.shell || slices.Contains(s.Execute, dir+"/hooks/update") != c.shell {
			t.Errorf("%s: execute %q", c.name, s.Execute)
		}
	}
}

func TestGitOwner(t *testing.T) {
	root := gitTree(t)
	p := mustParse(t, "allow: [{git: {root: "+root+"}}]")
	hooks := root + "/it's.git/hooks"
	err := errors.Join(
		os.Chown(root+"/proj.git/config", 4321, 0), os.Chown(root+"/secret.git", 4321, 0),
		os.Mkdir(hooks, 0o755), os.WriteFile(hooks+"/update", nil, 0o755), os.Chown(hooks+"/update", 4321, 0),
		os.Chmod(root+"/a!b.git", 0o777), os.Chmod(root+"/team/deep.git", 0o2775),
	)
	if err != nil {
		t.Fatal(err)
	}
	checkVCS(t, p, root, []vcsCase{
		{"somebody's configuration", "git-upload-pack 'proj.git'", "git-owner"},
		{"somebody's folder", "git-upload-pack 'secret.git'", "git-owner"},
		{"somebody's hook", `git-upload-pack 'it'\''s.git'`, "git-owner"},
		{"everybody's folder", "git-upload-pack 'a!b.git'", "git-owner"},
		{"a group's folder", "git-upload-pack 'team/deep.git'", "/usr/bin/git upload-pack --strict ROOT/team/deep.git"},
	})
	q := NewRequest(KindCommand, "git-upload-pack 'secret.git'", MaxCommand)
	q.Account.UID = 4321
	if d := p.Decide(q); d.Verdict != Allow {
		t.Errorf("the account's own repository: %s", d.Reason)
	}
}

// TestGitShell holds that what we start for git, git-shell(1) would start as well, with the same repository. It has no
// rules about repositories, so it starts more. It wants the quotes that git always writes; git-lfs and git-annex it does
// not know.
func TestGitShell(t *testing.T) {
	root := gitTree(t)
	p := mustParse(t, "allow: [{git: {root: "+root+", except: [secret.git], mode: read-write, archive: true}}]")
	stub, log := t.TempDir(), filepath.Join(t.TempDir(), "log")
	script := "#!/bin/sh\nprintf '%s\\n' \"$@\" >'" + log + "'\n"
	if err := os.WriteFile(stub+"/git", []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	ours, theirs := 0, 0
	for _, service := range []string{"git-upload-pack ", "git upload-pack ", "git-receive-pack ", "git-upload-archive ", "git-shell ", "cvs ", "git-x "} {
		for _, argument := range []string{
			"'ROOT/proj.git'", `'ROOT/it'\''s.git'`, `'ROOT/a'\!'b.git'`, "'ROOT/with space.git'", "'ROOT/team/deep.git'", "'ROOT/secret.git'",
			"'ROOT/link.git'", "'/etc'", "'--help'", "'ROOT/proj.git' x", "'ROOT/proj.git';id", "'", "''", "'ROOT/../x'",
		} {
			command := service + strings.ReplaceAll(argument, "ROOT", root)
			os.Remove(log)
			shell := exec.Command("git-shell", "-c", command)
			shell.Env = []string{"GIT_EXEC_PATH=" + stub, "PATH=/nowhere", "HOME=" + root}
			_ = shell.Run()
			started, err := os.ReadFile(log)
			if err == nil {
				theirs++
			}
			d := judgeVCS(p, command)
			if d.Verdict != Allow {
				continue
			}
			ours++
			words, _ := NewRequest(KindCommand, command, MaxCommand).words()
			want := strings.TrimPrefix(words[len(words)-2].Text, "git-") + "\n" + words[len(words)-1].Text + "\n"
			if string(started) != want {
				t.Errorf("%s: we start %s, git-shell %q", command, d.Start, started)
			}
		}
	}
	if ours != 24 || theirs <= ours {
		t.Errorf("%d commands started by us, %d by git-shell", ours, theirs)
	}
}
