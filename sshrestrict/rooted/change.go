package rooted

import (
	"context"
	"io/fs"
	"os"
	"path"
	"strings"

	"golang.org/x/sys/unix"
)

// Mkdir makes a folder.
func (t *Tree) Mkdir(p string, perm fs.FileMode) error {
	name, err := t.changing("mkdir", p)
	if err != nil {
		return err
	}
	err = t.leaf(name, func(dir int, base string) error {
		if err := unix.Mkdirat(dir, base, uint32(t.options.bits(perm)&^t.options.Umask)); err != nil {
			return err
		}
		n, err := look(dir, base)
		if err != nil || !n.folder() {
			return err // removed or replaced by somebody: no longer ours
		}
		t.mu.Lock()
		defer t.mu.Unlock()
		t.mine.add(n.identity, true)
		return nil
	})
	return failure("mkdir", p, err)
}

// changing returns the name of something that is to be made, changed or removed: not in Read mode, and not the root.
func (t *Tree) changing(op, p string) (string, error) {
	name, err := t.name(op, p)
	switch {
	case err != nil:
		return "", err
	case t.options.Mode == Read:
		return "", denied(op, p, "this folder is read-only")
	case name == ".":
		return "", denied(op, p, "this is the root")
	}
	return name, nil
}

// Remove removes a file or a symbolic link.
func (t *Tree) Remove(p string) error { return t.remove("remove", p, 0) }

// Rmdir removes an empty folder.
func (t *Tree) Rmdir(p string) error { return t.remove("rmdir", p, unix.AT_REMOVEDIR) }

