package sshrestrict

import (
	"strings"
	"testing"
)

func TestBtrfsDenies(t *testing.T) {
	const receive, send = "btrfs: {receive: ROOT/cur}", "btrfs: {send: ROOT/sub}"
	const all = "btrfs: {receive: ROOT/cur, send: ROOT/sub, snapshot: true, delete: true, sudo: true, filesystem: ROOT}"
	checkDenied(t, []deniedCase{
		// Subcommands.
		{"nothing", all, "btrfs", "btrfs-command"},
		{"a group alone", all, "btrfs subvolume", "btrfs-command"},
		{"a subvolume created", all, "btrfs subvolume create ROOT/cur/x", "btrfs-command"},
		{"the subvolume that is mounted", all, "btrfs subvolume set-default 5 ROOT/cur", "btrfs-command"},
		{"a device added", all, "btrfs device add /dev/sdb ROOT/cur", "btrfs-command"},
		{"a device removed", all, "btrfs device remove /dev/sda ROOT/cur", "btrfs-command"},
		{"balanced", all, "btrfs balance start ROOT/cur", "btrfs-command"},
		{"scrubbed", all, "btrfs scrub start ROOT/cur", "btrfs-command"},
		{"resized", all, "btrfs filesystem resize max ROOT/cur", "btrfs-command"},
		{"relabelled", all, "btrfs filesystem label ROOT/cur x", "btrfs-command"},
		{"a swap file", all, "btrfs filesystem mkswapfile ROOT/cur/x", "btrfs-command"},
		{"files restored from a device", all, "btrfs restore /dev/sda /tmp", "btrfs-command"},
		{"the inside of a device", all, "btrfs inspect-internal dump-tree /dev/sda", "btrfs-command"},
		{"repaired", all, "btrfs check --repair /dev/sda", "btrfs-command"},
		{"rescued", all, "btrfs rescue zero-log /dev/sda", "btrfs-command"},
		{"quota switched off", all, "btrfs quota disable ROOT/cur", "btrfs-command"},
		{"a quota group made", all, "btrfs qgroup create 1/0 ROOT/cur", "btrfs-command"},
		{"an option before the subcommand", all, "btrfs -v receive ROOT/cur", "btrfs-command"},
		{"abbreviated", receive, "btrfs sub show ROOT/cur", "btrfs-command"},
		{"in upper case", receive, "btrfs RECEIVE ROOT/cur", "btrfs-command"},
		{"send without a grant", receive, "btrfs send ROOT/cur", "btrfs-command"},
		{"receive without a grant", send, "btrfs receive ROOT/sub", "btrfs-command"},
		{"deletion without a grant", receive, "btrfs subvolume delete ROOT/cur/x", "btrfs-command"},
		{"deletion of a quota group without a grant", receive, "btrfs qgroup destroy 0/5 ROOT/cur", "btrfs-command"},
		{"writable without a grant", receive, "btrfs property set ROOT/cur/x ro false", "btrfs-command"},
		{"a snapshot without a grant", send, "btrfs subvolume snapshot -r ROOT/sub ROOT/sub/x", "btrfs-command"},
		{"the program for deletion without a grant", receive, "btrfs-subvolume-delete ROOT/cur/x", "btrfs-command"},
		{"a program that is none", receive, "btrfs-device-add /dev/sdb ROOT/cur", "command-unknown"},

		// Options.
		{"received from a file", receive, "btrfs receive -f /etc/shadow ROOT/cur", "btrfs-option"},
		{"received in a chroot", receive, "btrfs receive -C ROOT/cur", "btrfs-option"},
		{"received with another root", receive, "btrfs receive -m / ROOT/cur", "btrfs-option"},
		{"the stream shown", receive, "btrfs receive --dump ROOT/cur", "btrfs-option"},
		{"sent to a file", send, "btrfs send -f /root/x ROOT/sub/s", "btrfs-option"},
		{"sent to a file, attached", send, "btrfs send -f/root/x ROOT/sub/s", "btrfs-option"},
		{"sent to a file, clustered", send, "btrfs send -vf /root/x ROOT/sub/s", "btrfs-option"},
		{"a number that is an option", receive, "btrfs receive --max-errors -f ROOT/cur", "btrfs-option"},
		{"a number that is none", receive, "btrfs receive --max-errors=x ROOT/cur", "btrfs-option"},
		{"a number with a sign", receive, "btrfs receive -E +1 ROOT/cur", "btrfs-option"},
		{"a number without a value", receive, "btrfs receive -E", "btrfs-option"},
		{"a value for a flag", receive, "btrfs receive -q=x ROOT/cur", "btrfs-option"},
		{"a path attached", send, "btrfs send -p=ROOT/sub/a ROOT/sub/b", "btrfs-option"},
		{"deletion by its number", all, "btrfs subvolume delete -i 300 ROOT/cur", "btrfs-option"},
		{"deletion of all below", all, "btrfs subvolume delete -R ROOT/cur/x", "btrfs-option"},
		{"a snapshot in a quota group", all, "btrfs subvolume snapshot -i 1/0 ROOT/sub ROOT/sub/x", "btrfs-option"},
		{"an unknown option", receive, "btrfs subvolume list --sort=path ROOT/cur", "btrfs-option"},
		{"a dash alone", receive, "btrfs receive - ROOT/cur", "btrfs-option"},
		{"the end of options", receive, "btrfs receive -- ROOT/cur", "btrfs-option"},
		{"an option behind the path", receive, "btrfs receive ROOT/cur -f", "btrfs-operands"},

		// Paths.
		{"outside", receive, "btrfs receive /etc", "path-outside"},
		{"beside", receive, "btrfs receive ROOT/prev", "path-outside"},
		{"above", receive, "btrfs receive ROOT/cur/..", "path-parent"},
		{"above and back", receive, "btrfs receive ROOT/cur/../cur", "path-parent"},
		{"a name that begins alike", receive, "btrfs receive ROOT/cur2", "path-outside"},
		{"relative", receive, "btrfs receive cur", "btrfs-path"},
		{"through a link", "btrfs: {receive: ROOT}", "btrfs receive ROOT/dir_out", "path-link"},
		{"two folders", receive, "btrfs receive ROOT/cur ROOT/cur/x", "btrfs-operands"},
		{"no folder", receive, "btrfs receive", "btrfs-operands"},
		{"shown above", receive, "btrfs subvolume show ROOT", "path-outside"},
		{"the list of another file system", all, "btrfs subvolume list -a /", "path-outside"},
		{"the usage of another file system", receive, "btrfs filesystem usage /", "path-outside"},
		{"sent from where it is received", all, "btrfs send ROOT/cur/x", "path-outside"},
		{"received where it is sent from", all, "btrfs receive ROOT/sub", "path-outside"},
		{"received anywhere in the file system", all, "btrfs receive ROOT/prev", "path-outside"},
		{"a parent elsewhere", send, "btrfs send -p ROOT/cur ROOT/sub/b", "path-outside"},
		{"a clone source elsewhere", send, "btrfs send -c /etc ROOT/sub/b", "path-outside"},
		{"a snapshot elsewhere", all, "btrfs subvolume snapshot -r ROOT/sub ROOT/cur/x", "path-outside"},
		{"a snapshot of something else", all, "btrfs subvolume snapshot -r / ROOT/sub/x", "path-outside"},
		{"deletion elsewhere", all, "btrfs subvolume delete ROOT/prev", "path-outside"},
		{"deletion of one here and one elsewhere", all, "btrfs subvolume delete ROOT/cur/a ROOT/prev", "path-outside"},
		{"another property", all, "btrfs property set ROOT/cur/x compression zstd", "btrfs-path"},
		{"a quota group of many", all, "btrfs qgroup destroy 1/5 ROOT/cur", "btrfs-path"},

		// Questions to other programs.
		{"readlink elsewhere", receive, "readlink -v -e /etc/shadow", "path-outside"},
		{"readlink without an option", receive, "readlink ROOT/cur", "btrfs-option"},
		{"readlink of two", receive, "readlink -v -e ROOT/cur /etc", "btrfs-option"},
		{"readlink of nothing", receive, "readlink", "btrfs-option"},
		{"readlink of a line behind, btrbk PR#514", receive, "readlink ROOT/cur\nid", "command-control"},
		{"readlink of a link that leads out", "btrfs: {receive: ROOT}", "readlink -v -e ROOT/dir_out", "path-link"},
		{"mkdir elsewhere", receive, "mkdir -p /etc/x", "path-outside"},
		{"mkdir above", receive, "mkdir -p ROOT/cur/..", "path-parent"},
		{"mkdir with a mode", receive, "mkdir -m 777 ROOT/cur/x", "btrfs-option"},
		{"mkdir where it is sent from", all, "mkdir -p ROOT/sub/x", "path-outside"},
		{"mkdir without a target", send, "mkdir -p ROOT/sub/x", "btrfs-path"},
		{"a test elsewhere", receive, "test -d /root", "path-outside"},
		{"another test", receive, "test -r ROOT/cur", "btrfs-option"},
		{"a test of two", receive, "test ROOT/cur -ef /etc", "btrfs-option"},
		{"cat of a file", receive, "cat ROOT/cur/x", "btrfs-path"},
		{"cat of another file of the kernel", receive, "cat /proc/self/environ", "btrfs-path"},
		{"cat of two", receive, "cat /proc/self/mountinfo /etc/shadow", "btrfs-path"},
		{"rm of a raw target", all, "rm -f ROOT/cur/x.btrfs", "command-unknown"},
		{"find that runs cat", all, `find ROOT/cur -maxdepth 1 -exec cat \{\} \;`, "command-unknown"},
		{"dd of a raw target", all, "dd status=none bs=128K of=ROOT/cur/x", "command-unknown"},

		// Pipes and operators.
		{"behind receive, CVE-2026-62943", receive, "btrfs receive ROOT/cur | tee /root/x", "btrfs-command"},
		{"a shell behind receive", receive, "btrfs receive ROOT/cur | sh", "btrfs-command"},
		{"behind a question", receive, "btrfs subvolume show ROOT/cur | sh", "pipe-program"},
		{"behind readlink", receive, "readlink -v -e ROOT/cur | sh", "command-unknown"},
		{"cat into receive", receive, "cat /etc/shadow | btrfs receive ROOT/cur", "pipe-program"},
		{"mbuffer from a file", receive, "mbuffer -i /etc/shadow | btrfs receive ROOT/cur", "pipe-option"},
		{"mbuffer into a file", send, "btrfs send ROOT/sub/s | mbuffer -o /root/x", "pipe-option"},
		{"a file for zstd", receive, "zstd -dc /etc/shadow | btrfs receive ROOT/cur", "pipe-option"},
		{"threads as the next word", receive, "pigz -p 4 -d | btrfs receive ROOT/cur", "pipe-option"},
		{"nine programs", receive, strings.Repeat("cat | ", 8) + "btrfs receive ROOT/cur", "pipe"},
		{"a second command", receive, "btrfs receive ROOT/cur; id", "pipe-operator"},
		{"an alternative, CVE-2021-38173", receive, "id || btrfs receive ROOT/cur", "pipe-operator"},
		{"into a file", send, "btrfs send ROOT/sub/s > /root/x", "pipe-operator"},
		{"from a file", receive, "btrfs receive ROOT/cur < /etc/shadow", "pipe-operator"},
		{"a pattern", receive, "btrfs receive ROOT/c*", "pipe-word"},
		{"a substitution", receive, "btrfs receive ROOT/cur$(id)", "command-syntax"},

		// sudo and other programs.
		{"sudo with a user", receive, "sudo -n -u x btrfs receive ROOT/cur", "command-unknown"},
		{"doas with a configuration", receive, "doas -C /tmp/x btrfs receive ROOT/cur", "command-unknown"},
		{"sudo does not grant", receive, "sudo -n btrfs subvolume delete ROOT/cur/x", "btrfs-command"},
		{"sudo of another program", receive, "sudo -n sh", "command-unknown"},
		{"another program of that name", receive, "/tmp/btrfs receive ROOT/cur", "command-unknown"},
		{"a variable before it", receive, "LD_PRELOAD=/tmp/x btrfs receive ROOT/cur", "pipe-word"},
	})
}

