package files

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"unicode/utf8"

	"ops/internal/terminal"
	"ops/sshrestrict/menu/keyboard"
	"ops/sshrestrict/rooted"
)

// less shows a file page by page. It starts nothing and opens nothing else, whatever is typed.
func (c *command) less(ctx context.Context) (err error) {
	if !c.Terminal {
		return c.cat(ctx)
	}
	f, err := c.tree.OpenFile(c.Path, os.O_RDONLY, 0)
	if err != nil {
		c.log("close-read", 0, 0, err)
		return err
	}
	defer func() {
		read, _ := f.Bytes()
		err = errors.Join(err, f.Close())
		c.log("close-read", read, 0, err)
	}()
	keys, err := keyboard.Open(c.In, c.Idle)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, keys.Close()) }()
	if err := keys.Raw(); err != nil {
		return err
	}
	p := &pager{file: f, out: c.Out, name: terminal.Printable(c.shown()), keys: keys.Next, pending: keys.Pending, size: keys.Size}
	return p.run()
}

// pager holds no more of a file than what it looks at, so files may be of any size, and grow.
type pager struct {
	file    *rooted.File
	out     io.Writer
	name    string // printable
	keys    func() (keyboard.Key, error)
	pending func() bool
	size    func() (width, height int)

	width, height int
	top           int64 // offset of the first row
	query         string
	note          string // shown once
}

func (p *pager) run() error {
	for {
		p.width, p.height = p.size()
		if err := p.draw(); err != nil {
			return err
		}
		key, err := p.keys()
		if err != nil {
			if errors.Is(err, io.EOF) || errors.Is(err, keyboard.ErrEnd) || errors.Is(err, keyboard.ErrIdle) {
				return nil
			}
			return err
		}
		done, err := p.press(key)
		if done || err != nil {
			_, _ = io.WriteString(p.out, "\r\x1b[K")
			return err
		}
	}
}

func (p *pager) press(key keyboard.Key) (done bool, err error) {
	page := max(p.height-1, 1)
	switch {
	case key.Code == keyboard.Control && (key.Rune == 'c' || key.Rune == 'd'):
		return true, nil
	case key.Code == keyboard.PageDown || key.Code == keyboard.Right:
		return false, p.forward(page)
	case key.Code == keyboard.PageUp || key.Code == keyboard.Left:
		return false, p.back(page)
	case key.Code == keyboard.Down || key.Code == keyboard.Enter:
		return false, p.forward(1)
	case key.Code == keyboard.Up:
		return false, p.back(1)
	case key.Code == keyboard.Home:
		p.top = 0
	case key.Code == keyboard.End:
		return false, p.end(page)
	case key.Code == keyboard.Character:
		return p.letter(key.Rune, page)
	}
	return false, nil
}

func (p *pager) letter(r rune, page int) (done bool, err error) {
	switch r {
	case 'q', 'Q':
		return true, nil
	case ' ', 'f':
		return false, p.forward(page)
	case 'b':
		return false, p.back(page)
	case 'j':
		return false, p.forward(1)
	case 'k':
		return false, p.back(1)
	case 'g':
		p.top = 0
	case 'G':
		return false, p.end(page)
	case '/':
		if err := p.ask(); err != nil {
			return false, err
		}
		return false, p.find()
	case 'n':
		return false, p.find()
	case 'h', '?':
		p.note = "space b: page; j k: row; g G: begin, end; /text n: search; q: quit"
	default:
		p.note = "h tells the keys"
	}
	return false, nil
}

// maxRow is how many bytes a row can be made of, whatever they are.
const maxRow = 4 << 10

// row lays out the row at an offset: the text to show, and where the next one begins. At the end of the file, next is at.
func (p *pager) row(at int64) (text string, next int64, err error) {
	var buffer [maxRow]byte
	n, err := p.file.ReadAt(buffer[:], at)
	if err != nil && err != io.EOF {
		return "", at, err
	}
	data := buffer[:n]
	var b strings.Builder
	used := 0
	for i := 0; i < len(data); {
		r, size := utf8.DecodeRune(data[i:])
		if r == '\n' {
			return b.String(), at + int64(i) + 1, nil
		}
		shown := terminal.Printable(string(data[i : i+size]))
		if r == '\t' {
			shown = strings.Repeat(" ", 8-used%8)
		}
		if wide := terminal.Columns(shown); used+wide > p.width && i > 0 {
			return b.String(), at + int64(i), nil
		} else if used += wide; used > p.width {
			return "…", at + int64(i+size), nil // wider than the window by itself
		}
		b.WriteString(shown)
		i += size
	}
	return b.String(), at + int64(n), nil
}

