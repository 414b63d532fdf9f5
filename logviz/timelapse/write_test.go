package timelapse

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"image"
	"image/gif"
	"image/png"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// shortFilm is small and quick to encode.
func shortFilm(t testing.TB) *Film {
	return newFilm(t, part(testDay(), 560, 584), Options{Size: image.Pt(640, 360)})
}

// leftovers fails if anything but the given files is in a folder.
func leftovers(t *testing.T, dir string, want ...string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range entries {
		got = append(got, e.Name())
	}
	if strings.Join(got, " ") != strings.Join(want, " ") {
		t.Errorf("%s holds %q, want %q", dir, got, want)
	}
}

func output(t *testing.T, name string, args ...string) []byte {
	t.Helper()
	var talk bytes.Buffer
	cmd := exec.CommandContext(t.Context(), name, args...)
	cmd.Stderr = &talk
	out, err := cmd.Output()
	if err != nil || talk.Len() > 0 {
		t.Fatalf("%s: %v\n%s", name, err, talk.Bytes())
	}
	return out
}

func TestWriteVideo(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ ext, codec string }{{".mp4", "h264"}, {".webm", "vp9"}} {
		t.Run(test.ext, func(t *testing.T) {
			f := shortFilm(t)
			dir := t.TempDir()
			path := filepath.Join(dir, "a: day"+test.ext)
			calls := 0
			if err := f.WriteFile(t.Context(), path, func(done, total int) {
				calls++
				if done != calls || total != f.Len() {
					t.Errorf("progress(%d, %d) at call %d", done, total, calls)
				}
			}); err != nil {
				t.Fatal(err)
			}
			leftovers(t, dir, "a: day"+test.ext)
			var probe struct {
				Streams []map[string]any
			}
			out := output(t, "ffprobe", "-v", "error", "-select_streams", "v", "-count_frames", "-show_streams", "-of", "json", "file:"+path)
			if err := json.Unmarshal(out, &probe); err != nil || len(probe.Streams) != 1 {
				t.Fatalf("ffprobe: %v\n%s", err, out)
			}
			for key, want := range map[string]any{
				"codec_name": test.codec, "pix_fmt": "yuv420p", "nb_read_frames": "24", "width": 640.0, "height": 360.0,
				"r_frame_rate": "30/1", "color_range": "tv", "color_space": "bt709", "color_primaries": "bt709", "color_transfer": "bt709",
			} {
				if got := probe.Streams[0][key]; got != want {
					t.Errorf("%s is %v, want %v", key, got, want)
				}
			}
			compareDecoded(t, f, path)

			again := filepath.Join(t.TempDir(), "again"+test.ext)
			if err := shortFilm(t).WriteFile(t.Context(), again, nil); err != nil {
				t.Fatal(err)
			}
			if a, b := readFile(t, path), readFile(t, again); !bytes.Equal(a, b) {
				t.Error("the same film gave two different files")
			}
		})
	}
}

// compareDecoded decodes all frames as a player would and compares them with what was drawn.
func compareDecoded(t *testing.T, f *Film, path string) {
	t.Helper()
	out := output(t, "ffmpeg", "-v", "error", "-i", "file:"+path, "-map", "0:v", "-f", "rawvideo", "-pix_fmt", "rgb24",
		"-vf", "scale=in_color_matrix=bt709:in_range=tv:flags=accurate_rnd+full_chroma_int", "-")
	w, h := f.o.Size.X, f.o.Size.Y
	if len(out) != f.Len()*w*h*3 {
		t.Fatalf("decoded %d bytes, want %d", len(out), f.Len()*w*h*3)
	}
	for _, i := range []int{0, f.Len() - 1} {
		pix := pixels(t, f, i)
		var sum [3]float64 // signed, so that a shift of colours shows
		var square float64
		for j, p := range pix {
			for k := range 3 {
				d := float64(out[(i*w*h+j)*3+k]) - float64(p>>(16-8*k)&0xff)
				sum[k] += d
				square += d * d
			}
		}
		n := float64(len(pix))
		psnr := 10 * math.Log10(255*255/(square/n/3))
		if psnr < 33 {
			t.Errorf("frame %d: PSNR %.1f dB", i, psnr)
		}
		for k, s := range sum {
			if math.Abs(s/n) > 1 {
				t.Errorf("frame %d: channel %d is off by %.2f on average", i, k, s/n)
			}
		}
	}
}

