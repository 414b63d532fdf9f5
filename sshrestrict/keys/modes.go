package keys

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"syscall"
)

// checkModes says what StrictModes of sshd holds against an open file: a file, or a folder above it up to the home or to /,
// that somebody else may write to. The error names it with the remedy.
func (m Machine) checkModes(file *os.File, a Account) error {
	real, err := filepath.EvalSymlinks(file.Name())
	if err != nil {
		return err
	}
	home := ""
	if h, err := filepath.EvalSymlinks(a.Home); err == nil {
		home = h
	}
	info, err := file.Stat()
	if err != nil {
		return err
	}
	if fault := m.unsafeMode(info, a); fault != "" {
		return fmt.Errorf("%s %s; correct it: chown %s %s; chmod go-w %s", real, fault, a.Name, real, real)
	}
	for dir := filepath.Dir(real); ; dir = filepath.Dir(dir) {
		info, err := os.Stat(dir)
		if err != nil {
			return err
		}
		if fault := m.unsafeMode(info, a); fault != "" {
			return fmt.Errorf("the folder %s %s; correct it: chmod go-w %s, and give it to %s or root", dir, fault, dir, a.Name)
		}
		if dir == home || dir == "/" {
			return nil
		}
	}
}

// unsafeMode is sshd's rule for one file or folder: owned by root or the account, written to by nobody else.
func (m Machine) unsafeMode(info os.FileInfo, a Account) string {
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return "has no owner"
	}
	switch owner := int(stat.Uid); {
	case owner != 0 && owner != a.UID:
		return fmt.Sprintf("belongs to user id %d", owner)
	case stat.Mode&0o002 != 0:
		return fmt.Sprintf("may be written to by everybody (mode %04o)", stat.Mode&0o7777)
	case stat.Mode&0o020 != 0 && !(m.PrivateGroups && m.isPrivate(int(stat.Gid), owner)):
		return fmt.Sprintf("may be written to by a group (mode %04o)", stat.Mode&0o7777)
	}
	return ""
}

// isPrivate is true for a group with exactly one member, who is the owner.
func (m Machine) isPrivate(gid, owner int) bool {
	var members []string
	for _, g := range m.Groups {
		if g.GID == gid {
			members = append(members, g.Members...)
		}
	}
	for _, a := range m.Accounts {
		if a.GID == gid {
			members = append(members, a.Name)
		}
	}
	slices.Sort(members)
	members = slices.Compact(members)
	if len(members) != 1 {
		return false
	}
	a, err := m.Account(members[0])
	return err == nil && a.UID == owner
}
