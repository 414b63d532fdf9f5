package test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"ops/sshrestrict/audit/trail"
	"ops/sshrestrict/learn"
)

// trailOf reads the sessions of an audit file.
func trailOf(t *testing.T, path string) []trail.Session {
	t.Helper()
	sessions, err := trail.Sessions(trail.Files(path), trail.Query{})
	if err != nil {
		t.Fatal(err)
	}
	return sessions
}

// done is a session's operations in short: "close-write /a in=3", with the code of what was refused or failed.
func done(s *trail.Session) []string {
	var list []string
	for _, r := range s.Operations {
		text := r.Operation + " " + r.Path
		if r.Target != "" {
			text += " -> " + r.Target
		}
		if r.Result != nil && r.Result.BytesIn > 0 {
			text += fmt.Sprintf(" in=%d", r.Result.BytesIn)
		}
		if r.Result != nil && r.Result.BytesOut > 0 {
			text += fmt.Sprintf(" out=%d", r.Result.BytesOut)
		}
		if r.Code != "ok" {
			text += " " + r.Decision + " " + r.Code
		}
		list = append(list, text)
	}
	return list
}

// What real sftp and scp clients do to files stands in the audit, which the confined server itself cannot reach.
func TestFilesAudit(t *testing.T) {
	programs := buildPrograms(t)
	s := startSSHD(t, programs)
	up := filepath.Join(s.dir, "up")
	makeFile(t, up, "hello\n")
	for name, c := range map[string]struct {
		mode, files string
		batch       string // of sftp; @ is the root
		want        []string
	}{
		"changes": {
			"read-write", "", "put up @/new\nget @/there got\nrename @/new @/newer\nmkdir @/d\nchmod 600 @/newer\nrm @/newer\nrmdir @/d\n",
			[]string{
				"open-write @/new", "close-write @/new in=6", "rename @/new -> @/newer", "mkdir @/d", "setstat @/newer",
				"remove @/newer", "rmdir @/d",
			},
		},
		"all": {
			"read-write", "all", "get @/there got\n", []string{"open-read @/there", "close-read @/there out=6"},
		},
		"never": {"read-write", "never", "put up @/new\n", nil},
		"refused": {
			"append", "", "-put up @/there\n-rm @/there\n-get /etc/passwd\n-ls /etc\n-mkdir @/d\n",
			[]string{
				"open-write @/there deny denied", "remove @/there deny denied", "stat /etc/passwd deny denied", "mkdir @/d",
			},
		},
		"quota": {"append", "", "-put big @/big\n", []string{"open-write @/big", "close-write @/big deny quota"}},
	} {
		t.Run(name, func(t *testing.T) {
			s := s.in(t)
			root, log := t.TempDir(), filepath.Join(t.TempDir(), "audit.jsonl")
			makeFile(t, root+"/there", "there\n")
			makeFile(t, s.dir+"/big", strings.Repeat("x", 5000))
			files := ""
			if c.files != "" {
				files = ", files: " + c.files
			}
			key := s.grant("files-"+name, "allow:\n  - sftp: {root: "+root+", mode: "+c.mode+", quota: 4K}\n"+
				"sandbox: {level: required}\naudit: {to: ["+log+"]"+files+"}\n")
			_, talk, _ := s.clientWith(nil, strings.ReplaceAll(c.batch, "@", root), "sftp", append(append([]string{"-b", "-"}, s.options(key)...), "root@127.0.0.1")...)
			sessions := trailOf(t, log)
			if len(sessions) != 1 {
				t.Fatalf("%d sessions; sftp said %s", len(sessions), talk)
			}
			session := &sessions[0]
			got := done(session)
			for _, each := range c.want {
				if each = strings.ReplaceAll(each, "@", root); !slices.Contains(got, each) {
					t.Errorf("no %q in\n%s\nsftp said %s", each, strings.Join(got, "\n"), talk)
				}
			}
			if name == "changes" && len(got) != len(c.want) || c.want == nil && got != nil {
				t.Errorf("got\n%s", strings.Join(got, "\n"))
			}
			for _, r := range session.Operations {
				i := session.Intent
				if r.ID != i.ID || r.Policy != i.Policy || r.Key != i.Key || r.Fingerprint != i.Fingerprint || r.Address != i.Address || r.Reason == "" && r.Code != "ok" {
					t.Errorf("incomplete: %+v", r)
				}
			}
			if c.files == "never" {
				return
			}
			if r := session.Result; r == nil || r.Result.BytesIn < 50 || r.Result.BytesOut < 50 || r.Result.Exit != 0 {
				t.Errorf("the result: %+v", r)
			}
		})
	}
}