func readFile(t *testing.T, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestWriteGIF(t *testing.T) {
	t.Parallel()
	for _, fps := range []int{30, 60} {
		f := newFilm(t, part(testDay(), 560, 590), Options{Size: image.Pt(640, 360), FPS: fps})
		path := filepath.Join(t.TempDir(), "day.gif")
		if err := f.WriteFile(t.Context(), path, nil); err != nil {
			t.Fatal(err)
		}
		anim, err := gif.DecodeAll(bytes.NewReader(readFile(t, path)))
		if err != nil {
			t.Fatal(err)
		}
		length := 0
		for _, d := range anim.Delay {
			length += d
			if d < 2 {
				t.Errorf("%d frames a second: a frame of %d/100 s", fps, d)
			}
		}
		if want := int(math.Round(30 * 100 / float64(fps))); length != want {
			t.Errorf("%d frames a second: the film is %d/100 s long, want %d", fps, length, want)
		}
		// What a viewer sees at the end is the last frame in the colours of the palette.
		canvas := image.NewRGBA(image.Rect(0, 0, 640, 360))
		for _, m := range anim.Image {
			for y := m.Rect.Min.Y; y < m.Rect.Max.Y; y++ {
				for x := m.Rect.Min.X; x < m.Rect.Max.X; x++ {
					if _, _, _, a := m.At(x, y).RGBA(); a != 0 {
						canvas.Set(x, y, m.At(x, y))
					}
				}
			}
		}
		if fps == 60 {
			continue // its last frame may be one that was left out
		}
		var square float64
		for i, p := range pixels(t, f, f.Len()-1) {
			at := canvas.Pix[4*i:]
			d := distance(p, rgb(at[0])<<16|rgb(at[1])<<8|rgb(at[2]))
			square += d * d
			if d > 60 {
				t.Fatalf("pixel %d,%d is %v, drawn as %06x", i%640, i/640, at[:3], p)
			}
		}
		if psnr := 10 * math.Log10(3*255*255/(square/(640*360))); psnr < 38 {
			t.Errorf("PSNR %.1f dB", psnr)
		}
	}
}

func TestWriteSummary(t *testing.T) {
	path := filepath.Join(t.TempDir(), "day.PNG")
	t.Setenv("PATH", "")
	if err := shortFilm(t).WriteFile(t.Context(), path, nil); err != nil {
		t.Fatal(err)
	}
	img, err := png.Decode(bytes.NewReader(readFile(t, path)))
	if err != nil || img.Bounds().Size() != image.Pt(640, 360) {
		t.Errorf("decoded %v: %v", img.Bounds(), err)
	}
}

func TestWriteWithoutFFmpeg(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("PATH", dir)
	err := shortFilm(t).WriteFile(t.Context(), filepath.Join(dir, "day.mp4"), nil)
	var missing *MissingProgram
	if !errors.As(err, &missing) || missing.Package != "ffmpeg" || !strings.Contains(err.Error(), "apt install ffmpeg") {
		t.Errorf("got %v", err)
	}
	leftovers(t, dir)
	if err := shortFilm(t).WriteFile(t.Context(), filepath.Join(dir, "day.gif"), nil); err != nil {
		t.Error(err)
	}
	if err := shortFilm(t).WriteFile(t.Context(), filepath.Join(dir, "day.avi"), nil); err == nil || !strings.Contains(err.Error(), ".webm") {
		t.Errorf("day.avi: %v", err)
	}
}

// A program that calls itself ffmpeg and says that all went well is not believed.
func TestWriteDoesNotTrustFFmpeg(t *testing.T) {
	for name, script := range map[string]string{
		"no frames":    "cat >/dev/null",
		"few frames":   "cat >/dev/null; echo frame=12; echo progress=end",
		"empty file":   "cat >/dev/null; echo frame=24; echo progress=end",
		"reads little": "echo frame=24",
		"complains":    "cat >/dev/null; echo frame=24; echo bad things >&2",
		"half a file":  `cat >/dev/null; echo frame=24; for f; do :; done; printf '\0\0\0\20ftypisom\0\0\2\0\0\0\2\0mdat' >"${f#file:}"`,
		"fails":        "cat >/dev/null; echo it broke >&2; exit 3",
		"disk full":    "cat >/dev/null; echo 'Error writing trailer of x: No space left on device' >&2",
	} {
		t.Run(name, func(t *testing.T) {
			bin, dir := t.TempDir(), t.TempDir()
			if err := os.WriteFile(filepath.Join(bin, "ffmpeg"), []byte("#!/bin/sh\n"+script+"\n"), 0o755); err != nil {
				t.Fatal(err)
			}
			t.Setenv("PATH", bin+":"+os.Getenv("PATH"))
			path := filepath.Join(dir, "day.mp4")
			err := shortFilm(t).WriteFile(t.Context(), path, nil)
			if err == nil || !strings.Contains(err.Error(), path) {
				t.Errorf("got %v, want an error with the path", err)
			}
			if got := errors.Is(err, syscall.ENOSPC); got != (name == "disk full") {
				t.Errorf("%v: is ENOSPC: %v", err, got)
			}
			leftovers(t, dir)
		})
	}
}

func TestCancelLeavesTheOldFile(t *testing.T) {
	t.Parallel()
	for _, ext := range []string{".mp4", ".webm", ".gif", ".apng"} {
		dir := t.TempDir()
		path := filepath.Join(dir, "day"+ext)
		if err := os.WriteFile(path, []byte("yesterday"), 0o644); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		err := shortFilm(t).WriteFile(ctx, path, func(done, _ int) {
			if done == 7 {
				cancel()
			}
		})
		if !errors.Is(err, context.Canceled) || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: got %v", ext, err)
		}
		leftovers(t, dir, "day"+ext)
		if got := readFile(t, path); string(got) != "yesterday" {
			t.Errorf("%s: the old file is now %.20q", ext, got)
		}
	}
}

func TestWriteIntoMissingFolder(t *testing.T) {
	path := filepath.Join(t.TempDir(), "no", "day.mp4")
	if err := shortFilm(t).WriteFile(t.Context(), path, nil); !errors.Is(err, os.ErrNotExist) || !strings.Contains(err.Error(), path) {
		t.Errorf("got %v", err)
	}
}
