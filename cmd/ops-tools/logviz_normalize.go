package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"ops/internal/terminal"
	"ops/logviz/logfile"
	"ops/logviz/normalize"
)

type normalizeOptions struct {
	logs     logFlags
	jobs     jobsFlag
	original bool
}

func newNormalize(e *env) *cobra.Command {
	o := &normalizeOptions{}
	cmd := &cobra.Command{
		Use:   "normalize FILE…",
		Short: "Print a log's events as JSON lines",
		Long: "Print a log's events as JSON lines, one object an event, with the field names of the Elastic Common Schema.\n\n" +
			logInput + "\n\nLines that no definition understands are not printed but counted; --unparsed shows samples. Both go to the\nstandard error.",
		Example: "  ops logviz normalize /var/log/auth.log\n" +
			"  ops logviz normalize --tz UTC --reference-time 2017 old.log.gz | jq -r '.\"source.ip\"' | sort | uniq -c\n" +
			"  journalctl -u ssh -o json | ops logviz normalize -",
		Args: someArgs("a FILE, or - for the standard input"),
		RunE: func(cmd *cobra.Command, args []string) error { return runNormalize(cmd.Context(), e, o, args) },
	}
	o.logs.add(cmd)
	o.jobs.add(cmd)
	cmd.Flags().BoolVar(&o.original, "original", true, "keep the line itself as event.original")
	return cmd
}

func appendJSONLine(b []byte, r *normalize.Record) ([]byte, error) {
	return append(r.AppendJSON(b), '\n'), nil
}

func runNormalize(ctx context.Context, e *env, o *normalizeOptions, paths []string) error {
	logs, err := o.logs.open(e)
	if err != nil {
		return err
	}
	logs.silent = terminal.IsTerminal(e.out)
	logs.original = o.original
	jobs, err := o.jobs.count()
	if err != nil {
		return err
	}
	to := &lines{out: e.out, jobs: jobs, make: func() appender { return appendJSONLine }}
	read, err := logs.readAll(paths, func(in *logfile.Reader, path string, r *reading) error {
		return logs.readLines(ctx, in, path, r, to)
	})
	if read.records > 0 {
		fmt.Fprintln(e.err, read.summary())
	}
	return err
}
