package timelapse

import (
	"bufio"
	"compress/lzw"
	"context"
	"encoding/binary"
	"image"
	"io"
	"math"

	"ops/internal/durable"
)

// writeGIF writes the film as a GIF that repeats. GIF counts in 1/100 s, so at 30 frames a second the frames stand 3, 3
// and 4 hundredths and the playing time is kept. Players take less than 2 hundredths for a mistake; where frames are
// shorter, the ones between are left out.
func writeGIF(ctx context.Context, r reel, out *durable.File, progress func(done int)) error {
	const shortest = 2
	fps := r.look().FPS
	due := func(i int) int { return int(math.Round(float64(i) * 100 / float64(fps))) }
	file := bufio.NewWriterSize(out, 1<<18)
	var g *gifWriter
	for i := 0; i < r.pictures(); {
		if err := ctx.Err(); err != nil {
			return err
		}
		c, err := r.picture(i)
		if err != nil {
			return err
		}
		next := i + r.hold(i)
		for next < r.pictures() && due(next)-due(i) < shortest {
			next++
		}
		if g == nil {
			c.touchAll()
			g = newGIF(file, r)
		}
		if err := g.frame(c, due(next)-due(i)); err != nil {
			return err
		}
		progress(next)
		i = next
	}
	if err := file.WriteByte(0x3b); err != nil { // trailer
		return err
	}
	return file.Flush()
}

// gifWriter writes pictures as differences. Layout: CompuServe, "Graphics Interchange Format, Version 89a", 1990.
type gifWriter struct {
	w       *bufio.Writer // keeps the first error
	size    image.Point
	palette *gifPalette
	shown   []uint8 // what the viewer sees, as palette indices
	change  []uint8 // what the next picture changes; transparent elsewhere
	lzw     *lzw.Writer
	first   bool
}

func newGIF(w *bufio.Writer, r reel) *gifWriter {
	size := r.look().Size
	g := &gifWriter{
		w: w, size: size, palette: r.gifColours(), first: true,
		shown: make([]uint8, size.X*size.Y), change: make([]uint8, size.X*size.Y),
	}
	for i := range g.shown {
		g.shown[i], g.change[i] = transparent, transparent
	}
	head := []byte("GIF89a")
	head = binary.LittleEndian.AppendUint16(head, uint16(size.X))
	head = binary.LittleEndian.AppendUint16(head, uint16(size.Y))
	head = append(head, 0xf7, 0, 0) // a global table of 256 colours
	for _, c := range g.palette.colours {
		head = append(head, byte(c>>16), byte(c>>8), byte(c))
	}
	head = append(head, "\x21\xff\x0bNETSCAPE2.0\x03\x01\x00\x00\x00"...) // repeat for ever
	_, _ = w.Write(head)                                                  // Flush returns the error
	return g
}

// frame writes what changed on the canvas, to be seen for some hundredths of a second.
func (g *gifWriter) frame(c *canvas, hundredths int) error {
	var tiles []image.Rectangle
	var box image.Rectangle
	c.eachDirty(func(_ int, r image.Rectangle) {
		changed := g.take(c, r)
		if !changed.Empty() {
			tiles = append(tiles, r)
			box = box.Union(changed)
		}
	})
	if box.Empty() {
		box = image.Rect(0, 0, 1, 1)
	}
	// Graphic control: leave the picture in place, index 255 is transparent.
	head := []byte{0x21, 0xf9, 4, 1<<2 | 1}
	head = binary.LittleEndian.AppendUint16(head, uint16(hundredths))
	head = append(head, transparent, 0, 0x2c)
	for _, v := range []int{box.Min.X, box.Min.Y, box.Dx(), box.Dy()} {
		head = binary.LittleEndian.AppendUint16(head, uint16(v))
	}
	head = append(head, 0, 8) // no local table; codes begin at 8 bits
	if _, err := g.w.Write(head); err != nil {
		return err
	}
	if err := g.compress(box); err != nil {
		return err
	}
	for _, r := range tiles {
		for y := r.Min.Y; y < r.Max.Y; y++ {
			row := g.change[y*g.size.X+r.Min.X:][:r.Dx()]
			for i := range row {
				row[i] = transparent
			}
		}
	}
	return nil
}

// take notes the changed pixels of r and returns the rectangle that they lie in.
func (g *gifWriter) take(c *canvas, r image.Rectangle) image.Rectangle {
	changed := image.Rectangle{Min: r.Max, Max: r.Min}
	for y := r.Min.Y; y < r.Max.Y; y++ {
		at := y*g.size.X + r.Min.X
		for i, p := range c.pix[at:][:r.Dx()] {
			index := g.palette.index(p)
			if index == g.shown[at+i] {
				continue
			}
			g.shown[at+i], g.change[at+i] = index, index
			x := r.Min.X + i
			changed.Min.X, changed.Max.X = min(changed.Min.X, x), max(changed.Max.X, x+1)
			changed.Min.Y, changed.Max.Y = min(changed.Min.Y, y), y+1
		}
	}
	return changed
}

// compress writes a part of the change as LZW in blocks of at most 255 bytes.
func (g *gifWriter) compress(box image.Rectangle) error {
	blocks := &blockWriter{w: g.w}
	if g.lzw == nil {
		g.lzw, _ = lzw.NewWriter(blocks, lzw.LSB, 8).(*lzw.Writer)
	} else {
		g.lzw.Reset(blocks, lzw.LSB, 8)
	}
	for y := box.Min.Y; y < box.Max.Y; y++ {
		if _, err := g.lzw.Write(g.change[y*g.size.X+box.Min.X:][:box.Dx()]); err != nil {
			return err
		}
	}
	if err := g.lzw.Close(); err != nil {
		return err
	}
	return blocks.close()
}

// blockWriter cuts a stream into the blocks of a GIF: a length, then as many bytes.
type blockWriter struct {
	w   io.Writer
	buf [256]byte // the length is at 0
	n   int
}

func (b *blockWriter) Write(p []byte) (int, error) {
	total := len(p)
	for len(p) > 0 {
		n := copy(b.buf[1+b.n:], p)
		b.n, p = b.n+n, p[n:]
		if b.n == 255 {
			if err := b.flush(); err != nil {
				return 0, err
			}
		}
	}
	return total, nil
}

func (b *blockWriter) flush() error {
	b.buf[0] = byte(b.n)
	_, err := b.w.Write(b.buf[:1+b.n])
	b.n = 0
	return err
}

// close writes what is left and the empty block that ends the stream.
func (b *blockWriter) close() error {
	if b.n > 0 {
		if err := b.flush(); err != nil {
			return err
		}
	}
	return b.flush()
}
