package timelapse

import (
	"context"
	"errors"
	"fmt"
	"image/png"
	"path/filepath"
	"strings"

	"ops/internal/durable"
)

// Extensions returns the endings of the file names that [Film.WriteFile] knows.
func Extensions() []string { return []string{".mp4", ".webm", ".gif", ".png"} }

// WriteFile writes the film to a file whose name says the format: .mp4 (H.264), .webm (VP9, or AV1 where ffmpeg has no
// VP9) and .gif are the film, .png is one picture of the whole recording. The first two need ffmpeg; without it the error
// is a [*MissingProgram].
//
// The file appears when it is whole, and replaces an older one only then; see [durable.Create]. Cancelling ctx stops the
// work and leaves nothing. An error names the path, and carries the cause where it is known (fs.ErrPermission,
// syscall.ENOSPC). If progress is not nil, it is called after each frame with the number of frames done.
func (f *Film) WriteFile(ctx context.Context, path string, progress func(done, total int)) error {
	if progress == nil {
		progress = func(int, int) {}
	}
	write, err := f.writer(ctx, path)
	if err != nil {
		return fmt.Errorf("write film %s: %w", path, err)
	}
	out, err := durable.Create(path, 0o666)
	if err != nil {
		return err // it names the path
	}
	if err := write(ctx, out, progress); err != nil {
		return errors.Join(fmt.Errorf("write film %s: %w", path, err), out.Discard())
	}
	return out.Commit()
}

// writer returns what writes the format of a path.
func (f *Film) writer(ctx context.Context, path string) (func(context.Context, *durable.File, func(done, total int)) error, error) {
	switch ext := strings.ToLower(filepath.Ext(path)); ext {
	case ".gif":
		return f.writeGIF, nil
	case ".png":
		return f.writePNG, nil
	case ".mp4", ".webm":
		e, err := newEncoder(ctx, ext)
		if err != nil {
			return nil, err
		}
		return func(ctx context.Context, out *durable.File, progress func(done, total int)) error {
			return f.encode(ctx, e, out.Name(), progress)
		}, nil
	default:
		return nil, fmt.Errorf("format %q: not known (%s)", ext, strings.Join(Extensions(), ", "))
	}
}

// writePNG writes the summary.
func (f *Film) writePNG(_ context.Context, out *durable.File, progress func(done, total int)) error {
	p, err := f.newPage(true)
	if err != nil {
		return err
	}
	p.showSummary(f.whole)
	if err := png.Encode(out, p.canvas.rgba()); err != nil {
		return err
	}
	progress(f.Len(), f.Len())
	return nil
}
