package rooted

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"sync"
	"sync/atomic"
	"syscall"

	"golang.org/x/sys/unix"
)

// File is an open regular file. Its methods may be called by several goroutines.
type File struct {
	tree *Tree
	file *os.File
	path string // the client's
	name string
	id   identity

	read, write, atEnd bool
	whole              bool // made or emptied by this handle, so that what it wrote is all there is
	made               bool

	mu     sync.Mutex
	failed error // the first write that the quota, the largest size or the disk did not allow
	closed bool

	bytesRead, bytesWritten atomic.Int64
}

// OpenFile opens a regular file with the flags of package os: O_RDONLY, O_WRONLY or O_RDWR with O_CREATE, O_EXCL, O_TRUNC
// and O_APPEND. Others are ignored. In [Append] mode only a file that does not exist can be opened for writing. In [Write]
// mode and with NoRead, O_RDWR is accepted from clients that always ask for it, and reading fails.
func (t *Tree) OpenFile(p string, flag int, perm fs.FileMode) (*File, error) {
	name, err := t.name("open", p)
	if err != nil {
		return nil, err
	}
	access := flag & (os.O_RDONLY | os.O_WRONLY | os.O_RDWR)
	f := &File{
		tree: t, path: p, name: name,
		read:  access != os.O_WRONLY && t.options.reads(),
		write: access != os.O_RDONLY,
		atEnd: flag&os.O_APPEND != 0,
	}
	switch {
	case !f.write && !f.read:
		return nil, denied("open", p, "files can be stored here but not read")
	case !f.write:
		if f.file, f.id, err = t.openRegular(name, os.O_RDONLY, 0); err != nil {
			return nil, failure("open", p, err)
		}
		t.mu.Lock()
		defer t.mu.Unlock()
		t.hold(f.id, false, 1)
		return f, nil
	case t.options.Mode == Read:
		return nil, denied("open", p, "this folder is read-only")
	}
	if !t.options.reads() {
		access = os.O_WRONLY
	}
	if err := f.openToWrite(access, flag, perm); err != nil {
		return nil, failure("open", p, err)
	}
	return f, nil
}

// openToWrite finds out whether it makes the file or opens one that is there, which rights and quota depend on.
func (f *File) openToWrite(access, flag int, perm fs.FileMode) (err error) {
	t := f.tree
	exclusive := flag&os.O_EXCL != 0 || t.options.Mode == Append
	if flag&os.O_CREATE == 0 && t.options.Mode == Append {
		return denied("open", f.path, "only new files can be written here")
	}
	const tries = 8 // each loses to another one who makes or removes the file in the same instant
	for range tries {
		if !exclusive || flag&os.O_CREATE == 0 {
			f.file, f.id, err = t.openRegular(f.name, access, 0)
			if err == nil {
				return f.opened(flag)
			}
			if flag&os.O_CREATE == 0 || !errors.Is(err, fs.ErrNotExist) {
				return err
			}
		}
		perm := t.options.bits(perm) &^ t.options.Umask
		f.file, f.id, err = t.openRegular(f.name, access|os.O_CREATE|os.O_EXCL, perm)
		if err == nil {
			f.made = true
			return f.opened(flag)
		}
		if !errors.Is(err, fs.ErrExist) {
			return err
		}
		if exclusive {
			break
		}
	}
	if t.options.Mode == Append {
		return denied("open", f.path, "the file exists already and nothing can be overwritten here")
	}
	return fs.ErrExist
}

// opened books a file that is open for writing, and empties it if asked.
func (f *File) opened(flag int) error {
	t := f.tree
	t.mu.Lock()
	t.hold(f.id, true, 1)
	t.mine.add(f.id, f.made)
	t.mu.Unlock()
	f.whole = f.made
	if f.made {
		return nil
	}
	err := disarm(f.file)
	if err == nil && flag&os.O_TRUNC != 0 {
		f.whole = true
		err = t.resize(f.file, 0, func() error { return f.file.Truncate(0) })
	}
	if err != nil {
		return errors.Join(err, f.Close())
	}
	return nil
}

// disarm takes set-user-ID and set-group-ID off a file that is going to be written to. The kernel does so at the first
// write, but not if root writes.
func disarm(f *os.File) error {
	n, err := lookFile(f)
	if err != nil || n.mode&(unix.S_ISUID|unix.S_ISGID) == 0 {
		return err
	}
	err = unix.Fchmod(int(f.Fd()), n.mode&0o777)
	if errors.Is(err, unix.EPERM) { // not the owner, and so not root
		return nil
	}
	return err
}

// openRegular opens a regular file, and nothing else: opening a device may already do something, opening a pipe may wait.
func (t *Tree) openRegular(name string, flag int, perm fs.FileMode) (*os.File, identity, error) {
	if flag&os.O_EXCL == 0 {
		info, err := t.root.Stat(name)
		if err != nil {
			return nil, identity{}, err
		}
		if err := regular(info.Mode()); err != nil {
			return nil, identity{}, err
		}
	}
	// What was looked at may have been swapped: hence O_NONBLOCK, and a second look at what was opened.
	f, err := t.root.OpenFile(name, flag|unix.O_NONBLOCK|unix.O_NOCTTY, perm)
	if err != nil {
		return nil, identity{}, err
	}
	n, err := lookFile(f)
	if err == nil && !n.regular() {
		err = fs.ErrPermission
	}
	if err != nil {
		f.Close()
		return nil, identity{}, err
	}
	return f, n.identity, nil
}

