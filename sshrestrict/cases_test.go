package sshrestrict

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ops/sshrestrict/internal/passwd"
)

// places are the folders that the cases and their policies speak of. The test puts all of them below one of its own.
func places() []string { return []string{"/srv/", "/var/log/app", "/mnt/backup"} }

// elsewhere moves the places in a text below a folder.
func elsewhere(text, below string) string {
	for _, place := range places() {
		text = strings.ReplaceAll(text, place, below+place)
	}
	return text
}

// furnish makes the files, links and repositories that the cases speak of.
func furnish(t testing.TB, below string) {
	t.Helper()
	for _, dir := range []string{
		"/srv/data/sub", "/srv/database", "/srv/incoming", "/srv/backup/host1/prev", "/srv/backup/host1/cur", "/srv/backup/host2",
		"/srv/backup/host10", "/srv/git/proj.git", "/srv/git/secret.git", "/srv/git/it's.git", "/srv/git/a!b.git", "/srv/hg/proj",
		"/srv/hg/secret", "/srv/svn", "/srv/borg/host1", "/srv/restic/host1", "/srv/restic/host2", "/var/log/app", "/mnt/backup/host1",
		"/mnt/backup/host10",
	} {
		if err := os.MkdirAll(below+dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for _, file := range []string{
		"/srv/data/pub.txt", "/srv/data/with space.txt", "/srv/data/a;b", "/srv/data/sub/x", "/srv/database/secret", "/var/log/app/app.log",
	} {
		if err := os.WriteFile(below+file, []byte("text\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, repository := range []string{"proj", "secret", "it's", "a!b"} {
		for _, part := range []string{"/HEAD", "/config"} {
			if err := os.WriteFile(below+"/srv/git/"+repository+".git"+part, []byte("ref: refs/heads/main\n"), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	for link, target := range map[string]string{
		"/srv/data/link_in": "pub.txt", "/srv/data/link_out": "/etc/passwd", "/srv/data/dir_out": "/etc",
		"/srv/git/link-secret.git": "secret.git",
	} {
		if err := os.Symlink(target, below+link); err != nil {
			t.Fatal(err)
		}
	}
}

// policyFiles lists the policies of the cases.
func policyFiles(t testing.TB) []string {
	t.Helper()
	files, err := filepath.Glob("testdata/policies/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("policies: %v, %v", files, err)
	}
	return files
}

// readCases reads the table, with its places below a folder.
func readCases(t testing.TB, below string) []Case {
	t.Helper()
	text, err := os.ReadFile("testdata/cases.tsv")
	if err != nil {
		t.Fatal(err)
	}
	cases, err := ReadCases("cases.tsv", strings.NewReader(elsewhere(string(text), below)))
	if err != nil {
		t.Fatal(err)
	}
	return cases
}

// The table of what clients send and attackers try, answered by policies of the usual kinds.
func TestCases(t *testing.T) {
	below := t.TempDir()
	furnish(t, below)
	policies := filepath.Join(below, "policies")
	if err := os.Mkdir(policies, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, file := range policyFiles(t) {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(policies, filepath.Base(file)), []byte(elsewhere(string(text), below)), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	base := Request{Account: passwd.Account{Name: "root", Home: filepath.Join(below, "home")}, Now: time.Now()}
	names := map[string]int{}
	for _, c := range readCases(t, below) {
		if first := names[c.Name]; first != 0 {
			t.Errorf("line %d: the name %s stands in line %d too", c.Line, c.Name, first)
		}
		names[c.Name] = c.Line
		if len(c.Source) < len("CVE") || !strings.Contains(c.Name, "-") {
			t.Errorf("line %d, %s: the name or the cause says nothing: %q", c.Line, c.Name, c.Source)
		}
		d, err := c.Judge(policies, base)
		switch {
		case err != nil:
			t.Errorf("line %d, %s: %v", c.Line, c.Name, err)
		case (d.Verdict == Allow) != c.Allowed:
			t.Errorf("line %d, %s: %q: %s %s (%s)", c.Line, c.Name, c.Command, d.Verdict, d.Code, d.Reason)
		}
	}
}
