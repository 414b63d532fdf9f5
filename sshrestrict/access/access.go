// Package access names what a client may do with a tree of files, and how it writes paths in it. Policies and the servers of
// files share these two types, [Mode] and [PathStyle], and their words in policies and arguments; it imports next to nothing,
// since the deciding program starts for each session.
package access

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Mode tells what a client may do below a root.
type Mode int

const (
	Read      Mode = iota // read and list
	Append                // make new files and folders; change, delete and replace none
	Write                 // write, not read
	ReadWrite             // both
)

func modes() []string { return []string{"read", "append", "write", "read-write"} }

func (m Mode) String() string { return modes()[m] }

// MarshalText writes what UnmarshalText reads.
func (m Mode) MarshalText() ([]byte, error) { return []byte(m.String()), nil }

// UnmarshalText reads "read", "append", "write" or "read-write".
func (m *Mode) UnmarshalText(text []byte) error { return choose(m, text, modes()) }

// Reads is true if fetching files is what the mode is for. In Append our sftp server lets them be read as well.
func (m Mode) Reads() bool { return m == Read || m == ReadWrite }

// Writes is true if anything may be written.
func (m Mode) Writes() bool { return m != Read }

// PathStyle tells what a client's path is relative to.
type PathStyle int

const (
	Absolute PathStyle = iota // a path is one of the server's; outside the root it is refused
	Rooted                    // the client's "/" is the root, as in rrsync
	Both                      // a path under the root is taken as absolute, every other one as rooted
)

func styles() []string { return []string{"absolute", "rooted", "both"} }

func (s PathStyle) String() string { return styles()[s] }

// MarshalText writes what UnmarshalText reads.
func (s PathStyle) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads "absolute", "rooted" or "both".
func (s *PathStyle) UnmarshalText(text []byte) error { return choose(s, text, styles()) }

func choose[T ~int](to *T, text []byte, names []string) error {
	i := slices.Index(names, string(text))
	if i < 0 {
		return fmt.Errorf("expected %s, found %s", strings.Join(names, ", "), strconv.QuoteToGraphic(string(text[:min(len(text), 200)])))
	}
	*to = T(i)
	return nil
}
