package launch

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"sync"
	"time"
	"unicode/utf8"

	"golang.org/x/sys/unix"
)

// cast writes a recording in the format asciicast v2: a line of JSON about the terminal, and a line for each piece of
// output and each change of its size. What is typed is not recorded, but shows where the terminal echoes it. The format is
// described at docs.asciinema.org/manual/asciicast/v2.
type cast struct {
	mutex sync.Mutex // guards what follows; output and errors may come from two pumps
	w     io.Writer
	since func() time.Duration // since the begin of the session
	rest  []byte               // begin of a character that was split between two reads
	err   error                // the first one of w
}

const (
	defaultWidth  = 80
	defaultHeight = 24
)

// createRecording makes the file, which must not exist: neither a file nor a link that somebody left there is written to.
func createRecording(path string) (*os.File, error) {
	fd, err := unix.Open(path, unix.O_CREAT|unix.O_EXCL|unix.O_WRONLY|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0o600)
	if err != nil {
		return nil, fmt.Errorf("create recording %q: %w", path, err)
	}
	return os.NewFile(uintptr(fd), path), nil
}

// newCast writes the header. term is the variable TERM of the program.
func newCast(w io.Writer, width, height int, begin time.Time, term string, since func() time.Duration) *cast {
	if width <= 0 || height <= 0 {
		width, height = defaultWidth, defaultHeight
	}
	c := &cast{w: w, since: since}
	line := fmt.Appendf(nil, `{"version": 2, "width": %d, "height": %d, "timestamp": %d`, width, height, begin.Unix())
	if term != "" {
		line = append(line, `, "env": {"TERM": `...)
		line = appendJSON(line, []byte(term))
		line = append(line, '}')
	}
	c.write(append(line, "}\n"...))
	return c
}

// output records what the program wrote. The first error of the file is returned by all later calls.
func (c *cast) output(data []byte) error {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	text := append(c.rest, data...)
	whole := len(text) - unfinished(text)
	if whole > 0 {
		c.event('o', text[:whole])
	}
	c.rest = append([]byte(nil), text[whole:]...)
	return c.err
}

// resize records a new size of the terminal.
func (c *cast) resize(width, height int) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.event('r', []byte(strconv.Itoa(width)+"x"+strconv.Itoa(height)))
}

// finish records what is left of a character that never came whole.
func (c *cast) finish() error {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if len(c.rest) > 0 {
		c.event('o', c.rest)
		c.rest = nil
	}
	return c.err
}

func (c *cast) event(kind byte, data []byte) {
	line := append([]byte(nil), '[')
	line = strconv.AppendFloat(line, c.since().Seconds(), 'f', 6, 64)
	line = append(line, ", \""...)
	line = append(line, kind)
	line = append(line, "\", "...)
	line = appendJSON(line, data)
	c.write(append(line, "]\n"...))
}

func (c *cast) write(line []byte) {
	if c.err != nil {
		return
	}
	if _, err := c.w.Write(line); err != nil {
		c.err = fmt.Errorf("write recording: %w", err)
	}
}

// unfinished returns how many bytes at the end of text are the begin of a character whose rest may still come.
func unfinished(text []byte) int {
	for n := 1; n < utf8.UTFMax && n <= len(text); n++ {
		tail := text[len(text)-n:]
		if utf8.RuneStart(tail[0]) {
			if utf8.FullRune(tail) {
				return 0
			}
			return n
		}
	}
	return 0
}

// appendJSON appends data as a JSON string. Bytes that are no UTF-8 become U+FFFD.
func appendJSON(line, data []byte) []byte {
	const hex = "0123456789abcdef"
	line = append(line, '"')
	for len(data) > 0 {
		char, size := utf8.DecodeRune(data)
		switch {
		case char == '"' || char == '\\':
			line = append(line, '\\', byte(char))
		case char < ' ' || char == 0x7f:
			line = append(line, '\\', 'u', '0', '0', hex[char>>4], hex[char&0xf])
		default:
			line = utf8.AppendRune(line, char)
		}
		data = data[size:]
	}
	return append(line, '"')
}

// close syncs the file, so that a finished session survives a loss of power.
func closeRecording(c *cast, file *os.File) error {
	return errors.Join(c.finish(), file.Sync(), file.Close())
}
