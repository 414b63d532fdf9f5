package sshrestrict

import (
	"os"
	"path"
	"slices"
	"strings"
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

// match returns the paths that a client's pattern stands for, in order, as the client would have written them. Wildcards
// may stand in the last part of the path only. Without a match it returns the pattern as a path, as a shell does.
func (f folder) match(pattern string, style PathStyle) ([]string, error) {
	dir := patternFolder(pattern)
	base := pattern[strings.LastIndexByte(pattern, '/')+1:]
	if path.Clean("/"+dir) != path.Clean("/"+unescape(pattern[:len(pattern)-len(base)])) {
		return nil, refuse("path-pattern", "a wildcard in the folder part of %s", quote(pattern))
	}
	located, err := f.locate(dir, style)
	if err != nil {
		return nil, err
	}
	var found []string
	root, err := os.OpenRoot(string(f))
	if err == nil {
		defer root.Close()
		rel := "."
		if inside, ok := f.relative(located); ok {
			rel = inside
		}
		opened, err := root.Open(rel)
		if err == nil {
			defer opened.Close()
			names, _ := opened.Readdirnames(100 * maxMatches)
			for _, name := range names {
				if strings.HasPrefix(name, ".") && !strings.HasPrefix(base, ".") {
					continue
				}
				if ok, err := path.Match(base, name); err != nil {
					return nil, refuse("path-pattern", "the pattern %s is malformed", quote(pattern))
				} else if ok {
					found = append(found, name)
				}
			}
		}
	}
	slices.Sort(found)
	if len(found) > maxMatches {
		return nil, refuse("path-pattern", "the pattern %s stands for %d names, more than %d", quote(pattern), len(found), maxMatches)
	}
	if len(found) == 0 {
		found = []string{unescape(base)}
	}
	paths := make([]string, len(found))
	for i, name := range found {
		if paths[i], err = f.locate(dir+name, style); err != nil {
			return nil, err
		}
	}
	return paths, nil
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
