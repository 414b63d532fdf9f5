package sshrestrict

import "ops/sshrestrict/launch"

// svnRule serves the Subversion repositories below a folder, or the one that the folder is, by svnserve(8). Clients send
// "svnserve -t" and name the repository inside the protocol, relative to root: svn+ssh://HOST/NAME.
type svnRule struct {
	Root    folder `yaml:"root,required"`
	Mode    Mode   `yaml:"mode"`    // read
	User    string `yaml:"user"`    // who commits, and whom authz files know; the account's name
	Hooks   *bool  `yaml:"hooks"`   // false: the sandbox does not let them run, so that commits to repositories with hooks fail
	Program folder `yaml:"program"` // /usr/bin/svnserve
}

func (r *svnRule) complete() error {
	programOr(&r.Program, "/usr/bin/svnserve")
	if r.User != "" && !isPlainName(r.User) {
		return refuse("user", "the user %s is no plain name", quote(r.User))
	}
	if err := completeMode(&r.Mode); err != nil {
		return err
	}
	return completeRoot(r.Root)
}

func (r *svnRule) decide(q *Request) answer {
	words, ok := q.named("svnserve")
	if !ok {
		return answer{}
	}
	texts, ok := literals(words)
	tunnel := ok && len(texts) >= 2 && (texts[1] == "-t" || texts[1] == "--tunnel")
	// Some clients are set up to name a root, which is accepted if it is the policy's.
	same := len(texts) == 4 && (texts[2] == "-r" || texts[2] == "--root") && texts[3] == string(r.Root)
	if !tunnel || len(texts) != 2 && !same {
		return deny("svn-arguments", "only svnserve -t: everything else is the policy's to choose")
	}
	user := r.User
	if user == "" {
		user = q.Account.Name
	}
	args := []string{"svnserve", "-t", "-r", string(r.Root)}
	if user != "" {
		args = append(args, "--tunnel-user", user)
	}
	s := &Start{Dir: string(r.Root)}
	if !r.Mode.Writes() {
		args = append(args, "-R")
	} else if r.Hooks == nil || *r.Hooks {
		s.Execute = append(shells(), string(r.Root)) // hooks are in a folder of each repository
	}
	s.Stages = []Stage{{Program: string(r.Program), Args: args, Stderr: launch.StderrInherit}}
	// The configuration of the system's svn client is read by the server as well, if it is there.
	s.Read = []string{"/etc/subversion"}
	return allow(s.tree(r.Root, r.Mode))
}
