package sshrestrict

import (
	"path"

	"ops/sshrestrict/launch"
)

// fossilRule serves Fossil repositories. Clients send "fossil test-http REPOSITORY", which makes every one of them an
// administrator of the repository; they get "fossil http", for which the repository's own users and rights count. There is
// no mode: fossil cannot be told to serve for reading only, other than by those rights.
type fossilRule struct {
	repositories `yaml:",inline"`

	// User is who the client is inside the repository, where the setting remote_user_ok has to be on. Left out means
	// nobody, whom a new repository lets read.
	User          string `yaml:"user"`
	Administrator bool   `yaml:"administrator"` // the client may do everything in the repository, also by SQL, which reaches its whole folder

	Program folder `yaml:"program"` // /usr/bin/fossil
}

func (r *fossilRule) complete() error {
	programOr(&r.Program, "/usr/bin/fossil")
	switch {
	case r.User != "" && !isPlainName(r.User):
		return refuse("user", "the user %s is no plain name", quote(r.User))
	case r.User != "" && r.Administrator:
		return refuse("user", "give either user or administrator: true")
	case path.Dir(string(r.Repository)) == "/":
		return refuse("repository", "the repository needs a folder of its own: beside it, files are made")
	}
	return r.repositories.complete()
}

func (r *fossilRule) decide(q *Request) answer {
	words, ok := q.named("fossil")
	if !ok {
		return answer{}
	}
	if len(words) != 3 || !words[1].literal() || words[1].Text != "test-http" && words[1].Text != "http" {
		return deny("fossil-command", "only test-http REPOSITORY is for clients")
	}
	place, err := r.repositories.locate(words[2])
	if err != nil {
		return denied("fossil-repository", err)
	}
	if form, err := formOf(place); err == nil && form != formFile {
		return deny("fossil-repository", "%s is no file; a folder would be served with all that is in it", quote(place))
	}
	// fossil keeps the connection open for several requests only if it thinks itself called by sshd. The address is
	// noted in the repository as the source of what is pushed.
	address := "127.0.0.1"
	if q.Address.IsValid() {
		address = q.Address.String()
	}
	s := &Start{Dir: string(r.Root), Env: []string{"SSH_CONNECTION=" + address + " 1 127.0.0.1 22"}}
	args := []string{"fossil", "http", "--nojail", place} // --nojail: root loses its rights without changing its root
	if r.Administrator {
		args = []string{"fossil", "test-http", place}
		s.Confine = true // SQL can attach other files
	}
	if r.User != "" {
		s.Env = append(s.Env, "REMOTE_USER="+r.User)
	}
	// SQLite makes its journal beside the file.
	s.Write = []string{path.Dir(place)}
	s.Stages = []Stage{{Program: string(r.Program), Args: args, Stderr: launch.StderrInherit}}
	return allow(s)
}
