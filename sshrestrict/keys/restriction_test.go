package keys

import (
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"math/big"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func public(t *testing.T, text string) Public {
	t.Helper()
	all, err := ReadPublic("id.pub", text)
	must(t, err)
	return all[0]
}

func TestLine(t *testing.T) {
	line, err := Line(Restriction{Policy: "backup", Key: "nas.1", PTY: true, From: []string{"10.0.0.0/8", "!10.9.0.0/16", "2001:db8::/32", "*.example.org"}, Expires: time.Date(2027, 6, 30, 12, 0, 0, 0, time.FixedZone("", 7200))}, public(t, ed25519A+" me@nas"))
	must(t, err)
	want := `restrict,pty,from="10.0.0.0/8,!10.9.0.0/16,2001:db8::/32,*.example.org",expiry-time="20270630100000Z",` +
		`command="/usr/bin/ops ssh-restrict --policy backup --key nas.1" ` + ed25519A + " me@nas\n"
	if line != want {
		t.Errorf("got  %swant %s", line, want)
	}
}

func TestLineRefuses(t *testing.T) {
	good := Restriction{Policy: "p", Key: "k"}
	cases := []struct {
		name   string
		change func(*Restriction)
		reason string
	}{
		{"no policy", func(r *Restriction) { r.Policy = "" }, "policy"},
		{"dash", func(r *Restriction) { r.Policy = "-p" }, "policy"},
		{"dot", func(r *Restriction) { r.Policy = ".p" }, "policy"},
		{"slash", func(r *Restriction) { r.Policy = "../p" }, "policy"},
		{"blank", func(r *Restriction) { r.Policy = "p q" }, "policy"},
		{"quote", func(r *Restriction) { r.Policy = `p"q` }, "policy"},
		{"dollar", func(r *Restriction) { r.Key = "$HOME" }, "key name"},
		{"line end", func(r *Restriction) { r.Key = "k\n" }, "key name"},
		{"long name", func(r *Restriction) { r.Key = strings.Repeat("k", 65) }, "key name"},
		{"letter of another alphabet", func(r *Restriction) { r.Key = "é" }, "key name"},
		{"relative program", func(r *Restriction) { r.Program = "bin/ops" }, "absolute"},
		{"program with a blank", func(r *Restriction) { r.Program = "/opt/my programs/ops" }, "absolute"},
		{"program with ..", func(r *Restriction) { r.Program = "/usr/../ops" }, "absolute"},
		{"program of another name", func(r *Restriction) { r.Program = "/bin/sh" }, "named ops"},
		{"program with a dash", func(r *Restriction) { r.Program = "/-x/ops" }, "absolute"},
		{"relative folder", func(r *Restriction) { r.Folder = "etc" }, "absolute"},
		{"folder with a quote", func(r *Restriction) { r.Folder = `/e"tc` }, "absolute"},
		{"mask that does not fit", func(r *Restriction) { r.From = []string{"10.0.0.1/8"} }, "mask"},
		{"mask too long", func(r *Restriction) { r.From = []string{"10.0.0.0/33"} }, "mask"},
		{"old form of an address", func(r *Restriction) { r.From = []string{"10.1"} }, "in full"},
		{"hexadecimal address", func(r *Restriction) { r.From = []string{"0xa.0.0.1"} }, "in full"},
		{"a list in one", func(r *Restriction) { r.From = []string{"10.0.0.1,10.0.0.2"} }, "source"},
		{"blank source", func(r *Restriction) { r.From = []string{" 10.0.0.1"} }, "source"},
		{"empty source", func(r *Restriction) { r.From = []string{""} }, "source"},
		{"quote in a source", func(r *Restriction) { r.From = []string{`a",pty,x="`} }, "source"},
		{"exclusions alone", func(r *Restriction) { r.From = []string{"!10.0.0.0/8"} }, "exclusions"},
		{"mask of a name", func(r *Restriction) { r.From = []string{"host/8"} }, "source"},
		{"too many sources", func(r *Restriction) { r.From = strings.Fields(strings.Repeat("10.0.0.0/8 ", 500)) }, "too many"},
		{"before 1970", func(r *Restriction) { r.Expires = time.Unix(0, 0) }, "expiry"},
		{"year 10000", func(r *Restriction) { r.Expires = time.Date(10000, 1, 2, 0, 0, 0, 0, time.UTC) }, "expiry"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			r := good
			c.change(&r)
			if line, err := Line(r, public(t, ed25519A)); err == nil || !strings.Contains(err.Error(), c.reason) || line != "" {
				t.Errorf("got %q, %v", line, err)
			}
		})
	}
	for name, note := range map[string]string{
		"line end": "a\n" + ed25519B, "escape": "\x1b[2J", "direction": "a\u202eb", "long": strings.Repeat("a", 257), "blank": " a", "bytes": "\xff",
	} {
		if line, err := Line(good, Public{public(t, ed25519A).Key, note}); err == nil {
			t.Errorf("comment with %s: %q", name, line)
		}
	}
	if _, err := Line(good, Public{}); err == nil {
		t.Error("no key")
	}
}

