package logfile

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// pack packs what the log was rotated to, as logrotate does: with the time of the file, of which it may keep whole
// seconds only.
func (w *writer) pack(suffix, format, ext string) {
	w.t.Helper()
	name := w.path + suffix
	info, err := os.Stat(name)
	must(w.t, err)
	data, err := os.ReadFile(name)
	must(w.t, err)
	must(w.t, os.WriteFile(name+ext, pack(w.t, format, string(data)), 0o600))
	must(w.t, os.Chtimes(name+ext, time.Time{}, info.ModTime().Truncate(time.Second)))
	must(w.t, os.Remove(name))
}

func (w *writer) rename(from, to string) { must(w.t, os.Rename(w.path+from, w.path+to)) }

// rotate renames the log and writes lines to a new one.
func (w *writer) rotate(suffix string, lines int) {
	w.renameTo(suffix)
	w.open()
	w.lines(lines)
}

// What logrotate packed while nobody followed is read back.
func TestFollowPacked(t *testing.T) {
	for name, between := range map[string]func(w *writer){
		"compress": func(w *writer) { w.lines(3); w.rotate(".1", 5); w.pack(".1", "gzip", ".gz") },
		"compress, twice": func(w *writer) {
			w.lines(3)
			w.rotate(".1", 5)
			w.pack(".1", "gzip", ".gz")
			w.rename(".1.gz", ".2.gz")
			w.rotate(".1", 5)
			w.pack(".1", "gzip", ".gz")
		},
		"delaycompress, often": func(w *writer) {
			for range 12 { // .10 and .11 come before .2 by name only
				w.lines(3)
				for n := 11; n >= 2; n-- {
					_ = os.Rename(fmt.Sprintf("%s.%d.gz", w.path, n), fmt.Sprintf("%s.%d.gz", w.path, n+1))
				}
				if _, err := os.Stat(w.path + ".1"); err == nil {
					w.rename(".1", ".2")
					w.pack(".2", "gzip", ".gz")
				}
				w.rotate(".1", 5)
			}
		},
		"dates": func(w *writer) {
			w.rotate("-20261122", 5)
			w.pack("-20261122", "gzip", ".gz")
			w.rotate("-20261123", 5)
			w.pack("-20261123", "gzip", ".gz")
			w.rotate("-20261124", 5)
		},
		"xz and zstd": func(w *writer) {
			w.lines(3)
			w.rotate(".2", 5)
			w.pack(".2", "xz", ".xz")
			w.rotate(".1", 5)
			w.pack(".1", "zstd", ".zst")
		},
		"another ending": func(w *writer) { w.lines(3); w.rotate(".1", 5); w.pack(".1", "gzip", ".packed") },
		"copied, cut and packed": func(w *writer) {
			w.lines(3)
			w.copyAndCut(".2")
			w.pack(".2", "gzip", ".gz")
			w.lines(5)
			w.copyAndCut(".1")
			w.pack(".1", "gzip", ".gz")
			w.lines(5)
		},
		"being packed": func(w *writer) {
			w.lines(3)
			w.rotate(".1", 5)
			must(w.t, os.WriteFile(w.path+".1.gz", pack(w.t, "gzip", "line 1\nline 2\n")[:15], 0o600))
		},
		"a position file beside it": func(w *writer) {
			w.rotate(".1", 5)
			must(w.t, os.WriteFile(w.path+".position", []byte("{}\n"), 0o600))
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := &writer{t: t, path: filepath.Join(t.TempDir(), "log")}
			w.open()
			w.lines(10)
			f := follow(t, w.path, nil)
			f.wait(10)
			got, at := f.stop()
			between(w)
			f = follow(t, w.path, at)
			f.wait(w.n - 10)
			time.Sleep(20 * time.Millisecond) // for what must not come
			more, _ := f.stop()
			if got = append(got, more...); !slices.Equal(got, numbered(w.n)) {
				t.Errorf("%d lines, want %d:\n%q", len(got), w.n, got)
			}
			if len(f.warns) > 0 {
				t.Errorf("warned %q", f.warns)
			}
		})
	}
}

