package main

import (
	"context"
	"errors"
	"runtime/debug"

	"github.com/spf13/cobra"

	"ops/internal/terminal"
	"ops/logviz/normalize"
)

type normalizeOptions struct {
	logs     logFlags
	jobs     jobsFlag
	output   outputFlags
	live     followFlags
	summary  summaryFlag
	original bool
}

func newNormalize(e *env) *cobra.Command {
	o := &normalizeOptions{}
	cmd := &cobra.Command{
		Use:   "normalize FILE…",
		Short: "Print a log's events as JSON lines",
		Long: "Print a log's events as JSON lines, one object an event, with the field names of the Elastic Common Schema; or in\n" +
			"another format (--format) and with other names (--schema): doc/schemas.md has the tables. A csv has the columns of\n" +
			"--fields, or a few of the most common ones; a parquet goes to a FILE or a pipe, and has all fields.\n\n" +
			logInput + "\n\nLines that no definition understands are not printed but counted; --unparsed shows samples. Both go to the\nstandard error, as do transforms that failed, by definition; --summary json is for programs.",
		Example: "  ops logviz normalize /var/log/auth.log\n" +
			"  ops logviz normalize --tz UTC --reference-time 2017 old.log.gz | jq -r '.\"source.ip\"' | sort | uniq -c\n" +
			"  ops logviz normalize -o csv --fields @timestamp,user.name,source.ip auth.log > attempts.csv\n" +
			"  ops logviz normalize -o parquet --output auth.parquet /var/log/auth.log*\n" +
			"  journalctl -u ssh -o json | ops logviz normalize --schema ocsf -\n" +
			"  ops logviz normalize --follow -d /etc/ops/definitions --position /var/lib/ops/auth.position /var/log/auth.log >>events.jsonl",
		Args: someArgs("a FILE, or - for the standard input"),
		RunE: func(cmd *cobra.Command, args []string) error { return runNormalize(cmd.Context(), e, o, args) },
	}
	o.logs.add(cmd)
	o.jobs.add(cmd)
	o.output.add(cmd)
	o.live.add(cmd)
	o.summary.add(cmd)
	cmd.Flags().BoolVar(&o.original, "original", false, "keep the line itself as event.original")
	return cmd
}

func appendJSONLine(b []byte, r *normalize.Record) ([]byte, error) {
	return append(r.AppendJSON(b), '\n'), nil
}

func runNormalize(ctx context.Context, e *env, o *normalizeOptions, paths []string) error {
	if err := errors.Join(o.live.check(paths), o.summary.check()); err != nil {
		return err
	}
	// What is held are rules, which do not change: collecting twice as often costs nothing that can be measured, and keeps a
	// log of any size below 64 MB.
	if e.getenv("GOGC") == "" {
		debug.SetGCPercent(50)
	}
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
	if o.live.follow && (o.output.path != "" || o.output.format == "parquet") {
		return usageError("--follow never ends, and --output and parquet need an end: write lines to the standard output")
	}
	to, err := o.output.open(e, paths)
	if err != nil {
		return err
	}
	if o.live.follow {
		lines, err := to.lines(jobs)
		if err != nil {
			return err
		}
		logs.silent = true
		read, err := logs.follow(ctx, paths[0], &o.live, lines)
		o.summary.print(e.err, read)
		return err
	}
	read, err := to.write(ctx, logs, paths, jobs)
	if read != nil && read.records > 0 {
		o.summary.print(e.err, read)
	}
	return err
}
