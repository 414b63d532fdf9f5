package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"ops/internal/terminal"
	"ops/logviz/geo"
	"ops/logviz/normalize"
)

type normalizeOptions struct {
	logs     logFlags
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
	cmd.Flags().BoolVar(&o.original, "original", true, "keep the line itself as event.original")
	return cmd
}

// jsonLines writes events.
type jsonLines struct {
	out *bufio.Writer
	buf []byte
}

func (j *jsonLines) event(r *normalize.Record, _ geo.Place) error {
	j.buf = append(r.AppendJSON(j.buf[:0]), '\n')
	_, err := j.out.Write(j.buf)
	return withCode(exitIO, err)
}

func (j *jsonLines) unparsed(string) {}

func runNormalize(ctx context.Context, e *env, o *normalizeOptions, paths []string) error {
	logs, err := o.logs.open(e)
	if err != nil {
		return err
	}
	logs.silent = terminal.IsTerminal(e.out)
	logs.original = o.original
	lines := &jsonLines{out: bufio.NewWriterSize(e.out, 64<<10)}
	read, err := logs.read(ctx, paths, lines)
	err = errors.Join(err, withCode(exitIO, lines.out.Flush()))
	if read.records > 0 {
		fmt.Fprintln(e.err, read.summary())
	}
	return err
}
