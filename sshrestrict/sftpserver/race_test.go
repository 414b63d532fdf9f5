package sftpserver

import (
	"context"
	"io"
	"net"
	"os"
	"testing"
	"time"

	"github.com/pkg/sftp"

	"ops/sshrestrict/rooted"
	"ops/sshrestrict/rooted/rootedtest"
)

// Nothing outside is read or changed by a session, whatever folders are swapped for links meanwhile.
func TestSwappedFolder(t *testing.T) {
	dir, root := rootedtest.Box(t)
	rootedtest.Put(t, root+"/spot/canary", "inside")
	rootedtest.Put(t, root+"/spot/victim", "inside")
	rootedtest.Put(t, dir+"/secret/victim", "the secret")
	rootedtest.Put(t, dir+"/secret/outside", "")
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
	rootedtest.Swapped(t, dir, root, ops)
	client.Close()
	here.Close()
	<-served
}
