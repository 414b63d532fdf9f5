package live

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"time"

	"ops/logviz"
)

// made is an answer that is kept for the next one who asks: however many come at once, it is made once.
type made struct {
	mu     sync.Mutex
	data   []byte
	number uint64        // of the update that it includes
	at     time.Time     // when
	took   time.Duration // to make
}

// An answer is given out until it is that old, and for ten times as long as it took to make, so that making it takes a
// tenth of a core at most. What came since the viewer gets as updates; the page itself has numbers only for those whose
// browser runs no script.
const (
	dataAge = 2 * time.Second
	pageAge = time.Minute
)

// get returns the answer, made anew if it is too old or has no update after oldest.
func (m *made) get(s *Server, age time.Duration, oldest uint64, make func(*Snapshot) ([]byte, error)) ([]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	now := s.options.Now()
	if old := now.Sub(m.at); m.data != nil && old >= 0 && old < max(age, 10*m.took) && m.number >= oldest {
		return m.data, nil
	}
	snap := s.copy()
	data, err := make(snap)
	if err != nil {
		return nil, err
	}
	m.data, m.number, m.at = data, snap.Sequence, now
	m.took = s.options.Now().Sub(now)
	return data, nil
}

// copy returns what the ring holds.
func (s *Server) copy() *Snapshot {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tell() // so that no update tells again what is in the data
	snap := s.ring.copy()
	snap.Sequence = s.hub.number()
	return snap
}

func (s *Server) servePage(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Security-Policy", s.options.CSP)
	text, err := s.page.get(s, pageAge, 0, s.options.Page)
	s.serve(w, r, "text/html; charset=utf-8", text, err)
}

func (s *Server) serveData(w http.ResponseWriter, r *http.Request) {
	data, err := s.data.get(s, dataAge, s.hub.oldest(), s.options.Data)
	s.serve(w, r, "application/octet-stream", data, err)
}

func (s *Server) serve(w http.ResponseWriter, r *http.Request, kind string, answer []byte, err error) {
	if err != nil {
		s.options.Log(err.Error())
		http.Error(w, "the answer cannot be made; the server's log says why", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Content-Length", strconv.Itoa(len(answer)))
	if r.Method != http.MethodHead {
		_, _ = w.Write(answer) // who is gone needs no answer
	}
}

// copy returns what the ring holds, which does not change any more.
func (r *ring) copy() *Snapshot {
	c := &Snapshot{
		Now: r.now(), names: r.names.lists(), from: r.from, end: r.end, zone: r.zone, totals: r.totals,
		sources: slices.Clone(r.sources), logins: slices.Clone(r.logins),
		rows: make([]counted, 0, r.totals.rows), unparsed: make(map[string]int),
	}
	c.first, c.last = r.span()
	for _, s := range r.steps {
		from := len(c.rows)
		for k, n := range s.attempts {
			c.rows = append(c.rows, counted{row{s.at, k}, int(n)})
		}
		slices.SortFunc(c.rows[from:], func(a, b counted) int { return compareCells(a.cell, b.cell) })
		for id, n := range s.unparsed {
			c.unparsed[r.names.programs.names[id]] += int(n)
		}
	}
	return c
}

// Snapshot is what the ring held at one time.
type Snapshot struct {
	Sequence uint64 // number of the update that continues it, less one
	Now      time.Time

	names       lists
	sources     []source
	logins      []login
	rows        []counted // in order
	totals      totals
	unparsed    map[string]int
	from, end   int64
	zone        *time.Location
	first, last time.Time
	scratch     logviz.Event
}

// counted is a row and its attempts.
type counted struct {
	row
	n int
}

// unparsedBy is the list of programs, most lines first.
func (s *Snapshot) unparsedBy() []logviz.ProgramCount {
	list := make([]logviz.ProgramCount, 0, len(s.unparsed))
	for program, n := range s.unparsed {
		list = append(list, logviz.ProgramCount{Program: program, Lines: n})
	}
	slices.SortFunc(list, func(a, b logviz.ProgramCount) int {
		return cmp.Or(cmp.Compare(b.Lines, a.Lines), cmp.Compare(a.Program, b.Program))
	})
	return list
}
