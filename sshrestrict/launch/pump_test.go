package launch

import (
	"bytes"
	"errors"
	"os"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// A source that never ends is drained for no more than a source can hold.
func TestPumpEndsWithEndlessSource(t *testing.T) {
	zero, err := unix.Open("/dev/zero", unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	null, err := os.OpenFile("/dev/null", os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer null.Close()
	stopped, stop, err := pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(stopped)
	unix.Close(stop)
	p := &pump{from: zero, to: int(null.Fd()), stop: stopped}
	ended := make(chan error, 1)
	go func() { ended <- p.run() }()
	select {
	case err := <-ended:
		if moved := p.moved.Load(); err != nil || moved == 0 || moved > 1<<20 {
			t.Errorf("moved %d bytes, %v", moved, err)
		}
	case <-time.After(20 * time.Second):
		t.Error("the pump does not end")
	}
}

// What the tee refuses is not passed on.
func TestPumpTee(t *testing.T) {
	in, inEnd, err := pipe()
	if err != nil {
		t.Fatal(err)
	}
	out, outEnd, err := pipe()
	if err != nil {
		t.Fatal(err)
	}
	stopped, stop, err := pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { unix.Close(out); unix.Close(stopped); unix.Close(stop); unix.Close(inEnd) }()
	if _, err := unix.Write(inEnd, []byte("secret")); err != nil {
		t.Fatal(err)
	}
	fault := errors.New("full")
	var seen []byte
	p := &pump{from: in, to: outEnd, stop: stopped, tee: func(b []byte) error { seen = append(seen, b...); return fault }}
	if err := p.run(); !errors.Is(err, fault) || !bytes.Equal(seen, []byte("secret")) || p.moved.Load() != 0 {
		t.Errorf("got %v, saw %q, moved %d", err, seen, p.moved.Load())
	}
	unix.Close(outEnd)
	if n, _ := unix.Read(out, make([]byte, 10)); n != 0 {
		t.Errorf("%d bytes were passed on", n)
	}
}
