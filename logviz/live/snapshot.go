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

// snapshots keeps the data of the page for the next one who asks: however many come at once, they are made once.
type snapshots struct {
	mu     sync.Mutex
	data   []byte
	number uint64        // of the frame that the data include
	made   time.Time     // when
	took   time.Duration // to make
}

// A snapshot is given out until it is some seconds old, and for ten times as long as it took to make, so that making them
// takes a tenth of a core at most. What came since the viewer gets as updates.
const snapshotAge = 2 * time.Second

// snapshot returns the data of the page.
func (s *Server) snapshot() ([]byte, error) {
	s.snapshots.mu.Lock()
	defer s.snapshots.mu.Unlock()
	now := s.options.Now()
	c := &s.snapshots
	if age := now.Sub(c.made); c.data != nil && age >= 0 && age < max(snapshotAge, 10*c.took) && c.number >= s.hub.oldest() {
		return c.data, nil
	}
	s.mu.Lock()
	s.tell() // so that no update tells again what is in the data
	snap := s.ring.copy()
	snap.Sequence = s.hub.number()
	s.mu.Unlock()
	data, err := s.options.Snapshot(snap)
	if err != nil {
		return nil, err
	}
	c.data, c.number, c.made = data, snap.Sequence, now
	c.took = s.options.Now().Sub(now)
	return data, nil
}

func (s *Server) serveData(w http.ResponseWriter, r *http.Request) {
	data, err := s.snapshot()
	if err != nil {
		s.options.Log(err.Error())
		http.Error(w, "the data cannot be made; the server's log says why", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/octet-stream")
	w.Header().Set("Content-Length", strconv.Itoa(len(data)))
	if r.Method != http.MethodHead {
		_, _ = w.Write(data) // who is gone needs no answer
	}
}

// copy returns what the ring holds, which does not change any more.
func (r *ring) copy() *Snapshot {
	c := &Snapshot{
		Now: r.now(), names: r.names.lists(), from: r.from, until: r.until, zone: r.zone, totals: r.totals,
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
	from, until int64
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
