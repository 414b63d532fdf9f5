package trail

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"time"

	"ops/sshrestrict/audit"
)

// Follow reads the records of a file and then those that are appended to it, looking for them at each tick, until the
// context ends. It stays with the name: when the file is renamed and a new one made in its place, it reads the old one to
// its end and goes on with the new one; when the file is cut to nothing, it starts over. A file that is not there yet is
// waited for. A line that is written to the old file after that is not seen; it is in the file. With skip, the records that are in the file already are left out.
func Follow(ctx context.Context, path string, skip bool, ticks <-chan time.Time) iter.Seq2[audit.Record, error] {
	return func(yield func(audit.Record, error) bool) {
		t := &tail{path: path}
		defer t.close()
		if skip {
			if err := t.toEnd(); err != nil {
				yield(audit.Record{}, err)
				return
			}
		}
		for {
			if !t.look(yield) {
				return
			}
			select {
			case <-ctx.Done():
				return
			case _, open := <-ticks:
				if !open {
					t.look(yield)
					return
				}
			}
		}
	}
}

// tail is the reading end of a file that grows.
type tail struct {
	path    string
	file    *os.File
	read    int64  // bytes of file so far
	partial []byte // of a line without its end yet
	long    bool   // the line is too long to be kept
	number  int    // of lines so far
}

func (t *tail) close() {
	if t.file != nil {
		t.file.Close()
		t.file = nil
	}
}

// toEnd opens the file and passes over what is in it.
func (t *tail) toEnd() error {
	if _, err := t.open(); err != nil || t.file == nil {
		return err
	}
	end, err := t.file.Seek(0, io.SeekEnd)
	t.read = end
	return err
}

// open opens the file if there is one, and tells whether it did.
func (t *tail) open() (bool, error) {
	file, err := openLog(t.path)
	if errors.Is(err, os.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	t.file, t.read, t.partial, t.long, t.number = file, 0, nil, false, 0
	return true, nil
}

// look yields what is new. It is false if no more is wanted or possible.
func (t *tail) look(yield func(audit.Record, error) bool) bool {
	fail := func(err error) bool {
		yield(audit.Record{}, fmt.Errorf("follow %s: %w", t.path, err))
		return false
	}
	for {
		if t.file == nil {
			if opened, err := t.open(); err != nil {
				return fail(err)
			} else if !opened {
				return true
			}
		}
		// Which file has the name is asked before reading to the end, so that nothing is missed that was written until then.
		replaced, err := t.replaced()
		if err != nil {
			return fail(err)
		}
		more, err := t.drain(yield)
		if err != nil {
			return fail(err)
		}
		if !more {
			return false
		}
		if !replaced {
			return true
		}
		if len(t.partial) > 0 && !yield(audit.Record{}, &LineError{t.number + 1, errors.New("the line has no end")}) {
			return false
		}
		t.close()
	}
}

// replaced tells whether the name belongs to another file by now, and notices when the open file was cut.
func (t *tail) replaced() (bool, error) {
	open, err := t.file.Stat()
	if err != nil {
		return false, err
	}
	if open.Size() < t.read {
		if _, err := t.file.Seek(0, io.SeekStart); err != nil {
			return false, err
		}
		t.read, t.partial, t.long, t.number = 0, nil, false, 0
	}
	named, err := os.Stat(t.path)
	if errors.Is(err, os.ErrNotExist) {
		return false, nil // between the two steps of a rotation; the open file is still written to
	}
	return err == nil && !os.SameFile(open, named), err
}

// drain reads to the present end of the file.
func (t *tail) drain(yield func(audit.Record, error) bool) (more bool, err error) {
	buffer := make([]byte, 64<<10)
	for {
		n, err := t.file.Read(buffer)
		t.read += int64(n)
		for chunk := buffer[:n]; len(chunk) > 0; {
			text, rest, ended := bytes.Cut(chunk, []byte("\n"))
			chunk = rest
			if t.long = t.long || len(t.partial)+len(text) > maxLine; t.long {
				t.partial = t.partial[:0]
			} else {
				t.partial = append(t.partial, text...)
			}
			if ended && !t.line(yield) {
				return false, nil
			}
		}
		if err == io.EOF {
			return true, nil
		}
		if err != nil {
			return false, err
		}
	}
}

// line yields the line that has ended.
func (t *tail) line(yield func(audit.Record, error) bool) bool {
	t.number++
	var record audit.Record
	cause := fmt.Errorf("longer than %d bytes", maxLine)
	if !t.long {
		record, cause = ParseLine(t.partial)
	}
	t.partial, t.long = t.partial[:0], false
	if cause != nil {
		return yield(audit.Record{}, &LineError{t.number, cause})
	}
	return yield(record, nil)
}
