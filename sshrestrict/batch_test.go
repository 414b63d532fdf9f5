package sshrestrict

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"
)

func TestReadCases(t *testing.T) {
	cases, err := ReadCases("c.tsv", strings.NewReader("# a table\n\n"+
		"one\tP\t\"ls\\t-l\"\tallow\n"+
		"two\tP+now=23:30+tty=yes\t<none>\tdeny\tits source\r\n"+
		"three\tP\t\"\"\tdeny\n"+
		"four\tP\t\"a@@REP(xy,3)@@b@@REP(,9)@@@@REP(1,2,1)@@\"\tdeny\n"+
		"five\tP\t\"<none>\"\tdeny"))
	if err != nil {
		t.Fatal(err)
	}
	want := []Case{
		{3, "one", "P", nil, KindCommand, "ls\t-l", true, ""},
		{4, "two", "P", []string{"now=23:30", "tty=yes"}, KindLogin, "", false, "its source"},
		{5, "three", "P", nil, KindEmpty, "", false, ""},
		{6, "four", "P", nil, KindCommand, "axyxyxyb1,2", false, ""},
		{7, "five", "P", nil, KindCommand, "<none>", false, ""},
	}
	if !reflect.DeepEqual(cases, want) {
		t.Errorf("%+v", cases)
	}
}

func TestReadCasesRefuses(t *testing.T) {
	for name, line := range map[string]string{
		"three fields":       "a\tP\t\"x\"",
		"six fields":         "a\tP\t\"x\"\tdeny\ts\tt",
		"no quotes":          "a\tP\tx\tdeny",
		"half a quote":       "a\tP\t\"x\tdeny",
		"a character":        "a\tP\t'xy'\tdeny",
		"verdict":            "a\tP\t\"x\"\tAllow",
		"no verdict":         "a\tP\t\"x\"\t",
		"open repetition":    "a\tP\t\"@@REP(x,3\"\tdeny",
		"no count":           "a\tP\t\"@@REP(x)@@\"\tdeny",
		"negative":           "a\tP\t\"@@REP(x,-1)@@\"\tdeny",
		"too large":          "a\tP\t\"@@REP(x,99999999)@@\"\tdeny",
		"overflow":           "a\tP\t\"@@REP(abcd,4611686018427387904)@@\"\tdeny",
		"overflow below":     "a\tP\t\"@@REP(abcdefgh,2305843009213693953)@@\"\tdeny",
		"large in its sum":   "a\tP\t\"" + strings.Repeat("@@REP(xxxxxxxx,500000)@@", 3) + "\"\tdeny",
		"nothing very often": "a\tP\t\"@@REP(,99999999999)@@\"\tdeny",
		"longest line":       "a\tP\t\"" + strings.Repeat("x", maxCase) + "\"\tdeny",
	} {
		cases, err := ReadCases("c.tsv", strings.NewReader("# first\n"+line+"\n"))
		if err == nil {
			t.Errorf("%s: %d cases", name, len(cases))
		} else if name != "longest line" && !strings.HasPrefix(err.Error(), "read cases c.tsv:2: ") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// judge answers one case by a policy.
func judge(t *testing.T, policy, line string) (*Decision, error) {
	t.Helper()
	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "some-policy.yaml"), []byte(policy), 0o644); err != nil {
		t.Fatal(err)
	}
	cases, err := ReadCases("c.tsv", strings.NewReader(line))
	if err != nil || len(cases) != 1 {
		t.Fatalf("%d cases, %v", len(cases), err)
	}
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.Local) // a Monday
	return cases[0].Judge(folder, Request{Now: now})
}

