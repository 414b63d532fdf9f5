package live

import (
	"slices"
	"strconv"
	"sync"
)

// What a hub keeps for viewers that are late or come again. One that is further behind reads all anew.
const (
	maxBacklog      = 256     // frames
	maxBacklogBytes = 4 << 20 // of them together
)

// hub hands frames to viewers. A frame is made once, and all get the same bytes. There is no queue for each viewer: all read
// the one backlog, at their own place and pace, so that one that does not read costs nothing and delays nobody.
//
// Frames are numbered without a gap from a start that grows with time, so that a number of an earlier hub, or of before a
// reset, is known to be too old.
type hub struct {
	mu      sync.Mutex
	frames  [][]byte // the last ones, oldest first
	bytes   int
	last    uint64        // number of the frame sent last
	changed chan struct{} // closed when there is news
	closed  bool
}

func newHub(start uint64) *hub { return &hub{last: start, changed: make(chan struct{})} }

// send gives a frame, which it makes of its number, to all. It returns the number.
func (h *hub) send(frame func(number uint64) []byte) uint64 {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.last++
	f := frame(h.last)
	h.frames = append(h.frames, f)
	h.bytes += len(f)
	for len(h.frames) > maxBacklog || h.bytes > maxBacklogBytes && len(h.frames) > 1 {
		h.bytes -= len(h.frames[0])
		h.frames = slices.Delete(h.frames, 0, 1)
	}
	h.wake()
	return h.last
}

// reset makes all read everything anew.
func (h *hub) reset() uint64 {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.frames, h.bytes = nil, 0
	h.last++ // nobody has this one
	h.wake()
	return h.last
}

// close ends all viewers.
func (h *hub) close() {
	h.mu.Lock()
	defer h.mu.Unlock()
	if !h.closed {
		h.closed = true
		h.wake()
	}
}

func (h *hub) wake() {
	close(h.changed)
	h.changed = make(chan struct{})
}

// news is what a viewer gets.
type news struct {
	frames  [][]byte
	last    uint64          // the place of the viewer once it has them
	changed <-chan struct{} // closed when there is more
	closed  bool            // there will not be
}

// after returns what came after a frame. Where that is not known any more, it is a frame that tells to read all anew.
func (h *hub) after(number uint64) news {
	h.mu.Lock()
	defer h.mu.Unlock()
	n := news{last: h.last, changed: h.changed, closed: h.closed}
	if number > h.last || number+uint64(len(h.frames)) < h.last {
		n.frames = [][]byte{resetFrame(h.last)}
	} else {
		n.frames = slices.Clone(h.frames[len(h.frames)-int(h.last-number):])
	}
	return n
}

// number returns that of the frame sent last.
func (h *hub) number() uint64 {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.last
}

// oldest returns the oldest place from which frames are known.
func (h *hub) oldest() uint64 {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.last - uint64(len(h.frames))
}

// appendFrame appends a frame of the event stream (WHATWG HTML, section 9.2). The data must have no line end.
func appendFrame(b []byte, number uint64, event string, data []byte) []byte {
	b = append(b, "id: "...)
	b = strconv.AppendUint(b, number, 10)
	b = append(b, "\nevent: "...)
	b = append(b, event...)
	b = append(b, "\ndata: "...)
	b = append(b, data...)
	return append(b, "\n\n"...)
}

func resetFrame(number uint64) []byte { return appendFrame(nil, number, "reset", []byte("{}")) }
