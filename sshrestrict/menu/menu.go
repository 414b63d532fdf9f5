// Package menu is the restricted terminal of a policy with a menu: a line at a time, with editing, history and completion, and
// no shell behind it. Start with Run; what a line may do is decided by the Session that it is given.
package menu

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"golang.org/x/term"
)

// Session answers lines.
type Session interface {
	Do(ctx context.Context, line string) (code int) // runs the line on the process's own streams
	Complete(line string) []string                  // what may stand for the last word
	Commands() []string                             // for help and the numbered list
}

// Options of a menu.
type Options struct {
	Prompt string
	Banner string
}

// Run reads lines until the end of the input, "exit" or a failing read, and returns the exit code of the last line.
func Run(ctx context.Context, s Session, o Options, in, out *os.File) (int, error) {
	m := &menu{session: s, options: o, in: in, out: out}
	if !term.IsTerminal(int(in.Fd())) {
		return m.plain(ctx)
	}
	return m.terminal(ctx)
}

type menu struct {
	session Session
	options Options
	in, out *os.File
	code    int
}

// maxLine is the longest line in bytes; longer ones end the session.
const maxLine = 64 << 10

// plain reads lines without a terminal: no prompt, no editing.
func (m *menu) plain(ctx context.Context) (int, error) {
	// One byte at a time, so that what follows a line is left to the program that the line starts.
	lines := bufio.NewReaderSize(&single{m.in}, 16)
	for ctx.Err() == nil {
		line, err := readLine(lines)
		if line != "" || err == nil {
			if m.line(ctx, line, m.out) {
				return m.code, nil
			}
		}
		if errors.Is(err, io.EOF) {
			return m.code, nil
		}
		if err != nil {
			return m.code, fmt.Errorf("read a line: %w", err)
		}
	}
	return m.code, ctx.Err()
}

// single reads one byte at a time.
type single struct{ r io.Reader }

func (s *single) Read(b []byte) (int, error) { return s.r.Read(b[:min(len(b), 1)]) }

func readLine(r *bufio.Reader) (string, error) {
	var b strings.Builder
	for {
		c, err := r.ReadByte()
		switch {
		case err != nil:
			return b.String(), err
		case c == '\n':
			return b.String(), nil
		case b.Len() == maxLine:
			return "", errors.New("the line is too long")
		}
		b.WriteByte(c)
	}
}

// terminal edits lines on a terminal, which is in raw mode while a line is typed and as it was while a program runs.
func (m *menu) terminal(ctx context.Context) (int, error) {
	fd := int(m.in.Fd())
	screen := struct {
		io.Reader
		io.Writer
	}{m.in, m.out}
	t := term.NewTerminal(screen, m.options.Prompt)
	t.AutoCompleteCallback = m.complete
	if m.options.Banner != "" {
		fmt.Fprintln(m.out, m.options.Banner)
	}
	fmt.Fprintln(m.out, "Type help for what is allowed here, exit to leave.")
	for ctx.Err() == nil {
		if width, height, err := term.GetSize(fd); err == nil && width > 0 {
			_ = t.SetSize(width, height)
		}
		before, err := term.MakeRaw(fd)
		if err != nil {
			return m.code, fmt.Errorf("edit lines: %w", err)
		}
		line, err := t.ReadLine()
		if restore := term.Restore(fd, before); restore != nil {
			return m.code, fmt.Errorf("restore the terminal: %w", restore)
		}
		switch {
		case errors.Is(err, io.EOF):
			fmt.Fprintln(m.out)
			return m.code, nil
		case errors.Is(err, term.ErrPasteIndicator): // pasted text is typed text
		case err != nil:
			return m.code, fmt.Errorf("read a line: %w", err)
		}
		if m.line(ctx, line, m.out) {
			return m.code, nil
		}
	}
	return m.code, ctx.Err()
}

// line does what a line says and tells whether it was the last one.
func (m *menu) line(ctx context.Context, line string, out io.Writer) (done bool) {
	line = strings.TrimSpace(line)
	commands := m.session.Commands()
	if n, err := strconv.Atoi(line); err == nil && n >= 1 && n <= len(commands) && !strings.ContainsAny(commands[n-1], "[…") &&
		commands[n-1] == strings.ToLower(commands[n-1]) {
		line = commands[n-1]
	}
	switch line {
	case "":
		return false
	case "exit", "quit", "logout":
		return true
	case "help", "?":
		for i, c := range commands {
			fmt.Fprintf(out, "%3d  %s\n", i+1, c)
		}
		fmt.Fprintln(out, "Words in capitals are yours to fill in; Tab completes. A number chooses a line without such words.")
		m.code = 0
		return false
	}
	m.code = m.session.Do(ctx, line)
	return false
}

// complete is called by the terminal for every key.
func (m *menu) complete(line string, pos int, key rune) (string, int, bool) {
	if key != '\t' || pos != len(line) {
		return "", 0, false
	}
	found := m.session.Complete(line)
	if len(found) == 0 {
		return line, pos, true
	}
	common := found[0]
	for _, f := range found[1:] {
		for !strings.HasPrefix(f, common) {
			common = common[:len(common)-1]
		}
	}
	start := strings.LastIndexByte(line, ' ') + 1
	if len(common) < len(line)-start {
		return line, pos, true
	}
	completed := line[:start] + common
	if len(found) == 1 && !strings.HasSuffix(common, "/") {
		completed += " "
	}
	return completed, len(completed), true
}
