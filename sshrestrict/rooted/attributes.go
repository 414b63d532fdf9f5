package rooted

import (
	"errors"
	"io/fs"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// Change is what a client wants changed of a file or folder; nil means as it is.
type Change struct {
	Size  *int64       // bytes
	Mode  *fs.FileMode // permissions; other bits are dropped, but a folder keeps its setgid and sticky bits
	Times *Times
	Owner *Owner // accepted only if it changes nothing
}

// Times are those of the last access and the last change of the content.
type Times struct{ Access, Modified time.Time }

// Owner is a numeric user and group.
type Owner struct{ User, Group uint32 }

func (c Change) empty() bool { return c == Change{} }

// Apply changes the file that was opened.
func (f *File) Apply(c Change) error {
	if c.Size != nil && !f.write {
		return denied("setstat", f.path, "not opened for writing")
	}
	return failure("setstat", f.path, f.tree.apply(f.file, f.path, c, f.write))
}

// Apply changes the file or folder that a path leads to. The size can be changed in Write and ReadWrite only.
func (t *Tree) Apply(p string, c Change) error {
	if c.Size != nil {
		f, err := t.OpenFile(p, os.O_WRONLY, 0)
		if err != nil {
			return err
		}
		return errors.Join(f.Apply(c), f.Close())
	}
	name, err := t.name("setstat", p)
	if err != nil {
		return err
	}
	if t.options.Mode == Read {
		return denied("setstat", p, "this folder is read-only")
	}
	f, err := t.openAny(name)
	if errors.Is(err, unix.EACCES) && t.options.Mode == ReadWrite { // of the kernel, not ours
		return failure("setstat", p, t.applyByName(name, c))
	}
	if err != nil {
		return failure("setstat", p, err)
	}
	defer f.Close()
	return failure("setstat", p, t.apply(f, p, c, true))
}

// openAny opens a file or folder, to hold it while it is changed.
func (t *Tree) openAny(name string) (*os.File, error) {
	info, err := t.root.Stat(name)
	if err != nil {
		return nil, err
	}
	if info.IsDir() {
		return t.root.OpenFile(name, unix.O_DIRECTORY, 0)
	}
	f, _, err := t.openRegular(name, os.O_RDONLY, 0)
	if errors.Is(err, fs.ErrPermission) {
		f, _, err = t.openRegular(name, os.O_WRONLY, 0)
	}
	return f, err
}

func (t *Tree) apply(f *os.File, p string, c Change, write bool) error {
	n, err := lookFile(f)
	if err != nil {
		return err
	}
	if err := t.mayChange(p, n, c); err != nil || c.empty() {
		return err
	}
	if c.Size != nil {
		if !write || *c.Size < 0 {
			return invalid("setstat", p, "a negative size")
		}
		if err := t.resize(f, *c.Size, func() error { return f.Truncate(*c.Size) }); err != nil {
			return err
		}
	}
	if c.Mode != nil {
		mode := uint32(t.options.bits(*c.Mode))
		if n.folder() {
			mode |= n.mode & (unix.S_ISGID | unix.S_ISVTX)
		}
		if err := unix.Fchmod(int(f.Fd()), mode); err != nil {
			return err
		}
	}
	if c.Times != nil {
		return setTimes(int(f.Fd()), "", *c.Times, unix.AT_EMPTY_PATH)
	}
	return nil
}

// setTimes needs Linux 5.8 for AT_EMPTY_PATH.
func setTimes(dir int, base string, times Times, flags int) error {
	var ts [2]unix.Timespec
	for i, moment := range []time.Time{times.Access, times.Modified} {
		var err error
		if ts[i], err = unix.TimeToTimespec(moment); err != nil {
			return err
		}
	}
	return unix.UtimesNanoAt(dir, base, ts[:], flags)
}

// mayChange holds the mode's rights against a file.
func (t *Tree) mayChange(p string, n node, c Change) error {
	if c.Owner != nil && (c.Owner.User != n.uid || c.Owner.Group != n.gid) {
		return denied("setstat", p, "owners cannot be changed")
	}
	t.mu.Lock()
	_, mine := t.mine.made[n.identity]
	t.mu.Unlock()
	switch {
	case t.options.Mode == Read:
		return denied("setstat", p, "this folder is read-only")
	case t.options.Mode != ReadWrite && !mine:
		return denied("setstat", p, "only what this session made can be changed here")
	}
	return nil
}

// applyByName is for files that their owner may neither read nor write. os.Root takes care of links.
func (t *Tree) applyByName(name string, c Change) error {
	if c.Owner != nil {
		return fs.ErrPermission
	}
	if c.Mode != nil {
		if err := t.root.Chmod(name, t.options.bits(*c.Mode)); err != nil {
			return err
		}
	}
	if c.Times != nil {
		return t.root.Chtimes(name, c.Times.Access, c.Times.Modified)
	}
	return nil
}

// ApplyLink is [Tree.Apply] for a symbolic link itself, of which only the times can be changed; anything else is changed
// as Apply does.
func (t *Tree) ApplyLink(p string, c Change) error {
	info, err := t.Lstat(p)
	if err != nil {
		return err
	}
	if info.Mode()&fs.ModeSymlink == 0 {
		return t.Apply(p, c)
	}
	name, err := t.linking("setstat", p)
	if err != nil {
		return err
	}
	if c.Times == nil || c.Mode != nil || c.Size != nil || c.Owner != nil {
		return invalid("setstat", p, "only the times of a symbolic link can be changed")
	}
	err = t.leaf(name, func(dir int, base string) error { return setTimes(dir, base, *c.Times, unix.AT_SYMLINK_NOFOLLOW) })
	return failure("setstat", p, err)
}
