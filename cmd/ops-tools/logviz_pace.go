package main

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"ops/logviz"
	"ops/logviz/timelapse"
)

// paceFlags say which time a film shows and how fast.
type paceFlags struct {
	step     time.Duration
	speed    string
	duration time.Duration
	span     string

	from, to time.Time // of --range, zero where the log decides
}

func (p *paceFlags) add(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.DurationVar(&p.step, "step", 0, "log `TIME` in one frame (default 1m)")
	flags.StringVar(&p.speed, "speed", "", "how many times faster than life: `1800` is one minute a frame at 30 frames a second")
	flags.DurationVar(&p.duration, "duration", 0, "`TIME` that the film lasts, without its cards")
	flags.StringVar(&p.span, "range", "days", "what is shown: days (whole days that have attempts), events (from the first attempt to the last), or `FROM/TO`")
}

const (
	defaultStep = time.Minute
	minStep     = time.Millisecond
	maxFrames   = 100_000
	// finest is what attempts are told apart by while the step is not known yet.
	finest = time.Second
)

// check reads the flags.
func (p *paceFlags) check(fps int, zone *time.Location) error {
	if p.step != 0 && p.speed != "" || p.step != 0 && p.duration != 0 || p.speed != "" && p.duration != 0 {
		return usageError("--step, --speed and --duration say the same in three ways; give one of them")
	}
	if p.speed != "" {
		factor, err := strconv.ParseFloat(strings.TrimSuffix(p.speed, "x"), 64)
		if err != nil || !(factor > 0) || factor > 1e9 {
			return usageError("--speed %s: must be a number above 0, such as 1800", p.speed)
		}
		p.step = time.Duration(factor * float64(time.Second) / float64(fps))
	}
	if p.step != 0 && p.step < minStep {
		return usageError("a frame would show %v of the log: must be %v or more", p.step, minStep)
	}
	if p.duration < 0 || p.duration > 0 && p.duration < time.Second {
		return usageError("--duration %v: must be 1s or more", p.duration)
	}
	switch p.span {
	case "days", "events":
		return nil
	}
	from, to, ok := strings.Cut(p.span, "/")
	var err1, err2 error
	p.from, err1 = parseMoment(from, zone)
	p.to, err2 = parseMoment(to, zone)
	if !ok || err1 != nil || err2 != nil || !p.from.Before(p.to) {
		return usageError("--range %s: must be days, events, or FROM/TO as in 2026-03-14T06:00/2026-03-14T18:00", p.span)
	}
	return nil
}

// parseMoment reads a time in RFC 3339 or, in the zone, without offset, seconds or time of day.
func parseMoment(text string, zone *time.Location) (time.Time, error) {
	t, err := time.Parse(time.RFC3339, text)
	for _, layout := range []string{"2006-01-02T15:04:05", "2006-01-02T15:04", "2006-01-02 15:04:05", "2006-01-02 15:04", time.DateOnly} {
		if err != nil {
			t, err = time.ParseInLocation(layout, text, zone)
		}
	}
	return t.In(zone), err
}

// resolution is how finely attempts must be counted for the film.
func (p *paceFlags) resolution() time.Duration {
	switch {
	case p.duration > 0:
		return finest
	case p.step > 0:
		return p.step
	}
	return defaultStep
}

// recording cuts the timeline into the film's frames.
func (p *paceFlags) recording(t *logviz.Timeline, zone *time.Location, fps int) (rec timelapse.Recording, err error) {
	first, last, ok := t.Span()
	if !ok {
		return rec, withCode(exitData, errors.New("the log has no attempt to log in: there is nothing to show"))
	}
	from, to := p.from, p.to
	switch p.span {
	case "days":
		from, to = midnight(first.In(zone)), midnight(last.Add(-1).In(zone)).AddDate(0, 0, 1)
	case "events":
		from, to = first.In(zone), last.In(zone)
	}
	step := p.resolution()
	if p.duration > 0 {
		frames := max(1, int64(p.duration)*int64(fps)/int64(time.Second))
		step = max(minStep, time.Duration((int64(to.Sub(from))+frames-1)/frames))
	}
	frames := int64((to.Sub(from) + step - 1) / step)
	if frames > maxFrames || to.Sub(from) == 1<<63-1 {
		return rec, withCode(exitUsage, fmt.Errorf(
			"the film would show %s to %s, more than %d frames of %v; choose --duration, a wider --step or a --range",
			from.Format(time.DateTime), to.Format(time.DateTime), maxFrames, step))
	}
	buckets, err := t.Buckets(from, step, int(frames))
	if err != nil {
		return rec, withCode(exitUsage, fmt.Errorf("%w; choose a wider --step", err))
	}
	if !slices.ContainsFunc(buckets, func(b logviz.Bucket) bool { return b.Failed+b.Accepted > 0 }) {
		return rec, withCode(exitData, fmt.Errorf("no attempt falls into --range %s; the log has them from %s to %s",
			p.span, first.In(zone).Format(time.DateTime), last.In(zone).Format(time.DateTime)))
	}
	return timelapse.Recording{Start: from, Step: step, Buckets: buckets}, nil
}

func midnight(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, t.Location())
}