func TestReadPublicRefuses(t *testing.T) {
	path, mine := newKey(t, "ed25519")
	private, err := os.ReadFile(path)
	must(t, err)
	_, dsa := newKey(t, "dsa")
	_, weak := newKey(t, "rsa", "-b", "1024")
	pem, _ := newKey(t, "rsa", "-b", "2048", "-m", "PEM")
	pemText, err := os.ReadFile(pem)
	must(t, err)
	ca, _ := newKey(t, "ed25519")
	run(t, "ssh-keygen", "-q", "-s", ca, "-I", "x", path+".pub")
	certificate, err := os.ReadFile(path + "-cert.pub")
	must(t, err)
	cases := []struct{ name, text, reason string }{
		{"private key", string(private), "private key"},
		{"private key in PEM", string(pemText), "private key"},
		{"private key behind a public one", mine + "\n" + string(private), "private key"},
		{"private key of PuTTY", "PuTTY-User-Key-File-3: ssh-ed25519\n", "private key"},
		{"certificate", string(certificate), "certificate"},
		{"DSA", dsa, "DSA"},
		{"RSA of 1024 bits", weak, "1024 bits"},
		{"even exponent", oddRSA(t, 65536), "exponent"},
		{"exponent 1", oddRSA(t, 1), "exponent"},
		{"options", "restrict " + mine, "options"},
		{"options with blanks", `command="a b" ` + mine, "options"},
		{"empty", "", "empty"},
		{"blank", " \n\t\n", "empty"},
		{"text", "hello world", "not a type"},
		{"comment line", "# mine\n" + mine, "not a type"},
		{"second line is no key", mine + "\nx", ":2: "},
		{"the same key twice", mine + " a\n" + mine + " b\n", "line 1"},
		{"RFC 4716", run(t, "ssh-keygen", "-e", "-f", path+".pub"), "RFC 4716"},
		{"PEM", run(t, "ssh-keygen", "-e", "-m", "PKCS8", "-f", pem+".pub"), "PEM"},
		{"another alphabet", "\xff\xfe" + mine, "UTF-8"},
		{"control character in the comment", mine + " a\x1b[2Jb", "printable"},
		{"carriage return inside", mine + " a\rb", "printable"},
		{"NUL", mine + "\x00", "not base64"},
		{"name of a signature", strings.Replace(oddRSA(t, 65537), "ssh-rsa", "rsa-sha2-256", 1), "signature"},
		{"white space in the base64", mine[:30] + "\v" + mine[30:], "ssh-keygen writes"},
		{"short name in the blob", "ssh-ed25519 " + base64.StdEncoding.EncodeToString(append(appendBytes(nil, "ed25519"), public(t, mine).Key.Blob()[15:]...)), "ssh-keygen writes"},
		{"long", strings.Repeat("a", maxPublic+1), "more than"},
		{"base64 cut", mine[:len(mine)-8], "too early"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got, err := ReadPublic("id.pub", c.text)
			if err == nil || !strings.Contains(err.Error(), c.reason) || !strings.Contains(err.Error(), "id.pub") {
				t.Errorf("got %v, %v", got, err)
			}
		})
	}
	got, err := ReadPublic("id.pub", "\n"+ed25519A+" one \r\n\n"+ed25519B+"\n")
	if err != nil || len(got) != 2 || got[0].Note != "one" || got[1].Note != "" {
		t.Errorf("two keys: %+v, %v", got, err)
	}
}

// oddRSA makes a public key of 2048 bits with the exponent.
func oddRSA(t *testing.T, exponent int64) string {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	must(t, err)
	wire := appendNumber(appendNumber(appendBytes(nil, "ssh-rsa"), big.NewInt(exponent).Bytes()), key.N.Bytes())
	return "ssh-rsa " + base64.StdEncoding.EncodeToString(wire)
}

