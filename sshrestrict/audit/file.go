package audit

import (
	"errors"
	"fmt"
	"path"
	"time"

	"golang.org/x/sys/unix"
)

// file appends lines to a regular file. Each line is one write(2) under an exclusive lock of flock(2), so that processes
// do not mix theirs. After a rotation the new file is used; where it cannot be opened any more, because a sandbox was
// raised meanwhile, the open one is kept.
type file struct {
	path     string
	wait     time.Duration
	fd       int
	readable bool // the end of the file can be looked at
}

func (f *file) String() string { return f.path }

func (f *file) close() error {
	if f.fd < 0 {
		return nil
	}
	err := unix.Close(f.fd) // also gives up the lock
	f.fd = -1
	return err
}

func (f *file) write(r *Record) error {
	line := r.Append(nil)
	for range 8 { // rotated that often in a row: something is wrong
		if f.fd < 0 {
			if err := f.open(); err != nil {
				return err
			}
		}
		if err := f.lock(); err != nil {
			return err
		}
		var open, named unix.Stat_t
		if err := unix.Fstat(f.fd, &open); err != nil {
			f.close()
			return fmt.Errorf("look at the open file: %w", err)
		}
		err := unix.Lstat(f.path, &named)
		if err == nil && open.Dev == named.Dev && open.Ino == named.Ino {
			return f.appendAndUnlock(line, open.Size)
		}
		old := f.fd
		if err := f.open(); err != nil {
			if f.fd = old; open.Nlink > 0 && errors.Is(err, unix.EACCES) {
				return f.appendAndUnlock(line, open.Size)
			}
			f.close()
			return err
		}
		unix.Close(old)
	}
	return errors.New("the file is replaced all the time")
}

// open opens the file, or creates it for its owner alone. If its folder passes on its group, the file is for the group too:
// to read, and where the group may write to the folder, to write.
func (f *file) open() error {
	const always = unix.O_APPEND | unix.O_NOFOLLOW | unix.O_CLOEXEC | unix.O_NONBLOCK | unix.O_NOCTTY
	for range 3 {
		access := unix.O_RDWR
		fd, err := unix.Open(f.path, access|always, 0)
		if errors.Is(err, unix.EACCES) { // a group that may write and not read
			access = unix.O_WRONLY
			fd, err = unix.Open(f.path, access|always, 0)
		}
		created := false
		if errors.Is(err, unix.ENOENT) {
			access = unix.O_RDWR
			fd, err = unix.Open(f.path, access|always|unix.O_CREAT|unix.O_EXCL, 0o600)
			if errors.Is(err, unix.EEXIST) { // by somebody else meanwhile
				continue
			}
			created = err == nil
		}
		switch {
		case errors.Is(err, unix.ELOOP):
			return errors.New("it is a symbolic link; name the file itself")
		case errors.Is(err, unix.ENOENT):
			return fmt.Errorf("the folder %s is missing; create it for the accounts that write there", path.Dir(f.path))
		case errors.Is(err, unix.EISDIR):
			return errors.New("it is a folder; name a file")
		case err == unix.EINTR:
			continue
		case err != nil:
			return fmt.Errorf("open: %w", err)
		}
		if err := f.check(fd); err != nil {
			unix.Close(fd)
			return err
		}
		if created {
			f.share(fd)
		}
		f.fd, f.readable = fd, access == unix.O_RDWR
		return nil
	}
	return errors.New("open: the file comes and goes")
}

// check refuses what is no plain file, and a file with a second name, which may be somebody else's.
func (f *file) check(fd int) error {
	var st unix.Stat_t
	switch err := unix.Fstat(fd, &st); {
	case err != nil:
		return fmt.Errorf("look at the file: %w", err)
	case st.Mode&unix.S_IFMT != unix.S_IFREG:
		return errors.New("it is no regular file")
	case st.Nlink > 1:
		return fmt.Errorf("it has %d names (hard links); it must have one", st.Nlink)
	}
	return nil
}

func (f *file) share(fd int) {
	var dir unix.Stat_t
	if unix.Stat(path.Dir(f.path), &dir) == nil && dir.Mode&unix.S_ISGID != 0 {
		_ = unix.Fchmod(fd, 0o640|dir.Mode&0o020) // it stays private if this fails
	}
}

// lock waits for the lock, but not for ever: somebody may hold it in order to keep us from working.
func (f *file) lock() error {
	start, pause := time.Now(), 100*time.Microsecond
	for {
		err := unix.Flock(f.fd, unix.LOCK_EX|unix.LOCK_NB)
		switch {
		case err == nil:
			return nil
		case err == unix.EINTR:
			continue
		case err != unix.EWOULDBLOCK:
			return fmt.Errorf("lock: %w", err)
		case time.Since(start) > f.wait:
			return fmt.Errorf("another process has held the lock for %v", f.wait)
		}
		time.Sleep(pause)
		pause = min(2*pause, 10*time.Millisecond)
	}
}

// appendAndUnlock writes the line behind size bytes. What an interrupted writer left without an end is ended first. If not
// all of the line fits, nothing of it stays.
func (f *file) appendAndUnlock(line []byte, size int64) error {
	defer unix.Flock(f.fd, unix.LOCK_UN) // closing does it too
	if size > 0 && f.readable {
		last := []byte{'\n'}
		if _, err := unix.Pread(f.fd, last, size-1); err == nil && last[0] != '\n' {
			line = append([]byte{'\n'}, line...)
		}
	}
	n, err := unix.Write(f.fd, line)
	for err == unix.EINTR {
		n, err = unix.Write(f.fd, line)
	}
	if err == nil && n == len(line) {
		return nil
	}
	if err == nil {
		err = fmt.Errorf("only %d of %d bytes fit: %w", n, len(line), unix.ENOSPC)
	}
	if n > 0 {
		if undo := unix.Ftruncate(f.fd, size); undo != nil {
			return errors.Join(err, fmt.Errorf("take the half line back: %w", undo))
		}
	}
	return err
}
