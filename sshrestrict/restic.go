package sshrestrict

import (
	"slices"
	"strings"
)

// resticRule serves one restic repository over "rclone serve restic --stdio", as restic starts it with
// -o rclone.program="ssh host rclone". The client's line only selects the rule.
type resticRule struct {
	Repository folder `yaml:"repository,required"`
	AppendOnly bool   `yaml:"append-only"` // nothing but locks is ever deleted
	Program    folder `yaml:"program"`     // /usr/bin/rclone
}

func (r *resticRule) complete() error {
	if r.Program == "" {
		r.Program = "/usr/bin/rclone"
	}
	return completeRoot(r.Repository)
}

func (r *resticRule) decide(q *Request) answer {
	words, ok := q.named("rclone")
	if !ok {
		return answer{}
	}
	texts, ok := literals(words)
	if !ok {
		return deny("restic-option", "words that a shell would expand")
	}
	var operands []string
	appendOnly := r.AppendOnly
	for _, word := range texts[1:] {
		switch {
		case !strings.HasPrefix(word, "-"):
			operands = append(operands, word)
		case word == "--append-only" || word == "--append-only=true":
			appendOnly = true // a client may ask for less than it has
		case word == "--append-only=false" && r.AppendOnly:
			return deny("restic-append-only", "the repository is append-only")
		case !slices.Contains([]string{
			"--stdio", "--b2-hard-delete", "--drive-use-trash=false", "--cache-objects=false", "-v", "-vv", "--verbose", "-q", "--quiet",
		}, word):
			return deny("restic-option", "the option %s", quote(word))
		}
	}
	if len(operands) < 2 || operands[0] != "serve" || operands[1] != "restic" || !slices.Contains(texts, "--stdio") {
		return deny("restic-command", "only serve restic --stdio is for clients")
	}
	if len(operands) > 3 {
		return deny("restic-path", "more than one repository")
	}
	if len(operands) == 3 {
		// restic names the remote's path by what stands behind rclone: in -r. "" and "." are the repository itself.
		if named := operands[2]; named != "" && named != "." && strings.TrimSuffix(named, "/") != string(r.Repository) {
			return deny("restic-path", "the path %s is not the repository", quote(operands[2]))
		}
	}
	args := []string{"rclone", "serve", "restic", "--stdio", "--config", "/dev/null", "--b2-hard-delete"}
	if appendOnly {
		args = append(args, "--append-only")
	}
	return allow(&Start{
		Stages: []Stage{{Program: string(r.Program), Args: append(args, "--", string(r.Repository))}},
		Env:    []string{"RCLONE_CONFIG=/dev/null"},
		Read:   []string{"/etc/mime.types", "/etc/nsswitch.conf", "/etc/passwd", "/etc/ssl/certs"},
		Write:  []string{string(r.Repository)},
	})
}
