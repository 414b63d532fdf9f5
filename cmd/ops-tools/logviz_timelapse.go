package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"ops/internal/durable"
	"ops/internal/terminal"
	"ops/logviz"
	"ops/logviz/geo"
	"ops/logviz/geo/cldr"
	"ops/logviz/normalize"
	"ops/logviz/timelapse"
	"ops/logviz/worldmap"
)

type timelapseOptions struct {
	logs   logFlags
	output string
	pace   paceFlags
	mode   string
	focus  string
	target string
	arcs   bool
	lang   string
	window time.Duration
	size   string
	fps    int
	theme  string
	title  string
	reel   reelFlags
	json   bool
}

func newTimelapse(e *env) *cobra.Command {
	o := &timelapseOptions{}
	cmd := &cobra.Command{
		Use:   "timelapse FILE… -o FILM",
		Short: "Make a film of a day of attacks on a map of the world",
		Long: "Make a film of a day of attacks: countries light up on a map of the world with the failed attempts to log in that\n" +
			"come from them, and fade again.\n\n" + logInput + "\n\n" +
			"The ending of FILM says what it becomes: .mp4 (H.264) and .webm (VP9), for which ffmpeg must be installed, with\n" +
			"chapters and captions; .gif; .apng, with exact colours; or .png, one picture of the whole day. By default one frame\n" +
			"shows one minute, and the film shows the whole days that have attempts: a day lasts 48 seconds, and each of the cards\n" +
			"before and after it 2. FILM appears when it is whole; an interrupted film leaves nothing.\n\n" +
			"Films of several days have a calendar. With --versus two logs run side by side, from 1280x720 on.",
		Example: "  ops logviz timelapse /var/log/auth.log -o day.mp4\n" +
			"  ops logviz timelapse --tz UTC --range events --duration 30s auth.log.1.gz -o attack.webm\n" +
			"  ops logviz timelapse attack.log --versus replay.log --align start -o both.mp4\n" +
			"  ops logviz timelapse --focus europe --target nas@48.85,2.35 --arcs --lang fr auth.log -o jour.mp4\n" +
			"  journalctl -u ssh -S yesterday -o json | ops logviz timelapse - -o yesterday.png",
		Args: someArgs("a FILE, or - for the standard input"),
		RunE: func(cmd *cobra.Command, args []string) error { return runTimelapse(cmd.Context(), e, o, args) },
	}
	o.logs.add(cmd)
	o.pace.add(cmd)
	flags := cmd.Flags()
	flags.StringVarP(&o.output, "output", "o", "", "`FILM` to write: .mp4, .webm, .gif, .apng or .png")
	flags.StringVar(&o.mode, "mode", "pulse", "what the map shows: pulse (attempts light up and fade), window (the attempts of the last --window), cumulative (all since the start)")
	flags.DurationVar(&o.window, "window", 0, "log `TIME` in which an attempt fades, or is shown at all: a steady source shows its attempts in one window (default: 15 frames)")
	flags.StringVar(&o.focus, "focus", "world", "`REGION` that the map shows: world, europe, asia, africa, north-america, south-america, oceania, a country's code such as FR, or WEST,SOUTH,EAST,NORTH in degrees")
	flags.StringVar(&o.size, "size", "1280x720", "`WIDTHxHEIGHT` in pixels, from 640x360 to 3840x2160")
	flags.IntVar(&o.fps, "fps", 30, "frames a second")
	flags.StringVar(&o.theme, "theme", "dark", "dark or light")
	flags.StringVar(&o.target, "target", "", "`NAME@LAT,LON` of the machine that was attacked, to be marked on the map: nas@48.85,2.35")
	flags.BoolVar(&o.arcs, "arcs", false, "let comets fly from the countries to --target")
	flags.StringVar(&o.lang, "lang", "en", "`LANGUAGE` of the film: en, de, es or fr")
	flags.StringVar(&o.title, "title", "", "`TEXT` above the map")
	o.reel.add(cmd)
	flags.BoolVar(&o.json, "json", false, "print the statistics as JSON, as 'ops logviz stats --json' does")
	return cmd
}

