package sshrestrict

import (
	"errors"
	"path"
	"strings"

	"golang.org/x/sys/unix"
)

// Bounds of what the wildcards of one command may grow to.
const (
	maxRsyncPatterns = 64
	maxRsyncPaths    = 4 * maxMatches
)

// operands renders the paths. A sender without one sends the root, a receiver has exactly one target.
func (r *rsyncRule) operands(c *rsyncCommand) ([]string, error) {
	var paths []string
	patterns := 0
	for _, w := range c.paths {
		names, matched := []string{w.Text}, false
		switch {
		case w.Tilde:
			return nil, refuse("path-tilde", "the path %s begins with an unquoted ~", quote(w.Text))
		case w.Pattern != "":
			if patterns++; patterns > maxRsyncPatterns {
				return nil, refuse("path-pattern", "more than %d patterns", maxRsyncPatterns)
			}
			found, err := r.Root.match(w.Pattern, r.Paths, c.secluded)
			if err != nil {
				return nil, err
			}
			if len(found) > 0 {
				names, matched = found, true
			}
		}
		for _, name := range names {
			p, err := r.operand(name)
			if err != nil && matched && c.sender {
				// rsync sends a link that a wildcard found as a link and does not follow it.
				p, err = r.unfollowed(name)
			}
			if err != nil {
				return nil, err
			}
			paths = append(paths, p)
		}
		if len(paths) > maxRsyncPaths {
			return nil, refuse("path-pattern", "the patterns stand for more than %d names", maxRsyncPaths)
		}
	}
	if c.sender || c.secluded && !c.dot { // what is still in the stream
		return paths, nil
	}
	switch {
	case len(paths) == 0:
		paths = []string{"./"}
	case len(paths) > 1:
		return nil, refuse("rsync-target", "more than one target; clients before 3.2.4 do not quote the spaces in one")
	case paths[0] == string(r.Root) || paths[0] == ".":
		paths[0] += "/" // never a file in the folder above
	}
	return paths, nil
}

// operand returns what rsync is given for a client's path: an absolute path for one that is absolute and below the root,
// and one that is relative to the root, where rsync is started, for all others. So the names that rsync sends with -R are
// those that the client asked for. The first "/./" stays, where these names begin.
func (r *rsyncRule) operand(text string) (string, error) {
	located, err := r.Root.locate(text, r.Paths)
	if err != nil {
		return "", err
	}
	if head, tail, ok := strings.Cut(text, "/./"); ok {
		head, err := r.operand(head + "/")
		if err != nil {
			return "", err
		}
		tail = strings.TrimLeft(tail, "/")
		if tail == "" {
			return head + "./", nil
		}
		return head + "./" + withSlash(path.Clean(tail), tail), nil
	}
	if _, under := r.Root.relative(text); path.IsAbs(text) && under && r.Paths != PathsRooted {
		return located, nil
	}
	inside, _ := r.Root.relative(located)
	if inside == "." && text != "." && text != "" {
		return "./", nil
	}
	inside = withSlash(inside, located)
	if strings.HasPrefix(inside, "-") || strings.HasPrefix(text, "./") { // which has a meaning of its own with -R
		inside = "./" + inside
	}
	return inside, nil
}

// unfollowed returns the path of a name whose folder is inside the root, whatever the name is a link to.
func (r *rsyncRule) unfollowed(text string) (string, error) {
	dir, name := path.Split(text)
	if name == "" || name == "." || name == ".." {
		return "", refuse("path-parent", "the path %s has no name at its end", quote(text))
	}
	if dir == "" {
		dir = "./"
	}
	located, err := r.operand(dir)
	if err != nil {
		return "", err
	}
	return located + name, nil
}

// withSlash returns p with a slash at its end if like has one.
func withSlash(p, like string) string {
	if strings.HasSuffix(like, "/") && !strings.HasSuffix(p, "/") {
		return p + "/"
	}
	return p
}

