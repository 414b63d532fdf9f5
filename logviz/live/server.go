package live

import (
	"fmt"
	"net/http"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"ops/logviz"
	"ops/logviz/geo"
)

// Options say what a server shows and to whom. Zone, Page and Data are needed.
type Options struct {
	Zone *time.Location
	Keep time.Duration    // how far back the page goes, rounded up to whole days; default three days
	Now  func() time.Time // default time.Now
	Tick time.Duration    // how often viewers are told what changed, at most; default a second
	// Page makes the page without the data of its script, and Data these. CSP is its Content-Security-Policy.
	Page, Data func(*Snapshot) ([]byte, error)
	CSP        string
	// Address and Account return what addresses and accounts are called in updates, each differently; nil for what they
	// are. Data and Page have to do the same.
	Address func(netip.Addr) string
	Account func(string) string
	// Token is what everyone must know who asks for anything but /healthz; the zero Token lets all in who reach a loopback
	// address or a socket of the file system.
	Token Token
	// MaxViewers is how many look at once, at most; default 2000.
	MaxViewers int
	Geo        geo.Info
	Build      string // version, for /metrics
	Log        func(string)

	patience time.Duration // instead of writeDeadline, in tests
}

// Limits of one connection.
const (
	beatEvery     = 15 * time.Second // a comment is sent after so long a silence, so that nothing between takes it for dead
	writeDeadline = 20 * time.Second // for one write; who does not read for so long is disconnected
	readDeadline  = 10 * time.Second // for the head of a request
	idleDeadline  = time.Minute
	maxHeader     = 16 << 10
	graceful      = time.Second // for answers that are under way at the end
)

// Server shows the ring to viewers.
type Server struct {
	options Options
	hub     *hub
	started time.Time

	mu    sync.Mutex // over ring and reset; taken before that of the hub
	ring  *ring
	reset time.Time // the last one

	page, data made
	metrics    metrics
	viewers    atomic.Int64
}

// New returns a server with nothing to show yet.
func New(o Options) *Server {
	if o.Keep <= 0 {
		o.Keep = 3 * 24 * time.Hour
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Tick <= 0 {
		o.Tick = time.Second
	}
	if o.MaxViewers <= 0 {
		o.MaxViewers = 2000
	}
	if o.patience <= 0 {
		o.patience = writeDeadline
	}
	if o.Address == nil {
		o.Address = netip.Addr.String
	}
	if o.Account == nil {
		o.Account = func(name string) string { return name }
	}
	if o.Log == nil {
		o.Log = func(string) {}
	}
	now := o.Now()
	s := &Server{options: o, started: now, ring: newRing(o.Zone, o.Keep, o.Now)}
	s.hub = newHub(uint64(max(0, now.UnixMilli()))) // numbers of an earlier run are lower
	return s
}

// Add takes in an event and the place of its source.
func (s *Server) Add(e *logviz.Event, place geo.Place) {
	s.mu.Lock()
	before := s.ring.outside.future
	n, accepted := s.ring.add(e, place)
	first := before == 0 && s.ring.outside.future > 0
	s.mu.Unlock()
	if first {
		s.options.Log(fmt.Sprintf("the log tells of %s, which is more than an hour ahead of the clock: such attempts are not shown. "+
			"Is the zone of its stamps right?", e.Time().Format(time.RFC3339)))
	}
	s.metrics.event(n, accepted)
	if at := e.Time(); !at.IsZero() {
		s.metrics.lag.Store(int64(s.options.Now().Sub(at)))
	}
}

// AddUnparsed takes in a record that no definition understood, under the program that wrote it or "".
func (s *Server) AddUnparsed(program string) {
	s.mu.Lock()
	s.ring.unparsed(program)
	s.mu.Unlock()
	s.metrics.unparsed.Add(1)
}

// tick tells viewers what changed.
func (s *Server) tick() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ring.move()
	if s.ring.canTell() || s.options.Now().Sub(s.reset) >= resetEvery {
		s.tell()
	}
}

// resetEvery is how often viewers are told to begin anew at most, such as while a long log is read at the start.
const resetEvery = 10 * time.Second

// tell tells viewers what changed, with the lock held.
func (s *Server) tell() {
	s.ring.move()
	if !s.ring.news {
		return
	}
	u, ok := s.ring.take()
	if !ok {
		s.hub.reset()
		s.metrics.resets.Add(1)
		s.reset = s.options.Now()
		return
	}
	s.hub.send(func(number uint64) []byte {
		u.rename(s.options.Address, s.options.Account)
		frame, err := u.frame(number)
		if err != nil { // a bug: all of it can be marshalled
			s.options.Log(fmt.Sprintf("an update was lost: %v", err))
			return resetFrame(number)
		}
		return frame
	})
	s.metrics.updates.Add(1)
}

// Handler answers the requests.
func (s *Server) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/{$}", s.servePage)
	mux.HandleFunc("/data", s.serveData)
	mux.HandleFunc("/events", s.serveEvents)
	mux.HandleFunc("/metrics", s.serveMetrics)
	mux.HandleFunc("/healthz", serveHealth)
	return s.guard(mux)
}

func serveHealth(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = w.Write([]byte("ok\n"))
}
