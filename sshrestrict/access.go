package sshrestrict

import "ops/sshrestrict/access"

// Mode tells what a client may do below a rule's root.
type Mode = access.Mode

// The modes, see package access.
const (
	ModeRead      = access.Read
	ModeAppend    = access.Append
	ModeWrite     = access.Write
	ModeReadWrite = access.ReadWrite
)

// PathStyle tells what the paths in a client's request are relative to.
type PathStyle = access.PathStyle

// The styles of paths, see package access.
const (
	PathsAbsolute = access.Absolute
	PathsRooted   = access.Rooted
	PathsBoth     = access.Both
)

// tree opens a root for a start as far as the mode goes.
func (s *Start) tree(root folder, m Mode) *Start {
	if m.Writes() {
		s.Write = append(s.Write, string(root))
	} else {
		s.Read = append(s.Read, string(root))
	}
	return s
}
