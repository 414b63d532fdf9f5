package logfile

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"syscall"
	"time"
)

// Options say how an input is read. The zero value is ready to use, except that "-" needs Stdin.
type Options struct {
	MaxRecord int       // longest record in bytes, without its line end; default 64 KiB
	Stdin     io.Reader // what the path "-" reads; optional
	// AnyBytes reads whatever comes. Without it data that are no text are refused, which for a log that is followed would
	// be too late: a crash of the machine leaves NULs in it, and so does cutting it under a writer that goes on behind.
	AnyBytes bool
}

// Kind is the form of a record.
type Kind uint8

const (
	Line   Kind = iota // a line without its line end
	Export             // an entry of `journalctl -o export`, for Fields
)

// Record is one line or one journal entry. Bytes are valid until the next call of Next.
type Record struct {
	Bytes   []byte
	Line    int64 // number of its first line, from 1
	Kind    Kind
	TooLong bool // longer than Options.MaxRecord: Bytes are only its beginning, at most 200 bytes
}

// Counts says what a reader has given so far.
type Counts struct {
	Records int64 // records given, those that were too long included
	TooLong int64 // records that were too long
	Lines   int64 // line ends passed
	Bytes   int64 // unpacked bytes that the records stand for, line ends included
}

const (
	defaultMaxRecord = 64 << 10
	bufferSize       = 256 << 10
	headSize         = 200 // bytes kept of a record that is too long
)

// Reader gives the records of one input.
type Reader struct {
	name   string
	format string // gzip, xz, zstd, or "" for plain data
	closer []io.Closer
	src    *source   // the bytes as they lie in the file
	data   io.Reader // the bytes unpacked
	mtime  time.Time // zero when unknown
	file   bool      // it is a regular one

	max  int
	kind Kind
	text sniffer

	// buf[lo:hi] is read and not yet given. end is why no more can be read: io.EOF, or the error to return at the end.
	buf    []byte
	lo, hi int
	end    error

	stopped bool // end is ready to be returned

	lines  int64 // line ends before buf[lo]
	counts Counts
	head   [headSize]byte // the beginning of the record that is too long
}

// Open opens the file at path, or Options.Stdin for "-", and looks at its first bytes. It waits for them when the input
// is a pipe or a terminal. It returns a *DataError when they are no log, and the error of package os when the file cannot
// be opened; a directory is syscall.EISDIR.
func Open(path string, o Options) (*Reader, error) {
	r := &Reader{name: path, max: o.MaxRecord, text: sniffer{any: o.AnyBytes}}
	if r.max <= 0 {
		r.max = defaultMaxRecord
	}
	in := o.Stdin
	if path == "-" {
		if in == nil {
			return nil, errors.New("open standard input: there is none")
		}
		r.name = "standard input"
	} else {
		f, err := os.Open(path)
		if err != nil {
			return nil, err
		}
		r.closer = append(r.closer, f)
		in = f
	}
	if err := r.start(in); err != nil {
		_ = r.Close() // the file was only read: nothing can be lost
		return nil, err
	}
	return r, nil
}

// NewReader reads a stream that the caller closes, as Open does a file; messages call it by name.
func NewReader(name string, in io.Reader, o Options) (*Reader, error) {
	r := &Reader{name: name, max: o.MaxRecord, text: sniffer{any: o.AnyBytes}}
	if r.max <= 0 {
		r.max = defaultMaxRecord
	}
	return r, r.start(in)
}

// start finds out what in is: a file or a stream, packed or plain, lines or journal entries.
func (r *Reader) start(in io.Reader) error {
	stream := true
	if f, ok := in.(interface{ Stat() (fs.FileInfo, error) }); ok {
		info, err := f.Stat()
		if err != nil {
			return err
		}
		if info.IsDir() {
			return &fs.PathError{Op: "open", Path: r.name, Err: syscall.EISDIR}
		}
		if info.Mode().IsRegular() {
			stream, r.file = false, true
			r.mtime = info.ModTime()
		}
	}
	r.src = &source{r: in}
	if err := r.unpack(); err != nil {
		return err
	}
	// Twice the longest record, so that moving a partial record to the front stays rare.
	r.buf = make([]byte, max(bufferSize, 2*r.max+2))
	return r.sniff(stream)
}

// Next gives the next record, io.EOF after the last one, or the error that ended the input: a *DataError, or what the
// system reported. After an error it keeps returning that error.
func (r *Reader) Next() (Record, error) {
	if r.kind == Export {
		return r.nextEntry()
	}
	// The common case, a line that lies in the buffer and fits, without the calls of the general one.
	line := r.buf[r.lo:r.hi]
	n := bytes.IndexByte(line, '\n')
	if n < 0 || n > r.max {
		return r.nextLine()
	}
	r.drop(n+1, 1)
	r.counts.Records++
	if n > 0 && line[n-1] == '\r' {
		n--
	}
	return Record{Bytes: line[:n], Line: r.lines}, nil
}

// MustWait reports whether Next has to read from the input before it can give a record, which may take any time. The
// answer errs to true.
func (r *Reader) MustWait() bool {
	end := "\n"
	if r.kind == Export {
		end = "\n\n"
	}
	return !bytes.Contains(r.buf[r.lo:r.hi], []byte(end))
}

// IsFile reports whether the input is a regular file, which never makes its reader wait long.
func (r *Reader) IsFile() bool { return r.file }

// Name is the path given to Open, or "standard input".
func (r *Reader) Name() string { return r.name }

// ModTime is the latest time that the last record can have, for logs that do not write the year. It is the file's time
// of modification; for gzip the time in the first header, when there is one and the file is not older: a copy or a
// download loses the file's time, but not that one. It is unknown for streams.
func (r *Reader) ModTime() (t time.Time, ok bool) { return r.mtime, !r.mtime.IsZero() }

// Counts says what has been given so far.
func (r *Reader) Counts() Counts {
	c := r.counts
	c.Lines = r.lines
	return c
}

// Close releases the file and the decoder. It does not close Options.Stdin.
func (r *Reader) Close() error {
	var err error
	for i := len(r.closer) - 1; i >= 0; i-- { // the decoder before the file it reads
		err = errors.Join(err, r.closer[i].Close())
	}
	r.closer = nil
	if !r.stopped {
		r.stop(fs.ErrClosed)
	}
	return err
}
