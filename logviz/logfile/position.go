package logfile

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"sync"
	"syscall"
	"time"
)

// Position is a place in a log that is followed, in a form that lasts.
type Position struct {
	Device uint64 `json:"device"`
	Inode  uint64 `json:"inode"`
	Offset int64  `json:"offset"` // bytes of the file that need not be read again
	Head   string `json:"head"`   // SHA-256 of the file's first HeadBytes bytes, in hexadecimal
	// HeadBytes is at most 1024: enough to know a copy of the file, and the file's successor by the same inode.
	HeadBytes int64 `json:"head_bytes"`
	// Modified is no later than the last write to the file, and later than those to the files before it.
	Modified time.Time `json:"modified,omitzero"`
}

// isIn reports whether the position lies in the file itself.
func (p *Position) isIn(g *generation) bool {
	device, inode := identity(g.info)
	return device == p.Device && inode == p.Inode && p.isInCopy(g)
}

// isInCopy reports whether it lies in a file with the same beginning.
func (p *Position) isInCopy(g *generation) bool {
	mark := fingerprint{p.Head, p.HeadBytes}
	return mark.fits(g) && g.reaches(p.Offset)
}

// isBehind reports whether it lies behind the end of what was packed of its file: a late writer added to that.
func (p *Position) isBehind(g *generation) bool {
	mark := fingerprint{p.Head, p.HeadBytes}
	return g.packed && p.HeadBytes == largestMark && mark.fits(g)
}

func identity(info fs.FileInfo) (device, inode uint64) {
	if sys, ok := info.Sys().(*syscall.Stat_t); ok {
		return sys.Dev, sys.Ino
	}
	return 0, 0
}

// Position returns where the stream's first n bytes end. What is before it is not asked for again.
func (f *Follower) Position(n int64) (Position, bool) { return f.trail.position(n) }

// trail maps places in the stream to places in files.
type trail struct {
	mu    sync.Mutex
	given int64 // bytes of the stream
	legs  []leg
}

// leg is a run of the stream that comes from one file.
type leg struct {
	from  int64 // in the stream
	until int64 // where the file ended and the next one began
	start Position
}

func (t *trail) read(n int) {
	t.mu.Lock()
	t.given += int64(n)
	t.mu.Unlock()
}

// join counts the line end that is added between two files to the first of them.
func (t *trail) join() {
	t.mu.Lock()
	t.given++
	t.legs[len(t.legs)-1].from++
	t.mu.Unlock()
}

func (t *trail) begin(info fs.FileInfo, offset int64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if n := len(t.legs); n > 0 {
		t.legs[n-1].until = t.given
	}
	l := leg{from: t.given, start: Position{Offset: offset, Modified: info.ModTime()}}
	l.start.Device, l.start.Inode = identity(info)
	t.legs = append(t.legs, l)
}

// remark takes in the fingerprint of the file that is read.
func (t *trail) remark(mark fingerprint) {
	t.mu.Lock()
	defer t.mu.Unlock()
	l := &t.legs[len(t.legs)-1]
	l.start.Head, l.start.HeadBytes = mark.sum, mark.size
}

func (t *trail) position(n int64) (Position, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	// At the end of a file the place is there still, and not at the start of the next one, which is not known yet.
	for len(t.legs) > 1 && t.legs[1].from < n {
		t.legs = t.legs[1:]
	}
	if len(t.legs) == 0 || n < t.legs[0].from {
		return Position{}, false
	}
	l := &t.legs[0]
	if len(t.legs) > 1 {
		n = min(n, l.until) // without the line end that was added
	}
	p := l.start
	p.Offset += n - l.from
	return p, true
}

// fingerprint knows a file by its beginning.
type fingerprint struct {
	sum  string
	size int64
}

const largestMark = 1024

// fits reports whether the file begins as the one that the fingerprint was taken of.
func (p *fingerprint) fits(g *generation) bool {
	sum, err := sumOf(g.beginning(), p.size)
	return err == nil && (p.size == 0 || sum == p.sum)
}

// grow takes in what was read of the file since, and reports whether that is news.
func (p *fingerprint) grow(g *generation, read int64) bool {
	size := min(read, largestMark)
	if size <= p.size {
		return false
	}
	sum, err := sumOf(g.beginning(), size)
	if err != nil {
		return false
	}
	p.sum, p.size = sum, size
	return true
}

func sumOf(text io.ReaderAt, size int64) (string, error) {
	if size < 0 || size > largestMark {
		return "", errors.New("no fingerprint has this size")
	}
	head := make([]byte, size)
	if _, err := io.ReadFull(io.NewSectionReader(text, 0, size), head); err != nil {
		return "", err
	}
	sum := sha256.Sum256(head)
	return hex.EncodeToString(sum[:]), nil
}
