package logfile

import (
	"errors"
	"fmt"
	"io"
)

// What can be wrong with data that could be opened and read; a [DataError] wraps one of these.
var (
	ErrTruncated = errors.New("truncated")      // the data break off in the middle
	ErrCorrupt   = errors.New("damaged")        // a checksum, a header or a field is wrong
	ErrNotText   = errors.New("not a text log") // binary data, UTF-16, an archive that is not read
	ErrMemory    = errors.New("needs too much memory")
)

// DataError says that an input is not, or no longer, a log that can be read.
// Problems of the system (no such file, permission, i/o) are not DataErrors: they wrap the error of package os.
type DataError struct {
	Name string // of the input, as Reader.Name gives it
	Line int64  // complete lines before the place, 0 when it is the beginning
	Msg  string // what was found, and what to do about it where that is known
	Err  error  // ErrTruncated, ErrCorrupt, ErrNotText or ErrMemory
}

func (e *DataError) Error() string {
	if e.Line == 0 {
		return e.Name + ": " + e.Msg
	}
	return fmt.Sprintf("%s: after line %d: %s", e.Name, e.Line, e.Msg)
}

func (e *DataError) Unwrap() error { return e.Err }

// badData makes the DataError for the place that the reader has reached.
func (r *Reader) badData(kind error, format string, args ...any) error {
	return &DataError{Name: r.name, Line: r.lines, Msg: fmt.Sprintf(format, args...), Err: kind}
}

// explain turns an error of reading or unpacking into what Next returns.
func (r *Reader) explain(err error) error {
	var limit *memoryError
	switch {
	case r.src.err != nil: // the system's fault; the decoder above has only passed it on
		return fmt.Errorf("read %s after line %d: %w", r.name, r.lines, r.src.err)
	case errors.As(err, &limit):
		return r.badData(ErrMemory, "%s data: %s; unpack the file first and give it on standard input", r.format, limit)
	case errors.Is(err, io.ErrUnexpectedEOF):
		return r.badData(ErrTruncated, "%s data end in the middle: the file is truncated", r.format)
	default:
		return r.badData(ErrCorrupt, "%s data are damaged: %v", r.format, err)
	}
}

// memoryError is what a decoder returns when a header asks for more memory than maxWindow.
type memoryError struct{ what string }

func (e *memoryError) Error() string { return e.what }
