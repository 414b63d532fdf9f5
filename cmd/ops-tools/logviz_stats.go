package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"

	"github.com/spf13/cobra"

	"ops/logviz"
	"ops/logviz/geo"
	"ops/logviz/normalize"
)

type statsOptions struct {
	logs logFlags
	json bool
	top  int
}

func newStats(e *env) *cobra.Command {
	o := &statsOptions{}
	cmd := &cobra.Command{
		Use:   "stats FILE…",
		Short: "Count a log's attempts to log in, by country, account, address and hour",
		Long: "Count a log's attempts to log in, by country, account, address and hour.\n\n" + logInput +
			"\n\nAn attempt is one answer of sshd to one try to log in, times its repetitions. Lists count the failed ones.\n" +
			"--json prints all of it, with the schema that 'ops schema statistics' shows.",
		Example: "  ops logviz stats /var/log/auth.log\n" +
			"  ops logviz stats --json --tz UTC auth.log.*.gz | jq '.countries[:3]'",
		Args: someArgs("a FILE, or - for the standard input"),
		RunE: func(cmd *cobra.Command, args []string) error { return runStats(cmd.Context(), e, o, args) },
	}
	o.logs.add(cmd)
	cmd.Flags().BoolVar(&o.json, "json", false, "print JSON")
	cmd.Flags().IntVar(&o.top, "top", 10, "print the first `N` of each list")
	return cmd
}

// tallying counts events.
type tallying struct {
	tally *logviz.Tally
	e     logviz.Event
}

func (t *tallying) event(r *normalize.Record, place geo.Place) error {
	r.Event(&t.e)
	t.tally.Add(&t.e, place)
	return nil
}

func (t *tallying) unparsed(program string) { t.tally.AddUnparsed(program) }

func runStats(ctx context.Context, e *env, o *statsOptions, paths []string) error {
	if o.top < 0 {
		return usageError("--top %d: must be 0 or more", o.top)
	}
	logs, err := o.logs.open(e)
	if err != nil {
		return err
	}
	tally := logviz.NewTally(logs.zone)
	if _, err := logs.read(ctx, paths, &tallying{tally: tally}); err != nil {
		return err
	}
	s := tally.Statistics(logs.locator.Info())
	if o.json {
		return printJSON(e.out, s)
	}
	return withCode(exitIO, printStatistics(e, s, logs.locator.Info(), o.top))
}

func printJSON(w io.Writer, v any) error {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(v); err != nil {
		return err
	}
	_, err := w.Write(b.Bytes())
	return withCode(exitIO, err)
}
