package sftpserver

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ops/sshrestrict/rooted/rootedtest"
)

func TestOpenSSHSftp(t *testing.T) {
	for _, style := range []string{"absolute", "rooted", "both"} {
		t.Run(style, func(t *testing.T) {
			b := newBox(t, "-mode", "read-write", "-delete", "-paths", style)
			put(t, b.home+"/file", strings.Repeat("0123456789", 10000))
			put(t, b.home+"/tree/a/deep/one", "1")
			put(t, b.home+"/tree/b/two words", "2")
			os.Mkdir(b.home+"/tree/empty", 0o750)
			past := time.Date(2001, 2, 3, 4, 5, 6, 0, time.UTC)
			os.Chtimes(b.home+"/file", past, past)
			os.Chmod(b.home+"/file", 0o640)
			r := "/"
			if style == "absolute" {
				r = b.root + "/"
			}
			out := must2(t)(b.sftp("pwd\nlcd " + b.home + "\nput -p file\nput -r tree\nls -la\nls tree/b\nmkdir dir\n" +
				"rename file dir/file2\nln -s dir/file2 link\nget link " + b.home + "/got\ncd dir\npwd\nln file2 hard\n" +
				"chmod 600 hard\ncp file2 " + r + "copied\nrm hard\ncd ..\nget -rp tree " + b.home + "/back\n" +
				"df\nput -f tree/a/deep/one synced\nrm tree/a/deep/one\nrmdir tree/a/deep\n"))
			if !strings.Contains(out, "Remote working directory: "+strings.TrimSuffix(r, "/")) || !strings.Contains(out, "two words") {
				t.Errorf("sftp printed\n%s", out)
			}
			if get(t, b.home+"/got") != get(t, b.home+"/file") || get(t, b.root+"/copied") != get(t, b.home+"/file") {
				t.Error("the content differs")
			}
			info, err := os.Stat(b.root + "/dir/file2")
			if err != nil || !info.ModTime().Equal(past) || info.Mode() != 0o600 {
				t.Errorf("%v %v", info, err)
			}
			if get(t, b.home+"/back/b/two words") != "2" || get(t, b.home+"/back/a/deep/one") != "1" {
				t.Error("the tree came back differently")
			}
			if _, err := os.Stat(b.root + "/tree/a/deep"); err == nil {
				t.Error("rmdir did nothing")
			}
		})
	}
}

// must2 is must for the results of a call.
func must2(t testing.TB) func(string, error) string {
	return func(out string, err error) string { t.Helper(); return must(t, out, err) }
}

func TestOpenSSHResume(t *testing.T) {
	b := newBox(t, "-mode", "read-write")
	whole := strings.Repeat("abcdefgh", 50000)
	put(t, b.home+"/f", whole)
	put(t, b.root+"/f", whole[:1234])
	put(t, b.root+"/g", whole)
	put(t, b.home+"/g", whole[:1000])
	must2(t)(b.sftp("lcd " + b.home + "\nreput f\nreget g\n"))
	if get(t, b.root+"/f") != whole || get(t, b.home+"/g") != whole {
		t.Error("the resumed file differs")
	}
}

