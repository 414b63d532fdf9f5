package sshrestrict

import (
	"errors"
	"os"
	"path"
	"strings"

	"golang.org/x/sys/unix"
)

// gitPlace is where a repository is.
type gitPlace struct {
	path string // that was asked for
	dir  string // of git's own files: path, or .git in it where path is a working copy
}

// newGitPlace finds git's own files of a repository, if it exists. The programs would by themselves also try the path with
// .git in or behind it, in an order of their own (see enter_repo in git's path.c), and follow a file called .git to
// anywhere. Here the path alone decides, so whatever could send them elsewhere is refused.
func newGitPlace(p string) (gitPlace, error) {
	place, err := findGitPlace(p)
	if err == nil && exists(place.dir+"/commondir") {
		err = refuse("git-repository", "%s belongs to another repository, which its file commondir names; ask for that one", quote(p))
	}
	return place, err
}

func findGitPlace(p string) (gitPlace, error) {
	var st unix.Stat_t
	switch err := unix.Lstat(p, &st); {
	case errors.Is(err, unix.ENOENT):
		return gitPlace{p, p}, onlyOne(p, p+".git")
	case err != nil:
		return gitPlace{}, refuse("git-repository", "look at %s: %v", quote(p), err)
	case st.Mode&unix.S_IFMT != unix.S_IFDIR:
		return gitPlace{}, refuse("git-repository", "%s is no folder", quote(p))
	case isGitDir(p):
		return gitPlace{p, p}, onlyOne(p, p+"/.git")
	}
	switch err := unix.Lstat(p+"/.git", &st); {
	case errors.Is(err, unix.ENOENT):
		return gitPlace{p, p}, onlyOne(p, p+".git")
	case err != nil || st.Mode&unix.S_IFMT != unix.S_IFDIR:
		return gitPlace{}, refuse("git-repository", "%s/.git is no folder; a file or link there leads elsewhere", quote(p))
	}
	return gitPlace{p, p + "/.git"}, onlyOne(p, p+"/.git/.git")
}

// onlyOne refuses a path beside which there is another one that git would take instead.
func onlyOne(p, other string) error {
	if exists(other) {
		return refuse("git-name", "beside %s there is %s, which git would take as well; ask for the one that is meant", quote(p), quote(other))
	}
	return nil
}

// isGitDir looks for what is_git_directory in git's setup.c looks for.
func isGitDir(p string) bool {
	return exists(p+"/HEAD") && exists(p+"/objects") && exists(p+"/refs")
}

// trusted refuses a repository whose configuration or hooks somebody else than root and the account may write: both can
// name programs that git runs. Members of the folder's group may write, as in git init --shared.
func (p gitPlace) trusted(uid int) error {
	names := []string{p.dir, p.dir + "/config", p.dir + "/hooks"}
	hooks, _ := os.ReadDir(p.dir + "/hooks")
	for _, hook := range hooks {
		names = append(names, path.Join(p.dir, "hooks", hook.Name()))
	}
	for _, name := range names {
		var st unix.Stat_t
		switch err := unix.Stat(name, &st); {
		case errors.Is(err, unix.ENOENT):
			continue
		case err != nil:
			return refuse("git-owner", "look at %s: %v", quote(name), err)
		case st.Uid != 0 && int(st.Uid) != uid:
			return refuse("git-owner", "%s belongs to user %d, whose configuration and hooks would be run; give it to root or to the account", quote(name), st.Uid)
		case st.Mode&0o002 != 0:
			return refuse("git-owner", "%s can be written by everybody; run chmod o-w", quote(name))
		}
	}
	return nil
}

// hooks returns what has to be executable for the hooks of the repository, nothing if it has none.
func (p gitPlace) hooks(run bool) []string {
	dir := p.dir + "/hooks"
	entries, _ := os.ReadDir(dir)
	var found []string
	for _, entry := range entries {
		name := path.Join(dir, entry.Name())
		var st unix.Stat_t
		if !strings.HasSuffix(name, ".sample") && unix.Stat(name, &st) == nil && st.Mode&0o111 != 0 {
			found = append(found, name) // by itself, since it may be a link to elsewhere
		}
	}
	if !run || found == nil {
		return nil
	}
	return append(append(found, dir), shells()...)
}
