package sshrestrict

import "testing"

func TestRdiffDenies(t *testing.T) {
	const add, read, all = "rdiff-backup: {root: ROOT}", "rdiff-backup: {root: ROOT, mode: read}", "rdiff-backup: {root: ROOT, mode: read-write}"
	const code = "rdiff-backup-command"
	checkDenied(t, []deniedCase{
		// The old command line.
		{"nothing", add, "rdiff-backup", code},
		{"backup", add, "rdiff-backup ROOT/sub ROOT/cur", code},
		{"backup to another host", add, "rdiff-backup ROOT host::/x", code},
		{"restore", add, "rdiff-backup -r now ROOT/sub /tmp/x", code},
		{"remote schema runs a program", add, "rdiff-backup --remote-schema 'sh -c id' h::/a /b", code},
		{"remote schema behind server", add, "rdiff-backup --server --remote-schema id", code},
		{"a root of the client's", add, "rdiff-backup --server --restrict /", code},
		{"a root of the client's, attached", add, "rdiff-backup --server --restrict=/", code},
		{"a root to read", read, "rdiff-backup --server --restrict-read-only /", code},
		{"a root to update", add, "rdiff-backup --restrict-update-only / --server", code},
		{"a temporary folder", add, "rdiff-backup --server --tempdir=/etc", code},
		{"a temporary folder before", add, "rdiff-backup --tempdir=/etc --server", code},
		{"a remote temporary folder", add, "rdiff-backup --remote-tempdir=/etc --server", code},
		{"server twice", add, "rdiff-backup --server --server", code},
		{"both forms of server", add, "rdiff-backup --server server", code},
		{"abbreviated server", add, "rdiff-backup --serve", code},
		{"a value for server", add, "rdiff-backup --server=x", code},
		{"verbose", add, "rdiff-backup -v9 --server", code},
		{"delete increments", add, "rdiff-backup --remove-older-than 1D ROOT", code},
		{"version", add, "rdiff-backup --version", code},
		{"a test of a server", add, "rdiff-backup --test-server h::/x", code},
		{"a file of names", add, "rdiff-backup --include-filelist /etc/shadow ROOT /tmp/x", code},

		// The new one.
		{"a root behind server", add, "rdiff-backup server --restrict-path /", code},
		{"a root behind server, attached", add, "rdiff-backup server --restrict-path=/", code},
		{"a mode behind server", read, "rdiff-backup server --restrict-mode read-write", code},
		{"the debugger on a port", add, "rdiff-backup server --debug", code},
		{"an operand", add, "rdiff-backup server ROOT", code},
		{"server abbreviated", add, "rdiff-backup serv", code},
		{"server in upper case", add, "rdiff-backup SERVER", code},
		{"remove increments", all, "rdiff-backup remove increments --older-than 1D ROOT", code},
		{"restore as an action", add, "rdiff-backup restore ROOT/sub /tmp/x", code},
		{"backup as an action", add, "rdiff-backup backup /etc ROOT/sub", code},
		{"a test as an action", add, "rdiff-backup test h::/x", code},
		{"regress", all, "rdiff-backup regress ROOT", code},
		{"information", add, "rdiff-backup info", code},
		{"verbosity that is an option", add, "rdiff-backup --terminal-verbosity -x server", code},
		{"verbosity of two digits", add, "rdiff-backup --terminal-verbosity 99 server", code},
		{"verbosity without a number", add, "rdiff-backup --terminal-verbosity server", code},
		{"verbosity in the old form", add, "rdiff-backup --terminal-verbosity 5 --server", code},
		{"new and a schema", add, "rdiff-backup --new --remote-schema id server", code},
		{"the end of options", add, "rdiff-backup -- server", code},
		{"server as a pattern", add, "rdiff-backup serve?", code},
		{"home", add, "rdiff-backup ~", code},

		// What is no rdiff-backup.
		{"another program of that name", add, "/tmp/rdiff-backup server", "command-unknown"},
		{"its statistics", add, "rdiff-backup-statistics ROOT", "command-unknown"},
		{"its deletion", all, "rdiff-backup-delete ROOT", "command-unknown"},
		{"a variable before it", add, "PYTHONPATH=/tmp rdiff-backup server", "command-unknown"},
		{"sudo", add, "sudo rdiff-backup server", "command-unknown"},
		{"a second command", add, "rdiff-backup server; id", "command-unknown"},
		{"a pipe", add, "rdiff-backup server | sh", "command-unknown"},
	})
}

func TestRdiffAllows(t *testing.T) {
	const add, read, all = "rdiff-backup: {root: ROOT}", "rdiff-backup: {root: ROOT, mode: read}", "rdiff-backup: {root: ROOT, mode: read-write}"
	const served = "/usr/bin/rdiff-backup server --restrict-path ROOT --restrict-mode "
	checkReal(t, []realCase{
		{"1.2 and 2.0", add, "rdiff-backup --server", "/usr/bin/rdiff-backup --server --restrict-update-only ROOT"},
		{"1.2 and 2.0, to restore", read, "rdiff-backup --server", "/usr/bin/rdiff-backup --server --restrict-read-only ROOT"},
		{"1.2 and 2.0, all", all, "rdiff-backup --server", "/usr/bin/rdiff-backup --server --restrict ROOT"},
		{"2.1 and newer", add, "rdiff-backup server", served + "update-only"},
		{"2.1 and newer, to restore", read, "rdiff-backup server", served + "read-only"},
		{"2.1 and newer, all", all, "/usr/bin/rdiff-backup server", served + "read-write"},
		{"2.1 and newer, talkative", add, "rdiff-backup --terminal-verbosity 5 server", served + "update-only"},
	})
}

