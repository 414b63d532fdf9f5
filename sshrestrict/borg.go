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

// decide takes "borg serve" with the options that borg clients add to it, all of which are dropped: the policy chooses.
// Variables before it (BORG_X=… borg serve) are dropped as well. See RemoteRepository.borg_cmd in borg's remote.py.
func (r *borgRule) decide(q *Request) answer {
	words := q.behindAssignments("BORG_")
	if len(words) < 2 || !isBorg(words[0]) {
		return answer{}
	}
	texts, ok := literals(words)
	if !ok {
		return deny("borg-option", "words that a shell would expand")
	}
	if texts[1] != "serve" {
		return deny("borg-command", "%s: only serve is for clients", quote(texts[1]))
	}
	for _, option := range texts[2:] {
		if !borgOption(option) {
			return deny("borg-option", "the option %s", quote(option))
		}
	}
	served := r.Repository
	args := []string{"borg", "serve"}
	if served != "" {
		args = append(args, "--restrict-to-repository", string(served))
	} else {
		served = r.Root
		args = append(args, "--restrict-to-path", string(served))
	}
	if r.AppendOnly {
		args = append(args, "--append-only")
	}
	if r.Quota > 0 {
		args = append(args, "--storage-quota", strconv.FormatInt(int64(r.Quota), 10))
	}
	args = append(args, "--umask=077")
	for _, level := range texts[2:] {
		if level == "--info" || level == "--debug" || level == "--warning" || level == "--error" || level == "--critical" {
			args = append(args, level)
			break
		}
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

func isBorg(w Word) bool {
	return isProgram(w, "borg", "borg1") || w.literal() && (w.Text == "/usr/local/bin/borg" || w.Text == "borg-1")
}

// borgOption is true for what clients send: levels of the log, topics for debugging, umask, quota, lock wait. None is
// passed on but the level.
func borgOption(option string) bool {
	name, value, hasValue := strings.Cut(option, "=")
	switch name {
	case "--critical", "--error", "--warning", "--info", "--debug", "--verbose", "-v", "--show-rc", "--log-json", "--append-only":
		return !hasValue
	case "--debug-topic":
		return hasValue && isPlainName(value)
	case "--umask", "--storage-quota", "--lock-wait":
		return hasValue && isPlainName(value)
	}
	return false
}
