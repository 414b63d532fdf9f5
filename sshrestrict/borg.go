package sshrestrict

import (
	"path"
	"strconv"
	"strings"
)

// borgRule serves one borg repository, or those of one folder. The client's line names no repository: that is said inside
// the protocol, and borg itself checks it against what we render.
type borgRule struct {
	Repository folder `yaml:"repository"`  // exactly this one
	Root       folder `yaml:"root"`        // or all below this folder
	AppendOnly bool   `yaml:"append-only"` // nothing is ever deleted
	Quota      size   `yaml:"quota"`       // bytes of the repository; none
	Program    folder `yaml:"program"`     // /usr/bin/borg
}

func (r *borgRule) complete() error {
	if (r.Repository == "") == (r.Root == "") {
		return refuse("borg", "give either repository or root")
	}
	if r.Program == "" {
		r.Program = "/usr/bin/borg"
	}
	return completeRoot(r.Repository + r.Root)
}

// decide takes "borg serve" with the options that borg clients add to it. They are dropped, for the policy chooses; only the
// level of the log is kept, and a client may ask for less than it has. Variables before it (BORG_X=… borg serve) are
// dropped as well. See RemoteRepository.borg_cmd in borg's remote.py, and rest_serve_command of borg 2.
func (r *borgRule) decide(q *Request) answer {
	words := q.behindAssignments("BORG_")
	if len(words) == 0 || !isBorg(words[0]) {
		return answer{}
	}
	texts, ok := literals(words)
	if !ok {
		return deny("borg-option", "words that a shell would expand")
	}
	if len(texts) < 2 || texts[1] != "serve" {
		return deny("borg-command", "%s: only serve is for clients", quote(strings.Join(texts[1:], " ")))
	}
	asked, err := readBorg(texts[2:])
	if err != nil {
		return denied("borg-option", err)
	}
	served, restrict := r.Repository, "--restrict-to-repository"
	if served == "" {
		served, restrict = r.Root, "--restrict-to-path"
	}
	args := []string{"borg", "serve"}
	appendOnly := r.AppendOnly || asked.appendOnly
	if asked.rest {
		repository, err := r.backend(asked.backend)
		if err != nil {
			return denied("borg-backend", err)
		}
		permissions := "all"
		if appendOnly {
			permissions = "no-delete"
		}
		args = append(args, "--rest", "--backend", "FILE:"+repository, "--permissions", permissions)
	}
	args = append(args, restrict, string(served))
	if appendOnly && !asked.rest {
		args = append(args, "--append-only")
	}
	if r.Quota > 0 {
		args = append(args, "--storage-quota", strconv.FormatInt(int64(r.Quota), 10))
	}
	args = append(args, "--umask=077")
	if asked.level != "" {
		args = append(args, asked.level)
	}
	writable := string(served)
	if _, err := formOf(writable); err != nil { // to be made by borg init, in its folder
		writable = path.Dir(writable)
	}
	return allow(&Start{
		Stages: []Stage{{Program: string(r.Program), Args: args}},
		// borg tries itself at each start, for which it would need a folder for temporary files.
		Env:   []string{"BORG_SELFTEST=disabled", "BORG_BASE_DIR=" + q.Account.Home, "PYTHONDONTWRITEBYTECODE=1"},
		Read:  []string{"/etc/passwd", "/etc/group", "/etc/nsswitch.conf", "/etc/ssl/openssl.cnf"},
		Write: []string{writable, q.Account.Home + "/.cache/borg", q.Account.Home + "/.config/borg"},
		Execute: []string{
			"/sbin/ldconfig", "/usr/bin/uname", // python's ctypes and platform look for libraries and the system's name
		},
	})
}

// isBorg is true for borg under its name, or one with a version as hosts of several have it: borg1, borg-1.4, borg14.
func isBorg(w Word) bool {
	name := w.Text
	for _, dir := range []string{"/usr/bin/", "/bin/", "/usr/local/bin/"} {
		name = strings.TrimPrefix(name, dir)
	}
	version, ok := strings.CutPrefix(name, "borg")
	return ok && w.literal() && strings.Trim(version, "-.0123456789") == ""
}

// borgAsked is what a client's options mean to us.
type borgAsked struct {
	level      string // of the log, as an option; empty for borg's default
	appendOnly bool
	rest       bool // borg 2's server of a repository that the line names
	backend    string
}

// readBorg takes what clients send: levels of the log, topics for debugging, umask, quota, lock wait.
func readBorg(options []string) (borgAsked, error) {
	var asked borgAsked
	for i := 0; i < len(options); i++ {
		name, value, hasValue := strings.Cut(options[i], "=")
		ok := !hasValue
		switch name {
		case "--critical", "--error", "--warning", "--info", "--debug":
			asked.level = name
		case "--verbose", "-v":
			asked.level = "--info"
		case "--show-rc", "--log-json":
		case "--append-only":
			asked.appendOnly = true
		case "--rest":
			asked.rest = true
		case "--backend":
			if i+1 < len(options) && !hasValue {
				i++
				value, hasValue = options[i], true
			}
			ok = hasValue && asked.backend == ""
			asked.backend = value
		case "--debug-topic", "--umask", "--storage-quota", "--lock-wait":
			ok = hasValue && isPlainName(value)
		default:
			ok = false
		}
		if !ok {
			return asked, refuse("borg-option", "the option %s", quote(options[i]))
		}
	}
	if asked.backend != "" && !asked.rest {
		return asked, refuse("borg-option", "--backend without --rest")
	}
	return asked, nil
}

// backend returns the repository that a client of borg 2 names.
func (r *borgRule) backend(url string) (string, error) {
	named, ok := strings.CutPrefix(url, "FILE:")
	switch {
	case !ok:
		return "", refuse("borg-backend", "the backend %s is no FILE:", quote(url))
	case r.Quota > 0:
		return "", refuse("borg-quota", "borg 2 keeps no quota; give the repository a file system or a project quota of its own")
	}
	served := r.Repository + r.Root
	located, err := served.locate(strings.TrimSuffix(named, "/"), PathsAbsolute)
	if err == nil && r.Repository != "" && located != string(served) {
		err = refuse("borg-backend", "%s is not the repository", quote(named))
	}
	return located, err
}
