package sshrestrict

import (
	"fmt"
	"os"
	"path"
	"slices"
	"strings"
	"time"

	"ops/sshrestrict/internal/passwd"
)

// Finding is something in a policy that is wrong, or likely not what was meant.
type Finding struct {
	Severity string `json:"severity"` // "error", "warning" or "note"
	Code     string `json:"code"`     // stable, such as "runs-others"
	File     string `json:"file"`
	Line     int    `json:"line,omitempty"`
	Rule     string `json:"rule,omitempty"`
	Message  string `json:"message"`
	Remedy   string `json:"remedy"`
}

// checker collects findings about one policy.
type checker struct {
	policy   *Policy
	account  *passwd.Account // nil if it is not known who uses the policy
	folder   string          // of the policies
	findings []Finding
}

func (c *checker) add(severity, code string, entry *ruleEntry, remedy, format string, args ...any) {
	f := Finding{Severity: severity, Code: code, File: c.policy.File, Message: fmt.Sprintf(format, args...), Remedy: remedy}
	if entry != nil {
		f.Line, f.Rule = entry.line, entry.String()
	}
	c.findings = append(c.findings, f)
}

// Check looks for what a policy allows without its author having meant it. account, which may be empty, is who uses it; now
// is the time of the check. It reads the file system and changes nothing.
func (p *Policy) Check(account string, now time.Time) ([]Finding, error) {
	c := &checker{policy: p, folder: path.Dir(p.File)}
	if account != "" {
		a, err := passwd.ByName(account)
		if err != nil {
			return nil, err
		}
		c.account = &a
	}
	c.whole(now)
	for i := range p.rules {
		c.rule(i)
	}
	return c.findings, nil
}

// whole looks at what concerns no single rule.
func (c *checker) whole(now time.Time) {
	p := c.policy
	if len(p.rules) == 0 && p.Interactive == nil {
		c.add("warning", "empty", nil, "add rules to allow", "the policy allows nothing")
	}
	if !p.Expires.IsZero() && !now.Before(p.Expires) {
		c.add("warning", "expired", nil, "set expires to a later day, or remove the policy", "the policy has expired")
	}
	if p.Sandbox == nil {
		c.add("note", "sandbox", nil, "add sandbox: {level: required}",
			"without a sandbox section, rules for commands run unconfined, and the others where the kernel cannot do it")
	}
	if p.Interactive != nil && p.Interactive.Menu && p.Audit.Record == RecordNever {
		c.add("note", "recording", nil, "add record: interactive to audit", "interactive sessions are not recorded")
	}
	for _, to := range p.Audit.To {
		if strings.HasPrefix(to, "/") {
			if _, err := os.Stat(path.Dir(to)); err != nil {
				c.add("warning", "audit-folder", nil, "make the folder, writable for the account", "the audit's folder %s does not exist", path.Dir(to))
			}
		}
	}
	if c.account == nil {
		return
	}
	switch shell := path.Base(c.account.Shell); shell {
	case "sh", "dash", "":
	case "nologin", "false":
		c.add("error", "login-shell", nil, "usermod --shell /bin/sh "+c.account.Name,
			"sshd runs forced commands by the login shell, and %s runs none", c.account.Shell)
	default:
		if startup := c.writable(c.account.Home); startup != "" {
			c.add("error", "login-shell", nil, "usermod --shell /bin/sh "+c.account.Name+", or move the root out of the home",
				"%s reads files in %s before the forced command, and %s lets the client write there", shell, c.account.Home, startup)
		} else {
			c.add("note", "login-shell", nil, "usermod --shell /bin/sh "+c.account.Name, "%s reads startup files before the forced command", shell)
		}
	}
}

// writable returns the first rule under which the client can write to a path, empty if none.
func (c *checker) writable(to string) string {
	for i := range c.policy.rules {
		for _, root := range writtenBy(c.policy.rules[i].rule) {
			if overlaps(string(root), to) {
				return c.policy.rules[i].String()
			}
		}
	}
	return ""
}

// writtenBy returns the folders that a rule lets the client write to.
func writtenBy(r rule) []folder {
	writes := func(root folder, m Mode) []folder {
		if root == "" || !m.Writes() {
			return nil
		}
		return []folder{root}
	}
	switch r := r.(type) {
	case *rsyncRule:
		return writes(r.Root, r.Mode)
	case *sftpRule:
		return writes(r.Root, r.Mode)
	case *scpRule:
		return writes(r.Root, r.Mode)
	case *streamRule:
		return writes(r.Write, ModeWrite)
	case *rdiffRule:
		return writes(r.Root, r.Mode)
	case *unisonRule:
		return writes(r.Root, ModeWrite)
	case *btrfsRule:
		return writes(r.Receive, ModeWrite)
	}
	return nil
}

// overlaps is true if one path is the other or lies below it.
func overlaps(a, b string) bool {
	return a == b || strings.HasPrefix(a+"/", b+"/") || strings.HasPrefix(b+"/", a+"/") || a == "/" || b == "/"
}

func (c *checker) rule(i int) {
	entry := &c.policy.rules[i]
	for j := range i {
		if shadows(c.policy.rules[j].rule, entry.rule) {
			c.add("warning", "shadowed", entry, "delete one of them", "%s answers everything that this rule would", c.policy.rules[j].String())
			break
		}
	}
	for _, root := range writtenBy(entry.rule) {
		c.root(entry, string(root))
	}
	if command, ok := entry.rule.(*commandRule); ok {
		c.command(entry, command)
	}
}

