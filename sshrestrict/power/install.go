package power

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"

	"ops/internal/durable"
)

// Installed tells what Install did.
type Installed struct {
	Path    string
	Changed bool   // or would be, in a dry run
	Note    string // for the administrator; empty if all is well
}

// Install puts the text of Rule into the file at path, as root and readable by all, in one step. With dryRun it checks
// everything and writes nothing. A file that is as it should be is left alone. It refuses a folder that others can write
// to, and a file that is a link or was not written by us.
func Install(path, rule string, dryRun bool) (Installed, error) {
	done := Installed{Path: path}
	fail := func(err error) (Installed, error) {
		return Installed{Path: path}, fmt.Errorf("install polkit rule %s: %w", path, err)
	}
	if !strings.HasPrefix(rule, ruleMark) {
		return fail(errors.New("the text is not one of ours"))
	}
	if !filepath.IsAbs(path) || filepath.Ext(path) != ".rules" {
		return fail(errors.New("the path must be absolute and end in .rules; " + RulePath + " is the usual one"))
	}
	if err := checkFolder(filepath.Dir(path)); err != nil {
		return fail(err)
	}
	same, err := checkOld(path, rule)
	if err != nil {
		return fail(err)
	}
	done.Changed = !same
	if !strings.HasPrefix(path, "/etc/polkit-1/rules.d/") && !strings.HasPrefix(path, "/usr/share/polkit-1/rules.d/") {
		done.Note = "polkit reads rules from /etc/polkit-1/rules.d only"
	}
	if same || dryRun {
		return done, nil
	}
	f, err := durable.Create(path, 0o644)
	if err != nil {
		return fail(err)
	}
	defer f.Discard()
	// Whatever the umask and an older file had: polkitd runs as a user of its own and must be able to read this.
	_, err = f.Write([]byte(rule))
	if err := errors.Join(err, os.Chown(f.Name(), 0, 0), os.Chmod(f.Name(), 0o644)); err != nil {
		return fail(err)
	}
	if err := f.Commit(); err != nil {
		return fail(err)
	}
	return done, nil
}

// checkFolder wants a folder of root or polkitd, as Debian has it, that nobody else can write to.
func checkFolder(folder string) error {
	st, err := os.Lstat(folder)
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%w; install polkitd, or with polkit 0.105 (Debian 11) use %s", err, LocalAuthorityPath)
	}
	if err != nil {
		return err
	}
	if !st.IsDir() {
		return fmt.Errorf("%s is not a folder", folder)
	}
	if st.Mode().Perm()&0o022 != 0 {
		return fmt.Errorf("%s can be written to by others (%v); take that away with chmod go-w", folder, st.Mode())
	}
	owner := st.Sys().(*syscall.Stat_t).Uid
	if owner != 0 && !isPolkitd(owner) {
		return fmt.Errorf("%s belongs to user %d; it must belong to root or polkitd", folder, owner)
	}
	return nil
}

func isPolkitd(uid uint32) bool {
	u, err := user.Lookup("polkitd")
	return err == nil && u.Uid == strconv.FormatUint(uint64(uid), 10)
}

// checkOld says whether the file is there already just as it should be, or refuses one that is not ours to replace.
func checkOld(path, rule string) (same bool, err error) {
	st, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	if !st.Mode().IsRegular() {
		return false, errors.New("there is something that is not a regular file; remove it first")
	}
	text, err := head(path, maxFile)
	if err != nil {
		return false, err
	}
	if !strings.HasPrefix(text, ruleMark) {
		return false, errors.New("there is a file that ops did not write; move it away first")
	}
	owner := st.Sys().(*syscall.Stat_t)
	return text == rule && st.Mode().Perm() == 0o644 && owner.Uid == 0 && owner.Gid == 0, nil
}
