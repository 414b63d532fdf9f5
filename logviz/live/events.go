package live

import (
	"net/http"
	"strconv"
	"time"
)

// serveEvents is the stream of updates (WHATWG HTML, section 9.2, "Server-sent events").
func (s *Server) serveEvents(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("X-Accel-Buffering", "no") // nginx passes it on at once
	if r.Method == http.MethodHead {
		return
	}
	if s.viewers.Add(1) > int64(s.options.MaxViewers) {
		s.viewers.Add(-1)
		s.metrics.refused.Add(1)
		w.Header().Set("Retry-After", "30")
		http.Error(w, "there are as many viewers as may be; try again later", http.StatusServiceUnavailable)
		return
	}
	defer s.viewers.Add(-1)
	v := &viewer{server: s, to: w, control: http.NewResponseController(w), at: s.position(r), done: r.Context().Done()}
	v.serve()
}

// position is where a stream goes on: behind what a broken connection gave last, behind the data that were fetched, or
// else at the oldest update that is known, of which a page leaves out what its data include.
func (s *Server) position(r *http.Request) uint64 {
	text := r.Header.Get("Last-Event-ID")
	if text == "" {
		text = r.URL.Query().Get("seq")
	}
	if text == "" {
		return s.hub.oldest()
	}
	n, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		return 0 // which is too old: a reset
	}
	return n
}

// viewer is one stream.
type viewer struct {
	server  *Server
	to      http.ResponseWriter
	control *http.ResponseController
	at      uint64 // number of the frame it has
	done    <-chan struct{}
}

func (v *viewer) serve() {
	if v.write([]byte("retry: 2000\n\n")) != nil {
		return
	}
	beat := time.NewTimer(beatEvery)
	defer beat.Stop()
	for {
		news := v.server.hub.after(v.at)
		if len(news.frames) > 0 {
			if v.at+uint64(len(news.frames)) != news.last {
				v.server.metrics.dropped.Add(1)
			}
			if v.write(news.frames...) != nil {
				return
			}
			v.at = news.last
			beat.Reset(beatEvery)
			continue // more may have come meanwhile
		}
		if news.closed {
			return
		}
		select {
		case <-news.changed:
		case <-beat.C:
			if v.write([]byte(":\n\n")) != nil {
				return
			}
			beat.Reset(beatEvery)
		case <-v.done:
			return
		}
	}
}

// write gives frames to the connection, which may take its time but not for ever.
func (v *viewer) write(frames ...[]byte) error {
	if err := v.control.SetWriteDeadline(time.Now().Add(v.server.options.patience)); err != nil {
		return err
	}
	for _, f := range frames {
		if _, err := v.to.Write(f); err != nil {
			return err
		}
	}
	return v.control.Flush()
}
