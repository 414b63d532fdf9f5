package sshrestrict

import (
	"path"
	"strconv"
)

// sftpRule serves the sftp protocol (draft-ietf-secsh-filexfer-02) from one folder, by our own server.
type sftpRule struct {
	Root  folder    `yaml:"root,required"`
	Mode  Mode      `yaml:"mode"`  // read
	Paths PathStyle `yaml:"paths"` // absolute
	Quota size      `yaml:"quota"` // bytes of the whole tree; none

	Delete *bool `yaml:"delete"` // of files and folders, and renaming; true for read-write, false for write
	Read   *bool `yaml:"read"`   // false: contents are not read, for boxes that others drop files into too; as the mode says if left out
}

func (r *sftpRule) complete() error {
	switch {
	case r.Read != nil && !*r.Read && r.Mode == ModeRead:
		return refuse("sftp", "read: false leaves nothing of mode read; choose append or write")
	case r.Read != nil && *r.Read && r.Mode == ModeWrite:
		return refuse("sftp", "mode write does not read; choose append or read-write")
	}
	return completeRoot(r.Root)
}

// sftpServers are the commands by which sshd configurations name the subsystem. The client cannot choose them, but it can
// send the same text, which changes nothing: the server is ours.
func isSFTPServer(word string) bool {
	switch word {
	case "internal-sftp", "sftp-server", "/usr/lib/openssh/sftp-server", // Debian
		"/usr/libexec/openssh/sftp-server", "/usr/libexec/sftp-server", "/usr/local/libexec/sftp-server", // Red Hat, BSD, its ports
		"/usr/lib/ssh/sftp-server", "/usr/lib64/ssh/sftp-server", // SUSE, Arch, Alpine
		"/usr/lib/misc/sftp-server", "/usr/lib64/misc/sftp-server", "/usr/lib/sftp-server": // Gentoo, others
		return true
	}
	return false
}

func (r *sftpRule) decide(q *Request) answer {
	words, ok := q.words()
	if !ok || !words[0].literal() || !isSFTPServer(words[0].Text) {
		return answer{}
	}
	// Options of a Subsystem line that concern the log only, see sftp-server(8), may stand there; ours has its own log.
	for rest := words[1:]; len(rest) > 0; {
		switch {
		case !rest[0].literal():
			return deny("sftp-option", "the option %s", quote(rest[0].Text))
		case rest[0].Text == "-e":
			rest = rest[1:]
		case (rest[0].Text == "-f" || rest[0].Text == "-l") && len(rest) > 1 && rest[1].literal() && isSyslogName(rest[1].Text):
			rest = rest[2:]
		default:
			return deny("sftp-option", "the option %s of the sftp server is the policy's to choose", quote(rest[0].Text))
		}
	}
	return allow(serve(r.Root, r.Mode, r.arguments("sftp")...))
}

// arguments are those of our own servers of files.
func (r *sftpRule) arguments(server string) []string {
	args := []string{server, "--root", string(r.Root), "--mode", r.Mode.String(), "--paths", r.Paths.String()}
	if r.Quota > 0 {
		args = append(args, "--quota", strconv.FormatInt(int64(r.Quota), 10))
	}
	if r.Mode.Writes() && r.Mode != ModeAppend && (r.Delete == nil && r.Mode == ModeReadWrite || r.Delete != nil && *r.Delete) {
		args = append(args, "--delete")
	}
	if r.Read != nil && !*r.Read {
		args = append(args, "--no-read")
	}
	return args
}

// isSyslogName is true for the names of facilities and levels as sshd knows them, in any case: AUTH, LOCAL0, info, DEBUG1.
func isSyslogName(text string) bool {
	for _, c := range []byte(text) {
		if (c < 'A' || c > 'Z') && (c < 'a' || c > 'z') && (c < '0' || c > '9') {
			return false
		}
	}
	return text != ""
}

// completeRoot refuses roots that confine nothing.
func completeRoot(root folder) error {
	if root == "/" || path.Clean(string(root)) == "/proc" {
		return refuse("root", "the root %s confines nothing; name the folder that is meant", quote(string(root)))
	}
	return nil
}
