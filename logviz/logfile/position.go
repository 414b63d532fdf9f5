package logfile

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
)

// Position is a place in a log that is followed, in a form that lasts.
type Position struct {
	Device uint64 `json:"device"`
	Inode  uint64 `json:"inode"`
	Offset int64  `json:"offset"` // bytes of the file that need not be read again
	Head   string `json:"head"`   // SHA-256 of the file's first HeadBytes bytes, in hexadecimal
	// HeadBytes is at most 1024: enough to know a copy of the file, and the file's successor by the same inode.
	HeadBytes int64 `json:"head_bytes"`
}

// isIn reports whether the position lies in the file itself.
func (p *Position) isIn(file *os.File, info fs.FileInfo) bool {
	device, inode := identity(info)
	return device == p.Device && inode == p.Inode && p.isInCopy(file, info)
}

// isInCopy reports whether it lies in a file with the same beginning.
func (p *Position) isInCopy(file *os.File, info fs.FileInfo) bool {
	mark := fingerprint{p.Head, p.HeadBytes}
	return info.Size() >= p.Offset && mark.fits(file)
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
	l := leg{from: t.given, start: Position{Offset: offset}}
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
	for len(t.legs) > 1 && t.legs[1].from <= n {
		t.legs = t.legs[1:]
	}
	if len(t.legs) == 0 || n < t.legs[0].from {
		return Position{}, false
	}
	p := t.legs[0].start
	p.Offset += n - t.legs[0].from
	return p, true
}

// fingerprint knows a file by its beginning.
type fingerprint struct {
	sum  string
	size int64
}

const largestMark = 1024

// fits reports whether the file begins as the one that the fingerprint was taken of.
func (p *fingerprint) fits(file *os.File) bool {
	sum, err := sumOf(file, p.size)
	return err == nil && (p.size == 0 || sum == p.sum)
}

// grow takes in what was read of the file since, and reports whether that is news.
func (p *fingerprint) grow(file *os.File, read int64) bool {
	size := min(read, largestMark)
	if size <= p.size {
		return false
	}
	sum, err := sumOf(file, size)
	if err != nil {
		return false
	}
	p.sum, p.size = sum, size
	return true
}

func sumOf(file *os.File, size int64) (string, error) {
	if size < 0 || size > largestMark {
		return "", errors.New("no fingerprint has this size")
	}
	head := make([]byte, size)
	if _, err := io.ReadFull(io.NewSectionReader(file, 0, size), head); err != nil {
		return "", err
	}
	sum := sha256.Sum256(head)
	return hex.EncodeToString(sum[:]), nil
}

// siblings opens the files that a log was rotated to, the one written first first. Compressed ones are left out.
func siblings(path string) []*os.File {
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil {
		return nil
	}
	type sibling struct {
		file *os.File
		info fs.FileInfo
	}
	var found []sibling
	base := filepath.Base(path)
	for _, e := range entries {
		rest, ok := strings.CutPrefix(e.Name(), base)
		if !ok || rest == "" || !e.Type().IsRegular() || isPacked(rest) {
			continue
		}
		file, err := os.Open(filepath.Join(filepath.Dir(path), e.Name()))
		if err != nil {
			continue
		}
		info, err := file.Stat()
		if err != nil {
			file.Close()
			continue
		}
		found = append(found, sibling{file, info})
	}
	slices.SortFunc(found, func(a, b sibling) int { return a.info.ModTime().Compare(b.info.ModTime()) })
	var out []*os.File
	for _, s := range found {
		out = append(out, s.file)
	}
	return out
}

// first returns the first file that ok accepts and closes the others.
func first(files []*os.File, ok func(*os.File, fs.FileInfo) bool) *os.File {
	var found *os.File
	for _, file := range files {
		if found == nil {
			if info, err := file.Stat(); err == nil && ok(file, info) {
				found = file
				continue
			}
		}
		file.Close()
	}
	return found
}

func isPacked(name string) bool {
	return slices.Contains([]string{".gz", ".xz", ".zst", ".bz2", ".lz4"}, filepath.Ext(name))
}
