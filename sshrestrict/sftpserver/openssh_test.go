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
			b := newBox(t, `{"Mode":"read-write","Delete":true,"Paths":"`+style+`"}`)
			rootedtest.Put(t, b.Home+"/file", strings.Repeat("0123456789", 10000))
			rootedtest.Put(t, b.Home+"/tree/a/deep/one", "1")
			rootedtest.Put(t, b.Home+"/tree/b/two words", "2")
			os.Mkdir(b.Home+"/tree/empty", 0o750)
			past := time.Date(2001, 2, 3, 4, 5, 6, 0, time.UTC)
			os.Chtimes(b.Home+"/file", past, past)
			os.Chmod(b.Home+"/file", 0o640)
			r := "/"
			if style == "absolute" {
				r = b.Root + "/"
			}
			out := rootedtest.Must(t)(b.sftp("pwd\nlcd " + b.Home + "\nput -p file\nput -r tree\nls -la\nls tree/b\nmkdir dir\n" +
				"rename file dir/file2\nln -s dir/file2 link\nget link " + b.Home + "/got\ncd dir\npwd\nln file2 hard\n" +
				"chmod 600 hard\ncp file2 " + r + "copied\nrm hard\ncd ..\nget -rp tree " + b.Home + "/back\n" +
				"df\nput -f tree/a/deep/one synced\nrm tree/a/deep/one\nrmdir tree/a/deep\n"))
			if !strings.Contains(out, "Remote working directory: "+strings.TrimSuffix(r, "/")) || !strings.Contains(out, "two words") {
				t.Errorf("sftp printed\n%s", out)
			}
			if rootedtest.Get(t, b.Home+"/got") != rootedtest.Get(t, b.Home+"/file") || rootedtest.Get(t, b.Root+"/copied") != rootedtest.Get(t, b.Home+"/file") {
				t.Error("the content differs")
			}
			info, err := os.Stat(b.Root + "/dir/file2")
			if err != nil || !info.ModTime().Equal(past) || info.Mode() != 0o600 {
				t.Errorf("%v %v", info, err)
			}
			if rootedtest.Get(t, b.Home+"/back/b/two words") != "2" || rootedtest.Get(t, b.Home+"/back/a/deep/one") != "1" {
				t.Error("the tree came back differently")
			}
			if _, err := os.Stat(b.Root + "/tree/a/deep"); err == nil {
				t.Error("rmdir did nothing")
			}
		})
	}
}

func TestOpenSSHResume(t *testing.T) {
	b := newBox(t, `{"Mode":"read-write"}`)
	whole := strings.Repeat("abcdefgh", 50000)
	rootedtest.Put(t, b.Home+"/f", whole)
	rootedtest.Put(t, b.Root+"/f", whole[:1234])
	rootedtest.Put(t, b.Root+"/g", whole)
	rootedtest.Put(t, b.Home+"/g", whole[:1000])
	rootedtest.Must(t)(b.sftp("lcd " + b.Home + "\nreput f\nreget g\n"))
	if rootedtest.Get(t, b.Root+"/f") != whole || rootedtest.Get(t, b.Home+"/g") != whole {
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
			b := newBox(t, `{"Mode":"`+mode+`"}`)
			rootedtest.Put(t, b.Root+"/old", "old")
			rootedtest.Put(t, b.Root+"/old2", "old")
			rootedtest.Put(t, b.Root+"/dir/in", "in")
			rootedtest.Put(t, b.Home+"/new", "new")
			rootedtest.Put(t, b.Home+"/bigger", "bigger than old")
			os.Symlink("../secret", b.Root+"/escape")
			os.Symlink("/etc/passwd", b.Root+"/absolute")
			os.Symlink("nothing", b.Root+"/dangling")
			rootedtest.Run(t, "mkfifo", b.Root+"/fifo")
			var batch strings.Builder
			batch.WriteString("lcd " + b.Home + "\n")
			for _, c := range cases {
				batch.WriteString("-" + c[0] + "\n") // goes on after a failure
			}
			said := strings.Split(rootedtest.Must(t)(b.sftp(batch.String())), "sftp> ")[2:]
			for i, c := range cases {
				said := strings.ToLower(said[i])
				failed := strings.Contains(said, deny) || strings.Contains(said, missing) || strings.Contains(said, "failure") ||
					strings.Contains(said, "not a regular") || strings.Contains(said, "bad message")
				if c[1] == "" && failed || !strings.Contains(said, c[1]) {
					t.Errorf("%s: want %q, sftp says %s", c[0], c[1], said)
				}
			}
			if got := rootedtest.Get(t, b.Root+"/old"); got != "old" {
				t.Errorf("old is %q", got)
			}
		})
	}
}

