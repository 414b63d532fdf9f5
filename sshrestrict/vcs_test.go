package sshrestrict

import (
	"strings"
	"testing"

	"ops/sshrestrict/internal/passwd"
)

// judgeVCS answers a command as the account of root.
func judgeVCS(p *Policy, command string) *Decision {
	q := NewRequest(KindCommand, command, MaxCommand)
	q.Account = passwd.Account{Name: "carol", Home: "/home/carol"}
	return p.Decide(q)
}

// outcome is the start as a shell would write it, or the denial's code.
func outcome(d *Decision) string {
	if d.Verdict == Allow {
		return d.Start.String()
	}
	return d.Code
}

type vcsCase struct{ name, command, want string }

// checkVCS compares outcomes. ROOT in commands and outcomes stands for root, which is empty where no rule has one.
func checkVCS(t *testing.T, p *Policy, root string, cases []vcsCase) {
	t.Helper()
	if root == "" {
		root = "ROOT"
	}
	for _, c := range cases {
		d := judgeVCS(p, strings.ReplaceAll(c.command, "ROOT", root))
		if got := strings.ReplaceAll(outcome(d), root, "ROOT"); got != c.want {
			t.Errorf("%s: %s: %s (%s), want %s", c.name, quote(c.command), got, d.Reason, c.want)
		}
	}
}

