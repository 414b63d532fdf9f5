package logfile

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
)

func TestOpenErrors(t *testing.T) {
	secret := write(t, "secret.log", []byte("a\n"))
	if err := os.Chmod(secret, 0); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, path string
		want       error
		part       string
	}{
		{"missing", "no/such.log", fs.ErrNotExist, "no/such.log"},
		{"folder", t.TempDir(), syscall.EISDIR, "is a directory"},
		{"secret", secret, fs.ErrPermission, "secret.log"},
		{"no standard input", "-", nil, "standard input"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.name == "secret" { // root may read everything: let this thread access files as nobody
				runtime.LockOSThread()
				defer runtime.UnlockOSThread()
				uid := os.Geteuid()
				syscall.Setfsuid(65534)
				defer syscall.Setfsuid(uid)
			}
			_, err := Open(c.path, Options{})
			if err == nil || c.want != nil && !errors.Is(err, c.want) || !strings.Contains(err.Error(), c.part) {
				t.Errorf("%v", err)
			}
		})
	}
}

func TestFIFO(t *testing.T) {
	path := filepath.Join(t.TempDir(), "fifo")
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	step := make(chan struct{})
	done := make(chan error, 1)
	go func() {
		f, err := os.OpenFile(path, os.O_WRONLY, 0)
		if err == nil {
			_, err = io.WriteString(f, "first line\n")
			<-step // the reader has the first line although the second is not written
			_, err2 := io.WriteString(f, "second")
			err = errors.Join(err, err2, f.Close())
		}
		done <- err
	}()
	r, err := Open(path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if rec, err := r.Next(); err != nil || string(rec.Bytes) != "first line" {
		t.Errorf("%q, %v", rec.Bytes, err)
	}
	close(step)
	if rec, err := r.Next(); err != nil || string(rec.Bytes) != "second" {
		t.Errorf("%q, %v", rec.Bytes, err)
	}
	if _, err := r.Next(); err != io.EOF {
		t.Error(err)
	}
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func TestClose(t *testing.T) {
	for _, format := range formats {
		r, err := Open(write(t, "log."+format, pack(t, format, sample(500_000))), Options{})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := r.Next(); err != nil {
			t.Fatal(err)
		}
		if err := r.Close(); err != nil {
			t.Errorf("%s: close: %v", format, err)
		}
		if err := r.Close(); err != nil {
			t.Errorf("%s: close again: %v", format, err)
		}
		if _, err := r.Next(); !errors.Is(err, fs.ErrClosed) {
			t.Errorf("%s: next after close: %v", format, err)
		}
	}
}

func TestStandardInputOfAFile(t *testing.T) {
	f, err := os.Open(write(t, "x.log", []byte("a\n")))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r, err := Open("-", Options{Stdin: f})
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := r.ModTime(); !ok || r.Name() != "standard input" {
		t.Errorf("%s has no time", r.Name())
	}
	if err := r.Close(); err != nil {
		t.Error(err)
	}
	if _, err := f.Stat(); err != nil {
		t.Errorf("standard input was closed: %v", err)
	}
}
