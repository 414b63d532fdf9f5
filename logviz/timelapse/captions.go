package timelapse

import (
	"fmt"
	"strings"
	"time"
	"unicode"
)

// caption is what is said about a stretch of pictures, for those who do not see them or have no time to read them.
type caption struct {
	from, to int // pictures
	text     string
}

// captions tell the film in stretches of a round time, each at least two seconds long if the film is.
func (f *Film) captions() []caption {
	var list []caption
	edges := f.stretches()
	for i, from := range edges[:len(edges)-1] {
		to := edges[i+1]
		list = append(list, caption{from, to, f.spanLabel(from, to) + ": " + f.tell(f.between(from, to))})
	}
	return list
}

// captionTime is how long a caption stands at least.
const captionTime = 2 * time.Second

// stretches returns the buckets at which a caption begins, and the end of the film.
func (f *Film) stretches() []int {
	shortest := f.rec.Step * time.Duration(f.o.FPS) * (captionTime / time.Second)
	length := 364 * 24 * time.Hour
	for _, s := range []time.Duration{
		time.Second, 5 * time.Second, 15 * time.Second, time.Minute, 5 * time.Minute, 15 * time.Minute, time.Hour,
		3 * time.Hour, 6 * time.Hour, 24 * time.Hour, 7 * 24 * time.Hour, 28 * 24 * time.Hour, 91 * 24 * time.Hour,
	} {
		if s >= shortest {
			length = s
			break
		}
	}
	edges := []int{0}
	y, m, d := f.rec.Start.Date()
	skipped := int(f.rec.Start.Sub(time.Date(y, m, d, 0, 0, 0, 0, f.rec.Start.Location()))/length) - 1
	for k := max(skipped, 0); ; k++ {
		// By the clock on the wall, as the axis has it.
		t := time.Date(y, m, d, 0, 0, int(time.Duration(k)*length/time.Second), 0, f.rec.Start.Location())
		if !t.Before(f.end()) {
			return append(edges, f.Len())
		}
		i := int((t.Sub(f.rec.Start) + f.rec.Step - 1) / f.rec.Step)
		if i > edges[len(edges)-1] && i < f.Len() {
			edges = append(edges, i)
		}
	}
}

// spanLabel says from when to when buckets are: "08:00–09:00".
func (f *Film) spanLabel(from, to int) string {
	a, b := f.time(from), f.time(to)
	format := "15:04"
	if f.rec.Step%time.Minute != 0 {
		format = "15:04:05"
	}
	end, last := b.Format(format), b.Add(-1)
	if b.Hour() == 0 && b.Minute() == 0 && b.Second() == 0 { // midnight ends the day before
		end = "24" + end[2:]
	}
	begin := a.Format(format)
	if f.end().Sub(f.rec.Start) > 24*time.Hour {
		begin = f.say.date(a, f.say.shortDate) + " " + begin
		if last.YearDay() != a.YearDay() {
			end = f.say.date(last, f.say.shortDate) + " " + end
		}
	}
	return begin + "–" + end
}

// tell puts a tally into a sentence.
func (f *Film) tell(t *tally) string {
	var b strings.Builder
	say, tell := f.say, f.o.Language.telling()
	if t.accepted > 0 {
		fmt.Fprintf(&b, say.plural(t.accepted, say.accepted)+". ", say.figure(t.accepted))
	}
	if t.failed == 0 {
		b.WriteString(tell.nothing)
		return b.String()
	}
	b.WriteString(say.figure(t.failed) + " " + say.plural(t.failed, say.failed))
	if len(t.countries.top) > 0 {
		most := t.countries.top[0]
		fmt.Fprintf(&b, tell.mostFromN, f.o.CountryName(most.name), say.figure(most.n))
	}
	if len(t.accounts.top) > 0 {
		most := t.accounts.top[0]
		b.WriteString("; " + harmless(f.accountName(most.name), mostCaptionName, unicode.IsPrint) + " " + percent(most.n, t.failed))
	}
	return b.String()
}

// mostCaptionName is how many characters of an account's name a caption has room for.
const mostCaptionName = 24

// percent writes a share: "38 %", "<1 %".
func percent(n, all int64) string {
	if n > 0 && n*200 < all {
		return "<1 %"
	}
	return fmt.Sprintf("%d %%", (n*200+all)/(2*all))
}

// webVTT writes captions in the format of W3C, "WebVTT: The Web Video Text Tracks Format".
func webVTT(list []caption, fps int) string {
	var b strings.Builder
	b.WriteString("WEBVTT\n")
	at := func(picture int) string {
		ms := (int64(picture)*1000 + int64(fps)/2) / int64(fps)
		return fmt.Sprintf("%02d:%02d:%02d.%03d", ms/3600_000, ms/60_000%60, ms/1000%60, ms%1000)
	}
	escape := strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", "\n", " ", "\r", " ")
	for _, c := range list {
		fmt.Fprintf(&b, "\n%s --> %s\n%s\n", at(c.from), at(c.to), escape.Replace(c.text))
	}
	return b.String()
}

// WebVTT returns the captions of the film as a file of their own, for players that want them beside it.
func (f *Film) WebVTT() string {
	return webVTT(f.reel().captions(), f.o.FPS)
}
