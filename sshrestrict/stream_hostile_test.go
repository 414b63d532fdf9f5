package sshrestrict

import (
	"slices"
	"strings"
	"testing"
)

func TestStreamDenies(t *testing.T) {
	const write, add, read, both = "stream: {write: ROOT/cur}", "stream: {write: ROOT/cur, mode: append}", "stream: {read: ROOT/sub}",
		"stream: {write: ROOT/cur, read: ROOT/sub}"
	checkDenied(t, []deniedCase{
		// cat, the redirection of which is ours.
		{"appended", write, "cat >> ROOT/cur/x", "stream-redirect"},
		{"appended to what a shell reads", write, "cat >> /root/.bashrc", "stream-redirect"},
		{"over a file that must stay", write, "cat >| ROOT/cur/x", "stream-redirect"},
		{"errors into a file", write, "cat 2> ROOT/cur/x", "stream-redirect"},
		{"both streams into a file", write, "cat &> ROOT/cur/x", "stream-redirect"},
		{"from a file", write, "cat < /etc/shadow", "stream-redirect"},
		{"from a file into a file", write, "cat < /etc/shadow > ROOT/cur/x", "stream-redirect"},
		{"a word behind the file", write, "cat > ROOT/cur/x /etc/shadow", "stream-redirect"},
		{"two files", write, "cat > ROOT/cur/x > /root/x", "stream-redirect"},
		{"no file", write, "cat >", "stream-redirect"},
		{"a pipe behind it", write, "cat > ROOT/cur/x | sh", "stream-redirect"},
		{"a second command", write, "cat > ROOT/cur/x; id", "stream-redirect"},
		{"in the background", write, "cat > ROOT/cur/x & id", "stream-redirect"},
		{"to a descriptor", write, "cat >& 3", "stream-redirect"},
		{"a pipe in front of another program", write, "cat | sh", "stream-redirect"},
		{"a file is read", both, "cat ROOT/sub/x", "command-unknown"},
		{"a file is read into a file", write, "cat /etc/shadow > ROOT/cur/x", "command-unknown"},
		{"from the stream by a dash", write, "cat - > ROOT/cur/x", "command-unknown"},
		{"outside", write, "cat > /root/.ssh/authorized_keys", "path-outside"},
		{"beside", write, "cat > ROOT/prev/x", "path-outside"},
		{"above", write, "cat > ROOT/cur/../x", "path-parent"},
		{"above and back", write, "cat > ROOT/cur/../cur/x", "path-parent"},
		{"a name that begins alike", write, "cat > ROOT/cur2", "path-outside"},
		{"through a link", "stream: {write: ROOT}", "cat > ROOT/dir_out/x", "path-link"},
		{"over a link that leads out", "stream: {write: ROOT}", "cat > ROOT/link_out", "path-link"},
		{"over a link to nothing", "stream: {write: ROOT}", "cat > ROOT/nowhere", "path-link"},
		{"a folder", write, "cat > ROOT/cur/x/", "stream-path"},
		{"a folder by its dot", write, "cat > ROOT/cur/.", "stream-path"},
		{"a file that starts with a dash", write, "cat > -x", "path-dash"},
		{"home", write, "cat > ~/x", "stream-path"},
		{"a pattern", write, "cat > ROOT/cur/*", "stream-path"},
		{"a device", write, "cat > /dev/sda", "path-outside"},
		{"a connection", write, "cat > /dev/tcp/h/9", "path-outside"},
		{"writing without a grant", read, "cat > ROOT/sub/x", "stream-write"},

		// dd.
		{"dd reads a file", write, "dd if=/etc/shadow of=ROOT/cur/x", "stream-option"},
		{"dd reads a device", write, "dd if=/dev/sda", "stream-option"},
		{"dd writes twice", write, "dd of=ROOT/cur/x of=/dev/sda", "stream-option"},
		{"dd writes to a device", write, "dd of=/dev/sda", "path-outside"},
		{"dd writes in the middle", write, "dd of=ROOT/cur/x seek=5", "stream-option"},
		{"dd keeps what is behind", write, "dd of=ROOT/cur/x conv=notrunc", "stream-option"},
		{"dd appends", write, "dd of=ROOT/cur/x oflag=append", "stream-option"},
		{"dd stops early", write, "dd of=ROOT/cur/x count=1", "stream-option"},
		{"dd converts", write, "dd of=ROOT/cur/x conv=ucase", "stream-option"},
		{"dd of no file", write, "dd bs=1M", "stream-path"},
		{"dd of an empty name", write, "dd of=", "stream-path"},
		{"dd with a size that is none", write, "dd of=ROOT/cur/x bs=/x", "stream-option"},
		{"dd with an option", write, "dd --help", "stream-option"},
		{"dd of home", write, "dd of=~/x", "stream-option"},
		{"dd of a pattern", write, "dd of=ROOT/cur/*", "stream-option"},
		{"dd without a grant", read, "dd of=ROOT/sub/x", "stream-write"},

		// tar.
		{"tar without a direction", both, "tar -f -", "stream-option"},
		{"tar of nothing", both, "tar", "stream-option"},
		{"tar unpacks and packs", both, "tar -xc", "stream-option"},
		{"tar lists", both, "tar -tf -", "stream-option"},
		{"tar appends", both, "tar -rf -", "stream-option"},
		{"tar updates", both, "tar -uf -", "stream-option"},
		{"tar deletes", both, "tar --delete -f - x", "stream-option"},
		{"tar compares", both, "tar -df -", "stream-option"},
		{"tar unpacks a file", both, "tar -xf /etc/x.tar", "stream-path"},
		{"tar unpacks a file, attached", both, "tar -xf/etc/x.tar", "stream-option"},
		{"tar packs into a file", both, "tar -cf /root/x -C ROOT/sub .", "stream-path"},
		{"tar unpacks from another host", both, "tar -xf h:x", "stream-path"},
		{"tar with no archive's name", both, "tar -xf", "stream-path"},
		{"tar names the archive in full", both, "tar -x --file=/etc/x.tar", "stream-path"},
		{"tar outside", both, "tar -xf - -C /", "path-outside"},
		{"tar outside, in full", both, "tar -xf - --directory=/", "path-outside"},
		{"tar above", both, "tar -xf - -C ROOT/cur/..", "path-parent"},
		{"tar through a link", "stream: {write: ROOT}", "tar -xf - -C ROOT/dir_out", "path-link"},
		{"tar in two folders", both, "tar -xf - -C ROOT/cur -C /etc", "stream-option"},
		{"tar in no folder", both, "tar -xf - -C", "stream-option"},
		{"tar of a folder that is an option", both, "tar -xf - -C --x", "path-dash"},
		{"tar packs what is written to", both, "tar -cf - -C ROOT/cur .", "path-outside"},
		{"tar packs without a grant", write, "tar -cf - -C ROOT/cur .", "stream-direction"},
		{"tar unpacks without a grant", read, "tar -xf - -C ROOT/sub", "stream-direction"},
		{"tar packs a path outside", both, "tar -cf - -C ROOT/sub /etc/shadow", "stream-path"},
		{"tar packs above", both, "tar -cf - -C ROOT/sub ../../outside", "stream-path"},
		{"tar packs through a link", "stream: {read: ROOT}", "tar -cf - -C ROOT dir_out/secret", "stream-path"},
		{"tar packs nothing", both, "tar -cf - -C ROOT/sub", "stream-path"},
		{"tar packs an option behind --", both, "tar -cf - -C ROOT/sub -- --to-command=id", "stream-path"},
		{"tar runs a compressor", both, "tar -xf - -I id", "stream-option"},
		{"tar runs a compressor, in full", both, "tar -x --use-compress-program=id", "stream-option"},
		{"tar runs a command for each file", both, "tar -xf - --to-command=id", "stream-option"},
		{"tar runs a command at checkpoints", both, "tar -xf - --checkpoint=1 --checkpoint-action=exec=id", "stream-option"},
		{"tar runs a command for the next volume", both, "tar -xMf - -F id", "stream-option"},
		{"tar runs another rmt", both, "tar -xf - --rmt-command=id", "stream-option"},
		{"tar runs another rsh", both, "tar -xf - --rsh-command=id", "stream-option"},
		{"tar keeps names absolute", both, "tar -xPf -", "stream-option"},
		{"tar keeps names absolute, in full", both, "tar -xf - --absolute-names", "stream-option"},
		{"tar changes names", both, "tar -xf - --transform=s,x,/etc/x,", "stream-option"},
		{"tar takes names from a file", both, "tar -cf - -T /etc/shadow", "stream-option"},
		{"tar leaves out names from a file", both, "tar -cf - -X /etc/shadow .", "stream-option"},
		{"tar follows links", both, "tar -chf - -C ROOT/sub .", "stream-option"},
		{"tar keeps a snapshot file", both, "tar -cf - -g /root/x .", "stream-option"},
		{"tar writes its list to a file", both, "tar -xvf - --index-file=/root/x", "stream-option"},
		{"tar removes what it packed", both, "tar -cf - --remove-files -C ROOT/sub .", "stream-option"},
		{"tar removes before unpacking", both, "tar -xf - --recursive-unlink", "stream-option"},
		{"tar overwrites links", both, "tar -xf - --keep-directory-symlink", "stream-option"},
		{"tar's option abbreviated", both, "tar --extr -f -", "stream-option"},
		{"tar's flag with a value", both, "tar --extract=x -f -", "stream-option"},
		{"tar replaces what must stay", add, "tar -xf - --overwrite", "stream-option"},
		{"tar of a pattern", both, "tar -cf - -C ROOT/sub *", "stream-option"},
		{"tar into a program", both, "tar -cf - -C ROOT/sub . | sh", "command-unknown"},
		{"tar with a variable", both, "TAR_OPTIONS=--to-command=id tar -xf -", "command-unknown"},

		// Others that store or fetch.
		{"cpio", both, "cpio -idmu --absolute-filenames", "command-unknown"},
		{"pax", both, "pax -r", "command-unknown"},
		{"dump", both, "dump -0f - /", "command-unknown"},
		{"restore", both, "restore -rf -", "command-unknown"},
		{"rmt opens any file", both, "/etc/rmt", "command-unknown"},
		{"tee", both, "tee ROOT/cur/x", "command-unknown"},
		{"gzip into a file", both, "gzip -dc > ROOT/cur/x", "command-unknown"},
		{"a redirection alone", both, "> ROOT/cur/x", "command-unknown"},
		{"split", both, "split -b 1M - ROOT/cur/x", "command-unknown"},
		{"another cat", both, "/tmp/cat > ROOT/cur/x", "command-unknown"},
		{"another tar", both, "/tmp/tar -xf -", "command-unknown"},
		{"a line behind", both, "cat > ROOT/cur/x\nid", "command-control"},
		{"a substitution", both, "cat > $(id)", "command-syntax"},
	})
}

