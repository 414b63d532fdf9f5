package normalize_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"ops/logviz/normalize"
)

func reading() normalize.Options {
	return normalize.Options{Reference: time.Date(2026, 12, 31, 0, 0, 0, 0, time.UTC)}
}

func builtin(t testing.TB) []*normalize.Definition {
	t.Helper()
	defs, err := normalize.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	return defs
}

func TestExplainTellsTheNearestMissFirst(t *testing.T) {
	x, err := normalize.Explain(builtin(t), reading(),
		"Dec 10 06:55:46 web1 sshd[24200]: Failed password for root by 192.0.2.7 port 22 ssh2", "")
	if err != nil {
		t.Fatal(err)
	}
	if x.Understood || x.Reason == "" || len(x.Stages) != 2 {
		t.Fatalf("understood %v, reason %q, %d stages", x.Understood, x.Reason, len(x.Stages))
	}
	header := x.Stages[0].Candidates[0]
	if header.Outcome != normalize.Won || header.Rule != "syslog/rfc3164" || len(header.Fields) != 5 {
		t.Errorf("header: %+v", header)
	}
	nearest := x.Stages[1].Candidates[0]
	if !strings.HasPrefix(nearest.Rule, "sshd/failed") || nearest.Outcome != normalize.Stopped {
		t.Errorf("nearest: %+v", nearest)
	}
	if got := fmt.Sprint(nearest.Expected); !strings.Contains(got, "from ") || nearest.Column != 26 {
		t.Errorf("expected %s at column %d", got, nearest.Column)
	}
}

func TestExplainTellsWhatGuardsRefuse(t *testing.T) {
	d, err := normalize.Parse("guarded.yaml", []byte("kind: normalizer/v1\nname: guarded\ndescription: x\nstage: body\n"+
		"when: {host.hostname: [web9]}\npatterns:\n  - name: hello\n    pattern: hello\n"))
	if err != nil {
		t.Fatal(err)
	}
	x, err := normalize.Explain(append(builtin(t), d), reading(), "Dec 10 06:55:46 web1 app: hello", "")
	if err != nil {
		t.Fatal(err)
	}
	c := x.Stages[1].Candidates[0]
	if c.Outcome != normalize.Refused || !strings.Contains(c.Guard, `host.hostname is "web1"`) {
		t.Errorf("got %+v", c)
	}
}

func TestExplainTakesAMessageOfAProgram(t *testing.T) {
	x, err := normalize.Explain(builtin(t), reading(), "Invalid user bob from 192.0.2.7 port 9", "sshd")
	if err != nil {
		t.Fatal(err)
	}
	if !x.Understood || x.Stages[0].Stage != normalize.Body || !strings.Contains(string(x.Event), `"user.name":"bob"`) {
		t.Errorf("got %+v %s", x, x.Event)
	}
}

// What explain says must agree with what the engine does, whatever the record holds.
func FuzzExplain(f *testing.F) {
	f.Add("Dec 10 06:55:46 web1 sshd[24200]: Invalid user a from 192.0.2.1")
	f.Add(`{"__REALTIME_TIMESTAMP":"1773469501000000","MESSAGE":"x"}`)
	f.Add("Dec 10 06:55:46 web1 sshd[1]: message repeated 2 times: [ Failed password for root from 192.0.2.7 port 1 ssh2]")
	defs := builtin(f)
	engine, err := normalize.New(defs...)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, record string) {
		if len(record) > 1000 {
			return
		}
		x, err := normalize.Explain(defs, reading(), record, "")
		if err != nil {
			t.Fatal(err)
		}
		var r normalize.Record
		err = engine.NewStream(reading()).Read(record, &r)
		if x.Understood != (err == nil) {
			t.Errorf("understood %v, the engine says %v", x.Understood, err)
		}
		won := 0
		for _, s := range x.Stages {
			for _, c := range s.Candidates {
				if c.Outcome == normalize.Won {
					won++
				}
				if c.Outcome == normalize.Stopped && c.Column > len(s.Text)+1 {
					t.Errorf("column %d of %d", c.Column, len(s.Text))
				}
			}
		}
		if rules := r.Rules(); won != len(rules) {
			t.Errorf("%d candidates won, the engine took %v", won, rules)
		}
	})
}
