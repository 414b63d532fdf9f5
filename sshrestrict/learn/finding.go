package learn

import (
	"path"
	"slices"
	"strings"
	"unicode/utf8"

	"ops/sshrestrict/audit"
)

// finding is what a command means to its program.
type finding struct {
	kind string // of the rule
	root string // folder, repository or dataset (with a slash before it)

	reads, writes, deletes bool

	follows bool   // makes no rule of its own, but a rule of the kind over root covers it (over any root if root is empty)
	grant   string // what the rule has to grant besides: snapshot, rollback, destroy, delete, archive or lfs

	verb       string   // of power
	words      []string // of a command
	appendOnly bool     // of borg and restic
	quota      string   // of borg
}

// classifier tells what commands mean.
type classifier struct {
	splitter func(string) ([][]string, error)
	folder   func(string) (folder, known bool)
	homes    []string
}

// refusal is a reason not to propose anything. All reasons are constant texts, so that they can be counted.
type refusal = string

const (
	notPrintable refusal = "characters that do not print"
	tooLong      refusal = "longer than a command may be"
	asksForShell refusal = "asks for a shell: operators, expansions or quotes without an end"
	pipe         refusal = "a pipe of programs: only those of zfs and btrfs have rules"
	unsafePlace  refusal = "a program outside of the system's folders"
	unknown      refusal = "options or a form that no rule is known for"
)

const maxCommand = 16 << 10

// classify returns the meaning of one piece of evidence, or why there is none.
func (c *classifier) classify(e Evidence) (finding, refusal) {
	switch e.Kind {
	case Login:
		return finding{}, "asked for a shell or a menu: set \"interactive\" by hand if that is wanted"
	case Opaque:
		return finding{}, "a command that the log does not hold: sshd logs none, so use the audit or sshdo's log"
	case Forced:
		return c.forced(e.Text)
	case Subsystem:
		if e.Text == "sftp" {
			return finding{kind: "sftp", follows: true}, ""
		}
		return finding{}, "a subsystem other than sftp"
	case Operation:
		return c.operation(e)
	}
	return c.command(e.Text)
}

func (c *classifier) command(text string) (finding, refusal) {
	words, why := c.split(text)
	if why != "" {
		return finding{}, why
	}
	return c.program(words)
}

// split returns the words of a command of one program. Of a pipe around zfs or btrfs they are that program's, since its rule
// covers the others.
func (c *classifier) split(text string) ([]string, refusal) {
	switch {
	case len(text) > maxCommand:
		return nil, tooLong
	case !printable(text):
		return nil, notPrintable
	}
	stages, err := c.splitter(text)
	if err != nil {
		if strings.Contains(text, "ansible") || strings.Contains(text, "AnsiballZ") {
			return nil, ansible
		}
		return nil, asksForShell
	}
	var words []string
	for _, stage := range stages {
		if len(stage) == 0 || stage[0] == "" {
			return nil, asksForShell
		}
		name := path.Base(stage[0])
		switch {
		case len(stages) == 1, name == "zfs", name == "btrfs":
			if words != nil {
				return nil, pipe
			}
			words = stage
		case !isFilter(name) || slices.ContainsFunc(stage[1:], namesFile):
			return nil, pipe
		}
	}
	if words == nil {
		return nil, pipe
	}
	return words, ""
}

// namesFile is true for an argument by which a filter could write elsewhere than into the pipe.
func namesFile(arg string) bool {
	return strings.HasPrefix(arg, "-o") || strings.ContainsRune(arg, '/')
}

func isFilter(name string) bool {
	switch name {
	case "mbuffer", "pv", "lzop", "lz4", "gzip", "pigz", "bzip2", "pbzip2", "xz", "pixz", "zstd", "zstdmt", "pzstd", "zcat", "gunzip":
		return true
	}
	return false
}

// program tells by the program's name what the words mean.
func (c *classifier) program(words []string) (finding, refusal) {
	name, why := programName(words[0])
	if why != "" {
		return finding{}, why
	}
	if why := never(name, words[1:]); why != "" {
		return finding{}, why
	}
	switch name {
	case "rsync":
		return c.rsync(words[1:])
	case "scp":
		return c.scp(words[1:])
	case "sftp-server", "internal-sftp":
		return finding{kind: "sftp", follows: true}, ""
	case "git-upload-pack", "git-receive-pack", "git-upload-archive", "git-lfs-authenticate", "git-lfs-transfer":
		return c.git(strings.TrimPrefix(name, "git-"), words[1:])
	case "git":
		if len(words) > 1 && (words[1] == "upload-pack" || words[1] == "receive-pack" || words[1] == "upload-archive") {
			return c.git(words[1], words[2:])
		}
	case "hg":
		return c.hg(words[1:])
	case "svnserve":
		return c.svn(words[1:])
	case "borg":
		return c.borg(words[1:])
	case "rclone":
		return c.restic(words[1:])
	case "zfs", "zpool":
		return c.zfs(name, words[1:])
	case "btrfs":
		return c.btrfs(words[1:])
	case "power", "systemctl", "poweroff", "reboot":
		if verb := powerVerb(name, words[1:]); verb != "" {
			return finding{kind: "power", verb: verb}, ""
		}
	}
	return c.template(name, words)
}

// programName returns the name of the program, which must be a plain one and in one of the system's folders.
func programName(word string) (string, refusal) {
	dir, name := path.Split(word)
	switch dir {
	case "", "/bin/", "/usr/bin/", "/sbin/", "/usr/sbin/", "/usr/local/bin/", "/usr/local/sbin/",
		"/usr/lib/openssh/", "/usr/libexec/openssh/", "/usr/libexec/", "/usr/lib/ssh/", "/usr/lib/":
	default:
		return "", unsafePlace
	}
	if strings.ContainsRune(name, '=') {
		return "", "variables before the command: a policy sets them under \"environment\""
	}
	if name == "" || strings.Trim(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._+-") != "" || name[0] == '-' || name[0] == '.' {
		return "", unsafePlace
	}
	return name, ""
}

// printable is true for text that a log shows as it is. Backslashes are fine here.
func printable(text string) bool {
	return utf8.ValidString(text) && audit.Escape(strings.ReplaceAll(text, `\`, "")) == strings.ReplaceAll(text, `\`, "")
}

// rooted completes a finding with a path that must be good as a root. A path to a file stands for its folder.
func (c *classifier) rooted(f finding, p string, file bool) (finding, refusal) {
	if !printable(p) {
		return finding{}, notPrintable
	}
	if wild := strings.IndexAny(p, "*?["); wild >= 0 && f.reads && !f.writes { // what a shell would expand is in one folder
		p = p[:strings.LastIndexByte(p[:wild], '/')+1]
	}
	root, why := cleanPath(p)
	if why != "" {
		return finding{}, why
	}
	if strings.HasSuffix(p, "/") {
		file = false
	} else if c.folder != nil {
		if folder, known := c.folder(root); known {
			file = !folder
		}
	}
	if file {
		if root = path.Dir(root); strings.Count(root, "/") == 1 && root != "/" {
			return finding{}, "a file right in a top folder of the machine, all of which would be the root: write the rule by hand"
		}
	}
	if why := refuseRoot(root, f.writes, c.homes); why != "" {
		return finding{}, why
	}
	f.root = root
	return f, ""
}
