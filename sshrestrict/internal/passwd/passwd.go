// Package passwd looks one account up in /etc/passwd, in plain Go without the C library and without tables built at start.
// Start with ByUID and ByName, or Read for all; accounts that only a directory service knows are not found, which callers treat as a refusal.
package passwd

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// Account is one line of the table, see passwd(5).
type Account struct {
	Name  string
	UID   int
	GID   int
	Home  string // as written, mostly an absolute path
	Shell string // as written; empty means /bin/sh
}

// Unknown says that the table has no such account.
type Unknown struct {
	Table   string // the file that was read
	Account string // "uid 1000" or "name alice"
}

func (u *Unknown) Error() string {
	return fmt.Sprintf("look up %s in %s: no such account; add it there, directory services are not asked", u.Account, u.Table)
}

const (
	table = "/etc/passwd"

	maxLine  = 4 << 10  // bytes; longer lines are passed over, since no tool writes them
	maxTable = 64 << 20 // bytes; about a million accounts
)

// ByUID returns the first account with the numeric id, as getpwuid(3) does. The error is *Unknown or that of the file.
func ByUID(uid int) (Account, error) {
	found, err := open(table, func(a Account) bool { return a.UID == uid })
	return found, about(err, "uid "+strconv.Itoa(uid), table)
}

// ByName returns the first account with the name, as getpwnam(3) does. The error is *Unknown or that of the file.
func ByName(name string) (Account, error) {
	found, err := open(table, func(a Account) bool { return a.Name == name })
	return found, about(err, "name "+strconv.Quote(name), table)
}

// about completes an error with what was looked for.
func about(err error, wanted, path string) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, errAbsent):
		return &Unknown{Table: path, Account: wanted}
	}
	return fmt.Errorf("look up %s in %s: %w", wanted, path, err)
}

// open goes to the system calls directly: package os would start its poller first.
func open(path string, match func(Account) bool) (Account, error) {
	fd, err := unix.Open(path, unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return Account{}, err
	}
	defer unix.Close(fd)
	return find(descriptor(fd), match)
}

// descriptor reads from an open file.
type descriptor int

func (d descriptor) Read(p []byte) (int, error) {
	for {
		n, err := unix.Read(int(d), p)
		switch {
		case err == unix.EINTR:
			continue
		case err != nil:
			return 0, err
		case n == 0 && len(p) > 0:
			return 0, io.EOF
		}
		return n, nil
	}
}

var errAbsent = errors.New("no such account")

// find returns the first account that matches.
func find(r io.Reader, match func(Account) bool) (Account, error) {
	found, err := Account{}, errAbsent
	readErr := each(r, func(a Account) bool {
		if match(a) {
			found, err = a, nil
		}
		return err != nil
	})
	if readErr != nil {
		return Account{}, readErr
	}
	return found, err
}

// Read returns all accounts of a table.
func Read(r io.Reader) ([]Account, error) {
	var all []Account
	err := each(r, func(a Account) bool {
		all = append(all, a)
		return true
	})
	return all, err
}

// each passes on the well-formed lines until it is told to stop. Broken lines are passed over, as the C library does: one
// of them must not lock everybody out.
func each(r io.Reader, more func(Account) bool) error {
	lines := bufio.NewReaderSize(io.LimitReader(r, maxTable), maxLine)
	for {
		line, isPrefix, err := lines.ReadLine()
		if err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
		if isPrefix {
			for isPrefix && err == nil {
				_, isPrefix, err = lines.ReadLine()
			}
			continue
		}
		if account, ok := parse(string(line)); ok && !more(account) {
			return nil
		}
	}
}

// parse reads "name:password:uid:gid:comment:home:shell". Lines of the old NIS, which begin with + or -, are no accounts.
func parse(line string) (Account, bool) {
	const fields = 7
	part := strings.SplitN(line, ":", fields+1)
	if len(part) != fields || part[0] == "" || strings.ContainsAny(part[0][:1], "+-#") || strings.ContainsRune(line, 0) {
		return Account{}, false
	}
	uid, err := number(part[2])
	if err != nil {
		return Account{}, false
	}
	gid, err := number(part[3])
	if err != nil {
		return Account{}, false
	}
	return Account{Name: part[0], UID: uid, GID: gid, Home: part[5], Shell: part[6]}, true
}

// number reads an id of 32 bits; the highest one means "no id" to chown(2) and is refused.
func number(s string) (int, error) {
	n, err := strconv.ParseUint(s, 10, 32)
	if err == nil && n == 1<<32-1 {
		return 0, strconv.ErrRange
	}
	return int(n), err
}
