package rooted

import (
	"path"
	"strings"
	"syscall"
)

// Bounds of what a client may name. Longer paths are refused before anything is looked up.
const (
	maxPath  = 4096 // bytes, as PATH_MAX
	maxDepth = 256  // folders
)

// Start is the folder that a session starts in, as the client sees it: the root.
func (t *Tree) Start() string {
	if t.options.Paths == Absolute {
		return t.dir
	}
	return "/"
}

// RealPath returns the absolute form of a client's path, without "." and "..". Symbolic links stay as they are. The file
// need not exist.
func (t *Tree) RealPath(p string) (string, error) {
	name, err := t.name("realpath", p)
	if err != nil {
		return "", err
	}
	start := t.Start()
	if t.options.Paths == Both && path.IsAbs(p) {
		if _, under := t.below(path.Clean(p)); under {
			start = t.dir
		}
	}
	return path.Join(start, name), nil
}

// name returns what a client's path means: a clean path relative to the root. ".." is taken by the text, as clients do when
// they change folders, and never leads above the root. What is resolved later is confined by os.Root in any case.
func (t *Tree) name(op, p string) (string, error) {
	switch {
	case len(p) > maxPath || strings.Count(p, "/") > maxDepth:
		return "", &Error{Op: op, Path: p[:min(len(p), 64)] + "…", Err: syscall.ENAMETOOLONG}
	case strings.IndexByte(p, 0) >= 0:
		return "", invalid(op, p, "a NUL in the path")
	}
	clean := path.Clean(p)
	if !path.IsAbs(p) {
		clean = path.Join(t.Start(), p)
	}
	inside, under := t.below(clean)
	switch {
	case t.options.Paths != Rooted && under:
	case t.options.Paths == Absolute:
		return "", denied(op, p, "outside of "+t.dir)
	default:
		inside = clean[1:]
	}
	if inside == "" {
		return ".", nil
	}
	return inside, nil
}

// below returns the part of a clean absolute path below the root's own path.
func (t *Tree) below(clean string) (string, bool) {
	if clean == t.dir {
		return "", true
	}
	return strings.CutPrefix(clean, strings.TrimSuffix(t.dir, "/")+"/")
}
