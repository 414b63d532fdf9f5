package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"ops/internal/terminal"
	"ops/logviz/normalize"
)

type detectOptions struct {
	logs   logFlags
	sample int
	json   bool
}

func newDetect(e *env) *cobra.Command {
	o := &detectOptions{}
	cmd := &cobra.Command{
		Use:   "detect FILE…",
		Short: "Tell which definitions understand a log",
		Long: "Tell which definitions understand how much of each FILE, best first, and the command to read it with.\n\n" + logInput +
			"\n\nThe first lines of a file are looked at; --sample says how many.",
		Example: "  ops logviz detect unknown.log\n  ops logviz detect --json /var/log/*.log | jq -r '.[] | [.file, .share] | @tsv'",
		Args:    someArgs("a FILE, or - for the standard input"),
		RunE:    func(cmd *cobra.Command, args []string) error { return runDetect(cmd.Context(), e, o, args) },
	}
	o.logs.add(cmd)
	cmd.Flags().IntVar(&o.sample, "sample", 5000, "look at the first `N` lines of each file")
	cmd.Flags().BoolVar(&o.json, "json", false, "print JSON")
	return cmd
}

// detected is the stable form of what is known of a file.
type detected struct {
	File       string    `json:"file"`
	Records    int64     `json:"records"` // looked at
	Whole      bool      `json:"whole"`   // these are all
	Understood int64     `json:"understood"`
	Share      float64   `json:"share"`
	Headers    int64     `json:"headers"` // records with a header that is known
	Rules      []covered `json:"definitions"`
	Command    string    `json:"command"`
}

func runDetect(ctx context.Context, e *env, o *detectOptions, paths []string) error {
	if o.sample < 1 {
		return usageError("--sample %d: must be 1 or more", o.sample)
	}
	logs, err := o.logs.open(e)
	if err != nil {
		return err
	}
	all := []detected{}
	for _, path := range paths {
		d, err := detectFile(ctx, logs, o, path)
		if err != nil {
			return err
		}
		all = append(all, *d)
	}
	if o.json {
		return printJSON(e.out, all)
	}
	t := newTable(e, "File", "Definition", "Lines>", "Of>", "Share>")
	for _, d := range all {
		for _, r := range d.Rules {
			t.Row(d.File, r.Name, terminal.Count(r.Records), terminal.Count(d.Records), percent(r.Records, d.Records))
		}
		t.Row(d.File, "(all)", terminal.Count(d.Understood), terminal.Count(d.Records), percent(d.Understood, d.Records))
	}
	if err := writeTable(e, t); err != nil {
		return err
	}
	for _, d := range all {
		if !d.Whole {
			fmt.Fprintf(e.err, "of %s the first %s lines were looked at; --sample says how many\n", d.File, terminal.Count(d.Records))
		}
		if _, err := fmt.Fprintln(e.out, terminal.Printable(d.Command)); err != nil {
			return withCode(exitIO, err)
		}
	}
	return nil
}

func detectFile(ctx context.Context, logs *logSource, o *detectOptions, path string) (d *detected, err error) {
	in, err := logs.openFile(path)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, in.Close()) }()
	d = &detected{File: inputName(path), Whole: true, Rules: []covered{}}
	stream := logs.engine.NewStream(logs.streamOptions(in))
	var record normalize.Record
	definitions := tallyOf{}
	for {
		rec, err := in.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, err
		}
		if d.Records == int64(o.sample) {
			d.Whole = false
			break
		}
		if d.Records++; d.Records%4096 == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if rec.TooLong {
			continue
		}
		err = stream.Read(string(rec.Bytes), &record)
		if !errors.Is(err, normalize.ErrHeader) {
			d.Headers++
		}
		if err == nil {
			d.Understood++
		}
		seen := ""
		for _, rule := range record.Rules() {
			name, _, _ := strings.Cut(rule, "/")
			if name != seen {
				definitions.add(name, err == nil)
			}
			seen = name
		}
	}
	if d.Records == 0 {
		return nil, withCode(exitData, fmt.Errorf("%s is empty: there is nothing to look at", d.File))
	}
	d.Share = share(d.Understood, d.Records)
	d.Rules = definitions.list()
	slices.SortStableFunc(d.Rules, func(a, b covered) int { return cmp.Compare(b.Records, a.Records) })
	var flags strings.Builder
	for _, path := range o.logs.definitions.paths {
		flags.WriteString(" -d " + shellWord(path))
	}
	verb := "normalize"
	switch {
	case d.Understood == 0:
		verb = "suggest"
	case d.Understood < d.Records:
		verb = "coverage"
	}
	d.Command = "ops logviz " + verb + flags.String() + " " + shellWord(path)
	return d, nil
}

// shellWord writes a word as a shell reads it.
func shellWord(s string) string {
	if s != "" && strings.Trim(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./:=+@%,-") == "" {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