// options renders the long options in the client's order. paths are rendered already.
func (r *rsyncRule) options(c *rsyncCommand, paths []string) ([]string, error) {
	var rendered []string
	for _, o := range c.options {
		var err error
		switch {
		case o.name == "ignore-existing" && !c.sender && !r.overwrites():
			continue // the rule adds it
		case o.kind == rsyncFileList:
			o.value, err = r.fileList(c, o.value)
		case c.sender && (o.name == "backup-dir" || o.name == "suffix"):
			continue // of the client's own side; it sends them always
		case c.sender && (o.kind == rsyncFolder || o.kind == rsyncPerFolder):
			err = refuse("rsync-option", "--%s is for the side that receives", o.name)
		case o.kind == rsyncFolder || o.kind == rsyncPerFolder:
			target := ""
			if len(paths) > 0 {
				target = paths[0]
			}
			o.value, err = r.auxiliary(o, target)
		}
		if err != nil {
			return nil, err
		}
		rendered = append(rendered, o.render())
	}
	return rendered, nil
}

// fileList checks --files-from: "-" for names in the stream, or a file in the root, which a receiver sends to the client.
func (r *rsyncRule) fileList(c *rsyncCommand, value string) (string, error) {
	switch {
	case value == "-" && c.sender:
		return value, nil
	case value == "-":
		return "", refuse("rsync-option", "--files-from=- is for the side that sends")
	case !r.Mode.Reads():
		return "", refuse("rsync-read", "--files-from reads a file of the server, and reading is not in the mode %s", r.Mode)
	}
	return r.Root.locate(value, r.Paths)
}

// auxiliary checks the folder of an option such as --link-dest. rsync takes a relative one from the target on; if it leads
// upwards from there, the absolute folder that it means is rendered.
func (r *rsyncRule) auxiliary(o rsyncOption, target string) (string, error) {
	if path.IsAbs(o.value) {
		located, err := r.Root.locate(o.value, r.Paths)
		return strings.TrimSuffix(located, "/"), err
	}
	if strings.HasPrefix(o.value, "-") {
		return "", refuse("path-dash", "the folder %s of --%s starts with a dash", quote(o.value), o.name)
	}
	base := path.Clean(target)
	if path.IsAbs(base) {
		base, _ = r.Root.relative(base)
	}
	joined := path.Join(base, o.value)
	switch climbs := hasParent(o.value); {
	case climbs && o.kind == rsyncPerFolder:
		return "", refuse("path-parent", "the folder %s of --%s has a .. in it", quote(o.value), o.name)
	case joined == ".." || strings.HasPrefix(joined, "../"):
		return "", refuse("path-outside", "the folder %s of --%s, seen from the target, is outside of %s", quote(o.value), o.name, quote(string(r.Root)))
	case climbs && r.Root.hasLink(base):
		return "", refuse("path-link", "the folder %s of --%s has a .. in it, and the target is behind a symbolic link", quote(o.value), o.name)
	}
	if err := r.Root.beneath(joined); err != nil {
		return "", err
	}
	if hasParent(o.value) {
		return path.Join(string(r.Root), joined), nil
	}
	// The target may turn out to be a file: then rsync takes the folder that it is in.
	return path.Clean(o.value), r.Root.beneath(path.Join(path.Dir(base), o.value))
}

func hasParent(p string) bool {
	for part := range strings.SplitSeq(p, "/") {
		if part == ".." {
			return true
		}
	}
	return false
}

// hasLink is true if a part of the path that exists is a symbolic link.
func (f folder) hasLink(rel string) bool {
	root, err := unix.Open(string(f), unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		return false
	}
	defer unix.Close(root)
	for ; rel != "."; rel = path.Dir(rel) {
		if isLink(root, rel) {
			return true
		}
		if fd, err := openBeneath(root, rel, unix.O_PATH); err == nil {
			unix.Close(fd)
		} else if !errors.Is(err, unix.ENOENT) {
			return true
		}
	}
	return false
}
