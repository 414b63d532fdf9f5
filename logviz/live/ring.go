package live

import (
	"cmp"
	"slices"
	"time"

	"ops/logviz"
	"ops/logviz/geo"
)

// Bounds of what is held, whatever arrives.
const (
	stepSeconds = 60
	maxWeight   = 200_000   // of all steps together, see weight
	maxLogins   = 1000      // told one by one; as many as [logviz.Tally] does
	maxMethods  = 64        // sshd knows about ten; more are somebody's invention
	maxName     = 256       // bytes; longer ones are cut as logviz does
	ahead       = time.Hour // how far a clock may be ahead of ours
)

// cell is what the attempts of a step are told apart by, as places in the dictionaries.
type cell struct {
	source, account uint32
	method          uint32 // see methodOf
}

// methodOf puts a method's place and what else tells attempts apart into one number: whether they were accepted, and
// whether the system said that it does not know the account.
func methodOf(place uint32, accepted, unknown bool) uint32 {
	place *= 4
	if accepted {
		place += 2
	}
	if unknown {
		place++
	}
	return place
}

func (c cell) name() uint32   { return c.method >> 2 } // of the method
func (c cell) accepted() bool { return c.method&2 != 0 }
func (c cell) unknown() bool  { return c.method&1 != 0 }

// step is a minute of the log.
type step struct {
	at          int64 // Unix seconds
	attempts    map[cell]uint32
	lines       int
	events      int
	unparsed    map[uint32]uint32 // by program
	first, last time.Time         // event
	weight      int
}

// source is an address and how often it failed.
type source struct {
	place  uint32
	failed int
}

// Ring holds the attempts to log in of the last days by minute, address, account and method, in bounded memory: what is
// oldest goes first. It belongs to one goroutine at a time.
type ring struct {
	zone *time.Location
	keep time.Duration
	now  func() time.Time

	from, end int64 // the time that is held, Unix seconds
	offset    int   // of the zone at the end, seconds
	newest    time.Time
	steps     []*step // in order
	weight    int
	limit     int // of weight

	names    dictionaries
	sources  []source // of names.sources
	accounts []int    // failed attempts, of names.accounts
	logins   []login
	totals   totals
	outside  outside

	// Since the last update:
	fresh  map[row]uint32
	told   sizes // of the dictionaries
	logged int   // logins that are new, the last ones
	moved  bool  // what was told does not hold any more
	news   bool
}

// row is a cell of a step.
type row struct {
	at int64
	cell
}

// login is accepted attempts that are told one by one.
type login struct {
	logviz.Login
	cell
	n int
}

// totals are sums over the ring.
type totals struct {
	lines, events    int
	failed, accepted int
	sources          int // with a failed attempt
	located          [4]int
	rows             int
}

// outside counts since the start what found no place in the ring.
type outside struct {
	past, future, undated int // attempts
	forgotten             int // attempts that were held and made room for newer ones
}

func newRing(zone *time.Location, keep time.Duration, now func() time.Time) *ring {
	r := &ring{zone: zone, keep: keep, now: now, limit: maxWeight, fresh: make(map[row]uint32)}
	r.names.init()
	r.move()
	r.moved, r.news = false, false // nobody was told anything yet
	return r
}

// move lets the time that is held follow the clock: it ends with the minute that is now, and begins with a day. Of a log
// whose newest event is older than what is kept, it ends with that event. While it only grows, viewers are told; anything
// else, and a change of the clocks to or from summer time, is a new beginning.
func (r *ring) move() {
	now := r.now()
	if !r.newest.IsZero() && (r.newest.After(now) || r.newest.Before(now.Add(-r.keep))) {
		now = r.newest
	}
	now = now.In(r.zone)
	from := midnight(now.Add(-r.keep)).Unix()
	end := from + (now.Unix()-from)/stepSeconds*stepSeconds + stepSeconds
	_, offset := now.Zone()
	if from == r.from && end == r.end && offset == r.offset {
		return
	}
	r.news = true
	if from != r.from || end < r.end || offset != r.offset {
		r.moved = true
	}
	r.from, r.end, r.offset = from, end, offset
	n := 0
	for n < len(r.steps) && r.steps[n].at < from {
		n++
	}
	r.forget(n)
}

// midnight returns the start of t's day.
func midnight(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, t.Location())
}

// add takes in an event. It reports the attempts it stands for.
func (r *ring) add(e *logviz.Event, place geo.Place) (n int, accepted bool) {
	r.news = true
	at := e.Time()
	n, accepted = e.Attempts()
	if at.After(r.now().Add(ahead)) {
		r.outside.future += n
		at, n = time.Time{}, 0
	}
	if at.After(r.newest) {
		r.newest = at
		r.move()
	}
	if !at.IsZero() && at.Unix() < r.from {
		r.outside.past += n
		return n, accepted
	}
	s := r.at(at)
	s.lines++
	s.events++
	r.totals.lines++
	r.totals.events++
	if at.IsZero() {
		r.outside.undated += n
		return n, accepted
	}
	if s.first.IsZero() || at.Before(s.first) {
		s.first = at
	}
	if at.After(s.last) {
		s.last = at
	}
	if n > 0 {
		c := r.cell(e, place, accepted)
		if accepted {
			r.login(e, place, c, n)
		}
		r.count(s, c, n)
	}
	return n, accepted
}

