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
		{"another", "hg -R ROOT/secret serve --stdio", "repository"},
		{"the folder", "hg -R ROOT serve --stdio", "repository"},
	})
	p := mustParse(t, "allow: [{hg: {root: "+root+", except: [secret], mode: read-write, create: true}}]")
	checkVCS(t, p, root, []vcsCase{
		{"write", "hg -R ROOT/proj serve --stdio", write + "proj serve --stdio"},
		{"create", "hg init ROOT/new", "/usr/bin/hg init -- ROOT/new"},
		{"create in a new folder", "hg init a/b", "/usr/bin/hg init -- ROOT/a/b"},
		{"excepted", "hg -R ROOT/secret serve --stdio", "repository"},
		{"excepted through a link", "hg -R ROOT/link serve --stdio", "repository"},
		{"create what is excepted", "hg init ROOT/secret", "repository"},
		{"create inside of what is excepted", "hg init ROOT/secret/x", "repository"},
		{"create through a link", "hg init ROOT/link/x", "repository"},
		{"a link out", "hg -R ROOT/out serve --stdio", "path-link"},
		{"create outside", "hg init /tmp/new", "path-outside"},
		{"outside", "hg -R /etc serve --stdio", "path-outside"},
		{"a neighbour", "hg -R ROOTs/proj serve --stdio", "path-outside"},
		{"parent", "hg -R ROOT/proj/../secret serve --stdio", "path-parent"},
		{"a file", "hg -R ROOT/bundle.hg serve --stdio", "hg-repository"},
		{"a bundle", "hg -R bundle:ROOT/proj+ROOT/bundle.hg serve --stdio", "hg-scheme"},
		{"a union", "hg -R union:ROOT/proj+ROOT/secret serve --stdio", "hg-scheme"},
		{"a URL", "hg -R ssh://localhost/x serve --stdio", "hg-scheme"},
		{"a URL of a file", "hg -R file:ROOT/secret serve --stdio", "hg-scheme"},
		{"create at a URL", "hg init ssh://-oProxyCommand=id/x", "hg-scheme"},
		{"the debugger as the repository", "hg -R --debugger serve --stdio", "path-dash"},
		{"configuration as the repository", "hg -R --config=ui.debugger=1 serve --stdio", "path-dash"},
		{"an option to create", "hg init --mq", "path-dash"},
		{"the home", "hg -R ~root/x serve --stdio", "hg-command"},
		{"a pattern", "hg -R ROOT/* serve --stdio", "hg-command"},
		{"the debugger", "hg -R ROOT/proj serve --stdio --debugger", "hg-command"},
		{"configuration before", "hg --config alias.serve=!id -R ROOT/proj serve --stdio", "hg-command"},
		{"configuration behind", "hg -R ROOT/proj serve --stdio --config hooks.x=id", "hg-command"},
		{"attached repository", "hg -RROOT/proj serve --stdio", "hg-command"},
		{"long option", "hg --repository ROOT/proj serve --stdio", "hg-command"},
		{"two repositories", "hg -R ROOT/proj -R ROOT/secret serve --stdio", "hg-command"},
		{"a port", "hg -R ROOT/proj serve --port 8000", "hg-command"},
		{"a command server", "hg -R ROOT/proj serve --cmdserver pipe", "hg-command"},
		{"without --stdio", "hg -R ROOT/proj serve", "hg-command"},
		{"an abbreviation", "hg -R ROOT/proj serv --stdio", "hg-command"},
		{"another command", "hg -R ROOT/proj update", "hg-command"},
		{"another folder", "hg --cwd /etc -R proj serve --stdio", "hg-command"},
		{"create with an option", "hg init --config x=y ROOT/new", "hg-command"},
		{"create two", "hg init ROOT/a ROOT/b", "hg-command"},
		{"create here", "hg init", "hg-command"},
		{"hg alone", "hg", "hg-command"},
		{"hg-ssh", "hg-ssh ROOT/secret", "command-unknown"},
		{"chg", "chg -R ROOT/proj serve --stdio", "command-unknown"},
		{"a variable for hg", "HGRCPATH=/tmp/x hg -R ROOT/proj serve --stdio", "command-unknown"},
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
		{"another root", "svnserve -t -r /", "svn-arguments"},
		{"a root below", "svnserve -t -r ROOT/secret", "svn-arguments"},
		{"a root with ..", "svnserve -t -r ROOT/..", "svn-arguments"},
		{"another root, attached", "svnserve -t --root=/", "svn-arguments"},
		{"another root, clustered", "svnserve -tr /", "svn-arguments"},
		{"another user", "svnserve -t --tunnel-user=root", "svn-arguments"},
		{"another configuration", "svnserve -t --config-file /tmp/x", "svn-arguments"},
		{"a log", "svnserve -t --log-file /root/.bashrc", "svn-arguments"},
		{"a pid file", "svnserve -t --pid-file /root/x", "svn-arguments"},
		{"a daemon", "svnserve -d", "svn-arguments"},
		{"a daemon behind", "svnserve -t -d", "svn-arguments"},
		{"inetd", "svnserve -i", "svn-arguments"},
		{"a port", "svnserve -X --listen-port 4000", "svn-arguments"},
		{"help", "svnserve --help", "svn-arguments"},
		{"nothing", "svnserve", "svn-arguments"},
		{"a quoted list", "svnserve '-t -r /'", "svn-arguments"},
		{"an empty word", "svnserve -t ''", "svn-arguments"},
		{"the administrator's program", "svnadmin dump ROOT", "command-unknown"},
		{"the reader's program", "svnlook cat ROOT", "command-unknown"},
		{"the client", "svn export file:///etc", "command-unknown"},
	})
}

