package trail

import (
	"compress/gzip"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"ops/sshrestrict/audit"
)

// Generations lists a log file and what logrotate(8) made of it, the oldest first: log.2.gz, log.1, log, and by date
// log-20270101.gz, log-20270102, log. Those that do not exist are left out, so the list may be empty.
func Generations(path string) ([]string, error) {
	dir, base := filepath.Split(path)
	if dir == "" {
		dir = "."
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("look for generations of %s: %w", path, err)
	}
	type generation struct {
		name string
		age  int    // of "log.AGE", else 0
		date string // of "log-DATE", else empty; the two kinds are not mixed by one logrotate
	}
	var found []generation
	for _, entry := range entries {
		rest, ok := strings.CutPrefix(entry.Name(), base)
		if !ok || entry.IsDir() {
			continue
		}
		g := generation{name: entry.Name()}
		rest = strings.TrimSuffix(rest, ".gz")
		switch {
		case rest == "" && entry.Name() != base: // log.gz is none of logrotate's
			continue
		case rest == "":
		case rest[0] == '.' && digitsOnly(rest[1:], 9):
			g.age, _ = strconv.Atoi(rest[1:])
		case rest[0] == '-' && digitsOnly(strings.ReplaceAll(rest[1:], "-", ""), 20):
			g.date = rest
		default:
			continue
		}
		found = append(found, g)
	}
	slices.SortFunc(found, func(a, b generation) int {
		if (a.date == "") != (b.date == "") { // dated ones are older than the rest
			if a.date != "" {
				return -1
			}
			return 1
		}
		if order := strings.Compare(a.date, b.date); order != 0 {
			return order
		}
		if a.age != b.age {
			return b.age - a.age
		}
		return strings.Compare(b.name, a.name) // .gz before the plain one of the same age
	})
	paths := make([]string, len(found))
	for i, g := range found {
		paths[i] = filepath.Join(dir, g.name)
	}
	return paths, nil
}

func digitsOnly(text string, most int) bool {
	return text != "" && len(text) <= most && strings.Trim(text, "0123456789") == ""
}

// Files reads the records of files one after the other. A name that ends in .gz is unpacked. A file that vanished since it
// was listed is passed over, every other error ends the sequence. Errors name the file.
func Files(paths ...string) iter.Seq2[audit.Record, error] {
	return func(yield func(audit.Record, error) bool) {
		for _, path := range paths {
			file, err := openLog(path)
			if os.IsNotExist(err) {
				continue
			}
			if err != nil {
				yield(audit.Record{}, err)
				return
			}
			more := readFile(path, file, yield)
			file.Close()
			if !more {
				return
			}
		}
	}
}

func readFile(path string, file io.Reader, yield func(audit.Record, error) bool) bool {
	if strings.HasSuffix(path, ".gz") {
		unpacked, err := gzip.NewReader(file)
		if err != nil {
			yield(audit.Record{}, fmt.Errorf("unpack %s: %w", path, err))
			return false
		}
		file = unpacked
	}
	for record, err := range Read(file) {
		if err != nil {
			err = fmt.Errorf("%s: %w", path, err)
		}
		if !yield(record, err) {
			return false
		}
		if err != nil && !isLineError(err) {
			return false
		}
	}
	return true
}

// openLog opens a regular file. A pipe or a device with the name of a log would have us wait for ever.
func openLog(path string) (*os.File, error) {
	file, err := os.OpenFile(path, os.O_RDONLY|unix.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	info, err := file.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = &fs.PathError{Op: "read", Path: path, Err: fmt.Errorf("it is no regular file")}
	}
	if err != nil {
		file.Close()
		return nil, err
	}
	return file, nil
}
