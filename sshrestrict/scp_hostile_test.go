package sshrestrict

import (
	"strings"
	"testing"
)

// scpWords are the arguments of our server behind the rule's own.
func scpWords(d *Decision) string {
	if d.Verdict != Allow {
		return d.Code
	}
	args := d.Start.Stages[0].Args
	for i, arg := range args {
		if arg == "--paths" {
			return strings.Join(args[i+2:], " ")
		}
	}
	return ""
}

func TestScpClients(t *testing.T) {
	root := rsyncTree(t)
	p := mustParse(t, "allow: [{scp: {root: "+root+", mode: read-write, delete: false}}]")
	for _, c := range []vcsCase{
		{"openssh -O", "scp -f ROOT/pub.txt", "--source -- path:ROOT/pub.txt"},
		{"openssh -O, upload", "scp -t ROOT/sub", "--target -- path:ROOT/sub"},
		{"openssh -O, everything", "scp -v -r -p -d -t ROOT", "-v -r -p -d --target -- path:ROOT"},
		{"openssh, the end of options", "scp -r -f -- ROOT/sub", "-r --source -- path:ROOT/sub"},
		{"openssh, two files in one word", "scp -f ROOT/pub.txt ROOT/list", "--source -- path:ROOT/pub.txt path:ROOT/list"},
		{"openssh, a pattern", "scp -f ROOT/*.txt", "--source -- pattern:ROOT/*.txt"},
		{"openssh, no path", "scp -t .", "--target -- path:ROOT"},
		{"dropbear and pscp", "scp -r -f ROOT/sub/", "-r --source -- path:ROOT/sub/"},
		{"winscp", "scp -r -p -d -t 'ROOT/sub'", "-r -p -d --target -- path:ROOT/sub"},
		{"winscp, a quoted blank", `scp -r -p -f "ROOT/with space.txt"`, "-r -p --source -- path:ROOT/with space.txt"},
		{"paramiko", "scp -r -t 'ROOT/sub'", "-r --target -- path:ROOT/sub"},
		{"net-scp, options behind the direction", "scp -t -r -p ROOT/sub", "-r -p --target -- path:ROOT/sub"},
		{"sshj, quiet", "scp -f -q -p -r 'ROOT/sub'", "-p -r --source -- path:ROOT/sub"},
		{"terraform and packer, clusters", "scp -vt ROOT/sub", "-v --target -- path:ROOT/sub"},
		{"packer, a folder", "scp -rvt ROOT/sub", "-r -v --target -- path:ROOT/sub"},
		{"packer, download", "scp -vrf ROOT/sub", "-v -r --source -- path:ROOT/sub"},
		{"with the program's folder", "/usr/bin/scp -t ROOT/sub", "--target -- path:ROOT/sub"},
		{"relative", "scp -f sub/x", "--source -- path:ROOT/sub/x"},
		{"a name that is a home in quotes", "scp -t '~'", "--target -- path:ROOT/~"},
	} {
		d := judgeVCS(p, strings.ReplaceAll(c.command, "ROOT", root))
		if got := strings.ReplaceAll(scpWords(d), root, "ROOT"); got != c.want {
			t.Errorf("%s: %q: %s (%s), want %s", c.name, c.command, got, d.Reason, c.want)
		}
	}
	checkVCS(t, p, root, disguises("scp -t ROOT/sub"))
}

