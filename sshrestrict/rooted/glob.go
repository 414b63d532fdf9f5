package rooted

import (
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"

	"golang.org/x/sys/unix"
)

// Bounds of one pattern.
const (
	maxMatches = 1 << 14 // paths that are returned
	maxLooked  = 1 << 20 // names that are compared
)

// Glob returns the client's paths that match a pattern, sorted, in the pattern's own form: absolute or relative. The
// syntax is that of [path.Match], with [!a-z] beside [^a-z], as POSIX writes it; a name that starts with a dot is matched
// only by a dot. Symbolic links that stay inside are followed between the elements. It is no error if nothing matches.
func (t *Tree) Glob(pattern string) ([]string, error) {
	parts, prefix, err := t.split(pattern)
	if err != nil {
		return nil, err
	}
	g := glob{tree: t, pattern: pattern}
	found := []string{"."}
	for _, part := range parts {
		if found, err = g.step(found, part); err != nil {
			return nil, err
		}
	}
	for i, name := range found {
		found[i] = path.Join(prefix, name)
	}
	slices.Sort(found)
	return found, nil
}

// split divides a pattern into its elements below the root, and returns what stands before them in a client's path.
func (t *Tree) split(pattern string) (parts []string, prefix string, err error) {
	if len(pattern) > maxPath || strings.Count(pattern, "/") > maxDepth || strings.IndexByte(pattern, 0) >= 0 {
		return nil, "", invalid("glob", pattern[:min(len(pattern), 64)], "the pattern is too long or has a NUL")
	}
	for part := range strings.SplitSeq(pattern, "/") {
		switch part {
		case "", ".":
		case "..":
			return nil, "", denied("glob", pattern, "a .. in a pattern")
		default:
			parts = append(parts, posixClass(part))
		}
	}
	if !path.IsAbs(pattern) {
		return parts, "", nil
	}
	root := strings.FieldsFunc(t.dir, func(r rune) bool { return r == '/' })
	under := len(parts) >= len(root)
	for i := 0; under && i < len(root); i++ {
		text, literal := unescape(parts[i])
		under = literal && text == root[i]
	}
	switch {
	case t.options.Paths != Rooted && under:
		return parts[len(root):], t.dir, nil
	case t.options.Paths == Absolute:
		return nil, "", denied("glob", pattern, "outside of "+t.dir)
	}
	return parts, "/", nil
}

// posixClass turns [!…] into [^…].
func posixClass(part string) string {
	b := []byte(part)
	for i := 0; i < len(b); i++ {
		switch {
		case b[i] == '\\':
			i++
		case b[i] == '[' && i+1 < len(b) && b[i+1] == '!':
			b[i+1] = '^'
		}
	}
	return string(b)
}

// unescape returns the text of an element without wildcards.
func unescape(part string) (text string, literal bool) {
	var b strings.Builder
	for i := 0; i < len(part); i++ {
		switch part[i] {
		case '*', '?', '[':
			return "", false
		case '\\':
			if i++; i == len(part) {
				return "", false
			}
		}
		b.WriteByte(part[i])
	}
	return b.String(), true
}

type glob struct {
	tree    *Tree
	pattern string
	looked  int
}

// step matches one element of the pattern in each folder.
func (g *glob) step(folders []string, part string) ([]string, error) {
	var found []string
	for _, folder := range folders {
		if text, literal := unescape(part); literal {
			name := path.Join(folder, text)
			if _, err := g.tree.root.Lstat(name); err == nil {
				found = append(found, name)
			}
			continue
		}
		f, err := g.tree.root.OpenFile(folder, unix.O_DIRECTORY, 0)
		if err != nil {
			continue // a file, a link that leads out, or not for us to read: no match, as in a shell
		}
		err = g.match(f, part, func(base string) { found = append(found, path.Join(folder, base)) })
		f.Close()
		if err != nil {
			return nil, err
		}
		if len(found) > maxMatches {
			return nil, g.tooMany()
		}
	}
	return found, nil
}

func (g *glob) match(f *os.File, part string, add func(string)) error {
	dots := strings.HasPrefix(part, ".") || strings.HasPrefix(part, `\.`)
	matches := 0
	return names(f, func(base string) error {
		if g.looked++; g.looked > maxLooked {
			return g.tooMany()
		}
		ok, err := path.Match(part, base)
		if err != nil {
			return &Error{Op: "glob", Path: g.pattern, Reason: "a [ without its end, or a \\ at the end", Err: fs.ErrInvalid}
		}
		if ok && (dots || base[0] != '.') {
			if matches++; matches > maxMatches {
				return g.tooMany()
			}
			add(base)
		}
		return nil
	})
}

func (g *glob) tooMany() error {
	return &Error{Op: "glob", Path: g.pattern, Reason: "more files than one pattern may match", Err: ErrTooLarge}
}
