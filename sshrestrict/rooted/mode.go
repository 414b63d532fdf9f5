package rooted

import (
	"fmt"
	"io/fs"
)

// Mode says what a session may do, see the table in the package comment.
type Mode int

const (
	Read Mode = iota
	Append
	Write
	ReadWrite
)

func (m Mode) String() string { return [...]string{"read", "append", "write", "read-write"}[m] }

// MarshalText writes what UnmarshalText reads.
func (m Mode) MarshalText() ([]byte, error) { return []byte(m.String()), nil }

// UnmarshalText reads "read", "append", "write" or "read-write".
func (m *Mode) UnmarshalText(text []byte) error {
	for _, each := range []Mode{Read, Append, Write, ReadWrite} {
		if string(text) == each.String() {
			*m = each
			return nil
		}
	}
	return fmt.Errorf("unknown mode %q; write read, append, write or read-write", text)
}

// PathStyle tells what a client's path is relative to.
type PathStyle int

const (
	Absolute PathStyle = iota // the client sees the server's paths; what is not below the root is refused
	Rooted                    // the client's "/" is the root
	Both                      // a path below the root is taken as absolute, every other one as rooted
)

func (s PathStyle) String() string { return [...]string{"absolute", "rooted", "both"}[s] }

// MarshalText writes what UnmarshalText reads.
func (s PathStyle) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads "absolute", "rooted" or "both".
func (s *PathStyle) UnmarshalText(text []byte) error {
	for _, each := range []PathStyle{Absolute, Rooted, Both} {
		if string(text) == each.String() {
			*s = each
			return nil
		}
	}
	return fmt.Errorf("unknown kind of paths %q; write absolute, rooted or both", text)
}

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
