package sshrestrict

import "ops/sshrestrict/launch"

// cvsRule serves one CVS repository. Clients send "cvs server" and name the repository inside the protocol, where cvs
// compares it with what we render.
//
// Who may commit to the folder CVSROOT of a repository can have lines of shell run at commits. So the shells are opened
// only with "hooks: true"; without it, the sandbox is what keeps them from running, so that it is required.
type cvsRule struct {
	Repository folder `yaml:"repository,required"`
	Mode       Mode   `yaml:"mode"`      // read
	Hooks      bool   `yaml:"hooks"`     // the programs named in CVSROOT may run
	Temporary  folder `yaml:"temporary"` // where cvs builds what it sends: /tmp
	Program    folder `yaml:"program"`   // /usr/bin/cvs
}

func (r *cvsRule) complete() error {
	programOr(&r.Program, "/usr/bin/cvs")
	programOr(&r.Temporary, "/tmp")
	if err := completeMode(&r.Mode); err != nil {
		return err
	}
	return completeRoot(r.Repository)
}

func (r *cvsRule) decide(q *Request) answer {
	words, ok := q.named("cvs")
	if !ok {
		return answer{}
	}
	if texts, ok := literals(words); !ok || len(texts) != 2 || texts[1] != "server" {
		return deny("cvs-arguments", "only cvs server: everything else is the policy's to choose")
	}
	args := []string{"cvs", "-f", "-T", string(r.Temporary), "--allow-root=" + string(r.Repository)} // -f: no ~/.cvsrc
	if !r.Mode.Writes() {
		args = append(args, "-R")
	}
	s := &Start{
		Stages: []Stage{{Program: string(r.Program), Args: append(args, "server"), Stderr: launch.StderrInherit}},
		Dir:    string(r.Repository),
		// The names of authors.
		Read:  []string{"/etc/passwd", "/etc/nsswitch.conf"},
		Write: []string{string(r.Temporary)},
	}
	switch {
	case r.Mode.Writes() && r.Hooks:
		s.Execute = append(shells(), string(r.Repository))
	case r.Mode.Writes():
		s.Confine = true
	}
	return allow(s.tree(r.Repository, r.Mode))
}
