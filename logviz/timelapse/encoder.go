package timelapse

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strconv"
	"strings"
)

// MissingProgram says that another program is needed and not there.
type MissingProgram struct {
	Name    string // of the program
	Package string // Debian package that has it
}

func (e *MissingProgram) Error() string {
	return fmt.Sprintf("%s is not installed: apt install %s (.gif, .apng and .png work without it)", e.Name, e.Package)
}

// encoder is a way to call ffmpeg.
type encoder struct {
	program  string
	codec    []string
	captions string                                // codec of
	escape   *strings.Replacer                     // for captions on top of WebVTT's own escapes; optional
	finish   func(path string) error               // changes what ffmpeg wrote; optional
	whole    func(r io.ReaderAt, size int64) error // checks a finished file
}

// newEncoder finds ffmpeg and what it can do.
func newEncoder(ctx context.Context, ext string) (*encoder, error) {
	program, err := exec.LookPath("ffmpeg")
	if err != nil {
		return nil, &MissingProgram{Name: "ffmpeg", Package: "ffmpeg"}
	}
	// A fixed number of threads, because it changes the bytes that x264 writes.
	if ext == ".mp4" {
		return &encoder{program: program, captions: "mov_text", escape: plainCaptions(), finish: hideCaptions, whole: wholeMP4, codec: []string{
			"-c:v", "libx264", "-preset", "veryfast", "-crf", "20", "-threads", "4",
			"-movflags", "+faststart", "-f", "mp4",
		}}, nil
	}
	list, err := exec.CommandContext(ctx, program, "-hide_banner", "-loglevel", "error", "-encoders").Output()
	if err != nil {
		return nil, fmt.Errorf("ask ffmpeg for its encoders: %w", err)
	}
	for _, codec := range [][]string{ // VP9 first: more players know it
		{"libvpx-vp9", "-deadline", "realtime", "-cpu-used", "7", "-crf", "28", "-b:v", "0", "-row-mt", "1", "-threads", "4"},
		{"libsvtav1", "-preset", "12", "-crf", "35"},
		{"libaom-av1", "-usage", "realtime", "-cpu-used", "9", "-crf", "35"},
	} {
		if bytes.Contains(list, []byte(" "+codec[0]+" ")) {
			args := append([]string{"-c:v"}, codec...)
			return &encoder{program: program, captions: "copy", whole: wholeWebM, codec: append(args, "-f", "webm")}, nil
		}
	}
	return nil, errors.New("ffmpeg has no encoder for VP9 or AV1 (libvpx-vp9, libsvtav1, libaom-av1)")
}

// args are the arguments for frames of a size from standard input to a file, reporting on standard output. With a language,
// chapters come from descriptor 3 and captions from descriptor 4.
func (e *encoder) args(w, h, fps int, path, language string) []string {
	colour := []string{"-color_primaries", "bt709", "-color_trc", "bt709", "-colorspace", "bt709", "-color_range", "tv"}
	args := []string{"-nostdin", "-hide_banner", "-loglevel", "error", "-xerror", "-progress", "pipe:1", "-f", "rawvideo", "-pix_fmt", "yuv420p"}
	args = append(args, colour...)
	args = append(args, "-s", fmt.Sprintf("%dx%d", w, h), "-framerate", strconv.Itoa(fps), "-i", "pipe:0")
	if language != "" {
		args = append(args, "-f", "ffmetadata", "-i", "pipe:3", "-f", "webvtt", "-i", "pipe:4")
		args = append(args, "-map", "0:v", "-map", "2:s", "-map_chapters", "1")
		// Players show them when asked.
		args = append(args, "-c:s", e.captions, "-metadata:s:s:0", "language="+language, "-disposition:s:0", "0")
	}
	args = append(args, "-an", "-pix_fmt", "yuv420p")
	args = append(args, colour...)
	args = append(args, "-chroma_sample_location", "center") // see planes.convert: means of four pixels
	args = append(args, "-map_metadata:g", "-1", "-map_metadata:s", "-1", "-fflags", "+bitexact", "-flags:v", "+bitexact")
	args = append(args, e.codec...)
	return append(args, "-y", "file:"+path) // "file:" keeps names with a colon or a leading dash what they are
}

// plainCaptions replaces the characters that ffmpeg, on the way to mov_text, takes for markup of its own even where they
// were escaped.
func plainCaptions() *strings.Replacer {
	return strings.NewReplacer("{", "｛", "}", "｝", `\`, "＼")
}
