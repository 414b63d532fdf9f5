package scpserver

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"golang.org/x/sys/unix"

	"ops/sshrestrict/rooted"
)

// A folder is swapped with a link to a folder outside, ten thousand times, while files go in and out of it. Nothing
// outside is sent or changed, and the test proves that both sides were met.
func TestSwappedFolder(t *testing.T) {
	const swaps = 10_000
	dir, root := aBox(t)
	put(t, root+"/spot/canary", "inside")
	if err := os.Symlink("../secret", root+"/spot2"); err != nil {
		t.Fatal(err)
	}
	secret := listing(t, dir+"/secret")
	tree := open(t, root, rooted.Options{Mode: rooted.ReadWrite})
	type session struct {
		Options
		input         string
		done, refused int
	}
	one := []Path{{Text: "spot/canary"}}
	sessions := map[string]*session{
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
	// Bursts of an odd number of swaps: between them, the folder stays what it is for long enough to finish something.
	stop, next, swapped := make(chan struct{}), make(chan struct{}), make(chan struct{})
	var n atomic.Int64
	go func() {
		defer close(swapped)
		for {
			for range 65 {
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
	met := func() bool { // both sides, by every kind of session
		for _, s := range sessions {
			if s.done == 0 || s.refused == 0 {
				return false
			}
		}
		return true
	}
	for round := 0; round < 50 || (n.Load() < swaps || !met()) && round < 5000; round++ {
		for _, s := range sessions {
			s.Tree = tree
			select {
			case next <- struct{}{}:
			default:
			}
			var out bytes.Buffer
			exit, _ := Serve(context.Background(), s.Options, strings.NewReader(s.input), &out)
			if exit == 0 {
				s.done++
			} else {
				s.refused++
			}
			if bytes.Contains(out.Bytes(), []byte("the secret")) {
				t.Fatal("the canary was sent")
			}
		}
	}
	close(stop)
	<-swapped
	if left, err := filepath.Glob(root + "/spot*/.*.part"); err != nil || len(left) > 0 {
		t.Errorf("unfinished files stay: %q %v", left, err)
	}
	if !met() {
		for name, s := range sessions {
			t.Errorf("%s: done %d times, refused %d times; want both", name, s.done, s.refused)
		}
	}
	if n.Load() < swaps {
		t.Errorf("only %d swaps", n.Load())
	}
	if after := listing(t, dir+"/secret"); after != secret {
		t.Errorf("outside:\n%s\nwas\n%s", after, secret)
	}
}