func TestUnisonDenies(t *testing.T) {
	const one = "unison: {root: ROOT}"
	const code = "unison-command"
	checkDenied(t, []deniedCase{
		{"nothing", one, "unison", code},
		{"a profile", one, "unison default", code},
		{"two roots", one, "unison ROOT /etc", code},
		{"a remote shell, CVE-2004-1162", one, "unison -rshcmd id a rsh://x/y", code},
		{"ssh, CVE-2004-1162", one, "unison -sshcmd id a ssh://x/y", code},
		{"ssh's arguments", one, "unison -sshargs -oProxyCommand=id a ssh://x/y", code},
		{"server and a remote shell", one, "unison -server -rshcmd id", code},
		{"server and ssh", one, "unison -server -sshcmd id", code},
		{"a program that merges", one, "unison -server -merge 'Name * -> id'", code},
		{"a program that shows differences", one, "unison -server -diff id", code},
		{"an external copy", one, "unison -server -copyprog id", code},
		{"an external copy of the rest", one, "unison -server -copyprogrest id", code},
		{"another server's command", one, "unison -server -servercmd id", code},
		{"a log file", one, "unison -server -logfile /root/x", code},
		{"a folder of backups", one, "unison -server -backupdir /etc", code},
		{"a port", one, "unison -socket 5000", code},
		{"a port behind server", one, "unison -server -socket 5000", code},
		{"a port before server", one, "unison -socket 5000 -server", code},
		{"a host to listen on", one, "unison -server -listen 0.0.0.0", code},
		{"preferences of a file", one, "unison -server -include x", code},
		{"a source of preferences", one, "unison -server -source /tmp/x", code},
		{"a root", one, "unison -server -root /", code},
		{"a root alias", one, "unison -server -rootalias 'a->b'", code},
		{"a path", one, "unison -server -path etc", code},
		{"a key for encryption", one, "unison -server -key x", code},
		{"ignored archives", one, "unison -server -ignorearchives", code},
		{"repeated", one, "unison -server -repeat watch", code},
		{"a test of itself", one, "unison -selftest ROOT /tmp", code},
		{"a graphical interface", one, "unison -ui graphic", code},
		{"documentation", one, "unison -doc all", code},
		{"version", one, "unison -version", code},
		{"server with two dashes", one, "unison --server", code},
		{"server twice", one, "unison -server -server", code},
		{"an unknown word behind server", one, "unison -server __old-rpc-mode", code},
		{"a word behind the mode", one, "unison -server __new-rpc-mode x", code},
		{"an option behind the mode", one, "unison -server __new-rpc-mode -debug all", code},
		{"an option between", one, "unison -server -debug __new-rpc-mode", code},
		{"the mode first", one, "unison __new-rpc-mode -server", code},
		{"the mode alone", one, "unison __new-rpc-mode", code},
		{"abbreviated", one, "unison -serv", code},
		{"in upper case", one, "unison -SERVER", code},
		{"server as a pattern", one, "unison -serve? __new-rpc-mode", code},
		{"the mode as a pattern", one, "unison -server __new*", code},
		{"the file monitor", one, "unison-fsmonitor -server", "command-unknown"},
		{"a version of letters", one, "unison-2.xx -server", "command-unknown"},
		{"a version of three digits", one, "unison-2.520 -server", "command-unknown"},
		{"a version with a folder", one, "unison-2.5/../x -server", "command-unknown"},
		{"another program of that name", one, "/tmp/unison -server", "command-unknown"},
		{"another version in a folder", one, "/tmp/unison-2.52 -server", "command-unknown"},
		{"a variable before it", one, "UNISON=/tmp unison -server", "command-unknown"},
		{"a second command", one, "unison -server; id", "command-unknown"},
		{"a pipe", one, "unison -server | sh", "command-unknown"},
	})
}

func TestUnisonAllows(t *testing.T) {
	const one = "unison: {root: ROOT}"
	checkReal(t, []realCase{
		{"2.48", one, "unison -server", "/usr/bin/unison -server"},
		{"2.52 to 2.54", one, "unison -server __new-rpc-mode", "/usr/bin/unison -server __new-rpc-mode"},
		{"2.40 with addversionno", one, "unison-2.40 -server", "/usr/bin/unison -server"},
		{"2.54 with addversionno", one, "unison-2.54 -server __new-rpc-mode", "/usr/bin/unison -server __new-rpc-mode"},
		{"by its path", one, "/usr/bin/unison-2.53 -server __new-rpc-mode", "/usr/bin/unison -server __new-rpc-mode"},
	})
}
