package sshrestrict

import (
	"strings"
	"testing"
)

// With rooted paths the server takes a path as below the root, so the rule must hand it over as such; with both, either.
func TestSCPOfRootedPaths(t *testing.T) {
	root := t.TempDir()
	policy := "allow: [{scp: {root: " + root + ", mode: read, paths: STYLE}}]"
	for style, want := range map[string]string{"rooted": "path:/a", "both": "path:" + root + "/a"} {
		d := decideBy(t, strings.ReplaceAll(policy, "STYLE", style), "scp -f /a")
		if d.Verdict != Allow || !strings.HasSuffix(d.Start.String(), " -- "+want) {
			t.Errorf("%s: %s %v", style, d.Reason, d.Start)
		}
	}
}
