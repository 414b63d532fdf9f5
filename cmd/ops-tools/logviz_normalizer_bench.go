package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"ops/internal/terminal"
	"ops/logviz/normalize"
)

type benchOptions struct {
	logs   logFlags
	sample int
	json   bool
}

func newNormalizerBench(e *env) *cobra.Command {
	o := &benchOptions{}
	cmd := &cobra.Command{
		Use:   "bench [FILE]",
		Short: "Measure how fast the definitions read a log",
		Long: "Measure how fast the definitions read a log on one core: lines a second, and for each rule the time of a line that it\n" +
			"takes, the header included. Without FILE the lines of the definitions' own tests are read.",
		Example: "  ops logviz normalizer bench /var/log/auth.log\n  ops logviz normalizer bench -d my-definitions --json app.log",
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 1 {
				return usageError("bench takes one FILE, got %d", len(args))
			}
			return runBench(cmd.Context(), e, o, args)
		},
	}
	o.logs.add(cmd)
	cmd.Flags().IntVar(&o.sample, "sample", 20000, "read the first `N` lines, again and again")
	cmd.Flags().BoolVar(&o.json, "json", false, "print JSON")
	return cmd
}

// benched is the stable form of a measurement.
type benched struct {
	Lines      int         `json:"lines"` // of the sample
	Understood int         `json:"understood"`
	PerSecond  float64     `json:"lines_per_second"`
	Rules      []ruleBench `json:"rules"` // the slowest first
}

type ruleBench struct {
	Rule  string  `json:"rule"` // "" for lines that are not understood
	Lines int     `json:"lines"`
	Nanos float64 `json:"ns_per_line"`
}

const (
	benchFor     = 300 * time.Millisecond // at least, for the whole
	benchRuleFor = 20 * time.Millisecond  // at least, for each rule
)

func runBench(ctx context.Context, e *env, o *benchOptions, args []string) error {
	if o.sample < 1 {
		return usageError("--sample %d: must be 1 or more", o.sample)
	}
	logs, err := o.logs.open(e)
	if err != nil {
		return err
	}
	lines, err := benchLines(logs, o, args)
	if err != nil {
		return err
	}
	stream := logs.engine.NewStream(normalize.Options{Zone: logs.zone, Reference: cmp.Or(logs.reference, e.now()), NoOriginal: true})
	var record normalize.Record
	groups := make(map[string][]string)
	out := benched{Lines: len(lines), Rules: []ruleBench{}}
	for _, line := range lines {
		rule := ""
		if stream.Read(line, &record) == nil {
			out.Understood++
			rules := record.Rules()
			rule = rules[len(rules)-1]
		}
		groups[rule] = append(groups[rule], line)
	}
	measure := func(lines []string, atLeast time.Duration) float64 { // nanoseconds a line
		start, n := time.Now(), 0
		for time.Since(start) < atLeast && ctx.Err() == nil {
			for _, line := range lines {
				_ = stream.Read(line, &record) // one that is not understood takes time too
			}
			n += len(lines)
		}
		return float64(time.Since(start).Nanoseconds()) / float64(max(1, n))
	}
	out.PerSecond = 1e9 / measure(lines, benchFor)
	for rule, of := range groups {
		out.Rules = append(out.Rules, ruleBench{rule, len(of), measure(of, benchRuleFor)})
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	slices.SortFunc(out.Rules, func(a, b ruleBench) int {
		return cmp.Or(cmp.Compare(b.Nanos, a.Nanos), cmp.Compare(a.Rule, b.Rule))
	})
	if o.json {
		return printJSON(e.out, out)
	}
	t := newTable(e, "Rule", "Lines>", "ns a line>")
	for _, r := range out.Rules {
		t.Row(cmp.Or(r.Rule, "(not understood)"), count(r.Lines), strconv.Itoa(int(r.Nanos)))
	}
	if err := writeTable(e, t); err != nil {
		return err
	}
	_, err = fmt.Fprintf(e.out, "%s lines a second on one core, of which %s understood\n",
		terminal.Count(int64(out.PerSecond)), percent(int64(out.Understood), int64(out.Lines)))
	return withCode(exitIO, err)
}

// benchLines returns the first lines of the file, or the definitions' own tests behind a header.
func benchLines(logs *logSource, o *benchOptions, args []string) (lines []string, err error) {
	if len(args) == 0 {
		defs, err := o.logs.definitions.load()
		if err != nil {
			return nil, err
		}
		for _, d := range defs {
			lines = append(lines, d.Records()...)
		}
		return lines, nil
	}
	in, err := logs.openFile(args[0])
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, in.Close()) }()
	for len(lines) < o.sample {
		rec, err := in.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, err
		}
		if !rec.TooLong {
			lines = append(lines, string(rec.Bytes))
		}
	}
	if len(lines) == 0 {
		return nil, withCode(exitData, fmt.Errorf("%s has no line to read", inputName(args[0])))
	}
	return lines, nil
}
