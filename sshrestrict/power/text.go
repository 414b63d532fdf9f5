package power

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"time"

	"ops/internal/terminal"
)

const (
	maxText = 200      // bytes of a string from outside
	maxList = 256      // entries of a list from outside
	maxFile = 64 << 10 // bytes of a file below /proc and /sys, but for /proc/locks
)

// clean makes a string from outside fit for any reader: bounded, valid UTF-8, and without anything that steers a terminal.
func clean(s string) string {
	if len(s) > maxText {
		s = s[:maxText]
	}
	return terminal.Printable(s)
}

// read returns a small file without the blanks around. A file that is too long is an error, so that nothing is half read.
func read(path string, limit int64) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err != nil {
		return "", err
	}
	if int64(len(data)) > limit {
		return "", fmt.Errorf("%s has more than %d bytes", path, limit)
	}
	return string(bytes.TrimSpace(data)), nil
}

// head returns the beginning of a file.
func head(path string, limit int64) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, limit))
	return string(data), err
}

// moment turns microseconds since 1970, of which 0 and the largest number mean never, into a time. What cannot be
// written as RFC 3339 counts as not told.
func moment(micro uint64) *time.Time {
	const last = 253402300799 * 1e6 // the end of the year 9999
	if micro == 0 || micro > last {
		return nil
	}
	t := time.UnixMicro(int64(micro)).UTC().Truncate(time.Second)
	return &t
}
