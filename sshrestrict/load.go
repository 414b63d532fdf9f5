package sshrestrict

import (
	"errors"
	"fmt"
	"os"
	"path"
	"strings"

	"golang.org/x/sys/unix"

	"ops/internal/strictyaml"
	"ops/sshrestrict/internal/passwd"
)

// Folder is where policies are unless the command line says otherwise.
const Folder = "/etc/ops/ssh-restrict"

// ownFolder holds policies that belong to accounts: only in a folder of its name in there, which root has made and given to
// it, may an account's policies be its own. Whoever can write as that account can change them.
const ownFolder = Folder + "/users"

// ownerOf returns who beside root may own the policies of a folder that are for an account, -1 for nobody.
func ownerOf(folder string, account passwd.Account) int {
	if checkName(account.Name) == nil && folder == path.Join(ownFolder, account.Name) {
		return account.UID
	}
	return -1
}

// maxPolicy is the size of the largest policy file in bytes.
const maxPolicy = 1 << 20

// UnsafeFile says that somebody else than root could change a policy.
type UnsafeFile struct{ Path, Reason, Remedy string }

func (e *UnsafeFile) Error() string {
	return fmt.Sprintf("read policy %s: %s; %s", e.Path, e.Reason, e.Remedy)
}

// Load reads the policy of a name from a folder. The file and every folder above it must be owned by root (or by owner, if
// that is not -1), not be writable by others and be no symbolic links, so that nobody else can have changed what is read.
func Load(folder, name string, owner int) (*Policy, error) {
	if err := checkName(name); err != nil {
		return nil, err
	}
	return LoadFile(path.Join(folder, name+".yaml"), owner)
}

// LoadFile reads a policy by its path, with the checks of [Load].
func LoadFile(file string, owner int) (*Policy, error) {
	data, err := readSafely(file, owner)
	if err != nil {
		return nil, err
	}
	return Parse(strings.TrimSuffix(path.Base(file), ".yaml"), file, data)
}

// checkName refuses names that could lead out of the folder of policies.
func checkName(name string) error {
	for i, c := range []byte(name) {
		alnum := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_'
		if !alnum && (i == 0 || strings.IndexByte(".-", c) < 0) {
			return fmt.Errorf("the policy's name %s: only letters, digits, _ . and - are allowed, the first no . or -", quote(name))
		}
	}
	if name == "" || len(name) > 64 {
		return errors.New("the policy's name has to have 1 to 64 characters")
	}
	return nil
}

// readSafely walks to the file from / one name at a time, without following links, and checks each thing that it opened.
func readSafely(file string, owner int) ([]byte, error) {
	if !path.IsAbs(file) || path.Clean(file) != file {
		return nil, fmt.Errorf("read policy %s: the path is not absolute and clean", quote(file))
	}
	dir, err := unix.Open("/", unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, fmt.Errorf("open /: %w", err)
	}
	defer func() { unix.Close(dir) }()
	parts := strings.Split(file[1:], "/")
	for i, part := range parts[:len(parts)-1] {
		done := "/" + strings.Join(parts[:i+1], "/")
		next, err := unix.Openat(dir, part, unix.O_PATH|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0)
		if err != nil {
			return nil, fmt.Errorf("read policy %s: open %s: %w", file, done, err)
		}
		unix.Close(dir)
		dir = next
		// Where others may add files, as in /tmp, they could add a hard link to one of root's: no policy lies directly there.
		if err := safe(dir, done, unix.S_IFDIR, owner, i < len(parts)-2); err != nil {
			return nil, err
		}
	}
	fd, err := unix.Openat(dir, parts[len(parts)-1], unix.O_RDONLY|unix.O_NOFOLLOW|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	switch {
	case errors.Is(err, unix.ELOOP):
		return nil, &UnsafeFile{file, "it is a symbolic link", "put the file itself there"}
	case err != nil:
		return nil, &os.PathError{Op: "read policy", Path: file, Err: err}
	}
	defer unix.Close(fd)
	if err := safe(fd, file, unix.S_IFREG, owner, false); err != nil {
		return nil, err
	}
	return readAll(fd, file)
}

// readAll reads an open policy. It goes to the system calls directly: package os would start its poller first.
func readAll(fd int, file string) ([]byte, error) {
	data := make([]byte, 16<<10)
	for have := 0; ; {
		n, err := unix.Read(fd, data[have:])
		switch {
		case err == unix.EINTR:
			continue
		case err != nil:
			return nil, &os.PathError{Op: "read policy", Path: file, Err: err}
		case n == 0:
			return data[:have], nil
		}
		if have += n; have > maxPolicy {
			return nil, &strictyaml.Error{Name: file, Line: 1, Column: 1, Msg: fmt.Sprintf("more than %d bytes", maxPolicy)}
		}
		if have == len(data) {
			data = append(data, make([]byte, len(data))...)
		}
	}
}

// safe checks type, owner and mode of what was opened. In a sticky folder others may add things if shared is true.
func safe(fd int, name string, form uint32, owner int, shared bool) error {
	var st unix.Stat_t
	if err := unix.Fstat(fd, &st); err != nil {
		return fmt.Errorf("look at %s: %w", name, err)
	}
	switch {
	case st.Mode&unix.S_IFMT == unix.S_IFLNK:
		return &UnsafeFile{name, "it is a symbolic link", "name the folder itself"}
	case st.Mode&unix.S_IFMT != form:
		return &UnsafeFile{name, "it is of another type", "put a plain file into a plain folder"}
	case st.Uid != 0 && int(st.Uid) != owner:
		return &UnsafeFile{name, fmt.Sprintf("it belongs to user %d", st.Uid), "run: chown root " + name}
	case st.Mode&0o022 != 0 && (!shared || st.Mode&unix.S_ISVTX == 0):
		return &UnsafeFile{name, "others may write to it", "run: chmod go-w " + name}
	}
	return nil
}
