package sshrestrict

import "testing"

func TestHostileBzr(t *testing.T) {
	root := t.TempDir()
	checkHostile(t, mustParse(t, "allow: [{bzr: {root: "+root+", mode: read-write}}]"), root, []vcsCase{
		// The folder.
		{"another folder", "bzr serve --inet --directory=/etc --allow-writes", "bzr-option"},
		{"a folder below", "bzr serve --inet --directory=ROOT/secret", "bzr-option"},
		{"a neighbour", "bzr serve --inet --directory=ROOTs", "bzr-option"},
		{"a parent", "bzr serve --inet --directory=ROOT/..", "bzr-option"},
		{"the present folder", "bzr serve --inet --directory=.", "bzr-option"},
		{"a folder of no name", "bzr serve --inet --directory=", "bzr-option"},
		{"a folder of another machine", "bzr serve --inet --directory=bzr+ssh://localhost/", "bzr-option"},
		{"a second folder", "bzr serve --inet --directory=/ --directory=/etc", "bzr-option"},
		{"a folder as the next word", "bzr serve --inet --directory /etc", "bzr-option"},
		{"a short option", "bzr serve --inet -d /", "bzr-option"},
		{"a short option, attached", "bzr serve --inet -d/", "bzr-option"},
		{"an abbreviation", "bzr serve --inet --dir=/", "bzr-option"},

		// Other ways to serve.
		{"no inet", "bzr serve --directory=/ --allow-writes", "bzr-option"},
		{"a port", "bzr serve --port=4155 --directory=/", "bzr-option"},
		{"a port and inet", "bzr serve --inet --port=4155", "bzr-option"},
		{"another protocol", "bzr serve --inet --protocol=git", "bzr-option"},
		{"another listener", "bzr serve --inet --listen=0.0.0.0", "bzr-option"},
		{"a limit of time", "bzr serve --inet --client-timeout=99999999", "bzr-option"},
		{"inet in upper case", "bzr serve --INET", "bzr-option"},
		{"inet with a value", "bzr serve --inet=1", "bzr-option"},

		// Options of every command.
		{"configuration", "bzr serve --inet -Oeditor=id", "bzr-option"},
		{"a profile of calls", "bzr serve --inet --lsprof-file=/root/x", "bzr-option"},
		{"plugins after all", "bzr serve --inet --no-no-plugins", "bzr-option"},
		{"builtins", "bzr serve --inet --builtin", "bzr-option"},
		{"words", "bzr serve --inet --verbose", "bzr-option"},
		{"help", "bzr serve --help", "bzr-option"},
		{"usage", "bzr serve --inet --usage", "bzr-option"},
		{"the end of options", "bzr serve --inet --", "bzr-option"},
		{"an operand", "bzr serve --inet x", "bzr-option"},
		{"an empty word", "bzr serve --inet ''", "bzr-option"},
		{"an option before", "bzr --lsprof serve --inet", "bzr-command"},
		{"configuration before", "bzr -Oeditor=id serve --inet", "bzr-command"},

		// Other commands.
		{"a plugin's command", "bzr shell", "bzr-command"},
		{"a server of a plugin", "bzr lp-serve --inet 1", "bzr-command"},
		{"another command", "bzr export /tmp/x /etc", "bzr-command"},
		{"a command that changes", "bzr init ROOT/new", "bzr-command"},
		{"a command by its abbreviation", "bzr serv --inet", "bzr-command"},
		{"a command that is a pattern", "bzr serv? --inet", "bzr-command"},
		{"an option that is a pattern", "bzr serve --inet --director?=/", "bzr-command"},
		{"a quoted list", "bzr 'serve --inet --directory=/'", "bzr-command"},
		{"nothing", "bzr", "bzr-command"},

		// Other programs.
		{"python", "python3 -m breezy serve --inet", "command-unknown"},
		{"another version", "bzr2 serve --inet --directory=/", "command-unknown"},
		{"a variable for plugins", "BZR_PLUGIN_PATH=/tmp bzr serve --inet --directory=/", "command-unknown"},
		{"a variable for the home", "BRZ_HOME=/tmp brz serve --inet --directory=/", "command-unknown"},
	})
}
