package trail

import (
	"cmp"
	"fmt"
	"iter"
	"slices"

	"ops/sshrestrict/audit"
)

// maxSessions is how many sessions are put together at a time, and maxOperations how many operations of each are kept.
const (
	maxSessions   = 1_000_000
	maxOperations = 10_000
)

// Session is what belongs together: one request, what was done, and how it ended.
type Session struct {
	ID         string
	Intent     *audit.Record  // nil if it is not in what was read
	Result     *audit.Record  // nil if none was asked for, if the session goes on or if the record was lost
	Operations []audit.Record // in the order of the log
	Dropped    int            // operations above a bound, counted only
}

// First is the session's earliest record: mostly the intent.
func (s *Session) First() *audit.Record {
	switch {
	case s.Intent != nil:
		return s.Intent
	case len(s.Operations) > 0:
		return &s.Operations[0]
	}
	return s.Result
}

// Sessions puts records together by their IDs and returns the sessions that q wants, by time. A session is wanted if its
// intent is, or its result where the intent is not there; Query.Text also looks at its operations. Records without an ID
// are sessions of their own. Any error of the sequence ends it, so wrap one that may hold garbage into [Tolerant].
func Sessions(records iter.Seq2[audit.Record, error], q Query) ([]Session, error) {
	byID := map[string]int{}
	var all []Session
	for record, err := range records {
		if err != nil {
			return nil, err
		}
		if !q.matchParty(&record) && record.Event == audit.EventIntent || !q.Until.IsZero() && record.Event == audit.EventIntent && !q.matchTime(&record) {
			continue // cannot be wanted; saves memory
		}
		i, known := byID[record.ID]
		if !known || record.ID == "" || record.Event == audit.EventIntent && all[i].Intent != nil {
			if len(all) == maxSessions {
				return nil, fmt.Errorf("more than %d sessions; ask for a shorter time or for one policy", maxSessions)
			}
			i = len(all)
			byID[record.ID] = i
			all = append(all, Session{ID: record.ID})
		}
		all[i].add(record)
	}
	all = slices.DeleteFunc(all, func(s Session) bool { return !q.wants(&s) })
	slices.SortStableFunc(all, func(a, b Session) int {
		return cmp.Or(a.First().Time.Compare(b.First().Time), cmp.Compare(a.ID, b.ID))
	})
	return all, nil
}

func (s *Session) add(record audit.Record) {
	switch {
	case record.Event == audit.EventIntent:
		s.Intent = &record
	case record.Event == audit.EventResult:
		s.Result = &record
	case len(s.Operations) == maxOperations:
		s.Dropped++
	default:
		s.Operations = append(s.Operations, record)
	}
}

func (q *Query) wants(s *Session) bool {
	if q.Match(s.First()) {
		return true
	}
	if q.Text == "" {
		return false
	}
	rest := *q
	rest.Text = ""
	return rest.Match(s.First()) && slices.ContainsFunc(s.Operations, func(r audit.Record) bool { return contains(&r, q.Text) })
}
