package timelapse

import (
	"cmp"
	"context"
	"fmt"
	"image"
	"slices"
	"strings"
	"time"
	"unicode"

	"ops/logviz"
	"ops/logviz/worldmap"
)

// Side is one of the two recordings of a [Versus].
type Side struct {
	Name      string // of the log; shown above its map
	Recording Recording
}

// Versus is a film of two recordings side by side, such as of an attack and its replay: two maps with one scale, and the
// difference in numbers below them. It is not safe for concurrent use.
//
// Both recordings run at the same time, bucket by bucket. If both begin at the same time of day a clock shows it, and
// otherwise how long they have been running.
type Versus struct {
	sides   [2]*Film
	names   [2]string
	rows    [2][]string // the countries and accounts that are compared
	page    *versusPage
	elapsed bool
}

// NewVersus checks the options, fills in the defaults and counts both recordings once, which must have the same step; the
// shorter one is as if it had no attempts at its end. A picture of two maps has at least 1280×720 pixels.
func NewVersus(world *worldmap.World, sides [2]Side, o Options) (*Versus, error) {
	if err := cmp.Or(o.CheckVersus(), o.complete()); err != nil {
		return nil, fmt.Errorf("make film: %w", err)
	}
	if a, b := sides[0].Recording.Step, sides[1].Recording.Step; a != b {
		return nil, fmt.Errorf("make film: steps of %v and %v cannot be compared", a, b)
	}
	v := &Versus{}
	longest := max(len(sides[0].Recording.Buckets), len(sides[1].Recording.Buckets))
	for i, s := range sides {
		if n := longest - len(s.Recording.Buckets); n > 0 {
			s.Recording.Buckets = append(slices.Clip(s.Recording.Buckets), make([]logviz.Bucket, n)...)
		}
		f, err := New(world, s.Recording, o)
		if err != nil {
			return nil, err
		}
		v.sides[i], v.names[i] = f, s.Name
	}
	a, b := v.sides[0], v.sides[1]
	v.elapsed = a.rec.Start.Format(time.TimeOnly) != b.rec.Start.Format(time.TimeOnly)
	l := newVersusLayout(a.o.Size, len(o.Focus) > 0)
	for i, f := range v.sides {
		f.scope = f.newScope(l.sides[i].world, l.unit)
	}
	v.rows[0] = compared(a.whole.countries.totals, b.whole.countries.totals, l.rows-1)
	v.rows[1] = compared(a.whole.accounts.totals, b.whole.accounts.totals, l.rows-1)
	return v, nil
}

// CheckVersus says what is wrong with the options for a [Versus], before there are recordings.
func (o Options) CheckVersus() error {
	err := o.complete()
	if err == nil && (o.Size.X < 1280 || o.Size.Y < 720) {
		err = fmt.Errorf("size %d×%d: two maps side by side need 1280×720 or more", o.Size.X, o.Size.Y)
	}
	return err
}

// compared returns the names with the most attempts in both.
func compared(a, b map[string]int64, most int) []string {
	var list []string
	for name := range a {
		list = append(list, name)
	}
	for name := range b {
		if _, ok := a[name]; !ok {
			list = append(list, name)
		}
	}
	slices.SortFunc(list, func(x, y string) int { return cmp.Or(cmp.Compare(a[y]+b[y], a[x]+b[x]), strings.Compare(x, y)) })
	return list[:min(most, len(list))]
}

// Len returns the number of frames.
func (v *Versus) Len() int { return v.sides[0].Len() }

// Pictures returns how many pictures a file of the film has; see [Film.Pictures].
func (v *Versus) Pictures() int { return v.reel().pictures() }

// Draw draws frame i, from 0 to Len()-1, and returns it; see [Film.Draw].
func (v *Versus) Draw(i int) (image.Image, error) {
	if i < 0 || i >= v.Len() {
		return nil, fmt.Errorf("draw frame %d: the film has frames 0 to %d", i, v.Len()-1)
	}
	return v.picture(i)
}

// WriteFile writes the film to a file; see [Film.WriteFile].
func (v *Versus) WriteFile(ctx context.Context, path string, progress func(done, total int)) error {
	return writeReel(ctx, v.reel(), path, progress)
}

