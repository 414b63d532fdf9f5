package sshrestrict

import (
	"path"
	"path/filepath"
	"strings"

	"ops/sshrestrict/launch"
)

// gitRule serves git repositories to git, git-lfs and git-annex. See git-shell(1) for what clients send, and
// git-upload-pack(1), git-receive-pack(1), git-upload-archive(1) for what is started.
type gitRule struct {
	repositories `yaml:",inline"`

	Mode    Mode `yaml:"mode"`    // read
	Archive bool `yaml:"archive"` // git archive --remote
	LFS     bool `yaml:"lfs"`     // git-lfs-authenticate and git-lfs-transfer
	Annex   bool `yaml:"annex"`   // git-annex-shell

	// Hooks of the repository run when it is pushed to, as the account. Left out means true: they are the owner's, and
	// some refuse pushes, so that leaving them out silently would allow more.
	Hooks *bool `yaml:"hooks"`

	Program         folder `yaml:"program"`          // /usr/bin/git
	LFSAuthenticate folder `yaml:"lfs-authenticate"` // /usr/bin/git-lfs-authenticate
	LFSTransfer     folder `yaml:"lfs-transfer"`     // /usr/bin/git-lfs-transfer
	AnnexShell      folder `yaml:"annex-shell"`      // /usr/bin/git-annex-shell
}

func (r *gitRule) complete() error {
	programOr(&r.Program, "/usr/bin/git")
	programOr(&r.LFSAuthenticate, "/usr/bin/git-lfs-authenticate")
	programOr(&r.LFSTransfer, "/usr/bin/git-lfs-transfer")
	programOr(&r.AnnexShell, "/usr/bin/git-annex-shell")
	if err := completeMode(&r.Mode); err != nil {
		return err
	}
	return r.repositories.complete()
}

func (r *gitRule) decide(q *Request) answer {
	words, ok := q.words()
	if !ok {
		return answer{}
	}
	service, rest := gitService(words)
	switch service {
	case "upload-pack", "receive-pack", "upload-archive":
		return r.serve(q, service, rest)
	case "lfs-authenticate", "lfs-transfer":
		return r.lfs(q, service, rest)
	case "annex-shell":
		return r.annex(q, rest)
	case "":
		return answer{}
	}
	return deny("git-command", "git %s is no service for clients", quote(service))
}

// gitService returns the part of git's command behind "git-" or "git ", and the words behind that.
func gitService(words []Word) (string, []Word) {
	for _, service := range []string{
		"upload-pack", "receive-pack", "upload-archive", "lfs-authenticate", "lfs-transfer", "annex-shell",
	} {
		if isProgram(words[0], "git-"+service) {
			return service, words[1:]
		}
	}
	switch {
	case !isProgram(words[0], "git"):
		return "", nil
	case len(words) == 1 || !words[1].literal():
		return "?", nil
	}
	return words[1].Text, words[2:]
}

func (r *gitRule) serve(q *Request, service string, rest []Word) answer {
	switch {
	case len(rest) != 1:
		return deny("git-arguments", "git-%s with %d arguments; clients give the repository and nothing else", service, len(rest))
	case service == "receive-pack" && !r.Mode.Writes():
		return deny("git-write", "pushing is not in the mode %s", r.Mode)
	case service == "upload-archive" && !r.Archive:
		return deny("git-archive", "the policy has no \"archive: true\"")
	}
	place, err := r.place(q, rest[0])
	if err != nil {
		return denied("git-repository", err)
	}
	args := []string{"git", service}
	if service == "upload-pack" {
		args = append(args, "--strict") // the others have no such option; see gitPlace
	}
	s := r.start(q, place, r.Program, append(args, place.dir)...)
	if service == "receive-pack" {
		s.Write = []string{place.path}
		s.Execute = append(s.Execute, place.hooks(r.hooks())...)
	}
	return allow(s)
}

func (r *gitRule) hooks() bool { return r.Hooks == nil || *r.Hooks }

// start renders what all programs for git have in common: they see one repository, and git's configuration of the system
// and of that repository, but none of the account's home.
func (r *gitRule) start(q *Request, place gitPlace, program folder, args ...string) *Start {
	safe := place.dir
	if real, err := filepath.EvalSymlinks(safe); err == nil {
		safe = real // which is what git compares, if the root itself is behind a link
	}
	settings := []string{
		"safe.directory", safe, // its owner was looked at, see gitPlace
		"protocol.ext.allow", "never",
	}
	if !r.hooks() {
		settings = append(settings, "core.hooksPath", "/dev/null")
	}
	s := &Start{
		Stages: []Stage{{Program: string(program), Args: args, Stderr: launch.StderrInherit}},
		Dir:    string(r.Root),
		Env:    append([]string{"GIT_CONFIG_GLOBAL=/dev/null", "GIT_NO_LAZY_FETCH=1"}, gitSettings(settings...)...),
		Read:   []string{place.path, "/etc/gitconfig"},
		// The services call each other through the git in here.
		Execute: []string{"/usr/lib/git-core", "/usr/libexec/git-core"},
	}
	if version := q.env("GIT_PROTOCOL"); isGitProtocol(version) {
		s.Env = append(s.Env, "GIT_PROTOCOL="+version)
	}
	return s
}

// gitSettings are configuration of the command line, which is above that of the repository: see GIT_CONFIG_COUNT in
// git(1). settings are keys and values by turns.
func gitSettings(settings ...string) []string {
	env := []string{"GIT_CONFIG_COUNT=" + string(rune('0'+len(settings)/2))}
	for i := 0; i+1 < len(settings); i += 2 {
		number := string(rune('0' + i/2))
		env = append(env, "GIT_CONFIG_KEY_"+number+"="+settings[i], "GIT_CONFIG_VALUE_"+number+"="+settings[i+1])
	}
	return env
}

// isGitProtocol is true for the versions of the protocol that there are, see gitprotocol-v2(5). Clients send nothing else.
func isGitProtocol(version string) bool {
	number, ok := strings.CutPrefix(version, "version=")
	return ok && (number == "0" || number == "1" || number == "2")
}

// place finds the repository of a client's word.
func (r *gitRule) place(q *Request, w Word) (gitPlace, error) {
	located, err := r.repositories.locate(w)
	if err != nil {
		return gitPlace{}, err
	}
	// A value of safe.directory that ends in /* would mean all repositories of a folder.
	if path.Base(located) == "*" {
		return gitPlace{}, refuse("git-name", "a repository called *")
	}
	place, err := newGitPlace(located)
	if err != nil {
		return gitPlace{}, err
	}
	if rel, _ := r.Root.relative(place.dir); place.dir != place.path {
		if err := r.excepted(rel); err != nil {
			return gitPlace{}, err
		}
	}
	return place, place.trusted(q.Account.UID)
}
