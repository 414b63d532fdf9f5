package files

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"

	"ops/internal/terminal"
	"ops/sshrestrict/menu/keyboard"
	"ops/sshrestrict/rooted"
)

// maxTyped is the largest file, in bytes, that goes over a terminal.
const maxTyped = 4 << 20

const rowLength = 76 // characters of base64 in a row, as base64(1) has

func (c *command) get(ctx context.Context) error {
	if !c.Terminal {
		return c.cat(ctx)
	}
	info, err := c.tree.Stat(c.Path)
	if err == nil && info.Size() > maxTyped {
		err = &rooted.Error{Op: "get", Path: c.Path, Reason: fmt.Sprintf("%d bytes are too many for a terminal; use %s", info.Size(), c.Hint), Err: rooted.ErrTooLarge}
	}
	if err != nil {
		c.log("close-read", 0, 0, err)
		return err
	}
	name := terminal.Printable(path.Base(c.shown()))
	fmt.Fprintf(c.Out, "Give the lines between the marks to base64 -d, or use: %s\n-----BEGIN FILE %s-----\n", c.Hint, name)
	rows := &rows{w: c.Out}
	encoder := base64.NewEncoder(base64.StdEncoding, rows)
	sum := sha256.New()
	n, err := c.tree.Get(ctx, c.Path, io.MultiWriter(encoder, sum))
	c.log("close-read", n, 0, err)
	if err = errors.Join(err, encoder.Close(), rows.end()); err != nil {
		return err
	}
	_, err = fmt.Fprintf(c.Out, "-----END FILE-----\n%d bytes, SHA-256 %s\n", n, hex.EncodeToString(sum.Sum(nil)))
	return err
}

// rows breaks text into rows.
type rows struct {
	w    io.Writer
	used int
}

func (r *rows) Write(b []byte) (int, error) {
	var out []byte
	for _, c := range b {
		if r.used == rowLength {
			out = append(out, '\n')
			r.used = 0
		}
		out = append(out, c)
		r.used++
	}
	_, err := r.w.Write(out)
	return len(b), err
}

func (r *rows) end() error {
	if r.used == 0 {
		return nil
	}
	_, err := io.WriteString(r.w, "\n")
	return err
}

func (c *command) put(ctx context.Context) (err error) {
	if !c.Terminal {
		n, err := c.tree.Put(ctx, c.Path, c.In)
		c.log("close-write", 0, n, err)
		return err
	}
	keys, err := keyboard.Open(c.In, c.Idle)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, keys.Close()) }()
	if err := keys.Raw(); err != nil {
		return err
	}
	typed := &typed{keys: keys.Byte, begin: func() {
		fmt.Fprintf(c.Out, "Paste what base64 FILE prints, then a dot and Enter; Ctrl-C gives up. Or use: %s\n", c.Hint)
	}}
	sum := sha256.New()
	content := base64.NewDecoder(base64.StdEncoding, typed)
	n, err := c.tree.Put(ctx, c.Path, io.TeeReader(&bounded{r: content}, sum))
	err = errors.Join(err, typed.drain()) // what is left of a paste is no command
	c.log("close-write", 0, n, err)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(c.Out, "Stored %d bytes, SHA-256 %s\n", n, hex.EncodeToString(sum.Sum(nil)))
	return err
}

// errGivenUp is Ctrl-C in a paste.
var errGivenUp = errors.New("given up; nothing was stored")

// typed is the base64 text in what a person types or pastes: without blanks, the ends of lines, and lines that begin with
// dashes, which are the marks of get. A dot or Ctrl-D ends it.
type typed struct {
	keys  func() (byte, error)
	begin func() // called before the first byte is asked for
	begun bool
	mark  bool // in a line that begins with a dash
	ended error
}

func (t *typed) Read(b []byte) (int, error) {
	if !t.begun {
		t.begun = true
		t.begin()
	}
	n := 0
	for n < len(b) && t.ended == nil {
		c, err := t.keys()
		switch {
		case err != nil:
			t.ended = fmt.Errorf("the text ended early: %w", noEnd(err))
		case c == 'c'-0x60:
			t.ended = errGivenUp
		case c == 'd'-0x60:
			t.ended = io.EOF
		case c == '\r' || c == '\n':
			t.mark = false
		case t.mark:
		case c == '.':
			t.ended = io.EOF
		case c == '-':
			t.mark = true
		case c == ' ' || c == '\t':
		default:
			b[n] = c // what is no base64 is the decoder's to find
			n++
		}
		if c == '\r' || c == '\n' {
			break // the decoder may have all that it needs to see a mistake
		}
	}
	if n > 0 {
		return n, nil
	}
	return 0, t.ended
}

// noEnd is for an end of the terminal, which is no end of the text.
func noEnd(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

// drain passes over the rest of the text after a mistake.
func (t *typed) drain() error {
	if !t.begun {
		return nil
	}
	for some := make([]byte, 1024); t.ended == nil; {
		_, _ = t.Read(some)
	}
	if errors.Is(t.ended, io.EOF) || errors.Is(t.ended, errGivenUp) {
		return nil // told already
	}
	return nil
}

// bounded ends with an error above maxTyped bytes.
type bounded struct {
	r io.Reader
	n int64
}

func (b *bounded) Read(p []byte) (int, error) {
	n, err := b.r.Read(p)
	if b.n += int64(n); b.n > maxTyped {
		return 0, fmt.Errorf("more than %d bytes over a terminal: %w", maxTyped, rooted.ErrTooLarge)
	}
	if corrupt, ok := errors.AsType[base64.CorruptInputError](err); ok {
		err = fmt.Errorf("no base64 at character %d", int64(corrupt)+1)
	} else if errors.Is(err, io.ErrUnexpectedEOF) && !strings.Contains(err.Error(), "early") {
		err = errors.New("the base64 text is cut off")
	}
	return n, err
}
