package logviz

import (
	"cmp"
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"strings"
	"time"

	"ops/logviz/geo"
)

// maxEntries bounds a Timeline: above it entries are merged, then steps are widened. 16 bytes each, twice.
const maxEntries = 1 << 20

// maxTimelineAccounts is how many accounts a Timeline tells apart; the attempts of further ones count as [OtherAccounts].
const maxTimelineAccounts = 1 << 16

// OtherAccounts is the name under which a Timeline counts the accounts beyond its limit. It has blanks and an ellipsis,
// so no account of a system has it.
const OtherAccounts = "… other accounts"

// Timeline counts attempts by time, country and account, for films and charts. Its memory is bounded: of a log with
// more detail than it can hold, rare accounts are counted together, and then time in wider steps.
type Timeline struct {
	step      int64 // nanoseconds
	countries series
	accounts  series
	accepted  series
	names     names // of countries and accounts
	firstSeen map[netip.Addr]int64
	first     int64 // number of the first and last step with an attempt
	last      int64
	any       bool
}

// series is a number per step and name. The list grows at its end and is sorted and merged now and then.
type series struct{ entries []entry }

type entry struct {
	step int64
	name uint32
	n    uint32
}

// names gives texts small numbers.
type names struct {
	list  []string
	index map[string]uint32
}

func (n *names) id(s string) (id uint32, isNew bool) {
	id, ok := n.index[s]
	return id, !ok
}

func (n *names) add(s string) uint32 {
	s = strings.Clone(s)
	id := uint32(len(n.list))
	n.list = append(n.list, s)
	n.index[s] = id
	return id
}

// NewTimeline returns an empty timeline that tells apart times of the given step or more, at least a millisecond.
func NewTimeline(step time.Duration) *Timeline {
	return &Timeline{
		step:      int64(max(step, time.Millisecond)),
		names:     names{index: make(map[string]uint32)},
		firstSeen: make(map[netip.Addr]int64),
	}
}

// Add counts an event's attempts. Events without a time or attempts are passed over.
func (t *Timeline) Add(e *Event, place geo.Place) {
	n, accepted := e.Attempts()
	at := e.Time()
	if n == 0 || at.IsZero() {
		return
	}
	step := floorDiv(at.UnixNano(), t.step)
	if !t.any {
		t.first, t.last, t.any = step, step, true
	}
	t.first, t.last = min(t.first, step), max(t.last, step)
	if accepted {
		t.put(&t.accepted, entry{step, 0, clampCount(n)})
		return
	}
	t.put(&t.countries, entry{step, t.nameID("c" + place.Code), clampCount(n)})
	t.put(&t.accounts, entry{step, t.accountID(e.account()), clampCount(n)})
	if ip := e.Source(); ip.IsValid() {
		if seen, ok := t.firstSeen[ip]; ok && step < seen || !ok && len(t.firstSeen) < maxDistinct {
			t.firstSeen[ip] = step
		}
	}
}

// nameID numbers a name with its sort in front: "c" a country's code, "a" an account.
func (t *Timeline) nameID(name string) uint32 {
	id, isNew := t.names.id(name)
	if isNew {
		id = t.names.add(name)
	}
	return id
}

func (t *Timeline) accountID(name string) uint32 {
	id, isNew := t.names.id("a" + name)
	if !isNew {
		return id
	}
	if len(t.names.list) >= maxTimelineAccounts {
		return t.nameID("a" + OtherAccounts)
	}
	return t.names.add("a" + name)
}

func clampCount(n int) uint32 { return uint32(min(n, 1<<31)) }

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

// put appends an entry. A full series is merged; if it stays full, the rarest accounts are told apart no longer, and
// if that is not enough the steps become twice as wide.
func (t *Timeline) put(s *series, x entry) {
	if k := len(s.entries); k > 0 && s.entries[k-1].step == x.step && s.entries[k-1].name == x.name {
		s.entries[k-1].n = addCount(s.entries[k-1].n, x.n)
		return
	}
	s.entries = append(s.entries, x)
	if len(s.entries) < maxEntries {
		return
	}
	s.merge()
	for keep := 4096; s == &t.accounts && len(s.entries) > maxEntries/2 && keep >= 64; keep /= 4 {
		t.prune(keep)
	}
	for len(s.entries) > maxEntries/2 {
		t.widen()
	}
}

