package timelapse

import (
	"bytes"
	"errors"
	"strconv"
	"strings"
	"sync"
	"syscall"
)

// tail keeps the end of what is written to it.
type tail struct{ kept []byte }

func (t *tail) Write(b []byte) (int, error) {
	const most = 2048
	t.kept = append(t.kept, b...)
	t.kept = t.kept[max(0, len(t.kept)-most):]
	return len(b), nil
}

func (t *tail) String() string { return strings.TrimSpace(string(t.kept)) }

// err returns the last lines, or nil if nothing was said.
func (t *tail) err() error {
	lines := strings.Split(t.String(), "\n")
	if s := strings.Join(lines[max(0, len(lines)-3):], "; "); s != "" {
		return errors.New(s)
	}
	return nil
}

// syscallText is what ffmpeg, in the C locale, calls an error.
func syscallText(e syscall.Errno) string {
	s := e.Error()
	return strings.ToUpper(s[:1]) + s[1:]
}

// frameCount reads ffmpeg's report of its progress: lines of key=value.
type frameCount struct {
	mu   sync.Mutex
	rest []byte
	n    int
}

func (c *frameCount) Write(b []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.rest = append(c.rest, b...)
	for {
		line, rest, ok := bytes.Cut(c.rest, []byte("\n"))
		if !ok {
			return len(b), nil
		}
		c.rest = rest
		if v, ok := bytes.CutPrefix(line, []byte("frame=")); ok {
			c.n, _ = strconv.Atoi(string(bytes.TrimSpace(v)))
		}
	}
}

func (c *frameCount) last() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.n
}
