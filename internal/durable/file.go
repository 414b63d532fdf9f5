package durable

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// File is the replacement of a file in the making. It is an [io.Writer]; what is written becomes visible under the
// target's name with [File.Commit] and not before. A File belongs to one goroutine at a time.
type File struct {
	sys    system
	target string   // as the caller wrote it, for error messages
	root   *os.Root // the folder of the target, pinned; nil when writing through
	base   string   // the target's name inside root
	temp   string   // the temporary file's name inside root
	name   string   // what Name returns
	file   *os.File
	err    error // the first failed Write; Commit refuses after it
	closed bool
}

// system holds the calls whose failure the tests need to see; [realSystem] is the only other implementation.
type system struct {
	sync    func(*os.File) error
	rename  func(root *os.Root, from, to string) error
	syncDir func(*os.Root) error
}

func realSystem() system {
	return system{
		sync:    (*os.File).Sync,
		rename:  (*os.Root).Rename,
		syncDir: syncDir,
	}
}

// Create starts the replacement of the file at path and returns it open for writing. The folder must exist.
//
// A symbolic link is followed, also one that points to nothing yet: the file it points to is replaced and the link stays.
// A new file gets perm less the umask. A file that exists keeps its own permission bits and, as far as the process may
// set them, its owner and group; but a perm without any bit for group and others marks a secret and always holds.
// A file that the process may not write to is not replaced either, although its folder would allow it.
//
// A FIFO or a character device (/dev/full, a terminal), and an open stream named /dev/stdout, /dev/fd/N or
// /proc/self/fd/N, is written through directly: nothing can be replaced there, and Commit and Discard only close it.
// A folder, a socket and a block device are refused.
//
// Errors carry the path and match [fs.ErrNotExist], [fs.ErrPermission] and the like.
func Create(path string, perm fs.FileMode) (*File, error) {
	return create(realSystem(), path, perm)
}

func create(sys system, path string, perm fs.FileMode) (*File, error) {
	place, err := locate(path)
	if err != nil {
		return nil, fmt.Errorf("write %s: %w", path, err)
	}
	if place.through != nil {
		return &File{sys: sys, target: path, name: path, file: place.through}, nil
	}
	f := &File{sys: sys, target: path, base: filepath.Base(place.path)}
	if f.root, err = os.OpenRoot(filepath.Dir(place.path)); err != nil {
		return nil, fmt.Errorf("write %s: %w", path, err)
	}
	sweep(f.root, f.base)
	if err := f.open(perm, place.old); err != nil {
		f.root.Close()
		return nil, fmt.Errorf("write %s: %w", path, err)
	}
	f.name = filepath.Join(filepath.Dir(place.path), f.temp)
	return f, nil
}

// open makes and locks the temporary file, and gives it the mode and owner of old if that is not nil.
func (f *File) open(perm fs.FileMode, old fs.FileInfo) error {
	const tries = 16 // each loses only to a sweep in the same instant
	for range tries {
		f.temp = tempName(f.base, rand.Text())
		file, err := f.root.OpenFile(f.temp, os.O_RDWR|os.O_CREATE|os.O_EXCL, perm.Perm())
		if err != nil {
			return err
		}
		// Before it was locked, the file looked like a leftover to everybody else: see whether it is still there.
		// A file system that knows no locks is no obstacle: then nothing is swept there either.
		if !errors.Is(lock(file), unix.EWOULDBLOCK) && isAt(f.root, f.temp, file) {
			f.file = file
			if err := likeOld(file, perm, old); err != nil {
				return errors.Join(err, f.root.Remove(f.temp), file.Close())
			}
			return nil
		}
		file.Close()
	}
	return errors.New("temporary file was taken away again and again")
}

// likeOld gives file the permissions and the owner of the file that it is going to replace.
func likeOld(file *os.File, perm fs.FileMode, old fs.FileInfo) error {
	if old == nil {
		return nil
	}
	if uid, gid, ok := owner(old); ok {
		// An ordinary user may not give files away; the file is then simply theirs, as any file they write.
		// Owner comes before mode: the kernel clears mode bits on a change of owner.
		if err := file.Chown(uid, gid); err != nil && !errors.Is(err, fs.ErrPermission) {
			return err
		}
	}
	mode := old.Mode().Perm()
	if perm.Perm()&0o077 == 0 {
		mode = perm.Perm()
	}
	return file.Chmod(mode)
}

// Name is the path of the temporary file, for a child process that writes its output by name. The name ends in ".part",
// so a program that guesses a format from the name must be told the format. The child must have ended before Commit. A
// child that replaces the file rather than writing to it loses our lock, so that another Create for the same target may
// sweep its work; Commit then fails. When writing through, Name is the path given to [Create].
func (f *File) Name() string { return f.name }

