package sshrestrict

import "testing"

func TestHostileSvn(t *testing.T) {
	root := t.TempDir()
	checkHostile(t, mustParse(t, "allow: [{svn: {root: "+root+", mode: read-write}}]"), root, []vcsCase{
		// The root.
		{"another root", "svnserve -t -r /", "svn-arguments"},
		{"another root, attached", "svnserve -t -r/", "svn-arguments"},
		{"another root, by the long option", "svnserve -t --root /", "svn-arguments"},
		{"another root, attached to the long option", "svnserve -t --root=/", "svn-arguments"},
		{"another root, clustered", "svnserve -tr /", "svn-arguments"},
		{"another root before", "svnserve -r / -t", "svn-arguments"},
		{"another root, abbreviated", "svnserve -t --roo /", "svn-arguments"},
		{"a second root", "svnserve -t -r ROOT -r /", "svn-arguments"},
		{"a root below", "svnserve -t -r ROOT/secret", "svn-arguments"},
		{"a root with ..", "svnserve -t -r ROOT/..", "svn-arguments"},
		{"a root in the present folder", "svnserve -t -r .", "svn-arguments"},
		{"a root that a shell would find", "svnserve -t -r ~", "svn-arguments"},
		{"a root that is a pattern", "svnserve -t -r ROO*", "svn-arguments"},
		{"a root of no name", "svnserve -t -r ''", "svn-arguments"},
		{"no root behind the option", "svnserve -t -r", "svn-arguments"},
		{"a virtual host", "svnserve -t --virtual-host", "svn-arguments"},

		// Who the client is, and what counts for it.
		{"another user", "svnserve -t --tunnel-user=root", "svn-arguments"},
		{"another user as the next word", "svnserve -t --tunnel-user root", "svn-arguments"},
		{"another configuration", "svnserve -t --config-file /tmp/x", "svn-arguments"},
		{"another configuration, attached", "svnserve -t --config-file=/tmp/x", "svn-arguments"},
		{"names in any case", "svnserve -t --username-case=lower", "svn-arguments"},
		{"compression", "svnserve -t -c 9", "svn-arguments"},
		{"memory", "svnserve -t -M 999999", "svn-arguments"},

		// Files that it writes.
		{"a log", "svnserve -t --log-file /root/.bashrc", "svn-arguments"},
		{"a log, attached", "svnserve -t --log-file=/root/.bashrc", "svn-arguments"},
		{"a file for its number", "svnserve -t --pid-file /root/x", "svn-arguments"},

		// Other ways to serve.
		{"a daemon", "svnserve -d", "svn-arguments"},
		{"a daemon behind", "svnserve -t -d", "svn-arguments"},
		{"inetd", "svnserve -i", "svn-arguments"},
		{"one connection", "svnserve -X --listen-port 4000", "svn-arguments"},
		{"a port", "svnserve -t --listen-port=22", "svn-arguments"},
		{"an address", "svnserve -t --listen-host 0.0.0.0", "svn-arguments"},
		{"in the foreground", "svnserve -d --foreground", "svn-arguments"},
		{"threads", "svnserve -t -T", "svn-arguments"},
		{"help", "svnserve --help", "svn-arguments"},
		{"the version", "svnserve --version", "svn-arguments"},

		// Words.
		{"nothing", "svnserve", "svn-arguments"},
		{"a quoted list", "svnserve '-t -r /'", "svn-arguments"},
		{"an empty word", "svnserve -t ''", "svn-arguments"},
		{"an operand", "svnserve -t proj", "svn-arguments"},
		{"the end of options", "svnserve -t --", "svn-arguments"},
		{"twice a tunnel", "svnserve -t -t", "svn-arguments"},
		{"a tunnel as a pattern", "svnserve -[t]", "svn-arguments"},
		{"a tunnel in upper case", "svnserve -T", "svn-arguments"},
		{"a second word that is quoted wrongly", "svnserve '-t'x", "svn-arguments"},

		// Other programs.
		{"the administrator's program", "svnadmin dump ROOT", "command-unknown"},
		{"the reader's program", "svnlook cat ROOT", "command-unknown"},
		{"the mirror's program", "svnsync sync file://ROOT", "command-unknown"},
		{"the client", "svn export file:///etc", "command-unknown"},
		{"a program beside", "svnserve.real -t", "command-unknown"},
		{"a wrapper", "svnserve-wrapper -t", "command-unknown"},
		{"a variable", "SVN_EDITOR=id svnserve -t", "command-unknown"},
	})
}
