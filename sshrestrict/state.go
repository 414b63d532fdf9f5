package sshrestrict

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path"
	"strconv"
	"time"

	"golang.org/x/sys/unix"

	"ops/sshrestrict/internal/passwd"
)

// stateFolder is where an account's sessions are counted: for root below /run, for others in their home, because nothing
// else of theirs is sure to exist. The client must not be able to write there; check looks for policies that allow it.
func stateFolder(a passwd.Account) string {
	if a.UID == 0 {
		return "/run/ops/ssh-restrict"
	}
	return path.Join(a.Home, ".local/state/ops/ssh-restrict")
}

// errLater says that a session is one too many for now.
type errLater struct{ code, reason string }

func (e *errLater) Error() string { return e.reason }

// takeSlot counts a session against the policy's rate and sessions. It returns the descriptor of the slot's lock, which
// has to stay open as long as the session lasts, also through execve(2); -1 if sessions are not limited.
func takeSlot(p *Policy, folder string, owner int, now time.Time) (int, error) {
	if p.Rate.Count == 0 && p.Sessions == 0 {
		return -1, nil
	}
	dir, err := openState(folder, owner)
	if err != nil {
		return -1, &errLater{"state", fmt.Sprintf("count sessions in %s: %v", folder, err)}
	}
	defer unix.Close(dir)
	slot := -1
	if p.Sessions > 0 {
		if slot, err = lockSlot(dir, p.Name, p.Sessions); err != nil {
			return -1, err
		}
	}
	if p.Rate.Count > 0 {
		if err := countRate(dir, p.Name, p.Rate, now); err != nil {
			if slot >= 0 {
				unix.Close(slot)
			}
			return -1, err
		}
	}
	return slot, nil
}

// openState makes and opens the folder, which must be the account's own and closed to others.
func openState(folder string, owner int) (int, error) {
	if !path.IsAbs(folder) {
		return -1, errors.New("the account's home is no absolute path; correct /etc/passwd")
	}
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return -1, err
	}
	dir, err := unix.Open(folder, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0)
	if err != nil {
		return -1, err
	}
	var st unix.Stat_t
	if err = unix.Fstat(dir, &st); err == nil && (int(st.Uid) != owner || st.Mode&0o022 != 0) {
		err = errors.New("the folder belongs to somebody else or others may write to it")
	}
	if err != nil {
		unix.Close(dir)
		return -1, err
	}
	return dir, nil
}

func openStateFile(dir int, name string) (int, error) {
	return unix.Openat(dir, name, unix.O_RDWR|unix.O_CREAT|unix.O_NOFOLLOW|unix.O_NONBLOCK|unix.O_CLOEXEC, 0o600)
}

// lockSlot takes the first free one of n locks. The kernel frees it when the last process that holds it ends.
func lockSlot(dir int, name string, n int) (int, error) {
	for i := range n {
		fd, err := openStateFile(dir, name+".slot."+strconv.Itoa(i))
		if err != nil {
			return -1, &errLater{"state", fmt.Sprintf("open a session's slot: %v", err)}
		}
		if unix.Flock(fd, unix.LOCK_EX|unix.LOCK_NB) == nil {
			return fd, nil
		}
		unix.Close(fd)
	}
	return -1, &errLater{"sessions", fmt.Sprintf("%d sessions are open, as many as the policy allows", n)}
}

// countRate notes this session among the last ones, and refuses it if too many began within the span. The file holds the
// times of the last sessions in nanoseconds since 1970, 8 bytes each, as a ring behind the position of its oldest.
func countRate(dir int, name string, r Rate, now time.Time) error {
	fd, err := openStateFile(dir, name+".rate")
	if err != nil {
		return &errLater{"state", fmt.Sprintf("open the session counter: %v", err)}
	}
	defer unix.Close(fd)
	if err := unix.Flock(fd, unix.LOCK_EX); err != nil {
		return &errLater{"state", fmt.Sprintf("lock the session counter: %v", err)}
	}
	ring := make([]byte, 8*(r.Count+1))
	n, err := unix.Pread(fd, ring, 0)
	if err != nil {
		return &errLater{"state", fmt.Sprintf("read the session counter: %v", err)}
	}
	clear(ring[n:])
	oldest := int(binary.LittleEndian.Uint64(ring)%uint64(r.Count))*8 + 8
	last := time.Unix(0, int64(binary.LittleEndian.Uint64(ring[oldest:])))
	// A session that came at the same time may have noted a later moment, and a clock can be set back a little. What lies
	// further ahead than the span is from a clock that was wrong, and is not held against the client.
	if age := now.Sub(last); age > -r.Span && age < r.Span {
		return &errLater{"rate", fmt.Sprintf("%d sessions began within %v", r.Count, r.Span)}
	}
	binary.LittleEndian.PutUint64(ring[oldest:], uint64(now.UnixNano()))
	binary.LittleEndian.PutUint64(ring, uint64(oldest/8))
	if n, err = unix.Pwrite(fd, ring, 0); err == nil && n < len(ring) {
		err = unix.ENOSPC
	}
	if err != nil {
		return &errLater{"state", fmt.Sprintf("write the session counter: %v", err)}
	}
	return nil
}
