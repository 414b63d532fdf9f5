package sshrestrict

import "testing"

func TestBorgDenies(t *testing.T) {
	const one, many, add, quota = "borg: {repository: ROOT/sub}", "borg: {root: ROOT}", "borg: {repository: ROOT/sub, append-only: true}",
		"borg: {repository: ROOT/sub, quota: 1G}"
	checkDenied(t, []deniedCase{
		// Other commands of borg, most of which read, write or run something.
		{"no command", one, "borg", "borg-command"},
		{"init", one, "borg init -e none ROOT/other", "borg-command"},
		{"delete", one, "borg delete ROOT/sub", "borg-command"},
		{"prune", add, "borg prune --keep-daily 1 ROOT/sub", "borg-command"},
		{"compact", add, "borg compact ROOT/sub", "borg-command"},
		{"extract into the present folder", one, "borg extract ROOT/sub::a etc/passwd", "borg-command"},
		{"create reads any file", one, "borg create ROOT/sub::a /etc/shadow", "borg-command"},
		{"create runs a command", one, "borg create --content-from-command ROOT/sub::a -- id", "borg-command"},
		{"with-lock runs a command", one, "borg with-lock ROOT/sub sh -c id", "borg-command"},
		{"mount", one, "borg mount ROOT/sub /mnt", "borg-command"},
		{"debug", one, "borg debug dump-repo-objs ROOT/sub", "borg-command"},
		{"config", add, "borg config ROOT/sub append_only 0", "borg-command"},
		{"key export writes a file", one, "borg key export ROOT/sub /tmp/x", "borg-command"},
		{"break-lock", one, "borg break-lock ROOT/sub", "borg-command"},
		{"help pages", one, "borg help", "borg-command"},
		{"version", one, "borg --version", "borg-command"},
		{"an option before serve", one, "borg --debug serve", "borg-command"},
		{"a file of options before serve", one, "borg --rsh 'sh -c id' serve", "borg-command"},
		{"abbreviated serve", one, "borg serv", "borg-command"},
		{"serve as a pattern", one, "borg serv?", "borg-option"},

		// Options of serve, by which a client would choose its own limits; borg's tests of get_args try the first ones.
		{"another path", one, "borg serve --restrict-to-path=/", "borg-option"},
		{"another path as the next word", one, "borg serve --restrict-to-path /", "borg-option"},
		{"another repository", one, "borg serve --restrict-to-repository=/", "borg-option"},
		{"a repository below", one, "borg serve --restrict-to-repository=ROOT/sub/deep", "borg-option"},
		{"abbreviated option", one, "borg serve --restrict-to-p=/", "borg-option"},
		{"a repository as an operand", one, "borg serve ROOT/sub", "borg-option"},
		{"profile into a file", one, "borg serve --debug-profile /root/x", "borg-option"},
		{"profile into a file, attached", one, "borg serve --debug-profile=/root/x", "borg-option"},
		{"configuration of logging", one, "borg serve --logging-config=/tmp/x", "borg-option"},
		{"files from", one, "borg serve --patterns-from=/etc/shadow", "borg-option"},
		{"remote path", one, "borg serve --remote-path=/tmp/x", "borg-option"},
		{"remote shell", one, "borg serve --rsh=id", "borg-option"},
		{"a value for a flag", one, "borg serve --info=x", "borg-option"},
		{"a topic with a slash", one, "borg serve --debug-topic=/etc", "borg-option"},
		{"a topic of no name", one, "borg serve --debug-topic=", "borg-option"},
		{"a quota that is an option", one, "borg serve --storage-quota=--debug", "borg-option"},
		{"umask as the next word", one, "borg serve --umask 077", "borg-option"},
		{"a cluster", one, "borg serve -vp", "borg-option"},
		{"the end of options", one, "borg serve -- ROOT/sub", "borg-option"},
		{"not append-only", add, "borg serve --append-only=no", "borg-option"},
		{"an option with a pattern", one, "borg serve --inf[o]", "borg-option"},
		{"home in an option", one, "borg serve ~/x", "borg-option"},

		// Borg 2 names the repository in the line.
		{"a backend without rest", one, "borg serve --backend FILE:ROOT/sub", "borg-option"},
		{"rest without a backend", one, "borg serve --rest", "borg-backend"},
		{"backend without a value", one, "borg serve --rest --backend", "borg-option"},
		{"two backends", one, "borg serve --rest --backend FILE:ROOT/sub --backend FILE:/etc", "borg-option"},
		{"a backend outside", one, "borg serve --rest --backend=FILE:/etc", "path-outside"},
		{"a backend beside the repository", one, "borg serve --rest --backend FILE:ROOT/cur", "path-outside"},
		{"a backend below the repository", one, "borg serve --rest --backend FILE:ROOT/sub/deep", "borg-backend"},
		{"a backend above", many, "borg serve --rest --backend FILE:ROOT/../outside", "path-parent"},
		{"a backend through a link", many, "borg serve --rest --backend FILE:ROOT/dir_out", "path-link"},
		{"a backend of a name that begins alike", many, "borg serve --rest --backend FILE:ROOTbase", "path-outside"},
		{"a backend of another kind", one, "borg serve --rest --backend sftp://h/x", "borg-backend"},
		{"rclone as a backend", one, "borg serve --rest --backend rclone:x:y", "borg-backend"},
		{"a backend of no path", one, "borg serve --rest --backend FILE:--x", "path-dash"},
		{"all permissions", add, "borg serve --rest --backend FILE:ROOT/sub --permissions all", "borg-option"},
		{"no quota with borg 2", quota, "borg serve --rest --backend FILE:ROOT/sub", "borg-quota"},

		// What is no borg.
		{"another program of that name", one, "/tmp/borg serve", "command-unknown"},
		{"a program in the present folder", one, "./borg serve", "command-unknown"},
		{"a program whose name begins so", one, "borgmatic serve", "command-unknown"},
		{"a folder in the version", one, "borg-1/../../x serve", "command-unknown"},
		{"a variable of another family", one, "LD_PRELOAD=/tmp/x borg serve", "command-unknown"},
		{"the second variable of another family", one, "BORG_X=1 PATH=/tmp borg serve", "command-unknown"},
		{"sudo", one, "sudo borg serve", "command-unknown"},
		{"a second command", one, "borg serve; id", "command-unknown"},
		{"a pipe", one, "borg serve | sh", "command-unknown"},
		{"the error stream into a file", one, "borg serve 2> ROOT/x", "command-unknown"},
		{"a substitution in a variable", one, "BORG_X=$(id) borg serve", "command-syntax"},
		{"a line behind", one, "borg serve\nid", "command-control"},
	})
}