// A follower that ends in the middle of a packed file goes on there, wherever that is.
func TestFollowPackedAgain(t *testing.T) {
	w := &writer{t: t, path: filepath.Join(t.TempDir(), "log")}
	w.open()
	w.lines(400)
	f := follow(t, w.path, nil)
	f.wait(400)
	f.stop()
	at, _ := f.Position(f.ends[9])
	w.rotate(".2", 400)
	w.pack(".2", "gzip", ".gz")
	w.rotate(".1", 400)
	w.pack(".1", "gzip", ".gz")
	for n := 10; n < w.n; n += 97 {
		f = follow(t, w.path, &at)
		f.wait(w.n - n)
		f.cancel()
		<-f.done
		f.Close()
		if !slices.Equal(f.lines, numbered(w.n)[n:]) {
			t.Fatalf("behind line %d: %d lines from %q, want %d", n, len(f.lines), f.lines[0], w.n-n)
		}
		at, _ = f.Position(f.ends[min(96, len(f.ends)-1)])
		if n == 204 { // another copy, by another inode
			data, err := os.ReadFile(w.path + ".2.gz")
			must(t, err)
			info, err := os.Stat(w.path + ".2.gz")
			must(t, err)
			must(t, os.WriteFile(w.path+".3.gz", data, 0o600))
			must(t, os.Chtimes(w.path+".3.gz", time.Time{}, info.ModTime()))
			must(t, os.Remove(w.path+".2.gz"))
		}
	}
}

// The file that is read is packed and removed while it is read.
func TestFollowPackedMeanwhile(t *testing.T) {
	w := &writer{t: t, path: filepath.Join(t.TempDir(), "log")}
	w.open()
	w.lines(10)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	f, err := Follow(ctx, w.path, FollowOptions{Warn: func(text string) { t.Errorf("warned %q", text) }})
	must(t, err)
	defer f.Close()
	p := make([]byte, 1<<20)
	n, err := f.Read(p)
	must(t, err)
	w.lines(2)
	w.renameTo(".2")
	old := w.file
	w.file = nil
	w.open()
	w.pack(".2", "gzip", ".gz")
	fmt.Fprintln(old, "line 13") // by a writer that is late
	old.Close()
	w.n++
	w.lines(5)
	w.rotate(".1", 5)
	w.pack(".1", "gzip", ".gz")
	for want := strings.Join(numbered(w.n), "\n") + "\n"; n < len(want); {
		m, err := f.Read(p[n:])
		must(t, err)
		if n += m; string(p[:n]) != want[:n] {
			t.Fatalf("got %q", p[:n])
		}
	}
}

// A packed file that cannot be read is named, and does not keep from the next one.
func TestFollowPackedDamaged(t *testing.T) {
	for name, test := range map[string]struct {
		damage func([]byte) []byte
		want   string
	}{
		"cut":       {func(b []byte) []byte { return b[:len(b)-6] }, "truncated"},
		"cut early": {func(b []byte) []byte { return b[:5] }, "truncated"},
		"changed":   {func(b []byte) []byte { b[len(b)/2] ^= 0x55; return b }, "damaged"},
		"zeroed":    {func(b []byte) []byte { clear(b); return b }, "damaged"},
		"bzip2":     {func([]byte) []byte { return []byte("BZh91AY&SY") }, "bzcat"},
	} {
		t.Run(name, func(t *testing.T) {
			w := &writer{t: t, path: filepath.Join(t.TempDir(), "log")}
			w.open()
			w.lines(10)
			f := follow(t, w.path, nil)
			f.wait(10)
			_, at := f.stop()
			w.rotate(".3", 3000)
			w.pack(".3", "gzip", ".gz")
			w.rotate(".2", 5)
			w.pack(".2", "gzip", ".gz")
			w.rotate(".1", 5)
			w.pack(".1", "gzip", ".gz")
			data, err := os.ReadFile(w.path + ".2.gz")
			must(t, err)
			info, err := os.Stat(w.path + ".2.gz")
			must(t, err)
			must(t, os.WriteFile(w.path+".2.gz", test.damage(data), 0o600))
			must(t, os.Chtimes(w.path+".2.gz", time.Time{}, info.ModTime()))
			f = follow(t, w.path, at)
			f.wait(10)
			for range 2000 { // what can be read of it comes too
				if f.mu.Lock(); len(f.lines) > 0 && f.lines[len(f.lines)-1] == fmt.Sprint("line ", w.n) {
					f.mu.Unlock()
					break
				}
				f.mu.Unlock()
				time.Sleep(time.Millisecond)
			}
			got, _ := f.stop()
			if want := numbered(w.n)[w.n-10:]; len(got) < 10 || !slices.Equal(got[len(got)-10:], want) {
				t.Errorf("got %q, want %q at the end", got, want)
			}
			if len(f.warns) != 1 || !strings.Contains(f.warns[0], w.path+".2.gz: ") || !strings.Contains(f.warns[0], test.want) {
				t.Errorf("warned %q", f.warns)
			}
		})
	}
}