func TestCvs(t *testing.T) {
	root := t.TempDir()
	checkVCS(t, mustParse(t, "allow: [{cvs: {repository: "+root+", temporary: /var/tmp}}]"), root, []vcsCase{
		{"read", "cvs server", "/usr/bin/cvs -f -T /var/tmp --allow-root=ROOT -R server"},
	})
	checkVCS(t, mustParse(t, "allow: [{cvs: {repository: "+root+", mode: read-write}}]"), root, []vcsCase{
		{"write", "cvs server", "/usr/bin/cvs -f -T /tmp --allow-root=ROOT server"},
		{"another root", "cvs --allow-root=/ server", "cvs-arguments"},
		{"another repository", "cvs -d /etc server", "cvs-arguments"},
		{"a folder for files", "cvs -T /etc server", "cvs-arguments"},
		{"an editor", "cvs -e id server", "cvs-arguments"},
		{"a password server", "cvs pserver", "cvs-arguments"},
		{"a kerberos server", "cvs kserver", "cvs-arguments"},
		{"an option behind", "cvs server -n", "cvs-arguments"},
		{"a repository to make", "cvs -d /tmp/x init", "cvs-arguments"},
		{"a variable", "cvs -s X=y server", "cvs-arguments"},
		{"an abbreviation", "cvs serv", "cvs-arguments"},
		{"a client's command", "cvs checkout CVSROOT", "cvs-arguments"},
		{"help", "cvs --help", "cvs-arguments"},
		{"nothing", "cvs", "cvs-arguments"},
		{"a pattern", "cvs serve?", "cvs-arguments"},
		{"rcs", "rcs -i ROOT/x", "command-unknown"},
		{"a variable before", "CVSROOT=/etc cvs server", "command-unknown"},
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
		{"another folder", "bzr serve --inet --directory=/etc --allow-writes", "bzr-option"},
		{"two folders", "bzr serve --inet --directory=/ --directory=/etc", "bzr-option"},
		{"a folder as the next word", "bzr serve --inet --directory /etc", "bzr-option"},
		{"a short option", "bzr serve --inet -d /", "bzr-option"},
		{"a port", "bzr serve --port=4155 --directory=/", "bzr-option"},
		{"no inet", "bzr serve --directory=/ --allow-writes", "bzr-option"},
		{"another protocol", "bzr serve --inet --protocol=git", "bzr-option"},
		{"another listener", "bzr serve --inet --listen=0.0.0.0", "bzr-option"},
		{"configuration", "bzr serve --inet -Oeditor=id", "bzr-option"},
		{"a profile of calls", "bzr serve --inet --lsprof-file=/root/x", "bzr-option"},
		{"an operand", "bzr serve --inet x", "bzr-option"},
		{"help", "bzr serve --help", "bzr-option"},
		{"a plugin's command", "bzr shell", "bzr-command"},
		{"another command", "bzr export /tmp/x /etc", "bzr-command"},
		{"an option before", "bzr --lsprof serve --inet", "bzr-command"},
		{"nothing", "bzr", "bzr-command"},
		{"a pattern", "bzr serve --inet --director?=/", "bzr-command"},
		{"a variable before", "BZR_PLUGIN_PATH=/tmp bzr serve --inet --directory=/", "command-unknown"},
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
		{"excepted", "darcs transfer-mode --repodir ROOT/secret", "repository"},
		{"excepted through a link", "darcs transfer-mode --repodir ROOT/link", "repository"},
		{"outside", "darcs transfer-mode --repodir /etc", "path-outside"},
		{"parent", "darcs transfer-mode --repodir ROOT/proj/../secret", "path-parent"},
		{"an option as the folder", "darcs transfer-mode --repodir --help", "path-dash"},
		{"two folders", "darcs transfer-mode --repodir ROOT/proj --repodir ROOT/secret", "darcs-option"},
		{"no folder", "darcs transfer-mode", "darcs-option"},
		{"no folder behind the option", "darcs transfer-mode --repodir", "darcs-option"},
		{"attached folder", "darcs transfer-mode --repodir=/etc", "darcs-option"},
		{"no --all", "darcs apply --repodir ROOT/proj", "darcs-option"},
		{"a hook", "darcs apply --all --posthook=id --repodir ROOT/proj", "darcs-option"},
		{"a hook before", "darcs apply --all --prehook id --repodir ROOT/proj", "darcs-option"},
		{"a test", "darcs apply --all --test --repodir ROOT/proj", "darcs-option"},
		{"a mail program", "darcs apply --all --sendmail-command=id --repodir ROOT/proj", "darcs-option"},
		{"another account", "darcs apply --all --apply-as root --repodir ROOT/proj", "darcs-option"},
		{"a merge program", "darcs apply --all --external-merge=id --repodir ROOT/proj", "darcs-option"},
		{"a file of patches", "darcs apply --all --repodir ROOT/proj /etc/shadow", "darcs-option"},
		{"--all for reading", "darcs transfer-mode --all --repodir ROOT/proj", "darcs-option"},
		{"a pattern", "darcs transfer-mode --repodir ROOT/*", "repository-pattern"},
		{"another command", "darcs init --repodir ROOT/new", "darcs-command"},
		{"an abbreviation", "darcs transfer --repodir ROOT/proj", "darcs-command"},
		{"an option before", "darcs --overview", "darcs-command"},
		{"nothing", "darcs", "darcs-command"},
		{"sudo", "sudo -u x darcs apply --all --repodir ROOT/proj", "command-unknown"},
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
		{"another", "fossil test-http ROOT/secret.fossil", "repository"},
	})
	checkVCS(t, mustParse(t, "allow: [{fossil: {root: "+root+", user: carol}}]"), root, []vcsCase{
		{"as a user", "fossil test-http ROOT/proj.fossil", "/usr/bin/fossil http --nojail ROOT/proj.fossil"},
	})
	p := mustParse(t, "allow: [{fossil: {root: "+root+", repositories: ['*.fossil', folder], except: [secret.fossil], administrator: true}}]")
	checkVCS(t, p, root, []vcsCase{
		{"write", "fossil test-http ROOT/proj.fossil", "/usr/bin/fossil test-http ROOT/proj.fossil"},
		{"relative", "fossil test-http proj.fossil", "/usr/bin/fossil test-http ROOT/proj.fossil"},
		{"excepted", "fossil test-http ROOT/secret.fossil", "repository"},
		{"excepted through a link", "fossil test-http ROOT/link.fossil", "repository"},
		{"a folder", "fossil test-http ROOT/folder", "fossil-repository"},
		{"the root", "fossil test-http ROOT", "repository"},
		{"outside", "fossil test-http /etc/passwd", "path-outside"},
		{"parent", "fossil test-http ROOT/../x.fossil", "path-parent"},
		{"an option as the repository", "fossil test-http --localauth", "path-dash"},
		{"a pattern", "fossil test-http ROOT/*.fossil", "repository-pattern"},
		{"other rights", "fossil test-http --usercap s ROOT/proj.fossil", "fossil-command"},
		{"an option behind", "fossil test-http ROOT/proj.fossil --extroot=/etc", "fossil-command"},
		{"two repositories", "fossil test-http ROOT/proj.fossil ROOT/secret.fossil", "fossil-command"},
		{"no repository", "fossil test-http", "fossil-command"},
		{"a server", "fossil server ROOT/proj.fossil", "fossil-command"},
		{"a database", "fossil sql -R ROOT/proj.fossil", "fossil-command"},
		{"an abbreviation", "fossil test-htt ROOT/proj.fossil", "fossil-command"},
		{"a file", "fossil cat /etc/passwd", "fossil-command"},
		{"nothing", "fossil", "fossil-command"},
		{"a path for programs", "PATH=/tmp fossil test-http ROOT/proj.fossil", "command-unknown"},
		{"as newer clients try it second", "PATH=$HOME/bin:$PATH fossil test-http ROOT/proj.fossil", "command-syntax"},
	})
	d := judgeVCS(p, "fossil test-http proj.fossil")
	if env := strings.Join(d.Start.Env, " "); env != "SSH_CONNECTION=127.0.0.1 1 127.0.0.1 22" {
		t.Error(env)
	}
}
