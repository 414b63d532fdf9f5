package scpserver

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strconv"
	"strings"
	"syscall"
	"time"

	"ops/sshrestrict/rooted"
)

// folder is where files arrive.
type folder struct {
	path  string
	exact bool // path is the target itself, to be made; else what arrives is put into path

	change rooted.Change // what to set when it is complete
	narrow bool          // was made with more permissions than asked for, to be filled
}

// sink receives files until the client ends its stream.
func (c *conn) sink() error {
	if len(c.options.Paths) != 1 || c.options.Paths[0].Pattern {
		return broken("expected one target, which is no pattern")
	}
	target := c.options.Paths[0].Text
	info, err := c.options.Tree.Stat(target)
	isFolder := err == nil && info.IsDir()
	if c.options.Target && !isFolder {
		if err == nil {
			err = &rooted.Error{Op: "receive", Path: target, Reason: "not a folder", Err: syscall.ENOTDIR}
		}
		return &fatal{error: err}
	}
	stack := []folder{{path: target, exact: !isFolder}}
	var times *rooted.Times
	if err := c.ok(); err != nil {
		return err
	}
	for {
		line, err := c.line()
		if err == io.EOF {
			if len(stack) > 1 {
				return broken("the connection ended within a folder")
			}
			return nil
		}
		if err != nil {
			return err
		}
		if line == "" {
			return broken("an empty message")
		}
		top := stack[len(stack)-1]
		switch kind := line[0]; kind {
		case 1: // the client could not read one of its files
			c.failed = true
			continue
		case 2:
			c.failed = true
			return &fatal{errors.New("the client says: " + line[1:]), true}
		case 'T':
			if times, err = parseTimes(line); err != nil {
				return err
			}
			if err := c.ok(); err != nil {
				return err
			}
			continue
		case 'E':
			if line != "E" || len(stack) == 1 {
				return broken("the end of a folder that was not begun")
			}
			stack = stack[:len(stack)-1]
			if err := c.leave(top); err != nil {
				return err
			}
		case 'C', 'D':
			m, err := parseEntry(line)
			if err != nil {
				return err
			}
			if kind == 'C' {
				err = c.receive(top, m, times)
			} else {
				var next folder
				if next, err = c.enter(top, m, times, len(stack)); err == nil && next.path != "" {
					stack = append(stack, next)
				}
			}
			if err != nil {
				return err
			}
		default:
			return broken("a message that starts with %q; expected T, C, D or E", kind)
		}
		times = nil
	}
}

// entry is a line of a file or folder.
type entry struct {
	perm fs.FileMode
	size int64
	name string
}

// parseEntry reads "C0644 1234 name".
func parseEntry(line string) (entry, error) {
	perm, rest, ok := strings.Cut(line[1:], " ")
	size, name, ok2 := strings.Cut(rest, " ")
	if !ok || !ok2 || len(perm) != 4 {
		return entry{}, broken("a message that is not like C0644 1234 name")
	}
	mode, err := strconv.ParseUint(perm, 8, 32)
	if err != nil {
		return entry{}, broken("the permissions %q; expected four octal digits", perm)
	}
	n, err := parseNumber(size)
	if err != nil {
		return entry{}, broken("the size %q; expected a number of bytes", size)
	}
	switch {
	case name == "" || name == "." || name == ".." || strings.ContainsRune(name, '/'):
		return entry{}, broken("the name %q, which is not that of a file in the folder", name)
	case hasControl(name):
		return entry{}, broken("the name %q with a control character", name)
	case len(name) > 255:
		return entry{}, broken("a name of %d bytes; file systems have up to 255", len(name))
	}
	return entry{fs.FileMode(mode).Perm(), n, name}, nil
}

// parseNumber reads decimal digits and nothing else, below 2^63.
func parseNumber(text string) (int64, error) {
	if text == "" || strings.Trim(text, "0123456789") != "" {
		return 0, strconv.ErrSyntax
	}
	return strconv.ParseInt(text, 10, 64)
}

// parseTimes reads "T1700000000 0 1700000000 0".
func parseTimes(line string) (*rooted.Times, error) {
	parts := strings.Split(line[1:], " ")
	var n [4]int64
	for i := range n {
		var err error
		if len(parts) == 4 {
			n[i], err = parseNumber(parts[i])
		}
		if len(parts) != 4 || err != nil || n[i] > 1<<40 || i%2 == 1 && n[i] > 999_999 {
			return nil, broken("a message that is not like T1700000000 0 1700000000 0")
		}
	}
	return &rooted.Times{
		Modified: time.Unix(n[0], n[1]*1000),
		Access:   time.Unix(n[2], n[3]*1000),
	}, nil
}

