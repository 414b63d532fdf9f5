package worldmap

import (
	"math/rand/v2"
	"testing"
)

// Colouring countries one by one in any order must give what colouring all of them at once gives.
func TestRepaint(t *testing.T) {
	w := load(t)
	r := w.Rasterize(EqualEarth(rect(400, 225), Crop{}))
	rng := rand.New(rand.NewPCG(1, 2))
	shade := make([]int, len(w.Countries()))
	frame := map[[2]int32]int{}
	paint := func(frame map[[2]int32]int, i int) {
		for _, run := range r.Areas[i].Runs {
			for x := run.X0; x < run.X1; x++ {
				frame[[2]int32{x, run.Y}] = 255 * shade[i]
			}
		}
		for _, k := range r.Areas[i].Mixed {
			m := r.Mixed[k]
			sum := 7 * int(m.Rest)
			for _, s := range m.Shares {
				sum += shade[s.Country] * int(s.Weight)
			}
			frame[[2]int32{m.X, m.Y}] = sum
		}
	}
	for i := range shade {
		paint(frame, i)
	}
	for range 2000 {
		i := rng.IntN(len(shade))
		shade[i] = rng.IntN(256)
		paint(frame, i)
	}
	whole := map[[2]int32]int{}
	for i := range shade {
		paint(whole, i)
	}
	if len(frame) != len(whole) {
		t.Fatalf("%d pixels, want %d", len(frame), len(whole))
	}
	for at, grey := range whole {
		if frame[at] != grey {
			t.Fatalf("pixel %v is %d, want %d", at, frame[at], grey)
		}
	}
}
