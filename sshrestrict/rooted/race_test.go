package rooted

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"golang.org/x/sys/unix"
)

// A folder is swapped with a link to a folder outside, ten thousand times, while every operation is done in it. Nothing
// outside is read, changed, made or removed, and the test proves that both sides were met by every operation.
func TestSwappedFolder(t *testing.T) {
	const swaps = 10_000
	dir, root := aBox(t)
	for _, name := range []string{"canary", "victim", "away"} {
		put(t, root+"/spot/"+name, "inside")
		put(t, dir+"/secret/"+name, "the secret")
	}
	put(t, dir+"/secret/outside", "")
	if err := os.Symlink("../secret", root+"/spot2"); err != nil {
		t.Fatal(err)
	}
	before := tellAll(t, dir+"/secret")
	tree, ctx := open(t, root, all()), context.Background()
	ops := map[string]func() error{
		"read": func() error {
			text, err := load(tree, "spot/canary")
			if strings.Contains(text, "secret") {
				t.Error("the canary was read")
			}
			return err
		},
		"list": func() error {
			infos, err := tree.List("spot", 100)
			for _, info := range infos {
				if info.Name() == "outside" {
					t.Error("the outside was listed")
				}
			}
			return err
		},
		"glob": func() error {
			found, err := tree.Glob("spot/out*")
			if len(found) > 0 {
				t.Errorf("found %q", found)
			}
			return errors.Join(err, second(tree.Stat("spot/canary")))
		},
		"write":    func() error { return store(tree, "spot/canary", "inside", os.O_CREATE|os.O_TRUNC) },
		"put":      func() error { return second(tree.Put(ctx, "spot/canary", strings.NewReader("inside"))) },
		"truncate": func() error { return tree.Apply("spot/canary", Change{Size: new(int64(3))}) },
		"chmod":    func() error { return tree.Apply("spot/canary", Change{Mode: new(fs.FileMode(0o640))}) },
		"chmod it": func() error { return tree.Apply("spot", Change{Mode: new(fs.FileMode(0o750))}) },
		"times":    func() error { return tree.ApplyLink("spot/canary", Change{Times: &Times{}}) },
		"remove": func() error {
			put(t, root+"/new", "")
			return errors.Join(tree.Remove("spot/victim"), ignore(tree.Rename("new", "spot/victim", true)))
		},
		"out and in": func() error {
			return errors.Join(tree.Rename("spot/away", "taken", true), tree.Rename("taken", "spot/away", true))
		},
		"within":  func() error { return tree.Rename("spot/canary", "spot/canary", true) },
		"make":    func() error { return errors.Join(tree.Mkdir("spot/made", 0o755), ignore(tree.Rmdir("spot/made"))) },
		"symlink": func() error { return errors.Join(tree.Symlink("x", "spot/link"), ignore(tree.Remove("spot/link"))) },
		"link": func() error {
			return errors.Join(tree.Link("spot/canary", "spot/hard"), ignore(tree.Remove("spot/hard")))
		},
		"space": func() error { return second(tree.Space("spot/canary")) },
	}
	type outcome struct{ done, refused int }
	outcomes := map[string]*outcome{}
	for name := range ops {
		outcomes[name] = &outcome{}
	}
	// Bursts of an odd number of swaps: between them, the folder stays what it is for long enough to finish something.
	stop, next, swapped := make(chan struct{}), make(chan struct{}), make(chan struct{})
	var n atomic.Int64
	go func() {
		defer close(swapped)
		for {
			for range 33 {
				if err := unix.Renameat2(unix.AT_FDCWD, root+"/spot", unix.AT_FDCWD, root+"/spot2", unix.RENAME_EXCHANGE); err != nil {
					t.Error(err)
				}
				n.Add(1)
			}
			select {
			case <-stop:
				return
			case <-next:
			}
		}
	}()
	met := func() bool { // both sides, by every operation
		for _, o := range outcomes {
			if o.done == 0 || o.refused == 0 {
				return false
			}
		}
		return true
	}
	for round := 0; round < 100 || (n.Load() < swaps || !met()) && round < 20_000; round++ {
		for name, op := range ops {
			if round%3 == 0 {
				select {
				case next <- struct{}{}:
				default:
				}
			}
			switch err := op(); {
			case err == nil:
				outcomes[name].done++
			case errors.Is(err, fs.ErrPermission):
				outcomes[name].refused++
			case strings.Contains(err.Error(), "canary") && errors.Is(err, fs.ErrNotExist):
				t.Errorf("%s: %v", name, err)
			}
		}
	}
	close(stop)
	<-swapped
	if n.Load() < swaps {
		t.Errorf("only %d swaps", n.Load())
	}
	if !met() {
		t.Errorf("not every operation met both sides: %v", outcomes)
	}
	if after := tellAll(t, dir+"/secret"); after != before {
		t.Errorf("outside:\n%s\nwas\n%s", after, before)
	}
	if left, err := filepath.Glob(root + "/spot*/.*.part"); err != nil || len(left) > 0 {
		t.Errorf("unfinished files stay: %q %v", left, err)
	}
}

// ignore is for the second half of a pair: the folder may have been swapped between the two.
func ignore(error) error { return nil }

// tellAll describes a folder with the content, mode and times of its files.
func tellAll(t *testing.T, dir string) string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, entry := range entries {
		info, err := entry.Info()
		if err != nil {
			t.Fatal(err)
		}
		b.WriteString(entry.Name() + " " + info.Mode().String() + " " + info.ModTime().String() + " " + get(t, filepath.Join(dir, entry.Name())) + "\n")
	}
	info, err := os.Stat(dir)
	if err != nil {
		t.Fatal(err)
	}
	return b.String() + info.Mode().String() + info.ModTime().String()
}
