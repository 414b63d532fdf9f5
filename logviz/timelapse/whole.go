package timelapse

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
)

// ffmpeg may say that all went well although the end of the file never reached the disk. So the file itself is asked:
// both containers write down their own length last.

// checkWhole opens the file at path for a check.
func checkWhole(path string, check func(r io.ReaderAt, size int64) error) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return err
	}
	if err := check(file, info.Size()); err != nil {
		return fmt.Errorf("ffmpeg left a file that is not whole: %w", err)
	}
	return nil
}

// wholeMP4 checks that the boxes at the top of an MP4 file (ISO/IEC 14496-12) fill it to the last byte and that the index
// and the pictures are among them.
func wholeMP4(r io.ReaderAt, size int64) error {
	seen := map[string]bool{}
	if err := eachBox(r, 0, size, func(name string, _, _ int64) error {
		seen[name] = true
		return nil
	}); err != nil {
		return err
	}
	for _, name := range []string{"ftyp", "moov", "mdat"} {
		if !seen[name] {
			return fmt.Errorf("no box %q", name)
		}
	}
	return nil
}

// eachBox calls do with the name of each box of an MP4 file between two places, and where its content is.
func eachBox(r io.ReaderAt, from, to int64, do func(name string, from, to int64) error) error {
	var head [16]byte
	for at := from; at < to; {
		if _, err := r.ReadAt(head[:8], at); err != nil {
			return fmt.Errorf("box at %d: %w", at, err)
		}
		n, body := int64(binary.BigEndian.Uint32(head[:4])), int64(8)
		if n == 1 { // a 64-bit size follows
			if _, err := r.ReadAt(head[:], at); err != nil {
				return fmt.Errorf("box at %d: %w", at, err)
			}
			n, body = int64(binary.BigEndian.Uint64(head[8:])), 16
		}
		if n < body || n > to-at {
			return fmt.Errorf("box at %d: size %d of %d", at, n, to-at)
		}
		if err := do(string(head[4:8]), at+body, at+n); err != nil {
			return err
		}
		at += n
	}
	return nil
}

// wholeWebM checks that the segment of a WebM file (RFC 8794, RFC 9559) has a size, which ffmpeg fills in last, and
// that it reaches to the end of the file.
func wholeWebM(r io.ReaderAt, size int64) error {
	at := int64(0)
	for _, id := range []uint32{0x1a45dfa3, 0x18538067} { // EBML header, segment
		var head [12]byte
		if _, err := r.ReadAt(head[:], at); err != nil {
			return fmt.Errorf("element at %d: %w", at, err)
		}
		if got := binary.BigEndian.Uint32(head[:]); got != id {
			return fmt.Errorf("element at %d: id %#x, want %#x", at, got, id)
		}
		n, width, err := vint(head[4:])
		if err != nil {
			return fmt.Errorf("element at %d: %w", at, err)
		}
		at += 4 + width + n
		if at > size {
			return fmt.Errorf("element reaches to %d in a file of %d", at, size)
		}
	}
	if at != size {
		return fmt.Errorf("segment reaches to %d in a file of %d", at, size)
	}
	return nil
}

// vint reads a size of EBML and how many bytes it takes.
func vint(b []byte) (n, width int64, err error) {
	for width = 1; width <= 8; width++ {
		if mark := byte(1) << (8 - width); b[0]&mark != 0 {
			n = int64(b[0] &^ mark)
			unknown := b[0]&^mark == mark-1
			for _, c := range b[1:width] {
				n = n<<8 | int64(c)
				unknown = unknown && c == 0xff
			}
			if unknown {
				return 0, 0, errors.New("unknown size")
			}
			return n, width, nil
		}
	}
	return 0, 0, errors.New("bad size")
}
