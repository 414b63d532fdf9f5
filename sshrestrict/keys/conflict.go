package keys

import (
	"fmt"
	"time"
)

// Conflict is the error for a key that the file, or another one that sshd reads, has already.
type Conflict struct {
	File        string
	Line        int
	Fingerprint string
	Level       Level // of the old line
	Ignored     bool  // sshd passes the old line over
	Elsewhere   bool  // another file, which is not written: Replace does not help
}

func (c *Conflict) Error() string {
	what := "with other options"
	switch {
	case c.Ignored:
		what = "in a line that sshd ignores"
	case c.Level == None:
		what = "without restriction"
	}
	remedy := "use --replace to put the new line in its place"
	if c.Elsewhere {
		remedy = "take that line out first"
	}
	return fmt.Sprintf("%s:%d has the key %s already, %s, and sshd takes the first line that lets a key in; %s",
		c.File, c.Line, c.Fingerprint, what, remedy)
}

func conflict(e Entry) *Conflict {
	c := &Conflict{File: e.File, Line: e.Number, Fingerprint: e.Key.Fingerprint(), Ignored: e.State == Ignored}
	var k Audited
	k.Restricted = None
	k.fill(e.Options, time.Time{})
	c.Level = k.Restricted
	return c
}
