package sshrestrict

import (
	"path"
	"slices"
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
	call, err := readScp(words[1:])
	if err != nil {
		return denied("scp-option", err)
	}
	switch {
	case call.from == call.to:
		return deny("scp-direction", "only the server's side of scp is served, with either -f or -t")
	case len(call.paths) == 0:
		return deny("scp-path", "no path")
	case call.from && !r.Mode.Reads():
		return deny("scp-read", "reading is not in the mode %s", r.Mode)
	case call.to && !r.Mode.Writes():
		return deny("scp-write", "writing is not in the mode %s", r.Mode)
	case call.to && len(call.paths) > 1:
		return deny("scp-path", "more than one target")
	}
	direction := "--source"
	if call.to {
		direction = "--target"
	}
	args := append(append(r.arguments("scp"), call.options...), direction, "--")
	for _, w := range call.paths {
		if w.Tilde {
			return deny("scp-path", "the path %s", quote(w.Text))
		}
		if w.Pattern != "" {
			if call.to {
				return deny("scp-path", "a pattern as the target")
			}
			switch {
			case strings.HasPrefix(w.Text, "-"):
				return deny("path-dash", "the pattern %s starts with a dash", quote(w.Text))
			case slices.Contains(strings.Split(w.Text, "/"), ".."):
				return deny("path-parent", "the pattern %s has a .. in it", quote(w.Text))
			}
			if _, err := r.Root.locate(patternFolder(w.Pattern), r.Paths); err != nil {
				return denied("scp-path", err)
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

// scpCall is what a client asks the server's side of scp for.
type scpCall struct {
	options  []string
	from, to bool
	paths    []Word
}

// readScp reads what clients send. OpenSSH, PuTTY and WinSCP send options of one letter each, then the direction, then one
// path, or several with -f; see the comment on the protocol in scp.c. Libraries put options behind the direction (net-scp
// of Ruby; sshj, with -q) or in clusters (Packer and Terraform: -rvt).
func readScp(words []Word) (scpCall, error) {
	var call scpCall
	for i, w := range words {
		switch {
		case w.Text == "--":
			call.paths = words[i+1:]
			return call, nil
		case !strings.HasPrefix(w.Text, "-"):
			call.paths = words[i:]
			return call, nil
		case w.Text == "-q":
			continue
		case w.Text == "-":
			return call, refuse("scp-option", "the option %s", quote(w.Text))
		}
		for _, letter := range w.Text[1:] {
			switch letter {
			case 'r', 'p', 'd', 'v':
				call.options = append(call.options, "-"+string(letter))
			case 'f':
				call.from = true
			case 't':
				call.to = true
			default:
				return call, refuse("scp-option", "the option %s", quote(w.Text))
			}
		}
	}
	return call, nil
}
