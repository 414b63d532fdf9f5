package keys

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

func auditOf(t *testing.T, locations ...Location) Report {
	t.Helper()
	m := machine(t)
	m.Now = func() time.Time { return time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC) }
	return m.Audit(locations)
}

// codes are "severity code :line" of all findings.
func codes(r Report) string {
	var out []string
	for _, f := range r.Findings {
		if f.Text == "" || f.Remedy == "" {
			out = append(out, "EMPTY")
		}
		out = append(out, fmt.Sprintf("%s %s :%d", f.Severity, f.Code, f.Line))
	}
	return strings.Join(out, ", ")
}

func TestAuditLines(t *testing.T) {
	cases := []struct {
		name, content string
		level         Level // of the first key
		open          string
		findings      string
	}{
		{"unrestricted", ed25519A, None, "port-forwarding agent-forwarding x11-forwarding pty user-rc", "medium unrestricted :1"},
		{"restrict alone", "restrict " + ed25519A, None, "", "medium unrestricted :1"},
		{"command alone", `command="x" ` + ed25519A, Partly, "port-forwarding agent-forwarding x11-forwarding pty user-rc", "medium partly-restricted :1"},
		{"command and some", `no-pty,no-port-forwarding,command="x" ` + ed25519A, Partly, "agent-forwarding x11-forwarding user-rc", "medium partly-restricted :1"},
		{"all by hand", `no-pty,no-port-forwarding,no-agent-forwarding,no-x11-forwarding,no-user-rc,command="x" ` + ed25519A, Fully, "", ""},
		{"restrict", `restrict,command="x" ` + ed25519A, Fully, "", ""},
		{"restrict and pty", `restrict,pty,command="x" ` + ed25519A, Fully, "pty", ""},
		{"pty before restrict", `pty,restrict,command="x" ` + ed25519A, Fully, "", ""},
		{"opened again", `restrict,port-forwarding,command="x" ` + ed25519A, Partly, "port-forwarding", "medium partly-restricted :1"},
		{"ours", ours("p", ed25519A), Fully, "", ""},
		{"ours in PATH", `restrict,command="ops ssh-restrict --policy p" ` + ed25519A, Fully, "", "low own-advice :1"},
		{"ours elsewhere", `restrict,command="bin/ops ssh-restrict --policy p" ` + ed25519A, Fully, "", "high own-fault :1"},
		{"ours with %u", `restrict,command="/usr/bin/ops ssh-restrict --user %u" ` + ed25519A, Fully, "", ""},
		{"expired", `restrict,expiry-time="20200101Z",command="x" ` + ed25519A, Fully, "", "low expired :1"},
		{"local expiry", `restrict,expiry-time="20300101",command="x" ` + ed25519A, Fully, "", "low local-expiry :1"},
		{"from without effect", `restrict,from="10.0.0.1/8",command="x" ` + ed25519A, Fully, "", "medium never-matches :1"},
		{"ignored", `frobnicate,command="x" ` + ed25519A, None, "", "medium ignored :1"},
		{"no key", "nonsense\n" + ours("p", ed25519A), Fully, "", "low no-key :1"},
		{"authority", "cert-authority " + ed25519A, None, "port-forwarding agent-forwarding x11-forwarding pty user-rc", "medium authority :1"},
		{"principals", `restrict,principals="a",command="x" ` + ed25519A, Fully, "", "medium never-matches :1"},
		{"duplicate", ours("p", ed25519A) + ours("p", ed25519A), Fully, "", "low duplicate :2"},
		{"open line behind", ours("p", ed25519A) + ed25519A, Fully, "", "medium duplicate :2, medium unrestricted :2"},
		{"open line before", ed25519A + "\n" + ours("p", ed25519A), None, "port-forwarding agent-forwarding x11-forwarding pty user-rc", "high never-reached :2, medium unrestricted :1"},
		{"way around from", `restrict,from="10.0.0.1",command="x" ` + ed25519A + "\n" + ed25519A, Fully, "", "high bypass :2, medium unrestricted :2"},
		{"way around expiry", `restrict,expiry-time="20200101Z",command="x" ` + ed25519A + "\n" + ours("p", ed25519A), Fully, "", "high bypass :2, low expired :1"},
		{"two keys", ours("p", ed25519A) + ours("p", ed25519B), Fully, "", ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			a := home(t, "alice")
			name := a.Home + "/.ssh/authorized_keys"
			putKeys(t, a, name, c.content+"\n")
			r := auditOf(t, Location{Account: "alice", File: name, Strict: true})
			if got := codes(r); got != c.findings {
				t.Errorf("findings %q, want %q", got, c.findings)
			}
			k := r.Keys[0]
			if k.Restricted != c.level || strings.Join(k.Open, " ") != c.open || k.Fingerprint == "" || k.Bits != 256 || k.Type != "ED25519" {
				t.Errorf("%+v", k)
			}
			if strings.Contains(c.content, "--policy p") && k.Restricted == Fully && !strings.Contains(c.name, "PATH") && !strings.Contains(c.name, "expiry") &&
				(k.Own == nil || k.Own.Policy != "p") {
				t.Errorf("own %+v", k.Own)
			}
		})
	}
}

