package rootedtest

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
)

// Served is a folder behind a [Server], with one of the client's and a secret beside it, which must not change.
type Served struct {
	*Server
	Root, Home string
}

// Serve starts a server of a new folder. options are those of package rooted in JSON, such as {"Mode":"append"}.
func Serve(t testing.TB, options string) *Served {
	t.Helper()
	dir := t.TempDir()
	s := &Served{Root: filepath.Join(dir, "root"), Home: filepath.Join(dir, "home")}
	for _, each := range []string{s.Root, s.Home} {
		if err := os.Mkdir(each, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	secret := filepath.Join(dir, "secret")
	Put(t, filepath.Join(secret, "canary"), "canary")
	before := tell(t, secret, true)
	s.Server = Start(t, s.Root, options)
	t.Cleanup(func() {
		if after := tell(t, secret, true); after != before {
			t.Errorf("outside:\n%s\nwas\n%s", after, before)
		}
	})
	return s
}

// Open opens the tree that [Serve] was called for; open is that of package rooted, which this one cannot know, being used
// in its tests. args are those of the process that sshd started.
func Open[O, T any](args []string, open func(ctx context.Context, dir string, options O) (T, error)) (tree T, err error) {
	var options O
	from := json.NewDecoder(bytes.NewReader([]byte(args[1])))
	from.DisallowUnknownFields()
	if err := from.Decode(&options); err != nil {
		return tree, err
	}
	return open(context.Background(), args[0], options)
}