func TestHostileScp(t *testing.T) {
	root := rsyncTree(t)
	checkHostile(t, mustParse(t, "allow: [{scp: {root: "+root+", mode: read-write}}]"), root, []vcsCase{
		// The client's side, which runs ssh.
		{"a copy from here", "scp ROOT/pub.txt evil:/x", "scp-direction"},
		{"a copy between others", "scp -3 a:x b:y", "scp-option"},
		{"a program in place of ssh", "scp -S /tmp/x a:b .", "scp-option"},
		{"a program in place of ssh, attached", "scp -S/tmp/x a:b .", "scp-option"},
		{"a program in place of the server", "scp -D /tmp/x -s a:b .", "scp-option"},
		{"an option of ssh", "scp -o ProxyCommand=id a:b .", "scp-option"},
		{"an option of ssh, attached", "scp -oProxyCommand=id a:b .", "scp-option"},
		{"an option of ssh, clustered", "scp -rfoProxyCommand=id a:b", "scp-option"},
		{"a configuration", "scp -F /tmp/x a:b .", "scp-option"},
		{"a configuration, clustered", "scp -vF/tmp/x a:b .", "scp-option"},
		{"a jump", "scp -J evil a:b .", "scp-option"},
		{"a key", "scp -i /etc/shadow a:b .", "scp-option"},
		{"a port", "scp -P 22 a:b .", "scp-option"},
		{"a cipher", "scp -c none -f ROOT/pub.txt", "scp-option"},
		{"the other protocol", "scp -s -t ROOT", "scp-option"},
		{"this protocol", "scp -O -t ROOT", "scp-option"},
		{"names without a check", "scp -T -f ROOT/pub.txt", "scp-option"},
		{"a limit", "scp -l 1 -f ROOT/pub.txt", "scp-option"},
		{"compression", "scp -C -f ROOT/pub.txt", "scp-option"},
		{"no questions", "scp -B -f ROOT/pub.txt", "scp-option"},
		{"quiet in a cluster, which nobody sends", "scp -qf ROOT/pub.txt", "scp-option"},

		// The direction.
		{"both directions", "scp -f -t ROOT/sub", "scp-direction"},
		{"both directions in a cluster", "scp -ft ROOT/sub", "scp-direction"},
		{"no direction", "scp -r ROOT/sub", "scp-direction"},
		{"nothing", "scp", "scp-direction"},
		{"a path attached to the direction", "scp -f/etc/passwd", "scp-option"},
		{"the end of options before the direction", "scp -- -f /etc/passwd", "scp-direction"},
		{"a direction behind the path", "scp -t ROOT/sub -f", "scp-path"},
		{"a long option", "scp --source ROOT/sub", "scp-option"},
		{"a dash alone", "scp -t -", "scp-option"},
		{"an option that is a pattern", "scp -[f] ROOT/sub", "scp-option"},
		{"an option of three dashes", "scp --- -f ROOT", "scp-option"},

		// The path.
		{"no path", "scp -f", "scp-path"},
		{"two targets", "scp -t ROOT/a ROOT/b", "scp-path"},
		{"outside", "scp -f /etc/passwd", "path-outside"},
		{"outside, to write", "scp -t /root/.ssh/authorized_keys", "path-outside"},
		{"the second one outside", "scp -f ROOT/pub.txt /etc/shadow", "path-outside"},
		{"a neighbour", "scp -f ROOTbase/secret", "path-outside"},
		{"parent", "scp -t ROOT/../outside/x", "path-parent"},
		{"relative parent", "scp -f ../outside/secret", "path-parent"},
		{"through a link", "scp -t ROOT/dir_out/x", "path-link"},
		{"a link that leads out", "scp -f ROOT/link_out", "path-link"},
		{"a link to nothing", "scp -t ROOT/nowhere", "path-link"},
		{"a home", "scp -t ~/x", "scp-path"},
		{"somebody's home", "scp -f ~root/x", "scp-path"},
		{"a pattern as the target", "scp -t ROOT/*", "scp-path"},
		{"a pattern outside", "scp -f /etc/*", "path-outside"},
		{"a pattern behind a parent", "scp -f ROOT/../*", "path-parent"},
		{"a pattern in front of a parent", "scp -f ROOT/*/../../etc/shadow", "path-parent"},
		{"a pattern in front of a quoted parent", `scp -f ROOT/*/'.'\./x`, "path-parent"},
		{"a pattern that begins like an option", "scp -f ROOT/x -[a-z]*", "path-dash"},
		{"an option as the path", "scp -f -- -oProxyCommand=id", "path-dash"},
		{"a device", "scp -f /dev/sda", "path-outside"},
		{"a process's files", "scp -f /proc/self/environ", "path-outside"},
	})
	for mode, command := range map[string]string{"read": "scp -rt ", "write": "scp -pf ", "append": "scp -vrf "} {
		p := mustParse(t, "allow: [{scp: {root: "+root+", mode: "+mode+"}}]")
		if d := judgeVCS(p, command+root); d.Code != "scp-read" && d.Code != "scp-write" {
			t.Errorf("%s: %s: %s", mode, command, d.Code)
		}
	}
}
