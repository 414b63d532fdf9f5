package logfile

import (
	"bytes"
	"cmp"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// generation is a file of a log: the log itself, or what it was rotated to, packed perhaps. Sizes and places in it are
// those of the text.
type generation struct {
	path   string
	file   *os.File
	info   fs.FileInfo // when it was opened
	packed bool
	head   []byte  // of a packed one, up to largestMark bytes, once it was asked for
	text   *Reader // of a packed one, once it is read
	place  int64   // of text
	err    error   // why a packed one cannot be read
}

func openGeneration(path string) (*generation, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	info, err := file.Stat()
	if err != nil {
		file.Close()
		return nil, err
	}
	return &generation{path: path, file: file, info: info}, nil
}

// Read gives the text. What is wrong with a packed one is a *DataError.
func (g *generation) Read(p []byte) (int, error) {
	if !g.packed {
		return g.file.Read(p)
	}
	if g.text == nil {
		g.unpack()
	}
	if g.err != nil {
		return 0, g.err
	}
	n, err := io.ReadAtLeast(g.text.data, p, 1)
	g.place += int64(n)
	if n > 0 || len(p) == 0 {
		return n, nil
	}
	if err != io.EOF {
		err = g.text.explain(err)
	}
	g.err = err
	return 0, err
}

// unpack begins to unpack at the start.
func (g *generation) unpack() {
	g.endUnpacking()
	g.text = &Reader{name: g.path, src: &source{r: io.NewSectionReader(g.file, 0, 1<<62)}}
	g.err = g.text.unpack()
	if g.err == nil && g.text.format == "" {
		g.err = g.text.badData(ErrCorrupt, "the file is damaged: it does not begin as gzip, xz or zstd data")
	}
}

func (g *generation) endUnpacking() {
	if g.text != nil {
		for _, c := range g.text.closer {
			_ = c.Close() // nothing was written
		}
	}
	g.text, g.place, g.err = nil, 0, nil
}

// beginning is where the fingerprint is taken.
func (g *generation) beginning() io.ReaderAt {
	if !g.packed {
		return g.file
	}
	if g.head == nil {
		probe := &generation{path: g.path, file: g.file, packed: true}
		head := make([]byte, largestMark)
		n, _ := io.ReadFull(probe, head) // what is wrong with it is found again where it is read
		probe.endUnpacking()
		g.head = head[:n]
	}
	return bytes.NewReader(g.head)
}

// beginsAs reports whether both begin alike, as far as the shorter goes: a late writer may have added to one that was packed.
func (g *generation) beginsAs(other *generation) bool {
	a, b := make([]byte, largestMark), make([]byte, largestMark)
	n, _ := g.beginning().ReadAt(a, 0)
	m, _ := other.beginning().ReadAt(b, 0)
	n = min(n, m)
	return n > 0 && bytes.Equal(a[:n], b[:n])
}

// isAfter reports whether it was written after a time, as far as its own tells.
func (g *generation) isAfter(t time.Time) bool {
	own := g.info.ModTime()
	if own.Nanosecond() == 0 {
		return !own.Before(t.Truncate(time.Second))
	}
	return own.After(t)
}

// seek makes offset the next byte to be read. It returns io.EOF where the text of a packed one is shorter.
func (g *generation) seek(offset int64) error {
	if !g.packed {
		_, err := g.file.Seek(offset, io.SeekStart)
		return err
	}
	if g.place > offset || g.text == nil {
		g.endUnpacking()
	}
	_, err := io.CopyN(io.Discard, g, offset-g.place)
	return err
}

// reaches reports whether the text is that long. One that is damaged before that is taken to have been: that the rest is
// missing is found out when it is read.
func (g *generation) reaches(offset int64) bool {
	if !g.packed {
		info, err := g.file.Stat()
		return err == nil && info.Size() >= offset
	}
	return g.seek(offset) != io.EOF
}

func (g *generation) close() {
	g.endUnpacking()
	g.file.Close()
}

// siblings opens the files that a log was rotated to, the one written first first.
func siblings(path string) []*generation {
	for range 9 { // a rotation meanwhile would hide a file
		if found, settled := look(path); settled {
			return found
		} else {
			closeAll(found)
		}
	}
	found, _ := look(path)
	return found
}

// look opens the siblings and reports whether their names stayed the same meanwhile.
func look(path string) (found []*generation, settled bool) {
	names := siblingNames(path)
	settled = true
	for _, name := range names {
		if ext := filepath.Ext(name); isPacked(ext) && slices.Contains(names, strings.TrimSuffix(name, ext)) {
			continue // it is being packed, or was unpacked
		}
		g, err := openGeneration(name)
		if err != nil {
			settled = settled && !os.IsNotExist(err)
			continue
		}
		g.packed = isPacked(filepath.Ext(name)) && g.info.Size() > 0 || hasPackedContent(g.file)
		found = append(found, g)
	}
	settled = settled && slices.Equal(names, siblingNames(path))
	for _, g := range found {
		info, err := os.Lstat(g.path)
		settled = settled && err == nil && os.SameFile(info, g.info)
	}
	sortByAge(path, found)
	return found, settled
}

// siblingNames returns the paths of the regular files that have the log's name in front of their own.
func siblingNames(path string) []string {
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil {
		return nil
	}
	var names []string
	for _, e := range entries {
		if rest, ok := strings.CutPrefix(e.Name(), filepath.Base(path)); ok && rest != "" && e.Type().IsRegular() {
			names = append(names, filepath.Join(filepath.Dir(path), e.Name()))
		}
	}
	return names
}

// sortByAge puts the one written first first. Who packs a file gives it the time of the plain one, but not always its
// fractions of a second: if there is one without, they count for none, and the numbers of logrotate decide.
func sortByAge(path string, all []*generation) {
	unit := time.Duration(1)
	for _, g := range all {
		if g.info.ModTime().Nanosecond() == 0 {
			unit = time.Second
		}
	}
	slices.SortFunc(all, func(a, b *generation) int {
		if c := a.info.ModTime().Truncate(unit).Compare(b.info.ModTime().Truncate(unit)); c != 0 {
			return c
		}
		return cmp.Or(cmp.Compare(rotations(path, b.path), rotations(path, a.path)), strings.Compare(a.path, b.path))
	})
}

// rotations returns the number in a name such as log.3.gz, which grows with each rotation. Of a date, which sorts by its
// name, and of anything else it makes a very old one.
func rotations(log, path string) int {
	const old = 1 << 20
	rest := suffix(log, path)
	if n, err := strconv.Atoi(strings.TrimLeft(rest, ".-_")); err == nil && n >= 0 && len(rest) < 6 {
		return n
	}
	return old
}

// suffix is what rotating added to the log's name, without the ending of a packed file.
func suffix(log, path string) string {
	rest := strings.TrimPrefix(filepath.Base(path), filepath.Base(log))
	if ext := filepath.Ext(rest); isPacked(ext) {
		rest = strings.TrimSuffix(rest, ext)
	}
	return rest
}

// isRotated reports whether a sibling's name is one that rotating gives, so that its place is enough to read it: log.1,
// log-20261124, log.old, but not log.position.
func isRotated(log, path string) bool {
	rest := suffix(log, path)
	digits := strings.TrimLeft(rest, ".-_")
	return rest == ".old" || rest == ".bak" || digits != "" && digits[0] >= '0' && digits[0] <= '9'
}

func isPacked(ext string) bool {
	return slices.Contains([]string{".gz", ".xz", ".zst", ".bz2", ".lz4"}, ext)
}

// hasPackedContent is for endings that only the configuration of logrotate knows.
func hasPackedContent(file *os.File) bool {
	r := &Reader{src: &source{r: io.NewSectionReader(file, 0, 1<<62)}}
	err := r.unpack()
	for _, c := range r.closer {
		_ = c.Close() // nothing was written
	}
	return err != nil || r.format != ""
}

// first returns the first one that ok accepts.
func first(all []*generation, ok func(*generation) bool) *generation {
	for _, g := range all {
		if ok(g) {
			return g
		}
		g.endUnpacking()
	}
	return nil
}

// closeAll closes all but those that are kept.
func closeAll(all []*generation, keep ...*generation) {
	for _, g := range all {
		if !slices.Contains(keep, g) {
			g.close()
		}
	}
}

// plainFirst sorts without opening what is packed, which costs more.
func plainFirst(all []*generation) []*generation {
	out := slices.Clone(all)
	slices.SortStableFunc(out, func(a, b *generation) int {
		switch {
		case a.packed == b.packed:
			return 0
		case b.packed:
			return -1
		}
		return 1
	})
	return out
}
