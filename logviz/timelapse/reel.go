package timelapse

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"ops/internal/durable"
)

// reel is what the writers of moving pictures are given: pictures of one size, one after the other, and what is said
// about them.
type reel interface {
	look() *Options // size and speed
	pictures() int
	// picture draws picture i. It stands on the canvas until the next call, and the tiles that differ from the picture
	// before are touched.
	picture(i int) (*canvas, error)
	// hold returns how many pictures from i on, 1 or more, are the same.
	hold(i int) int
	gifColours() *gifPalette
	chapters() []chapter
	captions() []caption
	language() string // of the captions, in ISO 639-2
	// summary returns one picture of all.
	summary() (*canvas, error)
}

// Extensions returns the endings of the file names that [Film.WriteFile] knows.
func Extensions() []string { return []string{".mp4", ".webm", ".gif", ".apng", ".png"} }

// writeReel writes a reel to a file whose name says the format; see [Film.WriteFile].
func writeReel(ctx context.Context, r reel, path string, progress func(done, total int)) error {
	if progress == nil {
		progress = func(int, int) {}
	}
	write, err := writer(ctx, r, path)
	if err != nil {
		return fmt.Errorf("write film %s: %w", path, err)
	}
	out, err := durable.Create(path, 0o666)
	if err != nil {
		return err // it names the path
	}
	if err := write(out, func(done int) { progress(done, r.pictures()) }); err != nil {
		return errors.Join(fmt.Errorf("write film %s: %w", path, err), out.Discard())
	}
	return out.Commit()
}

// writer returns what writes the format of a path.
func writer(ctx context.Context, r reel, path string) (func(*durable.File, func(done int)) error, error) {
	switch ext := strings.ToLower(filepath.Ext(path)); ext {
	case ".gif":
		return func(out *durable.File, progress func(done int)) error { return writeGIF(ctx, r, out, progress) }, nil
	case ".apng":
		return func(out *durable.File, progress func(done int)) error { return writeAPNG(ctx, r, out, progress) }, nil
	case ".png":
		return func(out *durable.File, progress func(done int)) error { return writePNG(r, out, progress) }, nil
	case ".mp4", ".webm":
		e, err := newEncoder(ctx, ext)
		if err != nil {
			return nil, err
		}
		return func(out *durable.File, progress func(done int)) error {
			return encode(ctx, e, r, out.Name(), progress)
		}, nil
	default:
		return nil, fmt.Errorf("format %q: not known (%s)", ext, strings.Join(Extensions(), ", "))
	}
}

// eachPicture draws the pictures of a reel in turn and hands each of them on with how long it stands.
func eachPicture(ctx context.Context, r reel, do func(c *canvas, i, n int) error) error {
	for i := 0; i < r.pictures(); {
		if err := ctx.Err(); err != nil {
			return err
		}
		c, err := r.picture(i)
		if err != nil {
			return err
		}
		n := r.hold(i)
		if err := do(c, i, n); err != nil {
			return err
		}
		i += n
	}
	return nil
}

// The reel of a film without its cards.
func (f *Film) look() *Options   { return &f.o }
func (f *Film) pictures() int    { return f.Len() }
func (f *Film) hold(int) int     { return 1 }
func (f *Film) language() string { return f.o.Language.telling().tag }

func (f *Film) picture(i int) (*canvas, error) {
	if err := f.draw(i); err != nil {
		return nil, err
	}
	return f.page.canvas, nil
}

func (f *Film) gifColours() *gifPalette {
	pal := f.o.Theme.palette()
	return newGIFPalette(&pal, newScale(f.pace.glow, pal))
}

func (f *Film) summary() (*canvas, error) {
	p, err := f.newPage(true)
	if err != nil {
		return nil, err
	}
	p.showSummary(f.whole)
	return p.canvas, nil
}

// carded is a reel between two cards.
type carded struct {
	reel
	cards         [2]func() (*page, error)
	titles        [2]string // of their chapters
	before, after string    // what the cards say
	n             int       // pictures that each card stands

	drawn *canvas // the card that was drawn last
	which int     // which one that is
	on    *canvas // of the last picture
}

func (c *carded) pictures() int { return c.n + c.reel.pictures() + c.n }

func (c *carded) hold(i int) int {
	switch end := c.n + c.reel.pictures(); {
	case i < c.n:
		return c.n - i
	case i < end:
		return min(c.reel.hold(i-c.n), end-i)
	default:
		return c.pictures() - i
	}
}

func (c *carded) picture(i int) (*canvas, error) {
	var next *canvas
	var err error
	switch end := c.n + c.reel.pictures(); {
	case i < c.n:
		next, err = c.card(0)
	case i >= end:
		next, err = c.card(1)
	default:
		c.drawn = nil
		next, err = c.reel.picture(i - c.n)
	}
	if err != nil {
		return nil, err
	}
	if next != c.on {
		c.on = next
		next.touchAll()
	}
	return next, nil
}

// card draws a card when it is its turn, so that no memory is held for the other one.
func (c *carded) card(which int) (*canvas, error) {
	if c.drawn == nil || c.which != which {
		p, err := c.cards[which]()
		if err != nil {
			return nil, err
		}
		c.drawn, c.which = p.canvas, which
	}
	return c.drawn, nil
}

func (c *carded) chapters() []chapter {
	list := []chapter{{0, c.titles[0]}}
	for _, x := range c.reel.chapters() {
		list = append(list, chapter{x.from + c.n, x.title})
	}
	return append(list, chapter{c.n + c.reel.pictures(), c.titles[1]})
}

func (c *carded) captions() []caption {
	list := []caption{{0, c.n, c.before}}
	for _, x := range c.reel.captions() {
		list = append(list, caption{x.from + c.n, x.to + c.n, x.text})
	}
	return append(list, caption{c.pictures() - c.n, c.pictures(), c.after})
}
