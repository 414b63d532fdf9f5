package timelapse

import (
	"cmp"
	"image"
	"math"
	"slices"

	"ops/logviz"
	"ops/logviz/worldmap"
)

// An arc is the way from a country to the target. Each attempt, but not more often than one in launchGap frames, sends a comet
// along it, with a tail that fades; the way itself stays visible for a while, faintly.
const (
	mostArcs    = 64 // countries with most attempts; others have none
	mostFlights = 48 // comets at a time
	flightTime  = 24 // frames that a comet's head is on its way
	tailTime    = 9  // frames until its tail has faded
	launchGap   = 8  // frames at least between two comets of a country
	arcSteps    = 256
)

// arc is the pixels of a way, in order.
type arc struct {
	cells  []arcCell
	from   [arcSteps + 1]int32 // where in cells each step begins
	bright [arcSteps]uint8     // how bright each step is, of 255
}

// arcCell is a pixel of an arc: its index in chart.pixels, its tile, and its rows in that.
type arcCell struct {
	pixel, tile int32
	rows        uint8
}

// arcShare is how much of a pixel an arc covers, of 255, and which step of the arc that is.
type arcShare struct {
	arc         uint8
	step, cover uint8
}

// flight is a comet on its way.
type flight struct {
	arc      int
	born     int // the bucket of its attempt
	strength uint8
}

// flights are the comets of a moment and when the last one of each arc set out. They follow from the buckets alone.
type flights struct {
	arcs   map[string]int // by country's code
	last   []int          // by arc: the bucket of its last comet; far in the past before the first
	flying []flight
	order  []logviz.Count // scratch
}

// chooseArcs returns the countries that have arcs, those with most attempts, by the number of their arc.
func (f *Film) chooseArcs() []string {
	totals := f.whole.countries.totals
	codes := make([]string, 0, len(totals))
	for code := range totals {
		codes = append(codes, code)
	}
	slices.SortFunc(codes, func(a, b string) int { return cmp.Or(cmp.Compare(totals[b], totals[a]), cmp.Compare(a, b)) })
	return codes[:min(len(codes), mostArcs)]
}

func newFlights(codes []string) *flights {
	fs := &flights{arcs: make(map[string]int, len(codes))}
	for i, code := range codes {
		fs.arcs[code] = i
		fs.last = append(fs.last, math.MinInt/2)
	}
	return fs
}

// add takes the next bucket, whose number is given.
func (fs *flights) add(bucket int, b *logviz.Bucket) {
	fs.flying = slices.DeleteFunc(fs.flying, func(fl flight) bool { return bucket-fl.born >= flightTime+tailTime })
	fs.order = append(fs.order[:0], b.Countries...)
	slices.SortStableFunc(fs.order, func(a, b logviz.Count) int { return cmp.Compare(b.N, a.N) })
	for _, c := range fs.order {
		i, ok := fs.arcs[c.Name]
		if !ok || c.N == 0 || bucket-fs.last[i] < launchGap || len(fs.flying) == mostFlights {
			continue
		}
		fs.last[i] = bucket
		strength := 130 + 30*math.Log2(float64(c.N))
		fs.flying = append(fs.flying, flight{i, bucket, uint8(min(strength, 255))})
	}
}

// shine computes how bright each step of an arc is at a bucket.
func (fs *flights) shine(arc, bucket int, bright *[arcSteps]uint8) {
	var trail uint8
	switch age := bucket - fs.last[arc]; { // in few steps: each one paints the whole arc
	case age < flightTime:
		trail = 46
	case age < 2*flightTime:
		trail = 30
	case age < 3*flightTime:
		trail = 14
	}
	for i := range bright {
		bright[i] = trail
	}
	for _, fl := range fs.flying {
		if fl.arc != arc {
			continue
		}
		const tail = arcSteps * tailTime / flightTime
		head := arcSteps * (bucket - fl.born + 1) / flightTime
		for i := max(head-tail, 0); i < min(head, arcSteps); i++ {
			near := float64(tail-(head-1-i)) / tail
			bright[i] = max(bright[i], uint8(float64(fl.strength)*near*near))
		}
	}
}

