package rooted

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"

	"golang.org/x/sys/unix"
)

// Bounds of counting a tree.
const (
	maxEntries    = 1 << 20
	maxCountDepth = 4 * maxDepth
)

// count adds up the sizes of all regular files, each once however many names it has.
func (t *Tree) count(ctx context.Context) (int64, error) {
	var total int64
	seen := map[identity]bool{}
	err := t.walk(ctx, ".", func(_ string, n node) error {
		if !n.regular() || n.links > 1 && seen[n.identity] {
			return nil
		}
		if n.links > 1 {
			seen[n.identity] = true
		}
		total += n.size
		return nil
	})
	return total, err
}

// walk calls visit for everything below a folder. Links are not followed, but for one that takes the place of a folder
// meanwhile, which os.Root keeps inside.
func (t *Tree) walk(ctx context.Context, top string, visit func(name string, n node) error) error {
	type pending struct {
		name  string
		depth int
	}
	entries := 0
	for todo := []pending{{top, 0}}; len(todo) > 0; {
		dir := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		f, err := t.root.OpenFile(dir.name, unix.O_DIRECTORY, 0)
		if err != nil {
			if errors.Is(err, fs.ErrNotExist) && dir.depth > 0 {
				continue // removed meanwhile
			}
			return err
		}
		err = names(f, func(base string) error {
			if entries++; entries > maxEntries {
				return fmt.Errorf("more than %d entries: %w", maxEntries, ErrTooLarge)
			}
			n, err := look(int(f.Fd()), base)
			if errors.Is(err, fs.ErrNotExist) {
				return nil
			}
			if err != nil {
				return err
			}
			name := path.Join(dir.name, base)
			if n.folder() {
				if dir.depth == maxCountDepth {
					return fmt.Errorf("more than %d folders deep: %w", maxCountDepth, ErrTooLarge)
				}
				todo = append(todo, pending{name, dir.depth + 1})
			}
			return visit(name, n)
		})
		f.Close()
		if err != nil {
			return err
		}
		if err := ctx.Err(); err != nil {
			return err
		}
	}
	return nil
}

// names calls visit with the names in an open folder, a few at a time.
func names(f *os.File, visit func(base string) error) error {
	for {
		some, err := f.Readdirnames(256)
		for _, base := range some {
			if err := visit(base); err != nil {
				return err
			}
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// resize runs a change of an open file's size under the quota. to is the size it will have at least; a change that makes
// the file shorter is always allowed. Without a quota nothing is counted and writes run in parallel.
func (t *Tree) resize(f *os.File, to int64, change func() error) error {
	if t.options.MaxFile > 0 && to > t.options.MaxFile {
		return fmt.Errorf("%w: a file may have %d bytes", ErrTooLarge, t.options.MaxFile)
	}
	if t.options.Quota == 0 {
		return change()
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	before, err := lookFile(f)
	if err != nil {
		return err
	}
	if to > before.size && to-before.size > t.options.Quota-t.used {
		return fmt.Errorf("%w: %d of %d bytes are used", ErrQuota, t.used, t.options.Quota)
	}
	changed := change()
	after, err := lookFile(f)
	if err == nil {
		t.used += after.size - before.size
	}
	return errors.Join(changed, err)
}

// Room says whether a file of so many bytes could be stored now: nil, or the error that its writing would end with.
func (t *Tree) Room(size int64) error {
	if t.options.MaxFile > 0 && size > t.options.MaxFile {
		return fmt.Errorf("%w: %d bytes, and a file may have %d", ErrTooLarge, size, t.options.MaxFile)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.options.Quota > 0 && size > t.options.Quota-t.used {
		return fmt.Errorf("%w: %d of %d bytes are used", ErrQuota, t.used, t.options.Quota)
	}
	return nil
}

// gone books that a name of a file was removed or written over. The bytes of a file that is still open are given back when
// it is closed.
func (t *Tree) gone(n node) {
	if t.options.Quota > 0 && n.regular() && n.links == 1 && t.open[n.identity] == (handles{}) {
		t.used -= n.size
	}
}

// Space is what statvfs(3) tells, in blocks of Block bytes, less what the quota does not let the session use.
type Space struct {
	Block, Total, Free, Available uint64
	Files, FilesFree              uint64
	NameMax                       uint64
	ReadOnly                      bool
}

// Space returns how much room there is where path is.
func (t *Tree) Space(p string) (Space, error) {
	name, err := t.name("statvfs", p)
	if err != nil {
		return Space{}, err
	}
	info, err := t.root.Stat(name)
	if err == nil && !info.IsDir() {
		name = path.Dir(name)
	}
	if err != nil {
		return Space{}, failure("statvfs", p, err)
	}
	f, err := t.root.OpenFile(name, unix.O_PATH|unix.O_DIRECTORY, 0)
	if err != nil {
		return Space{}, failure("statvfs", p, err)
	}
	defer f.Close()
	var st unix.Statfs_t
	if err := unix.Fstatfs(int(f.Fd()), &st); err != nil {
		return Space{}, failure("statvfs", p, err)
	}
	s := Space{
		Block: uint64(st.Bsize), Total: st.Blocks, Free: st.Bfree, Available: st.Bavail,
		Files: st.Files, FilesFree: st.Ffree, NameMax: uint64(st.Namelen), ReadOnly: t.options.Mode == Read,
	}
	if t.options.Quota > 0 && s.Block > 0 {
		t.mu.Lock()
		left := uint64(max(0, t.options.Quota-t.used)) / s.Block
		t.mu.Unlock()
		s.Total = min(s.Total, uint64(t.options.Quota)/s.Block)
		s.Free, s.Available = min(s.Free, left), min(s.Available, left)
	}
	return s, nil
}
