package sshrestrict

// rsyncKind tells what a long option does and what its value may be.
type rsyncKind int

const (
	rsyncUnknown rsyncKind = iota
	rsyncFlag              // no value, no harm
	rsyncDeletes           // no value; deletes on the receiver's side
	rsyncRemoves           // no value; deletes on the sender's side

	// With a value:
	rsyncCount     // 0 to 2147483647
	rsyncInteger   // of 32 bits
	rsyncThreads   // 0 to 16
	rsyncBlock     // 1 to 512 MiB
	rsyncSize      // "1.5m", "10kb-1", see "SIZE" in rsync(1)
	rsyncAlloc     // a size of 1 MiB to 64 GiB
	rsyncNames     // "xxh128,md5"
	rsyncFlags     // "NAME1,FLIST2"
	rsyncMoment    // "2027-06-30T05:00"
	rsyncSuffixes  // "gz/jpg/mp[34]"
	rsyncSuffix    // of a backup's name
	rsyncIDs       // "*:root,0-99:nobody"
	rsyncFormat    // one of those that clients send
	rsyncBatch     // "X", which clients send in the place of a name
	rsyncFileList  // "-" or a file
	rsyncFolder    // one folder for all, which belongs to the receiver
	rsyncPerFolder // the same, but a relative one is below each folder of the tree
)

func (k rsyncKind) valued() bool { return k >= rsyncCount }

// patterns is true for values in which old clients leave wildcards unquoted. A shell would replace them only if files of
// such names existed.
func (k rsyncKind) patterns() bool { return k == rsyncIDs || k == rsyncSuffixes }

// rsyncKindOf knows the long options that the server_options() of rsync 3.1 to 3.5 and openrsync send, those that users
// add by -M, and the long forms of letters. There are no abbreviations: popt(3) has none.
func rsyncKindOf(name string) rsyncKind {
	switch name {
	case "acls", "append", "append-verify", "backup", "checksum", "cvs-exclude", "delay-updates", "devices", "dirs", "dry-run",
		"executability", "existing", "fake-super", "from0", "fsync", "fuzzy", "group", "hard-links", "i-d", "i-r",
		"ignore-errors", "ignore-existing", "ignore-missing-args", "ignore-non-existing", "ignore-times", "implied-dirs",
		"inc-recursive", "inplace", "links", "list-only", "mkpath", "msgs2stderr", "new-compress", "no-W", "no-i-d", "no-i-r",
		"no-implied-dirs", "no-inc-recursive", "no-msgs2stderr", "no-r", "no-R", "no-recursive", "no-relative", "no-specials",
		"no-whole-file", "numeric-ids", "old-compress", "omit-dir-times", "omit-link-times", "one-file-system", "open-noatime",
		"owner", "partial", "perms", "preallocate", "prune-empty-dirs", "recursive", "relative", "safe-links", "size-only",
		"sparse", "specials", "stats", "times", "update", "use-qsort", "whole-file", "xattrs":
		return rsyncFlag
	case "del", "delete", "delete-after", "delete-before", "delete-delay", "delete-during", "delete-excluded",
		"delete-missing-args", "force":
		return rsyncDeletes
	case "remove-source-files", "remove-sent-files":
		return rsyncRemoves
	case "timeout", "stop-after", "time-limit":
		return rsyncCount
	case "checksum-seed", "compress-level", "max-delete", "modify-window":
		return rsyncInteger
	case "compress-threads":
		return rsyncThreads
	case "block-size":
		return rsyncBlock
	case "bwlimit", "max-size", "min-size":
		return rsyncSize
	case "max-alloc":
		return rsyncAlloc
	case "checksum-choice", "compress-choice", "stderr":
		return rsyncNames
	case "info":
		return rsyncFlags
	case "stop-at":
		return rsyncMoment
	case "skip-compress":
		return rsyncSuffixes
	case "suffix":
		return rsyncSuffix
	case "usermap", "groupmap", "chown":
		return rsyncIDs
	case "log-format", "out-format":
		return rsyncFormat
	case "only-write-batch":
		return rsyncBatch
	case "files-from":
		return rsyncFileList
	case "backup-dir", "temp-dir", "link-dest", "copy-dest", "compare-dest":
		return rsyncFolder
	case "partial-dir":
		return rsyncPerFolder
	}
	return rsyncUnknown
}

// rsyncWhy explains why some of the others are refused.
func rsyncWhy(name string) string {
	switch name {
	case "copy-links", "copy-unsafe-links", "copy-dirlinks", "keep-dirlinks", "insecure-links":
		return ": it follows symbolic links, also those that lead out of the root"
	case "munge-links", "no-munge-links":
		return ": how links are stored is the policy's to choose (munge-links)"
	case "protect-args", "secluded-args":
		return ": clients send it as the letter s"
	case "copy-devices", "write-devices", "super", "copy-as":
		return ": it reaches beyond files"
	case "debug":
		return ": it shows what is in files"
	case "iconv":
		return ": names are checked as they are, and would be others after a conversion"
	case "sender", "server":
		return " in this place: --server is the first argument and --sender the second"
	case "log-file", "filter", "exclude-from", "include-from", "password-file", "config", "write-batch", "read-batch":
		return ": it names a file outside of the transfer"
	}
	return ""
}