func TestAuditWeakKeys(t *testing.T) {
	a := home(t, "alice")
	name := a.Home + "/.ssh/authorized_keys"
	_, weak := newKey(t, "rsa", "-b", "1024")
	_, dsa := newKey(t, "dsa")
	_, good := newKey(t, "rsa", "-b", "2048")
	putKeys(t, a, name, ours("p", weak)+ours("p", dsa)+ours("p", good)+ours("p", oddRSA(t, 4)))
	if got := codes(auditOf(t, Location{Account: "alice", File: name})); got != "high weak-key :4, medium weak-key :1, low weak-key :2" {
		t.Error(got)
	}
}

func TestAuditAcrossFiles(t *testing.T) {
	alice, bob := home(t, "alice"), home(t, "bob")
	first, second := alice.Home+"/.ssh/authorized_keys", alice.Home+"/.ssh/authorized_keys2"
	putKeys(t, alice, first, "# x\n"+ours("p", ed25519A))
	putKeys(t, alice, second, ed25519A+"\n")
	putKeys(t, bob, bob.Home+"/.ssh/authorized_keys", ours("q", ed25519A))
	r := auditOf(t,
		Location{Account: "alice", File: first, Strict: true}, Location{Account: "alice", File: second, Rank: 1, Strict: true},
		Location{Account: "bob", File: bob.Home + "/.ssh/authorized_keys", Strict: true},
		Location{Account: "bob", File: bob.Home + "/none", Strict: true}, Location{Account: "nobody-here", File: "/x"},
	)
	if r.Files != 3 || len(r.Keys) != 3 || r.Keys[1].DuplicateOf != first+":2" || !slices.Equal(r.Keys[0].SharedWith, []string{"bob"}) || !slices.Equal(r.Keys[2].SharedWith, []string{"alice"}) {
		t.Errorf("%+v", r.Keys)
	}
	if got := codes(r); got != "medium duplicate :1, medium unrestricted :1, low no-account :0" {
		t.Error(got)
	}
	text, err := json.Marshal(r)
	must(t, err)
	for _, want := range []string{`"restricted":"fully"`, `"duplicate_of":"` + first + `:2"`, `"own":{"program":"/usr/bin/ops","policy":"p"}`, `"open":[]`, `"severity":"medium"`} {
		if !strings.Contains(string(text), want) {
			t.Errorf("no %s in %s", want, text)
		}
	}
}

func TestAuditFiles(t *testing.T) {
	cases := []struct {
		name     string
		strict   bool
		prepare  func(a Account, name string) error
		keys     int
		findings string
	}{
		{"well", true, func(Account, string) error { return nil }, 1, ""},
		{"writable", true, func(_ Account, name string) error { return os.Chmod(name, 0o622) }, 1, "medium unsafe-file :0"},
		{"writable, not strict", false, func(_ Account, name string) error { return os.Chmod(name, 0o622) }, 1, "high unsafe-file :0"},
		{"folder writable", true, func(a Account, _ string) error { return os.Chmod(a.Home+"/.ssh", 0o702) }, 1, "medium unsafe-file :0"},
		{"private group", true, func(a Account, _ string) error { return os.Chmod(a.Home+"/.ssh", 0o770) }, 1, ""},
		{"of somebody else", true, func(_ Account, name string) error {
			return os.Chown(name, 61002, 61001)
		}, 0, "medium unreadable-file :0"},
		{"unreadable", true, func(_ Account, name string) error { return os.Chown(name, 0, 0) }, 0, "medium unreadable-file :0"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			a := home(t, "alice")
			name := a.Home + "/.ssh/authorized_keys"
			putKeys(t, a, name, ours("p", ed25519A))
			must(t, c.prepare(a, name))
			r := auditOf(t, Location{Account: "alice", File: name, Strict: c.strict})
			if got := codes(r); got != c.findings || len(r.Keys) != c.keys {
				t.Errorf("%q, %d keys: %+v", got, len(r.Keys), r.Findings)
			}
		})
	}
}

// What a home may hold to make root read something else, or wait for ever.
func TestAuditIsNotLedAstray(t *testing.T) {
	a := home(t, "alice")
	must(t, os.WriteFile("/home/secret", []byte(ed25519B+" secret\n"), 0o600))
	defer os.Remove("/home/secret")
	for name, prepare := range map[string]func(string) error{
		"link":   func(name string) error { return os.Symlink("/home/secret", name) },
		"FIFO":   func(name string) error { return syscall.Mkfifo(name, 0o666) },
		"device": func(name string) error { return os.Symlink("/dev/zero", name) },
		"folder": func(name string) error { return os.Mkdir(name, 0o777) },
		"loop":   func(name string) error { return os.Symlink(name, name) },
	} {
		file := a.Home + "/" + name
		must(t, prepare(file))
		r := auditOf(t, Location{Account: "alice", File: file, Strict: true})
		if len(r.Keys) != 0 || len(r.Findings) != 1 || strings.Contains(fmt.Sprint(r), "secret\"") {
			t.Errorf("%s: %+v", name, r)
		}
	}
}

