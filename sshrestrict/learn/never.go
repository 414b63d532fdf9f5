package learn

import "strings"

const ansible refusal = "ansible runs scripts of its own through a shell: give it an account of its own, not a policy"

// never says why a program is not proposed whatever its arguments are, or nothing. To allow one of these is to allow
// everything that the account can do, or needs thought that a log cannot replace.
func never(name string, args []string) refusal {
	switch name {
	case "sh", "bash", "dash", "zsh", "ksh", "mksh", "fish", "csh", "tcsh", "ash", "rbash", "busybox", "pwsh":
		if text := strings.Join(args, " "); strings.Contains(text, "ansible") || strings.Contains(text, "AnsiballZ") {
			return ansible
		}
		return "a shell, which runs anything"
	case "cd", "exit", "export", "source", ".", "eval", "exec", "command", "builtin", "alias", "set", "trap", "ulimit", "umask", "type":
		return "a shell's own command, and there is no shell"
	case "env", "nice", "ionice", "chrt", "taskset", "nohup", "timeout", "setsid", "stdbuf", "time", "xargs", "parallel", "watch",
		"flock", "chroot", "unshare", "nsenter", "setpriv", "setarch", "capsh", "bwrap", "firejail", "systemd-run", "script", "strace",
		"ltrace", "gdb", "at", "batch", "crontab", "start-stop-daemon", "run-parts", "unbuffer", "ssh", "dropbear", "dbclient", "tmux", "screen":
		return "a wrapper that runs other programs: name the program itself"
	case "sudo", "su", "doas", "runuser", "pkexec", "sg", "newgrp":
		return "another account's rights: write a command rule by hand, whose \"run\" names the program"
	case "mosh-server":
		return "mosh starts a login shell: grant \"mosh\" by hand"
	case "docker", "podman", "nerdctl", "ctr", "kubectl", "lxc", "lxc-attach", "incus", "machinectl", "virsh", "crictl":
		return "control of containers or machines, which equals root: grant it by hand"
	case "nix", "nix-store", "nix-daemon":
		return "nix trusts its clients with the whole store: grant \"nix\" by hand"
	case "vi", "vim", "nvim", "view", "vimdiff", "rvim", "nano", "rnano", "pico", "emacs", "emacsclient", "ed", "ex", "red", "joe", "jed",
		"mcedit", "mc", "micro", "hx", "sensible-editor", "editor", "visudo", "vipw", "vigr":
		return "an editor, which runs commands"
	case "less", "more", "most", "pg", "man", "info", "pager", "sensible-pager", "bat", "batcat", "zless", "zmore":
		return "a pager, which runs commands: use cat or tail"
	case "lua", "luajit", "node", "nodejs", "deno", "bun", "ruby", "irb", "php", "tclsh", "wish", "expect", "R", "Rscript", "julia", "guile",
		"awk", "gawk", "mawk", "nawk", "sed", "jshell", "java", "ocaml", "ghc", "erl", "iex", "elixir", "psql", "mysql", "mariadb", "sqlite3",
		"make", "go", "cargo", "pip", "pip3", "npm", "npx", "gcc", "cc", "ld.so", "ptx", "dc", "bc", "m4", "perl", "python", "pypy3":
		return "an interpreter, which runs anything"
	case "unison":
		return "unison names its folders inside the protocol: write a \"unison\" rule by hand"
	case "rdiff-backup":
		return "rdiff-backup names its folders inside the protocol: write \"rdiff-backup: {root: FOLDER}\" by hand"
	case "cvs", "darcs", "fossil", "bzr", "brz":
		return "a version control system that is told its repository inside the protocol: write its rule by hand"
	case "git-shell", "git-annex-shell", "rssh", "rrsync", "scponly", "lshell", "gitolite-shell":
		return "a restricted shell: migrate its own settings"
	}
	for _, family := range []string{"python", "pypy", "perl", "ruby", "php", "lua", "ld-linux"} {
		if rest, ok := strings.CutPrefix(name, family); ok && strings.Trim(rest, "0123456789.-_xso") == "" {
			return "an interpreter, which runs anything"
		}
	}
	return ""
}

// runsOthers is true for programs that can be told by an option to run others or to write files. A command of theirs is
// proposed as it was seen or not at all, and never merged with another one.
func runsOthers(name string) bool {
	switch name {
	case "find", "fd", "tar", "bsdtar", "cpio", "zip", "unzip", "7z", "sort", "split", "tee", "dd", "cp", "mv", "ln", "install", "rm",
		"chmod", "chown", "curl", "wget", "nc", "ncat", "socat", "openssl", "gpg", "ip", "mount", "umount", "logsave", "date", "file",
		"grep", "rclone", "restic", "borg", "dpkg", "apt", "apt-get", "yum", "dnf", "rpm", "pacman", "snap", "certbot", "tcpdump", "nmap",
		"hping3", "pg_dump", "pg_dumpall", "mysqldump", "svnadmin", "journalctl", "systemctl", "service", "ansible", "ansible-playbook":
		return true
	}
	return false
}

// risky says why the options of a program that can run others are not proposed even as they stand, or nothing.
func risky(name string, args []string) refusal {
	const why refusal = "options of a program that can run others or write files by them: write a command rule by hand"
	harmless := func(string) bool { return false }
	switch name {
	case "git", "hg", "svn", "sftp", "scp", "rsync":
		return "a client of another machine, or what changes its settings: write a command rule by hand"
	case "systemctl", "service":
		for _, verb := range args {
			if verb == "edit" || verb == "link" || verb == "set-environment" || verb == "import-environment" {
				return why
			}
		}
		harmless = func(option string) bool {
			return option == "--no-pager" || option == "--quiet" || option == "-q" || option == "--full" || option == "-l" || option == "--plain"
		}
	case "journalctl":
		harmless = func(option string) bool {
			return option == "--no-pager" || option == "-u" || option == "-n" || option == "-f" || option == "-p" || option == "-b" || option == "-o"
		}
	case "tar":
		harmless = func(option string) bool {
			return strings.Trim(option, "-cxtfzjJvpC") == "" && !strings.HasPrefix(option, "--")
		}
	}
	if !runsOthers(name) {
		return ""
	}
	for _, arg := range args {
		if strings.HasPrefix(arg, "-") && !harmless(arg) {
			return why
		}
	}
	return ""
}
