package main

import (
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"ops/logviz"
)

// selectionFlags say which attempts are counted.
type selectionFlags struct {
	since, until string
	only         []string
}

const selectionHelp = `--since and --until take a moment in the zone (2026-03-14, 2026-03-14T06:00, RFC 3339; --until is exclusive), or a
length of time (90m, 24h, 7d) before --reference-time or, without it, before now. --only KEY=VALUE takes a country's
code (or private, reserved, unknown), an account, an address or network, a method, or the outcome failed or accepted;
of several with the same key one has to be met, and one of each key. What is not chosen counts nowhere but among
lines and events: also not as failures before a login.`

func (f *selectionFlags) add(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&f.since, "since", "", "count from this `TIME` on")
	flags.StringVar(&f.until, "until", "", "count what was before this `TIME`")
	flags.StringArrayVar(&f.only, "only", nil, "count attempts with `KEY=VALUE` only: "+strings.Join(logviz.SelectionKeys(), ", "))
	var keys []string
	for _, key := range logviz.SelectionKeys() {
		keys = append(keys, key+"=")
	}
	completeFlag(cmd, "only", cobra.FixedCompletions(keys, cobra.ShellCompDirectiveNoFileComp|cobra.ShellCompDirectiveNoSpace))
}

func (f *selectionFlags) selection(e *env, logs *logSource) (s logviz.Selection, err error) {
	now := logs.reference
	if now.IsZero() {
		now = e.now()
	}
	if s.Since, err = sinceOrUntil("--since", f.since, now, logs.zone); err != nil {
		return s, err
	}
	if s.Until, err = sinceOrUntil("--until", f.until, now, logs.zone); err != nil {
		return s, err
	}
	if !s.Since.IsZero() && !s.Until.IsZero() && !s.Since.Before(s.Until) {
		return s, usageError("--since %s is not before --until %s: nothing would be counted", f.since, f.until)
	}
	for _, only := range f.only {
		if err := s.Only(only); err != nil {
			return s, usageError("--only %w", err)
		}
	}
	return s, nil
}

// sinceOrUntil reads a moment, or a length of time before now.
func sinceOrUntil(flag, text string, now time.Time, zone *time.Location) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	if ago, ok := parseAgo(text); ok {
		return now.Add(-ago), nil
	}
	at, err := parseMoment(text, zone)
	if err != nil {
		return at, usageError("%s %s: write a moment as in 2026-03-14 or 2026-03-14T06:00, or how long before, as in 24h or 7d", flag, text)
	}
	return at, nil
}

// parseAgo reads a length of time: as Go writes it, or whole days.
func parseAgo(text string) (time.Duration, bool) {
	if days, ok := strings.CutSuffix(text, "d"); ok {
		n, err := strconv.Atoi(days)
		return time.Duration(n) * 24 * time.Hour, err == nil && n >= 0 && n <= 36500
	}
	ago, err := time.ParseDuration(text)
	return ago, err == nil && ago >= 0
}
