package scpserver

import (
	"bytes"
	"context"
	"io/fs"
	"strings"
	"testing"

	"ops/sshrestrict/rooted"
	"ops/sshrestrict/rooted/rootedtest"
)

// Nothing outside is sent or changed, whatever folders are swapped for links while files go in and out.
func TestSwappedFolder(t *testing.T) {
	dir, root := rootedtest.Box(t)
	rootedtest.Put(t, root+"/spot/canary", "inside")
	tree := open(t, root, rooted.Options{Mode: rooted.ReadWrite})
	type session struct {
		Options
		input string
	}
	one := []Path{{Text: "spot/canary"}}
	sessions := map[string]session{
		"send":           {Options: Options{Source: true, Paths: one}, input: "\x00\x00\x00\x00"},
		"send folder":    {Options: Options{Source: true, Recursive: true, Paths: []Path{{Text: "spot"}}}, input: strings.Repeat("\x00", 20)},
		"send matches":   {Options: Options{Source: true, Paths: []Path{{Text: "spot/c*", Pattern: true}}}, input: "\x00\x00\x00\x00"},
		"receive":        {Options: Options{Preserve: true, Paths: one}, input: "T1 0 1 0\nC0600 6 canary\ninside\x00"},
		"receive inside": {Options: Options{Target: true, Paths: []Path{{Text: "spot"}}}, input: "C0600 6 canary\ninside\x00"},
		"receive folder": {
			Options: Options{Recursive: true, Preserve: true, Paths: []Path{{Text: "."}}},
			input:   "D0700 0 spot\nC0600 6 canary\ninside\x00D0700 0 sub\nE\nE\n",
		},
	}
	operations := map[string]func() error{}
	for name, s := range sessions {
		s.Tree = tree
		operations[name] = func() error {
			var out bytes.Buffer
			exit, _ := Serve(context.Background(), s.Options, strings.NewReader(s.input), &out)
			if bytes.Contains(out.Bytes(), []byte("the secret")) {
				t.Error("the canary was sent")
			}
			if exit != 0 {
				return fs.ErrPermission
			}
			return nil
		}
	}
	rootedtest.Swapped(t, dir, root, operations)
}
