package learn

import (
	"path"
	"strings"
)

// git reads a command of git's or git-lfs's servers: the repository, and for git-lfs-authenticate what for.
func (c *classifier) git(verb string, args []string) (finding, refusal) {
	f := finding{kind: "git"}
	switch verb {
	case "upload-pack":
		f.reads = true
	case "upload-archive":
		f.reads, f.grant = true, "archive"
	case "receive-pack":
		f.writes = true
	default:
		if len(args) != 2 || args[1] != "upload" && args[1] != "download" {
			return finding{}, unknown
		}
		f.reads, f.writes, f.grant = args[1] == "download", args[1] == "upload", "lfs"
		args = args[:1]
	}
	if len(args) == 2 && (args[0] == "--" || args[0] == "--strict" || args[0] == "--no-strict") {
		args = args[1:]
	}
	if len(args) != 1 || strings.HasPrefix(args[0], "-") {
		return finding{}, unknown
	}
	return c.repository(f, args[0])
}

// repository completes a finding with a repository, whose parent folder must be good as a root.
func (c *classifier) repository(f finding, p string) (finding, refusal) {
	clean, why := cleanPath(p)
	if why != "" {
		return finding{}, why
	}
	if _, why := c.rooted(f, path.Dir(clean)+"/", false); why != "" {
		return finding{}, why
	}
	made, why := c.rooted(f, clean+"/", false)
	return made, why
}

// hg reads "hg -R REPOSITORY serve --stdio", which Mercurial sends for pulls and pushes alike.
func (c *classifier) hg(args []string) (finding, refusal) {
	if len(args) != 4 || args[0] != "-R" || args[2] != "serve" || args[3] != "--stdio" {
		return finding{}, unknown
	}
	return c.repository(finding{kind: "hg", reads: true}, args[1])
}

// svn reads "svnserve -t", with -r ROOT only where authorized_keys says so.
func (c *classifier) svn(args []string) (finding, refusal) {
	if len(args) == 3 && args[0] == "-t" && args[1] == "-r" {
		return c.rooted(finding{kind: "svn", reads: true}, args[2], false)
	}
	return finding{}, "svnserve is told its repository inside the protocol: write \"svn: {root: FOLDER}\" by hand"
}

// borg reads what authorized_keys forces; what clients send names no repository.
func (c *classifier) borg(args []string) (finding, refusal) {
	f := finding{kind: "borg", reads: true, writes: true}
	repository := ""
	if len(args) == 0 || args[0] != "serve" {
		return finding{}, "borg as a client: only borg serve has a rule"
	}
	for args = args[1:]; len(args) > 0; args = args[1:] {
		name, value, given := strings.Cut(args[0], "=")
		switch name {
		case "--restrict-to-repository", "--storage-quota":
			if !given && len(args) > 1 {
				value, args = args[1], args[1:]
			}
			if name == "--storage-quota" {
				f.quota = value
			} else if repository != "" {
				return finding{}, "several repositories in one command: write a rule of each by hand"
			} else {
				repository = value
			}
		case "--append-only":
			f.appendOnly = true
		case "--info", "--debug", "--warning", "--error", "--critical", "--umask", "--lock-wait":
		default:
			return finding{}, unknown
		}
	}
	if repository == "" {
		return finding{}, "borg is told its repository inside the protocol: write \"borg: {repository: FOLDER, append-only: true}\" by hand"
	}
	if f.quota != "" && strings.Trim(strings.TrimRight(f.quota, "KMGTP"), "0123456789") != "" {
		return finding{}, unknown
	}
	return c.rooted(f, repository, false)
}

// restic reads "rclone serve restic --stdio … PATH", as restic starts it on the other side.
func (c *classifier) restic(args []string) (finding, refusal) {
	f := finding{kind: "restic", reads: true, writes: true}
	var operands []string
	stdio := false
	for _, arg := range args {
		switch {
		case arg == "--stdio":
			stdio = true
		case arg == "--append-only", arg == "--append-only=true":
			f.appendOnly = true
		case arg == "--b2-hard-delete", arg == "-v", arg == "--verbose", arg == "-q", arg == "--quiet":
		case strings.HasPrefix(arg, "-"):
			return finding{}, unknown
		default:
			operands = append(operands, arg)
		}
	}
	if !stdio || len(operands) != 3 || operands[0] != "serve" || operands[1] != "restic" {
		return finding{}, "rclone in another way than restic uses it: write a command rule by hand"
	}
	if !strings.HasPrefix(operands[2], "/") && strings.Contains(operands[2], ":") {
		return finding{}, "a remote of rclone's configuration"
	}
	return c.rooted(f, operands[2], false)
}

// powerVerb is the verb of "systemctl VERB", of "power VERB" and of poweroff and reboot by themselves.
func powerVerb(name string, args []string) string {
	if len(args) == 0 {
		if name == "poweroff" || name == "reboot" {
			return name
		}
		return ""
	}
	if name == "poweroff" || name == "reboot" || len(args) != 1 {
		return ""
	}
	switch verb := args[0]; verb {
	case "suspend", "hibernate", "poweroff", "reboot":
		return verb
	case "status":
		if name == "power" {
			return verb
		}
	}
	return ""
}
