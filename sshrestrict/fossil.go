package sshrestrict

import (
	"path"

	"ops/sshrestrict/launch"
)

// fossilRule serves Fossil repositories. Clients send "fossil test-http REPOSITORY", which by itself makes every client
// an administrator of the repository.
type fossilRule struct {
	repositories `yaml:",inline"`

	Mode Mode `yaml:"mode"` // read
	// User is who the client is inside the repository, with the rights that the repository gives to that name. It needs
	// the setting remote_user_ok there. Without it the client is nobody, with the rights of the mode.
	User    string `yaml:"user"`
	Program folder `yaml:"program"` // /usr/bin/fossil
}

func (r *fossilRule) complete() error {
	programOr(&r.Program, "/usr/bin/fossil")
	if r.User != "" && !isPlainName(r.User) {
		return refuse("user", "the user %s is no plain name", quote(r.User))
	}
	if err := completeMode(&r.Mode); err != nil {
		return err
	}
	return r.repositories.complete()
}

// Rights of Fossil, see its page on user capabilities: clone, links, wiki, check-out, tickets, archives; and to write,
// check-in, new and changed tickets, wiki and attachments, unversioned files. None to change users or settings.
const (
	fossilReads  = "ghjorz"
	fossilWrites = fossilReads + "bcfikmnwy"
)

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
	args := []string{"fossil", "test-http", "--usercap", fossilReads, place}
	if r.Mode.Writes() {
		args[3] = fossilWrites
	}
	if r.User != "" {
		args = []string{"fossil", "http", "--nojail", place}
		s.Env = append(s.Env, "REMOTE_USER="+r.User)
	}
	// SQLite makes its journal beside the file, and fossil notes who was there when reading as well.
	s.Write = []string{path.Dir(place)}
	s.Stages = []Stage{{Program: string(r.Program), Args: args, Stderr: launch.StderrInherit}}
	return allow(s)
}
