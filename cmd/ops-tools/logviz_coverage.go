package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"ops/internal/terminal"
	"ops/logviz"
	"ops/logviz/logfile"
	"ops/logviz/normalize"
)

type coverageOptions struct {
	logs logFlags
	top  int
	json bool
}

func newCoverage(e *env) *cobra.Command {
	o := &coverageOptions{}
	cmd := &cobra.Command{
		Use:   "coverage FILE…",
		Short: "Tell how much of a log is understood, by file, host, program and rule",
		Long: "Tell how much of a log is understood, by file, host, program and rule, and group what is not into clusters of lines\n" +
			"of the same form, each with its number and a sample.\n\n" + logInput + "\n\n" +
			"Nothing is left out silently: what a list is too short for is counted below it.",
		Example: "  ops logviz coverage /var/log/syslog\n  ops logviz coverage --json -d my-definitions *.log | jq .share",
		Args:    someArgs("a FILE, or - for the standard input"),
		RunE:    func(cmd *cobra.Command, args []string) error { return runCoverage(cmd.Context(), e, o, args) },
	}
	o.logs.add(cmd)
	cmd.Flags().IntVar(&o.top, "top", 10, "print the first `N` of each list")
	cmd.Flags().BoolVar(&o.json, "json", false, "print JSON")
	return cmd
}

// coverage is what is known of how much is understood, in its stable form.
type coverage struct {
	Records    int64            `json:"records"`
	Understood int64            `json:"understood"`
	Share      float64          `json:"share"` // of the records, 0 to 1
	Files      []covered        `json:"files"`
	Hosts      []covered        `json:"hosts"`
	Programs   []covered        `json:"programs"`
	Rules      []covered        `json:"rules"`
	Clusters   []clusterOfLines `json:"clusters"`
	// Unclustered is how many records that are not understood found no place among the clusters.
	Unclustered int64 `json:"unclustered"`
}

// covered is the share of one name.
type covered struct {
	Name       string `json:"name"`
	Records    int64  `json:"records"`
	Understood int64  `json:"understood"`
}

// clusterOfLines is lines of one form that are not understood.
type clusterOfLines struct {
	Program string `json:"program"`
	Records int64  `json:"records"`
	Form    string `json:"form"`
	Sample  string `json:"sample"`
}

// maxNames bounds the names of each list; what is beyond is counted under "…".
const maxNames = 2000

// tallyOf counts records by name.
type tallyOf map[string]*covered

func (t tallyOf) add(name string, understood bool) {
	c := t[name]
	if c == nil {
		if len(t) >= maxNames {
			name = "…"
			c = t[name]
		}
		if c == nil {
			name = strings.Clone(name) // the record's text is not kept
			c = &covered{Name: name}
			t[name] = c
		}
	}
	c.Records++
	if understood {
		c.Understood++
	}
}

// list returns the names with the most records that are not understood first, then by number.
func (t tallyOf) list() []covered {
	out := []covered{}
	for _, c := range t {
		out = append(out, *c)
	}
	slices.SortFunc(out, func(a, b covered) int {
		return cmp.Or(cmp.Compare(b.Records-b.Understood, a.Records-a.Understood), cmp.Compare(b.Records, a.Records), cmp.Compare(a.Name, b.Name))
	})
	return out
}

// recordRead is one record as read, valid during the call.
type recordRead struct {
	file string
	text string
	*normalize.Record
	err error // why it is not understood
}

// eachRecord reads the records of files in order, also those that are not understood. Too long ones have no Record.
func (s *logSource) eachRecord(ctx context.Context, paths []string, take func(*recordRead) error) (*reading, error) {
	return s.readAll(paths, func(in *logfile.Reader, path string, r *reading) (err error) {
		defer func() { err = errors.Join(err, in.Close()) }()
		progress := s.progress(path)
		defer progress.finish()
		stream := s.engine.NewStream(s.streamOptions(in))
		read := recordRead{file: inputName(path), Record: &normalize.Record{}}
		for {
			rec, err := in.Next()
			if err == io.EOF {
				return nil
			}
			if err != nil {
				return err
			}
			if r.records++; r.records%4096 == 0 {
				if ctx.Err() != nil {
					return ctx.Err()
				}
				progress.set(rec.Line)
			}
			read.text = string(rec.Bytes)
			if rec.TooLong {
				read.err = normalize.ErrTooLong
				*read.Record = normalize.Record{}
			} else {
				read.err = stream.Read(read.text, read.Record)
			}
			if read.err != nil {
				r.miss(in.Name(), missed{rec.Line, read.Text(logviz.FieldProgram), read.text, read.err})
			} else {
				r.events++
			}
			if err := take(&read); err != nil {
				return err
			}
		}
	})
}

