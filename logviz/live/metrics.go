package live

import (
	"bytes"
	"fmt"
	"net/http"
	"strconv"
	"sync/atomic"
	"time"
)

// metrics are counted since the start, whatever the ring holds.
type metrics struct {
	events, unparsed, failed, accepted atomic.Int64
	lag                                atomic.Int64 // nanoseconds
	updates, resets, dropped, refused  atomic.Int64
}

func (m *metrics) event(n int, accepted bool) {
	m.events.Add(1)
	if accepted {
		m.accepted.Add(int64(n))
	} else {
		m.failed.Add(int64(n))
	}
}

// serveMetrics answers in the text format of Prometheus, version 0.0.4. It is written here and not by its library because
// it is a dozen numbers: the library brings eight modules and registers what it measures in package variables.
func (s *Server) serveMetrics(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
	_, _ = w.Write(s.exposition()) // who is gone needs no answer
}

func (s *Server) exposition() []byte {
	s.mu.Lock()
	totals, outside, weight := s.ring.totals, s.ring.outside, s.ring.weight
	s.mu.Unlock()
	var e exposition
	m := &s.metrics
	e.family("ops_build_info", "gauge", "The version, as a label.")
	e.sample("ops_build_info", 1, "version", s.options.Build)
	e.family("ops_live_start_time_seconds", "gauge", "When the server started, in Unix seconds.")
	e.sample("ops_live_start_time_seconds", float64(s.started.Unix()))
	e.family("ops_live_attempts_total", "counter", "Attempts to log in that were read.")
	e.sample("ops_live_attempts_total", float64(m.failed.Load()), "outcome", "failed")
	e.sample("ops_live_attempts_total", float64(m.accepted.Load()), "outcome", "accepted")
	e.family("ops_live_events_total", "counter", "Records that were understood.")
	e.sample("ops_live_events_total", float64(m.events.Load()))
	e.family("ops_live_unparsed_total", "counter", "Records that no definition understood.")
	e.sample("ops_live_unparsed_total", float64(m.unparsed.Load()))
	e.family("ops_live_attempts_outside_total", "counter", "Attempts that the page does not show, and why.")
	e.sample("ops_live_attempts_outside_total", float64(outside.past), "why", "older than the days that are kept")
	e.sample("ops_live_attempts_outside_total", float64(outside.future), "why", "ahead of the clock")
	e.sample("ops_live_attempts_outside_total", float64(outside.undated), "why", "logged without a time")
	e.sample("ops_live_attempts_outside_total", float64(outside.forgotten), "why", "forgotten to make room")
	e.family("ops_live_lag_seconds", "gauge", "How old the last event was when it was read.")
	e.sample("ops_live_lag_seconds", time.Duration(m.lag.Load()).Seconds())
	e.family("ops_live_ring_rows", "gauge", "Rows held: attempts by minute, address, account, method and outcome.")
	e.sample("ops_live_ring_rows", float64(totals.rows))
	e.family("ops_live_ring_fill_ratio", "gauge", "How full the ring is; at 1 the oldest minutes make room.")
	e.sample("ops_live_ring_fill_ratio", float64(weight)/maxWeight)
	e.family("ops_live_viewers", "gauge", "Open streams of updates.")
	e.sample("ops_live_viewers", float64(s.viewers.Load()))
	e.family("ops_live_viewers_refused_total", "counter", "Streams refused because there were too many.")
	e.sample("ops_live_viewers_refused_total", float64(m.refused.Load()))
	e.family("ops_live_viewers_behind_total", "counter", "How often a viewer was too far behind and was told to read all anew.")
	e.sample("ops_live_viewers_behind_total", float64(m.dropped.Load()))
	e.family("ops_live_updates_total", "counter", "Updates made for all viewers together.")
	e.sample("ops_live_updates_total", float64(m.updates.Load()))
	e.family("ops_live_resets_total", "counter", "How often all viewers were told to read all anew.")
	e.sample("ops_live_resets_total", float64(m.resets.Load()))
	return e.b.Bytes()
}

// exposition is text in the format of Prometheus.
type exposition struct{ b bytes.Buffer }

func (e *exposition) family(name, kind, help string) {
	fmt.Fprintf(&e.b, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, kind)
}

// sample writes one value with labels, given as names and values in turn. Quoting by Go is that of the format for the
// printable values that we have.
func (e *exposition) sample(name string, value float64, labels ...string) {
	e.b.WriteString(name)
	for i := 0; i+1 < len(labels); i += 2 {
		open := ","
		if i == 0 {
			open = "{"
		}
		fmt.Fprintf(&e.b, "%s%s=%s", open, labels[i], strconv.Quote(labels[i+1]))
	}
	if len(labels) > 0 {
		e.b.WriteByte('}')
	}
	e.b.WriteByte(' ')
	e.b.WriteString(strconv.FormatFloat(value, 'g', -1, 64))
	e.b.WriteByte('\n')
}
