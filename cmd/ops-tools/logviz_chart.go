package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"ops/internal/durable"
	"ops/internal/terminal"
	"ops/logviz"
	"ops/logviz/chart"
)

type chartOptions struct {
	logs   logFlags
	output string
	title  string
	top    int
	pie    bool
	theme  string
}

func newChart(e *env) *cobra.Command {
	o := &chartOptions{}
	cmd := &cobra.Command{
		Use:   "chart " + strings.Join(chartKinds(), "|") + " FILE… -o PICTURE",
		Short: "Draw a log's attempts to log in as bars, a pie or a strip of hours",
		Long: "Draw the failed attempts to log in of a log: by country, account, address, network or method as bars, largest first,\n" +
			"by hour and day as a strip of colours, or over time. The numbers are those of 'ops logviz stats'.\n\n" + logInput +
			"\n\nThe ending of PICTURE says what it becomes: .svg, whose words can be searched and read aloud, and which follows the\n" +
			"reader's choice of light or dark; or .png.",
		Example: "  ops logviz chart countries /var/log/auth.log -o countries.svg\n" +
			"  ops logviz chart accounts --pie --tz UTC auth.log.*.gz -o accounts.svg\n" +
			"  ops logviz chart hours /var/log/auth.log -o hours.svg\n" +
			"  ops logviz chart timeline --theme dark /var/log/auth.log -o timeline.png\n" +
			"  journalctl -u ssh -S yesterday -o json | ops logviz chart methods - -o methods.svg",
		Args: someArgs("what to draw (" + strings.Join(chartKinds(), ", ") + ") and a FILE, or - for the standard input"),
		RunE: func(cmd *cobra.Command, args []string) error { return runChart(cmd.Context(), e, o, args) },
	}
	o.logs.add(cmd)
	flags := cmd.Flags()
	flags.StringVarP(&o.output, "output", "o", "", "`PICTURE` to write: .svg or .png")
	flags.StringVar(&o.title, "title", "", "`TEXT` above the picture")
	flags.IntVar(&o.top, "top", 15, "draw the first `N`, and the others together")
	flags.BoolVar(&o.pie, "pie", false, "a pie of at most six slices instead of bars")
	flags.StringVar(&o.theme, "theme", "light", "light or dark, of a .png; an .svg is both")
	return cmd
}

// chartKinds are what can be drawn; the first are the subjects of rankings, in their order.
func chartKinds() []string {
	return []string{"countries", "accounts", "addresses", "networks", "methods", "hours", "timeline"}
}

func runChart(ctx context.Context, e *env, o *chartOptions, args []string) error {
	if err := o.check(args); err != nil {
		return err
	}
	if err := checkOutput(o.output); err != nil {
		return err
	}
	logs, err := o.logs.open(e)
	if err != nil {
		return err
	}
	tally := logviz.NewTally(logs.zone)
	read, err := logs.read(ctx, args[1:], &tallying{tally: tally})
	if err != nil {
		return err
	}
	info := logs.locator.Info()
	s := tally.Statistics(info)
	if s.Attempts.Failed == 0 {
		return withCode(exitData, errors.New("no failed attempt to log in was found: there is nothing to draw; 'ops logviz stats' tells what was read"))
	}
	fmt.Fprintln(e.err, read.summary())
	look := chart.Look{Title: o.title, Top: o.top, Pie: o.pie}
	if args[0] == "countries" || args[0] == "addresses" || args[0] == "networks" {
		look.Note = info.Note() + "; source-IP location, not attribution"
		fmt.Fprintln(e.err, terminal.Printable(info.Note()))
	}
	picture := draw(args[0], s, look)
	data := picture.SVG()
	if o.format() == ".png" {
		theme := chart.Light
		if o.theme == "dark" {
			theme = chart.Dark
		}
		if data, err = picture.PNG(theme); err != nil {
			return err
		}
	}
	return withCode(exitIO, durable.WriteFile(o.output, data, 0o666))
}

// format is the ending of the output.
func (o *chartOptions) format() string { return strings.ToLower(filepath.Ext(o.output)) }

func draw(kind string, s *logviz.Statistics, look chart.Look) *chart.Chart {
	switch kind {
	case "hours":
		return chart.Hours(s, look)
	case "timeline":
		return chart.Timeline(s, look)
	}
	return chart.Ranking(s, chart.Subject(slices.Index(chartKinds(), kind)), look)
}

// check reads the flags and the arguments before the log is read.
func (o *chartOptions) check(args []string) error {
	kinds := strings.Join(chartKinds(), ", ")
	if !slices.Contains(chartKinds(), args[0]) {
		return usageError("chart %s: not known; what to draw stands first and is one of %s", args[0], kinds)
	}
	if len(args) == 1 {
		return usageError("chart %s needs a FILE, or - for the standard input", args[0])
	}
	if o.output == "" {
		return usageError("chart needs -o PICTURE, as in -o %s.svg", args[0])
	}
	if ext := o.format(); ext != ".svg" && ext != ".png" {
		return usageError("-o %s: the name must end in .svg or .png", o.output)
	}
	if o.theme != "light" && o.theme != "dark" {
		return usageError("--theme %s: must be light or dark", o.theme)
	}
	if o.pie && (args[0] == "hours" || args[0] == "timeline") {
		return usageError("chart %s is no pie; --pie is for countries, accounts, addresses, networks and methods", args[0])
	}
	if o.top < 1 {
		return usageError("--top %d: must be 1 or more", o.top)
	}
	return nil
}