// buildArcs lays the arcs over the pixels of a chart in the making.
func (b *chartBuilder) buildArcs(world *worldmap.World, codes []string, target worldmap.Point, unit float64) {
	width := max(1.7*unit, 1.2)
	for i, code := range codes {
		country, _ := world.Index(code)
		b.arcs = append(b.arcs, arc{})
		for off, c := range b.trace(b.scope.view.GreatCircle(world.Countries()[country].Label, target), width) {
			b.arched[off] = append(b.arched[off], arcShare{uint8(i), c.step, c.cover})
		}
	}
	for off := range b.arched { // in order of arcs: a map is walked in no order
		slices.SortFunc(b.arched[off], func(x, y arcShare) int { return int(x.arc) - int(y.arc) })
	}
}

// trace draws a line of a width and returns its pixels: how much is covered, and which step of the way that is.
func (b *chartBuilder) trace(lines [][]worldmap.Pixel, width float64) map[int32]arcShare {
	length := 0.0
	eachSegment(lines, func(p, q worldmap.Pixel) { length += math.Hypot(q.X-p.X, q.Y-p.Y) })
	cells := map[int32]arcShare{}
	if length < 3*width {
		return cells
	}
	reach, gone := width/2+0.5, 0.0
	eachSegment(lines, func(p, q worldmap.Pixel) {
		dx, dy := q.X-p.X, q.Y-p.Y
		norm := dx*dx + dy*dy
		box := image.Rect(
			int(math.Floor(min(p.X, q.X)-reach)), int(math.Floor(min(p.Y, q.Y)-reach)),
			int(math.Ceil(max(p.X, q.X)+reach)), int(math.Ceil(max(p.Y, q.Y)+reach)),
		).Intersect(b.scope.view.Frame())
		for y := box.Min.Y; y < box.Max.Y; y++ {
			for x := box.Min.X; x < box.Max.X; x++ {
				px, py := float64(x)+0.5-p.X, float64(y)+0.5-p.Y
				t := 0.0
				if norm > 0 {
					t = min(max((px*dx+py*dy)/norm, 0), 1)
				}
				cover := uint8(255*min(max(reach-math.Hypot(px-t*dx, py-t*dy), 0), 1) + 0.5)
				off := b.offset(int32(x), int32(y))
				if cover > cells[off].cover {
					step := uint8(min((gone+t*math.Sqrt(norm))/length*arcSteps, arcSteps-1))
					cells[off] = arcShare{step: step, cover: cover}
				}
			}
		}
		gone += math.Sqrt(norm)
	})
	return cells
}

func eachSegment(lines [][]worldmap.Pixel, do func(p, q worldmap.Pixel)) {
	for _, line := range lines {
		for i := 1; i < len(line); i++ {
			do(line[i-1], line[i])
		}
	}
}

// finishArcs gives the arcs their pixels, once all of these have their numbers.
func (b *chartBuilder) finishArcs() {
	byStep := make([][arcSteps][]arcCell, len(b.arcs))
	for i := range b.pixels {
		px := &b.pixels[i]
		if px.over < 0 {
			continue
		}
		for _, s := range b.shared(&b.overlays[px.over]) {
			byStep[s.arc][s.step] = append(byStep[s.arc][s.step], arcCell{int32(i), b.tile(px.off), b.rows(px.off)})
		}
	}
	for i := range b.arcs {
		a := &b.arcs[i]
		for step, cells := range byStep[i] {
			a.cells = append(a.cells, cells...)
			a.from[step+1] = int32(len(a.cells))
		}
	}
}

// shared returns the arcs of an overlay.
func (ch *chart) shared(o *overlay) []arcShare { return ch.arcShares[o.arc:][:o.arcs] }

// fly takes over how bright the arcs are at a bucket and notes the pixels that this changes.
func (ch *chart) fly(fs *flights, bucket int) {
	ch.cells = ch.cells[:0]
	for i := range ch.arcs {
		a := &ch.arcs[i]
		var bright [arcSteps]uint8
		fs.shine(i, bucket, &bright)
		if bright == a.bright {
			continue
		}
		for step := range bright {
			if bright[step] != a.bright[step] {
				ch.cells = append(ch.cells, a.cells[a.from[step]:a.from[step+1]]...)
			}
		}
		a.bright = bright
	}
}