func (t *Tree) remove(op, p string, flags int) error {
	name, err := t.changing(op, p)
	if err != nil {
		return err
	}
	if !t.options.deletes() {
		return denied(op, p, "nothing can be removed here")
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	err = t.leaf(name, func(dir int, base string) error {
		n, err := look(dir, base)
		if err == nil {
			err = unix.Unlinkat(dir, base, flags)
		}
		if err == nil {
			t.gone(n)
		}
		return err
	})
	return failure(op, p, err)
}

// Rename gives a file or folder another name. With replace, a file of that name is written over, where the mode allows it.
// Without Delete, only a file that this session made and has closed can be renamed, to finish its upload.
func (t *Tree) Rename(from, to string, replace bool) error {
	fromName, err := t.changing("rename", from)
	if err != nil {
		return err
	}
	toName, err := t.changing("rename", to)
	if err != nil {
		return err
	}
	replace = replace && t.options.Mode != Append
	t.mu.Lock()
	defer t.mu.Unlock()
	err = t.pair(fromName, toName, func(fromDir int, fromBase string, toDir int, toBase string) error {
		n, err := look(fromDir, fromBase)
		if err != nil {
			return err
		}
		if !t.options.deletes() {
			if !t.mine.made[n.identity] || !n.regular() || t.open[n.identity].writers > 0 {
				return denied("rename", from, "only a finished upload of this session can be renamed here")
			}
		}
		if err := t.stayInside(fromName, toName, n); err != nil {
			return err
		}
		old, err := look(toDir, toBase)
		exists := err == nil
		if exists && !replace {
			if t.options.Mode == Append {
				return denied("rename", to, "the file exists already and nothing can be overwritten here")
			}
			return &Error{Op: "rename", Path: to, Err: fs.ErrExist}
		}
		if exists && !old.regular() && !t.options.deletes() {
			return denied("rename", to, "something else than a file has that name, and nothing can be removed here")
		}
		if replace {
			err = unix.Renameat(fromDir, fromBase, toDir, toBase)
		} else {
			err = renameNew(fromDir, fromBase, toDir, toBase, n)
		}
		if err == nil && exists && old.identity != n.identity {
			t.gone(old)
		}
		return err
	})
	return failure("rename", from, err)
}

// renameNew renames to a name that does not exist, in one step.
func renameNew(fromDir int, from string, toDir int, to string, n node) error {
	err := unix.Renameat2(fromDir, from, toDir, to, unix.RENAME_NOREPLACE)
	if err != unix.EINVAL && err != unix.ENOSYS || !n.regular() {
		return err
	}
	// The file system does not know the flag. A second name also fails if there is one already.
	if err := unix.Linkat(fromDir, from, toDir, to, 0); err != nil {
		return err
	}
	return unix.Unlinkat(fromDir, from, 0)
}

// stayInside refuses to move a link with "..", or a folder that holds one, to where it would lead out. How deep a place
// is shows in its path only if no element of it is a link; of any other it is known to be below the root.
func (t *Tree) stayInside(from, to string, n node) error {
	if n.kind() != unix.S_IFLNK && !n.folder() {
		return nil
	}
	known, err := t.straight(path.Dir(from))
	if err != nil {
		return err
	}
	there := to
	switch straight, err := t.straight(path.Dir(to)); {
	case err != nil:
		return err
	case !straight:
		there = path.Base(to)
	case known && n.folder() && strings.Count(to, "/") >= strings.Count(from, "/"):
		return nil // no nearer to the root than before
	}
	check := func(name string, n node) error {
		if n.kind() != unix.S_IFLNK {
			return nil
		}
		target, err := t.root.Readlink(name)
		if err != nil || inside(path.Dir(there+strings.TrimPrefix(name, from)), target) {
			return err
		}
		// One that leads out already was not made by a session and does no more harm elsewhere.
		if name != from && (path.IsAbs(target) || known && !inside(path.Dir(name), target)) {
			return nil
		}
		return denied("rename", from, "a symbolic link would lead out of the folder")
	}
	if n.folder() {
		return t.walk(context.Background(), from, check)
	}
	return check(from, n)
}

// straight is true if a folder's path goes through no link.
func (t *Tree) straight(dir string) (bool, error) {
	for ; dir != "."; dir = path.Dir(dir) {
		info, err := t.root.Lstat(dir)
		if err != nil {
			return false, err
		}
		if !info.IsDir() {
			return false, nil
		}
	}
	return true, nil
}

// inside is true if a link in the folder dir with this target cannot lead out of the root: the target is relative, with
// ".." only at its beginning and not more of them than dir has elements. A ".." after a name would depend on what links
// that name goes through.
func inside(dir, target string) bool {
	if target == "" || path.IsAbs(target) {
		return false
	}
	depth := 0
	if dir != "." {
		depth = 1 + strings.Count(dir, "/")
	}
	up, named := 0, false
	for part := range strings.SplitSeq(target, "/") {
		switch part {
		case "", ".":
		case "..":
			if up++; named || up > depth {
				return false
			}
		default:
			named = true
		}
	}
	return true
}

// linking is changing for operations that only ReadWrite has.
func (t *Tree) linking(op, p string) (string, error) {
	name, err := t.changing(op, p)
	if err == nil && t.options.Mode != ReadWrite {
		return "", denied(op, p, "links cannot be made here")
	}
	return name, err
}

// Link makes another name for a file. Links to links and to folders are refused.
func (t *Tree) Link(from, to string) error {
	fromName, err := t.linking("link", from)
	if err != nil {
		return err
	}
	toName, err := t.linking("link", to)
	if err != nil {
		return err
	}
	err = t.pair(fromName, toName, func(fromDir int, fromBase string, toDir int, toBase string) error {
		n, err := look(fromDir, fromBase)
		if err != nil {
			return err
		}
		if !n.regular() {
			return denied("link", from, "not a file")
		}
		return unix.Linkat(fromDir, fromBase, toDir, toBase, 0)
	})
	return failure("link", from, err)
}

// Symlink makes a symbolic link at p. The target must be relative and stay inside the root.
func (t *Tree) Symlink(target, p string) error {
	name, err := t.linking("symlink", p)
	if err != nil {
		return err
	}
	if strings.IndexByte(target, 0) >= 0 || len(target) > maxPath {
		return invalid("symlink", p, "a target with a NUL or of more than 4096 bytes")
	}
	switch straight, err := t.straight(path.Dir(name)); {
	case err != nil:
		return failure("symlink", p, err)
	case !straight: // its depth is not what its path says
		return denied("symlink", p, "its folder is reached through a symbolic link; use the real path")
	}
	if !inside(path.Dir(name), target) {
		return denied("symlink", p, "the target must be relative and stay inside the folder")
	}
	err = t.leaf(name, func(dir int, base string) error { return unix.Symlinkat(target, dir, base) })
	return failure("symlink", p, err)
}

// Readlink returns the target of a symbolic link as it stands.
func (t *Tree) Readlink(p string) (string, error) {
	name, err := t.name("readlink", p)
	if err != nil {
		return "", err
	}
	target, err := t.root.Readlink(name)
	return target, failure("readlink", p, err)
}

// Stat describes what a path leads to.
func (t *Tree) Stat(p string) (fs.FileInfo, error) { return t.stat(p, (*os.Root).Stat) }

// Lstat describes what a path names, also if it is a link.
func (t *Tree) Lstat(p string) (fs.FileInfo, error) { return t.stat(p, (*os.Root).Lstat) }

func (t *Tree) stat(p string, stat func(*os.Root, string) (fs.FileInfo, error)) (fs.FileInfo, error) {
	name, err := t.name("stat", p)
	if err != nil {
		return nil, err
	}
	info, err := stat(t.root, name)
	return info, failure("stat", p, err)
}
