package trail

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"iter"

	"ops/sshrestrict/audit"
)

// maxLine is the longest line that is looked at: a record with what syslog puts before it, or a journal's entry, where the
// record is escaped once more.
const maxLine = 4 * audit.MaxLine

// LineError is a line that is no record.
type LineError struct {
	Line int // from 1
	Err  error
}

func (e *LineError) Error() string { return fmt.Sprintf("line %d: %v", e.Line, e.Err) }

func (e *LineError) Unwrap() error { return e.Err }

// Read reads records, one in each line: the object itself, or a line of syslog that holds one of ours. A last line without
// an end is one that is still being written, or was cut off, and is an error like every line that is no record.
func Read(r io.Reader) iter.Seq2[audit.Record, error] {
	return func(yield func(audit.Record, error) bool) {
		for text, err := range lines(r) {
			if !err.ok() {
				if !yield(audit.Record{}, err.cause) {
					return
				}
				continue
			}
			record, cause := ParseLine(text)
			if cause != nil {
				cause = &LineError{err.number, cause}
				record = audit.Record{}
			}
			if !yield(record, cause) {
				return
			}
		}
	}
}

// Tolerant passes the records of a sequence on and counts the lines that are none, in *garbage. Other errors stay.
func Tolerant(records iter.Seq2[audit.Record, error], garbage *int) iter.Seq2[audit.Record, error] {
	return func(yield func(audit.Record, error) bool) {
		for record, err := range records {
			if _, ok := errors.AsType[*LineError](err); ok {
				*garbage++
				continue
			}
			if !yield(record, err) {
				return
			}
		}
	}
}

// ParseLine reads the record in a line without its end: the object itself, or a line of syslog that holds one of ours.
func ParseLine(text []byte) (audit.Record, error) {
	text = bytes.TrimSuffix(text, []byte("\r"))
	if !bytes.HasPrefix(text, []byte("{")) {
		object, ok := fromSyslog(text)
		if !ok {
			return audit.Record{}, errors.New("neither a record nor a line of syslog with one")
		}
		text = object
	}
	return Parse(text)
}

// fromSyslog returns the object in "Nov 24 01:02:03 host ops-ssh-restrict[12]: @cee: {…}", where the time may also be one
// word, as in RFC 3339. Only a line that is ours from the start counts: other programs log what others sent them.
func fromSyslog(text []byte) (object []byte, ok bool) {
	head, object, found := bytes.Cut(text, []byte(": @cee: "))
	if !found || len(head) > 512 {
		return nil, false
	}
	words := bytes.Fields(head)
	if len(words) != 3 && len(words) != 5 {
		return nil, false
	}
	tag, pid, bracket := bytes.Cut(words[len(words)-1], []byte("["))
	if string(tag) != audit.Identifier || bracket && !bytes.HasSuffix(pid, []byte("]")) {
		return nil, false
	}
	return object, true
}

// place tells where a line stands, or why there is none.
type place struct {
	number int
	cause  error
}

func (p place) ok() bool { return p.cause == nil }

// lines yields the lines of r without their ends. The bytes are good until the next one. What is too long is passed over
// and reported without being kept.
func lines(r io.Reader) iter.Seq2[[]byte, place] {
	return func(yield func([]byte, place) bool) {
		buffered := bufio.NewReaderSize(r, maxLine)
		for number := 1; ; number++ {
			text, err := buffered.ReadSlice('\n')
			if err == bufio.ErrBufferFull {
				for err == bufio.ErrBufferFull {
					_, err = buffered.ReadSlice('\n')
				}
				cause := fmt.Errorf("longer than %d bytes", maxLine)
				if !yield(nil, place{number, &LineError{number, cause}}) {
					return
				}
				if err == nil {
					continue
				}
				text = nil
			}
			switch {
			case err == nil:
				if !yield(text[:len(text)-1], place{number: number}) {
					return
				}
				continue
			case err != io.EOF:
				yield(nil, place{number, fmt.Errorf("read records: %w", err)})
			case len(text) > 0:
				yield(nil, place{number, &LineError{number, errors.New("the line has no end")}})
			}
			return
		}
	}
}
