package sshrestrict

import (
	"slices"
	"strings"
	"testing"
)

func mustParse(t *testing.T, text string) *Policy {
	t.Helper()
	p, err := Parse("test", "test.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestCommandRules(t *testing.T) {
	p := mustParse(t, `
allow:
  - command: [systemctl, status, "{unit}"]
    run:     [/usr/bin/systemctl, --no-pager, status, --, "{unit}"]
    where:   {unit: {one-of: [nginx.service, postgresql.service]}}
  - command: [tail, -n, "{n}", "{log}"]
    where:   {n: {integer: 1-1000}, log: {file-in: /var/log}}
  - command: [ls, "{path...}"]
    options: [-a, -l, -1]
    where:   {path: {path-in: [/srv, /var/log]}}
  - command: [head, "{log}"]
    options: ["-n --lines": {integer: 1-1000}, -q]
    run: [/usr/bin/head, "{options}", --, "{log}"]
    where: {log: {file-in: /var/log}}
`)
	for _, c := range []struct{ command, want string }{
		{"systemctl status nginx.service", "/usr/bin/systemctl --no-pager status -- nginx.service"},
		{"/usr/bin/systemctl status nginx.service", "/usr/bin/systemctl --no-pager status -- nginx.service"},
		{"systemctl status sshd.service", "value"},
		{"systemctl status", "command-arguments"},
		{"systemctl status nginx.service x", "command-arguments"},
		{"systemctl restart nginx.service", "command-arguments"},
		{"tail -n 5 /var/log/none", "/usr/bin/tail -n 5 /var/log/none"},
		{"tail -n 005 /var/log/none", "/usr/bin/tail -n 5 /var/log/none"},
		{"tail -n 5000 /var/log/none", "value"},
		{"tail -n 5 /etc/passwd", "path-outside"},
		{"tail -n 5 /var/log/../../etc/passwd", "path-parent"},
		{"ls -la /srv/x /var/log/", "/usr/bin/ls -l -a /srv/x /var/log/"},
		{"ls -l -a -- /srv/x", "/usr/bin/ls -l -a /srv/x"},
		{"ls -lR /srv/x", "command-option"},
		{"ls --all /srv/x", "command-option"},
		{"head -n5 /var/log/x", "/usr/bin/head -n 5 -- /var/log/x"},
		{"head --lines=5 /var/log/x", "/usr/bin/head -n 5 -- /var/log/x"},
		{"head --lines 5 -q /var/log/x", "/usr/bin/head -n 5 -q -- /var/log/x"},
		{"head --lin=5 /var/log/x", "command-option"},
		{"head -n", "command-option"},
		{"ls /srv/*", "value-expansion"},
		{"ls ~/x", "value-expansion"},
		{"X=1 ls /srv", "command-unknown"},
		{"ls /srv; id", "command-unknown"},
		{"ls $HOME", "command-syntax"},
		{"bash", "command-unknown"},
		{"ls\n/srv", "command-control"},
	} {
		d := p.Decide(NewRequest(KindCommand, c.command, MaxCommand))
		got := d.Code
		if d.Verdict == Allow {
			got = d.Start.String()
		}
		if got != c.want {
			t.Errorf("%q: %s (%s), want %s", c.command, got, d.Reason, c.want)
		}
	}
}

func TestSplit(t *testing.T) {
	for _, c := range []struct {
		text string
		want []string // words, or operators in brackets; a ! and the code for an error
	}{
		{`a 'b c' "d e" f\ g`, []string{"a", "b c", "d e", "f g"}},
		{`'it'\''s' "a\"b\\c\d"`, []string{"it's", `a"b\c\d`}},
		{`'a'\!'b.git'`, []string{"a!b.git"}},
		{`''`, []string{""}},
		{`a|b 2>/dev/null 2>&1`, []string{"a", "[|]", "b", "[2>]", "/dev/null", "[2>&1]"}},
		{`a 2 >b`, []string{"a", "2", "[>]", "b"}},
		{`a>>b;c&&d||e&`, []string{"a", "[>>]", "b", "[;]", "c", "[&&]", "d", "[||]", "e", "[&]"}},
		{`a#b`, []string{"a#b"}},
		{`a #b`, []string{"!command-syntax"}},
		{`"$x"`, []string{"!command-syntax"}},
		{`'a`, []string{"!command-syntax"}},
		{`"a`, []string{"!command-syntax"}},
		{`a\`, []string{"!command-syntax"}},
		{`$(x)`, []string{"!command-syntax"}},
		{`{a,b}`, []string{"!command-syntax"}},
		{`!x`, []string{"!command-syntax"}},
		{"a\tb", []string{"!command-control"}},
		{"a\x7f", []string{"!command-control"}},
		{"a\u0085", []string{"!command-control"}},
		{"a\u00a0b", []string{"!command-character"}},
		{"a\u202eb", []string{"!command-character"}},
		{"a\u200bb", []string{"!command-character"}},
		{"\uff4c\uff53", []string{"!command-character"}},
		{"\xff", []string{"!command-encoding"}},
		{"é ß 日本", []string{"é", "ß", "日本"}},
	} {
		q := NewRequest(KindCommand, c.text, MaxCommand)
		var got []string
		if e, ok := q.Err.(*SyntaxError); ok {
			got = []string{"!" + e.Code}
		}
		for _, token := range q.Tokens {
			if token.Operator != "" {
				got = append(got, "["+token.Operator+"]")
			} else {
				got = append(got, token.Text)
			}
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%q: %q, want %q", c.text, got, c.want)
		}
	}
}

func TestPolicyMistakes(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"alow: []\n", `1:1: unknown key "alow"`},
		{"allow: [{rsyn: {}}]\n", `1:10: unknown kind of rule "rsyn"`},
		{"allow:\n  - command: [\"{x}\"]\n", "cannot be a variable"},
		{"allow:\n  - command: [a, \"{x}\"]\n", `{x} has no type`},
		{"allow:\n  - command: [a]\n    where: {x: {integer: 1-2}}\n", "does not stand in command"},
		{"allow:\n  - sftp: {root: data}\n", "absolute path"},
		{"allow:\n  - sftp: {root: /}\n", "confines nothing"},
		{"allow:\n  - sftp: {root: /srv, mode: all}\n", "expected read, append, write, read-write"},
		{"environment: {pass: [LD_PRELOAD]}\n", "would let the client choose"},
		{"environment: {pass: [\"*\"]}\n", "expected a name"},
		{"from: [10.0.0.1/8]\n", "write 10.0.0.0/8"},
		{"rate: 20\n", "such as 20/min"},
		{"hours: {between: \"1-2\"}\n", "expected times"},
		{"expires: tomorrow\n", "expected a date"},
		{"limits: {memory: 1X}\n", "number of bytes"},
	} {
		_, err := Parse("x", "x.yaml", []byte(c.text))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q: %v, want %q", c.text, err, c.want)
		}
	}
}