// scp speaks sftp by default.
func TestOpenSSHScp(t *testing.T) {
	b := newBox(t, `{"Mode":"read-write"}`)
	rootedtest.Put(t, b.Home+"/tree/a/one", "1")
	rootedtest.Put(t, b.Home+"/tree/empty", "")
	rootedtest.Put(t, b.Home+"/big", strings.Repeat("x", 20<<20))
	scp := func(args ...string) (string, error) {
		return rootedtest.Try(t, "", "scp", append([]string{"-F", b.Config}, args...)...)
	}
	rootedtest.Must(t)(scp("-rp", b.Home+"/tree", "box:"))
	rootedtest.Must(t)(scp(b.Home+"/big", b.Home+"/tree/a/one", "box:"+b.Root+"/tree/"))
	rootedtest.Must(t)(scp("-r", "box:tree/*", b.Home))
	rootedtest.Must(t)(scp("box:~/tree/a/on?", b.Home+"/tilde"))
	if rootedtest.Get(t, b.Home+"/a/one") != "1" || rootedtest.Get(t, b.Home+"/tilde") != "1" || len(rootedtest.Get(t, b.Root+"/tree/big")) != 20<<20 {
		t.Error("the content differs")
	}
	// scp looks for matches first, and says this of what it may not look at.
	out, err := scp("box:/etc/passwd", b.Home)
	rootedtest.MustFail(t, out, err, "no such file")
	out, err = scp("box:"+b.Root+"/../secret/canary", b.Home)
	rootedtest.MustFail(t, out, err, "no such file")
}

// A quota ends the upload with an error, and nothing of it stays, unless it was to be resumed.
func TestQuotaOverSftp(t *testing.T) {
	b := newBox(t, `{"Mode":"read-write","Quota":100000}`)
	rootedtest.Put(t, b.Home+"/big", strings.Repeat("x", 200000))
	rootedtest.Put(t, b.Home+"/small", strings.Repeat("x", 60000))
	out, err := b.sftp("lcd " + b.Home + "\nput big\n")
	rootedtest.MustFail(t, out, err, "failure")
	if _, err := os.Stat(b.Root + "/big"); err == nil {
		t.Error("half of the file stays")
	}
	rootedtest.Must(t)(b.sftp("lcd " + b.Home + "\nput small\n"))
	rootedtest.Put(t, b.Root+"/big", "xxxx")
	out, err = b.sftp("lcd " + b.Home + "\nreput big\n")
	rootedtest.MustFail(t, out, err, "failure")
	if _, err := os.Stat(b.Root + "/big"); err != nil {
		t.Error("a file that was to be resumed is gone")
	}
	if !strings.Contains(rootedtest.Get(t, eventsOf(b.Root)), "quota exceeded") {
		t.Errorf("the log says\n%s", rootedtest.Get(t, eventsOf(b.Root)))
	}
}

func TestEventsOfASession(t *testing.T) {
	b := newBox(t, `{"Mode":"read-write"}`)
	rootedtest.Put(t, b.Home+"/f", "12345")
	rootedtest.Must(t)(b.sftp("lcd " + b.Home + "\nput f\nmkdir d\nrename f g\n-rm g\nget g\n"))
	log := rootedtest.Get(t, eventsOf(b.Root))
	for _, want := range []string{`"op":"open"`, `"written":5`, `"op":"mkdir"`, `"op":"remove"`, `"error":"remove ` + filepath.Join(b.Root, "g") + `: permission denied`, `"read":5`} {
		if !strings.Contains(log, want) {
			t.Errorf("no %s in\n%s", want, log)
		}
	}
}
