package sshrestrict

import (
	"path"
	"strconv"
	"strings"

	"ops/internal/strictyaml"
)

// sftpRule serves the sftp protocol (draft-ietf-secsh-filexfer-02) from one folder, by our own server.
type sftpRule struct {
	Root  folder    `yaml:"root,required"`
	Mode  Mode      `yaml:"mode"`  // read
	Paths PathStyle `yaml:"paths"` // absolute
	Quota size      `yaml:"quota"` // bytes of the whole tree; none

	Delete *bool `yaml:"delete"` // of files and folders, and renaming; true for read-write, false for write
}

func (r *sftpRule) complete() error { return completeRoot(r.Root) }

// sftpServers are the commands by which sshd configurations name the subsystem. The client cannot choose them, but it can
// send the same text, which changes nothing: the server is ours.
func isSFTPServer(word string) bool {
	switch word {
	case "internal-sftp", "/usr/lib/openssh/sftp-server", "/usr/libexec/openssh/sftp-server", "/usr/libexec/sftp-server",
		"/usr/lib/ssh/sftp-server", "/usr/lib/sftp-server", "sftp-server":
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
		case (rest[0].Text == "-f" || rest[0].Text == "-l") && len(rest) > 1 && rest[1].literal() && isUpper(rest[1].Text):
			rest = rest[2:]
		default:
			return deny("sftp-option", "the option %s of the sftp server is the policy's to choose", quote(rest[0].Text))
		}
	}
	s := &Start{Stages: []Stage{session(r.arguments("sftp")...)}, Dir: string(r.Root)}
	return allow(s.tree(r.Root, r.Mode))
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
	return args
}

// isUpper is true for the names of syslog facilities and levels as sshd writes them: AUTH, LOCAL0, DEBUG1.
func isUpper(text string) bool {
	for _, c := range []byte(text) {
		if (c < 'A' || c > 'Z') && (c < '0' || c > '9') {
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

// scpRule serves the old scp protocol from one folder, by our own server. The scp of OpenSSH 9 speaks sftp by default: give
// it an sftp rule too.
type scpRule struct {
	sftpRule
}

// UnmarshalYAML reads the same fields as those of sftp.
func (r *scpRule) UnmarshalYAML(n strictyaml.Node) error { return n.Decode(&r.sftpRule) }

func (r *scpRule) decide(q *Request) answer {
	words, ok := q.named("scp")
	if !ok {
		return answer{}
	}
	// What scp sends: options of one letter each, then -t or -f, then one path, or several with -f. See the comment on
	// the protocol in scp.c; no client has ever sent clusters.
	var args []string
	from, to := false, false
	rest := words[1:]
	for ; len(rest) > 0 && len(rest[0].Text) > 0 && rest[0].Text[0] == '-'; rest = rest[1:] {
		option := rest[0].Text
		switch {
		case option == "--" && (from || to):
			rest = rest[1:]
			goto paths
		case from || to:
			return deny("scp-option", "the option %s after the direction", quote(option))
		case option == "-r" || option == "-p" || option == "-d" || option == "-v":
			args = append(args, option)
		case option == "-f":
			from = true
		case option == "-t":
			to = true
		default:
			return deny("scp-option", "the option %s", quote(option))
		}
	}
paths:
	switch {
	case from == to:
		return deny("scp-direction", "neither -f nor -t: only the server's side of scp is served")
	case len(rest) == 0:
		return deny("scp-path", "no path")
	case from && !r.Mode.Reads():
		return deny("scp-read", "reading is not in the mode %s", r.Mode)
	case to && !r.Mode.Writes():
		return deny("scp-write", "writing is not in the mode %s", r.Mode)
	case to && len(rest) > 1:
		return deny("scp-path", "more than one target")
	}
	direction := "--source"
	if to {
		direction = "--target"
	}
	args = append(append(r.arguments("scp"), args...), direction, "--")
	for _, w := range rest {
		if w.Tilde {
			return deny("scp-path", "the path %s", quote(w.Text))
		}
		if w.Pattern != "" {
			if to {
				return deny("scp-path", "a pattern as the target")
			}
			if _, err := r.Root.locate(patternFolder(w.Pattern), r.Paths); err != nil {
				return denied("scp-path", err)
			}
			if strings.Contains("/"+w.Text+"/", "/../") {
				return deny("path-parent", "the pattern %s has a .. in it", quote(w.Text))
			}
			args = append(args, "pattern:"+w.Pattern)
			continue
		}
		located, err := r.Root.locate(w.Text, r.Paths)
		if err != nil {
			return denied("scp-path", err)
		}
		args = append(args, "path:"+located)
	}
	s := &Start{Stages: []Stage{session(args...)}, Dir: string(r.Root)}
	return allow(s.tree(r.Root, r.Mode))
}
