package sshrestrict

import (
	"errors"
	"path"
	"slices"
	"strings"

	"ops/sshrestrict/launch"
)

// programsOf returns the paths of the programs that a rule starts in most cases.
func programsOf(r rule) []string {
	switch r := r.(type) {
	case *commandRule:
		return []string{r.program()}
	case *rsyncRule:
		return []string{string(r.Program)}
	case *gitRule:
		return []string{string(r.Program)}
	case *hgRule:
		return []string{string(r.Program)}
	case *svnRule:
		return []string{string(r.Program)}
	case *bzrRule:
		return []string{string(r.Program)}
	case *cvsRule:
		return []string{string(r.Program)}
	case *darcsRule:
		return []string{string(r.Program)}
	case *fossilRule:
		return []string{string(r.Program)}
	case *borgRule:
		return []string{string(r.Program)}
	case *resticRule:
		return []string{string(r.Program)}
	case *rdiffRule:
		return []string{string(r.Program)}
	case *unisonRule:
		return []string{string(r.Program)}
	case *zfsRule:
		return []string{string(r.Program)}
	case *btrfsRule:
		return []string{string(r.Program)}
	case *dockerRule:
		return []string{string(r.Program)}
	case *moshRule:
		return []string{string(r.Program), r.Command[0]}
	}
	return nil
}

// rule looks at what one rule starts.
func (c *checker) rule(entry *ruleEntry) {
	for _, program := range programsOf(entry.rule) {
		err := launch.Examine(program, []string{"PATH=" + searchPath})
		if _, missing := errors.AsType[*launch.MissingProgram](err); missing {
			c.add("warning", "program-missing", entry, "install it, or write its path in the policy", "%v", err)
		} else if err != nil {
			c.add("error", "program-unsafe", entry, "give it to root, and run: chmod go-w", "%v", err)
		}
	}
	switch r := entry.rule.(type) {
	case *commandRule:
		c.command(entry, r)
	case *dockerRule:
		c.add("note", "equals-root", entry, "let the client do the one thing that it needs by a rule for a command", "whoever has the socket of docker is root")
	case *nixRule:
		if r.Daemon || r.Write {
			c.add("note", "equals-root", entry, "grant serve: true only", "a client that may write to the store decides what root runs")
		}
	case *moshRule:
		if kind := kindOf(path.Base(r.Command[0])); kind != harmlessProgram && len(r.Command) == 1 {
			c.add("error", "runs-others", entry, "name a program that runs nothing else, such as ops ssh-restrict with a menu",
				"%s inside mosh runs what the client types", r.Command[0])
		}
	}
}

// command looks at a program that the author chose.
func (c *checker) command(entry *ruleEntry, r *commandRule) {
	for _, run := range r.chain() {
		name := path.Base(run[0])
		switch kind := kindOf(name); {
		case kind == privileged:
			c.privileged(entry, r, name)
		case kind == interpreter && !r.fixedScript(run[1:]):
			c.add("error", "runs-others", entry, "write a program for the job, and allow that",
				"%s runs what the client gives it, as an argument or in the stream", name)
		case kind == steered:
			c.add("warning", "runs-others", entry, "allow a program that does the one thing, such as cat",
				"%s starts other programs when it is told so, by a key or in the stream", name)
		case kind == byOption && slices.ContainsFunc(run[1:], r.isOpen):
			c.add("warning", "runs-others", entry, "fix all arguments but those that cannot reach another program",
				"%s can run other programs by its options or arguments", name)
		case kind == launcher && len(run) > 1 && r.isOpen(run[1]):
			c.add("error", "runs-others", entry, "write the program's name into run", "%s runs the program that the client names", name)
		}
	}
	if c.policy.confinement(&Start{Open: !r.Sandbox}).Level == launch.LevelOff {
		for _, name := range r.paths() {
			c.add("warning", "unconfined-path", entry, "add sandbox: {level: required}",
				"between the check of {%s} and its use by %s, somebody who can change the folder could put a link there", name, path.Base(r.Run[0]))
		}
	}
}

// paths returns the variables that are paths, in order.
func (r *commandRule) paths() []string {
	var names []string
	for _, v := range r.Where {
		if len(v.folders) > 0 {
			names = append(names, v.name)
		}
	}
	slices.Sort(names)
	return names
}

// privileged looks at a rule that changes the account. The kernel wants no_new_privs for Landlock from everybody but root.
func (c *checker) privileged(entry *ruleEntry, r *commandRule, name string) {
	sandbox := c.policy.confinement(&Start{Open: !r.Sandbox})
	root := c.account != nil && c.account.UID == 0
	if sandbox.NoNewPrivileges || sandbox.Level != launch.LevelOff && !root {
		c.add("error", "sudo", entry, "set sandbox: {level: off, no-new-privileges: false}, or use an account that has the rights",
			"%s has no power in this sandbox, which sets no_new_privs", name)
	}
}

