package logfile

import (
	"bytes"
	"fmt"
	"strings"
)

const (
	sniffSize = 8 << 10 // how far into the data binary content is looked for

	markBOM      = "\xef\xbb\xbf"
	markUTF16LE  = "\xff\xfe"
	markUTF16BE  = "\xfe\xff"
	markCursor   = "__CURSOR="
	markRealtime = "__REALTIME_TIMESTAMP="
)

// sniff looks at the beginning of the unpacked data and chooses how they are read. Of a file it takes the first 8 KiB;
// of a stream what has come, so that a live one is not held up.
func (r *Reader) sniff(stream bool) error {
	for !stream && r.hi < sniffSize && r.fill() {
	}
	for isUndecided(string(r.buf[:min(r.hi, len(markRealtime))])) && r.fill() {
	}
	b := r.buf[:r.hi]
	switch {
	case bytes.HasPrefix(b, []byte(markCursor)), bytes.HasPrefix(b, []byte(markRealtime)):
		r.kind = Export
		return nil
	case bytes.HasPrefix(b, []byte(markUTF16LE)), bytes.HasPrefix(b, []byte(markUTF16BE)):
		return r.badData(ErrNotText, "the text is in UTF-16: convert it to UTF-8 first (iconv -f UTF-16 -t UTF-8)")
	case bytes.HasPrefix(b, []byte(markBOM)):
		r.drop(len(markBOM), 0)
	}
	if msg := r.text.verdict(); msg != "" {
		return r.badData(ErrNotText, "%s", msg)
	}
	return nil
}

// isUndecided reports whether b may become one of the marks with more bytes.
func isUndecided(b string) bool {
	for _, mark := range [...]string{markBOM, markUTF16LE, markUTF16BE, markCursor, markRealtime} {
		if len(b) < len(mark) && strings.HasPrefix(mark, b) {
			return true
		}
	}
	return false
}

// sniffer counts what no text log has in the first 8 KiB.
type sniffer struct {
	any      bool // whatever the data are, they are read
	seen     int  // bytes looked at
	controls int  // control characters except those that terminals and printers know
	nuls     int  // runs of NUL bytes
	inNul    bool // the last byte was one
}

func (s *sniffer) look(b []byte) {
	if s.seen == sniffSize {
		return
	}
	for _, c := range b[:min(len(b), sniffSize-s.seen)] {
		s.seen++
		if c == 0 && !s.inNul {
			s.nuls++
		}
		s.inNul = c == 0
		switch {
		case c == 0:
		case c < 0x20 && (c < '\a' || c > '\r') && c != 0x1b:
			s.controls++
		}
	}
}

// verdict says why the data are no text, or "". Any byte from 0x80 on passes: logs hold Latin-1 and broken UTF-8. So do some
// NULs: a machine that crashed leaves a hole of them, and a name that somebody sent may hold one, which must not hide the log.
func (s *sniffer) verdict() string {
	switch {
	case s.any:
		return ""
	case s.nuls > 2+s.seen/32:
		return fmt.Sprintf("binary data (NUL at %d places in %d bytes), not a text log", s.nuls, s.seen)
	case s.seen >= 64 && s.controls > s.seen/10:
		return fmt.Sprintf("binary data (%d control characters in %d bytes), not a text log", s.controls, s.seen)
	}
	return ""
}
