package test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ops/sshrestrict/profiles"
)

// What the profile upload-only promises in its first line, with real clients.
func TestUploadOnlyProfile(t *testing.T) {
	s := startSSHD(t, buildPrograms(t))
	served := t.TempDir()
	makeFile(t, filepath.Join(served, "there"), "there\n")
	makeFile(t, filepath.Join(s.dir, "up"), "up\n")
	text, err := profiles.Text("upload-only")
	if err != nil {
		t.Fatal(err)
	}
	options := s.options(s.grant("upload-only", strings.ReplaceAll(text, "/srv/incoming", served)))
	const host = "root@127.0.0.1:"
	up := filepath.Join(s.dir, "up")
	fetched := filepath.Join(s.dir, "fetched")
	for _, how := range [][]string{{}, {"-O"}} {
		name := served + "/new" + strings.Join(how, "")
		for _, c := range []struct {
			what, from, to string
			ok             bool
		}{
			{"upload", up, host + name, true},
			{"fetch", host + served + "/there", fetched, false},
			{"fetch one's own", host + name, fetched, false},
			{"replace", up, host + served + "/there", false},
		} {
			args := append(append([]string{}, how...), options...)
			if _, talk, code := s.client("scp", append(args, c.from, c.to)...); (code == 0) != c.ok {
				t.Errorf("scp %v: %s: exit code %d, %s", how, c.what, code, talk)
			}
		}
	}
	batch := filepath.Join(s.dir, "batch")
	makeFile(t, batch, "rm "+served+"/there\n")
	if _, talk, code := s.client("sftp", append(append([]string{"-b", batch}, options...), "root@127.0.0.1")...); code == 0 {
		t.Errorf("a file was removed: %s", talk)
	}
	if there, err := os.ReadFile(filepath.Join(served, "there")); err != nil || string(there) != "there\n" {
		t.Errorf("there is %q, %v", there, err)
	}
	if got, err := os.ReadFile(fetched); err == nil && len(got) > 0 {
		t.Errorf("%q was fetched", got)
	}
}
