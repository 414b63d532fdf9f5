package learn

import (
	"path"
	"slices"
	"strings"
)

// forced takes over what authorized_keys or sshd_config forces, where that is one of the well-known programs.
func (c *classifier) forced(text string) (finding, refusal) {
	const other refusal = "a forced command of another kind: migrate it by hand"
	words, why := c.split(text)
	if why != "" {
		return finding{}, why
	}
	switch name := path.Base(words[0]); name {
	case "ops":
		return finding{}, "a key that has a policy already"
	case "sshdo":
		return finding{}, "a key that sshdo guards: learn from sshdo's log"
	case "rrsync":
		return c.rrsync(words[1:])
	case "borg":
		return c.borg(words[1:])
	case "svnserve":
		return c.svn(words[1:])
	case "rclone":
		return c.restic(words[1:])
	case "internal-sftp", "sftp-server":
		for i, word := range words[:len(words)-1] {
			if word == "-d" {
				return c.rooted(finding{kind: "sftp", reads: true, writes: !slices.Contains(words, "-R")}, words[i+1], false)
			}
		}
		return finding{kind: "sftp", follows: true}, ""
	}
	return finding{}, other
}

// rrsync reads the command line of rsync's own wrapper: -ro, -wo, -no-del, -munge and the folder.
func (c *classifier) rrsync(args []string) (finding, refusal) {
	f := finding{kind: "rsync", reads: true, writes: true, deletes: true}
	for ; len(args) > 1; args = args[1:] {
		switch strings.TrimLeft(args[0], "-") {
		case "ro":
			f.writes, f.deletes = false, false
		case "wo":
			f.reads = false
		case "no-del":
			f.deletes = false
		case "munge", "no-lock", "no-overwrite", "absolute":
		default:
			return finding{}, unknown
		}
	}
	if len(args) == 0 {
		return finding{}, unknown
	}
	return c.rooted(f, args[0], false)
}
