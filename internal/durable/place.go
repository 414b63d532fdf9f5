package durable

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// place is where the bytes go: a regular file at path, with old as its present form or nil, or the stream through.
type place struct {
	path    string
	old     fs.FileInfo
	through *os.File
}

// locate follows the links of path and decides what writing to it means.
func locate(path string) (place, error) {
	const maxLinks = 40 // as the kernel
	for range maxLinks {
		if fd, ok := streamNumber(path); ok {
			through, err := duplicate(fd, path)
			return place{through: through}, err
		}
		info, err := os.Lstat(path)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			if strings.HasSuffix(path, "/") || path == "" {
				return place{}, err
			}
			return place{path: path}, nil
		case err != nil:
			return place{}, err
		case info.Mode()&fs.ModeSymlink != 0:
			link, err := os.Readlink(path)
			if err != nil {
				return place{}, err
			}
			if !filepath.IsAbs(link) {
				// Not filepath.Join: "dir/../x" must go through dir, which may itself be a link.
				link = path[:strings.LastIndexByte(path, '/')+1] + link
			}
			path = link
		case info.Mode().IsRegular():
			return place{path: path, old: info}, mayWrite(path)
		case info.Mode()&fs.ModeNamedPipe != 0 || info.Mode()&fs.ModeCharDevice != 0:
			through, err := os.OpenFile(path, os.O_WRONLY, 0)
			return place{through: through}, err
		default:
			return place{}, fmt.Errorf("is %s, not a file; name a file to write to", kind(info.Mode()))
		}
	}
	return place{}, unix.ELOOP
}

// streamNumber recognises the names of an open stream of this process. Opening such a name would start a second,
// independent position in a file that the shell redirected to, and overwrite what others wrote to it.
func streamNumber(path string) (int, bool) {
	folder, name := filepath.Split(path)
	switch filepath.Clean(folder) {
	case "/dev":
		switch name {
		case "stdout":
			return 1, true
		case "stderr":
			return 2, true
		}
	case "/dev/fd", "/proc/self/fd", "/proc/thread-self/fd", "/proc/" + strconv.Itoa(os.Getpid()) + "/fd":
		fd, err := strconv.Atoi(name)
		return fd, err == nil && fd >= 0
	}
	return 0, false
}

// duplicate returns a second handle of the open stream fd, which shares its position.
func duplicate(fd int, path string) (*os.File, error) {
	twin, err := unix.FcntlInt(uintptr(fd), unix.F_DUPFD_CLOEXEC, 0)
	if err != nil {
		return nil, fmt.Errorf("stream %d: %w", fd, err)
	}
	return os.NewFile(uintptr(twin), path), nil
}

// mayWrite holds the write protection of an existing file, which a rename in its folder would get around.
func mayWrite(path string) error {
	if err := unix.Faccessat(unix.AT_FDCWD, path, unix.W_OK, unix.AT_EACCESS); err != nil {
		return fmt.Errorf("the existing file may not be written to: %w", err)
	}
	return nil
}

// owner returns the numeric user and group of a file, where the system tells.
func owner(info fs.FileInfo) (uid, gid int, ok bool) {
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return 0, 0, false
	}
	return int(stat.Uid), int(stat.Gid), true
}

// kind names a file type as in "is a folder".
func kind(mode fs.FileMode) string {
	switch {
	case mode.IsDir():
		return "a folder"
	case mode&fs.ModeSymlink != 0:
		return "a symbolic link"
	case mode&fs.ModeSocket != 0:
		return "a socket"
	case mode&fs.ModeNamedPipe != 0:
		return "a FIFO"
	case mode&fs.ModeCharDevice != 0:
		return "a character device"
	case mode&fs.ModeDevice != 0:
		return "a block device"
	}
	return "of the unknown type " + mode.Type().String()
}
