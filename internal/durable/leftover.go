package durable

import (
	"errors"
	"os"
	"strings"
	"unicode/utf8"

	"golang.org/x/sys/unix"
)

const (
	tempSuffix = ".part" // does not look finished to anybody, and no tool takes it for a film or a policy
	tempRandom = 13      // characters of base 32: 65 bits
	nameMax    = 255     // bytes in a file name on Linux
)

// tempName is the hidden name of a temporary file for the target base. random is at least tempRandom characters of
// base 32. A long base is shortened so that the name fits.
func tempName(base, random string) string {
	return tempPrefix(base) + random[:tempRandom] + tempSuffix
}

func tempPrefix(base string) string {
	room := nameMax - len("..") - tempRandom - len(tempSuffix)
	if len(base) > room {
		for !utf8.RuneStart(base[room]) && room > nameMax/2 {
			room--
		}
		base = base[:room]
	}
	return "." + base + "."
}

// isTemp says whether name is one that tempName makes for base.
func isTemp(name, base string) bool {
	random, ok := strings.CutPrefix(name, tempPrefix(base))
	if !ok {
		return false
	}
	random, ok = strings.CutSuffix(random, tempSuffix)
	return ok && len(random) == tempRandom && strings.Trim(random, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567") == ""
}

// sweep removes the temporary files for base whose owner has died. What cannot be read or removed stays: a leftover is
// untidy, but it must never keep anybody from working.
func sweep(root *os.Root, base string) {
	dir, err := root.Open(".")
	if err != nil {
		return
	}
	defer dir.Close()
	for {
		const batch = 1024 // bounds the memory in a folder of millions of files
		names, err := dir.Readdirnames(batch)
		for _, name := range names {
			if isTemp(name, base) {
				sweepOne(root, name)
			}
		}
		if err != nil {
			return
		}
	}
}

func sweepOne(root *os.Root, name string) {
	file, err := root.OpenFile(name, os.O_RDONLY|unix.O_NOFOLLOW|unix.O_NONBLOCK, 0)
	if err != nil {
		return
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil || !info.Mode().IsRegular() || lock(file) != nil {
		return
	}
	_ = root.Remove(name) // a random name is never used again, so it is still the file that was locked
}

// lock takes the exclusive lock on file without waiting. The kernel drops it when the process ends in whatever way.
func lock(file *os.File) error {
	conn, err := file.SyscallConn()
	if err != nil {
		return err
	}
	var failed error
	if err := conn.Control(func(fd uintptr) {
		failed = unix.Flock(int(fd), unix.LOCK_EX|unix.LOCK_NB)
	}); err != nil {
		return err
	}
	return failed
}

// isAt says whether name inside root is the very file that is open.
func isAt(root *os.Root, name string, file *os.File) bool {
	there, err := root.Lstat(name)
	if err != nil {
		return false
	}
	here, err := file.Stat()
	return err == nil && os.SameFile(there, here)
}

// syncDir makes the names in a folder durable.
func syncDir(root *os.Root) error {
	dir, err := root.Open(".")
	if err != nil {
		return err
	}
	err = dir.Sync()
	if errors.Is(err, unix.EINVAL) || errors.Is(err, unix.ENOTSUP) {
		err = nil // some network file systems cannot sync a folder, and need not
	}
	return errors.Join(err, dir.Close())
}
