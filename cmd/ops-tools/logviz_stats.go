package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"ops/internal/terminal"
	"ops/logviz"
	"ops/logviz/geo"
	"ops/logviz/normalize"
)

type statsOptions struct {
	logs   logFlags
	choice selectionFlags
	json   bool
	csv    bool
	by     string
	top    int
}

func newStats(e *env) *cobra.Command {
	o := &statsOptions{}
	cmd := &cobra.Command{
		Use:   "stats FILE…",
		Short: "Count a log's attempts to log in, by country, account, address and hour",
		Long: "Count a log's attempts to log in, by country, account, address and hour.\n\n" + logInput +
			"\n\nAn attempt is one answer of sshd to one try to log in, times its repetitions. Lists count the failed ones. Logins\n" +
			"from an address that had failed before come first: someone mistyped, or an attack succeeded.\n\n" +
			"--by prints one list whole; --csv prints it as CSV, in which text that a spreadsheet would run as a formula (it\n" +
			"begins with = + - or @) has an apostrophe in front. --json prints all lists, with the schema that\n" +
			"'ops schema statistics' shows.\n\n" + selectionHelp,
		Example: "  ops logviz stats /var/log/auth.log\n" +
			"  ops logviz stats --since 24h --by account /var/log/auth.log\n" +
			"  ops logviz stats --only country=CN --only outcome=failed --by hour auth.log.*.gz\n" +
			"  ops logviz stats --by network --csv /var/log/auth.log >networks.csv\n" +
			"  ops logviz stats --json --tz UTC auth.log.*.gz | jq '.logins[] | select(.failures_before > 0)'",
		Args: someArgs("a FILE, or - for the standard input"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if o.by != "" && !cmd.Flags().Changed("top") {
				o.top = -1
			} else if o.top < 0 {
				return usageError("--top %d: must be 0 or more", o.top)
			}
			return runStats(cmd.Context(), e, o, args)
		},
	}
	o.logs.add(cmd)
	o.choice.add(cmd)
	flags := cmd.Flags()
	flags.BoolVar(&o.json, "json", false, "print JSON")
	flags.StringVar(&o.by, "by", "", "print one `LIST`, whole: "+strings.Join(statsLists(), ", "))
	flags.BoolVar(&o.csv, "csv", false, "with --by, print CSV")
	flags.IntVar(&o.top, "top", 10, "print the first `N` of each list; --by alone prints all")
	completeFlag(cmd, "by", completeWords(statsLists()...))
	return cmd
}

// check reads the flags before the log is read.
func (o *statsOptions) check() error {
	switch {
	case o.by != "" && !slices.Contains(statsLists(), o.by):
		return usageError("--by %s: known are %s", o.by, strings.Join(statsLists(), ", "))
	case o.csv && o.by == "":
		return usageError("--csv needs to know which list, as in --by country")
	case o.json && o.by != "":
		return usageError("--json prints all lists; --by is for people and for --csv")
	}
	return nil
}

// tallying counts events.
type tallying struct {
	tally  *logviz.Tally
	chosen logviz.Selection
	e      logviz.Event
}

func (t *tallying) event(r *normalize.Record, place geo.Place) error {
	r.Event(&t.e)
	if t.chosen.Holds(&t.e, place) {
		t.tally.Add(&t.e, place)
	} else {
		t.tally.Skip()
	}
	return nil
}

func (t *tallying) unparsed(program string) { t.tally.AddUnparsed(program) }

func runStats(ctx context.Context, e *env, o *statsOptions, paths []string) error {
	if err := o.check(); err != nil {
		return err
	}
	logs, err := o.logs.open(e)
	if err != nil {
		return err
	}
	chosen, err := o.choice.selection(e, logs)
	if err != nil {
		return err
	}
	to := &tallying{tally: logviz.NewTally(logs.zone), chosen: chosen}
	if _, err := logs.read(ctx, paths, to); err != nil {
		return err
	}
	info := logs.locator.Info()
	s := to.tally.Statistics(info)
	s.Filter = chosen.Strings(logs.zone)
	if len(s.Filter) > 0 && s.Attempts.Failed+s.Attempts.Accepted == 0 {
		fmt.Fprintf(e.err, "ops: warning: no attempt to log in is chosen by %s\n", terminal.Printable(strings.Join(s.Filter, " ")))
	}
	switch {
	case o.json:
		return printJSON(e.out, s)
	case o.csv:
		return withCode(exitIO, printStatsCSV(e.out, listOf(o.by, s), o.top))
	}
	return withCode(exitIO, printStatistics(e, s, info, o.by, o.top))
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
