package rooted

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"strings"
	"testing"

	"ops/sshrestrict/rooted/rootedtest"
)

// Nothing outside is read, changed, made or removed by any operation, whatever folders are swapped for links meanwhile.
func TestSwappedFolder(t *testing.T) {
	dir, root := rootedtest.Box(t)
	for _, name := range []string{"canary", "victim", "away"} {
		rootedtest.Put(t, root+"/spot/"+name, "inside")
		rootedtest.Put(t, dir+"/secret/"+name, "the secret")
	}
	rootedtest.Put(t, dir+"/secret/outside", "")
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
			rootedtest.Put(t, root+"/new", "")
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
	for name, do := range ops {
		ops[name] = func() error {
			err := do()
			if err != nil && strings.Contains(err.Error(), "canary") && errors.Is(err, fs.ErrNotExist) {
				t.Errorf("%s: %v", name, err)
			}
			return err
		}
	}
	rootedtest.Swapped(t, dir, root, ops)
}

// ignore is for the second half of a pair: the folder may have been swapped between the two.
func ignore(error) error { return nil }
