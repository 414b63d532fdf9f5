package rooted

import (
	"context"
	"fmt"
	"os"
	"path"
	"strings"
	"sync"

	"golang.org/x/sys/unix"
)

// Tree is a folder opened with the rights of a mode. Its methods take the client's paths and may be called by several
// goroutines.
type Tree struct {
	root    *os.Root
	dir     string // absolute and clean
	options Options

	mu   sync.Mutex // guards what follows
	used int64      // bytes in files, if there is a quota
	open map[identity]handles
	mine ledger
}

// handles counts those of one file that are open. Those that only read matter to the quota alone.
type handles struct{ writers, readers int }

// hold books that so many handles of a file were opened, or with a number below zero closed, and returns how many there are
// now. t.mu is held.
func (t *Tree) hold(id identity, write bool, n int) handles {
	now := t.open[id]
	if write {
		now.writers += n
	} else {
		now.readers += n
	}
	if t.open[id] = now; now == (handles{}) {
		delete(t.open, id)
	}
	return now
}

// Open opens the folder dir, an absolute and clean path. With a quota, it counts all files below, which ends early with
// ctx, and fails if the tree has more than a million entries: a quota that cannot be known is not held.
func Open(ctx context.Context, dir string, o Options) (*Tree, error) {
	if !path.IsAbs(dir) || path.Clean(dir) != dir {
		return nil, fmt.Errorf("open the root %q: expected an absolute path in its shortest form", dir)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	t := &Tree{root: root, dir: dir, options: o, open: map[identity]handles{}}
	if o.Quota > 0 {
		if t.used, err = t.count(ctx); err != nil {
			root.Close()
			return nil, fmt.Errorf("count the files of %s for the quota: %w", dir, err)
		}
	}
	return t, nil
}

// Close gives up the folder. Files that are open stay open.
func (t *Tree) Close() error { return t.root.Close() }

// Mode is the mode the tree was opened with.
func (t *Tree) Mode() Mode { return t.options.Mode }

// parent opens the folder that holds name without a right to read it, and returns the last element. Operations relative
// to the descriptor stay in that very folder, wherever it is moved meanwhile.
func (t *Tree) parent(name string) (*os.File, string, error) {
	dir, base := path.Split(name)
	switch base {
	case "", ".", "..": // would not be confined by os.Root
		return nil, "", unix.EISDIR
	}
	// Not path.Clean: a target of a link may hold "..", which os.Root takes from where the folder really is.
	if dir = strings.TrimRight(dir, "/"); dir == "" {
		dir = "."
	}
	f, err := t.root.OpenFile(dir, unix.O_PATH|unix.O_DIRECTORY, 0)
	return f, base, err
}

// pair opens the parents of two names and calls f with them.
func (t *Tree) pair(from, to string, f func(fromDir int, from string, toDir int, to string) error) error {
	a, fromBase, err := t.parent(from)
	if err != nil {
		return err
	}
	defer a.Close()
	b, toBase, err := t.parent(to)
	if err != nil {
		return err
	}
	defer b.Close()
	return f(int(a.Fd()), fromBase, int(b.Fd()), toBase)
}

// leaf opens the parent of a name and calls f with it.
func (t *Tree) leaf(name string, f func(dir int, base string) error) error {
	dir, base, err := t.parent(name)
	if err != nil {
		return err
	}
	defer dir.Close()
	return f(int(dir.Fd()), base)
}