// WebVTT returns the captions of the film; see [Film.WebVTT].
func (v *Versus) WebVTT() string { return webVTT(v.reel().captions(), v.look().FPS) }

// reel returns the film with its cards, if it has any. The closing one is the picture that sums up.
func (v *Versus) reel() reel {
	a, b := v.sides[0], v.sides[1]
	if !a.o.Cards {
		return v
	}
	tell := a.o.Language.telling()
	shows := func(side int) string { return v.spoken(side) + ", " + v.sides[side].dates() }
	return &carded{
		reel: v, n: cardPictures(a.o.FPS), titles: [2]string{tell.opening, tell.closing},
		cards: [2]func() (*page, error){
			func() (*page, error) { return a.drawOpening([]string{shows(0), shows(1)}, a.pacing()) },
			func() (*page, error) {
				p, err := v.newPage(true)
				if err != nil {
					return nil, err
				}
				p.showSummary(v)
				return p.page, nil
			},
		},
		before: harmless(a.o.Title, mostText, unicode.IsPrint) + ". " + shows(0) + ". " + shows(1) + ". " + a.pacing(),
		after:  fmt.Sprintf(tell.inAll, v.tell(a.whole, b.whole)),
	}
}

// tell puts the tallies of both sides into sentences.
func (v *Versus) tell(a, b *tally) string {
	return v.spoken(0) + ": " + v.sides[0].tell(a) + ". " + v.spoken(1) + ": " + v.sides[1].tell(b)
}

// The reel of the film without its cards.
func (v *Versus) look() *Options   { return v.sides[0].look() }
func (v *Versus) pictures() int    { return v.Len() }
func (v *Versus) hold(int) int     { return 1 }
func (v *Versus) language() string { return v.sides[0].language() }

func (v *Versus) gifColours() *gifPalette {
	pal := v.look().Theme.palette()
	scale, _ := v.scale(false)
	return newGIFPalette(&pal, scale)
}

func (v *Versus) picture(i int) (*canvas, error) {
	if v.page == nil {
		var err error
		if v.page, err = v.newPage(false); err != nil {
			return nil, err
		}
	}
	v.page.show(v, [2]*tally{v.sides[0].upTo(i), v.sides[1].upTo(i)}, i)
	return v.page.canvas, nil
}

func (v *Versus) summary() (*canvas, error) {
	p, err := v.newPage(true)
	if err != nil {
		return nil, err
	}
	p.showSummary(v)
	return p.canvas, nil
}

// captions tell both sides, by the clock of the first or by how long both have been running.
func (v *Versus) captions() []caption {
	a, b := v.sides[0], v.sides[1]
	edges := a.stretches()
	var list []caption
	for i, from := range edges[:len(edges)-1] {
		to := edges[i+1]
		label := a.spanLabel(from, to)
		if v.elapsed {
			label = a.elapsed(from) + "–" + a.elapsed(to)
		}
		list = append(list, caption{from, to, label + ": " + v.tell(a.between(from, to), b.between(from, to))})
	}
	return list
}

func (v *Versus) spoken(side int) string {
	return harmless(v.names[side], mostCaptionName, unicode.IsPrint)
}

// chapters are those of both sides.
func (v *Versus) chapters() []chapter {
	gap := max(v.look().FPS, v.Len()/48)
	list := []chapter{{0, v.spoken(0) + " / " + v.spoken(1)}}
	for i, f := range v.sides {
		for _, c := range f.chapters()[1:] {
			if !slices.ContainsFunc(list, func(x chapter) bool { return max(x.from-c.from, c.from-x.from) < gap }) {
				list = append(list, chapter{c.from, v.spoken(i) + ": " + c.title})
			}
		}
	}
	slices.SortFunc(list, func(a, b chapter) int { return cmp.Compare(a.from, b.from) })
	return list
}

// elapsed writes how much of the recording has gone by when bucket i begins: "+3:07".
func (f *Film) elapsed(i int) string {
	d := time.Duration(i) * f.rec.Step
	s := fmt.Sprintf("+%d:%02d", int64(d/time.Hour), int64(d/time.Minute)%60)
	if f.rec.Step%time.Minute != 0 {
		s += fmt.Sprintf(":%02d", int64(d/time.Second)%60)
	}
	return s
}