func TestBorgAllows(t *testing.T) {
	const one, add = "borg: {repository: ROOT/sub}", "borg: {repository: ROOT/sub, append-only: true, quota: 1G}"
	const served = "/usr/bin/borg serve --restrict-to-repository ROOT/sub --umask=077"
	checkReal(t, []realCase{
		{"borg 1.0 to 1.1", one, "borg serve --umask=077", served},
		{"borg 1.1 with info", one, "borg serve --umask=077 --info", served + " --info"},
		{"borg 1.2 and 1.4", one, "borg serve --info", served + " --info"},
		{"borg 1.2 with a topic", one, "borg serve --debug --debug-topic=borg.debug.repository", served + " --debug"},
		{"borg 1.1 on a host of no unique name", one, "BORG_HOSTNAME_IS_UNIQUE=no borg serve --umask=077 --info", served + " --info"},
		{"borg init with a quota", one, "borg serve --info --storage-quota=5000000000", served + " --info"},
		{"verbose", one, "borg serve -v", served + " --info"},
		{"the last level", one, "borg serve --debug --error", served + " --error"},
		{"remote path", one, "/usr/local/bin/borg serve --info", served + " --info"},
		{"remote path of a host of several versions", one, "borg14 serve --info", served + " --info"},
		{"remote path with a version", one, "borg-1.4.1 serve", served},
		{"a client that asks for less", one, "borg serve --append-only", "/usr/bin/borg serve --restrict-to-repository ROOT/sub --append-only --umask=077"},
		{"our limits", add, "borg serve --storage-quota=9T", "/usr/bin/borg serve --restrict-to-repository ROOT/sub --append-only --storage-quota 1073741824 --umask=077"},
		{"all below a folder", "borg: {root: ROOT}", "borg serve", "/usr/bin/borg serve --restrict-to-path ROOT --umask=077"},
		{
			"borg 2", one, "borg serve --rest --backend FILE:ROOT/sub",
			"/usr/bin/borg serve --rest --backend FILE:ROOT/sub --permissions all --restrict-to-repository ROOT/sub --umask=077",
		},
		{
			"borg 2, append-only", "borg: {root: ROOT, append-only: true}", "borg serve --rest --backend FILE:ROOT/new/",
			"/usr/bin/borg serve --rest --backend FILE:ROOT/new --permissions no-delete --restrict-to-path ROOT --umask=077",
		},
	})
}
