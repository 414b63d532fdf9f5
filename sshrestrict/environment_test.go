package sshrestrict

import (
	"slices"
	"strings"
	"testing"

	"ops/sshrestrict/internal/passwd"
)

func TestEnvironmentFromEmpty(t *testing.T) {
	account := passwd.Account{Name: "alice", UID: 61001, Home: "/home/alice", Shell: "/bin/bash"}
	always := []string{
		"PATH=" + searchPath, "HOME=/home/alice", "USER=alice", "LOGNAME=alice", "SHELL=/bin/false", "PAGER=cat", "GIT_PAGER=cat",
		"SYSTEMD_PAGER=cat", "LESSSECURE=1", "EDITOR=/bin/false", "VISUAL=/bin/false",
	}
	for _, c := range []struct {
		name   string
		e      Environment
		client []string
		tty    bool
		extra  []string
		want   []string // beside always, or in their place
	}{
		{name: "nothing"},
		{name: "locale by default", client: []string{"LANG=C.UTF-8", "LANGUAGE=de:en", "LC_TIME=de_DE@euro"}, want: []string{
			"LANG=C.UTF-8", "LANGUAGE=de:en", "LC_TIME=de_DE@euro",
		}},
		{name: "what steers programs", client: []string{
			"PATH=/tmp", "HOME=/tmp", "USER=root", "LOGNAME=root", "SHELL=/tmp/sh", "PAGER=id", "GIT_PAGER=id", "SYSTEMD_PAGER=id", "LESSSECURE=",
			"EDITOR=id", "VISUAL=id", "LD_PRELOAD=x.so", "LD_LIBRARY_PATH=x", "BASH_ENV=x", "ENV=x", "IFS=x", "GIT_SSH_COMMAND=x",
			"GIT_CONFIG_COUNT=1", "PYTHONPATH=x", "PERL5OPT=-Mx", "RSYNC_RSH=x", "SSH_ORIGINAL_COMMAND=id", "SSH_AUTH_SOCK=x", "TZ=UTC",
			"TMPDIR=x", "GODEBUG=x", "BASH_FUNC_ls%%=() { id; }", "LOCPATH=x", "MAIL=x", "_=x",
		}},
		{name: "values that are none of a locale", client: []string{
			"LANG=../../tmp/x", "LC_ALL=/tmp/x", "LC_CTYPE=$(id)", "LC_TIME=() { :;}; id", "LC_MESSAGES=a\nb", "LC_NUMERIC=a b", "LC_NAME=%n",
			"LC_PAPER=" + strings.Repeat("x", 129), "LC_X-Y=C", "LC_=a;b",
		}},
		{name: "an empty value", client: []string{"LC_ALL="}, want: []string{"LC_ALL="}},
		{name: "no name and no value", client: []string{"", "=", "LANG", "=LANG=C"}, want: []string{"LANG="}},
		{name: "twice", client: []string{"LANG=de", "LANG=C"}, want: []string{"LANG=C"}},
		{name: "terminal without one", client: []string{"TERM=xterm"}},
		{name: "terminal", client: []string{"TERM=xterm-256color"}, tty: true, want: []string{"TERM=xterm-256color"}},
		{name: "terminal with a path", client: []string{"TERM=../x"}, tty: true},
		{name: "pass none", e: Environment{Pass: []string{}}, client: []string{"LANG=C"}},
		{name: "pass one", e: Environment{Pass: []string{"COLUMNS"}}, client: []string{"LANG=C", "COLUMNS=80", "COLUMNS_=1"}, want: []string{"COLUMNS=80"}},
		{name: "pass a family", e: Environment{Pass: []string{"APP_*"}}, client: []string{"APP_A=1", "APP_B=/x", "AP=1"}, want: []string{"APP_A=1"}},
		{name: "set", e: Environment{Set: map[string]string{"TZ": "Europe/Paris", "B": "a b"}}, want: []string{"B=a b", "TZ=Europe/Paris"}},
		{
			name: "set wins over all", e: Environment{Pass: []string{"A"}, Set: map[string]string{"A": "set", "R": "set", "PATH": "/only"}},
			client: []string{"A=client"}, extra: []string{"R=rule", "A=rule"}, want: []string{"A=set", "R=set", "PATH=/only"},
		},
		{
			name: "the rule wins over the client", e: Environment{Pass: []string{"A"}}, client: []string{"A=client"}, extra: []string{"A=rule=1"},
			want: []string{"A=rule=1"},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			want := slices.Clone(always)
			for _, entry := range c.want {
				name, _, _ := strings.Cut(entry, "=")
				want = append(slices.DeleteFunc(want, func(e string) bool { return strings.HasPrefix(e, name+"=") }), entry)
			}
			got := c.e.build(account, c.client, c.tty, c.extra)
			slices.Sort(got)
			slices.Sort(want)
			if !slices.Equal(got, want) {
				t.Errorf("%q\nwant %q", got, want)
			}
			if err := c.e.check(); err != nil && c.name != "no name and no value" {
				t.Error(err)
			}
		})
	}
}

