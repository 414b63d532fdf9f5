package sshrestrict

import "testing"

func TestResticDenies(t *testing.T) {
	const one, add = "restic: {repository: ROOT/sub}", "restic: {repository: ROOT/sub, append-only: true}"
	serve := func(rest string) string { return "rclone serve restic --stdio " + rest }
	checkDenied(t, []deniedCase{
		// Other commands of rclone.
		{"no command", one, "rclone", "restic-command"},
		{"copy", one, "rclone copy /etc ROOT/sub", "restic-command"},
		{"cat", one, "rclone cat /etc/shadow", "restic-command"},
		{"purge", add, "rclone purge ROOT/sub", "restic-command"},
		{"mount", one, "rclone mount / /mnt", "restic-command"},
		{"config", one, "rclone config dump", "restic-command"},
		{"remote control", one, "rclone rcd --rc-no-auth --rc-addr :5572", "restic-option"},
		{"serve alone", one, "rclone serve", "restic-command"},
		{"serve sftp", one, "rclone serve sftp ROOT/sub", "restic-command"},
		{"serve http", one, "rclone serve http /", "restic-command"},
		{"serve webdav of all", one, "rclone serve webdav --addr :8080 /", "restic-option"},
		{"serve a port instead of the stream", one, "rclone serve restic ROOT/sub", "restic-command"},
		{"an address", one, serve("--addr :8080 ROOT/sub"), "restic-option"},
		{"an address attached", one, serve("--addr=:8080 ROOT/sub"), "restic-option"},
		{"the words in another order", one, "rclone restic serve --stdio ROOT/sub", "restic-command"},
		{"stdio as a path", one, "rclone serve restic -- --stdio", "restic-option"},
		{"restic itself", one, "restic -r ROOT/sub forget latest", "command-unknown"},
		{"rest-server", one, "rest-server --path ROOT", "command-unknown"},

		// Options of rclone, several of which run programs or name files.
		{"a configuration", one, serve("--config /tmp/x ROOT/sub"), "restic-option"},
		{"a configuration attached", one, serve("--config=/tmp/x"), "restic-option"},
		{"a password's command", one, serve("--password-command id x:"), "restic-option"},
		{"a password's command attached", one, serve("--password-command=id x:"), "restic-option"},
		{"ssh of the sftp backend", one, serve("--sftp-ssh=id :sftp:x"), "restic-option"},
		{"a program of metadata", one, serve("--metadata-mapper=id ROOT/sub"), "restic-option"},
		{"a log file", one, serve("--log-file=/tmp/x ROOT/sub"), "restic-option"},
		{"a cache folder", one, serve("--cache-dir=/etc ROOT/sub"), "restic-option"},
		{"a profile into a file", one, serve("--cpuprofile=/tmp/x ROOT/sub"), "restic-option"},
		{"remote control beside it", one, serve("--rc --rc-no-auth ROOT/sub"), "restic-option"},
		{"a certificate", one, serve("--cert=/etc/shadow ROOT/sub"), "restic-option"},
		{"users of a file", one, serve("--htpasswd /etc/shadow ROOT/sub"), "restic-option"},
		{"another base", one, serve("--baseurl=/x ROOT/sub"), "restic-option"},
		{"files of a list", one, serve("--files-from=/etc/shadow ROOT/sub"), "restic-option"},
		{"follow links", one, serve("--copy-links ROOT/sub"), "restic-option"},
		{"follow links, short", one, serve("-L ROOT/sub"), "restic-option"},
		{"links as files", one, serve("--links ROOT/sub"), "restic-option"},
		{"abbreviated", one, serve("--verb ROOT/sub"), "restic-option"},
		{"a value for stdio", one, "rclone serve restic --stdio=false ROOT/sub", "restic-option"},
		{"a dash alone", one, serve("-"), "restic-option"},
		{"the end of options", one, serve("-- ROOT/sub"), "restic-option"},
		{"not append-only", add, serve("--append-only=false ROOT/sub"), "restic-append-only"},
		{"append-only and not", add, serve("--append-only --append-only=false ROOT/sub"), "restic-append-only"},
		{"append-only by another word", add, serve("--append-only=0 ROOT/sub"), "restic-option"},
		{"no trash", one, serve("--drive-use-trash=true ROOT/sub"), "restic-option"},

		// Repositories.
		{"another repository", one, serve("ROOT/cur"), "restic-path"},
		{"a repository below", one, serve("ROOT/sub/deep"), "restic-path"},
		{"a repository above", one, serve("ROOT"), "restic-path"},
		{"above and back", one, serve("ROOT/sub/../sub"), "restic-path"},
		{"a name that begins alike", one, serve("ROOT/sub2"), "restic-path"},
		{"the root of all", one, serve("/"), "restic-path"},
		{"a relative path", one, serve("sub"), "restic-path"},
		{"a remote", one, serve("remote:x"), "restic-path"},
		{"a connection string", one, serve(":local:/etc"), "restic-path"},
		{"a connection string with a program", one, serve("':sftp,ssh=id:x'"), "restic-path"},
		{"two repositories", one, serve("ROOT/sub ROOT/cur"), "restic-path"},
		{"home", one, serve("~/x"), "restic-option"},
		{"a pattern", one, serve("ROOT/s*"), "restic-option"},

		// What is no rclone.
		{"another program of that name", one, "/tmp/rclone serve restic --stdio", "command-unknown"},
		{"a variable before it", one, "RCLONE_CONFIG=/tmp/x rclone serve restic --stdio", "command-unknown"},
		{"a pipe", one, serve("| sh"), "command-unknown"},
		{"a second command", one, serve("; id"), "command-unknown"},
	})
}

func TestResticAllows(t *testing.T) {
	const one, add = "restic: {repository: ROOT/sub}", "restic: {repository: ROOT/sub, append-only: true}"
	const served = "/usr/bin/rclone serve restic --stdio --config /dev/null --b2-hard-delete -- ROOT/sub"
	const added = "/usr/bin/rclone serve restic --stdio --config /dev/null --b2-hard-delete --append-only -- ROOT/sub"
	checkReal(t, []realCase{
		{"restic 0.9.6 and newer, rclone:", one, "rclone serve restic --stdio --b2-hard-delete ", served},
		{"restic 0.9.6 and newer, rclone:PATH", one, "rclone serve restic --stdio --b2-hard-delete ROOT/sub", served},
		{"restic 0.9.5 and older", one, "rclone serve restic --stdio --b2-hard-delete --drive-use-trash=false ROOT/sub/", served},
		{"append-only in rclone.args", one, "rclone serve restic --stdio --append-only ROOT/sub", added},
		{"append-only by the policy", add, "rclone serve restic --stdio --b2-hard-delete ROOT/sub", added},
		{"the present folder", add, "rclone serve restic --stdio .", added},
		{"verbose", add, "/usr/bin/rclone serve restic --stdio -vv ROOT/sub", added},
	})
}
