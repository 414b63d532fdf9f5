package scpserver

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"

	"ops/internal/terminal"
	"ops/sshrestrict/rooted"
)

// Path is one operand of the client's scp command.
type Path struct {
	Text    string
	Pattern bool // Text is a pattern, see [rooted.Tree.Glob]
}

// Options are what the client's scp command says.
type Options struct {
	Tree *rooted.Tree

	Source    bool // -f: files go to the client; else -t: they come
	Target    bool // -d: the target must be a folder
	Recursive bool // -r
	Preserve  bool // -p: times and permissions are kept
	Verbose   bool // -v: changes nothing here; the client does the talking
	Paths     []Path

	Log func(Event) // called for each file, folder and refusal; may be nil
}

// Event is one file or folder that was sent or received, for the audit.
type Event struct {
	Op    string // send, receive, mkdir, or a setstat that was refused
	Path  string // the client's
	Bytes int64
	Err   error // nil if it was done
}

// Bounds of what a client may send.
const (
	maxLine  = 4096 // bytes
	maxDepth = 128  // folders
)

// Serve runs one transfer and returns the exit code of scp: 0, or 1 if anything was not done, about which the client was
// told. err says what ended the session early, for the log, if the client broke the protocol or went away. Serve ends with
// ctx at the next message; to end it at once, the caller closes in when ctx is done.
func Serve(ctx context.Context, o Options, in io.Reader, out io.Writer) (exit int, err error) {
	c := &conn{ctx: ctx, options: o, in: bufio.NewReaderSize(in, 64<<10), out: bufio.NewWriterSize(out, 64<<10)}
	if o.Source {
		err = c.source()
	} else {
		err = c.sink()
	}
	if e, ok := errors.AsType[*fatal](err); ok && !e.theirs {
		c.complain(2, e.error)
	}
	err = errors.Join(err, c.out.Flush())
	if err != nil || c.failed {
		return 1, err
	}
	return 0, nil
}

// conn is one session.
type conn struct {
	ctx     context.Context
	options Options
	in      *bufio.Reader
	out     *bufio.Writer
	failed  bool // something was not done
}

// fatal ends the session.
type fatal struct {
	error
	theirs bool // the client said so and need not be told
}

func broken(format string, args ...any) error { return &fatal{error: fmt.Errorf(format, args...)} }

// complain sends an error to the client as a line after the byte 1, which lets it go on, or 2. A line must not hold the
// end of a line.
func (c *conn) complain(kind byte, err error) {
	c.failed = true
	fmt.Fprintf(c.out, "%cscp: %s\n", kind, terminal.Printable(err.Error()))
}

// refuse tells the client that one file is not done, and records it.
func (c *conn) refuse(op, path string, err error) {
	c.record(Event{Op: op, Path: path, Err: err})
	c.complain(1, err)
}

func (c *conn) record(e Event) {
	if c.options.Log != nil {
		c.options.Log(e)
	}
}

// ok sends the byte that lets the client go on.
func (c *conn) ok() error {
	c.out.WriteByte(0)
	return c.out.Flush()
}

// line reads up to the end of a line, which it does not return.
func (c *conn) line() (string, error) {
	if err := c.ctx.Err(); err != nil {
		return "", err
	}
	var b []byte
	for {
		char, err := c.in.ReadByte()
		switch {
		case err == io.EOF && len(b) > 0:
			return "", broken("the connection ended within a message")
		case err != nil:
			return "", err
		case char == '\n':
			return string(b), nil
		case len(b) == maxLine:
			return "", broken("a message of more than %d bytes", maxLine)
		}
		b = append(b, char)
	}
}

// answer reads the client's answer to a message. A refusal that lets us go on is (false, nil).
func (c *conn) answer() (bool, error) {
	if err := c.out.Flush(); err != nil {
		return false, err
	}
	char, err := c.in.ReadByte()
	if err != nil {
		return false, &fatal{fmt.Errorf("the client left: %w", err), true}
	}
	if char == 0 {
		return true, nil
	}
	if char != 1 && char != 2 {
		return false, broken("an answer that starts with byte %d; expected 0, 1 or 2", char)
	}
	text, err := c.line()
	if err != nil {
		return false, err
	}
	c.failed = true
	if char == 2 {
		return false, &fatal{errors.New("the client says: " + text), true}
	}
	return false, nil
}