// root looks at a folder that the client can write to.
func (c *checker) root(entry *ruleEntry, root string) {
	dangerous := map[string]string{
		"/etc": "the machine's configuration", "/usr": "programs", "/bin": "programs", "/sbin": "programs", "/lib": "programs",
		"/boot": "the kernel", "/dev": "devices", "/proc": "the kernel", "/sys": "the kernel", "/root": "root's home",
		"/var/spool/cron": "jobs of cron", "/var/lib/dpkg": "the package manager's scripts", c.folder: "the policies",
	}
	if c.account != nil {
		dangerous[path.Join(c.account.Home, ".ssh")] = "the keys that log in"
		dangerous[stateFolder(*c.account)] = "the counters of rate and sessions"
	}
	for _, to := range c.policy.Audit.To {
		if strings.HasPrefix(to, "/") {
			dangerous[to] = "the audit"
		}
	}
	for i := range c.policy.rules { // hooks and configuration of repositories run programs
		switch r := c.policy.rules[i].rule.(type) {
		case *gitRule:
			dangerous[string(r.Root)] = "repositories, whose hooks and configuration run programs"
		case *svnRule:
			dangerous[string(r.Root)] = "repositories, whose hooks run programs"
		}
	}
	paths := make([]string, 0, len(dangerous))
	for p := range dangerous {
		paths = append(paths, p)
	}
	slices.Sort(paths)
	for _, p := range paths {
		if overlaps(root, p) {
			c.add("error", "writable-root", entry, "choose a root that holds only what the client may change",
				"the client can write to %s, where %s are", p, dangerous[p])
		}
	}
}

// command looks at a program that the author chose.
func (c *checker) command(entry *ruleEntry, r *commandRule) {
	program := r.program()
	if _, err := os.Stat(program); err != nil {
		c.add("warning", "program-missing", entry, "install it, or write its path in run", "%s does not exist here", program)
	}
	name := path.Base(program)
	open := len(r.Where) > 0 || len(r.Options) > 0
	switch {
	case isInterpreter(name) && open:
		c.add("error", "runs-others", entry, "write a program for the job, and allow that", "%s runs what the client gives it", name)
	case runsOthers(name) && open:
		c.add("warning", "runs-others", entry, "fix all arguments but those that cannot reach another program",
			"%s can run other programs by its options or from within", name)
	case setsPrivileges(name):
		confined := c.policy.Sandbox != nil && (c.policy.Sandbox.NoNewPrivileges == nil || *c.policy.Sandbox.NoNewPrivileges)
		if confined {
			c.add("error", "sudo", entry, "set sandbox: {level: off, no-new-privileges: false}, or use an account that has the rights",
				"%s has no power in this sandbox, which sets no_new_privs", name)
		}
	}
	if c.policy.Sandbox == nil {
		for _, v := range r.Where {
			if len(v.folders) > 0 {
				c.add("warning", "unconfined-path", entry, "add sandbox: {level: required}",
					"between the check of {%s} and its use by %s, somebody who can change the folder could put a link there", v.name, name)
			}
		}
	}
}

func isInterpreter(name string) bool {
	return slices.Contains([]string{
		"sh", "bash", "dash", "zsh", "ksh", "fish", "busybox", "env", "xargs", "perl", "python", "python3", "ruby", "node", "php", "lua",
		"awk", "gawk", "mawk", "expect", "tclsh",
	}, name)
}

func runsOthers(name string) bool {
	return slices.Contains([]string{
		"find", "tar", "less", "more", "man", "vi", "vim", "nano", "emacs", "ed", "ssh", "scp", "sftp", "rsync", "git", "hg", "svn",
		"nice", "nohup", "timeout", "time", "stdbuf", "setsid", "watch", "strace", "gdb", "make", "apt", "apt-get", "dpkg", "docker",
		"podman", "systemd-run", "at", "batch", "crontab", "zip", "split", "sort", "sed", "mail", "mysql", "psql", "sqlite3", "openssl",
		"journalctl", "socat", "nc", "curl", "wget", "tcpdump", "nmap", "screen", "tmux", "script", "chroot", "unshare", "nsenter",
		"ip", "borg", "restic", "rclone", "ansible", "logrotate", "run-parts", "start-stop-daemon", "flock", "ionice", "taskset",
	}, name)
}

func setsPrivileges(name string) bool {
	return slices.Contains([]string{"sudo", "su", "doas", "pkexec", "runuser"}, name)
}

// shadows is true if everything that the later rule would allow is answered by the earlier one.
func shadows(earlier, later rule) bool {
	a, ok1 := earlier.(*commandRule)
	b, ok2 := later.(*commandRule)
	if ok1 && ok2 {
		return slices.Equal(a.Command, b.Command) && len(b.Options) == 0 && fmt.Sprint(a.Where) == fmt.Sprint(b.Where)
	}
	if ok1 != ok2 || fmt.Sprintf("%T", earlier) != fmt.Sprintf("%T", later) {
		return false
	}
	return fmt.Sprintf("%+v", earlier) == fmt.Sprintf("%+v", later)
}
