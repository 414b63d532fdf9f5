package keys

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// What decides beside the line: sshd_config, owners and modes, certificates. Each case has a real login beside it.
func TestSimulateConfigurationAgainstSshd(t *testing.T) {
	key, mine := newKey(t, "ed25519")
	weak, weakPublic := newKey(t, "rsa", "-b", "1024")
	rsa, rsaPublic := newKey(t, "rsa", "-b", "2048")
	dsa, dsaPublic := newKey(t, "dsa")
	ecdsa, ecdsaPublic := newKey(t, "ecdsa", "-b", "384")
	type machinery struct {
		name, config string
		user         string // alice by default
		key, public  string // the ed25519 key by default
		line         string // MINE by default
		prepare      func(t *testing.T, a Account, file string)
		in           bool
		source       string // of the command
	}
	chmod := func(what string, mode os.FileMode) func(*testing.T, Account, string) {
		return func(t *testing.T, a Account, file string) {
			must(t, os.Chmod(filepath.Clean(filepath.Join(a.Home, what)), mode))
		}
	}
	cases := []machinery{
		{name: "ForceCommand wins", config: "ForceCommand of the config", line: `command="of the line" MINE`, in: true, source: "ForceCommand"},
		{name: "ForceCommand none", config: "ForceCommand none", line: `command="of the line" MINE`, in: true, source: "key"},
		{name: "Match User", config: "Match User alice\nForceCommand matched\n", in: true, source: "ForceCommand"},
		{name: "Match another user", config: "Match User bob\nForceCommand matched\n", in: true, source: "none"},
		{name: "Match Address", config: "Match Address 127.0.0.0/8\nForceCommand matched\n", in: true, source: "ForceCommand"},
		{name: "root without-password", user: "root", in: true, source: "none"},
		{name: "root no", user: "root", config: "PermitRootLogin no"},
		{name: "root forced, no command", user: "root", config: "PermitRootLogin forced-commands-only"},
		{
			name: "root forced", user: "root", config: "PermitRootLogin forced-commands-only",
			line: `command="x" MINE`, in: true, source: "key",
		},
		{name: "DenyUsers", config: "DenyUsers al*"},
		{name: "DenyUsers elsewhere", config: "DenyUsers alice@10.0.0.0/8", in: true, source: "none"},
		{name: "AllowUsers", config: "AllowUsers bob carol"},
		{name: "AllowUsers with an address", config: "AllowUsers bob alice@127.0.0.1", in: true, source: "none"},
		{name: "AllowGroups", config: "AllowGroups staff61", in: true, source: "none"},
		{name: "AllowGroups of others", config: "AllowGroups bob"},
		{name: "DenyGroups", config: "DenyGroups staff*"},
		{name: "no shell", user: "dora"},
		{name: "no public keys", config: "PubkeyAuthentication no"},
		{name: "other file", config: "AuthorizedKeysFile /etc/nothing .ssh/authorized_keys", in: true, source: "none"},
		{name: "file of a token", config: "AuthorizedKeysFile %h/.ssh/../.ssh/authorized_keys", in: true, source: "none"},
		{name: "files none", config: "AuthorizedKeysFile none"},
		{name: "file writable by all", prepare: chmod(".ssh/authorized_keys", 0o666)},
		{name: "file writable by all, not strict", config: "StrictModes no", prepare: chmod(".ssh/authorized_keys", 0o666), in: true, source: "none"},
		{name: "folder writable by all", prepare: chmod(".ssh", 0o777)},
		{name: "home writable by all", prepare: chmod(".", 0o777)},
		{name: "file of a private group", prepare: chmod(".ssh/authorized_keys", 0o660), in: true, source: "none"},
		{name: "home of a private group", prepare: chmod(".", 0o775), in: true, source: "none"},
		{name: "file of a shared group", user: "carol", prepare: chmod(".ssh/authorized_keys", 0o660)},
		{name: "file of root", prepare: func(t *testing.T, _ Account, file string) {
			must(t, os.Chown(file, 0, 0))
		}},
		{name: "readable file of root", prepare: func(t *testing.T, _ Account, file string) {
			must(t, os.Chown(file, 0, 0))
			must(t, os.Chmod(file, 0o644))
		}, in: true, source: "none"},
		{name: "file readable by a group", prepare: func(t *testing.T, _ Account, file string) {
			must(t, os.Chown(file, 0, 61000))
			must(t, os.Chmod(file, 0o640))
		}, in: true, source: "none"},
		{name: "file of somebody else", prepare: func(t *testing.T, _ Account, file string) {
			must(t, os.Chown(file, 61002, 61002))
			must(t, os.Chmod(file, 0o644))
		}},
		{name: "link", prepare: func(t *testing.T, a Account, file string) {
			must(t, os.Rename(file, a.Home+"/elsewhere"))
			must(t, os.Symlink("../elsewhere", file))
		}, in: true, source: "none"},
		{name: "FIFO", prepare: func(t *testing.T, _ Account, file string) {
			must(t, os.Remove(file))
			run(t, "mkfifo", file)
		}},
		{name: "RSA", key: rsa, public: rsaPublic, in: true, source: "none"},
		{name: "RSA by the name of a signature", key: rsa, public: strings.Replace(rsaPublic, "ssh-rsa", "rsa-sha2-256", 1), in: true, source: "none"},
		{name: "weak RSA", key: weak, public: weakPublic, config: "RequiredRSASize 1025"},
		{name: "DSA", key: dsa, public: dsaPublic},
		{name: "ECDSA", key: ecdsa, public: ecdsaPublic, in: true, source: "none"},
		{name: "algorithm not accepted", key: ecdsa, public: ecdsaPublic, config: "PubkeyAcceptedAlgorithms ssh-ed25519"},
		{name: "revoked", config: "RevokedKeys /home/revoked", prepare: func(t *testing.T, _ Account, _ string) {
			must(t, os.WriteFile("/home/revoked", []byte("# list\n"+mine+"\n"), 0o644))
		}},
		{name: "others revoked", config: "RevokedKeys /home/revoked", prepare: func(t *testing.T, _ Account, _ string) {
			must(t, os.WriteFile("/home/revoked", []byte(rsaPublic+"\n"), 0o644))
		}, in: true, source: "none"},
		{name: "broken list of revoked", config: "RevokedKeys /home/revoked", prepare: func(t *testing.T, _ Account, _ string) {
			must(t, os.WriteFile("/home/revoked", []byte("nonsense\n"), 0o644))
		}},
		{name: "missing list of revoked", config: "RevokedKeys /home/revoked", prepare: func(t *testing.T, _ Account, _ string) {
			must(t, os.RemoveAll("/home/revoked"))
		}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if c.user == "" {
				c.user = "alice"
			}
			if c.key == "" {
				c.key, c.public = key, mine
			}
			if c.line == "" {
				c.line = "MINE"
			}
			if strings.HasPrefix(c.config, "RevokedKeys") {
				must(t, os.WriteFile("/home/revoked", nil, 0o644)) // sshd wants it at its start
				defer os.RemoveAll("/home/revoked")
			}
			a := home(t, c.user)
			s := startSshd(t, c.config+"\n")
			m := machine(t)
			m.Sshd = s.sshd()
			file := a.Home + "/.ssh/authorized_keys"
			putKeys(t, a, file, strings.Replace(c.line, "MINE", c.public, 1)+"\n")
			if c.prepare != nil {
				c.prepare(t, a, file)
			}
			more := []string{"-o", "PubkeyAcceptedAlgorithms=+ssh-dss,ssh-rsa", "-o", "RequiredRSASize=1024"}
			real := s.login(t, c.user, c.key, "127.0.0.1", more...)
			if real.in != c.in {
				t.Fatalf("sshd says %v, and the table %v:\n%s", real.in, c.in, real.log)
			}
			shown, _, err := readKey(c.public)
			must(t, err)
			got, err := m.Simulate(t.Context(), Login{Account: c.user, Key: shown})
			must(t, err)
			agree(t, real, got)
			if got.CommandSource != c.source && c.in {
				t.Errorf("the command comes from %q, want %q", got.CommandSource, c.source)
			}
		})
	}
}