func TestBtrfsMistakes(t *testing.T) {
	for name, c := range map[string]struct{ rule, want string }{
		"nothing granted":                {"btrfs: {delete: true}", "give receive or send"},
		"all of the machine":             {"btrfs: {receive: /}", "confines nothing"},
		"not in the file system":         {"btrfs: {receive: /mnt/backup/host1, filesystem: /mnt/other}", "does not lie in"},
		"a name that begins alike":       {"btrfs: {send: /mnt/data, filesystem: /mnt/dat}", "does not lie in"},
		"a file system that is relative": {"btrfs: {send: /mnt/data, filesystem: mnt}", "expected an absolute path"},
	} {
		if _, err := Parse("test", "test.yaml", []byte("allow:\n  - "+c.rule+"\n")); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %s", name, err, c.want)
		}
	}
}

func TestBtrfsAllows(t *testing.T) {
	const receive, send = "btrfs: {receive: ROOT/cur}", "btrfs: {send: ROOT/sub, snapshot: true, delete: true}"
	const mounted = "btrfs: {receive: ROOT/cur, filesystem: ROOT}"
	const sudo = "btrfs: {receive: ROOT/cur, delete: true, sudo: true}"
	const into = "/usr/bin/btrfs receive -- ROOT/cur/"
	checkReal(t, []realCase{
		// What btrbk asks.
		{"mounts up to 0.26", receive, "cat /proc/self/mounts", "/usr/bin/cat /proc/self/mounts"},
		{"mounts", receive, "cat /proc/self/mountinfo", "/usr/bin/cat /proc/self/mountinfo"},
		{"the real path", receive, "readlink -v -e 'ROOT/cur'", "/usr/bin/readlink -v -e -- ROOT/cur"},
		{"the real path with busybox", receive, "readlink -v -f ROOT/cur", "/usr/bin/readlink -v -f -- ROOT/cur"},
		{"a folder with busybox", receive, "test -d 'ROOT/cur'", "/usr/bin/test -d ROOT/cur"},
		{"shown", receive, "btrfs subvolume show 'ROOT/cur/snap.20260101'", "/usr/bin/btrfs subvolume show -- ROOT/cur/snap.20260101"},
		{"shown by its number", receive, "btrfs subvolume show --rootid=5 'ROOT/cur'", "/usr/bin/btrfs subvolume show --rootid=5 -- ROOT/cur"},
		{"listed", receive, "btrfs subvolume list -a -c -u -q -R 'ROOT/cur'", "/usr/bin/btrfs subvolume list -a -c -u -q -R -- ROOT/cur"},
		{"listed, not writable ones", receive, "btrfs subvolume list -a -r ROOT/cur", "/usr/bin/btrfs subvolume list -a -r -- ROOT/cur"},
		{"listed where it is mounted, #424", mounted, "sudo -n btrfs subvolume list -a -c -u -q -R ROOT", "/usr/bin/btrfs subvolume list -a -c -u -q -R -- ROOT"},
		{"the usage", receive, "btrfs filesystem usage 'ROOT/cur'", "/usr/bin/btrfs filesystem usage -- ROOT/cur"},
		{"what changed", send, "btrfs subvolume find-new 'ROOT/sub/s' 4711", "/usr/bin/btrfs subvolume find-new -- ROOT/sub/s 4711"},
		{"a tool", receive, "command -v mbuffer", "ops-tools session which -- mbuffer"},

		// What it does.
		{"a folder made", receive, "mkdir -p 'ROOT/cur/x'", "/usr/bin/mkdir -p -- ROOT/cur/x"},
		{"received", receive, "btrfs receive 'ROOT/cur/'", into},
		{"received in spite of errors", receive, "btrfs receive --max-errors=0 'ROOT/cur/'", "/usr/bin/btrfs receive --max-errors=0 -- ROOT/cur/"},
		{"0.24 to 0.28 with a buffer", receive, "mbuffer -q -m 50% | btrfs receive 'ROOT/cur/'", "/usr/bin/mbuffer -q -m 50% | " + into},
		{
			"compressed and buffered", receive, "zstd -d -c -T4 | mbuffer -v 1 -q -s 128k -m 1g -R 20m | btrfs receive 'ROOT/cur/'",
			"/usr/bin/zstd -d -c -T4 | /usr/bin/mbuffer -v 1 -q -s 128k -m 1g -R 20m | " + into,
		},
		{"pigz", receive, "pigz -d -c -p2 | btrfs receive ROOT/cur/", "/usr/bin/pigz -d -c -p2 | " + into},
		{"bzip3", receive, "bzip3 -d -c -j2 | btrfs receive ROOT/cur/", "/usr/bin/bzip3 -d -c -j2 | " + into},
		{"xz", receive, "xz -d -c -T0 | btrfs receive ROOT/cur/", "/usr/bin/xz -d -c -T0 | " + into},
		{"one word", receive, "lz4 -d -c | btrfs-receive 'ROOT/cur/'", "/usr/bin/lz4 -d -c | " + into},
		{"sudo that the policy does not give", receive, "sudo -n btrfs receive 'ROOT/cur/'", into},
		{"doas that the policy does not give", receive, "doas -n btrfs receive 'ROOT/cur/'", into},
		{"sudo", sudo, "lzop -d -c | sudo -n btrfs receive 'ROOT/cur/'", "/usr/bin/lzop -d -c | /usr/bin/sudo -n -- " + into},
		{"a question with sudo", sudo, "sudo -n readlink -v -e 'ROOT/cur'", "/usr/bin/sudo -n -- /usr/bin/readlink -v -e -- ROOT/cur"},
		{"a folder made without it", sudo, "mkdir -p 'ROOT/cur/x'", "/usr/bin/mkdir -p -- ROOT/cur/x"},
		{
			"deleted", sudo, "sudo -n btrfs subvolume delete --commit-each 'ROOT/cur/a'",
			"/usr/bin/sudo -n -- /usr/bin/btrfs subvolume delete --commit-each -- ROOT/cur/a",
		},
		{"a quota group", sudo, "sudo -n btrfs qgroup destroy 0/300 'ROOT/cur'", "/usr/bin/sudo -n -- /usr/bin/btrfs qgroup destroy -- 0/300 ROOT/cur"},
		{"a snapshot", send, "btrfs subvolume snapshot -r 'ROOT/sub' 'ROOT/sub/s.1'", "/usr/bin/btrfs subvolume snapshot -r -- ROOT/sub ROOT/sub/s.1"},
		{"sent", send, "btrfs send 'ROOT/sub/s'", "/usr/bin/btrfs send -- ROOT/sub/s"},
		{
			"sent with a parent, clones and compressed", send,
			"btrfs send -p 'ROOT/sub/a' -c 'ROOT/sub/b' --proto 2 --compressed-data 'ROOT/sub/s' | mbuffer -v 1 -q -r 10m | zstd -c -19 --long=27 --adapt",
			"/usr/bin/btrfs send -p ROOT/sub/a -c ROOT/sub/b --proto=2 --compressed-data -- ROOT/sub/s | /usr/bin/mbuffer -v 1 -q -r 10m | /usr/bin/zstd -c -19 --long=27 --adapt",
		},
		{"0.24 with a limit", send, "btrfs send 'ROOT/sub/s' | pv -q -L 10m | xz -c -9", "/usr/bin/btrfs send -- ROOT/sub/s | /usr/bin/pv -q -L 10m | /usr/bin/xz -c -9"},
	})
}
