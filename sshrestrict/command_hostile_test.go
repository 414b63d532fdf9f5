package sshrestrict

import (
	"strings"
	"testing"
)

func TestCommandDenies(t *testing.T) {
	const (
		ls      = `{command: [ls, "{path...}"], options: [-a, -l, -h, "-1"], run: [/usr/bin/ls, "{options}", --, "{path...}"], where: {path: {path-in: ROOT}}}`
		cat     = `{command: [cat, "{file}"], run: [/usr/bin/cat, --, "{file}"], where: {file: {file-in: [ROOT/sub, ROOT/cur]}}}`
		tail    = `{command: [tail, "{log}"], options: [{"-n --lines": {integer: 1-1000}}, -f], run: [/usr/bin/tail, "{options}", --, "{log}"], where: {log: {file-in: ROOT}}}`
		find    = `{command: [find, "{path}", -name, "{glob}"], run: [/usr/bin/find, "{path}", -name, "{glob}"], where: {path: {folder-in: ROOT}, glob: {pattern: true}}}`
		tar     = `{command: [tar, -cf, "-", -C, ROOT/sub, .]}`
		df      = `{command: [df, -h]}`
		unit    = `{command: [systemctl, "{verb}", "{unit}"], options: [--no-pager], run: [/usr/bin/systemctl, "{options}", "{verb}", --, "{unit}"], where: {verb: {one-of: [restart, status]}, unit: {one-of: [nginx, app.service]}}}`
		journal = `{command: [journalctl, -u, "{unit}"], options: [{"-n --lines": {integer: 1-500}}, --no-pager, -f], run: [/usr/bin/journalctl, --no-pager, "{options}", -u, "{unit}"], where: {unit: {name: 20}}}`
	)
	checkDenied(t, []deniedCase{
		// Another program than the one that is meant.
		{"another program", ls, "dir ROOT", "command-unknown"},
		{"in upper case", ls, "LS ROOT", "command-unknown"},
		{"a program of that name elsewhere", ls, "/tmp/ls ROOT", "command-unknown"},
		{"a program of that name here", ls, "./ls ROOT", "command-unknown"},
		{"a name that begins so", ls, "lsof ROOT", "command-unknown"},
		{"a name that is a pattern", ls, "l? ROOT", "command-unknown"},
		{"a name with home", ls, "~/ls ROOT", "command-unknown"},
		{"a variable before it", ls, "LD_PRELOAD=/tmp/x ls ROOT", "command-unknown"},
		{"behind env", ls, "env ls ROOT", "command-unknown"},
		{"behind command", ls, "command ls ROOT", "command-unknown"},
		{"behind exec", ls, "exec ls ROOT", "command-unknown"},
		{"behind nice", ls, "nice ls ROOT", "command-unknown"},
		{"behind timeout", ls, "timeout 1 ls ROOT", "command-unknown"},
		{"behind sudo", ls, "sudo ls ROOT", "command-unknown"},
		{"behind a shell", ls, "sh -c 'ls ROOT'", "command-shell"},
		{"both words in one", df, "'df -h'", "command-unknown"},

		// Operators and expansions.
		{"a second command", ls, "ls ROOT; id", "command-unknown"},
		{"a pipe", ls, "ls ROOT | sh", "command-unknown"},
		{"into a file", ls, "ls ROOT > ROOT/x", "command-unknown"},
		{"errors to nowhere", ls, "ls ROOT 2>/dev/null", "command-unknown"},
		{"from a file", cat, "cat < /etc/shadow", "command-unknown"},
		{"a substitution", ls, "ls $(id)", "command-syntax"},
		{"an arithmetic expansion", ls, "ls $((1))", "command-syntax"},
		{"a variable", ls, "ls $HOME", "command-syntax"},
		{"braces", ls, "ls ROOT/{sub,cur}", "command-syntax"},
		{"history", ls, "ls !!", "command-syntax"},
		{"a comment", ls, "ls ROOT #", "command-syntax"},
		{"a line behind", ls, "ls ROOT\nid", "command-control"},
		{"a tab", ls, "ls\tROOT", "command-control"},
		{"a pattern of paths", ls, "ls ROOT/*", "value-expansion"},
		{"home", ls, "ls ~", "value-expansion"},

		// Paths.
		{"no path", ls, "ls", "command-arguments"},
		{"an empty path", ls, "ls ''", "path-relative"},
		{"a relative path", ls, "ls sub", "path-relative"},
		{"a dash", cat, "cat -", "value-dash"},
		{"outside", ls, "ls /etc", "path-outside"},
		{"one inside and one outside", ls, "ls ROOT /etc", "path-outside"},
		{"above", ls, "ls ROOT/..", "path-parent"},
		{"above and back", ls, "ls ROOT/sub/../cur", "path-parent"},
		{"a name that begins alike", ls, "ls ROOTbase", "path-outside"},
		{"through a link", ls, "ls ROOT/dir_out/secret", "path-link"},
		{"a link that leads out", ls, "ls ROOT/link_out", "path-link"},
		{"two slashes in front", ls, "ls //etc", "path-outside"},
		{"the kernel's way to the root", ls, "ls /proc/self/root", "path-outside"},
		{"neither of two folders", cat, "cat ROOT/prev/x", "path-outside"},
		{"a folder as a file", cat, "cat ROOT/sub", "path-form"},
		{"a file as a folder", find, "find ROOT/pub.txt -name x", "path-form"},
		{"a file that is a device", `{command: [cat, "{file}"], where: {file: {file-in: /dev}}}`, "cat /dev/zero", "path-form"},
		{"two files for one", cat, "cat ROOT/sub/x ROOT/sub/x", "command-arguments"},

		// Options.
		{"an unknown letter", ls, "ls -R ROOT", "command-option"},
		{"an unknown letter in a cluster", ls, "ls -laR ROOT", "command-option"},
		{"an unknown long option", ls, "ls --color=always ROOT", "command-option"},
		{"an option behind the path", ls, "ls ROOT -R", "command-option"},
		{"an option that is a pattern", ls, "ls -[al] ROOT", "command-option"},
		{"an option that holds a path", cat, "cat --files0-from=/etc/shadow ROOT/sub/x", "command-option"},
		{"a dash behind the end of options", cat, "cat -- -n", "value-dash"},
		{"a path outside behind the end of options", cat, "cat -- /etc/shadow", "path-outside"},
		{"the end of options twice", cat, "cat -- -- ROOT/sub/x", "value-dash"},
		{"abbreviated", tail, "tail --line=5 ROOT/pub.txt", "command-option"},
		{"follow by name", tail, "tail -F ROOT/pub.txt", "command-option"},
		{"follow and retry", tail, "tail --retry -f ROOT/pub.txt", "command-option"},
		{"a number in the old style", tail, "tail -50 ROOT/pub.txt", "command-option"},
		{"from a line on", tail, "tail -n +5 ROOT/pub.txt", "value"},
		{"a negative number", tail, "tail -n -5 ROOT/pub.txt", "value-dash"},
		{"a number below", tail, "tail -n 0 ROOT/pub.txt", "value"},
		{"a number above", tail, "tail -n 1001 ROOT/pub.txt", "value"},
		{"a number that overflows", tail, "tail -n 99999999999999999999 ROOT/pub.txt", "value"},
		{"a number with a unit", tail, "tail -n 1k ROOT/pub.txt", "value"},
		{"a number of another base", tail, "tail -n 0x10 ROOT/pub.txt", "value"},
		{"a number without digits", tail, "tail --lines= ROOT/pub.txt", "value"},
		{"a number that is not there", tail, "tail ROOT/pub.txt -n", "command-option"},
		{"a number that is a path", tail, "tail -n ROOT/pub.txt", "value"},
		{"a command in a number", tail, "tail -n '5;id' ROOT/pub.txt", "value"},
		{"a value for a flag", unit, "systemctl --no-pager=x status nginx", "command-option"},

		// Fixed words.
		{"a word less", df, "df", "command-arguments"},
		{"a word more", df, "df -h /", "command-arguments"},
		{"another word", tar, "tar -cf - -C ROOT .", "command-arguments"},
		{"a word repeated", tar, "tar -cf - -C ROOT/sub . .", "command-arguments"},
		{"a word that is a pattern", tar, "tar -cf - -C ROOT/sub ?", "command-arguments"},
		{"an option of the program's", tar, "tar -cf - -C ROOT/sub . --to-command=id", "command-option"},
		{"a cluster of fixed letters", tar, "tar -fc - -C ROOT/sub .", "command-option"},
		{"another order", tar, "tar -C ROOT/sub -cf - .", "command-arguments"},

		// find, which runs and deletes.
		{"find runs", find, `find ROOT -name x -exec id \;`, "command-option"},
		{"find deletes", find, "find ROOT -name x -delete", "command-option"},
		{"find writes", find, "find ROOT -name x -fprint /root/x", "command-option"},
		{"find follows", find, "find -L ROOT -name x", "command-option"},
		{"find with two roots", find, "find ROOT /etc -name x", "command-arguments"},
		{"find another test", find, "find ROOT -path x", "command-option"},
		{"find negates", find, "find ROOT '!' -name x", "command-arguments"},
		{"find a pattern with a slash", find, "find ROOT -name '../*'", "value"},
		{"find a pattern that is an option", find, "find ROOT -name -delete", "command-option"},
		{"find no pattern", find, "find ROOT -name ''", "value"},
		{"find an or", find, "find ROOT -name x -o -name y", "command-option"},

		// systemctl and journalctl.
		{"another verb", unit, "systemctl stop nginx", "value"},
		{"an editor", unit, "systemctl edit nginx", "value"},
		{"another unit", unit, "systemctl restart sshd", "value"},
		{"a unit that begins alike", unit, "systemctl restart nginx2", "value"},
		{"a unit with a suffix", unit, "systemctl restart nginx.service", "value"},
		{"a unit that is a pattern", unit, "systemctl restart ngin?", "value-expansion"},
		{"two units", unit, "systemctl restart nginx app.service", "command-arguments"},
		{"another host", unit, "systemctl -H evil restart nginx", "command-option"},
		{"another root", unit, "systemctl --root=/tmp status nginx", "command-option"},
		{"no unit", unit, "systemctl status", "command-arguments"},
		{"a verb that is an option", unit, "systemctl -- --version nginx", "value-dash"},
		{"the journal of another folder", journal, "journalctl -u app -D /tmp", "command-option"},
		{"the journal of a file", journal, "journalctl --file=/etc/shadow -u app", "command-option"},
		{"the journal cut down", journal, "journalctl --vacuum-size=1 -u app", "command-option"},
		{"the journal of all", journal, "journalctl", "command-arguments"},
		{"the journal of a match", journal, "journalctl -u app _UID=0", "command-arguments"},
		{"a unit with a slash", journal, "journalctl -u a/b", "value"},
		{"a unit of 21 letters", journal, "journalctl -u " + strings.Repeat("a", 21), "value"},
		{"a unit that is an option", journal, "journalctl -u --help", "command-option"},
		{"the unit attached", journal, "journalctl -uapp", "command-option"},
	})
}

