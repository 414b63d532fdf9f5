package sshrestrict

import (
	"os"
	"path"
	"strings"

	"golang.org/x/sys/unix"
)

// login looks at the shell by which sshd runs the forced command, see sshd(8), LOGIN PROCESS.
func (c *checker) login() {
	a := c.account
	shell := path.Base(a.Shell)
	if a.Shell == "" {
		shell = "sh" // see passwd(5)
	}
	switch files := startupFiles(shell); {
	case shell == "nologin" || shell == "false":
		c.add("error", "login-shell", nil, "usermod --shell /bin/sh "+a.Name,
			"sshd runs forced commands by the login shell, and %s runs none", a.Shell)
	case files != nil:
		c.startup(shell, files)
	}
	for _, name := range append(startupFiles(shell), ".ssh", ".ssh/authorized_keys", ".ssh/environment", ".ssh/rc", "") {
		full := path.Join(a.Home, name)
		var st unix.Stat_t
		if unix.Stat(full, &st) != nil {
			continue
		}
		if st.Mode&0o022 != 0 || st.Uid != 0 && int(st.Uid) != a.UID {
			c.add("error", "home-writable", nil, "give "+full+" to "+a.Name+" or root, and run: chmod go-w "+full,
				"somebody else can change %s, and with it what the account's login runs", full)
		}
	}
}

func (c *checker) startup(shell string, files []string) {
	for _, name := range files {
		if rule := c.writer(path.Join(c.account.Home, name)); rule != "" {
			c.add("error", "login-shell", nil, "usermod --shell /bin/sh "+c.account.Name+", or move the root out of the home",
				"%s reads ~/%s before the forced command, and %s lets the client write it", shell, name, rule)
			return
		}
	}
	c.add("note", "login-shell", nil, "usermod --shell /bin/sh "+c.account.Name, "%s reads %s in the home before the forced command",
		shell, strings.Join(files, ", "))
}

// startupFiles are what a shell reads with -c under sshd, relative to the home: nil for the POSIX shells that read nothing.
func startupFiles(shell string) []string {
	switch shell {
	case "sh", "dash", "ash", "nologin", "false", "ksh", "mksh":
		return nil
	case "bash", "rbash":
		return []string{".bashrc"} // where it finds itself started by sshd, see bash(1), INVOCATION
	case "zsh":
		return []string{".zshenv"}
	case "fish":
		return []string{".config/fish"}
	case "csh", "tcsh":
		return []string{".cshrc", ".tcshrc"}
	}
	return []string{".profile"} // unknown: whatever it is
}

// writer returns the first rule under which the client can write to a path, empty if none.
func (c *checker) writer(to string) string {
	for i := range c.policy.rules {
		for _, root := range writtenBy(c.policy.rules[i].rule) {
			if reaches(string(root), to) {
				return c.policy.rules[i].String()
			}
		}
	}
	return ""
}

// reaches is true if one path is the other or lies below it, as written or behind symbolic links.
func reaches(root, to string) bool {
	below := func(a, b string) bool { return a == b || b == "/" || strings.HasPrefix(a, b+"/") }
	for _, a := range []string{root, real(root)} {
		for _, b := range []string{to, real(to)} {
			if below(a, b) || below(b, a) {
				return true
			}
		}
	}
	return false
}

// real resolves the symbolic links of the part of a path that exists.
func real(name string) string {
	rest := ""
	for at := name; ; at = path.Dir(at) {
		if found, err := evalSymlinks(at); err == nil {
			return path.Join(found, rest)
		}
		if at == "/" || at == "." {
			return name
		}
		rest = path.Join(path.Base(at), rest)
	}
}

// evalSymlinks asks the kernel for the name of what a path leads to.
func evalSymlinks(name string) (string, error) {
	fd, err := unix.Open(name, unix.O_PATH|unix.O_CLOEXEC, 0)
	if err != nil {
		return "", &os.PathError{Op: "open", Path: name, Err: err}
	}
	defer unix.Close(fd)
	return nameOf(fd)
}