// FuzzLine: what is written is one line that sshd takes, closed but for what was asked, with our command and no more.
func FuzzLine(f *testing.F) {
	f.Add("backup", "nas", "/usr/bin/ops", "", "10.0.0.0/8", "!a*", int64(1900000000), true, "me@host")
	f.Add("p", "", "", "/etc/p", "", "", int64(0), false, "")
	f.Add("p\"", "k,pty", "/x y/ops", "/", "10.1", "x\",pty", int64(-1), false, "a\nb")
	f.Fuzz(func(t *testing.T, policy, key, program, folder, from1, from2 string, expires int64, pty bool, note string) {
		r := Restriction{Policy: policy, Key: key, Program: program, Folder: folder, PTY: pty}
		for _, from := range []string{from1, from2} {
			if from != "" {
				r.From = append(r.From, from)
			}
		}
		if expires != 0 {
			r.Expires = time.Unix(expires, 0)
		}
		line, err := Line(r, Public{public(t, ed25519A).Key, note})
		if err != nil {
			return
		}
		file := Parse("f", line, time.UTC)
		if len(file.Entries) != 1 || file.Entries[0].State != Active || file.Entries[0].Note != note || strings.Count(line, "\n") != 1 {
			t.Fatalf("%q: %+v", line, file.Entries)
		}
		o := file.Entries[0].Options
		own, ok := ParseOwn(*o.Command)
		if program == "" {
			program = DefaultProgram
		}
		if !ok || own != (Own{Program: program, Policy: policy, Key: key, Folder: folder}) {
			t.Fatalf("%q: %+v", line, own)
		}
		if !o.Restrict || o.PTY != pty || o.PortForwarding || o.AgentForwarding || o.X11Forwarding || o.UserRC || o.CertAuthority ||
			len(o.Environment)+len(o.PermitOpen)+len(o.PermitListen) > 0 || o.Tunnel != nil || o.Principals != nil {
			t.Fatalf("%q: %+v", line, o)
		}
		if (o.From == nil) != (len(r.From) == 0) || o.From != nil && *o.From != strings.Join(r.From, ",") {
			t.Fatalf("%q: from %v", line, o.From)
		}
		if o.From != nil {
			if _, err := matchAddressList("10.0.0.1", *o.From); err != nil {
				t.Fatalf("%q lets nobody in: %v", line, err)
			}
		}
		if !o.Expires.Equal(r.Expires) && !(o.Expires.IsZero() && r.Expires.IsZero()) {
			t.Fatalf("%q expires %v, want %v", line, o.Expires, r.Expires)
		}
	})
}

// A rendered line is taken by the real sshd, and the real shell gets the command that we read in it.
func TestLineAgainstSshd(t *testing.T) {
	alice := home(t, "alice")
	s := startSshd(t, "")
	m := machine(t)
	m.Sshd = s.sshd()
	key, mine := newKey(t, "ed25519")
	p := public(t, mine+" the owner's \"key\"")
	for _, r := range []Restriction{
		{Policy: "backup"},
		{Policy: "A_b-c.9", Key: "nas", PTY: true},
		{Policy: "p", Key: "k", From: []string{"127.0.0.0/8", "!127.0.0.9"}, Expires: time.Now().Add(time.Hour)},
		{Policy: "p", Folder: "/srv/policies", Program: "/opt/ops-1.2/bin/ops"},
		{Policy: "p", From: []string{"10.0.0.0/8"}},
		{Policy: "p", Expires: time.Now().Add(-time.Minute)},
	} {
		line, err := Line(r, p)
		must(t, err)
		putKeys(t, alice, alice.Home+"/.ssh/authorized_keys", line)
		terminal := "-T"
		if r.PTY {
			terminal = "-tt" // refused, it would end the session
		}
		real := s.login(t, "alice", key, "127.0.0.1", terminal)
		got, err := m.Simulate(t.Context(), Login{Account: "alice", Key: p.Key})
		must(t, err)
		if got.Allowed != real.in {
			t.Fatalf("%s: sshd says %v: %s", line, real.in, real.log)
		}
		if !real.in {
			continue
		}
		if !strings.Contains(real.out, "command=["+got.Command+"]") || got.Own == nil || got.Own.Policy != r.Policy || got.Own.Fault != "" {
			t.Errorf("%s: the shell got %q, own %+v", line, real.out, got.Own)
		}
		if got.PTY != r.PTY || strings.Contains(real.out, "tty") != r.PTY || strings.Contains(real.options, "pty") != r.PTY || got.PortForwarding || got.AgentForwarding || got.X11Forwarding || got.UserRC {
			t.Errorf("%s: %+v, %q", line, got, real.out)
		}
	}
}

