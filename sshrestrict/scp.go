package sshrestrict

import (
	"slices"
	"strings"

	"ops/internal/strictyaml"
)

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
	case call.from && r.Read != nil && !*r.Read:
		return deny("scp-read", "the policy has \"read: false\"")
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
		located, err := r.operand(w, call.to)
		if err != nil {
			return denied("scp-path", err)
		}
		args = append(args, located)
	}
	return allow(serve(r.Root, r.Mode, args...))
}

// operand renders one path for our server: as it is, or as a pattern, which the server expands within the root.
func (r *scpRule) operand(w Word, target bool) (string, error) {
	switch {
	case w.Tilde:
		return "", refuse("scp-path", "the path %s", quote(w.Text))
	case w.Pattern == "":
		located, err := r.Root.locate(w.Text, r.Paths)
		if r.Paths == PathsRooted { // the server is told the style too
			located = "/" + strings.TrimPrefix(strings.TrimPrefix(located, string(r.Root)), "/")
		}
		return "path:" + located, err
	case target:
		return "", refuse("scp-path", "a pattern as the target")
	case strings.HasPrefix(w.Text, "-"):
		return "", refuse("path-dash", "the pattern %s starts with a dash", quote(w.Text))
	case slices.Contains(strings.Split(w.Text, "/"), ".."):
		return "", refuse("path-parent", "the pattern %s has a .. in it", quote(w.Text))
	}
	_, err := r.Root.locate(patternFolder(w.Pattern), r.Paths)
	return "pattern:" + w.Pattern, err
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
