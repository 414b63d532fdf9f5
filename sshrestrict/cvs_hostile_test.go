package sshrestrict

import "testing"

func TestHostileCvs(t *testing.T) {
	root := t.TempDir()
	checkHostile(t, mustParse(t, "allow: [{cvs: {repository: "+root+", mode: read-write}}]"), root, []vcsCase{
		// The repository.
		{"another root", "cvs --allow-root=/ server", "cvs-arguments"},
		{"another root as the next word", "cvs --allow-root / server", "cvs-arguments"},
		{"roots by a pattern", "cvs --allow-root-regexp=.* server", "cvs-arguments"},
		{"the policy's root", "cvs --allow-root=ROOT server", "cvs-arguments"},
		{"another repository", "cvs -d /etc server", "cvs-arguments"},
		{"another repository, attached", "cvs -d/etc server", "cvs-arguments"},
		{"another machine's repository", "cvs -d :ext:localhost:/x server", "cvs-arguments"},
		{"a program as the way to another machine", "cvs -d ':ext;CVS_RSH=id:localhost:/x' server", "cvs-arguments"},
		{"a forked server", "cvs -d :fork:/etc server", "cvs-arguments"},

		// Options of cvs.
		{"a folder for files", "cvs -T /etc server", "cvs-arguments"},
		{"an editor", "cvs -e id server", "cvs-arguments"},
		{"a variable of CVSROOT", "cvs -s X=y server", "cvs-arguments"},
		{"a folder of programs", "cvs -b /tmp server", "cvs-arguments"},
		{"changes that are not made", "cvs -n server", "cvs-arguments"},
		{"a repository only for reading", "cvs -R server", "cvs-arguments"},
		{"no log", "cvs -l server", "cvs-arguments"},
		{"a trace", "cvs -t server", "cvs-arguments"},
		{"files that are made readable", "cvs -w server", "cvs-arguments"},
		{"compression", "cvs -z 9 server", "cvs-arguments"},
		{"encryption", "cvs -x server", "cvs-arguments"},
		{"no ~/.cvsrc", "cvs -f server", "cvs-arguments"},
		{"options in a cluster", "cvs -fT/etc server", "cvs-arguments"},
		{"the end of options", "cvs -- server", "cvs-arguments"},
		{"help", "cvs --help", "cvs-arguments"},
		{"help of the server", "cvs -H server", "cvs-arguments"},
		{"the version", "cvs --version", "cvs-arguments"},

		// Options of the server.
		{"an option behind", "cvs server -n", "cvs-arguments"},
		{"a configuration", "cvs server -c /tmp/config", "cvs-arguments"},
		{"an operand", "cvs server x", "cvs-arguments"},
		{"an empty word", "cvs server ''", "cvs-arguments"},

		// Other commands.
		{"a password server", "cvs pserver", "cvs-arguments"},
		{"a kerberos server", "cvs kserver", "cvs-arguments"},
		{"a repository to make", "cvs -d /tmp/x init", "cvs-arguments"},
		{"a client's command", "cvs checkout CVSROOT", "cvs-arguments"},
		{"a command that deletes", "cvs -d ROOT rtag -d x mod", "cvs-arguments"},
		{"an abbreviation", "cvs serv", "cvs-arguments"},
		{"in upper case", "cvs SERVER", "cvs-arguments"},
		{"two commands", "cvs server server", "cvs-arguments"},
		{"nothing", "cvs", "cvs-arguments"},
		{"a pattern", "cvs serve?", "cvs-arguments"},
		{"a quoted list", "cvs '-d /etc server'", "cvs-arguments"},

		// Other programs.
		{"rcs", "rcs -i ROOT/x", "command-unknown"},
		{"a script of cvs", "cvsbug", "command-unknown"},
		{"a variable for the repository", "CVSROOT=/etc cvs server", "command-unknown"},
		{"a variable for the editor", "CVSEDITOR=id cvs server", "command-unknown"},
		{"a variable for the remote shell", "CVS_RSH=id cvs server", "command-unknown"},
	})
}