// unparsed takes in a record that no definition understood.
func (r *ring) unparsed(program string) {
	r.news = true
	s := r.at(time.Time{})
	s.lines++
	r.totals.lines++
	id, _ := r.names.programs.place(cut(program))
	if s.unparsed == nil {
		s.unparsed = make(map[uint32]uint32)
	}
	if s.unparsed[id] == 0 {
		r.weigh(s, 1+len(program)/32)
	}
	s.unparsed[id]++
	r.bound()
}

// at returns the step of a time; that of the newest event for none.
func (r *ring) at(t time.Time) *step {
	if t.IsZero() {
		if t = r.newest; t.IsZero() {
			t = r.now()
		}
	}
	at := max(r.from, t.Unix())
	at -= (at - r.from) % stepSeconds
	if n := len(r.steps); n > 0 && r.steps[n-1].at == at {
		return r.steps[n-1]
	}
	i, found := slices.BinarySearchFunc(r.steps, at, func(s *step, at int64) int { return cmp.Compare(s.at, at) })
	if !found {
		r.steps = slices.Insert(r.steps, i, &step{at: at, attempts: make(map[cell]uint32)})
	}
	return r.steps[i]
}

// cell finds or makes the places of an attempt in the dictionaries.
func (r *ring) cell(e *logviz.Event, place geo.Place, accepted bool) cell {
	address := e.Source()
	where, _ := r.names.places.place(placeName(place))
	from, isNew := r.names.sources.place(address)
	if isNew {
		r.sources = append(r.sources, source{place: where})
	}
	account, isNew := r.names.accounts.place(cut(e.Text(logviz.FieldUser)))
	if isNew {
		r.accounts = append(r.accounts, 0)
	}
	name := cut(e.Text(logviz.FieldMethod))
	if len(r.names.methods.names) >= maxMethods && !r.names.methods.has(name) {
		name = logviz.OtherMethods
	}
	method, _ := r.names.methods.place(name)
	unknown := !accepted && e.Get(logviz.FieldUserUnknown).Int() != 0
	return cell{source: from, account: account, method: methodOf(method, accepted, unknown)}
}

// placeName is a country's code or, in the form of the page, why there is none.
func placeName(p geo.Place) string {
	if p.Kind == geo.Country {
		return p.Code
	}
	return "-" + p.Kind.String()
}

// kindOf is what placeName was given.
func kindOf(name string) geo.Kind {
	for _, kind := range []geo.Kind{geo.Unknown, geo.Private, geo.Reserved} {
		if name == "-"+kind.String() {
			return kind
		}
	}
	return geo.Country
}

// cut bounds a name: longer ones are hostile.
func cut(name string) string {
	if len(name) > maxName {
		return name[:maxName] + "…"
	}
	return name
}

// count adds attempts to a step.
func (r *ring) count(s *step, c cell, n int) {
	if s.attempts[c] == 0 {
		r.totals.rows++
		r.weigh(s, r.weightOf(c))
	}
	s.attempts[c] += uint32(n)
	r.fresh[row{s.at, c}] += uint32(n)
	r.sum(c, n)
	r.bound()
}

// sum adds attempts to the totals, or takes them away.
func (r *ring) sum(c cell, n int) {
	if c.accepted() {
		r.totals.accepted += n
		return
	}
	from := &r.sources[c.source]
	had := from.failed > 0
	from.failed += n
	r.accounts[c.account] += n
	r.totals.failed += n
	r.totals.located[kindOf(r.names.places.names[from.place])] += n
	if has := from.failed > 0; has != had && r.names.sources.names[c.source].IsValid() {
		if has {
			r.totals.sources++
		} else {
			r.totals.sources--
		}
	}
}

func (r *ring) login(e *logviz.Event, place geo.Place, c cell, n int) {
	if len(r.logins) == maxLogins {
		r.logins = slices.Delete(r.logins, 0, 1)
	}
	r.logins = append(r.logins, login{logviz.Login{
		Time: e.Time().In(r.zone), Account: r.names.accounts.names[c.account], Method: r.names.methods.names[c.name()],
		IP: e.Source(), Country: place.Code,
	}, c, n})
	r.logged = min(r.logged+1, maxLogins)
}

// span returns the times of the first and the last event.
func (r *ring) span() (first, last time.Time) {
	for _, s := range r.steps {
		if first.IsZero() {
			first = s.first
		}
		if s.last.After(last) {
			last = s.last
		}
	}
	return first, last
}