func TestSimulateCertificatesAgainstSshd(t *testing.T) {
	authority, ca := newKey(t, "ed25519")
	key, mine := newKey(t, "ed25519")
	trust := func(principals string) string {
		must(t, os.WriteFile("/home/ca", []byte(ca+"\n"), 0o644))
		config := "TrustedUserCAKeys /home/ca\n"
		if principals != "" {
			must(t, os.WriteFile("/home/principals", []byte(principals), 0o644))
			config += "AuthorizedPrincipalsFile /home/principals\n"
		}
		return config
	}
	t.Cleanup(func() { os.Remove("/home/ca"); os.Remove("/home/principals") })
	cases := []struct {
		name   string
		sign   []string
		line   string // CA and MINE stand for keys
		config string
		in     bool
		source string
	}{
		{"authority", []string{"-n", "alice"}, "cert-authority CA", "", true, "none"},
		{"authority with a command", []string{"-n", "alice"}, `cert-authority,command="x" CA`, "", true, "key"},
		{"authority without the word", []string{"-n", "alice"}, "CA", "", false, ""},
		{"other principal", []string{"-n", "bob"}, "cert-authority CA", "", false, ""},
		{"no principal", nil, "cert-authority CA", "", true, "none"},
		{"principals=", []string{"-n", "web"}, `cert-authority,principals="db,web" CA`, "", true, "none"},
		{"other principals=", []string{"-n", "alice"}, `cert-authority,principals="db,web" CA`, "", false, ""},
		{"principals= with an empty name", []string{"-n", "web"}, `cert-authority,principals="db,,web" CA`, "", false, ""},
		{"expired", []string{"-n", "alice", "-V", "20200101:20200201"}, "cert-authority CA", "", false, ""},
		{"not yet", []string{"-n", "alice", "-V", "20980101:20990101"}, "cert-authority CA", "", false, ""},
		{"forced command", []string{"-n", "alice", "-O", "force-command=y"}, "cert-authority CA", "", true, "certificate"},
		{"same command", []string{"-n", "alice", "-O", "force-command=y"}, `cert-authority,command="y" CA`, "", true, "certificate"},
		{"other command", []string{"-n", "alice", "-O", "force-command=y"}, `cert-authority,command="x" CA`, "", false, ""},
		{"source address", []string{"-n", "alice", "-O", "source-address=127.0.0.0/8"}, "cert-authority CA", "", true, "none"},
		{"other source address", []string{"-n", "alice", "-O", "source-address=10.0.0.0/8"}, "cert-authority CA", "", false, ""},
		{"line's from=", []string{"-n", "alice"}, `cert-authority,from="10.0.0.0/8" CA`, "", false, ""},
		{"of a host", []string{"-h", "-n", "alice"}, "cert-authority CA", "", false, ""},
		{"unknown critical option", []string{"-n", "alice", "-O", "critical:x@y=1"}, "cert-authority CA", "", false, ""},
		{"unknown extension", []string{"-n", "alice", "-O", "extension:x@y=1"}, "cert-authority CA", "", true, "none"},
		{"the key itself is listed", []string{"-n", "alice"}, "MINE", "", true, "none"},
		{"trusted", []string{"-n", "alice"}, "", trust(""), true, "none"},
		{"trusted, other principal", []string{"-n", "bob"}, "", trust(""), false, ""},
		{"trusted, no principal", nil, "", trust(""), false, ""},
		{"trusted, forced", []string{"-n", "alice", "-O", "force-command=z"}, "", trust(""), true, "certificate"},
	}
	principals := "# file\nbob\ncommand=\"p q\" web # note\n"
	cases = append(cases, []struct {
		name   string
		sign   []string
		line   string
		config string
		in     bool
		source string
	}{
		{"principals file", []string{"-n", "web"}, "", "PRINCIPALS", true, "key"},
		{"principals file, another", []string{"-n", "alice"}, "", "PRINCIPALS", false, ""},
	}...)
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			a := home(t, "alice")
			config := c.config
			if config == "PRINCIPALS" {
				config = trust(principals)
			}
			s := startSshd(t, config)
			m := machine(t)
			m.Sshd = s.sshd()
			certificate := key + "-cert.pub"
			run(t, "ssh-keygen", append(append([]string{"-q", "-s", authority, "-I", "id"}, c.sign...), key+".pub")...)
			fill := strings.NewReplacer("CA", ca, "MINE", mine)
			putKeys(t, a, a.Home+"/.ssh/authorized_keys", fill.Replace(c.line)+"\n")
			text, err := os.ReadFile(certificate)
			must(t, err)
			shown, _, err := readKey(string(text))
			must(t, err)
			real := s.login(t, "alice", key, "127.0.0.1")
			if real.in != c.in {
				t.Fatalf("sshd says %v, and the table %v:\n%s", real.in, c.in, real.log)
			}
			got, err := m.Simulate(t.Context(), Login{Account: "alice", Key: shown})
			must(t, err)
			if c.line == "MINE" { // ssh offers the plain key after the certificate
				plain, _, _ := readKey(mine)
				if got.Allowed {
					t.Error("a certificate is let in by the line of its key")
				}
				got, err = m.Simulate(t.Context(), Login{Account: "alice", Key: plain})
				must(t, err)
			}
			if strings.HasPrefix(config, "Trusted") {
				if got.Allowed != real.in {
					t.Fatalf("sshd says %v, and we: %+v", real.in, got)
				}
				got.File, got.Line, real.place = "", 0, ":0"
			}
			agree(t, real, got)
			if c.in && got.CommandSource != c.source {
				t.Errorf("the command comes from %q, want %q", got.CommandSource, c.source)
			}
		})
	}
}
