package scpserver

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"strings"
	"syscall"
	"time"

	"ops/sshrestrict/rooted"
)

// source sends what the operands name.
func (c *conn) source() error {
	if ok, err := c.answer(); err != nil || !ok {
		return err
	}
	for _, p := range c.options.Paths {
		paths := []string{p.Text}
		if p.Pattern {
			var err error
			paths, err = c.options.Tree.Glob(p.Text)
			if err == nil && len(paths) == 0 {
				err = &rooted.Error{Op: "send", Path: p.Text, Reason: "no such file or folder", Err: fs.ErrNotExist}
			}
			if err != nil {
				c.refuse("send", p.Text, err)
				continue
			}
		}
		for _, each := range paths {
			if err := c.send(each, 0); err != nil {
				return err
			}
		}
	}
	return nil
}

// send sends one file or folder. Only an error that ends the session is returned.
func (c *conn) send(p string, depth int) error {
	if err := c.ctx.Err(); err != nil {
		return err
	}
	info, err := c.options.Tree.Stat(p)
	if err == nil && hasControl(path.Base(p)) {
		err = errors.New("send: a file whose name has control characters cannot be sent by scp; use sftp")
	}
	if err != nil {
		c.refuse("send", p, err)
		return nil
	}
	if info.IsDir() {
		return c.sendFolder(p, depth)
	}
	return c.sendFile(p)
}

func (c *conn) sendFile(p string) error {
	f, err := c.options.Tree.OpenFile(p, os.O_RDONLY, 0)
	if err != nil {
		c.refuse("send", p, err)
		return nil
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		c.refuse("send", p, err)
		return nil
	}
	if ok, err := c.announce('C', info, info.Size(), path.Base(p)); err != nil || !ok {
		return err
	}
	n, failed, err := c.content(f, info.Size())
	if err != nil {
		c.record(Event{Op: "send", Path: p, Bytes: n, Err: err})
		return err
	}
	c.record(Event{Op: "send", Path: p, Bytes: n, Err: failed})
	if failed != nil {
		c.complain(1, failed)
	} else {
		c.out.WriteByte(0)
	}
	_, err = c.answer()
	return err
}

// content sends exactly size bytes: the client counts them. If the file gives fewer, zeros follow and an error after them.
func (c *conn) content(f *rooted.File, size int64) (n int64, failed, ended error) {
	buffer := make([]byte, 1<<17)
	for n < size {
		if err := c.ctx.Err(); err != nil {
			return n, nil, err
		}
		part := buffer[:min(int64(len(buffer)), size-n)]
		if failed == nil {
			got, err := f.ReadAt(part, n)
			if got < len(part) {
				if failed = err; err == io.EOF {
					failed = &rooted.Error{Op: "send", Path: f.Path(), Reason: "the file became shorter meanwhile", Err: io.ErrUnexpectedEOF}
				}
				clear(part[got:])
			}
		} else {
			clear(part)
		}
		if _, err := c.out.Write(part); err != nil {
			return n, nil, err
		}
		n += int64(len(part))
	}
	return n, failed, nil
}

// announce sends the times, if wanted, and the line of a file or folder.
func (c *conn) announce(kind byte, info fs.FileInfo, size int64, name string) (bool, error) {
	if c.options.Preserve {
		accessed := info.ModTime()
		if st, ok := info.Sys().(*syscall.Stat_t); ok {
			accessed = time.Unix(st.Atim.Unix())
		}
		fmt.Fprintf(c.out, "T%d 0 %d 0\n", max(0, info.ModTime().Unix()), max(0, accessed.Unix()))
		if ok, err := c.answer(); err != nil || !ok {
			return false, err
		}
	}
	fmt.Fprintf(c.out, "%c%04o %d %s\n", kind, info.Mode().Perm(), size, name)
	return c.answer()
}

// sendFolder sends a folder with everything below. Links to folders are followed, as scp does, and so the depth is bounded.
func (c *conn) sendFolder(p string, depth int) error {
	if !c.options.Recursive {
		c.refuse("send", p, &rooted.Error{Op: "send", Path: p, Reason: "is a folder; use -r", Err: syscall.EISDIR})
		return nil
	}
	if depth == maxDepth {
		c.refuse("send", p, &rooted.Error{Op: "send", Path: p, Reason: "too many folders within each other, or a loop of links", Err: syscall.ELOOP})
		return nil
	}
	d, err := c.options.Tree.OpenDir(p)
	if err != nil {
		c.refuse("send", p, err)
		return nil
	}
	defer d.Close()
	info, err := d.Stat()
	if err != nil {
		c.refuse("send", p, err)
		return nil
	}
	name := path.Base(p)
	if ok, err := c.announce('D', info, 0, name); err != nil || !ok {
		return err
	}
	for {
		some, err := d.Next(256)
		for _, each := range some {
			if err := c.send(path.Join(p, each.Name()), depth+1); err != nil {
				return err
			}
		}
		if err == io.EOF {
			break
		}
		if err != nil {
			c.refuse("send", p, err)
			break
		}
	}
	c.out.WriteString("E\n")
	_, err = c.answer()
	return err
}

// hasControl is true for names that a line of the protocol, or the terminal of its reader, would misunderstand.
func hasControl(name string) bool {
	return strings.ContainsFunc(name, func(r rune) bool { return r < ' ' || r == 0x7f })
}
