package learn

import (
	"time"

	"ops/sshrestrict/audit"
	"ops/sshrestrict/audit/trail"
)

// Usage tells which rules of a policy were needed.
type Usage struct {
	Unused []string       // rules that allowed nothing, in the order given
	Used   map[string]int // how often each of the others allowed something
	// Other is how many sessions of that time were allowed under another version of the policy. Their rules may have had
	// other numbers, so they count for nothing; if there are many, look again when the present version is older.
	Other int
}

// Unused looks for rules, as Policy.Rules names them ("allow[3] rsync"), that have allowed no session since a moment. Hash
// is that of the policy's present text, as in the records; empty takes the sessions of all versions for those of the
// present one. The sessions are those of the policy, see trail.Query.
func Unused(rules []string, hash string, sessions []trail.Session, since time.Time) Usage {
	u := Usage{Used: map[string]int{}}
	for _, s := range sessions {
		first := s.First()
		switch {
		case first == nil, first.Time.Before(since), first.Decision != audit.Allow:
		case hash != "" && first.PolicyHash != hash:
			u.Other++
		default:
			u.Used[first.Rule]++
		}
	}
	for _, rule := range rules {
		if u.Used[rule] == 0 {
			u.Unused = append(u.Unused, rule)
		}
	}
	return u
}