func TestDiscover(t *testing.T) {
	alice := home(t, "alice")
	putKeys(t, alice, alice.Home+"/.ssh/authorized_keys", ours("p", ed25519A))
	s := startSshd(t, "AuthorizedKeysFile .ssh/authorized_keys /home/keys/%u.%U %h/x%%\nMatch User bob\nAuthorizedKeysFile none\nAuthorizedKeysCommand /bin/keys %u\nAuthorizedKeysCommandUser nobody\nMatch User carol\nForceCommand x y\n")
	m := machine(t)
	m.Sshd = s.sshd()
	m.Accounts = append(m.Accounts, Account{Name: "a,user=root", Home: "/"})
	asked := 0
	m.Asked = func(accounts int) { asked = accounts }
	d, err := m.Discover(t.Context())
	must(t, err)
	if asked != len(m.Accounts) {
		t.Errorf("progress ended at %d of %d accounts", asked, len(m.Accounts))
	}
	var got []string
	for _, l := range d.Locations {
		if l.Account == "alice" || l.Account == "bob" || l.Account == "carol" && l.Rank == 0 {
			got = append(got, fmt.Sprint(l.Account, " ", l.Rank, " ", l.File, " ", l.Strict, " ", l.ForceCommand))
		}
	}
	want := []string{
		"alice 0 /home/alice/.ssh/authorized_keys true ", "alice 1 /home/keys/alice.61001 true ", "alice 2 /home/alice/x% true ",
		"carol 0 /home/carol/.ssh/authorized_keys true x y",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
	var blind []string
	for _, f := range d.Blind {
		blind = append(blind, f.Code+" "+f.Account)
	}
	if !slices.Equal(blind, []string{"keys-command bob", "not-asked a,user=root"}) {
		t.Errorf("blind %q", blind)
	}
	if r := m.Audit(d.Locations); r.Files != 1 || len(r.Keys) != 1 || r.Keys[0].Own == nil {
		t.Errorf("%+v", r)
	}
}

func TestEffective(t *testing.T) {
	home(t, "alice")
	s := startSshd(t, "ForceCommand /bin/a  'b c'\nPermitTTY no\nAllowTcpForwarding local\nX11Forwarding no\nAllowAgentForwarding no\nPermitUserRC no\nPermitUserEnvironment LC_*\nAcceptEnv A B_*\nAcceptEnv C\nExposeAuthInfo yes\nStrictModes no\nChrootDirectory /home\nTrustedUserCAKeys /home/ca\nPasswordAuthentication no\n")
	c, err := s.sshd().Effective(t.Context(), Client{User: "alice", Address: "::1"})
	must(t, err)
	if c.ForceCommand != "/bin/a  'b c'" || c.PermitTTY || c.AllowTCPForwarding != "local" || c.X11Forwarding || c.AllowAgentForwarding || c.PermitUserRC ||
		c.PermitUserEnvironment != "LC_*" || !slices.Equal(c.AcceptEnv, []string{"A", "B_*", "C"}) || !c.ExposeAuthInfo || c.StrictModes ||
		c.ChrootDirectory != "/home" || c.TrustedUserCAKeys != "/home/ca" || c.Subsystems["sftp"] != "internal-sftp" ||
		!slices.Equal(c.AuthorizedKeysFile, []string{".ssh/authorized_keys", ".ssh/authorized_keys2"}) || c.RequiredRSASize != 1024 {
		t.Errorf("%+v", c)
	}
	for name, client := range map[string]Client{"no user": {}, "comma": {User: "a,b"}, "line end": {User: "a\n"}, "address": {User: "a", Address: "host"}} {
		if _, err := s.sshd().Effective(t.Context(), client); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	must(t, os.WriteFile(s.config, []byte("Frobnicate yes\n\x1b"), 0o600))
	if _, err := s.sshd().Effective(t.Context(), Client{User: "alice"}); err == nil || !strings.Contains(err.Error(), "Frobnicate") || strings.Contains(err.Error(), "\x1b") {
		t.Errorf("broken configuration: %v", err)
	}
}

func TestEffectiveIsBounded(t *testing.T) {
	dir := t.TempDir()
	for name, script := range map[string]string{
		"hangs":       "sleep 60",
		"never ends":  "while :; do echo aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa; done",
		"says little": "echo port 22",
	} {
		program := dir + "/" + strings.ReplaceAll(name, " ", "")
		must(t, os.WriteFile(program, []byte("#!/bin/sh\n"+script+"\n"), 0o755))
		start := time.Now()
		_, err := Sshd{Program: program, Timeout: 200 * time.Millisecond}.Effective(t.Context(), Client{User: "alice"})
		if err == nil || time.Since(start) > 10*time.Second {
			t.Errorf("%s: %v after %v", name, err, time.Since(start))
		}
	}
}