// mine gives a record that is not understood to the miner: its message if it has a header, else all of it.
func (r *recordRead) mine(m *normalize.Miner) {
	switch {
	case r.err == nil:
	case errors.Is(r.err, normalize.ErrTooLong):
		m.Texts++
		m.Left++
	case errors.Is(r.err, normalize.ErrHeader) || r.Text(logviz.FieldProgram) == "":
		m.Add("", r.text)
	default:
		m.Add(r.Text(logviz.FieldProgram), r.Text(logviz.FieldMessage))
	}
}

// onlyUnknown turns the error that nothing is understood into none, for verbs that are for such logs.
func onlyUnknown(read *reading, err error) error {
	if read != nil && read.records > 0 && read.events == 0 && read.nothing([]string{""}) != nil && exitCode(err) == exitData {
		return nil
	}
	return err
}

func runCoverage(ctx context.Context, e *env, o *coverageOptions, paths []string) error {
	if o.top < 0 {
		return usageError("--top %d: must be 0 or more", o.top)
	}
	logs, err := o.logs.open(e)
	if err != nil {
		return err
	}
	files, hosts, programs, rules := tallyOf{}, tallyOf{}, tallyOf{}, tallyOf{}
	miner := normalize.NewMiner()
	read, err := logs.eachRecord(ctx, paths, func(r *recordRead) error {
		ok := r.err == nil
		files.add(r.file, ok)
		hosts.add(r.Text("host.hostname"), ok)
		programs.add(r.Text(logviz.FieldProgram), ok)
		for _, rule := range r.Rules() {
			rules.add(rule, true)
		}
		r.mine(miner)
		return nil
	})
	if err = onlyUnknown(read, err); err != nil {
		return err
	}
	c := &coverage{
		Records: read.records, Understood: read.events, Share: share(read.events, read.records), Files: files.list(), Hosts: hosts.list(),
		Programs: programs.list(), Rules: rules.list(), Clusters: []clusterOfLines{}, Unclustered: miner.Left,
	}
	for _, cluster := range miner.Clusters() {
		c.Clusters = append(c.Clusters, clusterOfLines{cluster.Program, cluster.Count, cluster.Form(), cluster.Examples[0]})
	}
	if o.json {
		return printJSON(e.out, c)
	}
	return printCoverage(e, c, o.top)
}

func share(part, of int64) float64 {
	if of == 0 {
		return 0
	}
	return float64(part) / float64(of)
}

func percent(part, of int64) string { return fmt.Sprintf("%.1f %%", 100*share(part, of)) }

func printCoverage(e *env, c *coverage, top int) error {
	var b bytes.Buffer
	style := terminal.NewStyle(e.out, e.getenv)
	fmt.Fprintf(&b, "%s of %s lines understood, %s\n", terminal.Count(c.Understood), terminal.Count(c.Records), style.Bold(percent(c.Understood, c.Records)))
	end := func(t *terminal.Table, total int) {
		if total == 0 || top == 0 {
			return
		}
		fmt.Fprintln(&b)
		t.WriteTo(&b) // a buffer takes everything
		if total > top {
			fmt.Fprintln(&b, style.Dim(fmt.Sprintf("and %s more", count(total-top))))
		}
	}
	for _, list := range []struct {
		title, none string
		of          []covered
	}{{"File", "", c.Files}, {"Host", "(no host)", c.Hosts}, {"Program", programNamed(""), c.Programs}} {
		t := newTable(e, list.title, "Lines>", "Understood>", "Share>")
		for _, x := range first(top, list.of) {
			t.Row(cmp.Or(x.Name, list.none), terminal.Count(x.Records), terminal.Count(x.Understood), percent(x.Understood, x.Records))
		}
		end(t, len(list.of))
	}
	t := newTable(e, "Rule", "Lines>", "Share>")
	for _, x := range first(top, c.Rules) {
		t.Row(x.Name, terminal.Count(x.Records), percent(x.Records, c.Records))
	}
	end(t, len(c.Rules))
	t = newTable(e, "Not understood>", "Program", "Form", "Sample")
	for _, x := range first(top, c.Clusters) {
		t.Row(terminal.Count(x.Records), programNamed(x.Program), x.Form, x.Sample)
	}
	end(t, len(c.Clusters))
	if c.Unclustered > 0 {
		fmt.Fprintf(&b, "%s lines that are not understood are in no cluster: too long, or of too many forms\n", terminal.Count(c.Unclustered))
	}
	if len(c.Clusters) > 0 {
		fmt.Fprintln(&b, "'ops logviz suggest' makes definitions of the clusters, 'ops logviz explain' tells why a line is not understood")
	}
	_, err := e.out.Write(b.Bytes())
	return withCode(exitIO, err)
}
