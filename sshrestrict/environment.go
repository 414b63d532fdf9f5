package sshrestrict

import (
	"errors"
	"fmt"
	"os"
	"path"
	"slices"
	"strings"

	"ops/sshrestrict/internal/passwd"
)

// Environment is what a program gets beside what it always gets. The client's own variables are dropped unless they are
// named here, and of those that are, values of harmless characters are taken only.
type Environment struct {
	Pass []string          `yaml:"pass"` // names, or patterns such as LC_*; LANG, LANGUAGE and LC_* if left out
	Set  map[string]string `yaml:"set"`
}

// check refuses names through which a client would choose what runs.
func (e *Environment) check() error {
	for _, name := range e.Pass {
		family, open := strings.CutSuffix(name, "*")
		if !isName(family) || open && !strings.HasSuffix(family, "_") {
			return fmt.Errorf("environment: pass: expected a name such as LANG or LC_*, found %s", quote(name))
		}
		if family := steers(name); family != "" {
			return fmt.Errorf("environment: pass: %s would let the client choose what programs load or run (%s); give it a fixed value with set", quote(name), family)
		}
	}
	for name, value := range e.Set {
		if !isName(name) {
			return fmt.Errorf("environment: set: %s is no name of a variable", quote(name))
		}
		if err := printable(value); err != nil {
			return errors.New("environment: set: " + err.Error())
		}
	}
	return nil
}

// steers tells which family of variables a name or pattern of names reaches into that change what programs run.
func steers(pattern string) string {
	prefix := strings.TrimSuffix(pattern, "*")
	open := prefix != pattern
	for _, family := range []string{
		"LD_", "BASH_", "DYLD_", "GCONV_", "GIT_", "HG", "PERL", "PYTHON", "RUBY", "NODE_", "JAVA_", "RSYNC_", "BORG_", "RESTIC_",
		"RCLONE_", "SSH_", "SYSTEMD_", "DBUS_", "XDG_", "LESS", "MALLOC_", "GLIBC_", "TAR_", "SVN_", "CVS", "RES_", "LOCPATH",
		"HOSTALIASES", "NLSPATH", "POSIXLY_", "TMPDIR", "EDITOR", "VISUAL", "PAGER", "BROWSER", "SHELL", "IFS", "ENV", "PATH",
		"HOME", "CDPATH", "USER", "LOGNAME", "PROMPT_", "PS4", "OPENSSL_", "SSL_", "KRB5", "GOTRACE", "GODEBUG", "GOMAXPROCS", "TZDIR",
		"_JAVA", "CLASSPATH", "LUA_", "TCL", "AWK", "MANPAGER", "TERMINFO", "TERMCAP", "ZDOTDIR", "FPATH", "EXINIT", "VIM", "GNUPGHOME",
		"MAKEFLAGS", "GREP_", "CURL_", "UNISON", "DOCKER_", "NIX_", "SUDO_", "PG", "MYSQL_", "ANSIBLE_", "http_", "https_", "HTTP_",
		"HTTPS_", "ALL_PROXY", "all_proxy", "MAIL", "ZONEINFO",
	} {
		if strings.HasPrefix(prefix, family) || open && strings.HasPrefix(family, prefix) {
			return family
		}
	}
	return ""
}

// searchPath is the PATH of every program that we start.
const searchPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

// build returns a program's whole environment, from empty.
func (e *Environment) build(account passwd.Account, client []string, tty bool, extra []string) []string {
	env := []string{
		"PATH=" + searchPath, "HOME=" + account.Home, "USER=" + account.Name, "LOGNAME=" + account.Name, "SHELL=/bin/false",
		// Programs that page or edit by themselves must not: each of those can run others.
		"PAGER=cat", "GIT_PAGER=cat", "SYSTEMD_PAGER=cat", "LESSSECURE=1", "EDITOR=/bin/false", "VISUAL=/bin/false",
	}
	pass := e.Pass
	if pass == nil {
		pass = []string{"LANG", "LANGUAGE", "LC_*"}
	}
	for _, entry := range client {
		name, value, _ := strings.Cut(entry, "=")
		matches := func(pattern string) bool { ok, _ := path.Match(pattern, name); return ok }
		if (slices.ContainsFunc(pass, matches) || tty && name == "TERM") && isName(name) && harmless(value) {
			env = set(env, name, value)
		}
	}
	for _, entry := range extra {
		name, value, _ := strings.Cut(entry, "=")
		env = set(env, name, value)
	}
	names := make([]string, 0, len(e.Set))
	for name := range e.Set {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		env = set(env, name, e.Set[name])
	}
	return env
}

func set(env []string, name, value string) []string {
	for i, entry := range env {
		if strings.HasPrefix(entry, name+"=") {
			env[i] = name + "=" + value
			return env
		}
	}
	return append(env, name+"="+value)
}

// harmless is true for values as locales, terminals and zones have them.
func harmless(value string) bool {
	for _, c := range []byte(value) {
		if !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte("_.@-:+,", c) >= 0) {
			return false
		}
	}
	return len(value) <= 128
}

// ForgetZone takes from the process the variables by which a client, where AcceptEnv of sshd_config(5) lets it, would choose
// the time zone in which the policy's hours and dates are read. It has to be called before the first use of a local time.
func ForgetZone() {
	for _, name := range []string{"TZ", "ZONEINFO"} {
		_ = os.Unsetenv(name) // fails for names that are none only
	}
}
