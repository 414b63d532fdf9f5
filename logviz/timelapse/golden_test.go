package timelapse

import (
	"testing"

	"ops/internal/likeness"
)

// Frames of all looks are as a person last saw them: the middle of a burst, with other places fading.
func TestGoldenFrames(t *testing.T) {
	t.Parallel()
	rec := part(testDay(), 540, 640)
	for name, o := range looks(t) {
		frame, err := newFilm(t, rec, o).Draw(45)
		if err != nil {
			t.Fatal(err)
		}
		likeness.Golden(t, "frame-"+name, frame)
	}
}
