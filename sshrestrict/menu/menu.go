// Package menu is the restricted terminal of a policy with a menu: a line at a time, with editing, history and completion, and
// no shell behind it. Start with Run; what a line may do is decided by the Session that it is given.
//
// What is shown is what is done: the line holds no character that a terminal obeys or hides, nothing in it is expanded, and
// nothing is done before all of it was drawn. There are no jobs, so the keys that stop a program do nothing.
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
	"time"

	"golang.org/x/term"

	"ops/internal/terminal"
	"ops/sshrestrict/menu/keyboard"
)

// Session answers lines.
type Session interface {
	Do(ctx context.Context, line string) (code int)     // runs the line on the process's own streams
	Complete(line string) (start int, words []string)   // what may stand from line[start] on
	Commands() (lines []string, ready func(i int) bool) // for help; ready lines have no words to fill in
	Files() []string                                    // what the menu's own commands for files take, for help
}

// Options of a menu.
type Options struct {
	Prompt string
	Banner string
	Idle   time.Duration // without a key, after which the session ends; 0 for never
}

// Run reads lines until the end of the input, "exit", the end of the time for doing nothing, or a failing read, and returns
// the exit code of the last line.
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
			if m.line(ctx, line) {
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

// terminal edits lines on a terminal.
func (m *menu) terminal(ctx context.Context) (int, error) {
	keys, err := keyboard.Open(m.in, m.options.Idle)
	if err != nil {
		return m.code, err
	}
	if m.options.Banner != "" {
		for line := range strings.SplitSeq(strings.TrimRight(m.options.Banner, "\n"), "\n") {
			fmt.Fprintln(m.out, terminal.Printable(line))
		}
	}
	fmt.Fprintln(m.out, "Type help for what is allowed here, exit to leave.")
	err = m.lines(ctx, keys)
	if errors.Is(err, keyboard.ErrIdle) {
		fmt.Fprintf(m.out, "\r\nNothing was typed for %s: good-bye.\n", terminal.Span(m.options.Idle))
		err = nil
	}
	if errors.Is(err, io.EOF) || errors.Is(err, keyboard.ErrEnd) {
		err = nil
	}
	return m.code, errors.Join(err, keys.Close())
}

// lines takes lines until the last one. The terminal is in raw mode while a line is typed.
func (m *menu) lines(ctx context.Context, keys *keyboard.Keyboard) error {
	e := newEditor(m.options.Prompt, m.out, m.session.Complete)
	for ctx.Err() == nil {
		if err := keys.Raw(); err != nil {
			return err
		}
		how, err := m.edit(e, keys)
		if err != nil {
			return err
		}
		if err := keys.Cooked(); err != nil {
			return err
		}
		switch how {
		case left:
			return nil
		case accepted:
			if m.line(ctx, e.String()) {
				return nil
			}
		}
	}
	return ctx.Err()
}

// edit takes keys until they make a line.
func (m *menu) edit(e *editor, keys *keyboard.Keyboard) (outcome, error) {
	e.screen.width, e.screen.height = keys.Size()
	e.begin()
	for {
		key, err := keys.Next()
		if err != nil {
			return left, err
		}
		if key.Code == keyboard.Resize {
			e.screen.width, e.screen.height = keys.Size()
		}
		if how := e.press(key); how != editing {
			return how, nil
		}
		if !keys.Pending() { // in the middle of a paste nobody looks
			e.draw()
		}
	}
}

// line does what a line says and tells whether it was the last one.
func (m *menu) line(ctx context.Context, line string) (done bool) {
	line = strings.TrimSpace(line)
	commands, ready := m.session.Commands()
	if n, err := strconv.Atoi(line); err == nil && n >= 1 && n <= len(commands) && strconv.Itoa(n) == line && ready(n-1) {
		line = commands[n-1]
	}
	switch line {
	case "":
		return false
	case "exit", "quit", "logout":
		return true
	case "help", "?":
		m.help(commands)
		m.code = 0
		return false
	}
	m.code = m.session.Do(ctx, line)
	return false
}

func (m *menu) help(commands []string) {
	for i, c := range commands {
		fmt.Fprintf(m.out, "%3d  %s\n", i+1, terminal.Printable(c))
	}
	for _, f := range m.session.Files() {
		fmt.Fprintf(m.out, "     %s\n", f)
	}
	fmt.Fprintln(m.out, "     help, exit")
	fmt.Fprintln(m.out, "Words in capitals are yours to fill in; Tab completes. A number chooses a line without such words.")
}
