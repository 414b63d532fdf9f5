package sshrestrict

import "testing"

// What only the sandbox keeps within its bounds is not started without one: darcs transfer-mode reads every file that it is
// asked for, who administers a fossil repository runs SQL, and who commits to CVSROOT chooses what runs.
func TestConfineOrNothing(t *testing.T) {
	root := t.TempDir()
	for _, c := range []struct {
		name, rule, command string
		confine             bool
	}{
		{"darcs reads", "darcs: {root: " + root + "}", "darcs transfer-mode --repodir proj", true},
		{"darcs writes", "darcs: {root: " + root + ", mode: read-write}", "darcs apply --all --repodir proj", false},
		{"cvs reads", "cvs: {repository: " + root + "}", "cvs server", false},
		{"cvs writes", "cvs: {repository: " + root + ", mode: read-write}", "cvs server", true},
		{"cvs writes and may run programs", "cvs: {repository: " + root + ", mode: read-write, hooks: true}", "cvs server", false},
		{"fossil", "fossil: {root: " + root + "}", "fossil test-http x", false},
		{"fossil's administrator", "fossil: {root: " + root + ", administrator: true}", "fossil test-http x", true},
	} {
		d := judgeVCS(mustParse(t, "allow: [{"+c.rule+"}]"), c.command)
		if d.Verdict != Allow || d.Start.Confine != c.confine {
			t.Errorf("%s: %s, %+v", c.name, outcome(d), d.Start)
		}
	}
}

// A repository right below / has no folder of its own that could be opened for writing.
func TestNoRoomForNewFiles(t *testing.T) {
	for _, rule := range []string{"hg: {repository: /proj, mode: read-write, create: true}", "fossil: {repository: /proj.fossil}"} {
		if _, err := Parse("x", "x.yaml", []byte("allow:\n  - "+rule+"\n")); err == nil {
			t.Errorf("%s is accepted: all files would be writable", rule)
		}
	}
	mustParse(t, "allow: [{hg: {repository: /proj, mode: read-write}}]")
}