// No name may be passed through which a client would choose what programs load or run.
func TestEnvironmentPassRefuses(t *testing.T) {
	for _, name := range []string{
		"", "*", "**", "A**", "A*B", "*A", "A B", "A=B", "1A", "A-B", "A?", "[A]", "Z*", "A*",
		"LD_PRELOAD", "LD_*", "LD*", "L*", "BASH_ENV", "BASH_*", "ENV", "E*", "IFS", "PATH", "P*", "HOME", "USER", "SHELL", "PERL5LIB", "PYTHONPATH",
		"RUBYOPT", "NODE_OPTIONS", "JAVA_TOOL_OPTIONS", "_JAVA_OPTIONS", "CLASSPATH", "GIT_SSH", "GIT_*", "HGRCPATH", "RSYNC_RSH", "BORG_RSH",
		"RESTIC_PASSWORD_COMMAND", "RCLONE_CONFIG", "SSH_CONNECTION", "SSH_USER_AUTH", "XDG_CONFIG_HOME", "LESSOPEN", "LESS", "MANPAGER",
		"PAGER", "EDITOR", "VISUAL", "BROWSER", "TMPDIR", "LOCPATH", "NLSPATH", "TERMINFO", "TERMCAP", "ZDOTDIR", "FPATH", "EXINIT", "VIMINIT",
		"GCONV_PATH", "HOSTALIASES", "RES_OPTIONS", "PROMPT_COMMAND", "PS4", "OPENSSL_CONF", "SSL_CERT_FILE", "GNUPGHOME", "MAKEFLAGS",
		"LUA_INIT", "TCLLIBPATH", "AWKPATH", "DOCKER_HOST", "NIX_PATH", "SUDO_ASKPASS", "PGSERVICEFILE", "MYSQL_HOME", "GODEBUG", "TZDIR",
		"http_proxy", "CURL_HOME", "GREP_OPTIONS", "UNISON",
	} {
		e := Environment{Pass: []string{"LANG", name}}
		if err := e.check(); err == nil {
			t.Errorf("%q is passed", name)
		}
	}
	for _, name := range []string{"LANG", "LANGUAGE", "LC_*", "LC_ALL", "TZ", "COLUMNS", "LINES", "NO_COLOR", "GNOME", "APP_*"} {
		e := Environment{Pass: []string{name}}
		if err := e.check(); err != nil {
			t.Error(err)
		}
	}
}

func TestEnvironmentSetRefuses(t *testing.T) {
	for name, value := range map[string]string{
		"": "x", "A B": "x", "1": "x", "A=B": "x", "A-B": "x", "A*": "x", "NL": "a\nb", "ESC": "\x1b[2J", "NUL": "a\x00b", "BIDI": "\u202e",
	} {
		e := Environment{Set: map[string]string{name: value}}
		if err := e.check(); err == nil {
			t.Errorf("%q=%q is set", name, value)
		}
	}
}

// Whatever the client's variables are, no name stands twice and nothing but the named ones comes from it.
func FuzzEnvironment(f *testing.F) {
	f.Add("LANG=C\x01PATH=/tmp\x01LC_ALL=$(id)", true)
	f.Fuzz(func(t *testing.T, client string, tty bool) {
		built := (&Environment{}).build(passwd.Account{Name: "a", Home: "/h"}, strings.Split(client, "\x01"), tty, nil)
		seen := map[string]bool{}
		for i, entry := range built {
			name, value, ok := strings.Cut(entry, "=")
			if !ok || seen[name] {
				t.Fatalf("%q in %q", entry, built)
			}
			seen[name] = true
			if i >= 11 && (!harmless(value) || name != "LANG" && name != "LANGUAGE" && !strings.HasPrefix(name, "LC_") && (name != "TERM" || !tty)) {
				t.Fatalf("%q comes from the client", entry)
			}
		}
		if built[0] != "PATH="+searchPath || built[1] != "HOME=/h" {
			t.Fatalf("%q", built)
		}
	})
}
