package learn

import (
	"path"
	"slices"
	"strings"
)

// cleanPath returns an absolute path in its shortest form, or why no rule can be made of it.
func cleanPath(p string) (string, string) {
	switch {
	case p == "":
		return "", "no path"
	case strings.HasPrefix(p, "~"), !strings.HasPrefix(p, "/"):
		return "", "a path relative to the home folder: a rule needs an absolute one, so have the client send that"
	case strings.ContainsAny(p, `*?[]{}\`):
		return "", "a path with wildcards, braces or backslashes: write the rule by hand"
	}
	for part := range strings.SplitSeq(p, "/") {
		switch part {
		case "..":
			return "", "a path with .. in it"
		case ".ssh":
			return "", "a path into a .ssh folder"
		}
	}
	return path.Clean(p), ""
}

// refuseRoot says why a folder cannot be the root of a rule, or nothing. homes are folders that may hold a .ssh folder.
func refuseRoot(root string, writes bool, homes []string) string {
	if root == "/" {
		return "the root would be /, which confines nothing"
	}
	if dir, _ := path.Split(root); root == "/home" || root == "/root" || dir == "/home/" {
		return "the root would be a home folder, with its .ssh: use a folder within it"
	}
	for _, home := range homes {
		if home = path.Clean(home); home != "/" && within(home, root) {
			return "the root would hold an account's home folder, with its .ssh: use a folder within it"
		}
	}
	for _, kernel := range []string{"/proc", "/sys", "/dev", "/run", "/boot"} {
		if within(root, kernel) {
			return "a path into " + kernel
		}
	}
	if writes {
		for _, system := range []string{"/etc", "/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/var/spool/cron", "/var/lib/dpkg"} {
			if within(root, system) || within(system, root) {
				return "writing to the system's own folders"
			}
		}
	}
	return ""
}

// within is true if p is the folder or below it.
func within(p, folder string) bool {
	return folder == "/" || p == folder || strings.HasPrefix(p, folder+"/")
}

// roots returns as few folders as hold all the paths, but none above what ok accepts and none that the paths share only by
// being on one machine: a common folder has at least two parts. They are sorted, and none is within another one.
func roots(paths []string, ok func(string) bool) []string {
	paths = slices.Clone(paths)
	slices.Sort(paths)
	paths = slices.Compact(paths)
	return split(paths, ok)
}

func split(paths []string, ok func(string) bool) []string {
	if len(paths) <= 1 {
		return paths
	}
	shared := commonRoot(paths)
	if shared == paths[0] && ok(shared) || strings.Count(shared, "/") >= 2 && ok(shared) {
		return []string{shared}
	}
	var found []string
	for len(paths) > 0 {
		// Those that have the next part in common stand together, though perhaps not in the order of their text.
		next := nextPart(paths[0], shared)
		same := func(p string) bool { return nextPart(p, shared) == next }
		var group, rest []string
		for _, p := range paths {
			if same(p) {
				group = append(group, p)
			} else {
				rest = append(rest, p)
			}
		}
		found = append(found, split(group, ok)...)
		paths = rest
	}
	slices.Sort(found)
	return found
}

// commonRoot is the longest path that all paths are within.
func commonRoot(paths []string) string {
	shared := paths[0]
	for _, p := range paths[1:] {
		for !within(p, shared) {
			shared = path.Dir(shared)
		}
	}
	return shared
}

// nextPart is the part of p behind the folder, empty if p is the folder.
func nextPart(p, folder string) string {
	rest := strings.TrimPrefix(strings.TrimPrefix(p, folder), "/")
	part, _, _ := strings.Cut(rest, "/")
	return part
}