func (f folder) join(name string) string {
	if f.exact {
		return f.path
	}
	return path.Join(f.path, name)
}

// enter begins a folder. One that cannot be had is refused, and then the client does not send what is in it.
func (c *conn) enter(in folder, m entry, times *rooted.Times, depth int) (folder, error) {
	switch {
	case !c.options.Recursive:
		return folder{}, broken("a folder without -r")
	case depth > maxDepth:
		return folder{}, broken("more than %d folders within each other", maxDepth)
	}
	next := folder{path: in.join(m.name)}
	info, err := c.options.Tree.Stat(next.path)
	made := errors.Is(err, fs.ErrNotExist)
	switch {
	case err == nil && !info.IsDir():
		err = &rooted.Error{Op: "mkdir", Path: next.path, Reason: "there is a file of that name", Err: syscall.ENOTDIR}
	case made:
		err = c.options.Tree.Mkdir(next.path, m.perm|0o700)
		c.record(Event{Op: "mkdir", Path: next.path, Err: err})
	}
	switch {
	case c.options.Preserve && (made || c.options.Tree.Mode() == rooted.ReadWrite): // else the folder is not ours to change
		next.change = rooted.Change{Mode: &m.perm, Times: times}
	case made && m.perm&0o700 != 0o700:
		next.change.Mode, next.narrow = &m.perm, true
	}
	if err != nil {
		c.complain(1, err)
		return folder{}, c.out.Flush()
	}
	return next, c.ok()
}

// leave ends a folder: only now its times stay.
func (c *conn) leave(f folder) error {
	if f.narrow {
		if info, err := c.options.Tree.Stat(f.path); err == nil {
			f.change.Mode = new(info.Mode() & *f.change.Mode) // the umask was taken off already
		}
	}
	if f.change != (rooted.Change{}) {
		if err := c.options.Tree.Apply(f.path, f.change); err != nil {
			c.refuse("setstat", f.path, err)
			return c.out.Flush()
		}
	}
	return c.ok()
}

// receive takes one file. It answers twice: to the message, and to the content.
func (c *conn) receive(in folder, m entry, times *rooted.Times) error {
	p := in.join(m.name)
	u, err := c.options.Tree.Create(p, m.perm|0o200)
	if err == nil {
		if err = c.options.Tree.Room(m.size); err != nil {
			err = errors.Join(fmt.Errorf("receive %s: %w", p, err), u.Discard())
		}
	}
	if err != nil {
		c.refuse("receive", p, err) // the client then does not send the content
		return c.out.Flush()
	}
	defer u.Discard()
	if err := c.ok(); err != nil {
		return err
	}
	failed, err := c.store(u, m.size)
	if err != nil {
		c.record(Event{Op: "receive", Path: p, Err: err})
		return err
	}
	// The client says whether what it sent is what it has.
	if ok, err := c.answer(); err != nil {
		c.record(Event{Op: "receive", Path: p, Err: err})
		return err
	} else if !ok && failed == nil {
		failed = &rooted.Error{Op: "receive", Path: p, Reason: "the client could not read all of it", Err: io.ErrUnexpectedEOF}
	}
	if failed == nil {
		failed = c.complete(u, m, times)
	}
	if failed != nil {
		c.refuse("receive", p, failed)
		return c.out.Flush()
	}
	c.record(Event{Op: "receive", Path: p, Bytes: m.size})
	return c.ok()
}

// store writes the content. When writing fails, the rest is read all the same: the client counts on it.
func (c *conn) store(u *rooted.Upload, size int64) (failed, ended error) {
	buffer := make([]byte, 1<<17)
	for left := size; left > 0; {
		if err := c.ctx.Err(); err != nil {
			return nil, err
		}
		n, err := c.in.Read(buffer[:min(int64(len(buffer)), left)])
		left -= int64(n)
		if failed == nil && n > 0 {
			_, failed = u.Write(buffer[:n])
		}
		if err != nil && left > 0 {
			return nil, &fatal{fmt.Errorf("the connection ended with %d bytes missing", left), true}
		}
	}
	return failed, nil
}

// complete gives the file its attributes and its name.
func (c *conn) complete(u *rooted.Upload, m entry, times *rooted.Times) error {
	var change rooted.Change
	if c.options.Preserve {
		change.Mode, change.Times = &m.perm, times
	} else if u.New() && m.perm&0o200 == 0 {
		info, err := u.Stat()
		if err != nil {
			return err
		}
		change.Mode = new(info.Mode() &^ 0o200) // given to write the content
	}
	if err := u.Apply(change); err != nil {
		return err
	}
	return u.Commit(false)
}
