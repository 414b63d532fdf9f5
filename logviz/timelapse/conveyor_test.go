package timelapse

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"os"
	"testing"

	"golang.org/x/sys/unix"
)

// Every frame arrives as it was when it was sent, however far the reader lags behind.
func TestConveyor(t *testing.T) {
	t.Parallel()
	for _, size := range []image.Point{{1280, 720}, {642, 366}, {640, 360}} {
		for _, copies := range []bool{false, true} {
			t.Run(fmt.Sprintf("%v copies %v", size, copies), func(t *testing.T) {
				f := newFilm(t, part(testDay(), 550, 600), Options{Size: size})
				read, write, err := os.Pipe()
				if err != nil {
					t.Fatal(err)
				}
				defer read.Close()
				frames, err := newConveyor(write, size.X, size.Y)
				if err != nil {
					t.Fatal(err)
				}
				frames.copies = copies
				got := make(chan []byte)
				go func() {
					var all bytes.Buffer
					chunk := make([]byte, 300_000)
					for n := 1; ; n = n*7%299_993 + 1 { // small and large reads
						k, err := read.Read(chunk[:n])
						all.Write(chunk[:k])
						if err != nil {
							break
						}
					}
					got <- all.Bytes()
				}()
				var want bytes.Buffer
				whole := newPlanes(size.X, size.Y)
				for i := range f.Len() {
					pixels(t, f, i)
					whole.convert(f.page.canvas, f.page.canvas.Bounds())
					want.Write(whole.buf)
					if err := frames.send(f.page.canvas); err != nil {
						t.Fatal(err)
					}
				}
				if err := frames.flush(); err != nil {
					t.Fatal(err)
				}
				frames.close()
				write.Close()
				if frames.copies != copies {
					t.Error("vmsplice does not work here")
				}
				all := <-got
				if len(all) != want.Len() {
					t.Fatalf("%d bytes of %d arrived", len(all), want.Len())
				}
				for i := range f.Len() {
					n := len(whole.buf)
					if !bytes.Equal(all[i*n:][:n], want.Bytes()[i*n:][:n]) {
						t.Fatalf("frame %d arrived damaged", i)
					}
				}
			})
		}
	}
}

// A reader that goes away is an error, not a signal.
func TestConveyorWithoutReader(t *testing.T) {
	f := newFilm(t, part(testDay(), 0, 1), Options{Size: image.Pt(640, 360)})
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer write.Close()
	frames, err := newConveyor(write, 640, 360)
	if err != nil {
		t.Fatal(err)
	}
	defer frames.close()
	read.Close()
	pixels(t, f, 0)
	if err := errors.Join(frames.send(f.page.canvas), frames.flush()); !isBroken(err) {
		t.Errorf("%v", err)
	}
}

func isBroken(err error) bool { return errors.Is(err, unix.EPIPE) }
