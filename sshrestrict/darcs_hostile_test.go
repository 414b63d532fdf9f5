package sshrestrict

import (
	"errors"
	"os"
	"testing"
)

func TestHostileDarcs(t *testing.T) {
	root := t.TempDir()
	err := errors.Join(os.Mkdir(root+"/secret", 0o755), os.Symlink("secret", root+"/link"), os.Symlink("/etc", root+"/out"))
	if err != nil {
		t.Fatal(err)
	}
	checkHostile(t, mustParse(t, "allow: [{darcs: {root: "+root+", except: [secret], mode: read-write}}]"), root, []vcsCase{
		// Which repository.
		{"excepted", "darcs transfer-mode --repodir ROOT/secret", "repository"},
		{"excepted, to write", "darcs apply --all --repodir ROOT/secret", "repository"},
		{"excepted through a link", "darcs transfer-mode --repodir ROOT/link", "repository"},
		{"the folder of all", "darcs transfer-mode --repodir ROOT/", "repository"},
		{"no name", "darcs transfer-mode --repodir ''", "repository"},
		{"a link out", "darcs transfer-mode --repodir ROOT/out", "path-link"},
		{"outside", "darcs transfer-mode --repodir /etc", "path-outside"},
		{"outside, to write", "darcs apply --all --repodir /root", "path-outside"},
		{"a neighbour", "darcs transfer-mode --repodir ROOTs/proj", "path-outside"},
		{"parent", "darcs transfer-mode --repodir ROOT/proj/../secret", "path-parent"},
		{"somebody's home", "darcs transfer-mode --repodir ~root/x", "repository-home"},
		{"a pattern", "darcs transfer-mode --repodir ROOT/*", "repository-pattern"},
		{"an option as the folder", "darcs transfer-mode --repodir --help", "path-dash"},
		{"another machine", "darcs transfer-mode --repodir /localhost:x", "path-outside"},
		{"two folders", "darcs transfer-mode --repodir ROOT/proj --repodir ROOT/secret", "darcs-option"},
		{"no folder", "darcs transfer-mode", "darcs-option"},
		{"no folder to write to", "darcs apply --all", "darcs-option"},
		{"no folder behind the option", "darcs transfer-mode --repodir", "darcs-option"},
		{"an attached folder", "darcs transfer-mode --repodir=/etc", "darcs-option"},
		{"an abbreviated option", "darcs transfer-mode --repo ROOT/proj", "darcs-option"},

		// Options.
		{"no --all", "darcs apply --repodir ROOT/proj", "darcs-option"},
		{"a hook behind", "darcs apply --all --posthook=id --repodir ROOT/proj", "darcs-option"},
		{"a hook before", "darcs apply --all --prehook id --repodir ROOT/proj", "darcs-option"},
		{"a hook that runs", "darcs apply --all --run-posthook --repodir ROOT/proj", "darcs-option"},
		{"a hook of reading", "darcs transfer-mode --posthook id --repodir ROOT/proj", "darcs-option"},
		{"a test", "darcs apply --all --test --repodir ROOT/proj", "darcs-option"},
		{"a mail program", "darcs apply --all --sendmail-command=id --repodir ROOT/proj", "darcs-option"},
		{"a mail", "darcs apply --all --reply=x@example.org --repodir ROOT/proj", "darcs-option"},
		{"another account", "darcs apply --all --apply-as root --repodir ROOT/proj", "darcs-option"},
		{"a merge program", "darcs apply --all --external-merge=id --repodir ROOT/proj", "darcs-option"},
		{"names without a check", "darcs apply --all --dont-restrict-paths --repodir ROOT/proj", "darcs-option"},
		{"scripts that become executable", "darcs apply --all --set-scripts-executable --repodir ROOT/proj", "darcs-option"},
		{"keys", "darcs apply --all --verify /tmp/keys --repodir ROOT/proj", "darcs-option"},
		{"a mask", "darcs apply --all --umask 000 --repodir ROOT/proj", "darcs-option"},
		{"a file of patches", "darcs apply --all --repodir ROOT/proj /etc/shadow", "darcs-option"},
		{"the stream by its name", "darcs apply --all --repodir ROOT/proj -", "darcs-option"},
		{"questions", "darcs apply --all --interactive --repodir ROOT/proj", "darcs-option"},
		{"a short option", "darcs apply -a --repodir ROOT/proj", "darcs-option"},
		{"the end of options", "darcs apply --all --repodir ROOT/proj --", "darcs-option"},
		{"--all for reading", "darcs transfer-mode --all --repodir ROOT/proj", "darcs-option"},
		{"an option that is a pattern", "darcs apply --al? --repodir ROOT/proj", "darcs-option"},

		// Other commands.
		{"a new repository", "darcs init --repodir ROOT/new", "darcs-command"},
		{"a command that deletes", "darcs obliterate --all --repodir ROOT/proj", "darcs-command"},
		{"a command that runs", "darcs test --repodir ROOT/proj id", "darcs-command"},
		{"an abbreviation", "darcs transfer --repodir ROOT/proj", "darcs-command"},
		{"a command that is a pattern", "darcs appl? --all --repodir ROOT/proj", "darcs-command"},
		{"an option before", "darcs --overview", "darcs-command"},
		{"nothing", "darcs", "darcs-command"},
		{"sudo", "sudo -u x darcs apply --all --repodir ROOT/proj", "command-unknown"},
		{"a variable", "DARCS_SENDMAIL=id darcs apply --all --repodir ROOT/proj", "command-unknown"},
	})
}