func TestStreamAllows(t *testing.T) {
	const write, add, read, some = "stream: {write: ROOT/cur}", "stream: {write: ROOT/cur, mode: append}", "stream: {read: ROOT/sub}",
		"stream: {write: ROOT/cur, quota: 1M}"
	const store = "ops-tools session store --root ROOT/cur --mode write --paths absolute -- ROOT/cur/x"
	const unpack = "/usr/bin/tar -x -f - -C ROOT/cur --"
	checkReal(t, []realCase{
		{"stored", write, "cat > ROOT/cur/x", store},
		{"stored without a blank", write, "cat >ROOT/cur/x", store},
		{"stored with quotes", write, "cat > 'ROOT/cur/a b'", "ops-tools session store --root ROOT/cur --mode write --paths absolute -- 'ROOT/cur/a b'"},
		{"stored once", add, "cat > ROOT/cur/x", "ops-tools session store --root ROOT/cur --mode append --paths absolute -- ROOT/cur/x"},
		{"stored within a quota", some, "cat > ROOT/cur/x", "ops-tools session store --root ROOT/cur --mode write --paths absolute --quota 1048576 -- ROOT/cur/x"},
		{"dd", write, "dd of=ROOT/cur/x", store},
		{"dd of btrbk's raw targets", write, "dd status=none bs=128K of='ROOT/cur/x'", store},
		{"dd that syncs", write, "dd bs=1M of=ROOT/cur/x conv=fsync iflag=fullblock", store},
		{"unpacked", write, "tar -xf - -C ROOT/cur", unpack},
		{"unpacked in the old style", write, "tar xf - -C ROOT/cur", unpack},
		{"unpacked, the archive attached", write, "tar xf- -C ROOT/cur", unpack},
		{"unpacked, the folder first", write, "tar -C ROOT/cur -xf -", unpack},
		{"unpacked without a folder", write, "tar -x", unpack},
		{"unpacked, in full", write, "tar --extract --file=- --directory=ROOT/cur --gzip --numeric-owner", "/usr/bin/tar -x -z --numeric-owner -f - -C ROOT/cur --"},
		{"unpacked with permissions", write, "tar -xzpvf - -C ROOT/cur", "/usr/bin/tar -x -z -p -v -f - -C ROOT/cur --"},
		{"unpacked once", add, "tar -xf - -C ROOT/cur", "/usr/bin/tar -x -k -f - -C ROOT/cur --"},
		{"packed", read, "tar -czf - -C ROOT/sub .", "/usr/bin/tar -c -z -f - -C ROOT/sub -- ."},
		{"packed, one folder", read, "tar -cf - -C ROOT/sub --one-file-system deep", "/usr/bin/tar -c --one-file-system -f - -C ROOT/sub -- deep"},
		{"packed with zstd", read, "tar -c --zstd -C ROOT/sub -- deep x", "/usr/bin/tar -c --zstd -f - -C ROOT/sub -- deep x"},
	})
}