func (p *pager) draw() error {
	var b strings.Builder
	b.WriteString("\x1b[H\x1b[2J")
	at := p.top
	for range max(p.height-1, 1) {
		text, next, err := p.row(at)
		if err != nil {
			return err
		}
		if next == at {
			b.WriteString("~\n")
			continue
		}
		b.WriteString(text + "\n")
		at = next
	}
	status := p.note
	if p.note = ""; status == "" {
		status = p.status(at)
	}
	row, _ := clip(status, p.width-1)
	b.WriteString("\x1b[7m" + row + "\x1b[m")
	_, err := io.WriteString(p.out, b.String())
	return err
}

func (p *pager) status(at int64) string {
	info, err := p.file.Stat()
	if err != nil || info.Size() <= at {
		return p.name + " (end; q quits, h tells the keys)"
	}
	return fmt.Sprintf("%s %d%% (h tells the keys)", p.name, int64(float64(at)/float64(info.Size())*100))
}

// clip is the beginning of a printable text that fits.
func clip(text string, width int) (string, bool) {
	used := 0
	for i, r := range text {
		if used += terminal.Columns(string(r)); used > width {
			return text[:i], true
		}
	}
	return text, false
}

func (p *pager) forward(rows int) error {
	for range rows {
		_, next, err := p.row(p.top)
		if err != nil {
			return err
		}
		if _, after, err := p.row(next); err != nil || after == next {
			return err // the last row stays
		}
		p.top = next
	}
	return nil
}

func (p *pager) back(rows int) error {
	for range rows {
		if p.top == 0 {
			return nil
		}
		at, err := p.lineStart(p.top - 1)
		if err != nil {
			return err
		}
		for {
			_, next, err := p.row(at)
			if err != nil {
				return err
			}
			if next >= p.top || next == at {
				break
			}
			at = next
		}
		p.top = at
	}
	return nil
}

// maxLine is how far back the beginning of a line is looked for; a longer one is shown from somewhere within.
const maxLine = 64 << 10

// lineStart is the offset of the first byte of the line that holds the byte before an end.
func (p *pager) lineStart(end int64) (int64, error) {
	from := max(0, end-maxLine)
	data := make([]byte, end-from)
	n, err := p.file.ReadAt(data, from)
	if err != nil && err != io.EOF {
		return 0, err
	}
	return from + int64(bytes.LastIndexByte(data[:n], '\n')+1), nil
}

// end shows the last page.
func (p *pager) end(page int) error {
	info, err := p.file.Stat()
	if err != nil {
		return err
	}
	p.top = info.Size()
	return p.back(page)
}

// maxQuery is the longest text to search for, in bytes.
const maxQuery = 256

// ask reads what to search for. Nothing keeps what was asked before.
func (p *pager) ask() error {
	query := ""
	for {
		shown, _ := clip("/"+query, p.width-1)
		if _, err := io.WriteString(p.out, "\r\x1b[K"+shown); err != nil {
			return err
		}
		key, err := p.keys()
		switch {
		case err != nil:
			return err
		case key.Code == keyboard.Enter:
			if query != "" {
				p.query = query
			}
			return nil
		case key.Code == keyboard.Control && key.Rune == 'c':
			p.query = ""
			return nil
		case key.Code == keyboard.Backspace && query != "":
			_, size := utf8.DecodeLastRuneInString(query)
			query = query[:len(query)-size]
		case key.Code == keyboard.Character && len(query) < maxQuery && terminal.Printable(string(key.Rune)) == string(key.Rune):
			query += string(key.Rune)
		}
	}
}

// find goes to the next line with the text, as it stands: it is no pattern. A key ends a long search.
func (p *pager) find() error {
	if p.query == "" {
		return nil
	}
	_, at, err := p.row(p.top)
	if err != nil {
		return err
	}
	block := make([]byte, 256<<10)
	for {
		n, err := p.file.ReadAt(block, at)
		if err != nil && err != io.EOF {
			return err
		}
		if i := bytes.Index(block[:n], []byte(p.query)); i >= 0 {
			p.top, err = p.lineStart(at + int64(i))
			return err
		}
		if err == io.EOF {
			p.note = "not found: " + p.query
			return nil
		}
		if p.pending() {
			p.note = "the search was ended by a key"
			return nil
		}
		at += int64(n - len(p.query) + 1)
	}
}
