package logfile

import (
	"bytes"
	"io"
)

// source reads the input as it lies there and remembers the error of the system, so that a decoder above it cannot
// make "input/output error" look like damaged data.
type source struct {
	r   io.Reader
	err error
}

func (s *source) Read(p []byte) (int, error) {
	n, err := s.r.Read(p)
	if err != nil && err != io.EOF {
		s.err = err
	}
	return n, err
}

// fill reads more behind buf[hi], after moving what is left to the front when there is no room. It returns false when
// the input has ended (end says how) or the buffer is full of one record.
func (r *Reader) fill() bool {
	if r.end != nil {
		return false
	}
	if r.hi == len(r.buf) {
		if r.lo == 0 {
			return false
		}
		r.hi = copy(r.buf, r.buf[r.lo:r.hi])
		r.lo = 0
	}
	for range 100 { // empty reads: as patient as package bufio
		n, err := r.data.Read(r.buf[r.hi:])
		r.text.look(r.buf[r.hi : r.hi+n])
		r.hi += n
		if err != nil {
			r.end = err
		}
		if n > 0 || err != nil {
			return n > 0
		}
	}
	r.end = io.ErrNoProgress
	return false
}

// drop passes n bytes of the buffer, in which there are lines line ends.
func (r *Reader) drop(n int, lines int64) {
	r.lo += n
	r.lines += lines
	r.counts.Bytes += int64(n)
}

// give counts and returns a record.
func (r *Reader) give(b []byte, line int64, tooLong bool) (Record, error) {
	r.counts.Records++
	if tooLong {
		r.counts.TooLong++
	}
	return Record{Bytes: b, Line: line, Kind: r.kind, TooLong: tooLong}, nil
}

// keepHead saves the beginning of a record that will be skipped.
func (r *Reader) keepHead(b []byte) []byte {
	return r.head[:copy(r.head[:min(headSize, r.max)], b)]
}

// finish returns how the input ended, explained once and the same from then on.
func (r *Reader) finish() error {
	if r.end == io.EOF || r.stopped {
		return r.end
	}
	return r.stop(r.explain(r.end))
}

// stop makes err the answer of this and every later Next.
func (r *Reader) stop(err error) error {
	r.end, r.stopped = err, true
	r.lo = r.hi
	return err
}

// countLines is the number of line ends in b.
func countLines(b []byte) int64 { return int64(bytes.Count(b, []byte{'\n'})) }
