package sshrestrict

import (
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// writtenBy returns the folders in which a rule lets the client make files of any name and content.
func writtenBy(r rule) []folder {
	root, mode := folder(""), ModeWrite
	switch r := r.(type) {
	case *rsyncRule:
		root, mode = r.Root, r.Mode
	case *sftpRule:
		root, mode = r.Root, r.Mode
	case *scpRule:
		root, mode = r.Root, r.Mode
	case *rcloneRule:
		root, mode = r.Root, r.Mode
	case *streamRule:
		root = r.Write
	case *rdiffRule:
		root, mode = r.Root, r.Mode
	case *unisonRule:
		root = r.Root
	case *btrfsRule:
		root = r.Receive
	}
	if root == "" || !mode.Writes() {
		return nil
	}
	return []folder{root}
}

// served returns the folder of a rule for repositories, whose hooks and configuration run programs.
func served(r rule) folder {
	of := func(r *repositories) folder {
		if r.Repository != "" {
			return r.Repository
		}
		return r.Root
	}
	switch r := r.(type) {
	case *gitRule:
		return of(&r.repositories)
	case *hgRule:
		return of(&r.repositories)
	case *darcsRule:
		return of(&r.repositories)
	case *fossilRule:
		return of(&r.repositories)
	case *svnRule:
		return r.Root
	case *bzrRule:
		return r.Root
	case *cvsRule:
		return r.Repository
	}
	return ""
}

// roots looks at every folder that the client can write to.
func (c *checker) roots() {
	dangerous := c.dangerous()
	places := make([]string, 0, len(dangerous))
	for place := range dangerous {
		places = append(places, place)
	}
	slices.Sort(places)
	look := func(severity, code string, entry *ruleEntry, root string) {
		for _, place := range places {
			if reaches(root, place) {
				c.add(severity, code, entry, "choose a root that holds only what the client may change",
					"the client can write to %s, which holds %s", place, dangerous[place])
			}
		}
	}
	for i := range c.policy.rules {
		entry := &c.policy.rules[i]
		for _, root := range writtenBy(entry.rule) {
			look("error", "writable-root", entry, string(root))
			for _, found := range hooks(string(root)) {
				c.add("warning", "hooks", entry, "serve the repository by a rule for git, or move it out of the root",
					"%s is a repository: whoever uses git there runs what the client writes into its hooks and configuration", found)
			}
		}
	}
	if c.policy.Sandbox != nil {
		for _, root := range c.policy.Sandbox.Write {
			look("warning", "sandbox-write", nil, string(root))
		}
	}
}

// dangerous are the places that decide what runs, with what they hold.
func (c *checker) dangerous() map[string]string {
	m := map[string]string{
		"/etc": "the machine's configuration", "/usr": "programs", "/bin": "programs", "/sbin": "programs", "/lib": "programs",
		"/boot": "the kernel", "/dev": "devices", "/proc": "the kernel's own files", "/sys": "the kernel's own files", "/root": "root's home",
		"/run": "sockets of the machine's services", "/var/spool/cron": "jobs of cron", "/var/lib/dpkg": "the package manager's scripts",
		path.Dir(c.policy.File): "the policies",
	}
	if a := c.account; a != nil && path.IsAbs(a.Home) {
		m[path.Join(a.Home, ".ssh")] = "the keys that log in"
		m[path.Join(a.Home, ".config/systemd")] = "the account's services"
		m[stateFolder(*a)] = "the counters of rate and sessions"
	}
	for i := range c.policy.rules {
		entry := c.policy.rules[i].rule
		if root := served(entry); root != "" {
			m[string(root)] = "repositories, whose hooks and configuration run programs"
		}
		for _, program := range programsOf(entry) {
			m[program] = "a program of the policy"
		}
		for _, root := range writtenBy(entry) { // homes, whoever's they are
			for _, pattern := range []string{"/.ssh", "/*/.ssh"} {
				found, _ := filepath.Glob(escape(string(root)) + pattern)
				for _, name := range found {
					m[name] = "the keys that log in"
				}
			}
		}
	}
	if s := c.policy.Sandbox; s != nil {
		for _, f := range s.Execute {
			m[string(f)] = "programs that the sandbox lets run"
		}
	}
	for _, to := range c.policy.Audit.To {
		if strings.HasPrefix(to, "/") {
			m[to] = "the audit"
		}
	}
	if c.policy.Audit.Record != RecordNever {
		m[string(c.policy.Audit.Folder)] = "the recordings"
	}
	delete(m, "")
	return m
}

// hooks returns repositories of git at most three folders below a root. Of large folders it looks at a part only.
func hooks(root string) []string {
	const most, depth = 1000, 3
	var found []string
	seen := 0
	var look func(dir string, left int)
	look = func(dir string, left int) {
		if isRepository(dir) {
			found = append(found, dir)
			return
		}
		entries, err := os.ReadDir(dir)
		if err != nil || left == 0 {
			return
		}
		for _, e := range entries {
			if seen++; seen > most {
				return
			}
			if e.IsDir() {
				look(path.Join(dir, e.Name()), left-1)
			}
		}
	}
	look(root, depth)
	return found
}

// isRepository is true for what git takes for a repository, see gitrepository-layout(5).
func isRepository(dir string) bool {
	for _, part := range []string{"HEAD", "objects", "refs"} {
		if _, err := os.Lstat(path.Join(dir, part)); err != nil {
			return false
		}
	}
	return true
}