// prune keeps the accounts with the most attempts so far and counts the rest, from now on too, as OtherAccounts.
func (t *Timeline) prune(keep int) {
	total := make(map[uint32]int)
	for _, x := range t.accounts.entries {
		total[x.name] += int(x.n)
	}
	ids := slices.SortedFunc(maps.Keys(total), func(a, b uint32) int {
		return cmp.Or(cmp.Compare(total[b], total[a]), strings.Compare(t.names.list[a], t.names.list[b]))
	})
	other := t.nameID("a" + OtherAccounts)
	for _, id := range ids[min(keep, len(ids)):] {
		t.names.index[t.names.list[id]] = other
		total[id] = 0
	}
	for i := range t.accounts.entries {
		if x := &t.accounts.entries[i]; total[x.name] == 0 {
			x.name = other
		}
	}
	t.accounts.merge()
}

func addCount(a, b uint32) uint32 { return uint32(min(uint64(a)+uint64(b), 1<<32-1)) }

func (s *series) merge() {
	slices.SortFunc(s.entries, func(a, b entry) int {
		return cmp.Or(cmp.Compare(a.step, b.step), cmp.Compare(a.name, b.name))
	})
	kept := s.entries[:0]
	for _, x := range s.entries {
		if k := len(kept); k > 0 && kept[k-1].step == x.step && kept[k-1].name == x.name {
			kept[k-1].n = addCount(kept[k-1].n, x.n)
			continue
		}
		kept = append(kept, x)
	}
	s.entries = kept
}

func (t *Timeline) widen() {
	t.step *= 2
	for _, s := range []*series{&t.countries, &t.accounts, &t.accepted} {
		for i := range s.entries {
			s.entries[i].step = floorDiv(s.entries[i].step, 2)
		}
		s.merge()
	}
	for ip, step := range t.firstSeen {
		t.firstSeen[ip] = floorDiv(step, 2)
	}
	t.first, t.last = floorDiv(t.first, 2), floorDiv(t.last, 2)
}

// Step returns the width of the steps that the timeline tells apart: what it was made with, or more.
func (t *Timeline) Step() time.Duration { return time.Duration(t.step) }

// Span returns the time from the first attempt's step to the end of the last one's. ok is false without an attempt.
func (t *Timeline) Span() (from, to time.Time, ok bool) {
	return time.Unix(0, t.first*t.step), time.Unix(0, (t.last+1)*t.step), t.any
}

// Buckets returns n buckets of the given step, the first beginning at from; attempts outside are left out, but an
// address counts as a source in the bucket of its first attempt ever. It is an error to ask for finer steps than the
// timeline has.
func (t *Timeline) Buckets(from time.Time, step time.Duration, n int) ([]Bucket, error) {
	if int64(step) < t.step {
		return nil, fmt.Errorf("steps of %v are finer than the %v that this many attempts could be held in", step, t.Step())
	}
	buckets := make([]Bucket, n)
	at := func(s int64) (i int, ok bool) {
		i = int(floorDiv(s*t.step-from.UnixNano(), int64(step)))
		return i, i >= 0 && i < n
	}
	t.accepted.merge()
	for _, x := range t.accepted.entries {
		if i, ok := at(x.step); ok {
			buckets[i].Accepted += int(x.n)
		}
	}
	t.countries.merge()
	for _, x := range t.countries.entries {
		if i, ok := at(x.step); ok {
			buckets[i].Failed += int(x.n)
			buckets[i].Countries = append(buckets[i].Countries, Count{t.names.list[x.name][1:], int(x.n)})
		}
	}
	t.accounts.merge()
	for _, x := range t.accounts.entries {
		if i, ok := at(x.step); ok {
			buckets[i].Accounts = append(buckets[i].Accounts, Count{t.names.list[x.name][1:], int(x.n)})
		}
	}
	for _, s := range t.firstSeen {
		if i, ok := at(s); ok {
			buckets[i].Sources++
		}
	}
	for i := range buckets {
		buckets[i].Countries = mergeCounts(buckets[i].Countries)
		buckets[i].Accounts = mergeCounts(buckets[i].Accounts)
	}
	return buckets, nil
}

// mergeCounts sorts by name and adds up what has the same one.
func mergeCounts(counts []Count) []Count {
	slices.SortFunc(counts, func(a, b Count) int { return strings.Compare(a.Name, b.Name) })
	kept := counts[:0]
	for _, c := range counts {
		if k := len(kept); k > 0 && kept[k-1].Name == c.Name {
			kept[k-1].N += c.N
			continue
		}
		kept = append(kept, c)
	}
	return kept
}