// chain returns the program with its arguments, and those that it starts by its arguments: "nice -n 5 tar -c" is both.
func (r *commandRule) chain() [][]string {
	all := [][]string{r.Run}
	starts := func(word string) bool {
		kind := kindOf(path.Base(word))
		return kind == launcher || kind == privileged
	}
	for i, word := range r.Run {
		if last := all[len(all)-1]; i > 0 && starts(last[0]) && !strings.HasPrefix(word, "-") && kindOf(path.Base(word)) != harmlessProgram {
			all = append(all, r.Run[i:])
		}
	}
	return all
}

// isOpen is true for a word of run that the client fills with more than a choice or a number.
func (r *commandRule) isOpen(word string) bool {
	open := func(v value) bool { return v.kind != "" && v.kind != "one-of" && v.kind != "integer" }
	if word == optionsPlace {
		return slices.ContainsFunc(r.Options, func(o option) bool { return open(o.value) })
	}
	name, _, hole := variable(word)
	return hole && open(*r.Where.named(name))
}

// fixedScript is true if the arguments of an interpreter name what it runs before anything that the client fills: a file,
// or a text behind -c or -e.
func (r *commandRule) fixedScript(args []string) bool {
	for i, arg := range args {
		switch {
		case r.isOpen(arg):
			return false
		case slices.Contains([]string{"-c", "-e", "-m", "-f"}, arg):
			return i+1 < len(args) && !r.isOpen(args[i+1])
		case !strings.HasPrefix(arg, "-"):
			return true
		}
	}
	return false // it reads what it runs from the stream
}

// programKind tells how a program comes to run others. The names are those that the manual pages and gtfobins.github.io
// give. No such list is complete: what is not in it still needs a look of the author's own.
type programKind int

const (
	harmlessProgram programKind = iota
	interpreter                 // runs a text
	launcher                    // runs the program that its arguments name
	privileged                  // the same, with other rights
	steered                     // by a key that is pressed, or a line in its input
	byOption                    // by an option, an argument or a configuration file that an argument names
)

func kindOf(name string) programKind {
	switch strings.TrimRight(name, "0123456789.") {
	case "sh", "bash", "rbash", "dash", "ash", "zsh", "ksh", "mksh", "csh", "tcsh", "fish", "busybox", "toybox", "perl", "python", "pypy", "ruby",
		"node", "nodejs", "php", "lua", "luajit", "awk", "gawk", "mawk", "nawk", "expect", "tclsh", "guile", "julia", "R", "Rscript", "pwsh":
		return interpreter
	case "env", "nice", "nohup", "timeout", "time", "stdbuf", "setsid", "setpriv", "watch", "strace", "ltrace", "ionice", "taskset", "chrt", "flock",
		"chroot", "unshare", "nsenter", "systemd-run", "systemd-inhibit", "start-stop-daemon", "runcon", "capsh", "script", "dbus-run-session",
		"prlimit", "numactl", "cpulimit", "faketime", "eatmydata", "firejail", "bwrap", "run-parts":
		return launcher
	case "sudo", "su", "doas", "pkexec", "runuser":
		return privileged
	case "less", "more", "most", "man", "info", "vi", "vim", "nvim", "view", "vimdiff", "nano", "pico", "emacs", "mc", "joe", "ed", "ex", "dc", "gdb",
		"psql", "mysql", "mariadb", "sqlite", "screen", "tmux", "mutt", "mail", "mailx", "w3m", "lynx", "elinks", "lftp", "ftp", "telnet", "htop",
		"aptitude", "tig", "ranger", "fzf", "xargs", "parallel", "at", "batch", "crontab":
		return steered
	case "find", "tar", "bsdtar", "cpio", "ssh", "scp", "sftp", "sshfs", "ssh-keygen", "rsync", "git", "hg", "svn", "make", "cmake", "apt", "apt-get",
		"dpkg", "dnf", "yum", "rpm", "snap", "pip", "npm", "gem", "cargo", "go", "gcc", "cc", "docker", "podman", "kubectl", "lxc", "virsh", "zip",
		"split", "sort", "sed", "openssl", "openvpn", "socat", "nc", "ncat", "netcat", "curl", "wget", "tcpdump", "nmap", "ip", "mount", "borg",
		"restic", "rclone", "ansible", "ansible-playbook", "logrotate", "groff", "pdflatex", "latex", "gs", "convert", "exiftool", "gpg", "certbot",
		"puppet", "valgrind", "perf", "debugfs", "update-alternatives":
		return byOption
	}
	return harmlessProgram
}