// What each mode refuses, as sftp(1) sees it. sftp shows the code, not our text.
func TestOpenSSHModes(t *testing.T) {
	const deny, missing = "permission denied", "not found" // sftp says the latter of what it may not look at
	for mode, cases := range map[string][][2]string{
		"read": {
			{"put new", deny},
			{"put new old", deny},
			{"rm old", deny},
			{"mkdir x", deny},
			{"rename old x", deny},
			{"chmod 600 old", deny},
			{"ln -s old x", deny},
			{"ln old x", deny},
			{"rmdir dir", deny},
			{"reput bigger old", deny},
			{"get /etc/passwd", missing},
			{"get escape/canary", missing},
			{"get absolute", deny},
			{"ls ..", missing},
			{"cd ..", deny},
			{"get old", ""},
			{"ls dir", ""},
		},
		"append": {
			{"put new", ""},
			{"put new", deny},
			{"put new old", deny},
			{"reput bigger old", deny},
			{"rm old", deny},
			{"rm new", deny},
			{"rename old x", deny},
			{"chmod 600 old", deny},
			{"ln -s old x", deny},
			{"ln old x", deny},
			{"rmdir dir", deny},
			{"mkdir x", ""},
			{"put new x/new", ""},
			{"get old", ""},
			{"put new escape/x", deny},
			{"put new dangling", deny},
			{"rename new x/renamed", ""},
			{"rename x/renamed old", deny},
			{"chmod 640 x/renamed", ""},
			{"rename x y", deny},
		},
		"write": {
			{"put new", ""},
			{"put new", ""},
			{"put new old2", ""},
			{"get old", deny},
			{"rm old", deny},
			{"ls dir", ""},
			{"rename old x", deny},
			{"ln -s old x", deny},
			{"rmdir dir", deny},
			{"put new escape/x", deny},
			{"chmod 600 old", deny},
			{"ln old x", deny},
			{"rename new old2", ""},
			{"rename dir dir2", deny},
		},
		"read-write": {
			{"put new", ""},
			{"put new old2", ""},
			{"chmod 600 old", ""},
			{"ln -s old x", ""},
			{"ln -s ../secret/canary y", deny},
			{"ln -s /etc/passwd y", deny},
			{"ln old z", ""},
			{"rm old", deny},
			{"rename old xx", deny},
			{"rmdir dir", deny},
			{"get fifo", "not a regular file"},
			{"get escape/canary", missing},
			{"cd escape", deny},
			{"chmod 777 escape", deny},
			{"put new fifo", deny},
			{"chown 1 old", deny},
			{"chown 0 old", ""},
			{"ln -s dir/in dir/../good", ""},
			{"ln -s dir/../../x y", deny},
		},
	} {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			b := newBox(t, "-mode", mode)
			put(t, b.root+"/old", "old")
			put(t, b.root+"/old2", "old")
			put(t, b.root+"/dir/in", "in")
			put(t, b.home+"/new", "new")
			put(t, b.home+"/bigger", "bigger than old")
			os.Symlink("../secret", b.root+"/escape")
			os.Symlink("/etc/passwd", b.root+"/absolute")
			os.Symlink("nothing", b.root+"/dangling")
			rootedtest.Run(t, "mkfifo", b.root+"/fifo")
			batch := "lcd " + b.home + "\n"
			for _, c := range cases {
				batch += "-" + c[0] + "\n" // goes on after a failure
			}
			said := strings.Split(must2(t)(b.sftp(batch)), "sftp> ")[2:]
			for i, c := range cases {
				said := strings.ToLower(said[i])
				failed := strings.Contains(said, deny) || strings.Contains(said, missing) || strings.Contains(said, "failure") ||
					strings.Contains(said, "not a regular") || strings.Contains(said, "bad message")
				if c[1] == "" && failed || !strings.Contains(said, c[1]) {
					t.Errorf("%s: want %q, sftp says %s", c[0], c[1], said)
				}
			}
			if got := get(t, b.root+"/old"); got != "old" {
				t.Errorf("old is %q", got)
			}
		})
	}
}

// scp speaks sftp by default.
func TestOpenSSHScp(t *testing.T) {
	b := newBox(t, "-mode", "read-write")
	put(t, b.home+"/tree/a/one", "1")
	put(t, b.home+"/tree/empty", "")
	put(t, b.home+"/big", strings.Repeat("x", 20<<20))
	scp := func(args ...string) (string, error) {
		return rootedtest.Try(t, "", "scp", append([]string{"-F", b.Config}, args...)...)
	}
	must2(t)(scp("-rp", b.home+"/tree", "box:"))
	must2(t)(scp(b.home+"/big", b.home+"/tree/a/one", "box:"+b.root+"/tree/"))
	must2(t)(scp("-r", "box:tree/*", b.home))
	must2(t)(scp("box:~/tree/a/on?", b.home+"/tilde"))
	if get(t, b.home+"/a/one") != "1" || get(t, b.home+"/tilde") != "1" || len(get(t, b.root+"/tree/big")) != 20<<20 {
		t.Error("the content differs")
	}
	// scp looks for matches first, and says this of what it may not look at.
	out, err := scp("box:/etc/passwd", b.home)
	mustFail(t, out, err, "no such file")
	out, err = scp("box:"+b.root+"/../secret/canary", b.home)
	mustFail(t, out, err, "no such file")
}

// A quota ends the upload with an error, and nothing of it stays, unless it was to be resumed.
func TestQuotaOverSftp(t *testing.T) {
	b := newBox(t, "-mode", "read-write", "-quota", "100000")
	put(t, b.home+"/big", strings.Repeat("x", 200000))
	put(t, b.home+"/small", strings.Repeat("x", 60000))
	out, err := b.sftp("lcd " + b.home + "\nput big\n")
	mustFail(t, out, err, "failure")
	if _, err := os.Stat(b.root + "/big"); err == nil {
		t.Error("half of the file stays")
	}
	must2(t)(b.sftp("lcd " + b.home + "\nput small\n"))
	put(t, b.root+"/big", "xxxx")
	out, err = b.sftp("lcd " + b.home + "\nreput big\n")
	mustFail(t, out, err, "failure")
	if _, err := os.Stat(b.root + "/big"); err != nil {
		t.Error("a file that was to be resumed is gone")
	}
	if !strings.Contains(get(t, b.log), "quota exceeded") {
		t.Errorf("the log says\n%s", get(t, b.log))
	}
}

func TestEventsOfASession(t *testing.T) {
	b := newBox(t, "-mode", "read-write")
	put(t, b.home+"/f", "12345")
	must2(t)(b.sftp("lcd " + b.home + "\nput f\nmkdir d\nrename f g\n-rm g\nget g\n"))
	log := get(t, b.log)
	for _, want := range []string{`"op":"open"`, `"written":5`, `"op":"mkdir"`, `"op":"remove"`, `"error":"remove ` + filepath.Join(b.root, "g") + `: permission denied`, `"read":5`} {
		if !strings.Contains(log, want) {
			t.Errorf("no %s in\n%s", want, log)
		}
	}
}
