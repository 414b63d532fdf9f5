package profiles

import (
	"slices"
	"strings"
	"testing"
	"time"

	"ops/sshrestrict"
)

// Every profile is a policy that can be put into use, and check has nothing to say about it.
func TestProfilesAreValid(t *testing.T) {
	if len(Names()) < 9 {
		t.Fatalf("only %v", Names())
	}
	for _, name := range Names() {
		text, err := Text(name)
		if err != nil {
			t.Fatal(err)
		}
		p, err := sshrestrict.Parse(name, name+".yaml", []byte(text))
		if err != nil {
			t.Errorf("%v", err)
			continue
		}
		if p.Description != Summary(name) || len(p.Rules()) == 0 {
			t.Errorf("%s: description %q, summary %q, %d rules", name, p.Description, Summary(name), len(p.Rules()))
		}
		findings, err := p.Check("", time.Now())
		// Whether there is a folder for recordings is the machine's affair.
		findings = slices.DeleteFunc(findings, func(f sshrestrict.Finding) bool { return f.Code == "audit-folder" })
		if err != nil || len(findings) > 0 {
			t.Errorf("%s: %v, %+v", name, err, findings)
		}
	}
	if _, err := Text("../profiles"); err == nil || !strings.Contains(err.Error(), "backup-pull") {
		t.Errorf("unknown profile: %v", err)
	}
}
