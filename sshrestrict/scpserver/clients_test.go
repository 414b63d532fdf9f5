package scpserver

import (
	"os"
	"strings"
	"testing"
	"time"

	"ops/sshrestrict/rooted/rootedtest"
)

func aTree(t *testing.T, dir string) {
	t.Helper()
	rootedtest.FillTree(t, dir)
	rootedtest.Put(t, dir+"/-dash", "dash")
	if err := os.Mkdir(dir+"/void", 0o750); err != nil {
		t.Fatal(err)
	}
}

func TestScpUpAndDown(t *testing.T) {
	for _, style := range []string{"absolute", "rooted", "both"} {
		t.Run(style, func(t *testing.T) {
			t.Parallel()
			b := newBox(t, `{"Mode":"read-write","Paths":"`+style+`"}`)
			r := b.Root
			if style == "rooted" {
				r = ""
			}
			aTree(t, b.Home+"/tree")
			past := time.Unix(981173106, 0)
			os.Chtimes(b.Home+"/tree/a/b/c/deep", past, past)
			os.Chtimes(b.Home+"/tree/a", past, past)
			os.Chmod(b.Home+"/tree/a", 0o500)
			os.Chmod(b.Home+"/tree/empty", 0o400)
			rootedtest.Must(t)(b.scp("-rp", b.Home+"/tree", "box:"))
			rootedtest.SameTree(t, b.Home+"/tree", b.Root+"/tree")
			for name, mode := range map[string]os.FileMode{"a": os.ModeDir | 0o500, "a/b/c/deep": 0o644, "empty": 0o400, "void": os.ModeDir | 0o750} {
				info, err := os.Stat(b.Root + "/tree/" + name)
				if err != nil || info.Mode() != mode || strings.HasPrefix(name, "a") && !info.ModTime().Equal(past) {
					t.Errorf("%s: %v %v %v", name, info.Mode(), info.ModTime(), err)
				}
			}
			rootedtest.Must(t)(b.scp("-rp", "box:"+r+"/tree", b.Home+"/back"))
			rootedtest.SameTree(t, b.Home+"/tree", b.Home+"/back")
			rootedtest.Must(t)(b.scp("-r", b.Home+"/tree", "box:"+r+"/renamed"))
			rootedtest.SameTree(t, b.Home+"/tree", b.Root+"/renamed")
			rootedtest.Must(t)(b.scp(b.Home+"/tree/many/001", b.Home+"/tree/many/002", "box:"+r+"/"))
			rootedtest.Must(t)(b.scp(b.Home+"/tree/many/003", "box:"+r+"/new"))
			rootedtest.Must(t)(b.scp(b.Home+"/tree/many/004", "box:"+r+"/new"))
			if rootedtest.Get(t, b.Root+"/001") != "1" || rootedtest.Get(t, b.Root+"/002") != "2" || rootedtest.Get(t, b.Root+"/new") != "4" {
				t.Error("the content differs")
			}
			rootedtest.Must(t)(b.scp("box:"+r+"/tree/many/00*", "box:"+r+"/tree/many/[!1-9]1[01]", b.Home))
			if rootedtest.Get(t, b.Home+"/007") != "7" || rootedtest.Get(t, b.Home+"/011") != "11" {
				t.Error("patterns did not match")
			}
			if _, err := os.Stat(b.Home + "/012"); err == nil {
				t.Error("a pattern matched too much")
			}
		})
	}
}

func TestScp100MB(t *testing.T) {
	t.Parallel()
	b := newBox(t, `{"Mode":"read-write"}`)
	big := strings.Repeat("0123456789abcde\n", 100<<20/16)
	rootedtest.Put(t, b.Home+"/big", big)
	rootedtest.Must(t)(b.scp(b.Home+"/big", "box:"))
	rootedtest.Must(t)(b.scp("box:big", b.Home+"/back"))
	if rootedtest.Get(t, b.Root+"/big") != big || rootedtest.Get(t, b.Home+"/back") != big {
		t.Error("the content differs")
	}
}

func TestPscp(t *testing.T) {
	t.Parallel()
	b := newBox(t, `{"Mode":"read-write"}`)
	aTree(t, b.Home+"/tree")
	os.Remove(b.Home + "/tree/-dash") // pscp itself takes it for an option
	rootedtest.Must(t)(b.pscp("-p", "-r", b.Home+"/tree", "127.0.0.1:"))
	rootedtest.SameTree(t, b.Home+"/tree", b.Root+"/tree")
	rootedtest.Must(t)(b.pscp("-p", "-r", "127.0.0.1:tree", b.Home+"/back"))
	rootedtest.SameTree(t, b.Home+"/tree", b.Home+"/back")
	rootedtest.Must(t)(b.pscp("-unsafe", "127.0.0.1:tree/many/00*", b.Home))
	if rootedtest.Get(t, b.Home+"/007") != "7" {
		t.Error("no match")
	}
	out, err := b.pscp("127.0.0.1:/etc/passwd", b.Home)
	rootedtest.MustFail(t, out, err, "permission denied")
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
			b := newBox(t, `{"Mode":"`+mode+`"}`)
			rootedtest.Put(t, b.Root+"/old", "old")
			rootedtest.Put(t, b.Root+"/over", "old")
			rootedtest.Put(t, b.Root+"/folder/f", "f")
			os.Symlink("../secret", b.Root+"/escape")
			rootedtest.Run(t, "mkfifo", b.Root+"/fifo")
			rootedtest.Put(t, b.Home+"/new", "new")
			rootedtest.Put(t, b.Home+"/dir/x", "x")
			rootedtest.Put(t, b.Home+"/all/x", "x")
			for i, s := range steps {
				for j := range s.args {
					s.args[j] = strings.ReplaceAll(s.args[j], "HOME", b.Home)
				}
				out, err := b.scp(s.args...)
				if s.want == "" && err != nil {
					t.Errorf("step %d, %q: %v\n%s", i, s.args, err, out)
				} else if s.want != "" {
					rootedtest.MustFail(t, out, err, s.want)
				}
			}
			if rootedtest.Get(t, b.Root+"/old") != "old" {
				t.Error("old has changed")
			}
			if mode == "read" && rootedtest.Get(t, b.Home+"/all/folder/f") != "f" {
				t.Error("what can be read did not come")
			}
			if mode == "write" && rootedtest.Get(t, b.Root+"/over") != "new" {
				t.Error("over was not written over")
			}
		})
	}
}

func TestScpQuota(t *testing.T) {
	t.Parallel()
	b := newBox(t, `{"Mode":"read-write","Quota":1000}`)
	rootedtest.Put(t, b.Home+"/a", strings.Repeat("a", 600))
	rootedtest.Put(t, b.Home+"/b", strings.Repeat("b", 600))
	rootedtest.Must(t)(b.scp(b.Home+"/a", "box:"))
	out, err := b.scp(b.Home+"/b", "box:")
	rootedtest.MustFail(t, out, err, "quota exceeded: 600 of 1000 bytes are used")
	if entries, _ := os.ReadDir(b.Root); len(entries) != 1 {
		t.Errorf("%v", entries)
	}
}
