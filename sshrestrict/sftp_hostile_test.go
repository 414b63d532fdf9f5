package sshrestrict

import (
	"strings"
	"testing"
)

func TestSftpSubsystem(t *testing.T) {
	root := t.TempDir()
	p := mustParse(t, "allow: [{sftp: {root: "+root+"}}]")
	for _, command := range []string{
		"/usr/lib/openssh/sftp-server", "/usr/libexec/openssh/sftp-server", "/usr/lib/ssh/sftp-server", "/usr/libexec/sftp-server",
		"/usr/lib/sftp-server", "/usr/local/libexec/sftp-server", "/usr/lib/misc/sftp-server", "/usr/lib64/misc/sftp-server",
		"/usr/lib64/ssh/sftp-server", "internal-sftp", "sftp-server", "internal-sftp -f AUTH -l INFO", "internal-sftp -l VERBOSE -f LOCAL7",
		"internal-sftp -f local5 -l info", "/usr/lib/openssh/sftp-server -e -l DEBUG3", "internal-sftp -l VERBOSE ",
	} {
		d := judgeVCS(p, command)
		if d.Verdict != Allow || !strings.Contains(d.Start.String(), "session sftp --root "+root+" --mode read") {
			t.Errorf("%s: %s", command, outcome(d))
		}
	}
	checkVCS(t, p, root, disguises("internal-sftp"))
	checkVCS(t, p, root, []vcsCase{{"in upper case", "INTERNAL-SFTP", "command-unknown"}})
}

func TestHostileSftp(t *testing.T) {
	root := t.TempDir()
	checkHostile(t, mustParse(t, "allow: [{sftp: {root: "+root+"}}]"), root, []vcsCase{
		// Options, which are the policy's.
		{"a folder to begin in", "internal-sftp -d /", "sftp-option"},
		{"a folder, attached", "internal-sftp -d/", "sftp-option"},
		{"the policy's own folder", "internal-sftp -d ROOT", "sftp-option"},
		{"only reading", "internal-sftp -R", "sftp-option"},
		{"a mask", "internal-sftp -u 000", "sftp-option"},
		{"requests that are refused", "internal-sftp -P remove", "sftp-option"},
		{"requests that are allowed", "internal-sftp -p open,read,write", "sftp-option"},
		{"a list of requests", "internal-sftp -Q requests", "sftp-option"},
		{"help", "internal-sftp -h", "sftp-option"},
		{"a cluster", "internal-sftp -eR", "sftp-option"},
		{"a long option", "internal-sftp --root=/", "sftp-option"},
		{"no facility", "internal-sftp -f", "sftp-option"},
		{"no level", "internal-sftp -e -l", "sftp-option"},
		{"a facility that is a path", "internal-sftp -f /root/x", "sftp-option"},
		{"a level with a blank", "internal-sftp -l 'INFO x'", "sftp-option"},
		{"a level that is an option", "internal-sftp -l -R", "sftp-option"},
		{"an empty level", "internal-sftp -l ''", "sftp-option"},
		{"a level that is a pattern", "internal-sftp -l *", "sftp-option"},
		{"an option that is a pattern", "internal-sftp -?", "sftp-option"},
		{"an operand", "internal-sftp /etc", "sftp-option"},
		{"an empty word", "internal-sftp ''", "sftp-option"},
		{"a home", "internal-sftp ~", "sftp-option"},
		{"the end of options", "internal-sftp -- /", "sftp-option"},
		{"a dash", "internal-sftp -", "sftp-option"},

		// Programs that look like it.
		{"a folder of the client's", "/tmp/sftp-server", "command-unknown"},
		{"a folder that ends alike", "/tmp/usr/lib/openssh/sftp-server", "command-unknown"},
		{"a relative folder", "usr/lib/openssh/sftp-server", "command-unknown"},
		{"the present folder", "./sftp-server", "command-unknown"},
		{"a way round", "/usr/lib/openssh/../../../tmp/sftp-server", "command-unknown"},
		{"two slashes", "//usr/lib/openssh/sftp-server", "command-unknown"},
		{"a name that begins alike", "internal-sftp2", "command-unknown"},
		{"a name that ends alike", "xinternal-sftp", "command-unknown"},
		{"the name of the subsystem", "sftp", "command-unknown"},
		{"a pattern", "/usr/lib/openssh/sftp-serve?", "command-unknown"},
		{"one word", "'internal-sftp -l INFO'", "command-unknown"},
		{"an empty program", "'' internal-sftp", "command-unknown"},

		// The client and others.
		{"the client", "sftp -S /tmp/x h", "command-unknown"},
		{"another subsystem", "/usr/bin/netconf-subsystem", "command-unknown"},
		{"a server of another kind", "rclone serve sftp --stdio /", "command-unknown"},
		{"the fish protocol", "echo FISH:;/bin/sh", "command-unknown"},
		{"putty's search for a server", "test -x /usr/lib/sftp-server && exec /usr/lib/sftp-server\nexec sftp-server", "command-control"},
		{"a variable", "LD_PRELOAD=/tmp/x.so internal-sftp", "command-unknown"},
	})
}
