package sshrestrict

import (
	"strings"
	"testing"
)

// deniedCase is a command that a rule must refuse for the one cause in its name.
type deniedCase struct{ name, rule, command, code string }

// checkDenied judges each case by a policy of its rule alone. ROOT stands for the root of rsyncTree.
func checkDenied(t *testing.T, cases []deniedCase) {
	t.Helper()
	const fewest = 40
	if len(cases) < fewest {
		t.Errorf("%d cases, want %d at least", len(cases), fewest)
	}
	root := rsyncTree(t)
	named, given := map[string]bool{}, map[string]bool{}
	for _, c := range cases {
		if key := c.rule + "\x00" + c.command; named[c.name] || given[key] {
			t.Errorf("%s: the name or the case stands there twice", c.name)
		} else {
			named[c.name], given[key] = true, true
		}
		d := judgeVCS(rulePolicy(t, root, c.rule), strings.ReplaceAll(c.command, "ROOT", root))
		if d.Verdict != Deny || d.Code != c.code {
			started := ""
			if d.Start != nil {
				started = d.Start.String()
			}
			t.Errorf("%s: %q: %v %s (%s) %s, want %s", c.name, c.command, d.Verdict, d.Code, d.Reason, started, c.code)
		}
	}
}

// rulePolicy parses a policy of one rule, with ROOT for the root.
func rulePolicy(t testing.TB, root, rule string) *Policy {
	t.Helper()
	p, err := Parse("test", "test.yaml", []byte("allow:\n  - "+strings.ReplaceAll(rule, "ROOT", root)+"\n"))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// realCase is a line as a client sends it, and what is rendered for it.
type realCase struct{ name, rule, command, want string }

func checkReal(t *testing.T, cases []realCase) {
	t.Helper()
	root := rsyncTree(t)
	for _, c := range cases {
		d := judgeVCS(rulePolicy(t, root, c.rule), strings.ReplaceAll(c.command, "ROOT", root))
		if got := strings.ReplaceAll(outcome(d), root, "ROOT"); got != c.want {
			t.Errorf("%s: %q: %s (%s), want %s", c.name, c.command, got, d.Reason, c.want)
		}
	}
}
