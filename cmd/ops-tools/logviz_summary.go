package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"ops/internal/terminal"
	"ops/logviz/normalize"
)

// summaryFlag says how what was read is summed up on the standard error.
type summaryFlag struct{ form string }

func (f *summaryFlag) add(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.form, "summary", "text", "`FORM` of the last line on the standard error: text or json")
}

func (f *summaryFlag) check() error {
	if f.form != "text" && f.form != "json" {
		return usageError("--summary %s: must be text or json", f.form)
	}
	return nil
}

func (f *summaryFlag) print(w io.Writer, r *reading) {
	if f.form == "text" {
		fmt.Fprintln(w, r.summary())
		return
	}
	_ = json.NewEncoder(w).Encode(struct { // there is no place left to say that it failed
		Records  int64              `json:"records"`
		Events   int64              `json:"events"`
		Unparsed int64              `json:"unparsed"`
		TooLong  int64              `json:"too_long"`
		Programs map[string]int64   `json:"programs"` // of the unparsed ones; "" where it is not known
		Failed   map[string]*failed `json:"failed_transforms"`
	}{r.records, r.events, r.records - r.events, r.tooLong, r.programs, r.failed})
}

// summary is the line that every verb ends with.
func (r *reading) summary() string {
	text := fmt.Sprintf("%s lines: %s events, %s not understood",
		terminal.Count(r.records), terminal.Count(r.events), terminal.Count(r.records-r.events))
	if r.tooLong > 0 {
		text += fmt.Sprintf(" (%s of them longer than 64 KiB)", terminal.Count(r.tooLong))
	}
	return text + r.failures()
}

// fail counts transforms that failed.
func (r *reading) fail(list []normalize.Failure) {
	for _, f := range list {
		name, _, _ := strings.Cut(f.Rule, "/")
		if r.failed == nil {
			r.failed = make(map[string]*failed)
		}
		if r.failed[name] == nil {
			r.failed[name] = &failed{First: f.First.Error()}
		}
		r.failed[name].Count += int64(f.Count)
	}
}

// shownFailures is how many definitions the summary names.
const shownFailures = 3

// failures is the part of the summary about transforms, most of them first.
func (r *reading) failures() string {
	var all int64
	for _, f := range r.failed {
		all += f.Count
	}
	if all == 0 {
		return ""
	}
	names := slices.SortedFunc(maps.Keys(r.failed), func(a, b string) int {
		return cmp.Or(cmp.Compare(r.failed[b].Count, r.failed[a].Count), cmp.Compare(a, b))
	})
	var parts []string
	for _, name := range names[:min(len(names), shownFailures)] {
		f := r.failed[name]
		parts = append(parts, fmt.Sprintf("%s %s, the first: %s", name, terminal.Count(f.Count), terminal.Printable(f.First)))
	}
	if len(names) > shownFailures {
		parts = append(parts, "…")
	}
	return fmt.Sprintf("; %s transforms failed (%s)", terminal.Count(all), strings.Join(parts, "; "))
}
