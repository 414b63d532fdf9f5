package learn

import (
	"slices"
	"testing"
	"time"

	"ops/sshrestrict/audit"
	"ops/sshrestrict/audit/trail"
)

func TestUnused(t *testing.T) {
	since := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	session := func(rule, decision, hash string, after time.Duration) trail.Session {
		return trail.Session{Intent: &audit.Record{Event: audit.EventIntent, Rule: rule, Decision: decision, PolicyHash: hash, Time: since.Add(after)}}
	}
	rules := []string{"allow[0] rsync", "allow[1] sftp", "allow[2] command", "allow[10] scp"}
	sessions := []trail.Session{
		session("allow[0] rsync", audit.Allow, "new", 0),
		session("allow[0] rsync", audit.Allow, "new", time.Hour),
		session("allow[1] sftp", audit.Deny, "new", time.Hour),   // it refused
		session("allow[1] sftp", audit.Allow, "new", -time.Hour), // too long ago
		session("allow[2] command", audit.Allow, "old", time.Hour),
		session("allow[1] scp", audit.Allow, "new", time.Hour),
		{},
	}
	u := Unused(rules, "new", sessions, since)
	if !slices.Equal(u.Unused, []string{"allow[1] sftp", "allow[2] command", "allow[10] scp"}) || u.Used["allow[0] rsync"] != 2 || u.Other != 1 {
		t.Errorf("got %+v", u)
	}
	if u = Unused(rules, "", sessions, since); !slices.Equal(u.Unused, []string{"allow[1] sftp", "allow[10] scp"}) || u.Other != 0 {
		t.Errorf("for all versions: %+v", u)
	}
}
