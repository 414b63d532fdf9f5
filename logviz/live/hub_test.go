package live

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
)

// Whenever a viewer looks, it gets all that came since it looked last, in order, or is told that it cannot.
func TestHub(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 3))
	h := newHub(1000)
	var sent []uint64 // since the last reset
	viewers := make([]uint64, 5)
	for i := range viewers {
		viewers[i] = h.number()
	}
	for range 20_000 {
		switch random.IntN(10) {
		case 0:
			if random.IntN(100) == 0 {
				h.reset()
				sent = nil
			}
		case 1, 2, 3, 4, 5, 6:
			size := 10
			if random.IntN(50) == 0 {
				size = maxBacklogBytes / 4
			}
			sent = append(sent, h.send(func(number uint64) []byte {
				return append(fmt.Appendf(nil, "%d ", number), make([]byte, size)...)
			}))
		default:
			v := &viewers[random.IntN(len(viewers))]
			if v == &viewers[0] && random.IntN(300) > 0 {
				continue // one that is slow
			}
			n := h.after(*v)
			if len(n.frames) == 1 && bytes.Equal(n.frames[0], resetFrame(n.last)) {
				if i := slices.Index(sent, *v); i >= 0 && len(sent)-1-i < 3 {
					t.Fatalf("%d of %d is lost, though it is near", *v, h.number())
				}
			} else {
				for _, f := range n.frames {
					*v++
					if want := fmt.Sprintf("%d ", *v); !bytes.HasPrefix(f, []byte(want)) {
						t.Fatalf("%.10q where %q is due", f, want)
					}
				}
				if *v != n.last {
					t.Fatalf("it has %d and is said to have %d", *v, n.last)
				}
			}
			*v = n.last
		}
		if len(h.frames) > maxBacklog || h.bytes > maxBacklogBytes+maxBacklogBytes/4 {
			t.Fatalf("%d frames, %d bytes", len(h.frames), h.bytes)
		}
	}
}
