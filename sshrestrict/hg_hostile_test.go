package sshrestrict

import (
	"errors"
	"os"
	"testing"
)

func TestHostileHg(t *testing.T) {
	root := t.TempDir()
	err := errors.Join(
		os.MkdirAll(root+"/proj/.hg", 0o755), os.MkdirAll(root+"/secret/.hg", 0o755), os.WriteFile(root+"/bundle.hg", []byte("HG20"), 0o644),
		os.Symlink("secret", root+"/link"), os.Symlink("/etc", root+"/out"), os.Symlink("none", root+"/nowhere"),
	)
	if err != nil {
		t.Fatal(err)
	}
	checkHostile(t, mustParse(t, "allow: [{hg: {root: "+root+", except: [secret], mode: read-write, create: true}}]"), root, []vcsCase{
		// Which repository.
		{"excepted", "hg -R ROOT/secret serve --stdio", "repository"},
		{"excepted through a link", "hg -R ROOT/link serve --stdio", "repository"},
		{"inside of an excepted one", "hg -R ROOT/secret/sub serve --stdio", "repository"},
		{"the folder of all", "hg -R ROOT serve --stdio", "repository"},
		{"the present folder", "hg -R . serve --stdio", "repository"},
		{"no name", "hg -R '' serve --stdio", "repository"},
		{"a link out", "hg -R ROOT/out serve --stdio", "path-link"},
		{"outside", "hg -R /etc serve --stdio", "path-outside"},
		{"a neighbour", "hg -R ROOTs/proj serve --stdio", "path-outside"},
		{"parent", "hg -R ROOT/proj/../secret serve --stdio", "path-parent"},
		{"parent of the home", "hg -R ../proj serve --stdio", "path-parent"},
		{"deeper than names go", "hg -R a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a serve --stdio", "repository"},
		{"somebody's home", "hg -R '~root/x' serve --stdio", "repository-home"},
		{"a home that a shell would find", "hg -R ~root/x serve --stdio", "hg-command"},
		{"a pattern", "hg -R ROOT/* serve --stdio", "hg-command"},

		// What is no folder of a repository.
		{"a file", "hg -R ROOT/bundle.hg serve --stdio", "hg-repository"},
		{"a bundle", "hg -R bundle:ROOT/proj+ROOT/bundle.hg serve --stdio", "hg-scheme"},
		{"a bundle without its repository", "hg -R bundle:bundle.hg serve --stdio", "hg-scheme"},
		{"a union", "hg -R union:ROOT/proj+ROOT/secret serve --stdio", "hg-scheme"},
		{"a URL of another machine", "hg -R ssh://localhost/x serve --stdio", "hg-scheme"},
		{"a URL of a file", "hg -R file:ROOT/secret serve --stdio", "hg-scheme"},
		{"a URL of http", "hg -R http://localhost/x serve --stdio", "hg-scheme"},
		{"a scheme in upper case", "hg -R BUNDLE:x serve --stdio", "hg-scheme"},

		// Options.
		{"the debugger as the repository", "hg -R --debugger serve --stdio", "path-dash"},
		{"configuration as the repository", "hg -R --config=ui.debugger=1 serve --stdio", "path-dash"},
		{"the debugger", "hg -R ROOT/proj serve --stdio --debugger", "hg-command"},
		{"configuration before", "hg --config alias.serve=!id -R ROOT/proj serve --stdio", "hg-command"},
		{"configuration behind", "hg -R ROOT/proj serve --stdio --config hooks.x=id", "hg-command"},
		{"configuration between", "hg -R ROOT/proj --config=extensions.x=/tmp/x.py serve --stdio", "hg-command"},
		{"an attached repository", "hg -RROOT/proj serve --stdio", "hg-command"},
		{"the long option", "hg --repository ROOT/proj serve --stdio", "hg-command"},
		{"two repositories", "hg -R ROOT/proj -R ROOT/secret serve --stdio", "hg-command"},
		{"a repository behind the command", "hg serve --stdio -R ROOT/proj", "hg-command"},
		{"another folder", "hg --cwd /etc -R proj serve --stdio", "hg-command"},
		{"a profile of calls", "hg -R ROOT/proj serve --stdio --profile", "hg-command"},
		{"the end of options", "hg -R ROOT/proj serve -- --stdio", "hg-command"},

		// Commands.
		{"a port", "hg -R ROOT/proj serve --port 8000", "hg-command"},
		{"a daemon", "hg -R ROOT/proj serve --daemon", "hg-command"},
		{"a log", "hg -R ROOT/proj serve --stdio --errorlog /root/.bashrc", "hg-command"},
		{"a list of repositories", "hg serve --web-conf /tmp/x", "hg-command"},
		{"a command server", "hg -R ROOT/proj serve --cmdserver pipe", "hg-command"},
		{"without --stdio", "hg -R ROOT/proj serve", "hg-command"},
		{"an abbreviation", "hg -R ROOT/proj serv --stdio", "hg-command"},
		{"another command", "hg -R ROOT/proj update", "hg-command"},
		{"a command that runs others", "hg -R ROOT/proj bisect --command id", "hg-command"},
		{"a quoted list", "hg '-R ROOT/proj serve --stdio'", "hg-command"},
		{"hg alone", "hg", "hg-command"},
		{"hg-ssh", "hg-ssh ROOT/secret", "command-unknown"},
		{"chg", "chg -R ROOT/proj serve --stdio", "command-unknown"},
		{"a variable for hg", "HGRCPATH=/tmp/x hg -R ROOT/proj serve --stdio", "command-unknown"},
		{"a variable for python", "PYTHONPATH=/tmp hg -R ROOT/proj serve --stdio", "command-unknown"},

		// New repositories.
		{"create outside", "hg init /tmp/new", "path-outside"},
		{"create what is excepted", "hg init ROOT/secret", "repository"},
		{"create inside of what is excepted", "hg init ROOT/secret/x", "repository"},
		{"create through a link", "hg init ROOT/link/x", "repository"},
		{"create through a link to nothing", "hg init ROOT/nowhere", "path-link"},
		{"create at a URL", "hg init ssh://-oProxyCommand=id/x", "hg-scheme"},
		{"create with an option as the name", "hg init --mq", "path-dash"},
		{"create with an option", "hg init --config x=y ROOT/new", "hg-command"},
		{"create two", "hg init ROOT/a ROOT/b", "hg-command"},
		{"create here", "hg init", "hg-command"},
		{"create in the place of another's configuration", "hg init ROOT/proj/.hg/hgrc", "hg-create"},
		{"create inside of another's files", "hg init ROOT/proj/.hg/store/x", "hg-create"},
	})
}