// Write appends to the temporary file. After an error, [File.Commit] returns that error and keeps the old file.
func (f *File) Write(p []byte) (int, error) {
	n, err := f.file.Write(p)
	if err != nil && f.err == nil {
		f.err = err
	}
	if err != nil {
		return n, fmt.Errorf("write %s: %w", f.target, err)
	}
	return n, nil
}

// Commit makes what was written durable under the target's name; see the package comment for the steps. A child that
// wrote by name may have truncated, reopened or even replaced the temporary file, provided that a regular file of the
// same owner is there now. On error the old file is as it was, unless the message says otherwise, and the temporary file
// is gone. Calling it after Commit or Discard is an error.
func (f *File) Commit() error {
	if f.closed {
		return fmt.Errorf("write %s: %w", f.target, fs.ErrClosed)
	}
	if f.err != nil {
		return errors.Join(fmt.Errorf("write %s: %w", f.target, f.err), f.Discard())
	}
	if f.root == nil {
		return f.finishThrough()
	}
	if err := f.replace(); err != nil {
		return errors.Join(fmt.Errorf("write %s: %w", f.target, err), f.Discard())
	}
	f.closed = true
	if err := f.sys.syncDir(f.root); err != nil {
		err = fmt.Errorf("%s is written, but may be lost with the power: sync its folder: %w", f.target, err)
		return errors.Join(err, f.file.Close(), f.root.Close())
	}
	if err := errors.Join(f.file.Close(), f.root.Close()); err != nil {
		return fmt.Errorf("write %s: %w", f.target, err)
	}
	return nil
}

// replace does the steps of Commit up to the rename.
func (f *File) replace() error {
	if !isAt(f.root, f.temp, f.file) {
		if err := f.adopt(); err != nil {
			return err
		}
	}
	if err := f.sys.sync(f.file); err != nil {
		return err
	}
	return f.sys.rename(f.root, f.temp, f.base)
}

// adopt takes the file that a child put in the place of the temporary one: the same lock, mode and owner, and from now
// on the file that Commit syncs.
func (f *File) adopt() error {
	made, err := f.file.Stat()
	if err != nil {
		return err
	}
	// O_NONBLOCK: should it be a FIFO, the open must not hang. O_NOFOLLOW: a link is not a file of ours.
	file, err := f.root.OpenFile(f.temp, os.O_RDONLY|unix.O_NOFOLLOW|unix.O_NONBLOCK, 0)
	if err != nil {
		return fmt.Errorf("temporary file was taken away: %w", err)
	}
	info, err := file.Stat()
	if err == nil {
		err = sameKind(info)
	}
	if err == nil && errors.Is(lock(file), unix.EWOULDBLOCK) {
		err = errors.New("in use by another process")
	}
	if err == nil {
		err = likeOld(file, made.Mode(), made)
	}
	if err != nil {
		return errors.Join(fmt.Errorf("temporary file was replaced: %w", err), file.Close())
	}
	old := f.file
	f.file = file
	return old.Close()
}

// sameKind says why a file that appeared in place of ours cannot be taken for ours.
func sameKind(info fs.FileInfo) error {
	if !info.Mode().IsRegular() {
		return fmt.Errorf("not a regular file but %s", kind(info.Mode()))
	}
	if uid, _, ok := owner(info); ok && uid != os.Geteuid() {
		return fmt.Errorf("by user id %d", uid)
	}
	return nil
}

// finishThrough ends writing to a device, a FIFO or a stream.
func (f *File) finishThrough() error {
	f.closed = true
	err := f.sys.sync(f.file)
	if errors.Is(err, unix.EINVAL) || errors.Is(err, unix.ENOTSUP) {
		err = nil // pipes and terminals have nothing to sync
	}
	if err := errors.Join(err, f.file.Close()); err != nil {
		return fmt.Errorf("write %s: %w", f.target, err)
	}
	return nil
}

// Discard gives up and removes the temporary file; the target stays as it was. After [File.Commit], whether that
// succeeded or failed, it does nothing and returns nil, so it can be deferred right after [Create].
func (f *File) Discard() error {
	if f.closed {
		return nil
	}
	f.closed = true
	if f.root == nil {
		return f.file.Close()
	}
	err := f.root.Remove(f.temp)
	if errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	if err := errors.Join(err, f.file.Close(), f.root.Close()); err != nil {
		return fmt.Errorf("discard the unfinished %s: %w", f.target, err)
	}
	return nil
}

// WriteFile replaces the content of the file at path by data, durably. It is [Create], one write and [File.Commit];
// their rules for links, modes and special files hold.
func WriteFile(path string, data []byte, perm fs.FileMode) error {
	f, err := Create(path, perm)
	if err != nil {
		return err
	}
	defer f.Discard()
	if _, err := f.Write(data); err != nil {
		return err
	}
	return f.Commit()
}
