package normalize

import "testing"

func TestCapturesAreParts(t *testing.T) {
	defs, err := Builtin()
	if err != nil {
		t.Fatal(err)
	}
	e, err := New(defs...)
	if err != nil {
		t.Fatal(err)
	}
	cases := []struct {
		line string
		in   string // what user.name is a part of
	}{
		{"2026-03-14T06:25:01Z bastion sshd[1]: Invalid user a from 192.0.2.1 port 5", "2026-03-14T06:25:01Z bastion sshd[1]: Invalid user a from 192.0.2.1 port 5"},
		{`{"__REALTIME_TIMESTAMP":"1","SYSLOG_IDENTIFIER":"sshd","MESSAGE":"Invalid user \u0061 from 192.0.2.1 port 5"}`, "Invalid user a from 192.0.2.1 port 5"},
	}
	for _, c := range cases {
		var r Record
		if err := e.NewStream(Options{}).Read(c.line, &r); err != nil {
			t.Fatalf("%s: %v", c.line, err)
		}
		seen := 0
		for p := range r.Captures() {
			if got := p.In[p.Offset : p.Offset+len(p.Text)]; got != p.Text {
				t.Errorf("%s: %s is %q, at its place stands %q", c.line, p.Field, p.Text, got)
			}
			if p.Field == "user.name" {
				seen++
				if p.In != c.in {
					t.Errorf("%s: user.name is a part of %q, must be of %q", c.line, p.In, c.in)
				}
			}
		}
		if seen != 1 {
			t.Errorf("%s: %d captures of user.name", c.line, seen)
		}
	}
}
