package sshrestrict

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// rsyncTree makes a root with what tests need in it, a folder whose name begins like the root's, and a folder outside.
func rsyncTree(t testing.TB) (root string) {
	t.Helper()
	base, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	root = base + "/data"
	for _, dir := range []string{"data/sub/deep", "data/cur", "data/prev", "database", "outside"} {
		if err := os.MkdirAll(base+"/"+dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{
		"data/pub.txt", "data/with space.txt", "data/sub/x", "data/sub/deep/y", "data/-dash", "data/.hidden", "data/list",
		"database/secret", "outside/secret",
	} {
		if err := os.WriteFile(base+"/"+name, []byte("content of "+name+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for name, to := range map[string]string{
		"link_in": "pub.txt", "link_out": "../outside/secret", "dir_out": "../outside", "dir_in": "sub/deep", "nowhere": "/nowhere/at/all",
	} {
		if err := os.Symlink(to, root+"/"+name); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

// rsyncPolicy parses a policy with one rule; ROOT in its fields stands for the root. Its program is one that does not
// know the options of rsync 3.5, so that what is rendered does not depend on the version that is installed.
func rsyncPolicy(t testing.TB, root, fields string) *Policy {
	t.Helper()
	if !strings.Contains(fields, "program:") {
		fields += ", program: /usr/bin/rrsync"
	}
	text := "allow:\n  - rsync: {root: ROOT, " + fields + "}\n"
	p, err := Parse("test", "test.yaml", []byte(strings.ReplaceAll(text, "ROOT", root)))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestRsyncAllows(t *testing.T) {
	root := rsyncTree(t)
	newer := t.TempDir() + "/rsync" // what tells a newer rsync from an older one
	if err := os.WriteFile(newer, []byte("\x7fELF\x00munge-links\x00confine-root\x00"), 0o755); err != nil {
		t.Fatal(err)
	}
	const read, write, all = "mode: read", "mode: write", "mode: read-write, delete: true"
	const rooted = "mode: read-write, delete: true, paths: rooted"
	for _, c := range []struct{ fields, command, want string }{
		// What clients of the versions 2.6.9 to 3.5 send for -a, -az, -r, -n.
		{read, "--server --sender -logDtpre.iLsfxCIvu . ROOT/", "--server --sender -logDtpre.iLsfxCIvu -- . ROOT/"},
		{read, "--server --sender -logDtpre.iLsfxC . ROOT", "--server --sender -logDtpre.iLsfxC -- . ROOT"},
		{read, "--server --sender -logDtpre.iLsf . ROOT", "--server --sender -logDtpre.iLsf -- . ROOT"},
		{read, "--server --sender -logDtpr . ROOT/sub", "--server --sender -logDtpr -- . ROOT/sub"},
		{read, "--server --sender -vvlogDtprze31.14iLsfxC . ROOT/sub", "--server --sender -vvlogDtprze31.14iLsfxC -- . ROOT/sub"},
		{read, "--server --sender -de.LsfxCIvu . ROOT/", "--server --sender -de.LsfxCIvu -- . ROOT/"},
		{read, "--server --sender -de.LsfxCIvu .", "--server --sender -de.LsfxCIvu -- ."},
		{read, "--server --sender -slogDtpre.iLsfxCIvu", "rsync-secluded"},
		{write, "--server -nlogDtpre.iLsfxCIvu --log-format=%i . ROOT/new", "--server -nlogDtpre.iLsfxCIvu --log-format=%i -- . ROOT/new"},
		// openrsync and gokr-rsync send each letter as a word of its own, or no list of abilities.
		{read, "--server --sender -g -l -o -p -D -r -t -v -v . ROOT/sub", "--server --sender -vvlogDtpr -- . ROOT/sub"},
		{read, "--server --sender -vlogDtpr . ROOT/sub ROOT/pub.txt", "--server --sender -vlogDtpr -- . ROOT/sub ROOT/pub.txt"},
		{all, "--server --delete-during -r -B700 --backup --link-dest=../prev . ROOT/cur", "--server -r --delete-during --block-size=700 --backup --link-dest=ROOT/prev -- . ROOT/cur"},
		// Quoting: backslashes since 3.2.4, none before.
		{read, `--server --sender -re.iLsfxC . ROOT/with\ space.txt`, "--server --sender -re.iLsfxC -- . 'ROOT/with space.txt'"},
		{read, "--server --sender -re.iLsfxC . ROOT/with sub/x", "--server --sender -re.iLsfxC -- . ROOT/with sub/x"},
		{read, `--server --sender -re.iLsfxC . ROOT/ümlaut\'\"\;\$x`, `--server --sender -re.iLsfxC -- . 'ROOT/ümlaut'\''";$x'`},
		// Paths.
		{read, "--server --sender -re. . sub/x", "--server --sender -re. -- . sub/x"},
		{read, "--server --sender -re. . .", "--server --sender -re. -- . ."},
		{read, "--server --sender -re. . ''", "--server --sender -re. -- . ."},
		{read, "--server --sender -re. . ./sub/", "--server --sender -re. -- . ./sub/"},
		{read, "--server --sender -re. . ./-dash", "--server --sender -re. -- . ./-dash"},
		{read, "--server --sender -re. . ROOT/sub//x", "--server --sender -re. -- . ROOT/sub/x"},
		{read, "--server --sender -re. . ROOT/sub/.", "--server --sender -re. -- . ROOT/sub/"},
		{read, "--server --sender -re. . ROOT/link_in", "--server --sender -re. -- . ROOT/link_in"},
		{read, "--server --sender -re. . ROOT/dir_in/y", "--server --sender -re. -- . ROOT/dir_in/y"},
		{read, "--server --sender -rRe. . ROOT/./sub/x", "--server --sender -rRe. -- . ROOT/./sub/x"},
		{read, "--server --sender -rRe. . ROOT/sub/./deep//y", "--server --sender -rRe. -- . ROOT/sub/./deep/y"},
		{read, "--server --sender -rRe. . ROOT/sub/./", "--server --sender -rRe. -- . ROOT/sub/./"},
		{rooted, "--server --sender -rRe. . /sub/x", "--server --sender -rRe. -- . sub/x"},
		{rooted, "--server --sender -rRe. . /sub/./deep/", "--server --sender -rRe. -- . sub/./deep/"},
		{rooted, "--server --sender -rRe. . /./sub", "--server --sender -rRe. -- . ././sub"},
		{rooted, "--server --sender -re. . /", "--server --sender -re. -- . ./"},
		{rooted, "--server --sender -re. . /-dash", "--server --sender -re. -- . ./-dash"},
		{rooted, "--server --sender -re. . /etc/passwd", "--server --sender -re. -- . etc/passwd"},
		{rooted, "--server -re. . /", "--server -re. -- . ./"},
		{rooted, "--server -re. --link-dest /prev . /cur", "--server -re. --link-dest=ROOT/prev -- . cur"},
		{"mode: read, paths: both", "--server --sender -re. . ROOT/sub /sub", "--server --sender -re. -- . ROOT/sub sub"},
		// Patterns.
		{read, "--server --sender -re. . ROOT/*.txt", "--server --sender -re. -- . ROOT/pub.txt 'ROOT/with space.txt'"},
		{read, "--server --sender -re. . *.txt", "--server --sender -re. -- . pub.txt 'with space.txt'"},
		{read, "--server --sender -re. . -*", "--server --sender -re. -- . ./-dash"},
		{read, "--server --sender -re. . ./-*", "--server --sender -re. -- . ./-dash"},
		{read, "--server --sender -re. . [!a-o]ub.txt", "--server --sender -re. -- . pub.txt"},
		{read, "--server --sender -re. . ROOT/s*/d*/y", "--server --sender -re. -- . ROOT/sub/deep/y"},
		{read, "--server --sender -re. . ROOT/*/secret", "--server --sender -re. -- . 'ROOT/*/secret'"},
		{read, "--server --sender -re. . ROOT/*_out", "--server --sender -re. -- . ROOT/dir_out ROOT/link_out"},
		{read, "--server --sender -re. . *_out", "--server --sender -re. -- . ./dir_out ./link_out"},
		{read, "--server --sender -re. . ROOT/none*", "--server --sender -re. -- . 'ROOT/none*'"},
		{read, "--server --sender -re. . ROOT/*_out/", "--server --sender -re. -- . 'ROOT/*_out/'"},
		{read, "--server --sender -re. . */*/*/*/", "--server --sender -re. -- . '*/*/*/*/'"},
		{write, "--server -re. . ROOT/[x]", "--server -re. -- . 'ROOT/[x]'"},
		{write, "--server -re. . ROOT/s*", "--server -re. -- . ROOT/sub"},
		{rooted, "--server --sender -re. . /*.txt", "--server --sender -re. -- . pub.txt 'with space.txt'"},
		// Options with values, in both forms.
		{all, "--server -logDtpre.iLsfxCIvu --link-dest ROOT/prev . ROOT/cur/", "--server -logDtpre.iLsfxCIvu --link-dest=ROOT/prev -- . ROOT/cur/"},
		{all, "--server -logDtpre.iLsfxCIvu --link-dest ../prev --link-dest ../prev/../sub . ROOT/cur/", "--server -logDtpre.iLsfxCIvu --link-dest=ROOT/prev --link-dest=ROOT/sub -- . ROOT/cur/"},
		{all, "--server -logDtpre.iLsfxCIvu --copy-dest old . ROOT/cur", "--server -logDtpre.iLsfxCIvu --copy-dest=old -- . ROOT/cur"},
		{all, "--server -logDtpre.iLsfxCIvu --compare-dest=./old . ROOT", "--server -logDtpre.iLsfxCIvu --compare-dest=old -- . ROOT/"},
		{all, "--server -blogDtpre.iLsfxCIvu --backup-dir ../trash --suffix=.old . ROOT/new", "--server -blogDtpre.iLsfxCIvu --backup-dir=ROOT/trash --suffix=.old -- . ROOT/new"},
		{all, "--server -blogDtpre.iLsfxCIvu --backup-dir .trash --suffix= . ROOT/", "--server -blogDtpre.iLsfxCIvu --backup-dir=.trash --suffix= -- . ROOT/"},
		{all, "--server -logDtpre.iLsfxCIvu --partial-dir .rsync-partial --delay-updates . ROOT/", "--server -logDtpre.iLsfxCIvu --partial-dir=.rsync-partial --delay-updates -- . ROOT/"},
		{all, "--server -logDtpre.iLsfxCIvu --temp-dir ROOT/sub . ROOT/cur", "--server -logDtpre.iLsfxCIvu --temp-dir=ROOT/sub -- . ROOT/cur"},
		{all, "--server -re. --delete --force --ignore-errors --max-delete=5 . ROOT/", "--server -re. --delete --force --ignore-errors --max-delete=5 -- . ROOT/"},
		{all, "--server --sender -re. --remove-source-files . ROOT/sub", "--server --sender -re. --remove-source-files -- . ROOT/sub"},
		{write, "--server -re. --remove-source-files . ROOT/", "--server -re. --remove-source-files -- . ROOT/"},
		{write, "--server -re. --append --append . ROOT/", "--server -re. --append --append -- . ROOT/"},
		{write, "--server -Se. --inplace --no-W --preallocate --fsync . ROOT/", "--server -Se. --inplace --no-W --preallocate --fsync -- . ROOT/"},
		{write, "--server -re. --max-size=1.5m --min-size 10kb-1 --bwlimit=100 --timeout=30 . ROOT/", "--server -re. --max-size=1.5m --min-size=10kb-1 --bwlimit=100 --timeout=30 -- . ROOT/"},
		{write, "--server -re. --max-alloc=4g --checksum-choice=xxh128,md5 --compress-level=-5 --checksum-seed=1 -@-1 . ROOT/", "--server -re. --max-alloc=4g --checksum-choice=xxh128,md5 --compress-level=-5 --checksum-seed=1 --modify-window=-1 -- . ROOT/"},
		{write, "--server -oge. --usermap=*:root --groupmap=0-99:nobody,@x:y . ROOT/", "--server -oge. '--usermap=*:root' --groupmap=0-99:nobody,@x:y -- . ROOT/"},
		{write, "--server -ne. --only-write-batch=X --info=BACKUP,COPY2 --stats --no-r --no-msgs2stderr . ROOT/", "--server -ne. --only-write-batch=X --info=BACKUP,COPY2 --stats --no-r --no-msgs2stderr -- . ROOT/"},
		{read, "--server --sender -re. --files-from=- --from0 --no-relative --no-implied-dirs . ROOT/", "--server --sender -re. --files-from=- --from0 --no-relative --no-implied-dirs -- . ROOT/"},
		{read, "--server --sender -re. --files-from ROOT/list --from0 . ROOT/", "--server --sender -re. --files-from=ROOT/list --from0 -- . ROOT/"},
		{read, "--server --sender -re. --files-from host:list . ROOT/", "--server --sender -re. --files-from=ROOT/host:list -- . ROOT/"},
		{read, "--server --sender -re. --skip-compress=gz/mp[34] --ignore-missing-args . ROOT/", "--server --sender -re. '--skip-compress=gz/mp[34]' --ignore-missing-args -- . ROOT/"},
		// A sender gets the folder of the client's own backups, and has no use for it.
		{read, "--server --sender -bre. --backup-dir /home/me/old --suffix=.x . ROOT/", "--server --sender -bre. -- . ROOT/"},
		// What the rule adds.
		{"mode: append", "--server -re. --ignore-existing . ROOT/", "--server -re. --ignore-existing -- . ROOT/"},
		{"mode: write, overwrite: false", "--server -re. . ROOT/", "--server -re. --ignore-existing -- . ROOT/"},
		{"mode: read, munge-links: true", "--server --sender -re. . ROOT/", "--server --sender -re. --munge-links -- . ROOT/"},
		{"mode: write, munge-links: true", "--server -re. . ROOT/", "--server -re. --munge-links -- . ROOT/"},
		{read + ", program: NEWER", "--server --sender -re. . ROOT/", "--server --sender -re. --confine-root=ROOT -- . ROOT/"},
		{write + ", program: NEWER", "--server -re. . ROOT/", "--server -re. --confine-root=ROOT --drop-D -- . ROOT/"},
		{write + ", program: NEWER", "--server -re. --fake-super . ROOT/", "--server -re. --fake-super --confine-root=ROOT -- . ROOT/"},
	} {
		p := rsyncPolicy(t, root, strings.ReplaceAll(c.fields, "NEWER", newer))
		d := p.Decide(NewRequest(KindCommand, "rsync "+strings.ReplaceAll(c.command, "ROOT", root), MaxCommand))
		got := d.Code
		if d.Verdict == Allow {
			got = strings.ReplaceAll(d.Start.String(), root, "ROOT")
			_, got, _ = strings.Cut(got, " ")
			if err := checkRsync(root, d.Start, c.fields); err != nil {
				t.Errorf("%s: %q: %v", c.fields, c.command, err)
			}
		}
		if got != c.want {
			t.Errorf("%s: %q:\n got %s (%s)\nwant %s", c.fields, c.command, got, d.Reason, c.want)
		}
	}
}

func TestRsyncSandbox(t *testing.T) {
	root := rsyncTree(t)
	names := []string{"/etc/passwd", "/etc/group", "/etc/nsswitch.conf"}
	for _, c := range []struct {
		fields, command string
		read, write     []string
	}{
		{"mode: read", "--server --sender -logre. . .", []string{root}, nil},
		{"mode: read-write", "--server --sender -logre. . .", []string{root}, nil},
		{"mode: read-write, delete: true", "--server --sender -re. --remove-source-files . .", nil, []string{root}},
		{"mode: write", "--server -re. . .", nil, []string{root}},
		{"mode: write", "--server -ore. . .", names, []string{root}},
		{"mode: write", "--server -ogre. --numeric-ids . .", nil, []string{root}},
		{"mode: write", "--server -re. --chown=a:b . .", names, []string{root}},
	} {
		d := rsyncPolicy(t, root, c.fields).Decide(NewRequest(KindCommand, "rsync "+c.command, MaxCommand))
		if d.Verdict != Allow {
			t.Fatalf("%q: %s", c.command, d.Reason)
		}
		if s := d.Start; !slices.Equal(s.Read, c.read) || !slices.Equal(s.Write, c.write) || len(s.Execute) > 0 || s.Network || s.Dir != root {
			t.Errorf("%q: read %q, write %q, execute %q, network %v, in %s", c.command, s.Read, s.Write, s.Execute, s.Network, s.Dir)
		}
	}
}

func TestRsyncPolicyMistakes(t *testing.T) {
	for _, c := range []struct{ fields, want string }{
		{"mode: read, delete: true", "needs a mode that writes"},
		{"mode: append, delete: true", "append deletes nothing"},
		{"mode: append, overwrite: true", "append overwrites nothing"},
		{"overwrite: false", "no meaning with mode read"},
		{"mode: write, delete: true, overwrite: false", "choose one"},
		{"mode: both", "expected read, append, write, read-write"},
		{"secluded: allow", "expected refuse, proxy"},
		{"program: rsync", "absolute path"},
		{"roots: /x", "unknown key"},
	} {
		_, err := Parse("x", "x.yaml", []byte("allow:\n  - rsync: {root: /srv, "+c.fields+"}\n"))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q: %v, want %q", c.fields, err, c.want)
		}
	}
	if _, err := Parse("x", "x.yaml", []byte("allow:\n  - rsync: {root: /}\n")); err == nil {
		t.Error("the root / is accepted")
	}
}

func TestRsyncStream(t *testing.T) {
	root := rsyncTree(t)
	const behind = "\x1f\x00\x00\x00protocol"
	words := func(words ...string) string { return strings.Join(words, "\x00") + "\x00\x00" }
	for _, c := range []struct{ name, fields, command, stream, want string }{
		{"pull", "mode: read", "--sender -slogDtpre.iLsfxCIvu", words("rsync", ".", "ROOT/with space.txt"), "--server --sender -logDtpre.iLsfxCIvu -- . 'ROOT/with space.txt'"},
		{"pull of the root", "mode: read", "--sender -sre.", words("rsync", ".", "."), "--server --sender -re. -- . ."},
		{"wildcards find names with a dot too", "mode: read", "--sender -sre.", words("rsync", ".", "*h*"), "--server --sender -re. -- . ./-dash .hidden ./nowhere 'with space.txt'"},
		{"quoted wildcard", "mode: read", "--sender -sre.", words("rsync", ".", `ROOT/\*`), `--server --sender -re. -- . 'ROOT/\*'`},
		{"push", "mode: write", "-slogDtpre.iLsfxCIvu", words("rsync", "--log-format=X", "--partial", ".", "ROOT/a;b $(id)"), "--server -logDtpre.iLsfxCIvu --log-format=X --partial -- . 'ROOT/a;b $(id)'"},
		{"push to a name with wildcards", "mode: write", "-sre.", words("rsync", ".", "ROOT/[x]*"), "--server -re. -- . 'ROOT/[x]*'"},
		{"value of its own", "mode: write", "-sre.", words("rsync", "--link-dest", "ROOT/prev", ".", "ROOT/cur"), "--server -re. --link-dest=ROOT/prev -- . ROOT/cur"},
		{"outside", "mode: read", "--sender -sre.", words("rsync", ".", "/etc/shadow"), "path-outside"},
		{"parent", "mode: read", "--sender -sre.", words("rsync", ".", "ROOT/sub/../../outside"), "path-parent"},
		{"pattern outside", "mode: read", "--sender -sre.", words("rsync", ".", "/etc/pass*"), "path-outside"},
		{"pattern through a link", "mode: read", "--sender -sre.", words("rsync", ".", "dir_out/*"), "path-link"},
		{"option", "mode: read", "--sender -sre.", words("rsync", "--remove-source-files", ".", "."), "rsync-delete"},
		{"log file", "mode: write", "-sre.", words("rsync", "--log-file=/root/x", ".", "."), "rsync-option"},
		{"links", "mode: read", "--sender -sre.", words("rsync", "-L", ".", "."), "rsync-links"},
		{"remote shell", "mode: read", "--sender -sre.", words("rsync", "-e", "sh", ".", "."), "rsync-option"},
		{"another program", "mode: read", "--sender -sre.", words("sh", "-c", "id"), "rsync-secluded"},
		{"nothing", "mode: read", "--sender -sre.", "\x00", "rsync-secluded"},
		{"no dot", "mode: read", "--sender -sre.", words("rsync", "-r"), "rsync-dot"},
		{"a second --sender", "mode: write", "-sre.", words("rsync", "--sender", ".", "."), "rsync-option"},
		{"paths in both", "mode: read", "--sender -sre. . ROOT", words("rsync", ".", "."), "rsync-secluded"},
		{"newline", "mode: read", "--sender -sre.", words("rsync", ".", "a\nb"), "command-control"},
		{"no UTF-8", "mode: read", "--sender -sre.", words("rsync", ".", "a\xff"), "command-encoding"},
		{"right to left", "mode: read", "--sender -sre.", words("rsync", ".", "a\u202eb"), "command-character"},
		{"too long a word", "mode: read", "--sender -sre.", words("rsync", ".", strings.Repeat("a", MaxCommand+1)), "command-long"},
		{"too many words", "mode: read", "--sender -sre.", words(slices.Repeat([]string{"rsync"}, maxStreamWords+1)...), "rsync-secluded"},
		{"too many bytes", "mode: read", "--sender -sre.", words("rsync", ".", strings.Repeat("abc\x00", maxStreamBytes/4)), "rsync-secluded"},
		{"cut short", "mode: read", "--sender -sre.", "rsync\x00.\x00RO", "rsync-secluded"},
		{"refused before it is read", "mode: write", "--sender -sre.", "unread", "rsync-read"},
		{"refused by the rule", "mode: read, secluded: refuse", "--sender -sre.", "unread", "rsync-secluded"},
	} {
		if !strings.Contains(c.fields, "secluded") {
			c.fields += ", secluded: proxy"
		}
		p := rsyncPolicy(t, root, c.fields)
		q := NewRequest(KindCommand, "rsync --server "+strings.ReplaceAll(c.command, "ROOT", root), MaxCommand)
		in := bytes.NewReader([]byte(strings.ReplaceAll(c.stream, "ROOT", root) + behind))
		q.Input = in
		if c.name == "cut short" {
			q.Input = strings.NewReader(c.stream)
		}
		d := p.Decide(q)
		got := d.Code
		if d.Verdict == Allow {
			_, got, _ = strings.Cut(strings.ReplaceAll(d.Start.String(), root, "ROOT"), " ")
			if rest, _ := io.ReadAll(in); string(rest) != behind {
				t.Errorf("%s: %q is left for the program, want %q", c.name, rest, behind)
			}
			if d.Start.Pending != "" {
				t.Errorf("%s: still to be checked: %s", c.name, d.Start.Pending)
			}
		}
		if got != c.want {
			t.Errorf("%s: %s (%s), want %s", c.name, got, d.Reason, c.want)
		}
		if c.stream == "unread" && in.Len() != len(c.stream)+len(behind) {
			t.Errorf("%s: read of the stream although refused", c.name)
		}
	}
}

// TestRsyncStreamRules lets two rules look at the same arguments of one stream.
func TestRsyncStreamRules(t *testing.T) {
	root := rsyncTree(t)
	p := mustParse(t, fmt.Sprintf(`
allow:
  - rsync: {root: %[1]s/cur, secluded: proxy}
  - rsync: {root: %[1]s/sub, secluded: proxy, program: /usr/bin/rrsync}
`, root))
	q := NewRequest(KindCommand, "rsync --server --sender -sre.", MaxCommand)
	if d := p.Decide(q); d.Verdict != Allow || d.Start.Pending == "" {
		t.Errorf("explained: %v, %q", d.Verdict, d.Reason)
	}
	q = NewRequest(KindCommand, "rsync --server --sender -sre.", MaxCommand)
	q.Input = strings.NewReader("rsync\x00.\x00" + root + "/sub/x\x00\x00")
	if d := p.Decide(q); d.Verdict != Allow || d.Rule != "allow[1] rsync" {
		t.Errorf("%v by %q: %s", d.Verdict, d.Rule, d.Reason)
	}
}
