package logfile

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// writer is a program that writes a log of numbered lines.
type writer struct {
	t    *testing.T
	path string
	file *os.File
	n    int
}

func (w *writer) open() {
	w.t.Helper()
	f, err := os.OpenFile(w.path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		w.t.Fatal(err)
	}
	if w.file != nil {
		w.file.Close()
	}
	w.file = f
}

func (w *writer) lines(n int) {
	w.t.Helper()
	for range n {
		w.n++
		if _, err := fmt.Fprintf(w.file, "line %d\n", w.n); err != nil {
			w.t.Fatal(err)
		}
	}
}

func (w *writer) renameTo(suffix string) { must(w.t, os.Rename(w.path, w.path+suffix)) }

func (w *writer) copyAndCut(suffix string) {
	data, err := os.ReadFile(w.path)
	must(w.t, err)
	must(w.t, os.WriteFile(w.path+suffix, data, 0o600))
	must(w.t, os.Truncate(w.path, 0))
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// following reads in the background what a follower gives.
type following struct {
	t      *testing.T
	cancel context.CancelFunc
	done   chan struct{}

	mu    sync.Mutex
	lines []string
	ends  []int64 // of the lines in the stream
	warns []string
	*Follower
}

func follow(t *testing.T, path string, from *Position) *following {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	f := &following{t: t, cancel: cancel, done: make(chan struct{})}
	follower, err := Follow(ctx, path, FollowOptions{From: from, Poll: time.Millisecond, Warn: func(text string) {
		f.mu.Lock()
		f.warns = append(f.warns, text)
		f.mu.Unlock()
	}})
	must(t, err)
	f.Follower = follower
	go func() {
		defer close(f.done)
		in, err := NewReader(path, follower, Options{})
		for err == nil {
			var rec Record
			if rec, err = in.Next(); err == nil {
				f.mu.Lock()
				f.lines = append(f.lines, string(rec.Bytes))
				f.ends = append(f.ends, in.Counts().Bytes)
				f.mu.Unlock()
			}
		}
		if !errors.Is(err, context.Canceled) {
			t.Errorf("ended with %v", err)
		}
	}()
	return f
}

// wait waits until as many lines have come.
func (f *following) wait(n int) {
	f.t.Helper()
	for range 20_000 {
		f.mu.Lock()
		got := len(f.lines)
		f.mu.Unlock()
		if got >= n {
			return
		}
		time.Sleep(time.Millisecond)
	}
	f.t.Fatalf("only %d of %d lines came", len(f.lines), n)
}

// stop ends following and returns the lines and the place behind them.
func (f *following) stop() ([]string, *Position) {
	f.t.Helper()
	f.cancel()
	<-f.done
	defer f.Close()
	if len(f.ends) == 0 {
		return nil, nil
	}
	p, ok := f.Position(f.ends[len(f.ends)-1])
	if !ok {
		f.t.Fatal("there is no position")
	}
	return f.lines, &p
}

func numbered(n int) []string {
	var out []string
	for i := range n {
		out = append(out, fmt.Sprint("line ", i+1))
	}
	return out
}

// Whatever becomes of the log, each line comes once and in order.
func TestFollow(t *testing.T) {
	for name, act := range map[string]func(w *writer, f *following){
		"grows": func(w *writer, f *following) { f.wait(10); w.lines(5) },
		"renamed": func(w *writer, f *following) {
			f.wait(10)
			w.renameTo(".1")
			w.lines(5) // the writer has not noticed yet
			w.open()
			w.lines(5)
		},
		"renamed, and the new file is there before the writer": func(w *writer, f *following) {
			f.wait(10)
			w.renameTo(".1")
			must(t, os.WriteFile(w.path, nil, 0o600))
			time.Sleep(10 * time.Millisecond)
			w.lines(5)
			w.open()
			w.lines(5)
		},
		"renamed twice at once": func(w *writer, f *following) {
			f.wait(10)
			must(t, os.Chtimes(w.path, time.Time{}, time.Now().Add(-2*time.Hour)))
			w.renameTo(".2")
			w.open()
			w.lines(5)
			must(t, os.Chtimes(w.path, time.Time{}, time.Now().Add(-time.Hour)))
			w.renameTo(".1")
			w.open()
			w.lines(5)
		},
		"copied and cut": func(w *writer, f *following) {
			f.wait(10)
			w.lines(500)
			w.copyAndCut(".1")
			w.lines(5)
		},
		"copied, cut, and longer than before": func(w *writer, f *following) {
			f.wait(10)
			w.copyAndCut(".1")
			w.lines(1000)
		},
		"gone for a while": func(w *writer, f *following) {
			f.wait(10)
			w.renameTo("-20261124")
			time.Sleep(20 * time.Millisecond)
			w.open()
			w.lines(5)
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := &writer{t: t, path: filepath.Join(t.TempDir(), "log")}
			w.open()
			w.lines(10)
			f := follow(t, w.path, nil)
			act(w, f)
			f.wait(w.n)
			time.Sleep(20 * time.Millisecond) // for what must not come
			got, _ := f.stop()
			if !slices.Equal(got, numbered(w.n)) {
				t.Errorf("%d lines, want %d:\n%q", len(got), w.n, got)
			}
			if len(f.warns) > 0 {
				t.Errorf("warned %q", f.warns)
			}
		})
	}
}

