package timelapse

import (
	"errors"
	"fmt"
	"image"
	"os"

	"golang.org/x/sys/unix"
)

// conveyor sends frames through a pipe without copying them: vmsplice(2) lends our pages to the pipe, and the reader's copy
// is the only one. That halves what the way to the encoder costs.
//
// A page that is lent must not change until it was read. So several buffers take turns: the pipe holds a limited number of
// pages, in order, so once the frames after a buffer's filled it up, the buffer itself has been read.
//
// One frame is on its way while the next is drawn and converted, on another processor.
type conveyor struct {
	pipe   *os.File
	copies bool // vmsplice is not to be had: write
	frames []*planes
	late   [][]uint8 // per buffer: rows of tiles that changed since it was filled
	last   int       // the buffer that was sent last; -1 before the first frame
	maps   [][]byte

	turn   chan []byte // frames for the goroutine that pushes
	pushed chan error  // and its answers, one for each
	busy   bool        // an answer is due
}

// pipeSize is what is asked for; Linux gives that much to everybody. It is most of a frame of 1280×720.
const pipeSize = 1 << 20

// newConveyor makes the pipe wide, and its writer wait in the kernel.
func newConveyor(pipe *os.File, w, h int) (*conveyor, error) {
	raw, err := pipe.SyscallConn()
	if err != nil {
		return nil, err
	}
	held := 0 // bytes that the pipe holds
	if err := raw.Control(func(fd uintptr) {
		if held, err = unix.FcntlInt(fd, unix.F_SETPIPE_SZ, pipeSize); err != nil {
			held, err = unix.FcntlInt(fd, unix.F_GETPIPE_SZ, 0) // smaller, and slower
		}
		err = errors.Join(err, unix.SetNonblock(int(fd), false))
	}); err != nil {
		return nil, err
	}
	if err != nil {
		return nil, fmt.Errorf("set up the pipe: %w", err)
	}
	v := &conveyor{pipe: pipe, last: -1}
	size := w * h * 3 / 2
	// Each page of a frame takes one of the pipe's places, the last one too, which is not full.
	page := os.Getpagesize()
	places, pages := held/page, (size+page-1)/page
	for range (places+pages-1)/pages + 2 { // one is being filled, one on its way
		buf, err := unix.Mmap(-1, 0, size, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_PRIVATE|unix.MAP_ANONYMOUS)
		if err != nil {
			v.close()
			return nil, fmt.Errorf("memory for frames: %w", err)
		}
		v.maps = append(v.maps, buf)
		v.frames = append(v.frames, planesIn(buf, w, h))
	}
	v.turn, v.pushed = make(chan []byte), make(chan error)
	go func() {
		defer close(v.pushed)
		for b := range v.turn {
			v.pushed <- v.push(b)
		}
	}()
	return v, nil
}

// flush waits until the pipe has all of the last frame.
func (v *conveyor) flush() error {
	if !v.busy {
		return nil
	}
	v.busy = false
	return <-v.pushed
}

// close waits for the last frame and gives the buffers back; what the pipe still holds stays readable.
func (v *conveyor) close() {
	if v.turn != nil {
		_ = v.flush() // who wants to know has asked before
		close(v.turn)
		<-v.pushed
	}
	for _, m := range v.maps {
		_ = unix.Munmap(m) // it is ours and mapped
	}
}

// send converts what changed on the canvas and sends the frame. It returns when the pipe has all of the frame before, and with
// what went wrong with that one.
func (v *conveyor) send(c *canvas) error {
	next := (v.last + 1) % len(v.frames)
	p := v.frames[next]
	if v.last < 0 {
		c.touchAll()
		v.late = make([][]uint8, len(v.frames))
		for i := range v.late {
			v.late[i] = make([]uint8, len(c.dirty))
		}
	}
	// Copies first: what lies between two late rows may change now.
	for tile, rows := range v.late[next] {
		if rows &^= c.dirty[tile]; rows != 0 { // the others are converted below
			p.copyFrom(v.frames[v.last], c.part(tile, rows))
		}
		v.late[next][tile] = 0
	}
	c.eachDirty(func(tile int, r image.Rectangle) {
		p.convert(c, r)
		rows := rowsOf(r)
		for i := range v.late {
			if i != next {
				v.late[i][tile] |= rows
			}
		}
	})
	v.last = next
	if err := v.flush(); err != nil {
		return err
	}
	v.turn <- p.buf
	v.busy = true
	return nil
}

func (v *conveyor) push(b []byte) error {
	if !v.copies {
		raw, err := v.pipe.SyscallConn()
		if err != nil {
			return err
		}
		if e := raw.Control(func(fd uintptr) { b, err = splice(int(fd), b) }); e != nil {
			return e
		}
		if err == nil {
			return nil
		}
		if !errors.Is(err, unix.ENOSYS) && !errors.Is(err, unix.EINVAL) && !errors.Is(err, unix.EPERM) {
			return os.NewSyscallError("vmsplice", err)
		}
		v.copies = true
	}
	_, err := v.pipe.Write(b)
	return err
}

// splice lends b to a pipe and returns what is left of it after an error.
func splice(fd int, b []byte) ([]byte, error) {
	for len(b) > 0 {
		part := unix.Iovec{Base: &b[0]}
		part.SetLen(len(b))
		n, err := unix.Vmsplice(fd, []unix.Iovec{part}, 0)
		if errors.Is(err, unix.EINTR) {
			continue
		}
		if err != nil {
			return b, err
		}
		b = b[n:]
	}
	return nil, nil
}
