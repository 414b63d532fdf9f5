package timelapse

import (
	"bytes"
	"encoding/json"
	"image"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"
)

// What ffmpeg decodes is what was drawn, to the last pixel.
func TestWriteAPNG(t *testing.T) {
	t.Parallel()
	f := newFilm(t, part(testDay(), 560, 584), Options{Size: image.Pt(646, 370), FPS: 25})
	path := filepath.Join(t.TempDir(), "day.apng")
	calls := 0
	if err := f.WriteFile(t.Context(), path, func(done, total int) {
		if calls++; done != calls || total != f.Len() {
			t.Errorf("progress(%d, %d) at call %d", done, total, calls)
		}
	}); err != nil {
		t.Fatal(err)
	}
	compareExactly(t, f, path)
	var probe struct {
		Streams []map[string]any
	}
	out := output(t, "ffprobe", "-v", "warning", "-count_frames", "-show_streams", "-of", "json", path)
	if err := json.Unmarshal(out, &probe); err != nil || len(probe.Streams) != 1 {
		t.Fatalf("ffprobe: %v\n%s", err, out)
	}
	for key, want := range map[string]any{
		"codec_name": "apng", "pix_fmt": "rgba", "nb_read_frames": "24", "width": 646.0, "height": 370.0, "r_frame_rate": "25/1",
	} {
		if got := probe.Streams[0][key]; got != want {
			t.Errorf("%s is %v, want %v", key, got, want)
		}
	}
}

// compareExactly decodes a film without loss and compares all of its pictures with the reel.
func compareExactly(t *testing.T, r reel, path string) {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "ffmpeg", "-v", "error", "-i", "file:"+path,
		"-f", "rawvideo", "-pix_fmt", "rgb24", "-").Output()
	if err != nil {
		t.Fatal(err)
	}
	size := r.look().Size.X * r.look().Size.Y * 3
	if len(out) != r.pictures()*size {
		t.Fatalf("decoded %d bytes, want %d pictures of %d", len(out), r.pictures(), size)
	}
	for i := range r.pictures() {
		c, err := r.picture(i)
		if err != nil {
			t.Fatal(err)
		}
		want := make([]byte, 0, size)
		for _, p := range c.pix {
			want = append(want, byte(p>>16), byte(p>>8), byte(p))
		}
		if !bytes.Equal(out[i*size:][:size], want) {
			t.Errorf("picture %d differs from what was drawn", i)
		}
	}
}

func TestAPNGIsTheSameOnAnyNumberOfCores(t *testing.T) {
	write := func(cores int) []byte {
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(cores))
		path := filepath.Join(t.TempDir(), "day.apng")
		if err := shortFilm(t).WriteFile(t.Context(), path, nil); err != nil {
			t.Fatal(err)
		}
		return readFile(t, path)
	}
	if !bytes.Equal(write(1), write(3)) {
		t.Error("the file depends on the number of cores")
	}
}