func TestParseOwn(t *testing.T) {
	cases := []struct {
		command string
		ours    bool
		want    Own
	}{
		{"/usr/bin/ops ssh-restrict --policy backup --key nas", true, Own{Program: "/usr/bin/ops", Policy: "backup", Key: "nas"}},
		{"/usr/bin/ops ssh-restrict run --policy=backup", true, Own{Program: "/usr/bin/ops", Policy: "backup"}},
		{"/usr/bin/ops ssh-restrict --user alice --policies /etc/p", true, Own{Program: "/usr/bin/ops", Policy: "alice", Folder: "/etc/p"}},
		{"ops ssh-restrict --policy p", true, Own{Program: "ops", Policy: "p", Advice: "PATH"}},
		{"ops ssh-restrict", true, Own{Program: "ops", Fault: "no policy", Advice: "PATH"}},
		{"./ops ssh-restrict --policy p", true, Own{Program: "./ops", Policy: "p", Fault: "absolute"}},
		{"bin/ops ssh-restrict --policy p", true, Own{Program: "bin/ops", Policy: "p", Fault: "absolute"}},
		{"/usr/bin/ops ssh-restrict --user %u", true, Own{Program: "/usr/bin/ops", Policy: "%u"}},
		{"/usr/bin/ops ssh-restrict --user $USER", true, Own{Program: "/usr/bin/ops", Fault: "login shell"}},
		{"/usr/bin/ops ssh-restrict --policy p; sh", true, Own{Program: "/usr/bin/ops", Fault: "login shell"}},
		{`"/usr/bin/ops" ssh-restrict --policy p`, true, Own{Program: `"/usr/bin/ops"`, Fault: "login shell"}},
		{"/usr/bin/ops ssh-restrict", true, Own{Program: "/usr/bin/ops", Fault: "no policy"}},
		{"/usr/bin/ops ssh-restrict --policy", true, Own{Program: "/usr/bin/ops", Fault: "needs a value"}},
		{"/usr/bin/ops ssh-restrict --policy a --policy b", true, Own{Program: "/usr/bin/ops", Policy: "a", Fault: "twice"}},
		{"/usr/bin/ops ssh-restrict --policy a --user b", true, Own{Program: "/usr/bin/ops", Policy: "a", Fault: "twice"}},
		{"/usr/bin/ops ssh-restrict --policy a --frob b", true, Own{Program: "/usr/bin/ops", Policy: "a", Fault: "unknown"}},
		{"/usr/bin/ops ssh-restrict --policy a --key -k", true, Own{Program: "/usr/bin/ops", Policy: "a", Key: "-k", Fault: "key's name"}},
		{"/usr/bin/ops logviz", false, Own{}},
		{"/usr/bin/notops ssh-restrict --policy p", false, Own{}},
		{"ops", false, Own{}},
		{"", false, Own{}},
		{"env ops ssh-restrict --policy p", false, Own{}},
	}
	for _, c := range cases {
		got, ours := ParseOwn(c.command)
		fault := got.Fault
		if c.want.Fault != "" && strings.Contains(fault, c.want.Fault) {
			got.Fault = c.want.Fault
		}
		if c.want.Advice != "" && strings.Contains(got.Advice, c.want.Advice) {
			got.Advice = c.want.Advice
		}
		if ours != c.ours || got != c.want {
			t.Errorf("%q: %+v %v", c.command, got, ours)
		}
	}
}

// The fingerprints are those of ssh-keygen.
func TestFingerprint(t *testing.T) {
	name := filepath.Join(t.TempDir(), "id.pub")
	must(t, os.WriteFile(name, []byte(ed25519A+"\n"), 0o600))
	out, err := exec.Command("ssh-keygen", "-l", "-f", name).Output()
	must(t, err)
	if got := public(t, ed25519A).Key.Fingerprint(); !strings.Contains(string(out), " "+got+" ") {
		t.Errorf("got %s, ssh-keygen says %s", got, out)
	}
}
