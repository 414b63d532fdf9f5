package scpserver

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"ops/sshrestrict/rooted/rootedtest"
)

func sameTree(t *testing.T, a, b string) {
	t.Helper()
	if out, err := rootedtest.Try(t, "", "diff", "-r", a, b); err != nil {
		t.Errorf("%s and %s differ: %v\n%s", a, b, err, out)
	}
}

func aTree(t *testing.T, dir string) {
	t.Helper()
	put(t, dir+"/empty", "")
	put(t, dir+"/two words", "2")
	put(t, dir+"/ünïcode ☃", "snow")
	put(t, dir+"/-dash", "dash")
	put(t, dir+"/a/b/c/deep", strings.Repeat("deep", 1000))
	for i := range 40 {
		put(t, fmt.Sprintf("%s/many/%03d", dir, i), fmt.Sprint(i))
	}
	if err := os.Mkdir(dir+"/void", 0o750); err != nil {
		t.Fatal(err)
	}
}

func TestScpUpAndDown(t *testing.T) {
	for _, style := range []string{"absolute", "rooted", "both"} {
		t.Run(style, func(t *testing.T) {
			t.Parallel()
			b := newBox(t, "-mode", "read-write", "-paths", style)
			r := b.root
			if style == "rooted" {
				r = ""
			}
			aTree(t, b.home+"/tree")
			past := time.Unix(981173106, 0)
			os.Chtimes(b.home+"/tree/a/b/c/deep", past, past)
			os.Chtimes(b.home+"/tree/a", past, past)
			os.Chmod(b.home+"/tree/a", 0o500)
			os.Chmod(b.home+"/tree/empty", 0o400)
			must(t)(b.scp("-rp", b.home+"/tree", "box:"))
			sameTree(t, b.home+"/tree", b.root+"/tree")
			for name, mode := range map[string]os.FileMode{"a": os.ModeDir | 0o500, "a/b/c/deep": 0o644, "empty": 0o400, "void": os.ModeDir | 0o750} {
				info, err := os.Stat(b.root + "/tree/" + name)
				if err != nil || info.Mode() != mode || strings.HasPrefix(name, "a") && !info.ModTime().Equal(past) {
					t.Errorf("%s: %v %v %v", name, info.Mode(), info.ModTime(), err)
				}
			}
			must(t)(b.scp("-rp", "box:"+r+"/tree", b.home+"/back"))
			sameTree(t, b.home+"/tree", b.home+"/back")
			must(t)(b.scp("-r", b.home+"/tree", "box:"+r+"/renamed"))
			sameTree(t, b.home+"/tree", b.root+"/renamed")
			must(t)(b.scp(b.home+"/tree/many/001", b.home+"/tree/many/002", "box:"+r+"/"))
			must(t)(b.scp(b.home+"/tree/many/003", "box:"+r+"/new"))
			must(t)(b.scp(b.home+"/tree/many/004", "box:"+r+"/new"))
			if get(t, b.root+"/001") != "1" || get(t, b.root+"/002") != "2" || get(t, b.root+"/new") != "4" {
				t.Error("the content differs")
			}
			must(t)(b.scp("box:"+r+"/tree/many/00*", "box:"+r+"/tree/many/[!1-9]3?", b.home))
			if get(t, b.home+"/007") != "7" || get(t, b.home+"/039") != "39" {
				t.Error("patterns did not match")
			}
			if _, err := os.Stat(b.home + "/029"); err == nil {
				t.Error("a pattern matched too much")
			}
		})
	}
}

func TestScp100MB(t *testing.T) {
	t.Parallel()
	b := newBox(t, "-mode", "read-write")
	big := strings.Repeat("0123456789abcde\n", 100<<20/16)
	put(t, b.home+"/big", big)
	must(t)(b.scp(b.home+"/big", "box:"))
	must(t)(b.scp("box:big", b.home+"/back"))
	if get(t, b.root+"/big") != big || get(t, b.home+"/back") != big {
		t.Error("the content differs")
	}
}

func TestPscp(t *testing.T) {
	t.Parallel()
	b := newBox(t, "-mode", "read-write")
	aTree(t, b.home+"/tree")
	os.Remove(b.home + "/tree/-dash") // pscp itself takes it for an option
	must(t)(b.pscp("-p", "-r", b.home+"/tree", "127.0.0.1:"))
	sameTree(t, b.home+"/tree", b.root+"/tree")
	must(t)(b.pscp("-p", "-r", "127.0.0.1:tree", b.home+"/back"))
	sameTree(t, b.home+"/tree", b.home+"/back")
	must(t)(b.pscp("-unsafe", "127.0.0.1:tree/many/00*", b.home))
	if get(t, b.home+"/007") != "7" {
		t.Error("no match")
	}
	out, err := b.pscp("127.0.0.1:/etc/passwd", b.home)
	mustFail(t, out, err, "permission denied")
}

