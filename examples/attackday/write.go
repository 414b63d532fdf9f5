package main

import (
	"cmp"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"time"
)

// writeLog gives the connections their process numbers and writes all lines in the order of time, no two at the same
// microsecond.
func writeLog(w io.Writer, r *rand.Rand, midnight time.Time, sessions []*session) error {
	slices.SortStableFunc(sessions, func(a, b *session) int { return cmp.Compare(a.start, b.start) })
	type entry struct {
		at   time.Duration
		pid  int
		text string
	}
	var all []entry
	pid := 71_000 + r.IntN(1000)
	for _, s := range sessions {
		pid += 2 + r.IntN(4) // other programs start processes too; the number behind pid is the child's
		for _, l := range s.lines {
			e := entry{at: (s.start + l.at).Truncate(time.Microsecond), pid: pid, text: l.text}
			if l.child {
				e.pid++
			}
			all = append(all, e)
		}
	}
	slices.SortStableFunc(all, func(a, b entry) int { return cmp.Compare(a.at, b.at) })
	last := time.Duration(-1)
	for _, e := range all {
		last = max(e.at, last+time.Microsecond)
		stamp := midnight.Add(last).Format("2006-01-02T15:04:05.000000-07:00")
		if _, err := fmt.Fprintf(w, "%s bastion sshd[%d]: %s\n", stamp, e.pid, e.text); err != nil {
			return err
		}
	}
	return nil
}
