package timelapse

import (
	"bufio"
	"bytes"
	"compress/zlib"
	"context"
	"encoding/binary"
	"hash/crc32"
	"image"
	"runtime"

	"ops/internal/durable"
)

// writeAPNG writes the film as an animated PNG that repeats, with the exact colours of every frame. Layout: W3C, "Portable
// Network Graphics (PNG) Specification (Third Edition)", 2025, sections 4.9, 5.6 and 11.3.6.
//
// A frame is the rectangle that changed, transparent where it did not. A few frames are compressed at a time, on as many
// cores, and written in order, so neither the memory nor the bytes depend on the number of cores or frames.
func writeAPNG(ctx context.Context, r reel, out *durable.File, progress func(done int)) error {
	o := r.look()
	file := &pngChunks{w: bufio.NewWriterSize(out, 1<<18)}
	file.start(o.Size, apngFrames(r))
	under := newRing(min(runtime.GOMAXPROCS(0), 4) + 1)
	defer under.wait()
	write := func(f *apngFrame) error {
		if err := file.frame(f); err != nil {
			return err
		}
		progress(f.end)
		return nil
	}
	d := newAPNGDiff(o.Size)
	err := eachPicture(ctx, r, func(c *canvas, i, n int) error {
		f, err := under.next(write)
		if err != nil {
			return err
		}
		d.take(c, f)
		f.pictures, f.end, f.fps = n, i+n, o.FPS
		under.start(f)
		return nil
	})
	if err != nil {
		return err
	}
	if err := under.finish(write); err != nil {
		return err
	}
	if err := file.chunk("IEND"); err != nil {
		return err
	}
	return file.w.Flush()
}

// ring is a number of frames that are compressed at the same time. They are started and come out in order.
type ring struct {
	frames []*apngFrame
	n      int // frames taken so far
}

func newRing(n int) *ring {
	r := &ring{}
	for range n {
		r.frames = append(r.frames, &apngFrame{done: make(chan error, 1)})
	}
	return r
}

// next returns a frame to be filled, after what it held was written.
func (r *ring) next(write func(*apngFrame) error) (*apngFrame, error) {
	f := r.frames[r.n%len(r.frames)]
	r.n++
	return f, f.out(write)
}

// start compresses a filled frame on another core.
func (r *ring) start(f *apngFrame) {
	f.busy = true
	go func() { f.done <- f.compress() }()
}

// finish writes the frames that are still under way.
func (r *ring) finish(write func(*apngFrame) error) error {
	for range r.frames {
		if _, err := r.next(write); err != nil {
			return err
		}
	}
	return nil
}

// wait waits until nothing is compressed any more.
func (r *ring) wait() {
	for _, f := range r.frames {
		_ = f.out(func(*apngFrame) error { return nil }) // an error is known already
	}
}

// apngLevel is the level of compression.
const apngLevel = 4

// apngFrames counts the frames of the file: pictures that stand are one.
func apngFrames(r reel) int {
	n := 0
	for i := 0; i < r.pictures(); i += r.hold(i) {
		n++
	}
	return n
}

// apngFrame is a part of the picture on its way into the file. It is used again and again.
type apngFrame struct {
	box       image.Rectangle
	rows      []byte // a zero for "no filter" and RGBA, row by row
	overwrite bool   // what was there, rather than lying over it
	pictures  int    // that it stands
	fps       int
	end       int // pictures up to its end

	zlib *zlib.Writer
	data bytes.Buffer // the compressed rows
	busy bool         // until done is read
	done chan error
}

func (f *apngFrame) compress() (err error) {
	f.data.Reset()
	if f.zlib == nil {
		f.zlib, err = zlib.NewWriterLevel(&f.data, apngLevel)
	} else {
		f.zlib.Reset(&f.data)
	}
	if err != nil {
		return err
	}
	if _, err := f.zlib.Write(f.rows); err != nil {
		return err
	}
	return f.zlib.Close()
}

// out waits until a frame is compressed, if it was started, and writes it.
func (f *apngFrame) out(write func(*apngFrame) error) error {
	if !f.busy {
		return nil
	}
	f.busy = false
	if err := <-f.done; err != nil {
		return err
	}
	return write(f)
}

// pngChunks writes the chunks of an animated PNG.
type pngChunks struct {
	w        *bufio.Writer // keeps the first error
	sequence uint32        // of the chunks of animation
	started  bool
}

func (p *pngChunks) start(size image.Point, frames int) {
	_, _ = p.w.WriteString("\x89PNG\r\n\x1a\n") // Flush returns the error
	head := binary.BigEndian.AppendUint32(nil, uint32(size.X))
	head = binary.BigEndian.AppendUint32(head, uint32(size.Y))
	p.chunk("IHDR", append(head, 8, 6, 0, 0, 0))   // 8 bits of red, green, blue and alpha
	p.chunk("acTL", be32(uint32(frames)), be32(0)) // repeat for ever
}

func be32(n uint32) []byte { return binary.BigEndian.AppendUint32(nil, n) }

// frame writes a compressed frame.
func (p *pngChunks) frame(f *apngFrame) error {
	var control []byte
	for _, v := range []int{f.box.Dx(), f.box.Dy(), f.box.Min.X, f.box.Min.Y} {
		control = binary.BigEndian.AppendUint32(control, uint32(v))
	}
	control = binary.BigEndian.AppendUint16(control, uint16(f.pictures))
	control = binary.BigEndian.AppendUint16(control, uint16(f.fps))
	over := byte(1)
	if f.overwrite {
		over = 0
	}
	p.chunk("fcTL", p.next(), append(control, 0, over)) // leave it in place; lay it over
	if !p.started {
		p.started = true
		return p.chunk("IDAT", f.data.Bytes())
	}
	return p.chunk("fdAT", p.next(), f.data.Bytes())
}

func (p *pngChunks) next() []byte {
	p.sequence++
	return be32(p.sequence - 1)
}

// chunk writes a length, a name, data and a checksum.
func (p *pngChunks) chunk(name string, parts ...[]byte) error {
	n := 0
	sum := crc32.ChecksumIEEE([]byte(name))
	for _, b := range parts {
		n += len(b)
		sum = crc32.Update(sum, crc32.IEEETable, b)
	}
	_, _ = p.w.Write(be32(uint32(n)))
	_, _ = p.w.WriteString(name)
	for _, b := range parts {
		_, _ = p.w.Write(b)
	}
	_, err := p.w.Write(be32(sum))
	return err
}