// Dumps of databases are plain commands, of which the policy names the words.
func TestDumpDenies(t *testing.T) {
	const pg = `{command: [pg_dump, db1], options: [{"-F --format": {one-of: [c, p, t]}}, -a, --no-owner], run: [/usr/bin/pg_dump, "{options}", --, db1]}`
	const my = `{command: [mysqldump, db1], options: [--single-transaction, --quick], run: [/usr/bin/mysqldump, --no-defaults, "{options}", db1]}`
	for name, rest := range map[string]string{
		"another database": "db2", "all databases": "--all-databases", "no database": "", "two databases": "db1 db2", "a connection string": "'host=evil dbname=db1'",
		"a URL": "postgres://evil/db1", "a file": "-f /root/x db1", "a file attached": "--file=/root/x db1", "another host": "-h evil db1",
		"another user": "-U postgres db1", "a port": "-p 9 db1", "a socket": "--socket=/tmp/x db1", "a configuration": "--defaults-file=/tmp/x db1",
		"a result's file": "-r /root/x db1", "a result's file in full": "--result-file=/root/x db1", "tables in files": "--tab=/root db1",
		"a plugin's folder": "--plugin-dir=/tmp db1", "another format": "-F d db1", "a folder's format": "-Fd db1", "a format that is an option": "-F --no-owner db1",
		"a value for a flag": "--quick=x db1", "abbreviated": "--no-own db1", "a cluster with an unknown letter": "-aZ db1", "version": "--version",
		"the database as a pattern": "db?", "the database in upper case": "DB1", "behind the end of options": "-- -f db1",
	} {
		for program, rule := range map[string]string{"pg_dump": pg, "mysqldump": my} {
			command := strings.TrimSpace(program + " " + rest)
			d := judgeVCS(rulePolicy(t, "/", rule), command)
			if !slices.Contains([]string{"command-option", "command-arguments", "value", "value-dash"}, d.Code) {
				t.Errorf("%s: %q: %s %s", name, command, d.Verdict, d.Code)
			}
		}
	}
	checkReal(t, []realCase{
		{"pg_dump", pg, "pg_dump -Fc db1", "/usr/bin/pg_dump -F c -- db1"},
		{"pg_dump in full", pg, "pg_dump --format=c --no-owner db1", "/usr/bin/pg_dump -F c --no-owner -- db1"},
		{"mysqldump", my, "mysqldump --single-transaction --quick db1", "/usr/bin/mysqldump --no-defaults --single-transaction --quick db1"},
	})
}
