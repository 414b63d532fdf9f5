package sshrestrict

import (
	"errors"
	"path"
	"strings"

	"golang.org/x/sys/unix"

	"ops/internal/strictyaml"
)

// folder is an absolute, clean path in a policy.
type folder string

// UnmarshalYAML reads and checks the path; it need not exist yet.
func (f *folder) UnmarshalYAML(n strictyaml.Node) error {
	var text string
	if err := n.Decode(&text); err != nil {
		return err
	}
	if !strings.HasPrefix(text, "/") {
		return errors.New("expected an absolute path such as /srv/data, found " + quote(text))
	}
	if err := printable(text); err != nil {
		return err
	}
	clean := path.Clean(text)
	if clean != strings.TrimRight(text, "/") && text != "/" {
		return errors.New("the path " + quote(text) + " is not in its shortest form; write " + quote(clean))
	}
	*f = folder(clean)
	return nil
}

// locate returns the absolute path inside the folder that a client's path means. It refuses what lies outside, by its
// text or by a symbolic link at this moment. A path that does not exist is accepted if the part that exists is inside. A
// slash at the end stays, because programs give it a meaning.
//
// The file system may change before the path is used. So whoever uses it is confined: by os.Root in our own servers, by
// Landlock elsewhere.
func (f folder) locate(p string, style PathStyle) (string, error) {
	if p == "" {
		p = "."
	}
	if strings.HasPrefix(p, "-") {
		return "", refuse("path-dash", "the path %s starts with a dash", quote(p))
	}
	for part := range strings.SplitSeq(p, "/") {
		if part == ".." {
			return "", refuse("path-parent", "the path %s has a .. in it", quote(p))
		}
	}
	rel := p
	if path.IsAbs(p) {
		inside, under := f.relative(p)
		switch {
		case style != PathsRooted && under:
			rel = inside
		case style == PathsAbsolute:
			return "", refuse("path-outside", "the path %s is outside of %s", quote(p), quote(string(f)))
		default:
			rel = strings.TrimLeft(p, "/")
		}
	}
	slash := strings.HasSuffix(p, "/") || strings.HasSuffix(p, "/.")
	rel = path.Clean(rel)
	if err := f.beneath(rel); err != nil {
		return "", err
	}
	abs := path.Join(string(f), rel)
	if slash && abs != "/" {
		abs += "/"
	}
	return abs, nil
}

// relative returns the part of an absolute path below the folder.
func (f folder) relative(p string) (string, bool) {
	clean := path.Clean(p)
	if f == "/" {
		return strings.TrimPrefix(clean, "/"), true
	}
	if clean == string(f) {
		return ".", true
	}
	rest, ok := strings.CutPrefix(clean, string(f)+"/")
	return rest, ok
}

// beneath refuses a path whose existing part leaves the folder through a symbolic link, see RESOLVE_BENEATH in openat2(2).
func (f folder) beneath(rel string) error {
	root, err := unix.Open(string(f), unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		if errors.Is(err, unix.ENOENT) {
			return nil // nothing there that a link could be in
		}
		return refuse("path-root", "open the folder %s: %v", quote(string(f)), err)
	}
	defer unix.Close(root)
	for {
		fd, err := openBeneath(root, rel, unix.O_PATH)
		switch {
		case err == nil:
			unix.Close(fd)
			return nil
		case errors.Is(err, unix.ENOENT):
			// A link that points to nothing is refused: what would be made is made where the link points to.
			if isLink(root, rel) {
				return refuse("path-link", "the path %s is a symbolic link to nothing", quote(rel))
			}
			if rel == "." {
				return nil
			}
			rel = path.Dir(rel)
		case errors.Is(err, unix.EXDEV), errors.Is(err, unix.ELOOP):
			return refuse("path-link", "the path %s leaves %s through a symbolic link", quote(rel), quote(string(f)))
		default: // ENOTDIR, ENAMETOOLONG, EACCES …: the program would fail likewise
			return refuse("path-open", "look at %s in %s: %v", quote(rel), quote(string(f)), err)
		}
	}
}

func openBeneath(root int, rel string, flags uint64) (int, error) {
	for {
		fd, err := unix.Openat2(root, rel, &unix.OpenHow{
			Flags:   flags | unix.O_CLOEXEC,
			Resolve: unix.RESOLVE_BENEATH | unix.RESOLVE_NO_MAGICLINKS,
		})
		if err != unix.EAGAIN && err != unix.EINTR { // EAGAIN: something was renamed meanwhile
			return fd, err
		}
	}
}

// isLink is true if the last part of rel is a symbolic link in a folder beneath root.
func isLink(root int, rel string) bool {
	fd, err := openBeneath(root, rel, unix.O_PATH|unix.O_NOFOLLOW)
	if err != nil {
		return false
	}
	defer unix.Close(fd)
	var st unix.Stat_t
	return unix.Fstat(fd, &st) == nil && st.Mode&unix.S_IFMT == unix.S_IFLNK
}
