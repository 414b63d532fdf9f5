package sshrestrict

import (
	"strings"

	"ops/sshrestrict/launch"
)

// bzrRule serves the Bazaar and Breezy branches below a folder. Clients always ask for the whole machine and for writing,
// "bzr serve --inet --directory=/ --allow-writes", and name the branch inside the protocol; they get the policy's folder,
// and paths relative to it.
type bzrRule struct {
	Root    folder `yaml:"root,required"`
	Mode    Mode   `yaml:"mode"`    // read
	Program folder `yaml:"program"` // /usr/bin/brz
}

func (r *bzrRule) complete() error {
	programOr(&r.Program, "/usr/bin/brz")
	if err := completeMode(&r.Mode); err != nil {
		return err
	}
	return completeRoot(r.Root)
}

func (r *bzrRule) decide(q *Request) answer {
	words, ok := q.named("bzr", "brz")
	if !ok {
		return answer{}
	}
	texts, ok := literals(words)
	if !ok || len(texts) < 2 || texts[1] != "serve" {
		return deny("bzr-command", "only serve is for clients")
	}
	inet := false
	for _, option := range texts[2:] {
		directory, found := strings.CutPrefix(option, "--directory=")
		switch {
		case option == "--inet":
			inet = true
		case option == "--allow-writes":
		case found && (directory == "/" || directory == string(r.Root)):
		default:
			return deny("bzr-option", "the option %s is the policy's to choose", quote(option))
		}
	}
	if !inet {
		return deny("bzr-option", "serve without --inet would open a port")
	}
	// Neither the account's aliases nor its plugins.
	args := []string{"brz", "--no-plugins", "--no-aliases", "serve", "--inet", "--directory=" + string(r.Root)}
	if r.Mode.Writes() {
		args = append(args, "--allow-writes")
	}
	s := &Start{
		Stages: []Stage{{Program: string(r.Program), Args: args, Stderr: launch.StderrInherit}},
		Dir:    string(r.Root),
		Env:    []string{"BRZ_LOG=/dev/null", "BZR_LOG=/dev/null"}, // otherwise in the account's home
		Read:   []string{"/etc/gitconfig"},                         // breezy knows git as well and reads this first
	}
	return allow(s.tree(r.Root, r.Mode))
}
