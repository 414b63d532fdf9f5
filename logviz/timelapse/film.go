package timelapse

import (
	"errors"
	"fmt"
	"image"
	"math"
	"time"

	"ops/logviz"
	"ops/logviz/typeface"
	"ops/logviz/worldmap"
)

// Recording is what happened, in steps of equal length: one bucket is one frame.
type Recording struct {
	Start   time.Time     // of the first bucket, in the zone that the clock shows
	Step    time.Duration // length of a bucket
	Buckets []logviz.Bucket
}

// Options says what the film looks like. The zero Options is a dark film of 1280×720 at 30 frames a second.
type Options struct {
	Size   image.Point   // even, from 640×360 to 3840×2160, between 4:3 and 21:9; default 1280×720
	FPS    int           // frames a second, 1…60; default 30
	Mode   Mode          // what the map shows of a moment; default Pulse
	Window time.Duration // in which an attempt fades by e, or is shown at all (Mode Window); default 15 steps
	Theme  Theme         // default Dark

	Language Language // of the film's own words, numbers and dates; default English

	// Focus is what the map must show, as [worldmap.World.Region] returns it; default all the world.
	Focus []worldmap.Point
	// Target is marked on the map; with Arcs, comets fly there from the countries that attempts come from.
	Target *worldmap.Landmark
	Arcs   bool

	Title string   // default "Failed ssh logins around the world", or less of it with Focus
	Logs  []string // names of the logs that the recording was read from, for the card; optional
	Cards bool     // a card before the film that says what is shown, and one after it that sums up
	Note  string   // where the data come from, at the foot of the page; optional

	CountryName func(code string) string // the name of an ISO 3166-1 alpha-2 code; default the code itself
}

// Film is a recording laid out for drawing. It is not safe for concurrent use.
type Film struct {
	world *worldmap.World
	rec   Recording
	o     Options
	say   *phrases
	fonts typeface.Family
	scope *scope
	arcs  []string // codes of the countries that have arcs
	whole *tally   // all buckets, and the maxima that scales and bars reach to
	pace  pace

	page *page  // made by the first frame
	now  *tally // what page shows, or is about to
}

// pace is what must be known of the whole film before its first frame.
type pace struct {
	glow    float64 // largest intensity of a country
	bucket  int     // largest number of failed attempts in a bucket
	peak    int     // the bucket that has it
	place   int64   // most attempts in all from one place on the map
	country int64   // and from one country
	account int64   // and on one account
}

// New checks the options, fills in the defaults and counts the recording once. It keeps rec.Buckets, which must not
// change while the film is in use.
func New(world *worldmap.World, rec Recording, o Options) (*Film, error) {
	if err := errors.Join(o.complete(), rec.check()); err != nil {
		return nil, fmt.Errorf("make film: %w", err)
	}
	if o.Title == "" {
		o.Title = o.Language.phrases().title
		if len(o.Focus) > 0 {
			o.Title = o.Language.phrases().titleOfRegion
		}
	}
	if o.Window == 0 {
		o.Window = 15 * rec.Step
	}
	fonts, err := typeface.Load()
	if err != nil {
		return nil, fmt.Errorf("make film: %w", err)
	}
	f := &Film{world: world, rec: rec, o: o, say: o.Language.phrases(), fonts: fonts}
	l := newLayout(f.o.Size, len(f.o.Focus) > 0)
	f.scope = f.newScope(l.world, l.unit)
	f.whole = f.newTally()
	for i := range rec.Buckets {
		b := &rec.Buckets[i]
		f.whole.add(b)
		f.pace.glow = max(f.pace.glow, f.whole.brightest())
		if b.Failed > f.pace.bucket {
			f.pace.bucket, f.pace.peak = b.Failed, i
		}
	}
	for _, n := range f.whole.totals {
		f.pace.place = max(f.pace.place, n)
	}
	f.pace.country, f.pace.account = f.whole.countries.largest(), f.whole.accounts.largest()
	if o.Arcs {
		f.arcs = f.chooseArcs()
	}
	return f, nil
}

// Check says what is wrong with the options, before there is a recording.
func (o Options) Check() error { return o.complete() }

// complete refuses what cannot be drawn and fills in the defaults, except that of Window.
func (o *Options) complete() error {
	if o.Size == (image.Point{}) {
		o.Size = image.Pt(1280, 720)
	}
	if o.FPS == 0 {
		o.FPS = 30
	}
	if o.CountryName == nil {
		o.CountryName = func(code string) string { return code }
	}
	w, h := o.Size.X, o.Size.Y
	switch {
	case o.Window < 0:
		return fmt.Errorf("window %v: must not be negative", o.Window)
	case w%2 != 0 || h%2 != 0 || w < 640 || h < 360 || w > 3840 || h > 2160:
		return fmt.Errorf("size %d×%d: must be even and from 640×360 to 3840×2160", w, h)
	case w*3 < h*4 || w*9 > h*21:
		return fmt.Errorf("size %d×%d: must be between 4:3 and 21:9", w, h)
	case o.FPS < 1 || o.FPS > 60:
		return fmt.Errorf("%d frames a second: must be 1 to 60", o.FPS)
	case o.Theme != Dark && o.Theme != Light:
		return fmt.Errorf("%v: not known", o.Theme)
	case o.Language < English || o.Language > French:
		return fmt.Errorf("%v: not known", o.Language)
	case o.Arcs && o.Target == nil:
		return errors.New("arcs need a target")
	case o.Target != nil && !(math.Abs(o.Target.Place.Lon) <= 180 && math.Abs(o.Target.Place.Lat) <= 90):
		return fmt.Errorf("target at longitude %v, latitude %v: not on the earth", o.Target.Place.Lon, o.Target.Place.Lat)
	case o.Mode < Pulse || o.Mode > Cumulative:
		return fmt.Errorf("%v: not known", o.Mode)
	}
	return nil
}

func (r Recording) check() error {
	if len(r.Buckets) == 0 {
		return errors.New("the recording has no buckets")
	}
	if r.Step <= 0 {
		return fmt.Errorf("step %v: must be positive", r.Step)
	}
	return nil
}

// Len returns the number of frames, which are those of the recording; see [Film.Pictures].
func (f *Film) Len() int { return len(f.rec.Buckets) }

// Draw draws frame i, from 0 to Len()-1, and returns it. The picture is valid until the next call; drawing frames in
// order is cheapest, because only what changed is drawn.
func (f *Film) Draw(i int) (image.Image, error) {
	if i < 0 || i >= f.Len() {
		return nil, fmt.Errorf("draw frame %d: the film has frames 0 to %d", i, f.Len()-1)
	}
	if err := f.draw(i); err != nil {
		return nil, fmt.Errorf("draw frame %d: %w", i, err)
	}
	return f.page.canvas, nil
}

func (f *Film) draw(i int) error {
	if f.page == nil {
		var err error
		if f.page, err = f.newPage(false); err != nil {
			return err
		}
	}
	f.page.showFrame(f.upTo(i), i)
	return nil
}

// upTo returns what has happened at the end of bucket i. It is valid until the next call.
func (f *Film) upTo(i int) *tally {
	if f.now == nil || f.now.buckets > i+1 {
		f.now = f.newTally()
	}
	for f.now.buckets <= i {
		f.now.add(&f.rec.Buckets[f.now.buckets])
	}
	return f.now
}

// end is when the last bucket ends.
func (f *Film) end() time.Time { return f.time(f.Len()) }

// time is when bucket i begins.
func (f *Film) time(i int) time.Time { return f.rec.Start.Add(time.Duration(i) * f.rec.Step) }
