package sshrestrict

import "ops/sshrestrict/launch"

// darcsRule serves Darcs repositories. Clients send "darcs transfer-mode --repodir PATH" to read and
// "darcs apply --all --repodir PATH" with a bundle of patches as input to write.
type darcsRule struct {
	repositories `yaml:",inline"`

	Mode    Mode   `yaml:"mode"`    // read
	Hooks   *bool  `yaml:"hooks"`   // false: those in _darcs/prefs/defaults do not run; left out means true, as for git
	Program folder `yaml:"program"` // /usr/bin/darcs
}

func (r *darcsRule) complete() error {
	programOr(&r.Program, "/usr/bin/darcs")
	if err := completeMode(&r.Mode); err != nil {
		return err
	}
	return r.repositories.complete()
}

func (r *darcsRule) decide(q *Request) answer {
	words, ok := q.named("darcs")
	if !ok {
		return answer{}
	}
	if len(words) < 2 || !words[1].literal() {
		return deny("darcs-command", "only transfer-mode and apply are for clients")
	}
	command := words[1].Text
	if command != "transfer-mode" && command != "apply" {
		return deny("darcs-command", "%s: only transfer-mode and apply are for clients", quote(command))
	}
	all := false
	var named []Word
	for i := 2; i < len(words); i++ {
		option := words[i].Text
		switch {
		case option == "--all" && command == "apply":
			all = true
		case option == "--debug" && command == "apply":
		case option == "--repodir" && i+1 < len(words):
			i++
			named = append(named, words[i])
		default:
			return deny("darcs-option", "the option %s", quote(option))
		}
	}
	switch {
	case len(named) != 1:
		return deny("darcs-option", "--repodir has to be given once")
	case command == "apply" && !all:
		return deny("darcs-option", "apply without --all would ask")
	case command == "apply" && !r.Mode.Writes():
		return deny("darcs-write", "applying patches is not in the mode %s", r.Mode)
	}
	place, err := r.repositories.locate(named[0])
	if err != nil {
		return denied("darcs-repository", err)
	}
	// transfer-mode reads every file that the client names in the stream.
	s := &Start{Dir: string(r.Root), Read: []string{place}, Confine: command == "transfer-mode"}
	args := []string{"darcs", command}
	if command == "apply" {
		s.Write = []string{place}
		args = append(args, "--all", "--no-test") // the test is a line of shell that patches can change
		if r.Hooks != nil && !*r.Hooks {
			args = append(args, "--no-prehook", "--no-posthook")
		} else {
			s.Execute = shells()
		}
	}
	args = append(args, "--repodir", place)
	s.Stages = []Stage{{Program: string(r.Program), Args: args, Stderr: launch.StderrInherit}}
	return allow(s)
}
