package learn

import (
	"path"
	"strings"
)

const secluded refusal = "rsync -s (--secluded-args) sends paths and options where no log sees them: " +
	"have the client use --no-secluded-args (or --no-protect-args) until the rule is learnt, or write one with \"secluded: proxy\""

// rsync reads the line that an rsync client sends: --server, perhaps --sender, options, a dot and the paths. Options that
// are not known here may name files or run programs, so they are not passed over.
func (c *classifier) rsync(args []string) (finding, refusal) {
	if len(args) == 0 || args[0] != "--server" {
		return finding{}, "rsync as a client of another machine: only its server side has a rule"
	}
	f := finding{kind: "rsync", writes: true}
	args = args[1:]
	if len(args) > 0 && args[0] == "--sender" {
		f.reads, f.writes = true, false
		args = args[1:]
	}
	var also []string // paths in options
	for len(args) > 0 && strings.HasPrefix(args[0], "-") {
		option := args[0]
		args = args[1:]
		if !strings.HasPrefix(option, "--") {
			cluster, _, _ := strings.Cut(option, ".") // behind e. are the capabilities of the client
			if strings.Contains(strings.TrimSuffix(cluster, "e"), "s") {
				return finding{}, secluded
			}
			if strings.Trim(cluster[1:], "vqcarRublHpEAXogDtSnWxCIzhiUNmJdyeO0123456789B") != "" {
				return finding{}, unknown
			}
			continue
		}
		name, value, given := strings.Cut(option, "=")
		switch form := rsyncOption(name); {
		case name == "--secluded-args" || name == "--protect-args":
			return finding{}, secluded
		case form == 'f' && !given:
			f.deletes = f.deletes || strings.HasPrefix(name, "--delete") || name == "--remove-source-files" || name == "--force"
		case (form == 'v' || form == 'p') && !given && len(args) > 0:
			value, args = args[0], args[1:]
			given = true
			fallthrough
		case (form == 'v' || form == 'p') && given:
			if form == 'p' {
				also = append(also, value)
			}
		default:
			return finding{}, unknown
		}
	}
	if f.deletes { // a sender that deletes writes, too
		f.writes = true
	}
	if len(args) < 2 || args[0] != "." {
		return finding{}, unknown
	}
	return c.oneRoot(f, args[1:], also)
}

// rsyncOption is the form of a long option as clients of rsync 3.1 to 3.4 send it: 'f' without a value, 'v' with a value that
// means nothing outside, 'p' with a path on the server; else 0.
func rsyncOption(name string) byte {
	switch name {
	case "--delete", "--delete-before", "--delete-during", "--delete-delay", "--delete-after", "--delete-excluded",
		"--delete-missing-args", "--remove-source-files", "--numeric-ids", "--ignore-errors", "--ignore-existing", "--existing",
		"--ignore-missing-args", "--inplace", "--append", "--append-verify", "--partial", "--delay-updates", "--size-only", "--stats",
		"--safe-links", "--no-implied-dirs", "--no-relative", "--no-r", "--no-W", "--prune-empty-dirs", "--force", "--fuzzy",
		"--omit-dir-times", "--omit-link-times", "--mkpath", "--list-only", "--dirs", "--old-compress", "--new-compress", "--no-inc-recursive",
		"--use-qsort", "--open-noatime", "--preallocate", "--fsync", "--sparse", "--no-whole-file", "--one-file-system", "--from0", "--fake-super":
		return 'f'
	case "--timeout", "--bwlimit", "--block-size", "--max-size", "--min-size", "--max-delete", "--modify-window", "--checksum-seed",
		"--checksum-choice", "--compress-choice", "--compress-level", "--skip-compress", "--suffix", "--log-format", "--out-format",
		"--info", "--stop-after", "--stop-at", "--usermap", "--groupmap", "--chown", "--stderr", "--compress-threads":
		return 'v'
	case "--link-dest", "--copy-dest", "--compare-dest", "--backup-dir", "--partial-dir", "--temp-dir", "--files-from":
		return 'p'
	}
	return 0
}

// oneRoot makes a finding of the folder that all paths of one command are within. Of the paths in options the relative ones
// are within the target anyway.
func (c *classifier) oneRoot(f finding, paths, also []string) (finding, refusal) {
	var found []string
	for i, p := range append(paths[:len(paths):len(paths)], also...) {
		option := i >= len(paths)
		if option && (p == "-" || !strings.HasPrefix(p, "/") && p != "" && !strings.HasPrefix(p, "~")) {
			if strings.Contains(p, "..") {
				return finding{}, "a path with .. in it"
			}
			continue
		}
		made, why := c.rooted(f, p, false)
		if why != "" {
			return finding{}, why
		}
		found = append(found, made.root)
	}
	f.root = commonRoot(found)
	if len(roots(found, func(r string) bool { return refuseRoot(r, f.writes, c.homes) == "" })) > 1 {
		return finding{}, "several folders in one command: have the client make a command of each"
	}
	return f, ""
}

// scp reads the line that an scp client of the old protocol sends: options, -f or -t, and the paths.
func (c *classifier) scp(args []string) (finding, refusal) {
	f := finding{kind: "scp"}
	folder := false
	for ; len(args) > 0 && strings.HasPrefix(args[0], "-"); args = args[1:] {
		switch args[0] {
		case "-f":
			f.reads = true
		case "-t":
			f.writes = true
		case "-r", "-d":
			folder = true
		case "-p", "-v", "-q", "--":
		default:
			return finding{}, unknown
		}
	}
	if f.reads == f.writes || len(args) == 0 || f.writes && len(args) > 1 {
		return finding{}, "scp as a client of another machine: only its server side has a rule"
	}
	var found []string
	for _, p := range args {
		made, why := c.rooted(f, p, f.reads && !folder)
		if why != "" {
			return finding{}, why
		}
		found = append(found, made.root)
	}
	if len(roots(found, func(r string) bool { return refuseRoot(r, f.writes, c.homes) == "" })) > 1 {
		return finding{}, "several folders in one command: have the client make a command of each"
	}
	f.root = commonRoot(found)
	return f, ""
}

// operation is a step of an sftp session.
func (c *classifier) operation(e Evidence) (finding, refusal) {
	f := finding{kind: "sftp", reads: !e.Writes, writes: e.Writes, deletes: e.Deletes}
	made, why := c.rootedFile(f, e.Path, e.Operation == "opendir")
	if why != "" || e.Target == "" || e.Operation == "symlink" {
		return made, why
	}
	target, why := c.rootedFile(f, e.Target, false)
	if why != "" {
		return finding{}, why
	}
	return c.oneRoot(f, []string{made.root + "/", target.root + "/"}, nil)
}

// rootedFile is rooted for a name whose folder matters, unless it is itself the folder.
func (c *classifier) rootedFile(f finding, p string, folder bool) (finding, refusal) {
	if folder || p == "/" {
		return c.rooted(f, strings.TrimRight(p, "/")+"/", false)
	}
	clean, why := cleanPath(p)
	if why != "" {
		return finding{}, why
	}
	return c.rooted(f, strings.TrimRight(path.Dir(clean), "/")+"/", false)
}
