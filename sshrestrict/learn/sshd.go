package learn

import "strings"

// logins remembers what earlier lines of sshd and its sftp server told about a connection, for the lines that follow.
type logins struct {
	keys     map[string]string // fingerprint by "ADDRESS port PORT"
	accounts map[string]string // by the process of an sftp server
}

// maxLogins bounds what is remembered; after that it starts anew.
const maxLogins = 10_000

func newLogins() *logins { return &logins{map[string]string{}, map[string]string{}} }

func remember(m map[string]string, key, value string) {
	if len(m) >= maxLogins {
		clear(m)
	}
	m[key] = value
}

// fromSSHD reads what sshd(8) logs with LogLevel VERBOSE:
//
//	Accepted publickey for USER from ADDRESS port N ssh2: TYPE SHA256:…
//	Starting session: KIND for USER from ADDRESS port N id M
//
// where KIND is command, shell, subsystem 'NAME' or forced-command (WHERE) 'COMMAND', each perhaps with "on TTY" behind it.
// See do_exec in session.c of OpenSSH, which cuts COMMAND to 900 bytes. The parts are taken from the end of the line, since
// a forced command may hold any text.
func (l *logins) fromSSHD(message string) (Evidence, bool) {
	if rest, ok := strings.CutPrefix(message, "Accepted publickey for "); ok {
		if head, key, ok := strings.Cut(rest, " ssh2: "); ok {
			words := strings.Fields(key)
			if at := strings.LastIndex(head, " from "); at >= 0 && len(words) >= 2 {
				remember(l.keys, head[at+len(" from "):], words[1])
			}
		}
		return Evidence{}, false
	}
	kind, ok := strings.CutPrefix(message, "Starting session: ")
	if !ok {
		return Evidence{}, false
	}
	kind, from, ok := cutLast(kind, " from ")
	if !ok {
		return Evidence{}, false
	}
	kind, account, ok := cutLast(kind, " for ")
	if !ok || account == "" || strings.ContainsAny(account, " '") {
		return Evidence{}, false
	}
	from, _, _ = strings.Cut(from, " id ")
	e := Evidence{Account: account, Key: l.keys[from]}
	quoted := func(text string) (string, bool) {
		start, end := strings.IndexByte(text, '\''), strings.LastIndexByte(text, '\'')
		if end <= start || text[end+1:] != "" && !strings.HasPrefix(text[end+1:], " on ") {
			return "", false
		}
		return text[start+1 : end], true
	}
	switch {
	case strings.HasPrefix(kind, "forced-command ("):
		e.Kind = Forced
		e.Text, ok = quoted(kind)
		if len(e.Text) >= 900 {
			e.Kind, e.Text = Opaque, ""
		}
	case strings.HasPrefix(kind, "subsystem '"):
		e.Kind = Subsystem
		e.Text, ok = quoted(kind)
	case kind == "shell" || strings.HasPrefix(kind, "shell on "):
		e.Kind = Login
	case kind == "command" || strings.HasPrefix(kind, "command on "):
		e.Kind = Opaque
	default:
		ok = false
	}
	return e, ok
}

func cutLast(text, separator string) (before, after string, found bool) {
	at := strings.LastIndex(text, separator)
	if at < 0 {
		return text, "", false
	}
	return text[:at], text[at+len(separator):], true
}

// fromSFTP reads what sftp-server(8) logs at INFO. It puts names between quotes as they are, so that a name can hold what
// ends it; a line that can be read in two ways is passed over.
func (l *logins) fromSFTP(pid, message string) (Evidence, bool) {
	if rest, ok := strings.CutPrefix(message, "session opened for local user "); ok {
		account, _, ok := cutLast(rest, " from [")
		if ok {
			remember(l.accounts, pid, account)
		}
		return Evidence{}, false
	}
	e := Evidence{Kind: Operation, Account: l.accounts[pid]}
	verb, rest, _ := strings.Cut(message, " ")
	e.Operation = verb
	ok := false
	switch verb {
	case "open": // open "PATH" flags READ,WRITE mode 0644
		if e.Path, rest, ok = name(rest, `" flags `); ok {
			flags, _, _ := strings.Cut(rest, " ")
			e.Writes = flags != "READ" // else some of WRITE, APPEND, CREATE, TRUNCATE, EXCL
		}
	case "opendir":
		e.Path, rest, ok = name(rest, `"`)
		ok = ok && rest == ""
	case "mkdir", "rmdir", "remove":
		rest, ok = strings.CutPrefix(rest, "name ")
		if ok {
			end := `"`
			if verb == "mkdir" {
				end = `" mode `
			}
			e.Path, _, ok = name(rest, end)
		}
		e.Writes, e.Deletes = true, verb != "mkdir"
	case "set":
		for _, what := range []string{`" mode `, `" size `, `" modtime `, `" owner `} {
			if e.Path, _, ok = name(rest, what); ok {
				break
			}
		}
		e.Writes = true
	case "rename", "posix-rename", "hardlink": // VERB old "PATH" new "PATH"
		old, rest, found := strings.Cut(rest, `" new "`)
		old, start := strings.CutPrefix(old, `old "`)
		target, end := strings.CutSuffix(rest, `"`)
		ok = found && start && end && !strings.Contains(rest, `" new "`)
		e.Path, e.Target, e.Writes = old, target, true
	}
	if !ok || e.Path == "" {
		return Evidence{}, false
	}
	return e, true
}

// name takes "NAME from the front of text, up to the end that stands there once.
func name(text, end string) (name, rest string, ok bool) {
	text, ok = strings.CutPrefix(text, `"`)
	if !ok || strings.Count(text, end) != 1 {
		return "", "", false
	}
	name, rest, _ = strings.Cut(text, end)
	return name, rest, true
}
