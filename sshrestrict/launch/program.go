package launch

import (
	"errors"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"
)

// executable is a file that root alone can have put where it is.
type executable struct {
	path string // without links
	fd   int    // O_PATH, for the rule of the sandbox; the caller closes it
	stat unix.Stat_t
}

// maxLinks is how many symbolic links are followed for one program, as many as the kernel follows, see path_resolution(7).
const maxLinks = 40

// openProgram walks to the program from the root folder, one element and one descriptor at a time. Each folder, link and the file
// have to belong to root and to be writable by nobody else; so nobody else can exchange one of them later, and executing by
// the same path means the same file. path is absolute and clean; program is the name for errors.
func openProgram(program, path string) (*executable, error) {
	w := &walk{program: program, path: "/", fd: -1}
	defer func() { w.close() }()
	if err := w.enter(unix.AT_FDCWD, "/"); err != nil {
		return nil, err
	}
	rest := strings.Split(path, "/")
	for links := 0; len(rest) > 0; {
		name := rest[0]
		rest = rest[1:]
		if name == "" || name == "." {
			continue
		}
		if w.stat.Mode&unix.S_IFMT != unix.S_IFDIR {
			return nil, &MissingProgram{Program: program, Path: filepath.Join(w.path, name)}
		}
		target, err := w.step(name)
		if err != nil {
			return nil, err
		}
		if target == "" {
			continue
		}
		if links++; links > maxLinks {
			return nil, w.unsafe(name, "is a link in a circle or too long a chain of links")
		}
		rest = append(strings.Split(target, "/"), rest...)
		if target[0] == '/' {
			if err := w.enter(unix.AT_FDCWD, "/"); err != nil {
				return nil, err
			}
			w.path = "/"
		}
	}
	if err := w.file(path); err != nil {
		return nil, err
	}
	found := &executable{path: w.path, fd: w.fd, stat: w.stat}
	w.fd = -1
	return found, nil
}

// walk stands at one folder, or at the file at the end.
type walk struct {
	program string
	path    string // without links
	fd      int    // O_PATH, or -1
	stat    unix.Stat_t
}

func (w *walk) close() {
	if w.fd >= 0 {
		_ = unix.Close(w.fd)
	}
}

// unsafe reports the element called name in the present folder.
func (w *walk) unsafe(name, reason string) error {
	return &UnsafeProgram{Program: w.program, Path: filepath.Join(w.path, name), Reason: reason}
}

// enter makes the element called name of the folder dir the present one.
func (w *walk) enter(dir int, name string) error {
	fd, stat, err := w.look(dir, name)
	if err != nil {
		return err
	}
	if reason := fault(&stat); reason != "" {
		_ = unix.Close(fd)
		return w.unsafe(name, reason)
	}
	w.close()
	w.fd, w.stat = fd, stat
	return nil
}

func (w *walk) look(dir int, name string) (int, unix.Stat_t, error) {
	var stat unix.Stat_t
	fd, err := unix.Openat(dir, name, unix.O_PATH|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0)
	switch {
	case errors.Is(err, unix.ENOENT), errors.Is(err, unix.ENOTDIR):
		return -1, stat, &MissingProgram{Program: w.program, Path: filepath.Join(w.path, name)}
	case err != nil:
		return -1, stat, w.unsafe(name, "cannot be reached: "+err.Error())
	}
	if err := unix.Fstat(fd, &stat); err != nil {
		_ = unix.Close(fd)
		return -1, stat, w.unsafe(name, "cannot be examined: "+err.Error())
	}
	return fd, stat, nil
}

// step goes to the element called name. For a link it stays and returns the target.
func (w *walk) step(name string) (target string, err error) {
	if name == ".." {
		if err := w.enter(w.fd, name); err != nil {
			return "", err
		}
		w.path = filepath.Dir(w.path)
		return "", nil
	}
	fd, stat, err := w.look(w.fd, name)
	if err != nil {
		return "", err
	}
	reason := fault(&stat)
	if reason == "" {
		reason = w.planted(&stat)
	}
	if reason != "" {
		_ = unix.Close(fd)
		return "", w.unsafe(name, reason)
	}
	if stat.Mode&unix.S_IFMT != unix.S_IFLNK {
		w.close()
		w.fd, w.stat = fd, stat
		w.path = filepath.Join(w.path, name)
		return "", nil
	}
	defer unix.Close(fd)
	buffer := make([]byte, maxPath+1)
	n, err := unix.Readlinkat(fd, "", buffer)
	if err != nil || n == 0 || n > maxPath {
		return "", w.unsafe(name, "is a link that cannot be read")
	}
	return string(buffer[:n]), nil
}

// planted says why something in a folder that everybody may write to could have been put there by anybody although it
// belongs to root, or returns "". A hard link to another file of root needs no right to that file, and a file system in
// user space tells whatever owner it likes.
func (w *walk) planted(stat *unix.Stat_t) string {
	const shared = unix.S_ISVTX
	switch {
	case w.stat.Mode&shared == 0 || w.stat.Mode&0o022 == 0:
		return ""
	case stat.Mode&unix.S_IFMT != unix.S_IFDIR && stat.Nlink > 1:
		return "has several names and lies in a folder that others may write to"
	case stat.Dev != w.stat.Dev:
		return "is a mounted file system in a folder that others may write to"
	}
	return ""
}

// fault says what is wrong with a folder, link or file on the way, or returns "".
func fault(stat *unix.Stat_t) string {
	if stat.Uid != 0 {
		return "does not belong to root"
	}
	kind := stat.Mode & unix.S_IFMT
	switch {
	case kind == unix.S_IFLNK: // has no mode of its own
		return ""
	case kind == unix.S_IFDIR && stat.Mode&unix.S_ISVTX != 0: // others can add, and not exchange what is root's
		return ""
	case kind != unix.S_IFDIR && kind != unix.S_IFREG:
		return "is not a regular file"
	case stat.Mode&0o020 != 0:
		return "is writable by its group"
	case stat.Mode&0o002 != 0:
		return "is writable by everybody"
	}
	return ""
}

// file makes the last checks, on the end of the walk. The kernel's own way to path has to end there too: the magic links
// in /proc lead elsewhere than their text says.
func (w *walk) file(path string) error {
	switch {
	case w.stat.Mode&unix.S_IFMT != unix.S_IFREG:
		return w.unsafe("", "is not a regular file")
	case w.stat.Mode&0o111 == 0:
		return w.unsafe("", "is not executable")
	}
	var again unix.Stat_t
	if err := unix.Stat(path, &again); err != nil || again.Dev != w.stat.Dev || again.Ino != w.stat.Ino {
		return w.unsafe("", "is not what the kernel finds under the same name")
	}
	return nil
}
