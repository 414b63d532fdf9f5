package trail

import (
	"errors"
	"fmt"
	"iter"
	"net/netip"
	"strings"
	"testing"
	"time"

	"ops/sshrestrict/audit"
)

func records(all ...audit.Record) iter.Seq2[audit.Record, error] {
	return func(yield func(audit.Record, error) bool) {
		for i, r := range all {
			if r.Time.IsZero() {
				r.Time = start().Add(time.Duration(i) * time.Minute)
			}
			if !yield(r, nil) {
				return
			}
		}
	}
}

// day has three sessions: a (allowed, with operations and a result), b (denied) and c (allowed, goes on).
func day() iter.Seq2[audit.Record, error] {
	a := audit.Record{
		ID: "a", Policy: "backup", Key: "nas", Fingerprint: "SHA256:x", Account: "backup", Address: "192.0.2.7", Decision: audit.Allow,
		Code: "ok", Rule: "allow[0] rsync", Program: "/usr/bin/rsync", Argv: [][]string{{"/usr/bin/rsync", "--server"}},
	}
	with := func(r audit.Record, event string, change func(*audit.Record)) audit.Record {
		r.Event = event
		if change != nil {
			change(&r)
		}
		return r
	}
	b := audit.Record{
		ID: "b", Policy: "web", Key: "ci", Account: "www", Address: "2001:db8::5", Decision: audit.Deny, Code: "command-unknown",
		Reason: "no rule is for this command", Requested: new("rm -rf /"), Event: audit.EventIntent,
	}
	c := audit.Record{
		ID: "c", Policy: "backup", Key: "pi", Account: "backup", Address: "::ffff:198.51.100.9", Decision: audit.Allow, Event: audit.EventIntent,
		Argv: [][]string{{"mbuffer"}, {"/usr/sbin/zfs", "receive"}},
	}
	return records(
		with(a, audit.EventIntent, nil),
		b,
		with(a, audit.EventSession, func(r *audit.Record) { r.Operation, r.Path = "remove", "/srv/data/x" }),
		c,
		with(a, audit.EventResult, func(r *audit.Record) { r.Result = &audit.Result{Exit: 23} }),
	)
}

func names(sessions []Session) string {
	var all []string
	for _, s := range sessions {
		all = append(all, s.ID)
	}
	return strings.Join(all, " ")
}

func TestSessions(t *testing.T) {
	got, err := Sessions(day(), Query{})
	if err != nil || names(got) != "a b c" {
		t.Fatalf("%v %v", names(got), err)
	}
	a := got[0]
	if a.Intent == nil || a.Result == nil || a.Result.Result.Exit != 23 || len(a.Operations) != 1 || a.Intent.Event != audit.EventIntent {
		t.Errorf("session a: %+v", a)
	}
	if got[1].Result != nil || got[2].Result != nil {
		t.Error("results of others were mixed up")
	}
}

func TestQuery(t *testing.T) {
	for name, c := range map[string]struct {
		q    Query
		want string
	}{
		"policy":                    {Query{Policy: "backup"}, "a c"},
		"no such policy":            {Query{Policy: "back"}, ""},
		"key":                       {Query{Key: "ci"}, "b"},
		"fingerprint":               {Query{Key: "SHA256:x"}, "a"},
		"account":                   {Query{Account: "www"}, "b"},
		"decision":                  {Query{Decision: audit.Deny}, "b"},
		"code":                      {Query{Code: "command-unknown"}, "b"},
		"rule":                      {Query{Rule: "allow[0] rsync"}, "a"},
		"address":                   {Query{Address: netip.MustParsePrefix("192.0.2.0/24")}, "a"},
		"address of version 6":      {Query{Address: netip.MustParsePrefix("2001:db8::/32")}, "b"},
		"mapped address":            {Query{Address: netip.MustParsePrefix("198.51.100.9/32")}, "c"},
		"since":                     {Query{Since: start().Add(time.Minute)}, "b c"},
		"until":                     {Query{Until: start().Add(3 * time.Minute)}, "a b"},
		"program by name":           {Query{Program: "rsync"}, "a"},
		"program by path":           {Query{Program: "/usr/bin/rsync"}, "a"},
		"second program of a pipe":  {Query{Program: "zfs"}, "c"},
		"text of the request":       {Query{Text: "rm -rf"}, "b"},
		"text of the reason":        {Query{Text: "no rule"}, "b"},
		"text of the arguments":     {Query{Text: "zfs receive"}, "c"},
		"text of an operation":      {Query{Text: "data/x"}, "a"},
		"several":                   {Query{Policy: "backup", Text: "data/x", Decision: audit.Allow}, "a"},
		"several that contradict":   {Query{Policy: "web", Text: "data/x"}, ""},
		"text of none":              {Query{Text: "nowhere"}, ""},
		"address without an answer": {Query{Address: netip.MustParsePrefix("203.0.113.0/24")}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			if got, err := Sessions(day(), c.q); err != nil || names(got) != c.want {
				t.Errorf("got %q %v, want %q", names(got), err, c.want)
			}
		})
	}
}

func TestSessionsOfOddLogs(t *testing.T) {
	intent := func(id string) audit.Record { return audit.Record{ID: id, Event: audit.EventIntent} }
	result := func(id string) audit.Record {
		return audit.Record{ID: id, Event: audit.EventResult, Result: &audit.Result{}}
	}
	for name, c := range map[string]struct {
		all  []audit.Record
		want string // ID, i for an intent, r for a result
	}{
		"result without an intent":   {[]audit.Record{result("a")}, "a:r"},
		"result before its intent":   {[]audit.Record{result("a"), intent("a")}, "a:ir"},
		"an ID that is used again":   {[]audit.Record{intent("a"), result("a"), intent("a"), result("a")}, "a:ir a:ir"},
		"records without an ID":      {[]audit.Record{intent(""), result(""), intent("")}, ":i :r :i"},
		"sessions within each other": {[]audit.Record{intent("a"), intent("b"), result("a"), result("b")}, "a:ir b:ir"},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := Sessions(records(c.all...), Query{})
			var parts []string
			for _, s := range got {
				part := s.ID + ":"
				if s.Intent != nil {
					part += "i"
				}
				if s.Result != nil {
					part += "r"
				}
				parts = append(parts, part)
			}
			if text := strings.Join(parts, " "); text != c.want || err != nil {
				t.Errorf("got %q %v, want %q", text, err, c.want)
			}
		})
	}
	t.Run("an error", func(t *testing.T) {
		broken := errors.New("broken")
		_, err := Sessions(func(yield func(audit.Record, error) bool) { yield(audit.Record{}, broken) }, Query{})
		if !errors.Is(err, broken) {
			t.Errorf("got %v", err)
		}
	})
	t.Run("operations without end", func(t *testing.T) {
		got, err := Sessions(func(yield func(audit.Record, error) bool) {
			for i := range maxOperations + 5 {
				if !yield(audit.Record{ID: "a", Event: audit.EventSession, Path: fmt.Sprint(i)}, nil) {
					return
				}
			}
		}, Query{})
		if err != nil || len(got) != 1 || len(got[0].Operations) != maxOperations || got[0].Dropped != 5 {
			t.Errorf("%d sessions, %v", len(got), err)
		}
	})
}
