package sshrestrict

import (
	"os"
	"testing"
)

func TestHostileGit(t *testing.T) {
	root := gitTree(t)
	p := mustParse(t, "allow: [{git: {root: "+root+", except: [secret.git], mode: read-write, archive: true, lfs: true, annex: true}}]")
	if err := os.WriteFile(root+"/x.bundle", []byte("# v2 git bundle\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	const annex = "git-annex-shell 'p2pstdio' 'ROOT/proj.git' "
	checkHostile(t, p, root, []vcsCase{
		// Which repository.
		{"excepted", "git-upload-pack 'ROOT/secret.git'", "repository"},
		{"inside of an excepted one", "git-upload-pack 'ROOT/secret.git/objects'", "repository"},
		{"excepted through a link", "git-upload-pack 'ROOT/link-secret.git'", "repository"},
		{"excepted through the home", "git-receive-pack '~/secret.git'", "repository"},
		{"excepted through ..", "git-upload-pack 'ROOT/proj.git/../secret.git'", "path-parent"},
		{"a link out", "git-upload-pack 'ROOT/out.git'", "path-link"},
		{"outside", "git-upload-pack '/etc'", "path-outside"},
		{"a neighbour", "git-upload-pack 'ROOTs/proj.git'", "path-outside"},
		{"a repository of the client", "git-receive-pack '/tmp/evil.git'", "path-outside"},
		{"the root itself", "git-upload-pack 'ROOT'", "repository"},
		{"the home itself", "git-upload-pack '~'", "repository"},
		{"somebody's home", "git-upload-pack '~root/proj.git'", "repository-home"},
		{"nothing", "git-upload-pack ''", "repository"},
		{"no word", "git-upload-pack", "git-arguments"},
		{"two repositories", "git-upload-pack 'ROOT/proj.git' 'ROOT/secret.git'", "git-arguments"},

		// Options and words.
		{"help", "git-receive-pack '--help'", "path-dash"},
		{"help of git", "git --help", "git-command"},
		{"an option before", "git-upload-pack --timeout=1 'ROOT/proj.git'", "git-arguments"},
		{"an option as the repository", "git-upload-pack '--advertise-refs'", "path-dash"},
		{"an option behind", "git-receive-pack 'ROOT/proj.git' --reject-thin-pack-for-testing", "git-arguments"},
		{"two dashes", "git-upload-pack -- 'ROOT/proj.git'", "git-arguments"},
		{"a service over http", "git-upload-pack --http-backend-info-refs 'ROOT/proj.git'", "git-arguments"},
		{"no check of what is pushed", "git-receive-pack --skip-connectivity-check 'ROOT/proj.git'", "git-arguments"},
		{"an abbreviated option", "git upload-pack --strict=no 'ROOT/proj.git'", "git-arguments"},
		{"an option of the archive", "git-upload-archive --exec=id 'ROOT/proj.git'", "git-arguments"},
		{"a quoted list", "git-upload-pack '--strict ROOT/proj.git'", "path-dash"},
		{"a program that is a pattern", "git-upload-pac? 'ROOT/proj.git'", "command-unknown"},
		{"a service that is a pattern", "git upload-pac? 'ROOT/proj.git'", "git-command"},

		// What git would look for by itself, or be led to.
		{"a bundle", "git-upload-pack 'ROOT/x.bundle'", "git-repository"},
		{"a pattern in quotes", "git-upload-pack 'ROOT/*.git'", "repository-pattern"},
		{"a pattern", "git-upload-pack ROOT/*.git", "repository-pattern"},
		{"without .git", "git-upload-pack 'ROOT/proj'", "git-name"},
		{"an excepted one without .git", "git-upload-pack 'ROOT/secret'", "git-name"},
		{"push without .git", "git-receive-pack 'ROOT/secret'", "git-name"},
		{"two in one", "git-receive-pack 'ROOT/both.git'", "git-name"},
		{"a file that points elsewhere", "git-upload-pack 'ROOT/filed'", "git-repository"},
		{"a link called .git", "git-upload-pack 'ROOT/linked'", "git-repository"},
		{"a file in the place of a repository", "git-upload-pack 'ROOT/gitfile.git'", "git-repository"},
		{"files of a working copy of another one", "git-upload-pack 'ROOT/worktree'", "git-repository"},
		{"files of a bare one that are elsewhere", "git-receive-pack 'ROOT/common.git'", "git-repository"},
		{"half a repository beside another one", "git-receive-pack 'ROOT/half'", "git-name"},
		{"a star as the name", "git-upload-pack 'ROOT/*'", "git-name"},

		// Who may write what git runs.
		{"configuration that others write", "git-upload-pack 'ROOT/other'", "git-owner"},

		// git's own options and commands.
		{"configuration", "git -c core.sshCommand=id upload-pack 'ROOT/proj.git'", "git-command"},
		{"configuration from the environment", "git --config-env=core.sshCommand=PATH upload-pack 'ROOT/proj.git'", "git-command"},
		{"another repository by an option", "git --git-dir=ROOT/secret.git upload-pack 'ROOT/proj.git'", "git-command"},
		{"a pager", "git -p upload-pack 'ROOT/proj.git'", "git-command"},
		{"an alias", "git x 'ROOT/proj.git'", "git-command"},
		{"the writer of the archive", "git upload-archive--writer 'ROOT/proj.git'", "git-command"},
		{"the folder of programs", "git --exec-path=/tmp upload-pack 'ROOT/proj.git'", "git-command"},
		{"another folder", "git -C /etc upload-pack 'ROOT/proj.git'", "git-command"},
		{"a command that changes", "git config --global core.pager id", "git-command"},
		{"a server of its own", "git daemon --export-all --base-path=/", "git-command"},
		{"a shell", "git-shell -c id", "command-unknown"},
		{"http", "git-http-backend", "command-unknown"},
		{"git alone", "git", "git-command"},
		{"a variable for git", "GIT_DIR=ROOT/secret.git git-upload-pack 'ROOT/proj.git'", "command-unknown"},
		{"another service's cluster", "git-upload-packx 'ROOT/proj.git'", "command-unknown"},

		// git-lfs.
		{"another operation of lfs", "git-lfs-authenticate ROOT/proj.git delete", "git-lfs-operation"},
		{"lfs and an option", "git-lfs-transfer --help download", "path-dash"},
		{"lfs and what is no hash", "git-lfs-authenticate ROOT/proj.git download x;id", "command-unknown"},
		{"lfs and a path as the hash", "git-lfs-authenticate ROOT/proj.git download ../x", "git-arguments"},
		{"lfs of an excepted one", "git-lfs-authenticate ROOT/secret.git download", "repository"},
		{"lfs of an excepted one without its slash", "git-lfs-authenticate " + root[1:] + "/secret.git download", "repository"},
		{"lfs itself", "git lfs standalone-file", "git-command"},

		// git-annex.
		{"annex and a shell", "git-annex-shell -c 'git-upload-pack /etc'", "git-annex-command"},
		{"annex and a command of git", "git-annex-shell 'git-receive-pack' 'ROOT/proj.git'", "git-annex-command"},
		{"annex and a setup", "git-annex-shell 'gcryptsetup' 'ROOT/proj.git' 'x'", "git-annex-command"},
		{"annex outside", "git-annex-shell 'configlist' '/root'", "path-outside"},
		{"annex of an excepted one", "git-annex-shell 'configlist' 'ROOT/secret.git'", "repository"},
		{"annex in somebody's home", "git-annex-shell 'configlist' '/~root/x'", "repository-home"},
		{"annex and configuration", annex + "'-c' 'annex.hook=id' '" + uuid + "'", "git-annex-option"},
		{"annex and force", annex + "'--force' '" + uuid + "'", "git-annex-option"},
		{"annex and no identity", annex + "'x'", "git-annex-uuid"},
		{"annex and another repository's identity", annex + "'" + uuid + "' --uuid 'x y'", "git-annex-uuid"},
		{"annex with two operands", annex + "'" + uuid + "' '" + uuid + "'", "git-arguments"},
		{"annex without its operand", "git-annex-shell 'p2pstdio' 'ROOT/proj.git'", "git-arguments"},
		{"annex and an open list of fields", annex + "'" + uuid + "' '--' 'remoteuuid=" + uuid + "'", "git-arguments"},
		{"annex and an unknown field", annex + "'" + uuid + "' '--' 'rsyncopts=x' '--'", "git-annex-field"},
		{"annex and more behind the fields", annex + "'" + uuid + "' '--' '--' id", "git-arguments"},
		{"annex and another program behind the fields", "git-annex-shell 'recvkey' 'ROOT/proj.git' 'WORM--x' '--' '--' dummy sh --server", "git-arguments"},
		{"annex and a key that is a path", "git-annex-shell 'recvkey' 'ROOT/proj.git' '../../x'", "git-annex-key"},
		{"git annex", "git annex sync", "git-command"},
	})
}