func TestCommandAllows(t *testing.T) {
	const (
		ls   = `{command: [ls, "{path...}"], options: [-a, -l], run: [/usr/bin/ls, "{options}", --, "{path...}"], where: {path: {path-in: ROOT}}}`
		tail = `{command: [tail, "{log}"], options: [{"-n --lines": {integer: 1-1000}}, -f], run: [/usr/bin/tail, "{options}", --, "{log}"], where: {log: {file-in: ROOT}}}`
		find = `{command: [find, "{path}", -name, "{glob}"], run: [/usr/bin/find, "{path}", -name, "{glob}"], where: {path: {folder-in: ROOT}, glob: {pattern: true}}}`
		unit = `{command: [systemctl, status, "{unit}"], options: [--no-pager], where: {unit: {name: 40}}}`
	)
	checkReal(t, []realCase{
		{"a cluster", ls, "ls -la ROOT", "/usr/bin/ls -l -a -- ROOT"},
		{"options apart and behind", ls, "ls -l ROOT -a", "/usr/bin/ls -l -a -- ROOT"},
		{"the end of options", ls, "ls -l -- ROOT", "/usr/bin/ls -l -- ROOT"},
		{"many paths", ls, "/bin/ls ROOT/sub 'ROOT/with space.txt'", "/usr/bin/ls -- ROOT/sub 'ROOT/with space.txt'"},
		{"a link that stays inside", ls, "ls ROOT/link_in", "/usr/bin/ls -- ROOT/link_in"},
		{"a value attached", tail, "tail -n50 ROOT/pub.txt", "/usr/bin/tail -n 50 -- ROOT/pub.txt"},
		{"a value in a cluster", tail, "tail -fn50 ROOT/pub.txt", "/usr/bin/tail -f -n 50 -- ROOT/pub.txt"},
		{"a value as the next word", tail, "tail --lines 50 -f ROOT/pub.txt", "/usr/bin/tail -n 50 -f -- ROOT/pub.txt"},
		{"a value with zeros in front", tail, "tail -n 0050 ROOT/pub.txt", "/usr/bin/tail -n 50 -- ROOT/pub.txt"},
		{"a pattern in quotes", find, `find ROOT -name '*.log'`, "/usr/bin/find ROOT -name '*.log'"},
		{"a pattern without", find, "find ROOT/sub -name *.log", "/usr/bin/find ROOT/sub -name '*.log'"},
		{"the rule's own words", unit, "systemctl status nginx --no-pager", "/usr/bin/systemctl --no-pager status nginx"},
	})
}
