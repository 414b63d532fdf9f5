package power

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strconv"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// lockFiles are what dpkg and apt lock while they change the system; see dpkg(1) and apt.conf(5).
func lockFiles() []string {
	return []string{"var/lib/dpkg/lock-frontend", "var/lib/dpkg/lock", "var/lib/apt/lists/lock", "var/cache/apt/archives/lock"}
}

// fileID names a file as /proc/locks does.
type fileID struct {
	major, minor uint32
	inode        uint64
}

// packageLocks finds the lock files that are held. Only root may open them, but everybody may see in /proc/locks which
// inodes are locked; see proc_locks(5).
func (m Machine) packageLocks(context.Context) (func(*Status), error) {
	held := []string{}
	wanted := map[string]fileID{}
	for _, name := range lockFiles() {
		var st syscall.Stat_t
		err := syscall.Stat(m.path(name), &st)
		if errors.Is(err, fs.ErrNotExist) {
			continue // not Debian, or never used
		}
		if err != nil {
			return nil, fmt.Errorf("look at /%s: %w", name, err)
		}
		wanted[name] = fileID{unix.Major(st.Dev), unix.Minor(st.Dev), st.Ino}
	}
	if len(wanted) > 0 {
		f, err := os.Open(m.path("proc/locks"))
		if err != nil {
			return nil, err
		}
		defer f.Close()
		locked, err := parseLocks(f)
		if err != nil {
			return nil, err
		}
		for _, name := range lockFiles() {
			if id, ok := wanted[name]; ok && locked(id) {
				held = append(held, "/"+name)
			}
		}
	}
	return func(s *Status) { s.PackageLocks = held }, nil
}

// parseLocks reads /proc/locks and returns a test for a file. Where the file system has no device of its own, as btrfs
// and overlayfs, stat and /proc/locks name different ones; then the inode alone decides, which can only err on the side
// of "held".
func parseLocks(r io.Reader) (func(fileID) bool, error) {
	const most = 100_000
	byInode := map[uint64][]fileID{}
	lines := bufio.NewScanner(io.LimitReader(r, 16<<20))
	count := 0
	for lines.Scan() {
		if count++; count > most {
			return nil, fmt.Errorf("/proc/locks has more than %d lines", most)
		}
		words := strings.Fields(lines.Text())
		if len(words) > 1 && words[1] == "->" {
			continue // waits for the lock, does not hold it
		}
		if len(words) < 6 {
			return nil, fmt.Errorf("/proc/locks: line %d has %d words, want 6 or more", count, len(words))
		}
		id, err := parseFileID(words[5])
		if err != nil {
			return nil, fmt.Errorf("/proc/locks: line %d: %w", count, err)
		}
		byInode[id.inode] = append(byInode[id.inode], id)
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("read /proc/locks: %w", err)
	}
	return func(want fileID) bool {
		for _, id := range byInode[want.inode] {
			if id == want || want.major == 0 {
				return true
			}
		}
		return false
	}, nil
}

// parseFileID reads MAJOR:MINOR:INODE, the first two in hexadecimal.
func parseFileID(word string) (fileID, error) {
	parts := strings.Split(word, ":")
	if len(parts) != 3 {
		return fileID{}, fmt.Errorf("%s is not a file", strconv.QuoteToASCII(clean(word)))
	}
	major, err := strconv.ParseUint(parts[0], 16, 32)
	minor, err2 := strconv.ParseUint(parts[1], 16, 32)
	inode, err3 := strconv.ParseUint(parts[2], 10, 64)
	if errors.Join(err, err2, err3) != nil {
		return fileID{}, fmt.Errorf("%s is not a file", strconv.QuoteToASCII(clean(word)))
	}
	return fileID{uint32(major), uint32(minor), inode}, nil
}
