// Package files is what the menu's own commands for files do: ls, cat, less, get, put, and cd's question whether a folder is
// there. Start with [Run], which does one of them in a [rooted.Tree]; what the tree does not allow, no command does.
//
// Names and, on a terminal, contents are shown by terminal.Printable, so that no byte of a file reaches the terminal as a
// command. Files are streamed, folders are listed up to a bound.
//
// # get and put
//
// A terminal carries text, and both its ends change it: line ends, tabs, anything above ASCII. So get prints the file as
// base64 between two marks, with its size and SHA-256, and put takes base64, which may be what get has printed, up to a dot.
// Every terminal can copy and paste that, every system has a base64 command, and damage is noticed. Both say the scp
// command that does the same with less ado. Without a terminal the file's own bytes are the stream: "echo get FILE | ssh HOST"
// and "(echo put FILE; cat) | ssh HOST".
package files

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"strconv"
	"strings"
	"time"

	"ops/internal/terminal"
	"ops/sshrestrict/rooted"
)

// Request is one command.
type Request struct {
	Verb      string // ls, cat, less, get, put or cd
	Path      string // the tree's
	Long, All bool   // of ls
	Place     string // stands before Path where people see it
	Hint      string // the scp command that does the same as get or put

	In       *os.File
	Out      *os.File
	Terminal bool          // In and Out are a terminal
	Idle     time.Duration // to wait for a key
	Zone     *time.Location

	Log func(Event) // called for each file read or stored, and for refusals; may be nil
}

// Event is what a command did, for the audit.
type Event struct {
	Op      string // opendir, close-read or close-write
	Path    string
	Read    int64 // bytes
	Written int64
	Err     error
}

// Run does one command. Its errors name what people see, not what is behind it.
func Run(ctx context.Context, tree *rooted.Tree, r Request) error {
	c := &command{Request: r, tree: tree}
	var err error
	switch r.Verb {
	case "ls":
		err = c.list()
	case "cat":
		err = c.cat(ctx)
	case "less":
		err = c.less(ctx)
	case "get":
		err = c.get(ctx)
	case "put":
		err = c.put(ctx)
	case "cd":
		err = c.folder()
	default:
		return fmt.Errorf("unknown command %q; there are ls, cat, less, get, put and cd", r.Verb)
	}
	if e, ok := errors.AsType[*rooted.Error](err); ok && e.Path == r.Path {
		placed := *e
		placed.Path = c.shown()
		return &placed
	}
	return err
}

type command struct {
	Request
	tree *rooted.Tree
}

// shown is the path as people see it; it still needs terminal.Printable.
func (c *command) shown() string { return path.Join("/", c.Place, c.Path) }

func (c *command) log(op string, read, written int64, err error) {
	if c.Log != nil {
		c.Log(Event{Op: op, Path: c.Path, Read: read, Written: written, Err: err})
	}
}

// maxEntries is how many entries of a folder are listed.
const maxEntries = 10_000

func (c *command) list() error {
	infos, err := c.tree.List(c.Path, maxEntries)
	c.log("opendir", 0, 0, err)
	more := errors.Is(err, rooted.ErrTooLarge)
	if err != nil && !more {
		return err
	}
	var b strings.Builder
	table := terminal.Table{Columns: []terminal.Column{{Title: "Mode"}, {Title: "Size", Right: true}, {Title: "Changed"}, {Title: "Name"}}}
	rows := 0
	for _, info := range infos {
		name := info.Name()
		if strings.HasPrefix(name, ".") && !c.All {
			continue
		}
		if info.IsDir() {
			name += "/"
		}
		rows++
		if !c.Long {
			b.WriteString(terminal.Printable(name) + "\n")
			continue
		}
		if info.Mode()&fs.ModeSymlink != 0 {
			if target, err := c.tree.Readlink(path.Join(c.Path, info.Name())); err == nil {
				name += " -> " + target
			}
		}
		table.Row(info.Mode().String(), strconv.FormatInt(info.Size(), 10), info.ModTime().In(c.Zone).Format("2006-01-02 15:04"), name)
	}
	if c.Long && rows > 0 {
		if _, err := table.WriteTo(&b); err != nil {
			return err
		}
	}
	if _, err := io.WriteString(c.Out, b.String()); err != nil {
		return err
	}
	return err
}

// folder answers whether cd may go there.
func (c *command) folder() error {
	info, err := c.tree.Stat(c.Path)
	if err == nil && !info.IsDir() {
		err = &rooted.Error{Op: "cd", Path: c.Path, Reason: "not a folder", Err: fs.ErrInvalid}
	}
	c.log("opendir", 0, 0, err)
	return err
}

func (c *command) cat(ctx context.Context) error {
	var to io.Writer = c.Out
	if c.Terminal {
		v := &visible{w: c.Out}
		defer v.end()
		to = v
	}
	n, err := c.tree.Get(ctx, c.Path, to)
	c.log("close-read", n, 0, err)
	return err
}
