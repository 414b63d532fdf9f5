package sshrestrict

import (
	"os"
	"path"
	"slices"
	"strings"

	"ops/sshrestrict/launch"
)

// hgRule serves Mercurial repositories. Clients send "hg -R REPOSITORY serve --stdio" and "hg init REPOSITORY", see
// sshpeer.py; with any other option hg refuses to serve since CVE-2017-9462.
type hgRule struct {
	repositories `yaml:",inline"`

	Mode   Mode  `yaml:"mode"`   // read
	Create bool  `yaml:"create"` // new repositories, by hg init
	Hooks  *bool `yaml:"hooks"`  // false: .hg/hgrc is not read at all; left out means true, as for git

	Program folder `yaml:"program"` // /usr/bin/hg
	// ReadOnly is hg-ssh(8), a part of Mercurial. hg itself cannot be told to serve for reading only: it takes no option
	// beside those two, and a hook in its configuration that refuses would have to come from a file.
	ReadOnly folder `yaml:"hg-ssh"` // /usr/bin/hg-ssh
}

func (r *hgRule) complete() error {
	programOr(&r.Program, "/usr/bin/hg")
	programOr(&r.ReadOnly, "/usr/bin/hg-ssh")
	if err := completeMode(&r.Mode); err != nil {
		return err
	}
	switch {
	case r.Create && !r.Mode.Writes():
		return refuse("mode", "create: true needs mode: read-write")
	case r.Create && path.Dir(string(r.Repository)) == "/":
		return refuse("repository", "create: true needs a folder for the repository, which can be written")
	}
	return r.repositories.complete()
}

func (r *hgRule) decide(q *Request) answer {
	words, ok := q.named("hg")
	if !ok {
		return answer{}
	}
	texts, _ := literals(words)
	at, serve := 0, false
	switch {
	case texts == nil:
	case len(texts) == 5 && texts[1] == "-R" && texts[3] == "serve" && texts[4] == "--stdio":
		at, serve = 2, true
	case len(texts) == 3 && texts[1] == "init":
		at = 2
	}
	switch {
	case at == 0:
		return deny("hg-command", "only hg -R REPOSITORY serve --stdio, and hg init REPOSITORY where the policy has \"create: true\"")
	case !serve && !r.Create:
		return deny("hg-create", "the policy has no \"create: true\"")
	case !serve && slices.Contains(strings.Split(texts[at], "/"), ".hg"):
		return deny("hg-create", "%s is among the files of another repository, such as its configuration", quote(texts[at]))
	}
	// bundle:, union: and URLs are repositories too, made of files that the policy does not know.
	if scheme, _, ok := strings.Cut(texts[at], ":"); ok && !strings.Contains(scheme, "/") {
		return deny("hg-scheme", "the repository %s", quote(texts[at]))
	}
	place, err := r.repositories.locate(words[at])
	if err != nil {
		return denied("hg-repository", err)
	}
	if info, err := os.Stat(place); err == nil && !info.IsDir() {
		return deny("hg-repository", "%s is no folder; a file would be served as a bundle", quote(place))
	}
	return allow(r.start(place, serve))
}

func (r *hgRule) start(place string, serve bool) *Start {
	s := &Start{Dir: string(r.Root), Env: []string{
		"HGPLAIN=1", // no aliases, no defaults of commands
		// The system's configuration, not that of the account's home.
		"HGRCPATH=/etc/mercurial/hgrc:/etc/mercurial/hgrc.d",
	}, Read: []string{"/etc/mercurial"}}
	if r.Hooks != nil && !*r.Hooks {
		s.Env = append(s.Env, "HGRCSKIPREPO=1")
	} else if r.Mode.Writes() {
		s.Execute = shells() // hooks are lines of shell in .hg/hgrc
	}
	stage := Stage{Program: string(r.Program), Args: []string{"hg", "-R", place, "serve", "--stdio"}, Stderr: launch.StderrInherit}
	switch {
	case !serve:
		stage.Args = []string{"hg", "init", "--", place}
		s.Write = []string{string(r.Root)}
	case r.Mode.Writes():
		s.Write = []string{place}
		s.Env = append(s.Env, "TMPDIR="+place+"/.hg") // what is pushed is kept in a file at first
	default:
		stage.Program, stage.Args = string(r.ReadOnly), []string{"hg-ssh", "--read-only", place}
		s.Env = append(s.Env, "SSH_ORIGINAL_COMMAND=hg -R "+shellQuote(place)+" serve --stdio")
		s.Read = append(s.Read, place)
	}
	s.Stages = []Stage{stage}
	return s
}
