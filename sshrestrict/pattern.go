package sshrestrict

import (
	"os"
	"path"
	"slices"
	"strings"

	"golang.org/x/sys/unix"
)

// maxMatches is how many names a client's pattern may stand for.
const maxMatches = 1000

// patternFolder returns the folder in front of a pattern's first wildcard.
func patternFolder(pattern string) string {
	var b strings.Builder
	for i := 0; i < len(pattern); i++ {
		switch pattern[i] {
		case '*', '?', '[':
			dir, _ := path.Split(b.String())
			return dir
		case '\\':
			i++
		}
		b.WriteByte(pattern[i])
	}
	return b.String()
}

// match returns the paths that a client's pattern stands for, in order and as the client would have written them, and true.
// Without a match it returns the pattern as a path, as a shell does, and false. hidden lets wildcards match a first dot.
// What a wildcard found may still be a link that leads outside: the caller locates each path.
func (f folder) match(pattern string, style PathStyle, hidden bool) (paths []string, matched bool, err error) {
	parts := strings.Split(pattern, "/")
	paths = []string{""}
	wild := false // a wildcard was met
	for i, part := range parts {
		slash := "/"
		if i == len(parts)-1 {
			slash = ""
		}
		if !hasWildcard(part) {
			part = unescape(part)
			kept := paths[:0]
			for _, p := range paths {
				if !wild || f.exists(p+part, style) {
					kept = append(kept, p+part+slash)
				}
			}
			paths = kept
			continue
		}
		var next []string
		for _, p := range paths {
			names, err := f.names(p, part, style, hidden)
			if err != nil && !wild {
				return nil, false, err
			}
			for _, name := range names {
				next = append(next, p+name+slash)
			}
			if len(next) > maxMatches {
				return nil, false, refuse("path-pattern", "the pattern %s stands for more than %d names", quote(pattern), maxMatches)
			}
		}
		paths, wild = next, true
	}
	if len(paths) == 0 {
		return []string{unescape(pattern)}, false, nil
	}
	return paths, true, nil
}

// names lists, in order, what a pattern without slashes matches in a folder, which is a path of the client's.
func (f folder) names(dir, pattern string, style PathStyle, hidden bool) ([]string, error) {
	pattern = strings.ReplaceAll(pattern, "[!", "[^") // as shells write it, and path.Match does not
	if _, err := path.Match(pattern, ""); err != nil {
		return nil, refuse("path-pattern", "the pattern %s is malformed", quote(pattern))
	}
	located, err := f.locate(dir, style)
	if err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(string(f))
	if err != nil {
		return nil, nil // nothing there that could match
	}
	defer root.Close()
	inside, _ := f.relative(located)
	opened, err := root.Open(inside)
	if err != nil {
		return nil, nil
	}
	defer opened.Close()
	const most = 100 * maxMatches
	all, _ := opened.Readdirnames(most + 1)
	if len(all) > most {
		return nil, refuse("path-pattern", "the folder %s has more than %d names, too many for a pattern", quote(located), most)
	}
	var found []string
	for _, name := range all {
		if strings.HasPrefix(name, ".") && !strings.HasPrefix(pattern, ".") && !hidden {
			continue
		}
		if ok, _ := path.Match(pattern, name); ok {
			found = append(found, name)
		}
	}
	slices.Sort(found)
	return found, nil
}

// exists is true if the client's path leads to something inside the folder.
func (f folder) exists(p string, style PathStyle) bool {
	located, err := f.locate(p, style)
	if err != nil {
		return false
	}
	var st unix.Stat_t
	return unix.Lstat(located, &st) == nil
}

func hasWildcard(part string) bool {
	for i := 0; i < len(part); i++ {
		switch part[i] {
		case '*', '?', '[':
			return true
		case '\\':
			i++
		}
	}
	return false
}

func unescape(pattern string) string {
	var b strings.Builder
	for i := 0; i < len(pattern); i++ {
		if pattern[i] == '\\' && i+1 < len(pattern) {
			i++
		}
		b.WriteByte(pattern[i])
	}
	return b.String()
}
