package logfile

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"os"
	"time"
)

// FollowOptions say how a log is followed. The zero value is ready to use.
type FollowOptions struct {
	From *Position     // where an earlier follower came to; nil for the start of the file
	Poll time.Duration // how often a file without news is looked at; default 250 ms
	Warn func(string)  // told of what may have been lost; default: nobody
}

// Follower reads a log as it grows, through rotation by renaming, by copying and truncating, and while there is no file
// at all: a stream that breaks off with its context, whose error it returns, so that half a line is not taken for one. What a
// file lacks of a line end at its end is added. It is the input of [NewReader], and belongs to one goroutine, except
// Position.
//
// A log that was rotated is read to its end before the next one, whatever it is called by then; so is one that was
// rotated between two followers, if it is still there, uncompressed, with the log's name in front of its own.
type Follower struct {
	ctx  context.Context
	path string
	poll time.Duration
	warn func(string)

	file    *os.File
	offset  int64
	mark    fingerprint
	slept   bool    // since the file was read
	leaving bool    // the writer went on to another file: this one ends where it ends
	next    []start // what comes behind this file, oldest first
	last    byte    // given
	trail   trail
}

// start is a file and where to begin in it.
type start struct {
	file   *os.File
	offset int64
}

// Follow begins to follow the log at path, which need not exist yet.
func Follow(ctx context.Context, path string, o FollowOptions) (*Follower, error) {
	f := &Follower{ctx: ctx, path: path, poll: o.Poll, warn: o.Warn, last: '\n'}
	if f.poll <= 0 {
		f.poll = 250 * time.Millisecond
	}
	if f.warn == nil {
		f.warn = func(string) {}
	}
	if o.From != nil {
		if err := f.resume(o.From); err != nil {
			return nil, err
		}
	}
	return f, nil
}

// Read gives what there is, or waits for more.
func (f *Follower) Read(p []byte) (int, error) {
	for f.ctx.Err() == nil {
		if f.file != nil && !(f.slept && f.cut()) { // what was cut may be longer again than what was read
			f.slept = false
			n, err := f.file.Read(p)
			if n > 0 {
				f.offset += int64(n)
				f.last = p[n-1]
				f.note()
				f.trail.read(n)
				return n, nil
			}
			if err != nil && err != io.EOF {
				return 0, err
			}
		}
		waits, err := f.onward()
		if err != nil {
			return 0, err
		}
		if f.file != nil && f.offset == 0 && f.last != '\n' && len(p) > 0 { // the file before this one broke off
			p[0], f.last = '\n', '\n'
			f.trail.join()
			return 1, nil
		}
		if waits {
			f.slept = true
			select {
			case <-f.ctx.Done():
			case <-time.After(f.poll):
			}
		}
	}
	return 0, f.ctx.Err()
}

// note takes in the beginning of the file.
func (f *Follower) note() {
	if f.mark.grow(f.file, f.offset) {
		f.trail.remark(f.mark)
	}
}

// onward finds out what follows the end of the file that is read. It reports true if that is to wait.
func (f *Follower) onward() (waits bool, err error) {
	if len(f.next) > 0 {
		return false, f.begin()
	}
	now, err := os.Open(f.path)
	if os.IsNotExist(err) {
		return true, nil
	}
	if err != nil {
		return false, err
	}
	if f.file == nil {
		f.next = []start{{now, 0}}
		return false, nil
	}
	if same, err := f.isFile(now); err != nil || same && !f.cut() {
		now.Close()
		return true, err
	} else if same {
		f.next = append(f.rest(), start{now, 0})
		f.leaving = false
		return false, nil
	}
	if info, err := now.Stat(); err != nil || info.Size() == 0 { // the writer is not there yet
		now.Close()
		return true, err
	}
	if !f.leaving { // what was written before the first line of the new file is read first
		f.leaving = true
		now.Close()
		return false, nil
	}
	f.next = append(f.between(now), start{now, 0})
	f.leaving = false
	return false, nil
}

// isFile reports whether other is the file that is read.
func (f *Follower) isFile(other *os.File) (bool, error) {
	is, err := other.Stat()
	if err != nil {
		return false, err
	}
	was, err := f.file.Stat()
	return err == nil && os.SameFile(is, was), err
}

// cut reports whether the file was made shorter since it was read, even if it has grown again.
func (f *Follower) cut() bool {
	info, err := f.file.Stat()
	return err == nil && (info.Size() < f.offset || !f.mark.fits(f.file))
}

// begin goes on with the next file.
func (f *Follower) begin() error {
	s := f.next[0]
	f.next = f.next[1:]
	if f.file != nil {
		f.file.Close()
	}
	f.file, f.offset, f.mark = s.file, s.offset, fingerprint{}
	if _, err := s.file.Seek(s.offset, io.SeekStart); err != nil {
		return err
	}
	info, err := s.file.Stat()
	if err != nil {
		return err
	}
	f.trail.begin(info, s.offset)
	f.note()
	return nil
}

// rest finds the copy of the file that was cut, for what was not read of it.
func (f *Follower) rest() []start {
	if copied := first(siblings(f.path), func(s *os.File, info fs.FileInfo) bool {
		return info.Size() >= f.offset && f.mark.fits(s)
	}); copied != nil {
		return []start{{copied, f.offset}}
	}
	f.warn(fmt.Sprintf("%s was cut and there is no copy of it: what was written behind its byte %d until then is lost", f.path, f.offset))
	return nil
}

// between finds the files that were written after the one that is read and before now.
func (f *Follower) between(now *os.File) []start {
	var out []start
	was, err := f.file.Stat()
	if err != nil {
		return nil
	}
	is, err := now.Stat()
	if err != nil {
		return nil
	}
	for _, s := range siblings(f.path) {
		info, err := s.Stat()
		if err != nil || os.SameFile(info, was) || os.SameFile(info, is) || !info.ModTime().After(was.ModTime()) {
			s.Close()
			continue
		}
		out = append(out, start{s, 0})
	}
	return out
}

// resume begins where an earlier follower ended: in the log, or in what it was renamed or copied to. What came after that
// is found at its end.
func (f *Follower) resume(from *Position) error {
	now, err := os.Open(f.path)
	if err != nil && !os.IsNotExist(err) {
		return err
	}
	candidates := siblings(f.path)
	if now != nil {
		candidates = append([]*os.File{now}, candidates...)
	}
	for _, fits := range []func(*os.File, fs.FileInfo) bool{from.isIn, from.isInCopy} {
		if file := first(candidates, fits); file != nil {
			f.next = []start{{file, from.Offset}}
			return nil
		}
		candidates = siblings(f.path)
	}
	f.warn(fmt.Sprintf("the file that was read up to byte %d is gone: %s is read from its start", from.Offset, f.path))
	return nil
}

// Close closes the files.
func (f *Follower) Close() error {
	if f.file != nil {
		f.file.Close()
	}
	for _, s := range f.next {
		s.file.Close()
	}
	return nil
}