func runTimelapse(ctx context.Context, e *env, o *timelapseOptions, paths []string) error {
	film, err := o.check()
	if err != nil {
		return err
	}
	if err := o.reel.check(paths, o, film); err != nil {
		return err
	}
	world, err := worldmap.Load()
	if err != nil {
		return err
	}
	if film.Focus, err = world.Region(o.focus); err != nil {
		return usageError("--focus: %w", err)
	}
	if err := checkOutput(o.output); err != nil {
		return err
	}
	if o.reel.captions {
		if err := checkOutput(captionsPath(o.output)); err != nil {
			return err
		}
	}
	logs, err := o.logs.open(e)
	if err != nil {
		return err
	}
	if err := o.pace.check(film.FPS, logs.zone); err != nil {
		return err
	}
	count := &filming{tallying{tally: logviz.NewTally(logs.zone)}, logviz.NewTimeline(o.pace.resolution())}
	read, err := logs.read(ctx, paths, count)
	if err != nil {
		return err
	}
	var rec timelapse.Recording
	if o.reel.versus == "" {
		if rec, err = o.pace.recording(count.timeline, logs.zone, film.FPS); err != nil {
			return err
		}
	}
	fmt.Fprintln(e.err, read.summary())
	fmt.Fprintln(e.err, terminal.Printable(logs.locator.Info().Note()))
	if o.json {
		if err := printJSON(e.out, count.tally.Statistics(logs.locator.Info())); err != nil {
			return err
		}
	}
	film.Note = film.Language.Note(logs.locator.Info().Details(), "Natural Earth, Visionscarto")
	film.CountryName = countryNames(film.Language)
	film.Cards, film.Logs = !o.reel.noCards, logNames(paths)
	if o.reel.versus != "" {
		both, err := o.reel.versusFilm(ctx, e, o, logs, count.timeline, paths, world, *film)
		if err != nil {
			return err
		}
		return o.reel.write(ctx, e, o.output, both)
	}
	one, err := timelapse.New(world, rec, *film)
	if err != nil {
		return withCode(exitUsage, err)
	}
	return o.reel.write(ctx, e, o.output, one)
}

// countryNames names countries in a language.
func countryNames(language timelapse.Language) func(code string) string {
	return func(code string) string {
		if name, ok := cldr.Name(code, language.String()); ok {
			return name
		}
		return geo.Name(code)
	}
}

// check reads the flags that say what the film looks like.
func (o *timelapseOptions) check() (*timelapse.Options, error) {
	if o.output == "" {
		return nil, usageError("timelapse needs -o FILM, as in -o day.mp4")
	}
	ext := strings.ToLower(filepath.Ext(o.output))
	if !slices.Contains(timelapse.Extensions(), ext) {
		return nil, usageError("-o %s: the name must end in %s", o.output, strings.Join(timelapse.Extensions(), ", "))
	}
	film := &timelapse.Options{FPS: o.fps, Window: o.window, Title: o.title, Arcs: o.arcs}
	if _, err := fmt.Sscanf(o.size+"\n", "%dx%d\n", &film.Size.X, &film.Size.Y); err != nil || film.Size.X <= 0 || film.Size.Y <= 0 {
		return nil, usageError("--size %s: write it as 1280x720", o.size)
	}
	var err error
	if film.Theme, err = timelapse.ParseTheme(o.theme); err != nil {
		return nil, usageError("--theme: %w", err)
	}
	if film.Mode, err = timelapse.ParseMode(o.mode); err != nil {
		return nil, usageError("--mode: %w", err)
	}
	if film.Mode == timelapse.Cumulative && o.window != 0 {
		return nil, usageError("--window %v: --mode cumulative shows all since the start, and has no window", o.window)
	}
	if film.Language, err = timelapse.ParseLanguage(o.lang); err != nil {
		return nil, usageError("--lang: %w", err)
	}
	if film.Target, err = parseTarget(o.target); err != nil {
		return nil, err
	}
	if o.arcs && film.Target == nil {
		return nil, usageError("--arcs: say where they lead to with --target NAME@LAT,LON")
	}
	if o.fps == 0 { // to the library it means the default
		return nil, usageError("--fps 0: must be 1 to 60")
	}
	if err := film.Check(); err != nil {
		return nil, usageError("%w", err)
	}
	return film, nil
}

// checkOutput finds out whether a file can be made, before a long log is read for nothing.
func checkOutput(path string) error {
	if st, err := os.Stat(path); err == nil && !st.Mode().IsRegular() && !st.IsDir() {
		return nil // a pipe or device would take the attempt for the output
	}
	probe, err := durable.Create(path, 0o666)
	if err != nil {
		return withCode(exitCantCreate, err)
	}
	return probe.Discard()
}

// filming counts for the film and for its statistics.
type filming struct {
	tallying
	timeline *logviz.Timeline
}

func (f *filming) event(r *normalize.Record, place geo.Place) error {
	if err := f.tallying.event(r, place); err != nil {
		return err
	}
	f.timeline.Add(&f.e, place)
	return nil
}
