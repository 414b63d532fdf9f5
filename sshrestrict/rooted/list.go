package rooted

import (
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"
	"sync"

	"golang.org/x/sys/unix"
)

// Dir is an open folder. It holds a few kilobytes, however many entries the folder has.
type Dir struct {
	file *os.File
	path string

	mu     sync.Mutex
	closed bool
}

// OpenDir opens a folder to list it.
func (t *Tree) OpenDir(p string) (*Dir, error) {
	name, err := t.name("opendir", p)
	if err != nil {
		return nil, err
	}
	f, err := t.root.OpenFile(name, unix.O_DIRECTORY, 0)
	if err != nil {
		return nil, failure("opendir", p, err)
	}
	return &Dir{file: f, path: p}, nil
}

// Next returns up to n further entries in no order, links as links, and io.EOF after the last.
func (d *Dir) Next(n int) ([]fs.FileInfo, error) {
	some, err := d.file.Readdir(n)
	if err == io.EOF || len(some) > 0 {
		return some, err
	}
	return nil, failure("readdir", d.path, err)
}

// Stat describes the folder that was opened.
func (d *Dir) Stat() (fs.FileInfo, error) {
	info, err := d.file.Stat()
	return info, failure("stat", d.path, err)
}

// Path is the client's, as the folder was opened.
func (d *Dir) Path() string { return d.path }

// Close closes the folder.
func (d *Dir) Close() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closed {
		return &Error{Op: "close", Path: d.path, Err: os.ErrClosed}
	}
	d.closed = true
	return d.file.Close()
}

// ApplyDir changes a folder that was opened, as [Tree.Apply].
func (t *Tree) ApplyDir(d *Dir, c Change) error {
	if c.Size != nil {
		return invalid("setstat", d.path, "a folder has no size to change")
	}
	return failure("setstat", d.path, t.apply(d.file, d.path, c, true))
}

// List returns the entries of a folder by name, or the one entry of a file, links as links. A folder of more than limit
// entries is [ErrTooLarge], together with the first limit entries found.
func (t *Tree) List(p string, limit int) ([]fs.FileInfo, error) {
	info, err := t.Stat(p)
	if err != nil {
		return nil, err
	}
	if !info.IsDir() {
		return []fs.FileInfo{info}, nil
	}
	d, err := t.OpenDir(p)
	if err != nil {
		return nil, err
	}
	defer d.Close()
	var all []fs.FileInfo
	for len(all) <= limit {
		some, err := d.Next(min(256, limit+1-len(all)))
		all = append(all, some...)
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, err
		}
	}
	var more error
	if len(all) > limit {
		all = all[:limit]
		more = &Error{Op: "list", Path: p, Reason: "the folder has more entries than can be shown", Err: ErrTooLarge}
	}
	slices.SortFunc(all, func(a, b fs.FileInfo) int { return strings.Compare(a.Name(), b.Name()) })
	return all, more
}
