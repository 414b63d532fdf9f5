package sshrestrict

import (
	"strings"
	"testing"
)

// TestRsyncDenies holds one cause of refusal in each line.
func TestRsyncDenies(t *testing.T) {
	root := rsyncTree(t)
	const read, write, wipe, add, rooted = "mode: read", "mode: write", "mode: read-write, delete: true", "mode: append", "mode: read, paths: rooted"
	pull := func(rest string) string { return "rsync --server --sender -logDtpre.iLsfxCIvu " + rest }
	push := func(rest string) string { return "rsync --server -logDtpre.iLsfxCIvu " + rest }
	for _, c := range []struct{ name, fields, command, code string }{
		// What is no server's side of rsync.
		{"client", read, "rsync -a ROOT/ /tmp", "rsync-server"},
		{"nothing", read, "rsync", "rsync-server"},
		{"remote shell before --server", read, "rsync -e 'sh -c id' --server --sender -r . ROOT", "rsync-server"},
		{"quoted differently", read, `rsync "--server"' ' --sender -r . ROOT`, "rsync-server"},
		{"--server as a pattern", read, "rsync --serve[r] --sender -re. . ROOT", "rsync-server"},
		{"daemon", read, "rsync --daemon", "rsync-server"},
		{"daemon behind --server", read, "rsync --server --daemon .", "rsync-option"},
		{"daemon with a configuration", wipe, "rsync --server --daemon --config=ROOT/rsyncd.conf .", "rsync-option"},
		{"--sender later", read, "rsync --server -re. --sender . ROOT", "rsync-option"},
		{"--sender twice", read, "rsync --server --sender --sender -re. . ROOT", "rsync-option"},
		{"--server twice", read, "rsync --server --sender --server -re. . ROOT", "rsync-option"},
		{"another program of that name", read, "/tmp/rsync --server --sender -re. . ROOT", "command-unknown"},
		{"sudo", read, "sudo rsync --server --sender -re. . ROOT", "command-unknown"},
		{"variable before it", read, "RSYNC_RSH=x rsync --server --sender -re. . ROOT", "command-unknown"},
		{"second command", read, pull(". ROOT") + "; id", "rsync-syntax"},
		{"pipe", read, pull(". ROOT") + " | sh", "rsync-syntax"},
		{"redirection", read, pull(". ROOT") + " > /tmp/x", "rsync-syntax"},
		{"substitution", read, pull(". $(id)"), "command-syntax"},
		{"newline", read, pull(". ROOT\nid"), "command-control"},

		// Direction and mode.
		{"push to a reader", read, push(". ROOT"), "rsync-write"},
		{"pull from a writer", write, pull(". ROOT"), "rsync-read"},
		{"pull from an adder", add, pull(". ROOT"), "rsync-read"},
		{"secluded", read, "rsync --server --sender -slogDtpre.iLsfxCIvu", "rsync-secluded"},
		{"secluded by its long name", read, pull("--protect-args . ROOT"), "rsync-option"},

		// Letters.
		{"follow links", read, "rsync --server --sender -Lre. . ROOT", "rsync-links"},
		{"follow links to folders", read, "rsync --server --sender -kre. . ROOT", "rsync-links"},
		{"keep links to folders", write, "rsync --server -Kre. . ROOT", "rsync-links"},
		{"archive", read, "rsync --server --sender -ae. . ROOT", "rsync-option"},
		{"remote shell in the cluster", read, "rsync --server --sender -resh . ROOT", "rsync-option"},
		{"remote shell with a path", read, "rsync --server --sender -re./x . ROOT", "rsync-option"},
		{"remote shell as the next word", read, "rsync --server --sender -re ./x . ROOT", "rsync-option"},
		{"abilities twice", read, "rsync --server --sender -re.iL -e.iL . ROOT", "rsync-option"},
		{"temporary folder as a letter", write, "rsync --server -re. -T/etc . ROOT", "rsync-option"},
		{"option for the other side", read, "rsync --server --sender -re. -M--daemon . ROOT", "rsync-option"},
		{"filter as a letter", read, "rsync --server --sender -re. -f:_/etc/shadow . ROOT", "rsync-option"},
		{"filter file of each folder", read, "rsync --server --sender -Fre. . ROOT", "rsync-option"},
		{"ten times verbose", read, "rsync --server --sender -vvvvvvvvvvre. . ROOT", "rsync-option"},
		{"a cluster that is a pattern", read, "rsync --server --sender -[a-z] . ROOT", "rsync-option"},

		// Options.
		{"abbreviated", wipe, push("--delet . ROOT"), "rsync-option"},
		{"upper case", wipe, push("--DELETE . ROOT"), "rsync-option"},
		{"unknown", read, pull("--x . ROOT"), "rsync-option"},
		{"no name", read, pull("--=x . ROOT"), "rsync-option"},
		{"value for a flag", write, push("--inplace=x . ROOT"), "rsync-option"},
		{"no value", write, "rsync --server -re. --link-dest", "rsync-option"},
		{"end of options by --", read, pull("-- . ROOT"), "rsync-option"},
		{"copy links", read, pull("--copy-links . ROOT"), "rsync-option"},
		{"copy unsafe links", read, pull("--copy-unsafe-links . ROOT"), "rsync-option"},
		{"insecure links", read, pull("--insecure-links . ROOT"), "rsync-option"},
		{"another root", read, pull("--confine-root=/ . ROOT"), "rsync-option"},
		{"devices after all", write, push("--no-drop-D . ROOT"), "rsync-option"},
		{"links not munged", write + ", munge-links: true", push("--no-munge-links . ROOT"), "rsync-option"},
		{"copy devices", read, pull("--copy-devices . ROOT"), "rsync-option"},
		{"write devices", write, push("--write-devices . ROOT"), "rsync-option"},
		{"super-user", write, push("--super . ROOT"), "rsync-option"},
		{"another user", write, push("--copy-as=root . ROOT"), "rsync-option"},
		{"debug", read, pull("--debug=FILTER . ROOT"), "rsync-option"},
		{"iconv", read, pull("--iconv=utf-16 . ROOT"), "rsync-option"},
		{"remote shell", read, pull("--rsh=sh . ROOT"), "rsync-option"},
		{"remote program", read, pull("--rsync-path=x . ROOT"), "rsync-option"},
		{"log file", write, push("--log-file=ROOT/log . ROOT"), "rsync-option"},
		{"log file's format", write, push("--log-file-format=%f . ROOT"), "rsync-option"},
		{"filter", read, pull("--filter=merge_/etc/shadow . ROOT"), "rsync-option"},
		{"exclude-from", read, pull("--exclude-from /etc/shadow . ROOT"), "rsync-option"},
		{"include-from", read, pull("--include-from=/etc/shadow . ROOT"), "rsync-option"},
		{"password file", read, pull("--password-file=/etc/shadow . ROOT"), "rsync-option"},
		{"early input", read, pull("--early-input=/etc/shadow . ROOT"), "rsync-option"},
		{"write batch", write, push("--write-batch=ROOT/b . ROOT"), "rsync-option"},
		{"read batch", write, push("--read-batch=ROOT/b . ROOT"), "rsync-option"},
		{"batch with a name", write, push("--only-write-batch=b . ROOT"), "rsync-value"},
		{"address", read, pull("--address=0.0.0.0 . ROOT"), "rsync-option"},
		{"socket options", read, pull("--sockopts=x . ROOT"), "rsync-option"},
		{"port", read, pull("--port=22 . ROOT"), "rsync-option"},
		{"protocol", read, pull("--protocol=20 . ROOT"), "rsync-option"},
		{"chmod", write, push("--chmod=u+s . ROOT"), "rsync-option"},
		{"format that reads", write, push("--log-format=%m . ROOT"), "rsync-value"},
		{"all memory", read, pull("--max-alloc=999P . ROOT"), "rsync-value"},
		{"no limit of memory", read, pull("--max-alloc=0 . ROOT"), "rsync-value"},
		{"size that overflows", write, push("--max-size=99999999999999999999p . ROOT"), "rsync-value"},
		{"size that is none", write, push("--min-size=1.2.3k . ROOT"), "rsync-value"},
		{"threads", read, pull("--compress-threads=256 . ROOT"), "rsync-value"},
		{"number that is none", write, push("--timeout=1e9 . ROOT"), "rsync-value"},
		{"block of no size", write, push("-B0 . ROOT"), "rsync-value"},
		{"block that is a word", write, push("-Bx . ROOT"), "rsync-value"},
		{"suffix with a folder", write, "rsync --server -bre. --suffix=/../x . ROOT", "rsync-value"},
		{"owner with a slash", write, push("--chown=a/b . ROOT"), "rsync-value"},
		{"help", read, pull("--info=help . ROOT"), "rsync-value"},
		{"home in a value", write, push("--backup-dir ~/x . ROOT"), "rsync-value"},
		{"pattern in a value", write, push("--backup-dir ROOT/* . ROOT"), "rsync-value"},

		// Deletion.
		{"delete", write, push("--delete . ROOT"), "rsync-delete"},
		{"delete before", write, push("--delete-before . ROOT"), "rsync-delete"},
		{"delete excluded", "mode: read-write", push("--delete-excluded . ROOT"), "rsync-delete"},
		{"delete missing arguments", write, push("--delete-missing-args . ROOT"), "rsync-delete"},
		{"delete as a sender", read, pull("--delete-during . ROOT"), "rsync-delete"},
		{"force", write, push("--force . ROOT"), "rsync-delete"},
		{"del", write, push("--del . ROOT"), "rsync-delete"},
		{"remove what was sent", read, pull("--remove-source-files . ROOT"), "rsync-delete"},
		{"remove what was sent, the old way", "mode: read-write", pull("--remove-sent-files . ROOT"), "rsync-delete"},
		{"delete as an adder", add, push("--delete . ROOT"), "rsync-delete"},

		// Overwriting.
		{"backup as an adder", add, "rsync --server -bre. . ROOT", "rsync-overwrite"},
		{"backup by its long name", add, push("--backup . ROOT"), "rsync-overwrite"},
		{"backup's folder", add, push("--backup-dir=ROOT/x . ROOT"), "rsync-overwrite"},
		{"partial folder", add, push("--partial-dir=.p . ROOT"), "rsync-overwrite"},
		{"delayed", write + ", overwrite: false", push("--delay-updates . ROOT"), "rsync-overwrite"},

		// Paths.
		{"outside", read, pull(". /etc/passwd"), "path-outside"},
		{"the second one outside", read, pull(". ROOT/sub /etc/passwd"), "path-outside"},
		{"begins like the root", read, pull(". ROOTbase/secret"), "path-outside"},
		{"above", read, pull(". ROOT/.."), "path-parent"},
		{"above and back", read, pull(". ROOT/../data/sub"), "path-parent"},
		{"relative and above", read, pull(". ../outside"), "path-parent"},
		{"above behind a marker", read, pull(". ROOT/./../outside"), "path-parent"},
		{"rooted and above", rooted, pull(". /../outside"), "path-parent"},
		{"through a link", read, pull(". ROOT/dir_out/secret"), "path-link"},
		{"link with a slash", read, pull(". ROOT/dir_out/"), "path-link"},
		{"link that leads out", read, pull(". ROOT/link_out"), "path-link"},
		{"rooted through a link", rooted, pull(". /dir_out/secret"), "path-link"},
		{"dash", read, pull(". --log-file=x"), "path-dash"},
		{"option behind the paths", write, push(". ROOT --delete"), "path-dash"},
		{"home", read, pull(". ~/x"), "path-tilde"},
		{"home of another", read, pull(". ~root/.ssh"), "path-tilde"},
		{"no dot", read, pull("ROOT"), "rsync-dot"},
		{"neither dot nor path", read, pull(""), "rsync-dot"},
		{"dash alone", read, pull("- . ROOT"), "rsync-dot"},
		{"two targets", write, push(". ROOT/a ROOT/b"), "rsync-target"},
		{"target that is a pattern of many", write, push(". ROOT/*"), "path-link"},
		{"target that is a pattern of two", write, push(". ROOT/*.txt"), "rsync-target"},
		{"target that is a pattern of a link", write, push(". ROOT/*r_out"), "path-link"},
		{"target through a link", write, push(". ROOT/dir_out/x"), "path-link"},
		{"target that is a link to nothing", write, push(". ROOT/nowhere"), "path-link"},
		{"pattern outside", read, pull(". /etc/*"), "path-outside"},
		{"pattern through a link", read, pull(". ROOT/dir_out/*"), "path-link"},
		{"pattern and above", read, pull(". ROOT/*/../../outside"), "path-parent"},
		{"malformed pattern", read, pull(". ROOT/[a"), "path-pattern"},
		{"many patterns", read, pull("." + strings.Repeat(" *", 65)), "path-pattern"},

		// Folders of options.
		{"backup outside", write, push("--backup-dir=/root/.ssh . ROOT"), "path-outside"},
		{"backup above", write, push("--backup-dir ../outside . ROOT"), "path-outside"},
		{"backup through a link", write, push("--backup-dir dir_out . ROOT"), "path-link"},
		{"temporary folder outside", write, push("--temp-dir=/etc/cron.d . ROOT"), "path-outside"},
		{"partial folder outside", write, push("--partial-dir /etc/cron.d . ROOT"), "path-outside"},
		{"partial folder above", write, push("--partial-dir=../x . ROOT/sub/deep"), "path-parent"},
		{"links to files outside", wipe, push("--link-dest=/etc . ROOT"), "path-outside"},
		{"links to files above", wipe, push("--link-dest ../../outside . ROOT/cur"), "path-outside"},
		{"copies of files above", wipe, push("--copy-dest=../outside . ROOT"), "path-outside"},
		{"above from behind a link", wipe, push("--link-dest=../prev . ROOT/dir_in"), "path-link"},
		{"folder of no name", write, push("--temp-dir= . ROOT"), "rsync-value"},
		{"folder that is an option", write, push("--temp-dir --delete . ROOT"), "path-dash"},
		{"receiver's folder for a sender", read, pull("--link-dest=ROOT/prev . ROOT"), "rsync-option"},
		{"files from outside", read, pull("--files-from=/etc/passwd . ROOT"), "path-outside"},
		{"files from a writer", write, push("--files-from=ROOT/list . ROOT"), "rsync-read"},
		{"files from the stream to a receiver", wipe, push("--files-from=- . ROOT"), "rsync-option"},
	} {
		d := rsyncPolicy(t, root, c.fields).Decide(NewRequest(KindCommand, strings.ReplaceAll(c.command, "ROOT", root), MaxCommand))
		if d.Verdict != Deny || d.Code != c.code {
			started := ""
			if d.Start != nil {
				started = d.Start.String()
			}
			t.Errorf("%s: %q: %v %s (%s) %s, want %s", c.name, c.command, d.Verdict, d.Code, d.Reason, started, c.code)
		}
	}
}
