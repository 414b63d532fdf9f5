package sshrestrict

import (
	"errors"
	"os"
	"strings"
	"testing"
)

func TestHg(t *testing.T) {
	root := t.TempDir()
	err := errors.Join(
		os.MkdirAll(root+"/proj/.hg", 0o755), os.MkdirAll(root+"/secret/.hg", 0o755), os.MkdirAll(root+"/with space/.hg", 0o755),
		os.WriteFile(root+"/bundle.hg", []byte("HG20"), 0o644), os.Symlink("secret", root+"/link"), os.Symlink("/etc", root+"/out"),
	)
	if err != nil {
		t.Fatal(err)
	}
	const read, write = "/usr/bin/hg-ssh --read-only ROOT/", "/usr/bin/hg -R ROOT/"
	checkVCS(t, mustParse(t, "allow: [{hg: {root: "+root+", except: [secret]}}]"), root, []vcsCase{
		{"read", "hg -R ROOT/proj serve --stdio", read + "proj"},
		{"quotes", "hg -R 'ROOT/with space' serve --stdio", "/usr/bin/hg-ssh --read-only 'ROOT/with space'"},
		{"relative", "hg -R proj serve --stdio", read + "proj"},
		{"create", "hg init ROOT/new", "hg-create"},
	})
	checkVCS(t, mustParse(t, "allow: [{hg: {repository: "+root+"/proj, mode: write}}]"), root, []vcsCase{
		{"write", "hg -R ROOT/proj serve --stdio", write + "proj serve --stdio"},
	})
	p := mustParse(t, "allow: [{hg: {root: "+root+", except: [secret], mode: read-write, create: true}}]")
	checkVCS(t, p, root, []vcsCase{
		{"write", "hg -R ROOT/proj serve --stdio", write + "proj serve --stdio"},
		{"create", "hg init ROOT/new", "/usr/bin/hg init -- ROOT/new"},
		{"create in a new folder", "hg init a/b", "/usr/bin/hg init -- ROOT/a/b"},
	})
}

func TestSvn(t *testing.T) {
	root := t.TempDir()
	checkVCS(t, mustParse(t, "allow: [{svn: {root: "+root+", user: key}}]"), root, []vcsCase{
		{"read", "svnserve -t", "/usr/bin/svnserve -t -r ROOT --tunnel-user key -R"},
	})
	checkVCS(t, mustParse(t, "allow: [{svn: {root: "+root+", mode: read-write}}]"), root, []vcsCase{
		{"write", "svnserve -t", "/usr/bin/svnserve -t -r ROOT --tunnel-user carol"},
		{"the long option", "svnserve --tunnel", "/usr/bin/svnserve -t -r ROOT --tunnel-user carol"},
		{"the policy's root", "svnserve -t -r ROOT", "/usr/bin/svnserve -t -r ROOT --tunnel-user carol"},
	})
}

func TestCvs(t *testing.T) {
	root := t.TempDir()
	checkVCS(t, mustParse(t, "allow: [{cvs: {repository: "+root+", temporary: /var/tmp}}]"), root, []vcsCase{
		{"read", "cvs server", "/usr/bin/cvs -f -T /var/tmp --allow-root=ROOT -R server"},
	})
	checkVCS(t, mustParse(t, "allow: [{cvs: {repository: "+root+", mode: read-write}}]"), root, []vcsCase{
		{"write", "cvs server", "/usr/bin/cvs -f -T /tmp --allow-root=ROOT server"},
	})
}

func TestBzr(t *testing.T) {
	root := t.TempDir()
	const read = "/usr/bin/brz --no-plugins --no-aliases serve --inet --directory=ROOT"
	checkVCS(t, mustParse(t, "allow: [{bzr: {root: "+root+"}}]"), root, []vcsCase{
		{"read", "bzr serve --inet --directory=/ --allow-writes", read},
	})
	checkVCS(t, mustParse(t, "allow: [{bzr: {root: "+root+", mode: read-write}}]"), root, []vcsCase{
		{"write", "bzr serve --inet --directory=/ --allow-writes", read + " --allow-writes"},
		{"breezy", "brz serve --inet --directory=/ --allow-writes", read + " --allow-writes"},
		{"the policy's folder", "bzr serve --inet --directory=ROOT --allow-writes", read + " --allow-writes"},
	})
}

func TestDarcs(t *testing.T) {
	root := t.TempDir()
	if err := errors.Join(os.Mkdir(root+"/secret", 0o755), os.Symlink("secret", root+"/link")); err != nil {
		t.Fatal(err)
	}
	checkVCS(t, mustParse(t, "allow: [{darcs: {repository: "+root+"/proj}}]"), root, []vcsCase{
		{"read", "darcs transfer-mode --repodir ROOT/proj/", "/usr/bin/darcs transfer-mode --repodir ROOT/proj"},
		{"write", "darcs apply --all  --repodir 'ROOT/proj'", "darcs-write"},
		{"another", "darcs transfer-mode --repodir ROOT/secret/", "repository"},
	})
	checkVCS(t, mustParse(t, "allow: [{darcs: {root: "+root+", mode: write, hooks: false}}]"), root, []vcsCase{
		{"no hooks", "darcs apply --all --repodir proj", "/usr/bin/darcs apply --all --no-test --no-prehook --no-posthook --repodir ROOT/proj"},
	})
	checkVCS(t, mustParse(t, "allow: [{darcs: {root: "+root+", except: [secret], mode: read-write}}]"), root, []vcsCase{
		{"write", "darcs apply --all  --repodir 'ROOT/proj'", "/usr/bin/darcs apply --all --no-test --repodir ROOT/proj"},
		{"write and talk", "darcs apply --all --debug --repodir 'ROOT/proj'", "/usr/bin/darcs apply --all --no-test --repodir ROOT/proj"},
	})
}

func TestFossil(t *testing.T) {
	root := t.TempDir()
	err := errors.Join(
		os.WriteFile(root+"/proj.fossil", nil, 0o644), os.WriteFile(root+"/secret.fossil", nil, 0o644), os.Mkdir(root+"/folder", 0o755),
		os.Symlink("secret.fossil", root+"/link.fossil"),
	)
	if err != nil {
		t.Fatal(err)
	}
	checkVCS(t, mustParse(t, "allow: [{fossil: {repository: "+root+"/proj.fossil}}]"), root, []vcsCase{
		{"read", "fossil test-http ROOT/proj.fossil", "/usr/bin/fossil http --nojail ROOT/proj.fossil"},
	})
	checkVCS(t, mustParse(t, "allow: [{fossil: {root: "+root+", user: carol}}]"), root, []vcsCase{
		{"as a user", "fossil test-http ROOT/proj.fossil", "/usr/bin/fossil http --nojail ROOT/proj.fossil"},
	})
	p := mustParse(t, "allow: [{fossil: {root: "+root+", repositories: ['*.fossil', folder], except: [secret.fossil], administrator: true}}]")
	checkVCS(t, p, root, []vcsCase{
		{"write", "fossil test-http ROOT/proj.fossil", "/usr/bin/fossil test-http ROOT/proj.fossil"},
		{"relative", "fossil test-http proj.fossil", "/usr/bin/fossil test-http ROOT/proj.fossil"},
	})
	d := judgeVCS(p, "fossil test-http proj.fossil")
	if env := strings.Join(d.Start.Env, " "); env != "SSH_CONNECTION=127.0.0.1 1 127.0.0.1 22" {
		t.Error(env)
	}
}
