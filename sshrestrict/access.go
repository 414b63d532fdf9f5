package sshrestrict

// Mode tells what a client may do below a rule's root.
type Mode int

const (
	ModeRead      Mode = iota // read and list
	ModeAppend                // make new files and folders; change, delete and replace none
	ModeWrite                 // write, not read
	ModeReadWrite             // both
)

// UnmarshalText reads "read", "append", "write" or "read-write".
func (m *Mode) UnmarshalText(text []byte) error {
	return choose(m, string(text), "read", "append", "write", "read-write")
}

func (m Mode) String() string { return [...]string{"read", "append", "write", "read-write"}[m] }

// Reads is true if files may be read.
func (m Mode) Reads() bool { return m == ModeRead || m == ModeReadWrite }

// Writes is true if anything may be written.
func (m Mode) Writes() bool { return m != ModeRead }

// tree opens a root for a start as far as the mode goes.
func (s *Start) tree(root folder, m Mode) *Start {
	if m.Writes() {
		s.Write = append(s.Write, string(root))
	} else {
		s.Read = append(s.Read, string(root))
	}
	return s
}
