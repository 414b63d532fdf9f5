package timelapse

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// chapter is a place in a film that a viewer can go to.
type chapter struct {
	from  int // picture
	title string
}

// chapters are the beginning, the first login that was accepted, the days of a film of several, and the peaks.
func (f *Film) chapters() []chapter {
	// The first come first: a later one that begins less than a second, or a 48th of the film, from them is left out.
	gap, tell := max(f.o.FPS, f.Len()/48), f.o.Language.telling()
	list := []chapter{{0, f.moment(0)}}
	add := func(c chapter) {
		for _, x := range list {
			if max(x.from-c.from, c.from-x.from) < gap {
				return
			}
		}
		if c.from <= f.Len()-gap {
			list = append(list, c)
		}
	}
	for i := range f.rec.Buckets {
		if f.rec.Buckets[i].Accepted > 0 {
			add(chapter{i, fmt.Sprintf(tell.firstAccepted, f.moment(i))})
			break
		}
	}
	if days := f.days(); len(days) <= mostDayChapters {
		for i, d := range days[1:] {
			add(chapter{d.from, fmt.Sprintf(tell.day, f.say.figure(int64(i+2)), f.say.date(f.time(d.from), f.say.longDate))})
		}
	}
	for _, p := range f.peaks() {
		add(chapter{p.onset, f.peakTitle(p)})
	}
	slices.SortFunc(list, func(a, b chapter) int { return cmp.Compare(a.from, b.from) })
	return list
}

// mostDayChapters is the number of days up to which each has a chapter.
const mostDayChapters = 31

func (f *Film) peakTitle(p peak) string {
	most, top, tell := 0, p.summit, f.o.Language.telling()
	for i := max(p.summit-p.reach, 0); i <= min(p.summit+p.reach, f.Len()-1); i++ {
		if n := f.rec.Buckets[i].Failed; n > most {
			most, top = n, i
		}
	}
	s := fmt.Sprintf(tell.peak, f.moment(top), f.say.figure(int64(most)), f.say.per(f.rec.Step))
	t := f.between(max(p.summit-p.reach, 0), min(p.summit+p.reach+1, f.Len()))
	if len(t.countries.top) > 0 {
		s += fmt.Sprintf(tell.mostFrom, f.o.CountryName(t.countries.top[0].name))
	}
	return s
}

// between counts a stretch of buckets.
func (f *Film) between(from, to int) *tally {
	t := f.newTally()
	for i := from; i < to; i++ {
		t.add(&f.rec.Buckets[i])
	}
	return t
}

// peak is a time with many more attempts than most others.
type peak struct {
	onset  int // bucket in which the rise begins
	summit int
	reach  int // buckets around the summit that were counted together
}

// mostPeaks is how many peaks a film has at most, the highest ones.
const mostPeaks = 12

// peaks finds the peaks of the recording, in the order of time. Counts are added up over a 144th of the film (ten minutes
// of a day). A peak is the largest sum within a 24th of the film (an hour of a day), at least half as large again as the
// median and four times the median deviation above it, which a single burst cannot move; and on the way to a higher peak
// the sums fall to half of what it stands above the median.
func (f *Film) peaks() []peak {
	const least = 5 // attempts: less is no peak even where there is nothing else
	n := f.Len()
	reach, apart := n/144/2, max(n/24, 1)
	sums := f.sums(reach)
	middle := medianOf(sums)
	deviations := make([]int, n)
	for i, s := range sums {
		deviations[i] = max(s-middle, middle-s)
	}
	floor := max(middle*3/2, middle+4*medianOf(deviations), least-1)

	order := make([]int, n) // highest first
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(sums[b], sums[a]) })
	var found []peak
	for _, i := range order {
		if sums[i] <= floor || len(found) == mostPeaks {
			break
		}
		half := middle + (sums[i]-middle)/2
		apartFrom := func(p peak) bool {
			between := sums[min(i, p.summit) : max(i, p.summit)+1]
			return len(between) > apart && slices.Min(between) <= half
		}
		if slices.ContainsFunc(found, func(p peak) bool { return !apartFrom(p) }) {
			continue
		}
		onset := i
		for onset > 0 && sums[onset-1] > half {
			onset--
		}
		found = append(found, peak{onset: onset, summit: i, reach: reach})
	}
	slices.SortFunc(found, func(a, b peak) int { return cmp.Compare(a.onset, b.onset) })
	return found
}

// sums returns for each bucket the failed attempts in it and in as many buckets before and after it.
func (f *Film) sums(reach int) []int {
	n := f.Len()
	sums := make([]int, n)
	sum := 0
	for i := -reach; i < n; i++ {
		if in := i + reach; in < n {
			sum += f.rec.Buckets[in].Failed
		}
		if out := i - reach - 1; out >= 0 {
			sum -= f.rec.Buckets[out].Failed
		}
		if i >= 0 {
			sums[i] = sum
		}
	}
	return sums
}

func medianOf(list []int) int {
	list = slices.Sorted(slices.Values(list))
	return list[len(list)/2]
}

// ffmetadata writes chapters as ffmpeg reads them ("Metadata", section 23 of ffmpeg-formats(1)).
func ffmetadata(list []chapter, pictures, fps int) string {
	var b strings.Builder
	b.WriteString(";FFMETADATA1\n")
	escape := strings.NewReplacer("=", `\=`, ";", `\;`, "#", `\#`, `\`, `\\`, "\n", " ")
	for i, c := range list {
		end := pictures
		if i+1 < len(list) {
			end = list[i+1].from
		}
		fmt.Fprintf(&b, "[CHAPTER]\nTIMEBASE=1/%d\nSTART=%d\nEND=%d\ntitle=%s\n", fps, c.from, end, escape.Replace(c.title))
	}
	return b.String()
}
