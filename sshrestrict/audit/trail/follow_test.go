package trail

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ops/sshrestrict/audit"
)

// script runs one step before each look at the file and returns the IDs that Follow yielded until they were done.
func script(t *testing.T, path string, skip bool, steps ...func()) (string, []error) {
	t.Helper()
	ticks := make(chan time.Time)
	go func() {
		for _, step := range steps {
			ticks <- time.Time{} // taken only after the last look ended
			step()
			ticks <- time.Time{}
		}
		close(ticks)
	}()
	all, errs := collect(Follow(context.Background(), path, skip, ticks))
	return ids(all), errs
}

func TestFollow(t *testing.T) {
	for name, c := range map[string]struct {
		skip  bool
		steps func(path string) []func()
		want  string
		lines int // that are no records
	}{
		"what is appended": {false, func(path string) []func() {
			return []func(){func() { appendTo(t, path, intent("b")) }, func() { appendTo(t, path, intent("c")+intent("d")) }}
		}, "a b c d", 0},
		"only what is new": {true, func(path string) []func() {
			return []func(){func() { appendTo(t, path, intent("b")) }}
		}, "b", 0},
		"a line in two parts": {false, func(path string) []func() {
			return []func(){func() { appendTo(t, path, intent("b")[:20]) }, func() { appendTo(t, path, intent("b")[20:]) }}
		}, "a b", 0},
		"garbage": {false, func(path string) []func() {
			return []func(){func() { appendTo(t, path, "garbage\n"+intent("b")) }}
		}, "a b", 1},
		"a long line": {false, func(path string) []func() {
			return []func(){func() { appendTo(t, path, strings.Repeat("x", maxLine+1)+"\n"+intent("b")) }}
		}, "a b", 1},
		"renamed": {false, func(path string) []func() {
			return []func(){
				func() { appendTo(t, path, intent("b")); rename(t, path, path+".1") },
				func() { appendTo(t, path+".1", intent("c")) },
				func() { appendTo(t, path+".1", intent("d")); appendTo(t, path, intent("e")) },
				func() { appendTo(t, path, intent("f")) },
			}
		}, "a b c d e f", 0},
		"replaced": {false, func(path string) []func() {
			return []func(){func() { appendTo(t, path+".new", intent("b")); rename(t, path+".new", path) }}
		}, "a b", 0},
		"cut to nothing": {false, func(path string) []func() {
			return []func(){func() {
				if err := os.Truncate(path, 0); err != nil {
					t.Error(err)
				}
			}, func() { appendTo(t, path, intent("b")) }}
		}, "a b", 0},
		"half a line before the rotation": {false, func(path string) []func() {
			return []func(){func() {
				appendTo(t, path, intent("b")[:20])
				rename(t, path, path+".1")
				appendTo(t, path, intent("c"))
			}}
		}, "a c", 1},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "log")
			put(t, path, intent("a"))
			got, errs := script(t, path, c.skip, c.steps(path)...)
			if got != c.want || len(errs) != c.lines {
				t.Errorf("got %q %v, want %q", got, errs, c.want)
			}
			for _, err := range errs {
				if !isLineError(err) {
					t.Error(err)
				}
			}
		})
	}
}

func appendTo(t *testing.T, path, text string) {
	file, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err == nil {
		_, err = file.WriteString(text)
		err = errors.Join(err, file.Close())
	}
	if err != nil {
		t.Error(err)
	}
}

func rename(t *testing.T, from, to string) {
	if err := os.Rename(from, to); err != nil {
		t.Error(err)
	}
}

func TestFollowAFileThatComesLater(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	got, errs := script(t, path, true, func() {}, func() { put(t, path, intent("a")) })
	if got != "a" || len(errs) != 0 {
		t.Errorf("got %q %v", got, errs)
	}
}

func TestFollowEnds(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	put(t, path, intent("a"))
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	n := 0
	for _, err := range Follow(ctx, path, false, make(chan time.Time)) {
		if n++; err != nil {
			t.Error(err)
		}
		cancel()
	}
	if n != 1 {
		t.Errorf("%d records", n)
	}
	for range Follow(context.Background(), path, false, nil) {
		break
	}
	// A folder in the place of the file is an error, and the last one.
	if _, errs := script(t, t.TempDir(), false); len(errs) != 1 || isLineError(errs[0]) {
		t.Errorf("got %v", errs)
	}
}

// What the real writer appends while it rotates is followed.
func TestFollowTheWriter(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	l, err := audit.Open([]string{path}, audit.Options{Required: true})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	write := func(id string) {
		if err := l.Write(audit.Record{Time: start(), ID: id, Event: audit.EventIntent}); err != nil {
			t.Error(err)
		}
	}
	got, errs := script(t, path, false, func() { write("a") }, func() { rename(t, path, path+".1"); write("b") }, func() { write("c") })
	if got != "a b c" || len(errs) != 0 {
		t.Errorf("got %q %v", got, errs)
	}
}
