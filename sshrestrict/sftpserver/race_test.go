package sftpserver

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pkg/sftp"
	"golang.org/x/sys/unix"

	"ops/sshrestrict/rooted"
)

// A folder is swapped with a link to a folder outside, ten thousand times, while a session works in it in every way.
// Nothing outside is read or changed, and the test proves that both sides were met.
func TestSwappedFolder(t *testing.T) {
	const swaps = 10_000
	dir, root := aBox(t)
	put(t, root+"/spot/canary", "inside")
	put(t, root+"/spot/victim", "inside")
	put(t, dir+"/secret/victim", "the secret")
	put(t, dir+"/secret/outside", "")
	if err := os.Symlink("../secret", root+"/spot2"); err != nil {
		t.Fatal(err)
	}
	before := snapshot(t, dir)
	tree := open(t, root, rooted.Options{Mode: rooted.ReadWrite, Delete: true, Paths: rooted.Rooted})
	here, there := net.Pipe()
	served := make(chan error, 1)
	go func() { served <- Serve(context.Background(), tree, there, there, nil); there.Close() }()
	client, err := sftp.NewClientPipe(here, here)
	if err != nil {
		t.Fatal(err)
	}

	ops := map[string]func() error{
		"read": func() error {
			f, err := client.Open("/spot/canary")
			if err != nil {
				return err
			}
			defer f.Close()
			text, err := io.ReadAll(f)
			if string(text) == "the secret" {
				t.Error("the canary was read")
			}
			return err
		},
		"write": func() error {
			f, err := client.OpenFile("/spot/canary", os.O_WRONLY|os.O_CREATE|os.O_TRUNC)
			if err != nil {
				return err
			}
			f.Write([]byte("inside"))
			return f.Close()
		},
		"list": func() error {
			infos, err := client.ReadDir("/spot")
			for _, info := range infos {
				if info.Name() == "outside" {
					t.Error("the folder outside was listed")
				}
			}
			return err
		},
		"remove":   func() error { return client.Remove("/spot/victim") },
		"remake":   func() error { return client.Link("/file", "/spot/victim") },
		"rename":   func() error { return client.PosixRename("/spot/victim", "/spot/renamed") },
		"back":     func() error { return client.PosixRename("/spot/renamed", "/spot/victim") },
		"out":      func() error { return client.PosixRename("/spot/canary", "/taken") },
		"in":       func() error { return client.PosixRename("/taken", "/spot/canary") },
		"mkdir":    func() error { return client.Mkdir("/spot/made") },
		"rmdir":    func() error { return client.RemoveDirectory("/spot/made") },
		"symlink":  func() error { return client.Symlink("canary", "/spot/link") },
		"unlink":   func() error { return client.Remove("/spot/link") },
		"chmod":    func() error { return client.Chmod("/spot/canary", 0o640) },
		"times":    func() error { return client.Chtimes("/spot/canary", time.Unix(1, 0), time.Unix(1, 0)) },
		"truncate": func() error { return client.Truncate("/spot/canary", 3) },
	}
	type outcome struct{ done, refused int }
	outcomes := map[string]*outcome{}
	for name := range ops {
		outcomes[name] = &outcome{}
	}
	met := func() bool { // both sides, by every operation
		for _, o := range outcomes {
			if o.done == 0 || o.refused == 0 {
				return false
			}
		}
		return true
	}
	var n atomic.Int64
	stop, swapped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(swapped)
		for {
			select {
			case <-stop:
				return
			default:
			}
			if err := unix.Renameat2(unix.AT_FDCWD, root+"/spot", unix.AT_FDCWD, root+"/spot2", unix.RENAME_EXCHANGE); err != nil {
				t.Error(err)
			}
			n.Add(1)
		}
	}()
	for round := 0; round < 50 || (n.Load() < swaps || !met()) && round < 5000; round++ {
		for name, op := range ops {
			switch err := op(); {
			case err == nil:
				outcomes[name].done++
			case errors.Is(err, fs.ErrPermission):
				outcomes[name].refused++
			}
		}
	}
	close(stop)
	<-swapped
	client.Close()
	here.Close()
	<-served
	if n.Load() < swaps {
		t.Errorf("only %d swaps", n.Load())
	}
	if !met() {
		t.Errorf("not every operation met both sides: %v", outcomes)
	}
	if after := snapshot(t, dir); after != before || get(t, filepath.Join(dir, "secret", "victim")) != "the secret" {
		t.Errorf("outside of the root:\n%s\nwas\n%s", after, before)
	}
}