// What a late writer added after the file was packed is in no file, but was read.
func TestFollowPackedTooEarly(t *testing.T) {
	w := &writer{t: t, path: filepath.Join(t.TempDir(), "log")}
	w.open()
	w.lines(400)
	f := follow(t, w.path, nil)
	f.wait(400)
	_, at := f.stop()
	must(t, os.Truncate(w.path, at.Offset-27))
	w.rotate(".2", 5)
	w.pack(".2", "gzip", ".gz")
	w.rotate(".1", 5)
	f = follow(t, w.path, at)
	f.wait(10)
	if got, _ := f.stop(); !slices.Equal(got, numbered(w.n)[400:]) || len(f.warns) > 0 {
		t.Errorf("got %q, warned %q", got, f.warns)
	}
}

// The file that was read is gone or cannot be known again: what came after it is read nevertheless, and the loss is told.
func TestFollowPackedGone(t *testing.T) {
	for name, lose := range map[string]func(w *writer){
		"removed": func(w *writer) { must(w.t, os.Remove(w.path+".3.gz")) },
		"zeroed":  func(w *writer) { must(w.t, os.WriteFile(w.path+".3.gz", make([]byte, 100), 0o600)) },
	} {
		t.Run(name, func(t *testing.T) {
			w := &writer{t: t, path: filepath.Join(t.TempDir(), "log")}
			must(t, os.WriteFile(w.path+".4", []byte("read before\n"), 0o600))
			must(t, os.Chtimes(w.path+".4", time.Time{}, time.Now().Add(-time.Hour)))
			w.open()
			w.lines(10)
			f := follow(t, w.path, nil)
			f.wait(10)
			_, at := f.stop()
			w.rotate(".3", 5)
			w.pack(".3", "gzip", ".gz")
			lose(w)
			w.rotate(".2", 5)
			w.pack(".2", "gzip", ".gz")
			w.rotate(".1", 5)
			f = follow(t, w.path, at)
			f.wait(15)
			time.Sleep(20 * time.Millisecond)
			if got, _ := f.stop(); !slices.Equal(got, numbered(w.n)[10:]) {
				t.Errorf("got %q", got)
			}
			if len(f.warns) == 0 || !strings.Contains(f.warns[0], "is gone") {
				t.Errorf("warned %q", f.warns)
			}
			if name == "zeroed" && !strings.Contains(strings.Join(f.warns, "\n"), w.path+".3.gz: ") {
				t.Errorf("warned %q", f.warns)
			}
		})
	}
}

// The rotated files do not have to wait for the first line of the new log, nor for the log.
func TestFollowPackedBeforeSilence(t *testing.T) {
	for name, silence := range map[string]func(w *writer){
		"empty":   func(w *writer) { w.open() },
		"missing": func(*writer) {},
	} {
		t.Run(name, func(t *testing.T) {
			w := &writer{t: t, path: filepath.Join(t.TempDir(), "log")}
			w.open()
			w.lines(10)
			f := follow(t, w.path, nil)
			f.wait(10)
			_, at := f.stop()
			w.rotate(".3", 5)
			w.pack(".3", "gzip", ".gz")
			w.rotate(".2", 5)
			w.pack(".2", "gzip", ".gz")
			w.renameTo(".1")
			silence(w)
			f = follow(t, w.path, at)
			f.wait(10)
			w.open()
			w.lines(5)
			f.wait(15)
			if got, _ := f.stop(); !slices.Equal(got, numbered(w.n)[10:]) || len(f.warns) > 0 {
				t.Errorf("got %q, warned %q", got, f.warns)
			}
		})
	}
}
