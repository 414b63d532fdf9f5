package sshrestrict

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"ops/sshrestrict/internal/passwd"
	"ops/sshrestrict/launch"
)

func noLandlock(launch.Confinement) (launch.Sandbox, error) { return launch.Sandbox{}, nil }

func landlock(launch.Confinement) (launch.Sandbox, error) { return launch.Sandbox{ABI: 7}, nil }

// check returns the findings as "severity code", with the number of the rule behind it, in order.
func check(t *testing.T, text string, change func(*checker)) []string {
	t.Helper()
	p, err := Parse("p", "/etc/ops/ssh-restrict/p.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	c := &checker{policy: p, achieved: landlock}
	if change != nil {
		change(c)
	}
	c.all(time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC))
	var found []string
	for _, f := range c.findings {
		rule, _, _ := strings.Cut(strings.TrimPrefix(f.Rule, "allow["), "]")
		found = append(found, strings.TrimSpace(f.Severity+" "+f.Code+" "+rule))
		if f.Message == "" || f.Remedy == "" || f.File != p.File || rule != "" && f.Line == 0 {
			t.Errorf("incomplete: %+v", f)
		}
	}
	slices.Sort(found)
	return slices.Compact(found)
}

// as makes an account with a home of its own use the policy.
func as(home, shell string) func(*checker) {
	return func(c *checker) {
		c.account = &passwd.Account{Name: "u", UID: os.Geteuid() + 1, Home: home, Shell: shell}
	}
}

const boxed = "sandbox: {level: required}\n"

