package rooted

import (
	"io/fs"

	"ops/sshrestrict/access"
)

// Mode says what a session may do, see the table in the package comment.
type Mode = access.Mode

// The modes of the table.
const (
	Read      = access.Read
	Append    = access.Append
	Write     = access.Write
	ReadWrite = access.ReadWrite
)

// PathStyle tells what a client's path is relative to.
type PathStyle = access.PathStyle

// The styles of paths, see package access.
const (
	Absolute = access.Absolute
	Rooted   = access.Rooted
	Both     = access.Both
)

// Options of a tree. The zero value is the narrowest: read only, absolute paths.
type Options struct {
	Mode   Mode
	Delete bool // Write and ReadWrite may remove, and rename what the session did not make; Read and Append never may
	NoRead bool // contents are not read, whatever the mode
	Paths  PathStyle

	Quota   int64 // bytes that all files together may have, by their sizes; 0 for no limit
	MaxFile int64 // bytes that one file may have; 0 for no limit

	Umask    fs.FileMode // bits that new files and folders do not get, beside the process's own umask
	ModeMask fs.FileMode // the bits that chmod can set; 0 for 0o777
}

func (o Options) deletes() bool { return o.Delete && (o.Mode == Write || o.Mode == ReadWrite) }

func (o Options) reads() bool { return o.Mode != Write && !o.NoRead }

// bits are the permissions that a client's wish ends in.
func (o Options) bits(wish fs.FileMode) fs.FileMode {
	mask := o.ModeMask
	if mask == 0 {
		mask = 0o777
	}
	return wish & mask & 0o777
}