// Each modifier changes the answer of a policy that would give the other one without it.
func TestModifiers(t *testing.T) {
	const open, menu = "allow: [{command: [uptime]}]\n", "interactive: {menu: true}\n"
	for _, c := range []struct{ policy, modifiers, want string }{
		{open, "", "ok"},
		{open, "+from=10.0.0.0/8", "from"},
		{open, "+from=10.0.0.0/8+SSH_CONNECTION=10.1.2.3 50000 10.0.0.1 22", "ok"},
		{open, "+from=10.0.0.0/8+SSH_CONNECTION=11.1.2.3 50000 10.0.0.1 22", "from"},
		{open, "+from=10.0.0.0/8,2001:db8::/32+SSH_CONNECTION=2001:db8::7 1 ::1 22", "ok"},
		{open, "+from=10.0.0.0/8+SSH_CONNECTION=::ffff:10.1.2.3 1 ::1 22", "ok"},
		{open, "+from=10.0.0.0/8+SSH_CONNECTION=", "from"},
		{open, "+from=10.0.0.0/8+SSH_CONNECTION=ten", "from"},
		{open, "+expires=2026-11-23", "expired"},
		{open, "+expires=2026-11-24", "ok"},
		{open, "+expires=2026-11-24+now=2026-11-24", "expired"},
		{open, "+expires=2026-11-24+now=2026-11-23T23:59", "ok"},
		{open, "+time=01:00-05:00", "hours"},
		{open, "+time=01:00-05:00+now=04:59", "ok"},
		{open, "+between=11:00-13:00", "ok"},
		{open, "+days=tue", "hours"},
		{open, "+days=mon", "ok"},
		{open, "+between=01:00-05:00+zone=UTC+now=2026-11-23T02:00:00Z", "ok"},
		{open, "+between=01:00-05:00+zone=Asia/Tokyo+now=2026-11-23T02:00:00Z", "hours"},
		{"allow: [{command: [tail, \"{n}\"], where: {n: {integer: 1-9}}}]\n", "", "command-unknown"},
		{open, "+env=LANG=C+key=nas+tty=yes+rewrite=no", "ok"},
		{"allow: [{command: [uptime], run: [/usr/bin/uptime, -p]}]\n", "+rewrite=no", "rewritten"},
	} {
		d, err := judge(t, c.policy, "name\tSOME_POLICY"+c.modifiers+"\t\"uptime\"\tallow\n")
		if err != nil || d.Code != c.want {
			t.Errorf("%s: %+v, %v; want %s", c.modifiers, d, err, c.want)
		}
	}
	if d, err := judge(t, menu, "name\tSOME_POLICY+env=SSH_TTY=/dev/pts/1+key=nas\t<none>\tallow\n"); err != nil || d.Verdict != Allow ||
		strings.Join(d.Start.Stages[0].Args, " ") == "" || !strings.HasSuffix(strings.Join(d.Start.Stages[0].Args, " "), "--key nas") ||
		len(d.Start.Env) != 1 || d.Start.Env[0] != "SSH_TTY=/dev/pts/1" {
		t.Errorf("menu: %+v, %v", d, err)
	}
	for _, bad := range []string{
		"+from=10.0.0.1/8", "+expires=soon", "+time=1", "+days=x", "+zone=x", "+now=x", "+now=24:60", "+secluded=proxy", "+unknown=1", "+",
	} {
		if d, err := judge(t, open, "name\tSOME_POLICY"+bad+"\t\"uptime\"\tallow\n"); err == nil {
			t.Errorf("%s: %+v", bad, d)
		}
	}
	if _, err := judge(t, open, "name\tOTHER\t\"uptime\"\tallow\n"); err == nil || !strings.Contains(err.Error(), "other.yaml") {
		t.Errorf("a policy that is not there: %v", err)
	}
	if _, err := judge(t, open, "name\t../SOME_POLICY\t\"uptime\"\tallow\n"); err == nil {
		t.Error("a policy outside of the folder")
	}
}

func FuzzReadCases(f *testing.F) {
	f.Add("one\tP+now=1\t\"a@@REP(x,3)@@\"\tallow\tsource\n")
	f.Add("one\tP\t<none>\tdeny\n# x\n\n")
	f.Fuzz(func(t *testing.T, text string) {
		cases, err := ReadCases("f", strings.NewReader(text))
		if err != nil {
			if cases != nil || !strings.HasPrefix(err.Error(), "read cases f") {
				t.Fatalf("%d cases beside %v", len(cases), err)
			}
			return
		}
		last := 0
		for _, c := range cases {
			if c.Line <= last || len(c.Command) > maxCase+len(text) || (c.Kind == KindCommand) != (c.Command != "") {
				t.Fatalf("%+v", c)
			}
			last = c.Line
		}
	})
}