// The same, with followers that end and begin again at any time.
func TestFollowAgain(t *testing.T) {
	for name, between := range map[string]func(w *writer){
		"grows":          func(w *writer) { w.lines(5) },
		"renamed":        func(w *writer) { w.lines(3); w.renameTo(".1"); w.open(); w.lines(5) },
		"copied and cut": func(w *writer) { w.lines(3); w.copyAndCut(".1"); w.lines(5) },
		"renamed twice": func(w *writer) {
			must(w.t, os.Chtimes(w.path, time.Time{}, time.Now().Add(-2*time.Hour)))
			w.renameTo(".2")
			w.open()
			w.lines(5)
			must(w.t, os.Chtimes(w.path, time.Time{}, time.Now().Add(-time.Hour)))
			w.renameTo(".1")
			w.open()
			w.lines(5)
		},
		"half a line": func(w *writer) {
			w.n++
			fmt.Fprintf(w.file, "line %d", w.n)
			f := follow(w.t, w.path, nil)
			f.wait(w.n - 1)
			time.Sleep(10 * time.Millisecond)
			if lines, _ := f.stop(); len(lines) != w.n-1 {
				w.t.Errorf("half a line was given: %q", lines)
			}
			fmt.Fprintln(w.file)
			w.lines(2)
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
			time.Sleep(20 * time.Millisecond)
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

// What cannot be found again is said.
func TestFollowLoses(t *testing.T) {
	w := &writer{t: t, path: filepath.Join(t.TempDir(), "log")}
	w.open()
	w.lines(10)
	f := follow(t, w.path, nil)
	f.wait(10)
	must(t, os.Truncate(w.path, 0))
	time.Sleep(10 * time.Millisecond)
	w.lines(5)
	f.wait(15)
	if _, at := f.stop(); len(f.warns) != 1 || !strings.Contains(f.warns[0], "no copy") {
		t.Errorf("cut: warned %q at %v", f.warns, at)
	}
	f = follow(t, w.path, &Position{Offset: 1000, HeadBytes: 3, Head: "other"})
	f.wait(5)
	if f.stop(); len(f.warns) != 1 || !strings.Contains(f.warns[0], "is gone") {
		t.Errorf("gone: warned %q", f.warns)
	}
}

// What is followed is a log, whatever comes: nothing that somebody sends may end the reading.
func TestAnyBytes(t *testing.T) {
	junk := strings.Repeat("\x00\x01", 2500)
	text := "line 1\n" + junk + "\nline 2\n"
	if r, err := NewReader("log", strings.NewReader(text), Options{}); err == nil {
		if _, err = r.Next(); err == nil {
			t.Error("binary data are taken for a text")
		}
	}
	r, err := NewReader("log", strings.NewReader(text), Options{AnyBytes: true})
	must(t, err)
	for _, want := range []int{6, 5000, 6} {
		rec, err := r.Next()
		if must(t, err); len(rec.Bytes) != want {
			t.Errorf("%d bytes, want %d", len(rec.Bytes), want)
		}
	}
}

// What was rotated not too long ago is read before the log.
func TestFollowSince(t *testing.T) {
	w := &writer{t: t, path: filepath.Join(t.TempDir(), "log")}
	now := time.Now()
	for i, age := range []time.Duration{72, 48, 24} { // hours
		w.open()
		w.lines(3)
		must(t, os.Chtimes(w.path, time.Time{}, now.Add(-age*time.Hour)))
		w.renameTo(fmt.Sprint(".", 3-i))
	}
	w.open()
	w.lines(3)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	f, err := Follow(ctx, w.path, FollowOptions{Since: now.Add(-60 * time.Hour), Poll: time.Millisecond})
	must(t, err)
	defer f.Close()
	in, err := NewReader(w.path, f, Options{})
	must(t, err)
	for _, want := range numbered(12)[3:] {
		rec, err := in.Next()
		if must(t, err); string(rec.Bytes) != want {
			t.Fatalf("%q comes where %q is due", rec.Bytes, want)
		}
	}
}

// A file that ends in half a line does not lead into the next one.
func TestFollowBrokenEnd(t *testing.T) {
	w := &writer{t: t, path: filepath.Join(t.TempDir(), "log")}
	w.open()
	w.lines(2)
	fmt.Fprint(w.file, "half")
	f := follow(t, w.path, nil)
	f.wait(2)
	w.renameTo(".1")
	w.open()
	w.lines(2)
	f.wait(5)
	got, at := f.stop()
	if want := []string{"line 1", "line 2", "half", "line 3", "line 4"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	if info, err := os.Stat(w.path); err != nil || at.Offset != info.Size() {
		t.Errorf("the position is %d, want the end", at.Offset)
	}
}

var _ io.Reader = (*Follower)(nil)
