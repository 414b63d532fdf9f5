package rooted

import (
	"context"
	"crypto/rand"
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"strings"

	"golang.org/x/sys/unix"
)

// Upload is a file in the making under a temporary name, ".NAME.RANDOM.part" in the folder of its target. What was written
// becomes visible under the target's name with [Upload.Commit], in one step, and never before it is whole.
type Upload struct {
	*File
	target string // name
	size   int64
	done   bool
}

// Create starts a new file at p, or one that replaces the file there. A replaced file's permissions, and its owner where
// the process may set them, are kept. A symbolic link is written through, if it stays inside. In [Append] mode nothing may
// be there.
func (t *Tree) Create(p string, perm fs.FileMode) (*Upload, error) {
	name, err := t.changing("create", p)
	if err != nil {
		return nil, err
	}
	name, err = t.throughLinks(name)
	if err != nil {
		return nil, failure("create", p, err)
	}
	var old *node
	err = t.leaf(name, func(dir int, base string) error {
		n, err := look(dir, base)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return nil
		case err != nil:
			return err
		case t.options.Mode == Append:
			return denied("create", p, "the file exists already and nothing can be overwritten here")
		case n.folder():
			return unix.EISDIR
		case !n.regular():
			return denied("create", p, "neither a file nor a folder")
		}
		old = &n
		// A rename would get around the write protection of the file itself.
		return unix.Faccessat(dir, base, unix.W_OK, unix.AT_EACCESS)
	})
	if err != nil {
		return nil, failure("create", p, err)
	}
	dir, base := path.Split(name)
	temp := dir + "." + base[:min(len(base), 200)] + "." + rand.Text()[:12] + ".part"
	f, id, err := t.openRegular(temp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, t.options.bits(perm)&^t.options.Umask)
	if err != nil {
		return nil, failure("create", p, err)
	}
	t.mu.Lock()
	t.open[id]++
	t.mine.add(id, true)
	t.mu.Unlock()
	u := &Upload{File: &File{tree: t, file: f, path: p, name: temp, id: id, write: true, made: true, whole: true}, target: name}
	if old != nil {
		if err := u.like(*old); err != nil {
			return nil, errors.Join(failure("create", p, err), u.Discard())
		}
	}
	return u, nil
}

// throughLinks follows a link at the end of a name, so that what it points to is replaced and not the link.
func (t *Tree) throughLinks(name string) (string, error) {
	const maxLinks = 8
	for range maxLinks {
		target, err := t.root.Readlink(name)
		if err != nil {
			return name, nil //nolint:nilerr // not a link, or nothing there
		}
		if path.IsAbs(target) {
			return "", fs.ErrPermission
		}
		// Not path.Join: ".." must be taken from where the folder really is. os.Root does that, and confines it.
		name = path.Dir(name) + "/" + strings.TrimSuffix(target, "/")
	}
	return "", unix.ELOOP
}

func (u *Upload) like(old node) error {
	if err := u.file.Chown(int(old.uid), int(old.gid)); err != nil && !errors.Is(err, fs.ErrPermission) {
		return err
	}
	return u.file.Chmod(fs.FileMode(old.mode).Perm())
}

// Write appends to the file.
func (u *Upload) Write(b []byte) (int, error) {
	n, err := u.WriteAt(b, u.size)
	u.size += int64(n)
	return n, err
}

// Commit gives the file its name. With durable, it is on the disk before, and its name after.
func (u *Upload) Commit(durable bool) error {
	if u.done {
		return &Error{Op: "create", Path: u.path, Err: os.ErrClosed}
	}
	err := u.failure()
	if err == nil && durable {
		err = u.Sync()
	}
	if err == nil {
		err = failure("create", u.path, u.rename(durable))
	}
	if err != nil {
		return errors.Join(err, u.Discard())
	}
	u.done = true
	return u.File.Close()
}

func (u *Upload) rename(durable bool) error {
	t := u.tree
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.pair(u.name, u.target, func(fromDir int, from string, toDir int, to string) error {
		n, err := look(fromDir, from)
		if err != nil {
			return err
		}
		if n.identity != u.id {
			return denied("create", u.path, "its temporary file was replaced")
		}
		old, err := look(toDir, to)
		exists := err == nil
		switch {
		case t.options.Mode == Append:
			err = renameNew(fromDir, from, toDir, to, n)
		case exists && !old.regular():
			err = denied("create", u.path, "neither a file nor a folder")
		default:
			err = unix.Renameat(fromDir, from, toDir, to)
		}
		if err != nil {
			return err
		}
		u.name = u.target
		if exists {
			t.gone(old)
		}
		if durable {
			return t.syncDir(path.Dir(u.target))
		}
		return nil
	})
}

func (t *Tree) syncDir(name string) error {
	f, err := t.root.OpenFile(name, unix.O_DIRECTORY, 0)
	if errors.Is(err, fs.ErrPermission) {
		return nil // a folder that may be written but not read cannot be synced
	}
	if err != nil {
		return err
	}
	defer f.Close()
	return f.Sync()
}

// Discard removes the unfinished file. After [Upload.Commit] it does nothing, so it can be deferred.
func (u *Upload) Discard() error {
	if u.done {
		return nil
	}
	u.done = true
	var err error
	if u.name != u.target {
		err = failure("remove", u.path, u.tree.unmake(u.name, u.id))
	}
	u.mu.Lock()
	u.failed = nil // it was reported by the write
	u.mu.Unlock()
	return errors.Join(err, u.File.Close())
}

// Put stores what r gives as one file, durably: after an error, or a loss of power, there is what was there before. It
// returns the number of bytes. It ends with ctx if r does.
func (t *Tree) Put(ctx context.Context, p string, r io.Reader) (int64, error) {
	u, err := t.Create(p, 0o666)
	if err != nil {
		return 0, err
	}
	defer u.Discard()
	n, err := io.CopyBuffer(struct{ io.Writer }{u}, &reader{ctx, r}, make([]byte, 1<<17))
	if err != nil {
		return n, failure("put", p, err)
	}
	return n, u.Commit(true)
}

// Get writes the content of a file to w and returns the number of bytes.
func (t *Tree) Get(ctx context.Context, p string, w io.Writer) (int64, error) {
	f, err := t.OpenFile(p, os.O_RDONLY, 0)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	n, err := io.CopyBuffer(struct{ io.Writer }{w}, &reader{ctx, io.NewSectionReader(f, 0, 1<<63-1)}, make([]byte, 1<<17))
	return n, failure("get", p, err)
}

// reader ends with a context.
type reader struct {
	ctx context.Context
	r   io.Reader
}

func (r *reader) Read(b []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.r.Read(b)
}
