package main

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"ops/internal/terminal"
	"ops/logviz"
	"ops/logviz/normalize"
)

type explainLineOptions struct {
	definitions   definitionFlags
	tz, reference string
	program       string
	all, json     bool
}

func newExplainLine(e *env) *cobra.Command {
	o := &explainLineOptions{}
	cmd := &cobra.Command{
		Use:   "explain LINE|-",
		Short: "Tell how a log line is read, and why not",
		Long: "Tell how a log line is read: which pattern of each stage took it, which fields it gave, and of the others how far\n" +
			"each came and what it expected there, the nearest miss first. - reads one line from the standard input.\n\n" +
			"The exit code is 0 if the line is understood and 65 if not.",
		Example: "  ops logviz explain 'Dec 10 06:55:46 web1 sshd[24200]: Invalid user x from 192.0.2.1'\n" +
			"  ops logviz explain --program sshd 'Invalid user x from 192.0.2.1'\n" +
			"  tail -n 1 /var/log/auth.log | ops logviz explain -",
		Args: someArgs("a LINE in quotes, or - for the standard input"),
		RunE: func(_ *cobra.Command, args []string) error { return runExplainLine(e, o, args) },
	}
	o.definitions.add(cmd)
	flags := cmd.Flags()
	flags.StringVar(&o.program, "program", "", "LINE is a message of program `NAME`, without a header")
	flags.StringVar(&o.tz, "tz", "", "`ZONE` of a stamp that has none (default: the machine's)")
	flags.StringVar(&o.reference, "reference-time", "", "`TIME` at which the line was at hand, for a stamp without a year (default: now)")
	flags.BoolVar(&o.all, "all", false, "show all candidates, not only the nearest")
	flags.BoolVar(&o.json, "json", false, "print JSON")
	return cmd
}

// maxLine is what a line of a log may have.
const maxLine = 64 << 10

func runExplainLine(e *env, o *explainLineOptions, args []string) error {
	if len(args) > 1 {
		return usageError("explain takes one LINE, got %d words; put it into quotes", len(args))
	}
	line := args[0]
	if line == "-" {
		data, err := io.ReadAll(io.LimitReader(e.in, maxLine+2))
		if err != nil {
			return withCode(exitIO, err)
		}
		if line = string(data); !strings.HasPrefix(line, "__") { // an entry of a journal's export has many
			line, _, _ = strings.Cut(line, "\n")
		}
		line = strings.TrimSuffix(line, "\r")
	}
	if len(line) > maxLine {
		return withCode(exitData, normalize.ErrTooLong)
	}
	when := logFlags{tz: o.tz, reference: o.reference, definitions: o.definitions}
	logs, err := when.open(e)
	if err != nil {
		return err
	}
	reference := logs.reference
	if reference.IsZero() {
		reference = e.now()
	}
	defs, err := o.definitions.load()
	if err != nil {
		return err
	}
	x, err := normalize.Explain(defs, normalize.Options{Zone: logs.zone, Reference: reference}, line, o.program)
	if err != nil {
		return withCode(exitConfig, err)
	}
	if o.json {
		err = printJSON(e.out, x)
	} else {
		err = printReading(e, x, o.all)
	}
	if err == nil && !x.Understood {
		err = withCode(exitData, errSaid)
	}
	return err
}

// nearMisses is how many candidates that did not match are shown of a stage.
const nearMisses = 5

func printReading(e *env, x *normalize.Explanation, all bool) error {
	var b bytes.Buffer
	style := terminal.NewStyle(e.out, e.getenv)
	for _, s := range x.Stages {
		what := s.Field
		if what == "" {
			what = "record"
		}
		fmt.Fprintf(&b, "%s reads %s: %s\n", style.Bold(string(s.Stage)), what, terminal.Printable(s.Text))
		misses, left := 0, 0
		if !all && slices.ContainsFunc(s.Candidates, func(c normalize.Candidate) bool { return c.Outcome == normalize.Won }) {
			misses = nearMisses // it is understood
		}
		for _, c := range s.Candidates {
			if c.Outcome == normalize.Stopped {
				misses++
			}
			if misses > nearMisses && !all && c.Outcome == normalize.Stopped {
				left++
				continue
			}
			printCandidate(&b, style, &s, &c)
		}
		if len(s.Candidates) == 0 {
			fmt.Fprintln(&b, "  no definition reads this")
		}
		if left > 0 {
			fmt.Fprintln(&b, style.Dim(fmt.Sprintf("  and %s candidates more that did not come farther; --all shows them", count(left))))
		}
	}
	if x.Understood {
		fmt.Fprintln(&b, style.Green("understood"))
	} else {
		fmt.Fprintf(&b, "%s: %s\n", style.Red("not understood"), terminal.Printable(x.Reason))
	}
	fmt.Fprintln(&b, terminal.Printable(string(x.Event)))
	_, err := e.out.Write(b.Bytes())
	return withCode(exitIO, err)
}

func printCandidate(b *bytes.Buffer, style terminal.Style, s *normalize.StageWalk, c *normalize.Candidate) {
	line := func(format string, args ...any) { fmt.Fprintln(b, terminal.Printable(fmt.Sprintf(format, args...))) }
	switch c.Outcome {
	case normalize.Won:
		fmt.Fprint(b, style.Green("  ✓ "))
		line("%s (%s)", c.Rule, c.Place)
		for _, f := range c.Fields {
			line("      %s = %q", f.Name, f.Text)
		}
		return
	case normalize.Matched:
		line("  ~ %s (%s): matches too, but another pattern comes first or a value is none of its type", c.Rule, c.Place)
		return
	case normalize.Refused:
		line("  ✗ %s (%s): matches, but its guard refuses: %s", c.Rule, c.Place, c.Guard)
		return
	}
	expected := strings.Join(c.Expected, ", or ")
	if c.Column == 0 {
		line("  ✗ %s (%s): expected %s", c.Rule, c.Place, expected)
		return
	}
	rest := s.Text[min(len(s.Text), c.Column-1):]
	found := "the end"
	if rest != "" {
		found = fmt.Sprintf("%q", rest[:min(len(rest), 24)])
	}
	line("  ✗ %s (%s): column %d: expected %s, found %s", c.Rule, c.Place, c.Column, expected, found)
}

// programNamed is the name of a program for people.
func programNamed(name string) string {
	if name == "" {
		return "(no " + logviz.FieldProgram + ")"
	}
	return name
}