func regular(mode fs.FileMode) error {
	switch {
	case mode.IsRegular():
		return nil
	case mode.IsDir():
		return syscall.EISDIR
	}
	return &Error{Op: "open", Reason: "neither a file nor a folder", Err: fs.ErrPermission}
}

// ReadAt is as [os.File.ReadAt].
func (f *File) ReadAt(b []byte, offset int64) (int, error) {
	if !f.read {
		return 0, denied("read", f.path, "not opened for reading")
	}
	if offset < 0 {
		return 0, invalid("read", f.path, "an offset beyond all files")
	}
	n, err := f.file.ReadAt(b, offset)
	f.bytesRead.Add(int64(n))
	if err == io.EOF {
		return n, err
	}
	return n, failure("read", f.path, err)
}

// WriteAt writes at an offset, or at the end of a file that was opened with O_APPEND. After a write beyond the quota or
// the largest size, the file cannot be written to any more, and [File.Close] removes it, unless it was there before and was
// not emptied by this handle.
func (f *File) WriteAt(b []byte, offset int64) (int, error) {
	if !f.write {
		return 0, denied("write", f.path, "not opened for writing")
	}
	if offset < 0 || offset > math.MaxInt64-int64(len(b)) {
		return 0, invalid("write", f.path, "an offset beyond all files")
	}
	if f.atEnd {
		f.mu.Lock()
		defer f.mu.Unlock()
		if f.failed != nil {
			return 0, f.failed
		}
		n, err := lookFile(f.file)
		if err != nil {
			return 0, failure("write", f.path, err)
		}
		offset = n.size
	} else if err := f.failure(); err != nil {
		return 0, err
	}
	if len(b) == 0 {
		return 0, nil
	}
	n := 0
	err := f.tree.resize(f.file, offset+int64(len(b)), func() (err error) {
		n, err = f.file.WriteAt(b, offset)
		return err
	})
	f.bytesWritten.Add(int64(n))
	if err != nil {
		err = failure("write", f.path, err)
		if !f.atEnd {
			f.mu.Lock()
			defer f.mu.Unlock()
		}
		if f.failed == nil && outOfSpace(err) {
			f.failed = err
		}
	}
	return n, err
}

func (f *File) failure() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.failed
}

func outOfSpace(err error) bool {
	return errors.Is(err, ErrQuota) || errors.Is(err, ErrTooLarge) || errors.Is(err, syscall.ENOSPC) ||
		errors.Is(err, syscall.EDQUOT) || errors.Is(err, syscall.EFBIG)
}

// Stat describes the file that was opened, wherever its name went.
func (f *File) Stat() (fs.FileInfo, error) {
	info, err := f.file.Stat()
	return info, failure("stat", f.path, err)
}

// Sync makes what was written durable.
func (f *File) Sync() error { return failure("fsync", f.path, f.file.Sync()) }

// Bytes are those read and written through this handle.
func (f *File) Bytes() (read, written int64) { return f.bytesRead.Load(), f.bytesWritten.Load() }

// Path is the client's, as the file was opened.
func (f *File) Path() string { return f.path }

// Close closes the file. If a write had failed for lack of space and the file is this handle's work, Close removes it and
// returns that error once more: clients that write ahead may have missed it.
func (f *File) Close() error { return f.finish(false) }

// Abandon closes the file after the connection was lost. In [Append] mode an unfinished file is removed.
func (f *File) Abandon() error { return f.finish(true) }

func (f *File) finish(lost bool) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.closed {
		return &Error{Op: "close", Path: f.path, Err: os.ErrClosed}
	}
	f.closed = true
	err := f.failed
	if f.write && f.whole && (f.failed != nil || lost && f.tree.options.Mode == Append) {
		if e := f.tree.unmake(f.name, f.id); e != nil {
			err = errors.Join(err, fmt.Errorf("the unfinished file stays: %w", failure("remove", f.path, e)))
		}
	}
	f.tree.release(f.file, f.id, f.write)
	return errors.Join(err, failure("close", f.path, f.file.Close()))
}

// release books that a handle is about to be closed.
func (t *Tree) release(file *os.File, id identity, write bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.hold(id, write, -1) != (handles{}) {
		return
	}
	if n, err := lookFile(file); err == nil && n.links == 0 && t.options.Quota > 0 {
		t.used -= n.size
	}
}

// unmake removes a file that this session was writing, if it is still the one of that name.
func (t *Tree) unmake(name string, id identity) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.leaf(name, func(dir int, base string) error { return t.unlink(dir, base, id) })
}

// unlink removes a name if it is that of the file meant. t.mu is held.
func (t *Tree) unlink(dir int, base string, id identity) error {
	n, err := look(dir, base)
	if errors.Is(err, fs.ErrNotExist) || err == nil && n.identity != id {
		return nil // renamed or removed: no longer ours to judge
	}
	if err == nil {
		err = unix.Unlinkat(dir, base, 0)
	}
	if err == nil {
		t.gone(n)
	}
	return err
}
