package timelapse

import (
	"context"
	"image/png"

	"ops/internal/durable"
)

// WriteFile writes the film to a file whose name says the format: .mp4 (H.264), .webm (VP9, or AV1 where ffmpeg has no
// VP9), .gif and .apng are the film, .png is one picture of the whole recording. The first two need ffmpeg; without it the
// error is a [*MissingProgram]. They come with chapters and with a track of captions that players show on demand.
//
// The file appears when it is whole, and replaces an older one only then; see [durable.Create]. Cancelling ctx stops the
// work and leaves nothing. An error names the path, and carries the cause where it is known (fs.ErrPermission,
// syscall.ENOSPC). If progress is not nil, it is called after each picture with the number of pictures done and the
// [Film.Pictures] in all.
func (f *Film) WriteFile(ctx context.Context, path string, progress func(done, total int)) error {
	return writeReel(ctx, f.reel(), path, progress)
}

// writePNG writes the summary.
func writePNG(r reel, out *durable.File, progress func(done int)) error {
	c, err := r.summary()
	if err != nil {
		return err
	}
	if err := png.Encode(out, c.rgba()); err != nil {
		return err
	}
	progress(r.pictures())
	return nil
}
