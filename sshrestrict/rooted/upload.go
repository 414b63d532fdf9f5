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
// becomes visible under the target's name with [Upload.Commit], in one step, and never before it is whole. The folder is
// held open meanwhile, so that the file ends up where it began.
type Upload struct {
	*File
	dir        *os.File
	temp, base string // names in dir
	size       int64
	fresh      bool
	done       bool
}

// New is true if there was no file of that name when the upload began.
func (u *Upload) New() bool { return u.fresh }

// Create starts a new file at p, or one that replaces the file there. A replaced file's permissions, and its owner where
// the process may set them, are kept. A symbolic link is written through, if it stays inside. In [Append] mode nothing may
// be there.
func (t *Tree) Create(p string, perm fs.FileMode) (*Upload, error) {
	name, err := t.changing("create", p)
	if err != nil {
		return nil, err
	}
	if name, err = t.throughLinks(name); err != nil {
		return nil, failure("create", p, err)
	}
	dir, base, err := t.parent(name)
	if err != nil {
		return nil, failure("create", p, err)
	}
	u := &Upload{dir: dir, base: base, temp: "." + base[:min(len(base), 200)] + "." + rand.Text()[:12] + ".part"}
	u.File = &File{tree: t, path: p, name: path.Join(path.Dir(name), u.temp), write: true, made: true}
	if err := u.begin(perm); err != nil {
		return nil, errors.Join(failure("create", p, err), dir.Close())
	}
	return u, nil
}

// begin looks at what is there and makes the temporary file.
func (u *Upload) begin(perm fs.FileMode) error {
	t, dir := u.tree, int(u.dir.Fd())
	old, err := look(dir, u.base)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		u.fresh = true
	case err != nil:
		return err
	case t.options.Mode == Append:
		return denied("create", u.path, "the file exists already and nothing can be overwritten here")
	case old.folder():
		return unix.EISDIR
	case !old.regular():
		return denied("create", u.path, "neither a file nor a folder")
	default:
		// A rename would get around the write protection of the file itself.
		if err := unix.Faccessat(dir, u.base, unix.W_OK, unix.AT_EACCESS); err != nil {
			return err
		}
	}
	if err := u.make(old, perm); err != nil {
		return err
	}
	n, err := lookFile(u.file)
	if err == nil && !u.fresh {
		err = u.like(old)
	}
	if err != nil {
		return errors.Join(err, unix.Unlinkat(dir, u.temp, 0), u.file.Close())
	}
	u.id = n.identity
	t.mu.Lock()
	defer t.mu.Unlock()
	t.hold(u.id, true, 1)
	t.mine.add(u.id, true)
	return nil
}

// make makes the temporary file. What replaces a private file is as private from its first moment: who opened it before
// [Upload.like] could read all that comes.
func (u *Upload) make(old node, perm fs.FileMode) error {
	o := u.tree.options
	mode := o.bits(perm) &^ o.Umask
	if !u.fresh {
		mode &= fs.FileMode(old.mode).Perm()
	}
	flags := unix.O_WRONLY | unix.O_CREAT | unix.O_EXCL | unix.O_NOFOLLOW | unix.O_CLOEXEC
	fd, err := unix.Openat(int(u.dir.Fd()), u.temp, flags, uint32(mode))
	if err != nil {
		return err
	}
	u.file = os.NewFile(uintptr(fd), u.name)
	return nil
}

// throughLinks follows a link at the end of a name, so that what it points to is replaced and not the link.
func (t *Tree) throughLinks(name string) (string, error) {
	const maxLinks = 8
	for range maxLinks {
		target, err := t.root.Readlink(name)
		if err != nil {
			return name, nil // not a link, or nothing there
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
		err = failure("create", u.path, u.rename())
	}
	if err != nil {
		return errors.Join(err, u.Discard())
	}
	u.done = true
	if durable {
		err = failure("fsync", u.path, syncDir(u.dir))
	}
	return errors.Join(err, u.Close(), u.dir.Close())
}

func (u *Upload) rename() error {
	t, dir := u.tree, int(u.dir.Fd())
	t.mu.Lock()
	defer t.mu.Unlock()
	n, err := look(dir, u.temp)
	if err != nil {
		return err
	}
	if n.identity != u.id {
		return denied("create", u.path, "its temporary file was replaced")
	}
	old, err := look(dir, u.base)
	exists := err == nil
	switch {
	case t.options.Mode == Append:
		err = renameNew(dir, u.temp, dir, u.base, n)
	case exists && !old.regular():
		err = denied("create", u.path, "neither a file nor a folder")
	default:
		err = unix.Renameat(dir, u.temp, dir, u.base)
	}
	if err == nil && exists {
		t.gone(old)
	}
	return err
}

// syncDir makes the names in a folder durable. The descriptor at hand cannot be synced, as it was opened without a right to
// read.
func syncDir(dir *os.File) error {
	fd, err := unix.Openat(int(dir.Fd()), ".", unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if errors.Is(err, fs.ErrPermission) {
		return nil // a folder that may be written but not read cannot be synced
	}
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	return unix.Fsync(fd)
}

// Discard removes the unfinished file. After [Upload.Commit] it does nothing, so it can be deferred.
func (u *Upload) Discard() error {
	if u.done {
		return nil
	}
	u.done = true
	u.tree.mu.Lock()
	err := u.tree.unlink(int(u.dir.Fd()), u.temp, u.id)
	u.tree.mu.Unlock()
	u.mu.Lock()
	u.failed = nil // it was reported by the write
	u.mu.Unlock()
	return errors.Join(failure("remove", u.path, err), u.Close(), u.dir.Close())
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