// disguises are the ways in which any allowed command is made to do more, each with the code of its denial.
func disguises(c string) []vcsCase {
	return []vcsCase{
		{"a second command", c + "; id", "command-unknown"},
		{"a second command without a blank", c + ";id", "command-unknown"},
		{"a command if it works", c + " && id", "command-unknown"},
		{"a command if it fails", c + " || id", "command-unknown"},
		{"a pipe", c + " | sh", "command-unknown"},
		{"in the background", c + " & id", "command-unknown"},
		{"into a file", c + " > /tmp/x", "command-unknown"},
		{"from a file", c + " < /etc/shadow", "command-unknown"},
		{"behind another", "id; " + c, "command-unknown"},
		{"a line behind", c + "\nid", "command-control"},
		{"a line feed at the end", c + "\n", "command-control"},
		{"a carriage return", c + "\rid", "command-control"},
		{"a zero byte", c + "\x00", "command-control"},
		{"an escape sequence", c + " \x1b[2J", "command-control"},
		{"a substitution", c + " $(id)", "command-syntax"},
		{"a substitution in quotes", c + ` "$(id)"`, "command-syntax"},
		{"an old substitution", c + " `id`", "command-syntax"},
		{"a variable", c + " $HOME", "command-syntax"},
		{"braces", c + " {a,b}", "command-syntax"},
		{"a subshell", "(" + c + ")", "command-syntax"},
		{"a function", "x() { " + c + "; }", "command-syntax"},
		{"a comment", c + " #x", "command-syntax"},
		{"an open quote", c + " '", "command-syntax"},
		{"a backslash at the end", c + ` \`, "command-syntax"},
		{"a variable before it", "LD_PRELOAD=/tmp/x.so " + c, "command-unknown"},
		{"env", "env " + c, "command-unknown"},
		{"nice", "nice " + c, "command-unknown"},
		{"sudo", "sudo " + c, "command-unknown"},
		{"exec", "exec " + c, "command-unknown"},
		{"a shell", "sh -c '" + strings.ReplaceAll(c, "'", `'\''`) + "'", "command-shell"},
		{"a program of the client", "/tmp/" + c, "command-unknown"},
		{"a program in the present folder", "./" + c, "command-unknown"},
		{"in upper case", strings.ToUpper(c), "command-unknown"},
		{"an invisible character", c + "\u200b", "command-character"},
		{"a space that is none", c + "\u00a0x", "command-character"},
		{"another direction of text", c + "\u202e", "command-character"},
		{"bytes that are no text", c + "\xff", "command-encoding"},
		{"too long", c + strings.Repeat(" ", MaxCommand), "command-long"},
	}
}

func TestDisguisedVersionControl(t *testing.T) {
	root := t.TempDir()
	p := vcsPolicy(t, root)
	for _, command := range []string{
		"git-upload-pack 'ROOT/proj.git'", "git receive-pack 'ROOT/proj.git'", "git-upload-archive 'ROOT/proj.git'",
		"git-lfs-authenticate ROOT/proj.git upload", "git-lfs-transfer ROOT/proj.git download",
		"git-annex-shell 'configlist' 'ROOT/proj.git'", "hg -R ROOT/proj.git serve --stdio", "hg init ROOT/proj.git",
		"svnserve -t", "cvs server", "bzr serve --inet --directory=/ --allow-writes",
		"darcs transfer-mode --repodir ROOT/proj.git/", "darcs apply --all  --repodir 'ROOT/proj.git'",
		"fossil test-http ROOT/proj.git",
	} {
		command = strings.ReplaceAll(command, "ROOT", root)
		if d := judgeVCS(p, command); d.Verdict != Allow {
			t.Fatalf("%q: %s: %s", command, d.Code, d.Reason)
		}
		checkVCS(t, p, root, disguises(command))
	}
}

// vcsPolicy has one rule of each kind for the same root.
func vcsPolicy(t testing.TB, root string) *Policy {
	t.Helper()
	text := strings.ReplaceAll(`
allow:
  - git: {root: ROOT, except: [secret*], mode: read-write, lfs: true, annex: true, archive: true}
  - hg: {root: ROOT, except: [secret*], mode: read-write, create: true}
  - svn: {root: ROOT, mode: read-write}
  - cvs: {repository: ROOT, mode: read-write}
  - bzr: {root: ROOT, mode: read-write}
  - darcs: {root: ROOT, except: [secret*], mode: read-write}
  - fossil: {root: ROOT, except: [secret*], user: carol}
`, "ROOT", root)
	p, err := Parse("vcs", "vcs.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestVersionControlMistakes(t *testing.T) {
	for _, c := range []struct{ name, rule, want string }{
		{"neither root nor repository", "git: {mode: read}", "give either repository or root"},
		{"both", "hg: {root: /srv, repository: /srv/x}", "give either repository or root"},
		{"choice among one", "hg: {repository: /srv/x, except: [y]}", "nothing to choose"},
		{"malformed pattern", `git: {root: /srv/git, repositories: ["[a"]}`, "malformed"},
		{"absolute pattern", "git: {root: /srv/git, repositories: [/srv/git/x]}", "malformed"},
		{"pattern that leads out", `git: {root: /srv/git, repositories: ["../*"]}`, "malformed"},
		{"empty pattern", `git: {root: /srv/git, except: [""]}`, "malformed"},
		{"everything", "git: {root: /}", "confines nothing"},
		{"append", "git: {root: /srv/git, mode: append}", "append cannot be promised"},
		{"append of svn", "svn: {root: /srv/svn, mode: append}", "append cannot be promised"},
		{"create and read", "hg: {root: /srv/hg, create: true}", "needs mode: read-write"},
		{"user that is an option", "svn: {root: /srv/svn, user: --root}", "no plain name"},
		{"user with a blank", "fossil: {root: /srv, user: a b}", "no plain name"},
		{"a user who is the administrator", "fossil: {root: /srv, user: a, administrator: true}", "either user or administrator"},
		{"program by name", "cvs: {repository: /srv/cvs, program: cvs}", "absolute path"},
		{"unknown key", "git: {root: /srv/git, hook: false}", "unknown key"},
		{"root of bzr", "bzr: {root: /}", "confines nothing"},
		{"root of cvs", "cvs: {repository: /}", "confines nothing"},
	} {
		_, err := Parse("x", "x.yaml", []byte("allow:\n  - "+c.rule+"\n"))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", c.name, err, c.want)
		}
	}
}
