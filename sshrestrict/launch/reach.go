package launch

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"
)

// baseRead can always be read: what any program needs to run at all, and nothing that tells of the machine's users. Not
// /etc/passwd, /etc as a whole or /proc.
func baseRead() []string {
	return []string{
		"/usr/lib", "/usr/lib32", "/usr/lib64", "/usr/libx32", "/usr/share", "/usr/local/lib", "/usr/local/share",
		"/lib", "/lib32", "/lib64", "/libx32", // links to the same in /usr on most systems
		"/etc/ld.so.cache", "/etc/localtime", "/etc/timezone", "/etc/locale.alias",
		"/etc/ssl/openssl.cnf", "/etc/crypto-policies", // libcrypto refuses to work without its own file
		"/dev/urandom", "/dev/random",
	}
}

// baseDevices can always be read and written.
func baseDevices() []string { return []string{"/dev/null", "/dev/zero", "/dev/full"} }

// rules builds one ruleset.
type rules struct {
	kernel  kernel
	fd      int
	handled uint64 // rights of the file system that the ruleset knows
}

// newRules makes the ruleset of a program: what it is allowed to reach, with all being denied that is not. The caller
// closes fd.
func newRules(k kernel, s Sandbox, c Confinement, programs []*executable) (*rules, error) {
	attr := handled(s.ABI, c.Network)
	fd, err := k.create(attr)
	if err != nil {
		return nil, &NoSandbox{Cause: err}
	}
	r := &rules{kernel: k, fd: fd, handled: attr.Handled_access_fs}
	if err := r.fill(c, programs); err != nil {
		_ = unix.Close(fd)
		return nil, &NoSandbox{Cause: err}
	}
	return r, nil
}

func (r *rules) fill(c Confinement, programs []*executable) error {
	for _, program := range programs {
		if err := r.allow(program.fd, rightsExec); err != nil {
			return err
		}
		// Debian's Python complains about every start if it may not read the file of the administrator in there.
		if name := filepath.Base(program.path); strings.HasPrefix(name, "python") {
			if err := r.paths([]string{"/etc/" + name}, rightsRead); err != nil {
				return err
			}
		}
	}
	for _, set := range []struct {
		paths  []string
		rights uint64
	}{
		{baseRead(), rightsRead},
		{baseDevices(), rightsDevice},
		{c.Read, rightsRead},
		{c.Write, rightsWrite},
	} {
		if err := r.paths(set.paths, set.rights); err != nil {
			return err
		}
	}
	if err := r.execute(c.Execute); err != nil {
		return err
	}
	return r.terminal()
}

// execute allows programs beside the stages' own, and the loader of shared libraries with them. The interpreter of a script
// has to be named by the plan.
func (r *rules) execute(paths []string) error {
	if len(paths) == 0 {
		return nil
	}
	if err := r.paths(paths, rightsExec); err != nil {
		return err
	}
	return r.paths(loaders(), rightsExec)
}

// terminal allows /dev/tty and the device behind it, where a standard stream is one, for password prompts and pagers.
func (r *rules) terminal() error {
	found := false
	for fd := range firstKept {
		if _, err := unix.IoctlGetTermios(fd, unix.TCGETS); err != nil {
			continue
		}
		found = true
		if err := r.allow(fd, rightsDevice); err != nil {
			return err
		}
	}
	if !found {
		return nil
	}
	return r.paths([]string{"/dev/tty"}, rightsDevice)
}

// paths allows files and trees. What does not exist, or cannot be reached by this account anyway, is left out.
func (r *rules) paths(paths []string, rights uint64) error {
	for _, path := range paths {
		fd, err := unix.Open(path, unix.O_PATH|unix.O_CLOEXEC, 0)
		switch {
		case errors.Is(err, unix.ENOENT), errors.Is(err, unix.ENOTDIR), errors.Is(err, unix.EACCES), errors.Is(err, unix.ELOOP):
			continue
		case err != nil:
			return fmt.Errorf("%s: %w", path, err)
		}
		err = r.allow(fd, rights)
		_ = unix.Close(fd)
		if err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
	}
	return nil
}

// allow adds a rule for what fd is. Rules for the same file or tree add up, so order and repetition do not matter.
func (r *rules) allow(fd int, rights uint64) error {
	var stat unix.Stat_t
	if err := unix.Fstat(fd, &stat); err != nil {
		return err
	}
	if stat.Mode&unix.S_IFMT != unix.S_IFDIR {
		rights &= rightsFile
	}
	return r.kernel.allow(r.fd, &unix.LandlockPathBeneathAttr{Allowed_access: rights & r.handled, Parent_fd: int32(fd)})
}
