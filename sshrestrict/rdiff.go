package sshrestrict

import "strings"

// rdiffRule serves rdiff-backup's protocol from one folder, confined by rdiff-backup itself and by the sandbox.
type rdiffRule struct {
	Root    folder `yaml:"root,required"`
	Mode    Mode   `yaml:"mode"`    // read to restore from, append to add to a backup that is there, read-write for all; append if left out
	Program folder `yaml:"program"` // /usr/bin/rdiff-backup
}

// newRdiffRule has the default mode.
func newRdiffRule() *rdiffRule { return &rdiffRule{Mode: ModeAppend, Program: "/usr/bin/rdiff-backup"} }

func (r *rdiffRule) complete() error {
	if r.Mode == ModeWrite {
		return refuse("rdiff-backup", "rdiff-backup reads what it adds to: the mode is read, append or read-write")
	}
	return completeRoot(r.Root)
}

// decide takes "rdiff-backup server", to which 2.1 and newer may add how much is said, and "rdiff-backup --server" of
// older ones. See get_cmd_pairs in rdiff-backup's SetConnections.py.
func (r *rdiffRule) decide(q *Request) answer {
	words, ok := q.named("rdiff-backup")
	if !ok {
		return answer{}
	}
	texts, ok := literals(words)
	if ok && len(texts) == 4 && texts[1] == "--terminal-verbosity" && texts[3] == "server" && len(texts[2]) == 1 && isNumber(texts[2]) {
		texts = texts[2:]
	}
	if !ok || len(texts) != 2 || texts[1] != "server" && texts[1] != "--server" {
		return deny("rdiff-backup-command", "only \"rdiff-backup server\" is for clients")
	}
	restrict := map[Mode]string{ModeRead: "read-only", ModeAppend: "update-only", ModeReadWrite: "read-write"}[r.Mode]
	args := []string{"rdiff-backup"}
	if texts[1] == "server" {
		args = append(args, "server", "--restrict-path", string(r.Root), "--restrict-mode", restrict)
	} else {
		option := map[Mode]string{ModeRead: "--restrict-read-only", ModeAppend: "--restrict-update-only", ModeReadWrite: "--restrict"}[r.Mode]
		args = append(args, "--server", option, string(r.Root))
	}
	s := &Start{
		Stages: []Stage{{Program: string(r.Program), Args: args}},
		Env:    []string{"PYTHONDONTWRITEBYTECODE=1"},
		Read:   []string{"/etc/passwd", "/etc/group", "/etc/nsswitch.conf", "/etc/rdiff-backup", "/etc/os-release"},
	}
	return allow(s.tree(r.Root, r.Mode))
}

// unisonRule serves unison's protocol. Unison has no option that confines it: the sandbox alone does, so that it is
// required.
type unisonRule struct {
	Root    folder `yaml:"root,required"`
	State   folder `yaml:"state"`   // unison's archives; .unison in the account's home if left out
	Program folder `yaml:"program"` // /usr/bin/unison
}

func (r *unisonRule) complete() error {
	if r.Program == "" {
		r.Program = "/usr/bin/unison"
	}
	return completeRoot(r.Root)
}

// decide takes "unison -server", with the word that newer clients put behind it, under the program's name or one with
// its version (addversionno).
func (r *unisonRule) decide(q *Request) answer {
	words, ok := q.words()
	if !ok || !isUnison(words[0]) {
		return answer{}
	}
	texts, ok := literals(words)
	if !ok || len(texts) < 2 || texts[1] != "-server" || len(texts) > 3 || len(texts) == 3 && texts[2] != "__new-rpc-mode" {
		return deny("unison-command", "only \"unison -server\" is for clients")
	}
	state := string(r.State)
	if state == "" {
		state = q.Account.Home + "/.unison"
	}
	return allow(&Start{
		Stages:  []Stage{{Program: string(r.Program), Args: append([]string{"unison"}, texts[1:]...)}},
		Env:     []string{"UNISON=" + state},
		Dir:     string(r.Root),
		Write:   []string{string(r.Root), state},
		Confine: true,
	})
}

// isUnison is true for unison under its name, or one with its version behind it.
func isUnison(w Word) bool {
	minor, versioned := strings.CutPrefix(w.Text[strings.LastIndexByte(w.Text, '/')+1:], "unison-2.")
	if versioned && len(minor) == 2 && isNumber(minor) {
		return isProgram(w, "unison-2."+minor)
	}
	return isProgram(w, "unison")
}
