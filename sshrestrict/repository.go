package sshrestrict

import (
	"errors"
	"os"
	"path"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// repositories are those that a rule is for: one, or some of those below a folder.
type repositories struct {
	Repository folder `yaml:"repository"` // exactly this one
	Root       folder `yaml:"root"`       // or those below this folder

	// Of root: patterns of path.Match for names relative to it; "**" stands for any number of folders. Only those names
	// are served that match one of Names (all if left out) and none of Except; a pattern of Except also excludes what is
	// inside of what it matches.
	Names  []string `yaml:"repositories"`
	Except []string `yaml:"except"`

	Paths PathStyle `yaml:"paths"` // absolute
}

func (r *repositories) complete() error {
	switch {
	case (r.Repository == "") == (r.Root == ""):
		return refuse("root", "give either repository or root")
	case r.Repository != "" && (r.Names != nil || r.Except != nil):
		return refuse("root", "repositories and except choose below root; with repository there is nothing to choose")
	case r.Repository != "":
		dir, name := path.Split(string(r.Repository))
		r.Root, r.Names = folder(path.Clean(dir)), []string{escape(name)}
	case r.Names == nil:
		r.Names = []string{"**"}
	}
	for _, pattern := range append(r.Names[:len(r.Names):len(r.Names)], r.Except...) {
		_, err := path.Match(pattern, "")
		if err != nil || pattern == "" || pattern != path.Clean("/" + pattern)[1:] {
			return refuse("root", "the pattern %s of repositories is malformed; it is relative to root, such as team/*.git", quote(pattern))
		}
	}
	return completeRoot(r.Repository + r.Root)
}

// escape returns the pattern of path.Match for just this name.
func escape(name string) string {
	var b strings.Builder
	for _, c := range []byte(name) {
		if strings.IndexByte(`*?[\`, c) >= 0 {
			b.WriteByte('\\')
		}
		b.WriteByte(c)
	}
	return b.String()
}

// locate returns the absolute path, without symbolic links below the root, of the repository that a client's word names.
// The name as written and the name behind links both have to be served. A leading ~/ (which git-lfs and
// git-annex send as /~/) and relative names mean the root: the account's home is of no interest to a client of repositories.
func (r *repositories) locate(w Word) (string, error) {
	name := w.Text
	if _, under := r.Root.relative(name); strings.HasPrefix(name, "/~") && !under {
		name = name[1:]
	}
	switch {
	case w.Pattern != "":
		return "", refuse("repository-pattern", "the repository %s is a pattern", quote(name))
	case name == "~" || strings.HasPrefix(name, "~/"):
		name = strings.TrimLeft(name[1:], "/")
	case strings.HasPrefix(name, "~"):
		return "", refuse("repository-home", "the repository %s is in somebody's home", quote(name))
	}
	located, err := r.Root.locate(name, r.Paths)
	if err != nil {
		return "", err
	}
	rel, _ := r.Root.relative(located)
	if err := r.serves(rel); err != nil {
		return "", err
	}
	real, err := r.Root.resolve(rel)
	if err != nil {
		return "", err
	}
	if err := r.serves(real); err != nil {
		return "", err
	}
	place := path.Join(string(r.Root), real)
	if strings.ContainsAny(name, "*?[") && !exists(place) {
		return "", refuse("repository-pattern", "the repository %s is a pattern, or does not exist", quote(name))
	}
	return place, nil
}

// maxDepth is how many folders deep a repository may be: "**" in patterns makes comparing costly for long names.
const maxDepth = 32

// serves refuses names relative to the root that the rule is not for.
func (r *repositories) serves(rel string) error {
	names := strings.Split(rel, "/")
	switch {
	case rel == "." || rel == "":
		return refuse("repository", "no repository is named, only the folder of all")
	case len(names) > maxDepth:
		return refuse("repository", "the repository is %d folders deep, more than %d", len(names), maxDepth)
	case !matchesAny(r.Names, names):
		return refuse("repository", "the repository %s is none of those served", quote(rel))
	}
	return r.excepted(rel)
}

// excepted refuses names that Except is for.
func (r *repositories) excepted(rel string) error {
	names := strings.Split(rel, "/")
	for i := range names {
		if matchesAny(r.Except, names[:i+1]) {
			return refuse("repository", "the repository %s is excepted", quote(rel))
		}
	}
	return nil
}

func matchesAny(patterns, names []string) bool {
	for _, pattern := range patterns {
		if matchNames(strings.Split(pattern, "/"), names) {
			return true
		}
	}
	return false
}

// matchNames compares names of folders with patterns, of which "**" stands for any number of names.
func matchNames(patterns, names []string) bool {
	for i, pattern := range patterns {
		if pattern == "**" {
			for skipped := range len(names) - i + 1 {
				if matchNames(patterns[i+1:], names[i+skipped:]) {
					return true
				}
			}
			return false
		}
		if i >= len(names) {
			return false
		}
		if ok, _ := path.Match(pattern, names[i]); !ok {
			return false
		}
	}
	return len(patterns) == len(names)
}

// resolve returns the name, relative to the folder, that a name leads to once symbolic links are followed. What does not
// exist keeps its name: locate has made sure that the part that exists is inside.
func (f folder) resolve(rel string) (string, error) {
	root, err := unix.Open(string(f), unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		return rel, nil // nothing there, which the program will say
	}
	defer unix.Close(root)
	above, err := nameOf(root)
	if err != nil {
		return "", err
	}
	missing := ""
	for at := rel; ; at = path.Dir(at) {
		fd, err := openBeneath(root, at, unix.O_PATH)
		if errors.Is(err, unix.ENOENT) && at != "." {
			missing = path.Join(path.Base(at), missing)
			continue
		}
		if err != nil {
			return "", refuse("path-link", "look at %s in %s: %v", quote(rel), quote(string(f)), err)
		}
		name, err := nameOf(fd)
		unix.Close(fd)
		if err != nil {
			return "", err
		}
		inside, ok := folder(above).relative(name)
		if !ok {
			return "", refuse("path-link", "%s leads to %s, outside of %s", quote(rel), quote(name), quote(string(f)))
		}
		return path.Join(inside, missing), nil
	}
}

// nameOf returns the path of what is open, see proc_pid_fd(5).
func nameOf(fd int) (string, error) {
	name, err := os.Readlink("/proc/self/fd/" + strconv.Itoa(fd))
	if err != nil {
		return "", refuse("path-root", "ask for the name of an open folder: %v; is /proc mounted?", err)
	}
	return name, nil
}

// completeMode refuses a mode that no version control system can keep, and takes write for read-write: to write, each of
// them has to read what is there.
func completeMode(m *Mode) error {
	switch *m {
	case ModeAppend:
		return refuse("mode", "append cannot be promised here; choose read or read-write, and refuse what rewrites history in a hook of the repository")
	case ModeWrite:
		*m = ModeReadWrite
	}
	return nil
}

// programOr fills in where a program mostly is.
func programOr(program *folder, usual folder) {
	if *program == "" {
		*program = usual
	}
}

// shells are what the sandbox opens for hooks: they are mostly scripts, and what they call is not known here.
func shells() []string { return []string{"/usr/bin", "/bin"} }