func TestFilesAuditOfSCP(t *testing.T) {
	programs := buildPrograms(t)
	s := startSSHD(t, programs)
	root, log := t.TempDir(), filepath.Join(s.dir, "audit.jsonl")
	makeFile(t, root+"/there", "there\n")
	makeFile(t, filepath.Join(s.dir, "folder", "a b\x1b"), "hello\n")
	makeFile(t, filepath.Join(s.dir, "folder", "plain"), "hello\n")
	key := s.grant("scp", "allow:\n  - scp: {root: "+root+", mode: append}\n  - stream: {write: "+root+", mode: append}\n"+
		"sandbox: {level: required}\naudit: {to: ["+log+"], files: all}\n")
	scp := func(args ...string) {
		s.client("scp", append(append([]string{"-O", "-r"}, s.options(key)...), args...)...)
	}
	scp("folder/plain", "root@127.0.0.1:"+root+"/new")
	scp("folder/plain", "root@127.0.0.1:"+root+"/there")
	s.clientWith(nil, "stored", "ssh", append(s.options(key), "root@127.0.0.1", "cat > "+root+"/stream")...)
	var got []string
	sessions := trailOf(t, log)
	for i := range sessions {
		got = append(got, done(&sessions[i])...)
	}
	want := []string{"close-write " + root + "/new in=6", "close-write " + root + "/there deny denied", "close-write " + root + "/stream in=6"}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if r := sessions[2].Result; r == nil || r.Result.BytesIn != 6 {
		t.Errorf("the result of the stream: %+v", r)
	}

	// The records are for people, and for the proposal of rules.
	out := run(t, programs+"/ops", "ssh-restrict", "log", "--files", log)
	wantAll(t, out, "close-write "+root+"/new in=6", "deny close-write "+root+"/there in=0 (denied: ", "changed=1 read=0 refused=0 failed=0")
	if out := run(t, programs+"/ops", "ssh-restrict", "log", "--json", log); strings.Count(out, `"event":"session"`) != 3 {
		t.Errorf("in JSON:\n%s", out)
	}
	file, err := os.Open(log)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	writes := 0
	for e, err := range learn.Read(file) {
		if err != nil {
			t.Fatal(err)
		}
		if e.Kind == learn.Operation && e.Writes && !e.Denied {
			writes++
		}
	}
	if writes != 2 {
		t.Errorf("%d operations are evidence of writing, want 2", writes)
	}
}

// A server that cannot be recorded ends, where the policy wants it so; refusals without end are counted only.
func TestFilesAuditIsBounded(t *testing.T) {
	programs := buildPrograms(t)
	s := startSSHD(t, programs)
	root, log := t.TempDir(), filepath.Join(s.dir, "audit.jsonl")
	const tries = 1500
	key := s.grant("bounded", "allow:\n  - sftp: {root: "+root+", mode: read}\naudit: {to: ["+log+"]}\n")
	s.clientWith(nil, strings.Repeat("-mkdir "+root+"/d\n", tries), "sftp", append(append([]string{"-b", "-"}, s.options(key)...), "root@127.0.0.1")...)
	sessions := trailOf(t, log)
	if len(sessions) != 1 || len(sessions[0].Operations) != 1000 || !strings.Contains(sessions[0].Result.Reason, "500 more refused") {
		t.Errorf("%d sessions: %d operations, %q", len(sessions), len(sessions[0].Operations), sessions[0].Result.Reason)
	}

	// A folder takes the place of the audit's file while the session runs.
	makeFile(t, filepath.Join(s.dir, "up"), "hello\n")
	required := filepath.Join(s.dir, "required.jsonl")
	key = s.grant("required", "allow:\n  - sftp: {root: "+root+", mode: read-write}\naudit: {to: ["+required+"], required: true}\n")
	batch := "put up " + root + "/before\n!mv " + required + " " + required + ".old\n!mkdir " + required + "\nput up " + root + "/gap\nput up " +
		root + "/after\n"
	_, talk, code := s.clientWith(nil, batch, "sftp", append(append([]string{"-b", "-"}, s.options(key)...), "root@127.0.0.1")...)
	if code == 0 {
		t.Errorf("the session went on unrecorded: %s", talk)
	}
	if _, err := os.Stat(root + "/before"); err != nil {
		t.Error("the recorded part of the session was not done")
	}
}
