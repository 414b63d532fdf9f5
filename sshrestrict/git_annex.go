package sshrestrict

import "strings"

// annex answers git-annex-shell(1), as git-annex calls it: the command, the repository, then options and operands, then
// fields between two "--", and behind those what rsync appends when git-annex is its remote shell.
func (r *gitRule) annex(q *Request, rest []Word) answer {
	switch {
	case !r.Annex:
		return deny("git-annex", "the policy has no \"annex: true\"")
	case len(rest) < 2 || !rest[0].literal():
		return deny("git-arguments", "git-annex-shell takes a command and a repository")
	}
	command := rest[0].Text
	least, most, writes := annexOperands(command)
	switch {
	case most < 0:
		return deny("git-annex-command", "git-annex-shell %s", quote(command))
	case writes && !r.Mode.Writes():
		return deny("git-write", "git-annex-shell %s is not in the mode %s", command, r.Mode)
	}
	texts, ok := literals(rest[2:])
	if !ok {
		return deny("git-arguments", "words that a shell would expand")
	}
	call, err := readAnnex(command, texts)
	if err != nil {
		return denied("git-arguments", err)
	}
	if len(call.operands) < least || len(call.operands) > most {
		return deny("git-arguments", "git-annex-shell %s with %d operands", command, len(call.operands))
	}
	place, err := r.place(q, rest[1])
	if err != nil {
		return denied("git-repository", err)
	}
	args := append([]string{"git-annex-shell", command, place.path}, call.operands...)
	args = append(args, call.options...)
	if call.fields != nil && r.Mode.Writes() { // the fields only say how to write
		args = append(append(append(args, "--"), call.fields...), "--")
	}
	s := r.start(q, place, r.AnnexShell, args...)
	// It keeps to these by itself: no command of git-shell, no other repository, no change.
	s.Env = append(s.Env, "GIT_ANNEX_SHELL_LIMITED=1", "GIT_ANNEX_SHELL_DIRECTORY="+place.path)
	// It calls git through PATH, and rsync for keys that are sent without its own protocol.
	s.Execute = append(s.Execute, string(r.Program), "/usr/bin/git-annex", "/usr/bin/rsync")
	if r.Mode.Writes() {
		s.Write = []string{place.path}
		s.Execute = append(s.Execute, place.hooks(r.hooks())...)
	} else {
		s.Env = append(s.Env, "GIT_ANNEX_SHELL_READONLY=1")
	}
	return allow(s)
}

// annexOperands tells how many operands a command has behind the repository, most being -1 if it is not served, and
// whether it is only for writing. What p2pstdio may do is up to GIT_ANNEX_SHELL_READONLY. Setting up repositories
// (gcryptsetup) is the administrator's.
func annexOperands(command string) (least, most int, writes bool) {
	const many = 1000
	switch command {
	case "configlist", "notifychanges":
		return 0, 0, false
	case "p2pstdio", "sendkey", "lockcontent":
		return 1, 1, false
	case "inannex":
		return 1, many, false
	case "recvkey":
		return 1, 1, true
	case "dropkey":
		return 1, many, true
	}
	return 0, -1, false
}

// annexCall is what stands behind the repository.
type annexCall struct{ operands, options, fields []string }

func readAnnex(command string, texts []string) (annexCall, error) {
	var call annexCall
	for i := 0; i < len(texts); i++ {
		text := texts[i]
		uuid, attached := strings.CutPrefix(text, "--uuid=")
		switch {
		case text == "--":
			return call, call.readFields(command, texts[i+1:])
		case text == "--uuid" && i+1 < len(texts):
			i++
			uuid = texts[i]
			fallthrough
		case attached:
			if !isUUID(uuid) {
				return call, refuse("git-annex-uuid", "%s is no identity of a repository", quote(uuid))
			}
			call.options = append(call.options, "--uuid", uuid)
		case text == "--debug", text == "--quiet", text == "--force" && command == "dropkey":
			call.options = append(call.options, text)
		case strings.HasPrefix(text, "-") || text == "":
			return call, refuse("git-annex-option", "the option %s of git-annex-shell", quote(text))
		case command == "p2pstdio" && !isUUID(text):
			return call, refuse("git-annex-uuid", "%s is no identity of a repository", quote(text))
		case strings.Contains(text, "/"):
			return call, refuse("git-annex-key", "%s is no key: keys have no slash", quote(text))
		default:
			call.operands = append(call.operands, text)
		}
	}
	return call, nil
}

// readFields reads NAME=VALUE up to the second "--". Fields that are only shown to people are dropped, as are the words of
// rsync behind them, in whose place git-annex-shell puts its own.
func (c *annexCall) readFields(command string, texts []string) error {
	for i, text := range texts {
		name, value, ok := strings.Cut(text, "=")
		switch {
		case text == "--":
			rest := texts[i+1:]
			rsync := len(rest) > 2 && rest[0] == "dummy" && rest[1] == "rsync" && rest[2] == "--server"
			if len(rest) > 0 && !(rsync && (command == "sendkey" || command == "recvkey")) {
				return refuse("git-arguments", "%s behind the fields", quote(rest[0]))
			}
			return nil
		case !ok:
			return refuse("git-annex-field", "%s is no field", quote(text))
		case name == "associatedfile":
		case (name == "autoinit" || name == "unlocked" || name == "direct") && (value == "1" || value == ""),
			name == "remoteuuid" && isUUID(value):
			c.fields = append(c.fields, text)
		default:
			return refuse("git-annex-field", "the field %s", quote(text))
		}
	}
	return refuse("git-arguments", "the fields have no end")
}

// isUUID is true for 36 characters in five groups, see RFC 9562, section 4.
func isUUID(text string) bool {
	groups := strings.Split(text, "-")
	return len(groups) == 5 && len(text) == 36 && len(groups[0]) == 8 && len(groups[4]) == 12 &&
		isHex(strings.ReplaceAll(text, "-", ""), 32)
}
