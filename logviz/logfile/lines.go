package logfile

import (
	"bytes"
	"io"
)

// nextLine gives the next line without its LF or CRLF. The last line may lack its end, when the input ends well:
// what precedes a break is half a record and not given.
func (r *Reader) nextLine() (Record, error) {
	searched := 0 // bytes from lo on that hold no LF
	for {
		if i := bytes.IndexByte(r.buf[r.lo+searched:r.hi], '\n'); i >= 0 {
			n := searched + i
			line := r.buf[r.lo : r.lo+n]
			r.drop(n+1, 1)
			return r.giveLine(line, r.lines)
		}
		searched = r.hi - r.lo
		if searched > r.max+1 { // even if the last byte is the CR of the line end
			return r.skipLine()
		}
		if !r.fill() {
			break
		}
		if msg := r.text.verdict(); msg != "" {
			return Record{}, r.stop(r.badData(ErrNotText, "%s", msg))
		}
	}
	if err := r.finish(); err != io.EOF || searched == 0 {
		return Record{}, err
	}
	line := r.buf[r.lo:r.hi]
	r.drop(searched, 0)
	return r.giveLine(line, r.lines+1)
}

func (r *Reader) giveLine(line []byte, number int64) (Record, error) {
	if n := len(line); n > 0 && line[n-1] == '\r' {
		line = line[:n-1]
	}
	if len(line) > r.max {
		return r.give(line[:min(headSize, r.max)], number, true)
	}
	return r.give(line, number, false)
}

// skipLine passes a line that does not fit, however long it is, and gives its beginning.
func (r *Reader) skipLine() (Record, error) {
	number := r.lines + 1
	head := r.keepHead(r.buf[r.lo:r.hi])
	if err := r.skipToLF(); err != nil && err != io.EOF {
		return Record{}, err
	}
	return r.give(head, number, true)
}

// skipToLF passes everything up to and with the next LF. At the end of the input it returns how that ended.
func (r *Reader) skipToLF() error {
	for {
		if i := bytes.IndexByte(r.buf[r.lo:r.hi], '\n'); i >= 0 {
			r.drop(i+1, 1)
			return nil
		}
		r.drop(r.hi-r.lo, 0)
		if !r.fill() {
			return r.finish()
		}
	}
}
