package keys

import (
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"strings"

	"golang.org/x/sys/unix"
)

// slot is a file in an open folder that is locked.
type slot struct {
	sys     system
	dir     *folder
	base    string
	account Account
	old     *unix.Stat_t // nil if there was no file
}

// system holds the calls whose failure the tests need to see; [realSystem] is the only other implementation.
type system struct {
	write  func(*os.File, string) error
	sync   func(*os.File) error
	rename func(dir int, from, to string) error
}

func realSystem() system {
	return system{
		write:  func(f *os.File, s string) error { _, err := f.WriteString(s); return err },
		sync:   (*os.File).Sync,
		rename: func(dir int, from, to string) error { return unix.Renameat(dir, from, dir, to) },
	}
}

// read returns the file's content, "" if there is none. A link, also a hard one, could lead to what the account may not
// read, and is refused.
func (s *slot) read() (string, error) {
	fd, err := unix.Openat(int(s.dir.Fd()), s.base, unix.O_RDONLY|unix.O_NOFOLLOW|unix.O_NONBLOCK|unix.O_NOCTTY|unix.O_CLOEXEC, 0)
	switch {
	case errors.Is(err, unix.ENOENT):
		return "", nil
	case errors.Is(err, unix.ELOOP):
		return "", errors.New("it is a symbolic link; put a plain file in its place")
	case err != nil:
		return "", err
	}
	file := os.NewFile(uintptr(fd), s.dir.name+"/"+s.base)
	defer file.Close()
	var st unix.Stat_t
	if err := unix.Fstat(fd, &st); err != nil {
		return "", err
	}
	switch owner := int(st.Uid); {
	case st.Mode&unix.S_IFMT != unix.S_IFREG:
		return "", errors.New("it is not a plain file; put one in its place")
	case owner != 0 && owner != s.account.UID:
		return "", fmt.Errorf("it belongs to user id %d, and sshd ignores it; give it to %s", owner, s.account.Name)
	case st.Nlink != 1:
		return "", errors.New("it has several names (hard links); copy it, so that it has one")
	}
	s.old = &st
	return readBounded(file)
}

// tighten takes away what others may do in ~/.ssh, and says so.
func (s *slot) tighten() (string, error) {
	var st unix.Stat_t
	if err := unix.Fstat(int(s.dir.Fd()), &st); err != nil {
		return "", fmt.Errorf("look at folder %s: %w", s.dir.name, err)
	}
	if !s.dir.inner || int(st.Uid) != s.account.UID || st.Mode&0o077 == 0 || s.isHome(st) {
		return "", nil
	}
	if err := s.dir.Chmod(0o700); err != nil {
		return "", fmt.Errorf("close folder %s: %w", s.dir.name, err)
	}
	return fmt.Sprintf("folder %s had mode %04o and has 0700 now", s.dir.name, st.Mode&0o7777), nil
}

func (s *slot) isHome(st unix.Stat_t) bool {
	var home unix.Stat_t
	return unix.Stat(s.account.Home, &home) == nil && home.Dev == st.Dev && home.Ino == st.Ino
}

const partSuffix = ".part"

// write replaces the file: temporary file, fsync, rename, fsync of the folder.
func (s *slot) write(content string) error {
	s.sweep()
	dir := int(s.dir.Fd())
	temp := "." + s.base + "." + rand.Text() + partSuffix
	fd, err := unix.Openat(dir, temp, unix.O_WRONLY|unix.O_CREAT|unix.O_EXCL|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0o600)
	if err != nil {
		return fmt.Errorf("make a temporary file beside it: %w", err)
	}
	file := os.NewFile(uintptr(fd), temp)
	err = s.fill(file, content)
	if err == nil {
		err = s.unchanged()
	}
	if err == nil {
		err = s.sys.rename(dir, temp, s.base)
	}
	if err != nil {
		if errRemove := unix.Unlinkat(dir, temp, 0); errRemove != nil && !errors.Is(errRemove, unix.ENOENT) {
			err = errors.Join(err, fmt.Errorf("remove the temporary file: %w", errRemove))
		}
		return errors.Join(err, file.Close())
	}
	if err := s.sys.sync(s.dir.File); err != nil {
		err = fmt.Errorf("it is written, but may be lost with the power: sync its folder: %w", err)
		return errors.Join(err, file.Close())
	}
	return file.Close()
}

// fill writes the content and gives it its owner and mode, in this order: what is half written is nobody else's.
func (s *slot) fill(file *os.File, content string) error {
	if err := s.sys.write(file, content); err != nil {
		return err
	}
	uid, gid, mode := s.account.UID, s.account.GID, os.FileMode(0o600)
	if !s.dir.inner {
		var st unix.Stat_t
		if err := unix.Fstat(int(s.dir.Fd()), &st); err != nil {
			return err
		}
		if st.Uid == 0 {
			uid, gid, mode = 0, 0, 0o644 // root's folder for everybody's keys: sshd reads it as the account
		}
	}
	if s.old != nil {
		uid, gid, mode = int(s.old.Uid), int(s.old.Gid), os.FileMode(s.old.Mode&0o755)
	}
	var st unix.Stat_t
	if err := unix.Fstat(int(file.Fd()), &st); err != nil {
		return err
	}
	if int(st.Uid) != uid || int(st.Gid) != gid {
		if err := file.Chown(uid, gid); err != nil {
			return fmt.Errorf("give it to %s: %w", s.account.Name, err)
		}
	}
	if err := file.Chmod(mode); err != nil {
		return err
	}
	return s.sys.sync(file)
}

// unchanged refuses to overwrite what an editor or another tool, which know nothing of our lock, have just written.
func (s *slot) unchanged() error {
	var st unix.Stat_t
	err := unix.Fstatat(int(s.dir.Fd()), s.base, &st, unix.AT_SYMLINK_NOFOLLOW)
	switch {
	case errors.Is(err, unix.ENOENT) && s.old == nil:
		return nil
	case err != nil && !errors.Is(err, unix.ENOENT):
		return err
	case err != nil || s.old == nil || st.Ino != s.old.Ino || st.Size != s.old.Size || st.Mtim != s.old.Mtim || st.Dev != s.old.Dev:
		return errors.New("somebody else has changed it meanwhile; run this again")
	}
	return nil
}

// sweep removes what runs that were killed have left. The folder is locked, so nobody is using it.
func (s *slot) sweep() {
	const most = 1 << 16 // a folder of more names is not ours to tidy
	names, _ := s.dir.Readdirnames(most)
	for _, name := range names {
		middle, ok := strings.CutPrefix(name, "."+s.base+".")
		if middle, isPart := strings.CutSuffix(middle, partSuffix); ok && isPart && len(middle) == len(rand.Text()) {
			_ = unix.Unlinkat(int(s.dir.Fd()), name, 0) // a leftover keeps nobody from working
		}
	}
}
