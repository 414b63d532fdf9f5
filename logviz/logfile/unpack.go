package logfile

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/klauspost/compress/zstd"
)

// maxWindow is the largest window (zstd) or dictionary (xz) that is accepted, in bytes: what `xz -9` and `zstd -19`
// write; `zstd --ultra -22` and `--long=27` exceed it when the log itself does.
const maxWindow = 64 << 20

// unpack puts the decoder that the first bytes ask for between the source and the reader.
func (r *Reader) unpack() error {
	packed := bufio.NewReaderSize(r.src, 64<<10)
	r.data = packed
	head, err := packed.Peek(6)
	if err != nil && err != io.EOF {
		return r.explain(err)
	}
	switch {
	case bytes.HasPrefix(head, []byte("\x1f\x8b")):
		r.format = "gzip"
		z, err := gzip.NewReader(packed)
		if err != nil {
			return r.explain(noEOF(err))
		}
		r.takeTime(z.ModTime)
		r.data = z
	case bytes.HasPrefix(head, []byte(xzMagic)):
		r.format = "xz"
		r.data = newXZReader(packed)
	case bytes.HasPrefix(head, []byte("\x28\xb5\x2f\xfd")), isSkippableFrame(head):
		r.format = "zstd"
		z, err := zstd.NewReader(packed,
			zstd.WithDecoderConcurrency(1), // no goroutines: the caller decides what runs beside it
			zstd.WithDecoderLowmem(true),
			zstd.WithDecoderMaxWindow(maxWindow),
			zstd.WithDecoderMaxMemory(maxWindow)) // frames of a single segment are measured against this one
		if err != nil {
			return r.explain(err)
		}
		r.closer = append(r.closer, z.IOReadCloser())
		r.data = zstdErrors{z}
	default:
		if what, how := knownBinary(head); what != "" {
			return r.badData(ErrNotText, "%s, which is not read here: unpack it with `%s` and give that on standard input", what, how)
		}
	}
	return nil
}

// takeTime takes the time in a gzip header: it is that of the log before it was packed and survives a copy, which makes
// the file itself look younger. It is not believed when it is later than the file's.
func (r *Reader) takeTime(t time.Time) {
	if !t.IsZero() && (r.mtime.IsZero() || t.Before(r.mtime)) {
		r.mtime = t
	}
}

// isSkippableFrame knows the frame without content with which pzstd begins.
func isSkippableFrame(b []byte) bool {
	return len(b) >= 4 && b[0]&0xf0 == 0x50 && string(b[1:4]) == "\x2a\x4d\x18"
}

// knownBinary names formats that logs are kept in but that are not read here, and the program that unpacks them.
func knownBinary(head []byte) (what, how string) {
	for _, k := range [...]struct{ magic, what, how string }{
		{"BZh", "bzip2 data", "bzcat FILE"},
		{"\x04\x22\x4d\x18", "lz4 data", "lz4cat FILE"},
		{"PK\x03\x04", "a zip archive", "unzip -p FILE"},
		{"LPKSHH", "a file of the systemd journal", "journalctl -o export --file FILE"},
	} {
		if bytes.HasPrefix(head, []byte(k.magic)) {
			return k.what, k.how
		}
	}
	return "", ""
}

// zstdErrors gives the errors of the decoder the meaning they have here.
type zstdErrors struct{ *zstd.Decoder }

func (z zstdErrors) Read(p []byte) (int, error) {
	n, err := z.Decoder.Read(p)
	if errors.Is(err, zstd.ErrWindowSizeExceeded) || errors.Is(err, zstd.ErrDecoderSizeExceeded) {
		err = &memoryError{fmt.Sprintf("the window is larger than %d MiB", maxWindow>>20)}
	}
	return n, err
}

// noEOF is for places where the end of the data is a truncation.
func noEOF(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}