// Each text is a policy; findings that belong to the fields beside the one in question are left out by boxed.
func TestCheck(t *testing.T) {
	dir := t.TempDir()
	for _, c := range []struct {
		name, text string
		want       []string
		change     func(*checker)
	}{
		{"nothing wrong", "allow: [{sftp: {root: /srv/in, mode: append}}]\n" + boxed, nil, nil},
		{"empty", "allow: []\n" + boxed, []string{"warning empty"}, nil},
		{"menu without rules is no menu", "interactive: {menu: false}\n" + boxed, []string{"warning empty"}, nil},
		{"expired", "expires: 2026-11-23\nallow: [{command: [uptime]}]\n" + boxed, []string{"warning expired"}, nil},
		{"not expired", "expires: 2026-11-24\nallow: [{command: [uptime]}]\n" + boxed, nil, nil},
		{"no sandbox", "allow: [{command: [uptime]}]\n", []string{"note sandbox"}, nil},
		{"menu without recording", "interactive: {menu: true}\n" + boxed, []string{"note recording"}, nil},
		{
			"recordings without folder", "interactive: {menu: true}\naudit: {record: interactive, recordings: /no/such}\n" + boxed,
			[]string{"error audit-folder"},
			nil,
		},
		{"audit without folder", "allow: [{command: [uptime]}]\naudit: {to: [/no/such/log]}\n" + boxed, []string{"warning audit-folder"}, nil},
		{
			"required audit without folder", "allow: [{command: [uptime]}]\naudit: {to: [/no/such/log], required: true}\n" + boxed,
			[]string{"error audit-folder"},
			nil,
		},
		{"audit in order", "allow: [{command: [uptime]}]\naudit: {to: [" + dir + "/log, journal], required: true}\n" + boxed, nil, nil},
		{
			"processes of root", "limits: {processes: 5}\nallow: [{command: [uptime]}]\n" + boxed,
			[]string{"warning processes"},
			func(c *checker) { c.account = &passwd.Account{Name: "root", Home: dir, Shell: "/bin/sh"} },
		},
		{"processes of another", "limits: {processes: 5}\nallow: [{command: [uptime]}]\n" + boxed, nil, as("/no/such", "/bin/sh")},
		{"rate without a home", "rate: 5/min\nallow: [{command: [uptime]}]\n" + boxed, []string{"error state-folder"}, as("/no/such", "/bin/sh")},
		{"sessions without a home", "sessions: 5\nallow: [{command: [uptime]}]\n" + boxed, []string{"error state-folder"}, as("/no/such", "/bin/sh")},

		{
			"no Landlock", "allow: [{command: [uptime]}]\nsandbox: {level: best-effort}\n",
			[]string{"warning landlock"},
			func(c *checker) { c.achieved = noLandlock },
		},
		{"no Landlock and off", "allow: [{command: [uptime]}]\nsandbox: {level: off}\n", nil, func(c *checker) { c.achieved = noLandlock }},
		{"no Landlock and required", "allow: [{command: [uptime]}]\n" + boxed, []string{"error landlock"}, func(c *checker) { c.achieved = noLandlock }},
		{
			"no Landlock and an old rsync", "allow: [{command: [uptime]}, {rsync: {root: /srv/x, program: /usr/bin/true}}]\nsandbox: {level: best-effort}\n",
			[]string{"warning landlock", "warning rsync-filters 1"},
			func(c *checker) { c.achieved = noLandlock },
		},
		{"Landlock and an old rsync", "allow: [{rsync: {root: /srv/x, program: /usr/bin/true}}]\nsandbox: {level: best-effort}\n", nil, nil},

		{"missing program", "allow: [{command: [x], run: [/no/such/program]}]\n" + boxed, []string{"warning program-missing 0"}, nil},
		{"missing program of a protocol", "allow: [{rsync: {root: /srv/x, program: /no/such/rsync}}]\n" + boxed, []string{"warning program-missing 0"}, nil},
		{"docker", "allow: [{docker: {grant: equals-root, program: /usr/bin/true}}]\n" + boxed, []string{"note equals-root 0"}, nil},
		{"nix", "allow: [{nix: {daemon: true, grant: equals-root}}, {nix: {serve: true}}]\n" + boxed, []string{"note equals-root 0"}, nil},
		{"mosh with a shell", "allow: [{mosh: {command: [/bin/bash]}}]\n" + boxed, []string{"error runs-others 0"}, nil},
		{"mosh with a script", "allow: [{mosh: {command: [/bin/bash, /usr/bin/ldd]}}]\n" + boxed, nil, nil},

		{
			"path without sandbox", "allow: [{command: [cat, \"{f}\"], where: {f: {file-in: /srv/x}}}]\n",
			[]string{"note sandbox", "warning unconfined-path 0"},
			nil,
		},
		{"path with the rule's own", "allow: [{command: [cat, \"{f}\"], where: {f: {file-in: /srv/x}}, confine: true}]\n", []string{"note sandbox"}, nil},
		{
			"path with it off", "allow: [{command: [cat, \"{f}\"], where: {f: {file-in: /srv/x}}}]\nsandbox: {level: off}\n",
			[]string{"warning unconfined-path 0"},
			nil,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := check(t, c.text, c.change); !slices.Equal(got, c.want) {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
}

func TestCheckProgramsThatRunOthers(t *testing.T) {
	const (
		pathValue = "where: {x: {path-in: /srv/x}}"
		nameValue = "where: {x: {name: 9}}"
		oneOf     = "where: {x: {one-of: [a, b]}}"
		number    = "where: {x: {integer: 1-9}}"
	)
	for _, c := range []struct{ rule, want string }{
		{`run: [/bin/sh]`, "error runs-others"},
		{`run: [/bin/sh, -s]`, "error runs-others"},
		{`run: [/bin/sh, -c, uptime]`, ""},
		{`run: [/bin/sh, -c, "{x}"], ` + nameValue, "error runs-others"},
		{`run: [/bin/bash, "{x}"], ` + pathValue, "error runs-others"},
		{`run: [/bin/bash, /usr/bin/ldd, "{x}"], ` + pathValue, ""},
		{`run: [/usr/bin/python3, "{x}"], ` + pathValue, "error runs-others"},
		{`run: [/usr/bin/python3]`, "error runs-others"},
		{`run: [/usr/bin/python3, -m, json.tool]`, ""},
		{`run: [/usr/bin/perl, -e, "print 1", "{x}"], ` + nameValue, ""},
		{`run: [/usr/bin/env]`, ""},
		{`run: [/usr/bin/env, "{x}"], ` + nameValue, "error runs-others"},
		{`run: [/usr/bin/env, "{x}"], ` + oneOf, ""},
		{`run: [/usr/bin/env, A=1, /bin/sh]`, "error runs-others"},
		{`run: [/usr/bin/nice, -n, "5", /usr/bin/env, find, "{x}"], ` + pathValue, "warning runs-others"},
		{`run: [/usr/bin/timeout, "5", /usr/bin/uptime]`, ""},
		{`run: [/usr/bin/xargs, /bin/echo]`, "warning runs-others"},
		{`run: [/usr/bin/less, /var/log/dmesg]`, "warning runs-others"},
		{`run: [/usr/bin/find, "{x}"], ` + pathValue, "warning runs-others"},
		{`run: [/usr/bin/find, "{x}"], ` + oneOf, ""},
		{`run: [/usr/bin/find, /srv, -maxdepth, "{x}"], ` + number, ""},
		{`run: [/usr/bin/find, /srv, "{options}"], options: [-L, -x]`, ""},
		{`run: [/usr/bin/find, /srv, "{options}"], options: [{--name: {pattern: true}}]`, "warning runs-others"},
		{`run: [/usr/bin/tar, -cf, "-", /srv/x]`, ""},
		{`run: [/usr/bin/cat, "{x}"], ` + pathValue, ""},
		{`run: [/usr/bin/systemctl, status, --, "{x}"], ` + nameValue, ""},
	} {
		rule := "[x]"
		if strings.Contains(c.rule, "where") {
			rule = `[x, "{x}"]`
		}
		got := check(t, "allow: [{command: "+rule+", "+c.rule+"}]\n"+boxed, nil)
		got = slices.DeleteFunc(got, func(f string) bool { return strings.Contains(f, "program-missing") })
		if want := strings.TrimSpace(c.want + " 0"); len(got) > 1 || len(got) == 1 && got[0] != want || len(got) == 0 && c.want != "" {
			t.Errorf("%s: %q, want %q", c.rule, got, c.want)
		}
	}
}

func TestCheckSudo(t *testing.T) {
	const rule = "allow: [{command: [x], run: [/usr/bin/env, /usr/bin/sudo, /usr/bin/true]}]\n"
	root := func(c *checker) { c.account = &passwd.Account{Name: "root", Home: "/no/such", Shell: "/bin/sh"} }
	for _, c := range []struct {
		sandbox   string
		change    func(*checker)
		powerless bool
	}{
		{"", nil, false},
		{"sandbox: {level: off}\n", nil, true}, // no_new_privs is on unless it is switched off
		{"sandbox: {level: off, no-new-privileges: false}\n", nil, false},
		{"sandbox: {level: required, no-new-privileges: false}\n", as("/no/such", "/bin/sh"), true}, // the kernel wants it
		{"sandbox: {level: required, no-new-privileges: false}\n", root, false},
		{"sandbox: {level: required}\n", root, true},
	} {
		got := slices.Contains(check(t, rule+c.sandbox, c.change), "error sudo 0")
		if got != c.powerless {
			t.Errorf("%q: found %v", c.sandbox, got)
		}
	}
}

func TestCheckWritableRoots(t *testing.T) {
	dir := t.TempDir()
	home := dir + "/home/u"
	err := errors.Join(
		os.MkdirAll(home+"/.ssh", 0o700), os.MkdirAll(dir+"/srv", 0o755), os.Symlink(home, dir+"/srv/link"), os.MkdirAll(dir+"/srv/up", 0o755),
		os.MkdirAll(dir+"/repo/a/b/objects", 0o755), os.MkdirAll(dir+"/repo/a/b/refs", 0o755), os.WriteFile(dir+"/repo/a/b/HEAD", nil, 0o644))
	if err != nil {
		t.Fatal(err)
	}
	write := func(root string) string { return "{sftp: {root: " + root + ", mode: write}}" }
	git := "{git: {repository: " + dir + "/srv/git/p.git}}"
	for _, c := range []struct {
		name, rules, rest string
		want              []string
		account           bool
	}{
		{"of its own", write(dir + "/srv/up"), "", nil, true},
		{"read is no matter", "{sftp: {root: /etc, mode: read}}", "", nil, false},
		{"etc", write("/etc"), "", []string{"error writable-root 0"}, false},
		{"in etc", write("/etc/ops"), "", []string{"error writable-root 0"}, false},
		{"above etc by a link", write("/proc/self/root/etc"), "", []string{"error writable-root 0"}, false},
		{"looks like etc", write("/etcetera"), "", nil, false},
		{"the keys", write(home + "/.ssh"), "", []string{"error writable-root 0"}, true},
		{"the home", write(home), "", []string{"error writable-root 0"}, true},
		{"the home, of whom is not known", write(home), "", []string{"error writable-root 0"}, false},
		{"all homes, of whom is not known", write(dir + "/home"), "", []string{"error writable-root 0"}, false},
		{"the home behind a link", write(dir + "/srv/link"), "", []string{"error writable-root 0"}, true},
		{"new folder behind a link", write(dir + "/srv/link/.ssh/new"), "", []string{"error writable-root 0"}, true},
		{"data in the home", write(home + "/data"), "", nil, true},
		{"the counters", write(home + "/.local"), "", []string{"error writable-root 0"}, true},
		{"services of the account", write(home + "/.config"), "", []string{"error writable-root 0"}, true},
		{"repositories of another rule", git + ", " + write(dir+"/srv/git"), "", []string{"error writable-root 1"}, false},
		{"beside a repository of another rule", git + ", " + write(dir+"/srv/up"), "", nil, false},
		{"a repository that lies there", write(dir + "/repo"), "", []string{"warning hooks 0"}, false},
		{"rsync", "{rsync: {root: /usr/local, mode: append}}", "", []string{"error writable-root 0"}, false},
		{"scp", "{scp: {root: /usr/local, mode: write}}", "", []string{"error writable-root 0"}, false},
		{"stream", "{stream: {write: /usr/local}}", "", []string{"error writable-root 0"}, false},
		{"stream that reads", "{stream: {read: /usr/local}}", "", nil, false},
		{"rdiff-backup", "{rdiff-backup: {root: /usr/local}}", "", []string{"error writable-root 0"}, false},
		{"unison", "{unison: {root: /usr/local}}", "", []string{"error writable-root 0"}, false},
		{"btrfs", "{btrfs: {receive: /usr/local, program: /usr/bin/true}}", "", []string{"error writable-root 0"}, false},
		{"the audit", write(dir + "/srv"), "audit: {to: [" + dir + "/srv/log]}\n", []string{"error writable-root 0"}, false},
		{"the program of a rule", write("/opt/x") + ", {command: [x], run: [/opt/x/bin/x]}", "", []string{"error writable-root 0", "warning program-missing 1"}, false},
		{"programs of the sandbox", write("/opt/x"), "sandbox: {level: required, execute: [/opt/x/bin]}\n", []string{"error writable-root 0"}, false},
		{"the sandbox", write(dir + "/srv/up"), "sandbox: {level: required, write: [/etc/x]}\n", []string{"warning sandbox-write"}, false},
		{"the policies", write("/etc/ops/ssh-restrict"), "", []string{"error writable-root 0"}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			rest := c.rest
			if !strings.Contains(rest, "sandbox") {
				rest += boxed
			}
			var change func(*checker)
			if c.account {
				change = func(c *checker) {
					c.account = &passwd.Account{Name: "u", UID: os.Geteuid(), Home: home, Shell: "/bin/sh"}
				}
				if os.Geteuid() == 0 {
					change = func(c *checker) { c.account = &passwd.Account{Name: "u", UID: 61001, Home: home, Shell: "/bin/sh"} }
				}
			}
			got := check(t, "allow: ["+c.rules+"]\n"+rest, change)
			if !slices.Equal(got, c.want) {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
}

func TestCheckLoginShell(t *testing.T) {
	write := func(root string) string { return "allow: [{sftp: {root: " + root + ", mode: write}}]\n" + boxed }
	home := filepath.Join(t.TempDir(), "u")
	if err := os.MkdirAll(home+"/data", 0o755); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ shell, root, want string }{
		{"/bin/sh", home + "/data", ""},
		{"", home + "/data", ""},
		{"/usr/sbin/nologin", home + "/data", "error login-shell"},
		{"/bin/false", home + "/data", "error login-shell"},
		{"/bin/bash", home + "/data", "note login-shell"},
		{"/bin/bash", home + "/.bashrc", "error login-shell"},
		{"/bin/zsh", home + "/.bashrc", "note login-shell"},
		{"/usr/bin/zsh", home + "/.zshenv", "error login-shell"},
		{"/usr/bin/fish", home + "/.config/fish/functions", "error login-shell"},
		{"/bin/tcsh", home + "/.cshrc", "error login-shell"},
		{"/opt/mine/shell", home + "/data", "note login-shell"},
	} {
		got := check(t, write(c.root), func(k *checker) {
			k.account = &passwd.Account{Name: "u", UID: os.Geteuid(), Home: home, Shell: c.shell}
		})
		got = slices.DeleteFunc(got, func(f string) bool { return strings.Contains(f, "writable-root") })
		if strings.Join(got, " ") != c.want {
			t.Errorf("%s, %s: %q, want %q", c.shell, c.root, got, c.want)
		}
	}
}

// Who else can write what the login reads.
func TestCheckHome(t *testing.T) {
	for name, c := range map[string]struct {
		spoil func(home string) error
		want  string
	}{
		"in order":           {func(string) error { return nil }, ""},
		"home":               {func(home string) error { return os.Chmod(home, 0o777) }, "error home-writable"},
		"startup file":       {func(home string) error { return os.Chmod(home+"/.bashrc", 0o664) }, "error home-writable"},
		"folder of keys":     {func(home string) error { return os.Chmod(home+"/.ssh", 0o770) }, "error home-writable"},
		"keys of another":    {func(home string) error { return os.Chown(home+"/.ssh/authorized_keys", 65534, 0) }, "error home-writable"},
		"root's is in order": {func(home string) error { return os.Chown(home+"/.bashrc", 0, 0) }, ""},
	} {
		t.Run(name, func(t *testing.T) {
			home := filepath.Join(t.TempDir(), "u")
			err := errors.Join(os.MkdirAll(home+"/.ssh", 0o700), os.WriteFile(home+"/.bashrc", nil, 0o644),
				os.WriteFile(home+"/.ssh/authorized_keys", nil, 0o600))
			for _, f := range []string{"", "/.ssh", "/.bashrc", "/.ssh/authorized_keys"} {
				err = errors.Join(err, os.Chown(home+f, 61001, 61001))
			}
			if err = errors.Join(err, c.spoil(home)); err != nil {
				t.Fatal(err)
			}
			got := check(t, "allow: [{command: [uptime]}]\n"+boxed, func(k *checker) {
				k.account = &passwd.Account{Name: "u", UID: 61001, Home: home, Shell: "/bin/bash"}
			})
			got = slices.DeleteFunc(got, func(f string) bool { return f == "note login-shell" })
			if strings.Join(got, " ") != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
}

func TestShadows(t *testing.T) {
	for _, c := range []struct {
		first, second string
		want          bool
	}{
		{"sftp: {root: /srv/a}", "sftp: {root: /srv/b, mode: write}", true}, // a request for sftp names no folder
		{"borg: {repository: /srv/a}", "borg: {repository: /srv/b}", true},
		{"unison: {root: /srv/a}", "unison: {root: /srv/b}", true},
		{"rdiff-backup: {root: /srv/a}", "rdiff-backup: {root: /srv/b}", true},
		{"svn: {root: /srv/a}", "svn: {root: /srv/b}", true},
		{"restic: {repository: /srv/a}", "restic: {repository: /srv/b}", false},
		{"restic: {repository: /srv/a}", "restic: {repository: /srv/a}", true},
		{"rsync: {root: /srv}", "rsync: {root: /srv/a}", true},
		{"rsync: {root: /srv/a}", "rsync: {root: /srv}", false},
		{"rsync: {root: /srv/a}", "rsync: {root: /srv/ab}", false},
		{"rsync: {root: /srv}", "rsync: {root: /srv/a, mode: write}", false},
		{"rsync: {root: /srv, mode: read-write}", "rsync: {root: /srv/a, mode: write}", true},
		{"rsync: {root: /srv, mode: write}", "rsync: {root: /srv/a, mode: append}", true},
		{"rsync: {root: /srv, mode: append}", "rsync: {root: /srv/a, mode: write}", false},
		{"rsync: {root: /srv, mode: write}", "rsync: {root: /srv/a, mode: write, delete: true}", false},
		{"rsync: {root: /srv}", "rsync: {root: /srv/a, secluded: proxy}", false},
		{"rsync: {root: /srv/a, paths: rooted}", "rsync: {root: /srv/b}", true},
		{"rsync: {root: /srv/a}", "rsync: {root: /srv/a, paths: rooted}", false},
		{"scp: {root: /srv/a}", "scp: {root: /srv/a/b}", true},
		{"scp: {root: /srv/a}", "sftp: {root: /srv/a}", false},
		{"git: {root: /srv/git, repositories: [a.git]}", "git: {root: /srv/git, repositories: [b.git]}", false},
		{"git: {root: /srv/git}", "git: {root: /srv/git}", true},
		{"power: [suspend, status]", "power: [status]", true},
		{"power: [status]", "power: [suspend, status]", false},
		{"command: [a, b]", "command: [a, b]", true},
		{"command: [a, b]", "command: [a, c]", false},
		{"command: [a]", "command: [a, b]", false},
		{"command: [a, b]", "command: [a]", false},
		{"command: [a]\n    options: [-x]", "command: [a]", true},
		{"command: [a]", "command: [a]\n    options: [-x]", false},
		{"command: [a]\n    options: [\"-n --num\": {integer: 1-9}]", "command: [a]\n    options: [\"-n\": {integer: 2-3}]", true},
		{"command: [a]\n    options: [\"-n\": {integer: 1-9}]", "command: [a]\n    options: [\"-n\": {integer: 2-30}]", false},
		{"command: [a, \"{x}\"]\n    where: {x: {integer: 1-9}}", "command: [a, \"{y}\"]\n    where: {y: {integer: 3-4}}", true},
		{"command: [a, \"{x}\"]\n    where: {x: {integer: 1-9}}", "command: [a, \"5\"]", true},
		{"command: [a, \"{x}\"]\n    where: {x: {integer: 1-9}}", "command: [a, \"50\"]", false},
		{"command: [a, \"{x}\"]\n    where: {x: {one-of: [p, q]}}", "command: [a, \"{x}\"]\n    where: {x: {one-of: [q]}}", true},
		{"command: [a, \"{x}\"]\n    where: {x: {one-of: [q]}}", "command: [a, \"{x}\"]\n    where: {x: {one-of: [p, q]}}", false},
		{"command: [a, \"{x}\"]\n    where: {x: {name: 9}}", "command: [a, \"{x}\"]\n    where: {x: {one-of: [p, q]}}", true},
		{"command: [a, \"{x}\"]\n    where: {x: {name: 9}}", "command: [a, \"{x}\"]\n    where: {x: {name: 10}}", false},
		{"command: [a, \"{x}\"]\n    where: {x: {path-in: /srv}}", "command: [a, \"{x}\"]\n    where: {x: {file-in: /srv/a}}", true},
		{"command: [a, \"{x}\"]\n    where: {x: {file-in: /srv}}", "command: [a, \"{x}\"]\n    where: {x: {path-in: /srv/a}}", false},
		{"command: [a, \"{x}\"]\n    where: {x: {path-in: /srv}}", "command: [a, /srv/a]", false}, // a link may lead out
		{"command: [a, \"{x...}\"]\n    where: {x: {integer: 1-9}}", "command: [a, \"1\", \"2\"]", true},
		{"command: [a, \"{x...}\"]\n    where: {x: {integer: 1-9}}", "command: [a, \"1\", b]", false},
		{"command: [a, \"{x...}\"]\n    where: {x: {integer: 1-9}}", "command: [a]", false},
		{"command: [a, \"{x}\"]\n    where: {x: {integer: 1-9}}", "command: [a, \"{x...}\"]\n    where: {x: {integer: 1-9}}", false},
	} {
		p := mustParse(t, "allow:\n  - "+c.first+"\n  - "+c.second+"\n")
		if got := shadows(p.rules[0].rule, p.rules[1].rule); got != c.want {
			t.Errorf("%q, %q: %v", c.first, c.second, got)
		}
	}
}

// The accounts of the machine, through the function that people call.
func TestCheckAccount(t *testing.T) {
	p := mustParse(t, "allow: [{command: [uptime]}]\n"+boxed)
	if _, err := p.Check("no-such-account", time.Now()); err == nil {
		t.Error("an account that is not there")
	}
	found, err := p.Check("root", time.Now())
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range found {
		if f.Code == "login-shell" && f.Severity == "error" {
			t.Errorf("%+v", f)
		}
	}
}
