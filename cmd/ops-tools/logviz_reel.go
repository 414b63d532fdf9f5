package main

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"ops/internal/durable"
	"ops/internal/terminal"
	"ops/logviz"
	"ops/logviz/timelapse"
	"ops/logviz/worldmap"
)

// reelFlags say what a film has besides its frames.
type reelFlags struct {
	noCards  bool
	captions bool
	versus   string
	align    string
}

func (r *reelFlags) add(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.BoolVar(&r.noCards, "no-cards", false, "leave out the card before the film, which says what it shows, and the one after it, which sums up")
	flags.BoolVar(&r.captions, "captions", false, "write the captions beside FILM as well, as .vtt (.mp4 and .webm have them inside, off until asked for)")
	flags.StringVar(&r.versus, "versus", "", "second `LOG`, shown beside the others with the difference in numbers, such as of an attack's replay")
	flags.StringVar(&r.align, "align", "clock", "with --versus, what runs side by side: clock (the same time of day, from midnight) or start (from the first attempt of each)")
}

// check reads the flags.
func (r *reelFlags) check(args []string, o *timelapseOptions, look *timelapse.Options) error {
	if r.align != "clock" && r.align != "start" {
		return usageError("--align %s: must be clock or start", r.align)
	}
	if r.captions && strings.EqualFold(filepath.Ext(o.output), ".png") {
		return usageError("--captions: a picture has none; -o a film")
	}
	if r.versus == "" {
		return nil
	}
	if r.versus == "-" && slices.Contains(args, "-") {
		return usageError("--versus -: the standard input can be read once")
	}
	switch {
	case o.json:
		return usageError("--json tells of one log; use 'ops logviz stats --json' for each of the two")
	case o.pace.span != "days":
		return usageError("--range cannot be given with --versus; see --align")
	}
	if err := look.CheckVersus(); err != nil {
		return usageError("%w", err)
	}
	return nil
}

// captionsPath is where the captions of a film go.
func captionsPath(output string) string {
	return strings.TrimSuffix(output, filepath.Ext(output)) + ".vtt"
}

// motion is a film or two side by side.
type motion interface {
	Pictures() int
	WriteFile(ctx context.Context, path string, progress func(done, total int)) error
	WebVTT() string
}

// write writes the film, and its captions if they are asked for.
func (r *reelFlags) write(ctx context.Context, e *env, output string, film motion) error {
	progress := terminal.NewProgress(e.err, terminal.Job{
		Label: output, Unit: "frames", Total: int64(film.Pictures()), Now: e.now,
		Terminal: terminal.IsTerminal(e.err), Width: terminal.Width(e.err, e.getenv), Style: terminal.NewStyle(e.err, e.getenv),
	})
	defer progress.Finish()
	if err := film.WriteFile(ctx, output, func(done, _ int) { progress.Set(int64(done)) }); err != nil || !r.captions {
		return err
	}
	return durable.WriteFile(captionsPath(output), []byte(film.WebVTT()), 0o666)
}

// versusFilm reads the second log and lays both side by side.
func (r *reelFlags) versusFilm(
	ctx context.Context, e *env, o *timelapseOptions, logs *logSource, first *logviz.Timeline, paths []string, world *worldmap.World, look timelapse.Options,
) (motion, error) {
	second := &filming{tallying{tally: logviz.NewTally(logs.zone)}, logviz.NewTimeline(o.pace.resolution())}
	read, err := logs.read(ctx, []string{r.versus}, second)
	if err != nil {
		return nil, err
	}
	fmt.Fprintf(e.err, "%s: %s\n", terminal.Printable(r.versus), read.summary())
	sides := [2]timelapse.Side{{Name: strings.Join(logNames(paths), ", ")}, {Name: logNames([]string{r.versus})[0]}}
	both := [2]*logviz.Timeline{first, second.timeline}
	pace, length := o.pace, time.Duration(0)
	if pace.duration > 0 { // the same step for both, so that the longer one lasts so long
		for _, t := range both {
			if from, to, ok := r.span(t, logs.zone); ok {
				length = max(length, to.Sub(from))
			}
		}
		frames := max(1, int64(pace.duration)*int64(look.FPS)/int64(time.Second))
		pace.step, pace.duration = max(finest, time.Duration((int64(length)+frames-1)/frames)), 0
	}
	if r.align == "start" {
		pace.span = "events"
	}
	for i, t := range both {
		if sides[i].Recording, err = pace.recording(t, logs.zone, look.FPS); err != nil {
			return nil, fmt.Errorf("%s: %w", terminal.Printable(sides[i].Name), err)
		}
	}
	film, err := timelapse.NewVersus(world, sides, look)
	if err != nil {
		return nil, withCode(exitUsage, err)
	}
	return film, nil
}

// span is the time of a log that a film of two shows.
func (r *reelFlags) span(t *logviz.Timeline, zone *time.Location) (from, to time.Time, ok bool) {
	from, to, ok = t.Span()
	if r.align == "clock" {
		from, to = midnight(from.In(zone)), midnight(to.Add(-1).In(zone)).AddDate(0, 0, 1)
	}
	return from, to, ok
}

// logNames are the logs as a film names them.
func logNames(paths []string) []string {
	var names []string
	for _, path := range paths {
		if path == "-" {
			path = "standard input"
		}
		names = append(names, filepath.Base(path))
	}
	return names
}
