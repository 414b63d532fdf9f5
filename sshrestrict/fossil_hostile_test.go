package sshrestrict

import (
	"errors"
	"os"
	"testing"

	"golang.org/x/sys/unix"
)

func TestHostileFossil(t *testing.T) {
	root := t.TempDir()
	err := errors.Join(
		os.WriteFile(root+"/proj.fossil", nil, 0o644), os.WriteFile(root+"/secret.fossil", nil, 0o644), os.Mkdir(root+"/folder", 0o755),
		os.Symlink("secret.fossil", root+"/link.fossil"), os.Symlink("/etc/passwd", root+"/out.fossil"), unix.Mkfifo(root+"/pipe.fossil", 0o600),
	)
	if err != nil {
		t.Fatal(err)
	}
	p := mustParse(t, "allow: [{fossil: {root: "+root+", repositories: ['*.fossil', folder], except: [secret.fossil], administrator: true}}]")
	checkHostile(t, p, root, []vcsCase{
		// Which repository.
		{"excepted", "fossil test-http ROOT/secret.fossil", "repository"},
		{"excepted through a link", "fossil test-http ROOT/link.fossil", "repository"},
		{"not named", "fossil test-http ROOT/other.db", "repository"},
		{"the folder of all", "fossil test-http ROOT", "repository"},
		{"a folder", "fossil test-http ROOT/folder", "fossil-repository"},
		{"a pipe", "fossil test-http ROOT/pipe.fossil", "fossil-repository"},
		{"a link out", "fossil test-http ROOT/out.fossil", "path-link"},
		{"outside", "fossil test-http /etc/passwd", "path-outside"},
		{"a neighbour", "fossil test-http ROOTs/proj.fossil", "path-outside"},
		{"parent", "fossil test-http ROOT/../x.fossil", "path-parent"},
		{"no name", "fossil test-http ''", "repository"},
		{"somebody's home", "fossil test-http ~root/x.fossil", "repository-home"},
		{"a pattern", "fossil test-http ROOT/*.fossil", "repository-pattern"},
		{"an option as the repository", "fossil test-http --localauth", "path-dash"},
		{"the server's way, outside", "fossil http /etc/passwd", "path-outside"},
		{"the server's way, an option", "fossil http --repolist", "path-dash"},

		// Options.
		{"other rights", "fossil test-http --usercap s ROOT/proj.fossil", "fossil-command"},
		{"a folder of programs", "fossil test-http ROOT/proj.fossil --extroot=/etc", "fossil-command"},
		{"files of a folder", "fossil http ROOT/proj.fossil --files '*'", "fossil-command"},
		{"every user is the administrator", "fossil http ROOT/proj.fossil --localauth", "fossil-command"},
		{"no jail", "fossil http --nojail ROOT/proj.fossil", "fossil-command"},
		{"an error log", "fossil http ROOT/proj.fossil --errorlog /root/.bashrc", "fossil-command"},
		{"a skin", "fossil http ROOT/proj.fossil --skin /etc", "fossil-command"},
		{"a page that is not there", "fossil http ROOT/proj.fossil --notfound x", "fossil-command"},
		{"input from a file", "fossil http ROOT/proj.fossil --in /etc/shadow", "fossil-command"},
		{"output into a file", "fossil http ROOT/proj.fossil --out /root/x", "fossil-command"},
		{"a trace", "fossil test-http ROOT/proj.fossil --th-trace", "fossil-command"},
		{"SQL that is traced", "fossil test-http ROOT/proj.fossil --sqltrace", "fossil-command"},
		{"an option before", "fossil --chdir /etc test-http ROOT/proj.fossil", "fossil-command"},
		{"arguments from a file", "fossil --args /tmp/x", "fossil-command"},
		{"the end of options", "fossil test-http -- ROOT/proj.fossil", "fossil-command"},

		// The old form, by which files are exchanged.
		{"input, output and address", "fossil http ROOT/proj.fossil /etc/shadow /root/x 127.0.0.1", "fossil-command"},
		{"two repositories", "fossil test-http ROOT/proj.fossil ROOT/secret.fossil", "fossil-command"},
		{"no repository", "fossil test-http", "fossil-command"},

		// Other commands.
		{"a server", "fossil server ROOT/proj.fossil", "fossil-command"},
		{"a server of its own files", "fossil cgi /tmp/script", "fossil-command"},
		{"a server as a service", "fossil winsrv create", "fossil-command"},
		{"a database", "fossil sql -R ROOT/proj.fossil", "fossil-command"},
		{"a new repository", "fossil init ROOT/new.fossil", "fossil-command"},
		{"a file", "fossil cat /etc/passwd", "fossil-command"},
		{"an editor", "fossil set editor id", "fossil-command"},
		{"all repositories", "fossil all sync", "fossil-command"},
		{"an abbreviation", "fossil test-htt ROOT/proj.fossil", "fossil-command"},
		{"a command that is a pattern", "fossil tes*-http ROOT/proj.fossil", "fossil-command"},
		{"nothing", "fossil", "fossil-command"},
		{"a path for programs", "PATH=/tmp fossil test-http ROOT/proj.fossil", "command-unknown"},
		{"a path that a shell would complete", "PATH=$HOME/bin:$PATH fossil test-http ROOT/proj.fossil", "command-syntax"},
		{"a variable for the home", "FOSSIL_HOME=/tmp fossil test-http ROOT/proj.fossil", "command-unknown"},
	})
}
