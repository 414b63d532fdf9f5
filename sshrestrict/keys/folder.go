package keys

import (
	"errors"
	"fmt"
	"os"
	"path"
	"strings"

	"golang.org/x/sys/unix"
)

// folder is an open folder of a path that was walked name by name.
type folder struct {
	*os.File
	name  string
	inner bool // below the account's home: the account may do anything here
}

// openFolder walks to the folder of an account's key file. A symbolic link is followed where only root can have made it,
// and never in the home or below. Every folder on the way has to belong to root or the account, and others may not write
// to it: whoever could put another folder in its place would choose what we write to. With create, a folder that is missing
// below the home is made with mode 0700 for the account; without it, the error is unix.ENOENT.
func openFolder(name string, a Account, create bool) (*folder, error) {
	if !path.IsAbs(name) || !path.IsAbs(a.Home) {
		return nil, fmt.Errorf("folder %s of the home %s: use absolute paths", name, a.Home)
	}
	home, name := path.Clean(a.Home), path.Clean(name)
	below, inHome := strings.CutPrefix(name+"/", home+"/")
	if !inHome || home == "/" {
		return walk(name, a)
	}
	at, err := walk(home, a)
	if err != nil {
		return nil, fmt.Errorf("home of %s: %v", a.Name, err) // not %w: a missing home is not a missing ~/.ssh
	}
	for part := range strings.SplitSeq(strings.Trim(below, "/"), "/") {
		if part == "" {
			continue
		}
		next, err := at.enter(part, a, create)
		at.Close()
		if err != nil {
			return nil, err
		}
		at = next
	}
	at.inner = true
	return at, nil
}

// enter opens the folder part inside f, and makes it if it is missing and create is set.
func (f *folder) enter(part string, a Account, create bool) (*folder, error) {
	name := path.Join(f.name, part)
	made := false
	if create {
		switch err := unix.Mkdirat(int(f.Fd()), part, 0o700); {
		case err == nil:
			made = true
		case !errors.Is(err, unix.EEXIST):
			return nil, fmt.Errorf("make folder %s: %w", name, err)
		}
	}
	fd, err := unix.Openat(int(f.Fd()), part, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0)
	switch {
	case errors.Is(err, unix.ENOTDIR), errors.Is(err, unix.ELOOP):
		return nil, fmt.Errorf("open folder %s: it is a link or a file, which the account may have put there; make it a folder", name)
	case err != nil:
		return nil, &os.PathError{Op: "open folder", Path: name, Err: err}
	}
	next := &folder{File: os.NewFile(uintptr(fd), name), name: name}
	if made && os.Geteuid() != a.UID {
		if err := next.Chown(a.UID, a.GID); err != nil {
			next.Close()
			return nil, fmt.Errorf("give the folder %s to %s: %w", name, a.Name, err)
		}
	}
	if err := checkFolder(fd, name, a); err != nil {
		next.Close()
		return nil, err
	}
	return next, nil
}

// walk opens an absolute path from / on.
func walk(name string, a Account) (*folder, error) {
	at, err := unix.Open("/", unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, fmt.Errorf("open /: %w", err)
	}
	done, links := "/", 0
	for rest := name; ; {
		rest = strings.TrimLeft(rest, "/")
		if rest == "" {
			return &folder{File: os.NewFile(uintptr(at), done), name: name}, nil
		}
		part, tail, _ := strings.Cut(rest, "/")
		next, link, err := step(at, part)
		if err != nil {
			unix.Close(at)
			return nil, &os.PathError{Op: "open folder", Path: path.Join(done, part), Err: err}
		}
		if link == "" {
			unix.Close(at)
			at, rest, done = next, tail, path.Join(done, part)
			if err := checkFolder(at, done, a); err != nil {
				unix.Close(at)
				return nil, err
			}
			continue
		}
		const most = 40 // as the kernel
		if links++; links > most || !ownedByRoot(at) || strings.Contains("/"+link+"/", "/../") {
			unix.Close(at)
			return nil, fmt.Errorf("open folder %s: it is a link that somebody else than root may have made; name the folder itself", path.Join(done, part))
		}
		rest = link + "/" + tail
		if path.IsAbs(link) {
			unix.Close(at)
			if at, err = unix.Open("/", unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0); err != nil {
				return nil, fmt.Errorf("open /: %w", err)
			}
			done = "/"
		}
	}
}

// step opens part inside of a folder, or reads it if it is a symbolic link.
func step(at int, part string) (next int, link string, err error) {
	next, err = unix.Openat(at, part, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0)
	if !errors.Is(err, unix.ELOOP) && !errors.Is(err, unix.ENOTDIR) {
		return next, "", err
	}
	buffer := make([]byte, unix.PathMax)
	n, errLink := unix.Readlinkat(at, part, buffer)
	if errLink != nil || n == 0 {
		return -1, "", err
	}
	return -1, string(buffer[:n]), nil
}

// ownedByRoot is true for a folder in which only root can make links.
func ownedByRoot(fd int) bool {
	var st unix.Stat_t
	return unix.Fstat(fd, &st) == nil && st.Uid == 0 && st.Mode&0o022 == 0
}

// checkFolder refuses a folder in which others than root and the account could swap what lies in it.
func checkFolder(fd int, name string, a Account) error {
	var st unix.Stat_t
	if err := unix.Fstat(fd, &st); err != nil {
		return fmt.Errorf("look at folder %s: %w", name, err)
	}
	owner, sticky := int(st.Uid), st.Mode&unix.S_ISVTX != 0
	switch {
	case owner != 0 && owner != a.UID:
		return fmt.Errorf("folder %s belongs to user id %d, not to %s or root; correct its owner", name, owner, a.Name)
	case st.Mode&0o002 != 0 && !sticky, st.Mode&0o020 != 0 && !sticky && owner != a.UID:
		return fmt.Errorf("folder %s may be written to by others (mode %04o); correct it: chmod go-w %s", name, st.Mode&0o7777, name)
	}
	return nil
}
