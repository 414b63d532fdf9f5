package logfile

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"time"
)

// FollowOptions say how a log is followed. The zero value is ready to use.
type FollowOptions struct {
	From *Position // where an earlier follower came to; nil for the start of the file
	// Since, if From is nil, begins with those rotated files that were written to after that time. The zero time is for none.
	Since time.Time
	Poll  time.Duration // how often a file without news is looked at; default 250 ms
	Warn  func(string)  // told of what may have been lost; default: nobody
}

// Follower reads a log as it grows, through rotation by renaming, by copying and truncating, and while there is no file
// at all: a stream that breaks off with its context, whose error it returns, so that half a line is not taken for one. What a
// file lacks of a line end at its end is added. It is the input of [NewReader], and belongs to one goroutine, except
// Position.
//
// A log that was rotated is read to its end before the next one, whatever it is called by then; so is one that was
// rotated between two followers, if it is still there with the log's name in front of its own: plain, or packed by gzip,
// xz or zstd. A packed one that is damaged is told to Warn and read as far as it goes.
type Follower struct {
	ctx  context.Context
	path string
	poll time.Duration
	warn func(string)

	file    *generation
	offset  int64
	mark    fingerprint
	slept   bool    // since the file was read
	leaving bool    // the writer went on to another file: this one ends where it ends
	looked  bool    // for what comes behind this file while the log was silent
	next    []start // what comes behind this file, oldest first
	last    byte    // given
	trail   trail
}

// start is a file and where to begin in it.
type start struct {
	file   *generation
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
	} else if !o.Since.IsZero() {
		f.next = f.writtenSince(o.Since)
	}
	return f, nil
}

// writtenSince opens the rotated files that were written to after a time.
func (f *Follower) writtenSince(t time.Time) (out []start) {
	for _, g := range siblings(f.path) {
		if !g.isAfter(t) || !isRotated(f.path, g.path) {
			g.close()
			continue
		}
		out = append(out, start{g, 0})
	}
	return out
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
			var damaged *DataError
			if errors.As(err, &damaged) {
				f.tell(damaged)
				err = io.EOF
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

// tell tells of a packed file that cannot be read to its end, which it has from then on.
func (f *Follower) tell(err *DataError) {
	f.warn(fmt.Sprintf("%v. What it held behind byte %d of its text is missing here, and the next file is read: if there is an intact copy, read that by itself", err, f.offset))
	f.file.err = io.EOF
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
	now, err := openGeneration(f.path)
	if os.IsNotExist(err) {
		return f.silence(), nil
	}
	if err != nil {
		return false, err
	}
	if f.file == nil {
		f.next = []start{{now, 0}}
		return false, nil
	}
	if same := os.SameFile(f.file.info, now.info); same && !f.cut() {
		now.close()
		return true, nil
	} else if same {
		f.next = append(f.rest(now), start{now, 0})
		f.leaving = false
		return false, nil
	}
	if now.info.Size() == 0 { // the writer is not there yet
		now.close()
		return f.silence(), nil
	}
	if !f.leaving { // what was written before the first line of the new file is read first
		f.leaving = true
		now.close()
		return false, nil
	}
	f.next = append(f.between(f.file, now), start{now, 0})
	f.leaving = false
	return false, nil
}

// silence is when the log has no lines: what was rotated behind the file that is read can be read. It reports true if there
// is none. It looks once, since it is called at each poll.
func (f *Follower) silence() (waits bool) {
	if f.file == nil || f.looked {
		return true
	}
	f.looked = true
	for _, s := range f.between(f.file, nil) {
		if s.file.info.Size() > 0 {
			f.next = append(f.next, s)
		} else {
			s.file.close()
		}
	}
	return len(f.next) == 0
}

// cut reports whether the file was made shorter since it was read, even if it has grown again.
func (f *Follower) cut() bool {
	return !f.file.packed && !(f.file.reaches(f.offset) && f.mark.fits(f.file))
}

// begin goes on with the next file.
func (f *Follower) begin() error {
	s := f.next[0]
	f.next = f.next[1:]
	if f.file != nil {
		f.file.close()
	}
	f.file, f.offset, f.mark, f.looked = s.file, s.offset, fingerprint{}, false
	f.trail.begin(s.file.info, s.offset)
	f.note()
	err := s.file.seek(s.offset)
	var damaged *DataError
	if errors.As(err, &damaged) || err == io.EOF { // told when it is read
		return nil
	}
	return err
}

// rest finds the copy of the file that was cut, for what was not read of it, and the copies made since.
func (f *Follower) rest(now *generation) []start {
	all := siblings(f.path)
	copied := first(plainFirst(all), func(g *generation) bool { return f.mark.fits(g) && g.reaches(f.offset) })
	closeAll(all, copied)
	if copied == nil {
		f.warn(fmt.Sprintf("%s was cut and there is no copy of it: what was written behind its byte %d until then is lost", f.path, f.offset))
		return nil
	}
	return append([]start{{copied, f.offset}}, f.between(copied, now)...)
}

// between finds the files that were written after one and before now, which may be nil.
func (f *Follower) between(one, now *generation) []start {
	all := siblings(f.path)
	from := placeBehind(one, all)
	until := slices.IndexFunc(all, func(g *generation) bool { return now != nil && os.SameFile(g.info, now.info) })
	if until < 0 {
		until = len(all)
	}
	var out []start
	for i, g := range all {
		if i < from || i >= until || !isRotated(f.path, g.path) {
			g.close()
			continue
		}
		out = append(out, start{g, 0})
	}
	return out
}

// placeBehind returns the place in the list of all behind one or, where that was packed and removed since, behind what
// became of it.
func placeBehind(one *generation, all []*generation) int {
	if i := slices.IndexFunc(all, func(g *generation) bool { return os.SameFile(g.info, one.info) }); i >= 0 {
		return i + 1
	}
	was := one.info.ModTime()
	if info, err := one.file.Stat(); err == nil {
		was = info.ModTime() // as its last writer left it
	}
	behind := -1
	for i, g := range all {
		if g.packed && g.beginsAs(one) && (behind < 0 || !g.info.ModTime().After(was)) {
			behind = i + 1
		}
	}
	if behind >= 0 {
		return behind
	}
	if i := slices.IndexFunc(all, func(g *generation) bool { return g.isAfter(was) }); i >= 0 {
		return i
	}
	return len(all)
}

// resume begins where an earlier follower ended: in the log, or in what it was renamed or copied to. What came after that
// is found at its end.
func (f *Follower) resume(from *Position) error {
	all := siblings(f.path)
	now, err := openGeneration(f.path)
	if err == nil {
		all = append([]*generation{now}, all...)
	} else if !os.IsNotExist(err) {
		closeAll(all)
		return err
	}
	all = plainFirst(all)
	for _, fits := range []func(*generation) bool{from.isIn, from.isInCopy, from.isBehind} {
		if file := first(all, fits); file != nil {
			closeAll(all, file)
			f.next = []start{{file, from.Offset}}
			return nil
		}
	}
	closeAll(all)
	f.warn(fmt.Sprintf("the file that was read up to byte %d is gone, with what was not read of it: what was written after it is read, up to %s from its start", from.Offset, f.path))
	if !from.Modified.IsZero() {
		f.next = f.writtenSince(from.Modified)
	}
	return nil
}

// Close closes the files.
func (f *Follower) Close() error {
	if f.file != nil {
		f.file.close()
	}
	for _, s := range f.next {
		s.file.close()
	}
	return nil
}
