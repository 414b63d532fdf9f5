package sshrestrict

import (
	"strings"
	"testing"
)

// leastHostile is how many causes of denial each protocol is tried with that writes or runs anything.
const leastHostile = 40

// checkHostile holds that each command is denied, and for the one cause that its name gives.
func checkHostile(t *testing.T, p *Policy, root string, cases []vcsCase) {
	t.Helper()
	names := map[string]bool{}
	for _, c := range cases {
		if names[c.name] || strings.HasPrefix(c.want, "/") {
			t.Errorf("%s: the name stands twice, or %s is no code of a denial", c.name, c.want)
		}
		names[c.name] = true
	}
	if len(cases) < leastHostile {
		t.Errorf("%d cases, fewer than %d", len(cases), leastHostile)
	}
	checkVCS(t, p, root, cases)
}