func TestScpModes(t *testing.T) {
	type step struct {
		args []string
		want string // of the failure; empty if it works
	}
	for mode, steps := range map[string][]step{
		"read": {
			{[]string{"HOME/new", "box:"}, "read-only"},
			{[]string{"-r", "HOME/dir", "box:"}, "read-only"},
			{[]string{"box:old", "HOME/got"}, ""},
			{[]string{"box:/etc/passwd", "HOME/got"}, "permission denied"},
			{[]string{"box:escape/canary", "HOME/got"}, "permission denied"},
			{[]string{"box:../secret/canary", "HOME/got"}, "permission denied"},
			{[]string{"box:fifo", "HOME/got"}, "neither a file nor a folder"},
			{[]string{"box:none", "HOME/got"}, "no such file"},
			{[]string{"box:none*", "HOME/got"}, "no such file"},
			{[]string{"box:folder", "HOME/got"}, "use -r"},
			{[]string{"-r", "box:*", "HOME/all"}, "permission denied"}, // but what can be read comes
		},
		"append": {
			{[]string{"HOME/new", "box:"}, ""},
			{[]string{"HOME/new", "box:"}, "exists already"},
			{[]string{"HOME/new", "box:old"}, "exists already"},
			{[]string{"-rp", "HOME/dir", "box:"}, ""},
			{[]string{"-rp", "HOME/dir", "box:"}, "exists already"},
			{[]string{"HOME/new", "box:escape"}, "permission denied"},
			{[]string{"HOME/new", "box:escape/x"}, "permission denied"},
			{[]string{"box:old", "HOME/got"}, ""},
		},
		"write": {
			{[]string{"HOME/new", "box:"}, ""},
			{[]string{"HOME/new", "box:"}, ""},
			{[]string{"HOME/new", "box:over"}, ""},
			{[]string{"-rp", "HOME/dir", "box:"}, ""},
			{[]string{"box:old", "HOME/got"}, "permission denied"},
			{[]string{"HOME/new", "box:escape/x"}, "permission denied"},
			{[]string{"HOME/new", "box:none/x"}, "no such file"},
			{[]string{"HOME/new", "HOME/new", "box:old"}, "not a folder"},
		},
	} {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			b := newBox(t, "-mode", mode)
			put(t, b.root+"/old", "old")
			put(t, b.root+"/over", "old")
			put(t, b.root+"/folder/f", "f")
			put(t, b.root+"/../secret/canary", "canary")
			os.Symlink("../secret", b.root+"/escape")
			rootedtest.Run(t, "mkfifo", b.root+"/fifo")
			put(t, b.home+"/new", "new")
			put(t, b.home+"/dir/x", "x")
			put(t, b.home+"/all/x", "x")
			for i, s := range steps {
				for j := range s.args {
					s.args[j] = strings.ReplaceAll(s.args[j], "HOME", b.home)
				}
				out, err := b.scp(s.args...)
				if s.want == "" && err != nil {
					t.Errorf("step %d, %q: %v\n%s", i, s.args, err, out)
				} else if s.want != "" {
					mustFail(t, out, err, s.want)
				}
			}
			if get(t, b.root+"/old") != "old" || get(t, b.root+"/../secret/canary") != "canary" {
				t.Error("old or the canary has changed")
			}
			if mode == "read" && get(t, b.home+"/all/folder/f") != "f" {
				t.Error("what can be read did not come")
			}
			if mode == "write" && get(t, b.root+"/over") != "new" {
				t.Error("over was not written over")
			}
		})
	}
}

func TestScpQuota(t *testing.T) {
	t.Parallel()
	b := newBox(t, "-mode", "read-write", "-quota", "1000")
	put(t, b.home+"/a", strings.Repeat("a", 600))
	put(t, b.home+"/b", strings.Repeat("b", 600))
	must(t)(b.scp(b.home+"/a", "box:"))
	out, err := b.scp(b.home+"/b", "box:")
	mustFail(t, out, err, "quota exceeded: 600 of 1000 bytes are used")
	if entries, _ := os.ReadDir(b.root); len(entries) != 1 {
		t.Errorf("%v", entries)
	}
}
