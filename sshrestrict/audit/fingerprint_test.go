package audit

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// keygen runs ssh-keygen in dir and returns what it prints.
func keygen(t *testing.T, dir string, args ...string) string {
	t.Helper()
	cmd := exec.Command("ssh-keygen", args...)
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("ssh-keygen %q: %v\n%s", args, err, out)
	}
	return string(out)
}

// The fingerprints are those that ssh-keygen prints, for keys and for certificates of all types it makes.
func TestFingerprintsAsSSHKeygen(t *testing.T) {
	dir := t.TempDir()
	keygen(t, dir, "-q", "-t", "ed25519", "-N", "", "-f", "ca")
	for _, kind := range []string{"ed25519", "rsa", "ecdsa"} {
		keygen(t, dir, "-q", "-t", kind, "-N", "", "-f", kind)
		keygen(t, dir, "-q", "-s", "ca", "-I", "identity", "-n", "backup", kind+".pub")
		for _, name := range []string{kind + ".pub", kind + "-cert.pub"} {
			t.Run(name, func(t *testing.T) {
				public, err := os.ReadFile(filepath.Join(dir, name))
				if err != nil {
					t.Fatal(err)
				}
				fields := strings.Fields(string(public))
				want := strings.Fields(keygen(t, dir, "-l", "-f", name))[1]
				got, err := Fingerprints([]byte("publickey " + fields[0] + " " + fields[1] + "\n"))
				if err != nil || len(got) != 1 || got[0] != want {
					t.Errorf("got %q %v, want %s", got, err, want)
				}
			})
		}
	}
}

const someKey = "publickey ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJGiOv4L39QxYliAQMLY4TT7ReRPpCHJTOvqNSGv5sg4\n"

func TestFingerprintsOfSeveralMethods(t *testing.T) {
	got, err := Fingerprints([]byte("password\n" + someKey + "keyboard-interactive/pam\n" + strings.TrimSuffix(someKey, "\n")))
	if err != nil || len(got) != 2 || got[0] != got[1] || got[0] != "SHA256:dKqJyQHSlkK224tLus1aOPXpTmasE54oIYJkNfij87k" {
		t.Errorf("got %q %v", got, err)
	}
	if got, err := Fingerprints(nil); got != nil || err != nil {
		t.Errorf("of nothing: %q %v", got, err)
	}
}

func TestFingerprintsRefuses(t *testing.T) {
	for name, text := range map[string]string{
		"no base64":             "publickey ssh-ed25519 AAAA!\n",
		"no key":                "publickey ssh-ed25519\n",
		"another type":          strings.Replace(someKey, "ssh-ed25519", "ssh-rsa", 1),
		"length beyond the end": "publickey ssh-ed25519 /////w==\n",
		"cut certificate":       "publickey ssh-rsa-cert-v01@openssh.com AAAAHHNzaC1yc2EtY2VydC12MDFAb3BlbnNzaC5jb20=\n",
		"unknown certificate":   "publickey x-cert-v01@openssh.com AAAAF3gtY2VydC12MDFAb3BlbnNzaC5jb20=\n",
		"huge":                  strings.Repeat("x", maxAuthInfo+1),
	} {
		t.Run(name, func(t *testing.T) {
			if got, err := Fingerprints([]byte(text)); err == nil {
				t.Errorf("got %q", got)
			}
		})
	}
}

func TestReadFingerprints(t *testing.T) {
	dir := t.TempDir()
	good := filepath.Join(dir, "good")
	write(t, good, someKey)
	if got, err := ReadFingerprints(good); err != nil || len(got) != 1 {
		t.Errorf("got %q %v", got, err)
	}
	link := filepath.Join(dir, "link")
	if err := os.Symlink(good, link); err != nil {
		t.Fatal(err)
	}
	others := filepath.Join(dir, "others")
	write(t, others, someKey)
	if os.Geteuid() == 0 {
		if err := os.Chown(others, 12345, 12345); err != nil {
			t.Fatal(err)
		}
	} else {
		others = filepath.Join(dir, "missing")
	}
	for _, path := range []string{link, others, dir, fifo(t, dir), filepath.Join(dir, "none"), ""} {
		if got, err := ReadFingerprints(path); err == nil {
			t.Errorf("%s: got %q", path, got)
		}
	}
}

func FuzzFingerprints(f *testing.F) {
	f.Add([]byte(someKey))
	f.Add([]byte("publickey ssh-rsa-cert-v01@openssh.com AAAAHHNzaC1yc2EtY2VydC12MDFAb3BlbnNzaC5jb20="))
	f.Fuzz(func(t *testing.T, text []byte) {
		got, err := Fingerprints(text)
		for _, print := range got {
			if err != nil || len(print) != len("SHA256:")+43 || Escape(print) != print {
				t.Errorf("%q %v", got, err)
			}
		}
	})
}
