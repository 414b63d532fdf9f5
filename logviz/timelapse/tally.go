package timelapse

import (
	"math"

	"ops/logviz"
	"ops/logviz/worldmap"
)

// tally is what has happened up to some bucket. It only goes forward.
type tally struct {
	world  *worldmap.World
	places []int           // by country: see scope
	decay  float64         // what is left of an intensity after one step
	past   []logviz.Bucket // from the first one on, where what leaves the window is taken off again
	width  int             // of the window, in buckets; 0 where nothing leaves

	buckets                   int
	failed, accepted, sources int64
	lastAccepted              int // the last bucket with an accepted login

	unplaced  int64     // failed attempts without a country, or with one that the map does not know
	elsewhere int64     // failed attempts from countries out of sight
	glow      []float64 // intensity per place: what the map shows
	totals    []int64   // failed attempts per place
	flights   *flights  // comets on the map
	countries ranking   // by code
	accounts  ranking   // by name
}

// The longest lists that a page has room for.
const (
	mostCountries = 10
	mostAccounts  = 7
)

func (f *Film) newTally() *tally {
	n := len(f.scope.places) + len(f.scope.marks)
	t := &tally{
		world:     f.world,
		places:    f.scope.places,
		decay:     1,
		glow:      make([]float64, n),
		totals:    make([]int64, n),
		countries: newRanking(mostCountries),
		accounts:  newRanking(mostAccounts),
		flights:   newFlights(f.arcs),
	}
	switch f.o.Mode {
	case Pulse:
		t.decay = math.Exp(-f.rec.Step.Seconds() / f.o.Window.Seconds())
	case Window:
		t.past, t.width = f.rec.Buckets, f.windowSteps()
	case Cumulative:
	}
	return t
}

// add counts the next bucket.
func (t *tally) add(b *logviz.Bucket) {
	t.failed += int64(b.Failed)
	t.accepted += int64(b.Accepted)
	if b.Accepted > 0 {
		t.lastAccepted = t.buckets
	}
	if len(t.flights.arcs) > 0 {
		t.flights.add(t.buckets, b)
	}
	t.buckets++
	t.sources += int64(b.Sources)
	t.fade()
	for _, c := range b.Countries {
		i, ok := t.world.Index(c.Name)
		if !ok {
			t.unplaced += int64(c.N)
			continue
		}
		place := t.places[i]
		if place >= len(t.places) {
			t.elsewhere += int64(c.N)
		}
		t.glow[place] += float64(c.N)
		t.totals[place] += int64(c.N)
		t.countries.add(c.Name, int64(c.N))
	}
	for _, a := range b.Accounts {
		t.accounts.add(a.Name, int64(a.N))
	}
}

// fade takes off the intensities what is past.
func (t *tally) fade() {
	if t.decay != 1 {
		for i := range t.glow {
			t.glow[i] *= t.decay
		}
	}
	if leaves := t.buckets - 1 - t.width; t.width > 0 && leaves >= 0 {
		for _, c := range t.past[leaves].Countries {
			if i, ok := t.world.Index(c.Name); ok {
				t.glow[t.places[i]] -= float64(c.N)
			}
		}
	}
}

// brightest returns the largest intensity.
func (t *tally) brightest() float64 {
	var most float64
	for _, v := range t.glow {
		most = max(most, v)
	}
	return most
}
