package live

import (
	"bytes"
	"cmp"
	"encoding/json"
	"maps"
	"net/netip"
	"slices"
	"time"

	"ops/logviz"
	"ops/logviz/geo"
)

// maxUpdateRows is how many rows an update has at most: if more changed, reading all anew costs less.
const maxUpdateRows = 20_000

// update is what viewers that know what was before are told, in the form that the page reads. Places in the dictionaries
// go on from the data that the viewer fetched.
type update struct {
	Sequence   uint64     `json:"seq"`
	Now        int64      `json:"now"`
	Places     []string   `json:"places"`
	Sources    []newcomer `json:"sources"`
	Accounts   []string   `json:"accounts"`
	Methods    []string   `json:"methods"`
	Rows       [][5]int64 `json:"rows"` // step, source, account, method*2+accepted, attempts that were added
	Statistics summary    `json:"statistics"`
	From       int64      `json:"from"`
	Steps      int64      `json:"steps"`
}

// newcomer is an address that has not been told yet, in JSON [name, place].
type newcomer struct {
	address netip.Addr
	name    string
	place   uint32
}

func (n newcomer) MarshalJSON() ([]byte, error) { return json.Marshal([2]any{n.name, n.place}) }

// summary is the part of [logviz.Statistics] that changes all the time and is short.
type summary struct {
	Lines    int `json:"lines"`
	Events   int `json:"events"`
	Unparsed int `json:"unparsed"`
	Attempts struct {
		Failed   int `json:"failed"`
		Accepted int `json:"accepted"`
	} `json:"attempts"`
	Sources int            `json:"sources"`
	Located logviz.Located `json:"located"`
	First   *time.Time     `json:"first"`
	Last    *time.Time     `json:"last"`
	Logins  []toldLogin    `json:"logins_new"`
}

// toldLogin is a login whose address has the name that is told.
type toldLogin struct {
	logviz.Login
	Name string `json:"ip"`
}

// canTell reports whether what changed since the last call of take can be told as an update.
func (r *ring) canTell() bool { return !r.moved && len(r.fresh) <= maxUpdateRows }

// take returns what changed since the last call, and whether that can be told as an update at all.
func (r *ring) take() (u *update, ok bool) {
	defer func() {
		r.fresh = make(map[row]uint32) // a map does not give back what a flood took
		r.told, r.logged, r.moved, r.news = r.names.sizes(), 0, false, false
	}()
	if !r.canTell() {
		return nil, false
	}
	u = &update{
		Now: r.now().Unix(), From: r.from, Steps: (r.end - r.from) / stepSeconds, Statistics: r.summary(),
		Places: filled(r.names.places.names[r.told.places:]), Accounts: append([]string{}, r.names.accounts.names[r.told.accounts:]...),
		Methods: filled(r.names.methods.names[r.told.methods:]), Rows: make([][5]int64, 0, len(r.fresh)),
		Sources: []newcomer{},
	}
	for i, address := range r.names.sources.names[r.told.sources:] {
		u.Sources = append(u.Sources, newcomer{address: address, place: r.sources[r.told.sources+i].place})
	}
	for _, k := range slices.SortedFunc(maps.Keys(r.fresh), compareRows) {
		next := [5]int64{(k.at - r.from) / stepSeconds, int64(k.source), int64(k.account), int64(k.method >> 1), int64(r.fresh[k])}
		if n := len(u.Rows); n > 0 && [4]int64(u.Rows[n-1][:4]) == [4]int64(next[:4]) { // of accounts known and unknown
			u.Rows[n-1][4] += next[4]
			continue
		}
		u.Rows = append(u.Rows, next)
	}
	r.tellFailures(u.Statistics.Logins)
	return u, true
}

// tellFailures counts what failed before some logins, to the minute.
func (r *ring) tellFailures(logins []toldLogin) {
	bySource := make(map[uint32][]*toldLogin)
	for i := range logins {
		if id, ok := r.names.sources.numbers[logins[i].IP]; ok && logins[i].IP.IsValid() && r.sources[id].failed > 0 {
			bySource[id] = append(bySource[id], &logins[i])
		}
	}
	if len(bySource) == 0 {
		return
	}
	for _, s := range r.steps {
		for c, n := range s.attempts {
			if c.accepted() {
				continue
			}
			for _, l := range bySource[c.source] {
				if l.Time.Unix() < s.at {
					continue
				}
				l.FailuresBefore += int(n)
				if r.names.accounts.names[c.account] == l.Account {
					l.SameAccountBefore += int(n)
				}
			}
		}
	}
}

func compareRows(a, b row) int { return cmp.Or(cmp.Compare(a.at, b.at), compareCells(a.cell, b.cell)) }

func (r *ring) summary() (s summary) {
	s.Lines, s.Events, s.Unparsed = r.totals.lines, r.totals.events, r.totals.lines-r.totals.events
	s.Attempts.Failed, s.Attempts.Accepted = r.totals.failed, r.totals.accepted
	s.Sources = r.totals.sources
	s.Located = logviz.Located{
		Country: r.totals.located[geo.Country], Private: r.totals.located[geo.Private],
		Reserved: r.totals.located[geo.Reserved], Unknown: r.totals.located[geo.Unknown],
	}
	if first, last := r.span(); !first.IsZero() {
		s.First, s.Last = new(first.In(r.zone)), new(last.In(r.zone))
	}
	s.Logins = []toldLogin{}
	for _, l := range r.logins[len(r.logins)-min(r.logged, len(r.logins)):] {
		s.Logins = append(s.Logins, toldLogin{Login: l.Login})
	}
	return s
}

// filled makes no list an empty one, which is [] in JSON.
func filled[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

// rename gives addresses and accounts the names that are told.
func (u *update) rename(address func(netip.Addr) string, account func(string) string) {
	name := func(a netip.Addr) string {
		if !a.IsValid() {
			return ""
		}
		return address(a)
	}
	for i := range u.Sources {
		u.Sources[i].name = name(u.Sources[i].address)
	}
	for i := range u.Accounts {
		u.Accounts[i] = account(u.Accounts[i])
	}
	for i := range u.Statistics.Logins {
		l := &u.Statistics.Logins[i]
		l.Name, l.Account = name(l.IP), account(l.Account)
	}
}

// frame is the update as it is sent.
func (u *update) frame(number uint64) ([]byte, error) {
	u.Sequence = number
	data, err := marshal(u)
	if err != nil {
		return nil, err
	}
	return appendFrame(make([]byte, 0, len(data)+64), number, "rows", data), nil
}

// marshal is JSON in one line in which no character of markup stands, whatever the log's names are: <, >, &, U+2028 and
// U+2029 are escaped.
func marshal(v any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(true)
	if err := enc.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimRight(b.Bytes(), "\n"), nil
}
